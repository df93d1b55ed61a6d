"""Random SIGKILLs over a batch: nothing half, nothing mixed, nothing left behind, nothing done twice.

`python tests/torture/kills.py --kills 200 --subjects 20 --seed N`
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from siyu.runs.make.forking import wanted

sys.path.insert(0, str(Path(__file__).parent))
from arena import Arena  # type: ignore[import-not-found]

KINDS = {
    "supervisor": "report",
    "worker": str(Path(__file__).parents[1] / "runs" / "tiny_worker.py"),
    "kernel": "siyu.runs.make.kernel_server" if wanted() else "ipykernel_launcher",
    "watchdog": "siyu.runs.make.watchdog",
}


def victim(arena: Arena, kind: str, draw: random.Random) -> psutil.Process | None:
    """A process of this kind, if there is one."""
    found = []
    for process in arena.processes():
        try:
            if KINDS[kind] in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return draw.choice(sorted(found, key=lambda process: process.pid)) if found else None


def one_run(arena: Arena, draw: random.Random, hits: Counter[str], left: int, pace: float) -> None:
    """Start a batch, kill at random while it lasts, and look at everything once it is over. pace: s a subject."""
    due = arena.plan()
    asked = set().union(*due.values())
    before = Counter(arena.executed())
    process = arena.start()
    while process.poll() is None and left > 0:
        time.sleep(draw.uniform(0.0, 2 * pace))
        kind = draw.choices(list(KINDS), (4, 3, 3, 1))[0]
        target = victim(arena, kind, draw)
        if target is None or process.poll() is not None:
            continue
        try:
            target.kill()
        except psutil.NoSuchProcess:
            continue
        hits[kind] += 1
        left -= 1
        if kind == "supervisor":
            break
    try:
        process.communicate(timeout=600)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    orphans = arena.orphans()
    assert not orphans, f"left behind: {orphans}"
    again = Counter(arena.executed()) - before
    # whoever comes first executes what is shared
    beyond = {(subject, section): count for (subject, section), count in again.items()
              if count > 1 or section not in (asked if arena.shared else due.get(subject, set()))}  # fmt: skip
    assert not beyond, f"executed again: {beyond}"


def judge(arena: Arena, reference: dict[str, dict[str, str]]) -> int:
    """Every visible report is whole; a published one is the one of an undisturbed run. Returns how many are."""
    published = 0
    for subject, record in arena.reports().items():
        if record["status"] == "published":
            published += 1
            assert arena.contents(subject) == reference[subject], f"{subject} differs from an undisturbed run"
        else:
            assert record["reasons"], f"{subject} failed without a reason"
            assert "killed" in str(record["reasons"]) or "died" in str(record["reasons"]), record["reasons"]
    return published


def torture(root: Path, kills: int, subjects: int, seed: int, *, shared: bool = False) -> str:
    """Returns the figures. Raises AssertionError at the first thing that is wrong."""
    draw = random.Random(seed)  # noqa: S311 - to be replayed, not to be secret
    arena = Arena(root, subjects, ["import time; time.sleep(0.3)"], shared=shared)
    began = time.monotonic()
    code, _, said = arena.run(out=root / "reference")
    assert code == 0, said
    pace = (time.monotonic() - began) / subjects
    reference = {subject: arena.contents(subject, root / "reference") for subject in arena.subjects}
    hits: Counter[str] = Counter()
    runs = rounds = 0
    while sum(hits.values()) < kills:
        one_run(arena, draw, hits, kills - sum(hits.values()), pace)
        runs += 1
        if judge(arena, reference) == subjects:
            rounds += 1
            for subject in draw.sample(arena.subjects, draw.randint(1, subjects)):
                shutil.rmtree(arena.out / subject)
    due = arena.plan()
    before = Counter(arena.executed())
    code, _, said = arena.run()
    assert code == 0, said
    left = {(subject, section) for subject, found in due.items() for section in found}
    done = Counter(arena.executed()) - before
    assert set(done) == left
    assert {section for _, section in done} == {section for _, section in left}
    assert not shared or sum(count for (_, section), count in done.items() if section == "01_evidence") <= 1
    assert judge(arena, reference) == subjects
    assert arena.plan() == {}
    killed = ", ".join(f"{count} {kind}" for kind, count in sorted(hits.items()))
    done = f"{len(arena.executed())} sections executed, {rounds} times all to the end"
    return f"{sum(hits.values())} kills ({killed}) in {runs} runs over {subjects} subjects, {done}"


def main() -> None:
    """Parse the command line, print the seed, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--subjects", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--shared", action="store_true")
    given = parser.parse_args()
    sys.stdout.write(f"kills: seed {given.seed}\n")
    sys.stdout.flush()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="siyu-torture-") as folder:
        said = torture(Path(folder), given.kills, given.subjects, given.seed, shared=given.shared)
    sys.stdout.write(f"kills: {said}; nothing wrong, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
