"""Batches of reports: `siyu report` against the shell loop of `papermill` and `jupyter nbconvert`.

    .venv/bin/python benchmarks/batch.py [--json] [--all] [--small] [--every-notebook] [--minutes 22]

Clients that differ: four categories, three dates, own assumptions for a third, simulated exports of 2,000 to 50,000
orders for half. The same notebooks (01-03, 06, 07, unless asked for all) by both, in one language. The loop runs for
six clients of each kind, with exports and without, some of them before, between and after the batches of `siyu report`,
so that a machine that slows down slows down both; its time for a batch is that of so many clients of each kind. Of the
last ones it runs as many as --minutes leave time for, and says how many. `siyu report` makes the executed notebooks,
`findings.json`, page, deck and workbook: checked, read back, sealed and published.

The batches: twelve clients, and with --all 48, and 48 of which half share category, date and overrides. After the
first: one report alone; an analyst's round, one new month of exports; fifty clients of whom three changed, against the
time of those three alone. CPU is of all processes together; PSS is the peak of all of them, what they share counted
once. --small: four clients, nothing else. The last line of --json is one object, come what may; what failed or took
over twenty minutes is null in it.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil

from siyu.commands.simulate import client as simulated
from siyu.simulator.brand import Recipe
from siyu.simulator.kinds import seventy

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NOTEBOOKS = ("01_evidence", "02_case_study", "03_platform_economics", "06_orders", "07_repurchase")
CATEGORIES, DATES = ("fmcg", "liquor", "apparel", "heavy"), ("2025-12-31", "2025-11-30", "2025-10-31")
ORDERS = (2_000, 5_000, 8_000, 12_000, 20_000, 50_000)
ORDERS_A_BUYER = 3.3  # of the world "planted", so that exports come out near these sizes
SAMPLE = 6
LONGEST = 1200.0  # seconds of a command
_LOOK = 0.5  # seconds between two looks at memory
# the command over a folder of notebooks that holds those asked for
COMMAND = """
import pathlib, sys
from siyu.runs.ask import sections
folder = pathlib.Path(sys.argv.pop(1))
sections.notebooks_dir = lambda: folder
from siyu.commands.main import main
main()
"""


@dataclass
class Took:
    """Seconds of wall clock and of CPU, summed; peak of PSS in MB. watched: whether that is looked at, which takes a
    tenth of a core."""

    wall: float = 0.0
    cpu: float = 0.0
    pss: int = 0
    watched: bool = True

    def add(self, command: Sequence[object], environment: dict[str, str]) -> Took:
        """Run a command to its end."""
        before, began, words = _children(), time.perf_counter(), [str(word) for word in command]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=said)
            ended = threading.Event()
            watch = threading.Thread(target=self._watch, args=(process.pid, ended))
            if self.watched:
                watch.start()
            try:
                code = process.wait(LONGEST)
            except subprocess.TimeoutExpired:
                process.terminate()
                code = process.wait()
            self.wall += time.perf_counter() - began  # by then: the watch may be asleep
            ended.set()
            if self.watched:
                watch.join()
            if code:
                said.seek(0)
                raise ChildProcessError(f"{' '.join(words[:3])} ended with {code}: {said.read()[-800:].decode()}")
        self.cpu += _children() - before
        return self

    def _watch(self, pid: int, ended: threading.Event) -> None:
        while not ended.is_set():
            self.pss = max(self.pss, _pss(pid) >> 20)
            ended.wait(_LOOK)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pss(pid: int) -> int:
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0
    for process in family:
        try:
            used = process.memory_full_info()
        except psutil.Error:  # it has just ended
            continue
        total += getattr(used, "pss", used.rss)
    return total


class Clients:
    """A folder of clients, and both ways to make their reports, each with stores of its own."""

    def __init__(self, folder: Path, notebooks: Iterable[str]) -> None:
        self.folder, self.out = folder, folder / "out"
        self.names: list[str] = []
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        for name in notebooks:
            shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", self.notebooks)
        shutil.copy(ROOT / "notebooks" / "planned.yml", self.notebooks)

    def environment(self, who: str) -> dict[str, str]:
        """Data, key and cache of one of the two ways: neither draws what the other has drawn before."""
        own = {"SIYU_DATA": who, "SIYU_KEY": f"keys/{who}", "XDG_CACHE_HOME": f"caches/{who}"}
        fonts = {"MPLCONFIGDIR": mpl.get_cachedir()}  # a list of the fonts of the machine, for both
        return {**os.environ, **fonts, **{name: str(self.folder / place) for name, place in own.items()}}

    def add(self, name: str, number: int, *, alike: bool = False) -> None:
        """Write a client; `number` decides what it is like. alike: as all others without exports."""
        own, exports = number % 3 == 0 and not alike, number % 2 == 0
        files = _exports(number) if exports else {}
        category, day = ("fmcg", DATES[0]) if alike else (CATEGORIES[number % 4], DATES[number % 3])
        about = {"name": f"{{zh: {name}, en: {name}}}", "kind": "client", "case": "luzhou_laojiao", "as_of": day}
        about |= {"currency": "CNY", "category": category, "suppress_below": "0"}
        files["subject.yml"] = "".join(f"{key}: {value}\n" for key, value in about.items()).encode()
        if own:
            files["assumptions.csv"] = _assumptions(category, 1.1 + number / 100)
        for who in ("siyu", "loop"):
            for path, content in files.items():
                (self.folder / who / name / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / who / name / path).write_bytes(content)
        self.names.append(name)

    def siyu(self, names: Sequence[str], took: Took | None = None) -> Took:
        """Make their reports with `siyu report`."""
        words = [sys.executable, "-c", COMMAND, self.notebooks, "report", *names, "--lang", "en", "--out", self.out]
        return (took or Took()).add(words, self.environment("siyu"))

    def loop(self, name: str, took: Took) -> None:
        """What people write: for each notebook papermill, then nbconvert."""
        quiet = ["--log-level", "ERROR"]
        for notebook in sorted(self.notebooks.glob("*.ipynb")):
            executed = self.folder / "executed" / name / notebook.name
            executed.parent.mkdir(parents=True, exist_ok=True)
            run = [BIN / "papermill", notebook, executed, "-p", "subject", name, "--no-progress-bar", *quiet]
            took.add(run, self.environment("loop"))
            show = [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", *quiet, executed]
            took.add(show, self.environment("loop"))


def _exports(number: int) -> dict[str, bytes]:
    world = seventy("planted", buyers=round(ORDERS[number // 2 % len(ORDERS)] / ORDERS_A_BUYER))
    made = simulated("planted", [Recipe(world, number, "wechat_shop")])
    return {path: content for path, content in made.items() if path.startswith("exports/")}


def _assumptions(category: str, factor: float) -> bytes:
    """A client's own refunds: those of its category, times a factor."""
    with (ROOT / "data" / "assumptions.csv").open(encoding="utf-8", newline="") as file:
        [row] = [row for row in csv.DictReader(file) if row["assumption_id"] == f"refund_rate.{category}"]
    row |= {end: f"{factor * float(row[end]):.4f}" for end in ("low", "mode", "high")}
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue().encode()


class Race:
    """The loop, over a sample of some clients, in between batches by `siyu report`."""

    def __init__(self, clients: Clients, names: Sequence[str], sample: int) -> None:
        self.clients = clients
        self.took, self.looped = {True: Took(), False: Took()}, {True: 0, False: 0}
        kinds = [[name for name in names if self._exports(name) is kind][:sample] for kind in self.took]
        self.left = [name for pair in zip_longest(*kinds) for name in pair if name]

    def batch(self, names: Sequence[str]) -> tuple[Sequence[str], Took]:
        """(clients, what their reports took)."""
        return names, self.clients.siyu(names)

    def loop(self, count: int, until: float = float("inf")) -> None:
        """So many of the sample by the loop, as far as there is time."""
        now, self.left, longest = self.left[:count], self.left[count:], 0.0
        for name in now:
            began = time.monotonic()
            if began + longest > until:
                break
            kind = self._exports(name)
            self.clients.loop(name, self.took[kind])
            self.looped[kind] += 1
            longest = max(longest, time.monotonic() - began)
            print(f"  the loop has made {name}", file=sys.stderr, flush=True)

    def found(self, names: Sequence[str], ours: Took) -> dict[str, float]:
        """Ratios of the loop to `siyu report` in wall time and CPU, over a batch."""
        count = {kind: sum(self._exports(name) is kind for name in names) for kind in self.took}
        share = {kind: count[kind] / self.looped[kind] for kind in count if count[kind]}
        wall, cpu = (sum(getattr(self.took[kind], what) * of for kind, of in share.items()) for what in ("wall", "cpu"))
        found = {"wall": ours.wall, "cpu": ours.cpu, "pss": ours.pss, "loop_wall": wall, "loop_cpu": cpu}
        return found | {"ratio_wall": wall / ours.wall, "ratio_cpu": cpu / ours.cpu}

    def _exports(self, name: str) -> bool:
        return (self.clients.folder / "siyu" / name / "exports").is_dir()


def part(found: dict[str, Any], label: str, measure: Callable[[], Any]) -> None:
    """Keep what a part measures; one that fails is said and left out."""
    try:
        found[label] = measure()
    except (OSError, ValueError, ZeroDivisionError) as error:
        print(f"  {label}: {error}", file=sys.stderr, flush=True)


def new_month(clients: Clients) -> float:
    """Seconds of `siyu report` after one new month of exports."""
    name = "analyst"
    clients.add(name, 2)
    [path] = (clients.folder / "siyu" / name / "exports").glob("*_wechat_shop.csv")
    head, *lines = path.read_bytes().splitlines(keepends=True)
    newest = [line for line in lines if re.search(rb"20\d\d[-/]\d\d", line)[0] in (b"2025-12", b"2025/12")]  # type: ignore[index]
    path.write_bytes(head + b"".join(line for line in lines if line not in set(newest)))
    clients.siyu([name])
    path.with_name(f"december_{path.name}").write_bytes(head + b"".join(newest))
    return clients.siyu([name], Took(watched=False)).wall


def three_changed(clients: Clients, names: Sequence[str]) -> float:
    """Time for all when three have changed, over the time of those three alone; of different kinds."""
    changed, seconds = names[:3], []
    for round_, asked in enumerate((names, changed)):
        for number, name in enumerate(changed):
            content = _assumptions(CATEGORIES[number % 4], 0.9 - round_ / 10)
            (clients.folder / "siyu" / name / "assumptions.csv").write_bytes(content)
        seconds.append(clients.siyu(asked).wall)
    return seconds[0] / seconds[1]


def measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, as far as it could be measured."""
    until = float("inf") if given.all else time.monotonic() + 60 * given.minutes
    every = (path.stem for path in sorted((ROOT / "notebooks").glob("0*.ipynb")))
    clients = Clients(folder, every if given.every_notebook else NOTEBOOKS)
    twelve = [f"client_{number:02}" for number in range(4 if given.small else 12)]
    for number, name in enumerate(twelve):
        clients.add(name, number)
    asked = {"12": twelve}
    for label, alike in (("48", False), ("48_shared", True)) if given.all else ():
        asked[label] = [f"of_{label}_{number:02}" for number in range(48)]
        for number, name in enumerate(asked[label]):
            clients.add(name, number, alike=alike and number % 2 == 1)
    found: dict[str, Any] = {}
    race, made = Race(clients, twelve, 1 if given.small else SAMPLE), dict[str, Any]()
    each = len(race.left) // (len(asked) + 1)
    race.loop(each)
    for label, names in asked.items():
        part(made, label, partial(race.batch, names))
        if label == "12" and not given.small:
            clients.add("alone", 0)
            part(found, "one_cold_seconds", lambda: clients.siyu(["alone"], Took(watched=False)).wall)
            part(found, "new_month_seconds", lambda: new_month(clients))
            part(found, "three_changed_ratio", lambda: three_changed(clients, fifty(clients, twelve)))
        if label != [*asked][-1]:
            race.loop(each)
    race.loop(len(race.left), until)
    print(f"  by the loop: {race.looped[True]} with exports, {race.looped[False]} without", file=sys.stderr, flush=True)
    for label, batch in made.items():
        part(found, label, partial(race.found, *batch))
    return found


def fifty(clients: Clients, names: Sequence[str]) -> list[str]:
    """Fifty clients with reports, the first ones of these names."""
    many = [*names, *(f"more_{number:02}" for number in range(50 - len(names)))]
    for number, name in enumerate(many[len(names) :]):
        clients.add(name, 2 * number + 1, alike=True)  # soon made: what is unchanged is decided alike
    clients.siyu(many)
    return many


def summary(found: dict[str, Any]) -> dict[str, float | None]:
    """The figures that a script asks for; None: not measured."""
    ratios = {f"ratio_wall_{of}": found.get(of, {}).get("ratio_wall") for of in ("12", "48", "48_shared")}
    alone = {name: found.get(name) for name in ("three_changed_ratio", "new_month_seconds", "one_cold_seconds")}
    told = {**ratios, "ratio_cpu_12": found.get("12", {}).get("ratio_cpu"), **alone}
    return {name: None if value is None else round(value, 2) for name, value in told.items()}


def main() -> None:
    """Measure, then print a table, or the one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--all", action="store_true", help="the 48 clients, too")
    parser.add_argument("--small", action="store_true", help="four clients only")
    parser.add_argument("--every-notebook", action="store_true", help="not only 01-03, 06 and 07")
    parser.add_argument(
        "--minutes", type=float, default=22, help="when, but for --all, the loop's last clients do not begin any more"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="siyu-benchmark-") as made:
        found = measured(Path(made), given)
    for label in (label for label in ("12", "48", "48_shared") if found.get(label)):
        one = found[label]
        wall = f"loop {one['loop_wall']:7.1f} s  siyu {one['wall']:7.1f} s  {one['ratio_wall']:5.2f}x"
        cpu = f"CPU {one['loop_cpu']:7.1f} s, {one['cpu']:7.1f} s  {one['ratio_cpu']:5.2f}x"
        print(f"{label:10} clients  {wall};  {cpu};  peak {one['pss']} MB PSS")
    for name, value in summary(found).items():
        print(f"{name:22} {value}")
    if given.json:
        print(json.dumps(summary(found)))


if __name__ == "__main__":
    main()
