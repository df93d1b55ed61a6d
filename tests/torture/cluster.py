"""A Dask cluster whose workers, scheduler, drivers and reports are killed at random: nothing half, mixed or done twice.

`python tests/torture/cluster.py --seeds 20 --first 0`

Each seed is a batch of its own over one cluster: one driver or two at once, up to four kills while they last, then what
is left, by one more driver. Whatever was killed is started again, as an operator's machine would.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
from distributed import Client

sys.path.insert(0, str(Path(__file__).parent))
from arena import COMMAND, ROOT, WORKER, Arena  # type: ignore[import-not-found]
from kills import judge  # type: ignore[import-not-found]

KINDS = ("worker", "scheduler", "driver", "report")
SECONDS = 3600.0  # a driver is stuck that takes longer
_SCHEDULER = ("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard")
# a report that ends with its worker, of tiny notebooks
_REPORT = f"""
import sys
from siyu.runs.files.processes import die_with_parent
die_with_parent(int(sys.argv.pop(3)))
{COMMAND}"""
_WORKER = f"""
import pathlib, sys
from siyu.runs import remote
from siyu.runs.ask import sections
folder, tiny = sys.argv.pop(1), sys.argv.pop(1)
sections.notebooks_dir = lambda: pathlib.Path(folder)
remote.REPORT = ("-c", {_REPORT!r}, folder, tiny)
from distributed.cli.dask_worker import main
main()
"""


class Machines:
    """A scheduler and workers, each a process that can be killed and started again. Use it as a context manager."""

    def __init__(self, arena: Arena, workers: int = 2) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.arena, self.address = arena, f"tcp://127.0.0.1:{self.port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes] | None] = [None] * workers

    def __enter__(self) -> Machines:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    def mend(self) -> None:
        """Start what has ended. Workers that have lost their scheduler end by themselves, as soon as their report has."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.scheduler = self._started(*_SCHEDULER, "--port", str(self.port))
        for place, worker in enumerate(self.workers):
            if worker is None or worker.poll() is not None:
                words = "-c", _WORKER, str(self.arena.notebooks), str(WORKER), self.address
                more = "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.arena.root)
                self.workers[place] = self._started(*words, *more)

    def complete(self) -> bool:
        """Whether the scheduler knows all workers: on a slow machine they take longer to start than a driver waits."""
        with suppress(OSError, TimeoutError), Client(self.address, timeout=10, set_as_default=False) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"]) == len(self.workers)
        return False

    def reports(self) -> list[psutil.Process]:
        """Reports that are being made on workers."""
        living = (psutil.Process(worker.pid) for worker in self.workers if worker is not None and worker.poll() is None)
        return [child for worker in living for child in worker.children()]

    def waited(self, over: Callable[[], bool], what: str) -> None:
        """Start what ends in the meantime. Raises AssertionError when it takes too long."""
        deadline = time.monotonic() + SECONDS
        while not over():
            assert time.monotonic() < deadline, what
            self.mend()
            time.sleep(0.2)

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, *words]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=ROOT, env=self.arena.environment, stdout=quiet, stderr=quiet)


def disturb(machines: Machines, drivers: list[subprocess.Popen[str]], draw: random.Random) -> str:
    """Kill something. Returns what it was, "" for nothing."""
    kind = draw.choice(KINDS)
    if kind == "report":
        victims = machines.reports()
    elif kind == "driver":
        victims = [one for one in drivers if one.poll() is None]
    else:
        victims = [machines.scheduler] if kind == "scheduler" else list(machines.workers)
    if not victims:
        return ""
    victim = draw.choice(victims)
    try:
        victim.kill()
        victim.wait()
    except psutil.NoSuchProcess:
        return ""
    return kind


def trial(arena: Arena, machines: Machines, seed: int, reference: dict[str, dict[str, str]]) -> Counter[str]:
    """Kills by kind, of one batch in a folder of its own. Raises AssertionError at the first thing that is wrong."""
    draw, hits = random.Random(seed), Counter[str]()  # noqa: S311 - to be replayed, not to be secret
    arena.out = arena.root / f"out-{seed}"
    machines.waited(machines.complete, "workers do not come")
    cluster = "--scheduler", machines.address
    drivers = [arena.start(*cluster) for _ in range(draw.choice((1, 1, 2)))]
    hits["drivers"] = len(drivers)
    for _ in range(draw.randint(1, 4)):
        time.sleep(draw.uniform(0.0, 8.0))
        machines.mend()
        if any(one.poll() is None for one in drivers):
            hits[disturb(machines, drivers, draw)] += 1
    machines.waited(lambda: all(one.poll() is not None for one in drivers), "a driver is stuck")
    for driver in drivers:
        driver.communicate()
    judge(arena, reference)
    machines.waited(lambda: not machines.reports(), "a report of a lost driver does not end")
    judge(arena, reference)
    machines.waited(machines.complete, "workers do not come back")
    due, before = arena.plan(), Counter(arena.executed())
    code, _, said = arena.run(*cluster)
    assert code == 0, said
    assert judge(arena, reference) == len(arena.subjects)
    assert {*(Counter(arena.executed()) - before)} == {(name, one) for name, found in due.items() for one in found}
    assert max(Counter(arena.executed()).values()) == 1, "executed again"
    assert arena.plan() == {}
    del hits[""]
    return hits


def torture(root: Path, seeds: range, subjects: int) -> str:
    """Returns the figures. Raises AssertionError at the first thing that is wrong."""
    arena, hits = Arena(root, subjects, ["import time; time.sleep(0.5)"]), Counter[str]()
    code, _, said = arena.run(out=arena.root / "reference")
    assert code == 0, said
    reference = {subject: arena.contents(subject, arena.root / "reference") for subject in arena.subjects}
    with Machines(arena) as machines:
        for seed in seeds:
            found = trial(arena, machines, seed, reference)
            sys.stdout.write(f"seed {seed}: {dict(found)}\n")
            sys.stdout.flush()
            hits += found
    assert not arena.orphans(), "left behind"
    drivers, killed = hits.pop("drivers"), ", ".join(f"{count} {kind}" for kind, count in sorted(hits.items()))
    return f"{len(seeds)} batches of {subjects} subjects by {drivers} drivers, {sum(hits.values())} kills ({killed})"


def main() -> None:
    """Parse the command line, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--subjects", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="siyu-torture-") as folder:
        said = torture(Path(folder), range(given.first, given.first + given.seeds), given.subjects)
    sys.stdout.write(f"cluster: {said}; nothing wrong, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
