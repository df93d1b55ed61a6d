"""Processes of a run: found by a mark in their environment, or as descendants of one that has it, so that none outlives
it."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from typing import NoReturn

import psutil

MARK = "SIYU_RUN"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def marked(run: str, number: int) -> str:
    """The mark of a run's process: as long as any other, so that a forked process can write its own over it."""
    return f"{run}.{number:06}"


def die_with_parent(parent: int, by: int = signal.SIGKILL) -> None:
    """Have Linux end this process together with the one that started it; end now if that is gone. by: the signal."""
    _prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Have Linux make this process the parent of whatever its children leave behind, mark or no mark."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def leave(*_: object) -> NoReturn:
    """End this process and all that it has started or adopted; a handler of signals."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def family(mark: str) -> dict[psutil.Process, str]:
    """Every living process that carries this mark or one below it (`run`, `run.7`), with its own, and their descendants
    without one, which count as theirs; never this process."""
    present = {one: one.info for one in psutil.process_iter(["environ", "ppid"])}  # None: it cannot be asked
    marks = {one.pid: (about["environ"] or {}).get(MARK, "") for one, about in present.items()}
    parents = {one.pid: about["ppid"] or 0 for one, about in present.items()}
    told = {one: marks[one.pid] or _inherited(one.pid, marks, parents) for one in present}
    return {one: own for one, own in told.items() if f"{own}.".startswith(f"{mark}.") and one.pid != os.getpid()}


def memory(mark: str, *, parts: bool) -> dict[str, int]:
    """Bytes of all processes of each mark. parts: what several share counts in parts (Linux), which the kernel takes
    twenty milliseconds to add up for a process with libraries; else whole, for each of them."""
    total: dict[str, int] = {}
    for process, own in family(mark).items():
        with contextlib.suppress(psutil.Error):  # it has just ended
            used = process.memory_full_info() if parts else process.memory_info()
            total[own] = total.get(own, 0) + int(getattr(used, "pss", used.rss))
    return total


def sweep(mark: str, spare: Iterable[int] = (), seconds: float = 20.0) -> list[int]:
    """Kill every process of a mark, or of one below it, until none is left. Returns the pids killed.

    Raises TimeoutError when some are still there after `seconds`.
    """
    spared, killed, deadline = set(spare), set[int](), time.monotonic() + seconds
    while left := [p for p in family(mark) if p.pid not in spared and _alive(p)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {sorted(p.pid for p in left)} cannot be stopped")
        for process in left:
            killed.add(process.pid)
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=0.05)
    return sorted(killed)


def _inherited(pid: int, marks: Mapping[int, str], parents: Mapping[int, int]) -> str:
    """The mark of the nearest ancestor that has one."""
    while (pid := parents.get(pid, 0)) in parents:
        if mark := marks[pid]:
            return mark
    return ""


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
