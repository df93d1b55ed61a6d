"""Batches of reports: `siyu report` against the shell loop of `papermill` and `jupyter nbconvert`.

    .venv/bin/python benchmarks/batch.py [--reports N] [--blocks N]

Same notebooks, same subjects, on the same machine: the reports are cut into blocks, and the two take turns
block by block, so that a machine that slows down slows down both. The loop makes an executed notebook and an
HTML page of each section, in one language. `siyu report` makes the executed notebooks, `findings.json` and, in
each language asked for, a page, a deck and a workbook of each subject: checked, read back, sealed and published.
Afterwards more reports are made, untimed, to see how long many unchanged subjects take to be decided.
Times are wall clock; CPU is of all processes together. Cold: nothing is published before, nothing is warmed up.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from siyu.runs.ask.sections import notebooks

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass
class Took:
    """Seconds of wall clock and of CPU, summed over blocks."""

    wall: float = 0.0
    cpu: float = 0.0

    def add(self, command: Sequence[object], environment: dict[str, str]) -> None:
        """Run a command to its end."""
        before, began = _children(), time.perf_counter()
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words[:3])} ended with {done.returncode}: {done.stderr[-800:]}")
        self.wall += time.perf_counter() - began
        self.cpu += _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def loop(subjects: Sequence[str], folder: Path, took: Took, environment: dict[str, str]) -> None:
    """What people write: for each subject and notebook, papermill, then nbconvert."""
    for subject in subjects:
        for name in (name for name, one in notebooks().items() if "case" in one.profile.kinds):
            notebook = ROOT / "notebooks" / f"{name}.ipynb"
            executed = folder / subject / notebook.name
            executed.parent.mkdir(parents=True, exist_ok=True)
            quiet = ["--no-progress-bar", "--log-level", "ERROR"]
            took.add([BIN / "papermill", notebook, executed, "-p", "subject", subject, *quiet], environment)
            convert = [BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", "--log-level", "ERROR"]
            took.add([*convert, executed], environment)


def where_time_goes(out: Path, subjects: Sequence[str]) -> dict[str, float]:
    """Seconds of tasks by kind, mean of a report, from the journals."""
    spent: dict[str, list[float]] = {}
    for subject in subjects:
        for task in json.loads((out / subject / "journal.json").read_text())["tasks"]:
            spent.setdefault(task["task"], []).append(task["seconds"])
    return {label: statistics.mean(seconds) for label, seconds in sorted(spent.items())}


def main() -> None:
    """Take turns, then print the ratio and where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=12)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--unchanged", type=int, default=20)
    parser.add_argument("--lang", default="en")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="siyu-benchmark-") as made:
        folder = Path(made)
        subjects = [f"client_{number:02}" for number in range(max(given.reports, given.unchanged))]
        about = (ROOT / "data" / "subjects" / "luzhou_laojiao" / "subject.yml").read_text(encoding="utf-8")
        lines = [line for line in about.splitlines() if not line.startswith("case:")]
        for subject in subjects:
            (folder / "subjects" / subject).mkdir(parents=True)
            text = "\n".join([*lines, "case: luzhou_laojiao", ""])
            (folder / "subjects" / subject / "subject.yml").write_text(text, encoding="utf-8")
        environment = {**os.environ, "SIYU_DATA": str(folder / "subjects")}
        shell, ours = Took(), Took()
        size = -(-given.reports // given.blocks)
        for start in range(0, given.reports, size):
            block = subjects[start : min(start + size, given.reports)]
            loop(block, folder / "loop", shell, environment)
            ours.add([BIN / "siyu", "report", *block, "--lang", given.lang, "--out", folder / "out"], environment)
            print(f"  {start + len(block)} reports: loop {shell.wall:.1f} s, siyu {ours.wall:.1f} s", flush=True)
        spent = where_time_goes(folder / "out", subjects[: given.reports])
        more, again, forced = Took(), Took(), Took()
        for took in (more, again):
            took.add([BIN / "siyu", "report", *subjects, "--lang", given.lang, "--out", folder / "out"], environment)
        shutil.rmtree(folder / "out" / subjects[0])
        one = [BIN / "siyu", "report", subjects[0], "--lang", given.lang, "--out", folder / "out"]
        forced.add(one, environment)
    count = given.reports
    print(f"loop   {shell.wall:7.1f} s wall  {shell.cpu:7.1f} s CPU  {shell.wall / count:5.1f} s a report")
    print(f"siyu   {ours.wall:7.1f} s wall  {ours.cpu:7.1f} s CPU  {ours.wall / count:5.1f} s a report")
    print(f"ratio  {shell.wall / ours.wall:.2f} in wall time, {shell.cpu / ours.cpu:.2f} in CPU")
    print(f"one report alone {forced.wall:.1f} s; {len(subjects)} unchanged ones decided in {again.wall:.2f} s")
    print("seconds of a report, by task: " + ", ".join(f"{label} {each:.1f}" for label, each in spent.items()))


if __name__ == "__main__":
    main()
