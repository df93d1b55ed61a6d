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
_UNBORN = ".000000"  # of the fork server, and for a moment of what it forks


def marked(run: str, number: int) -> str:
    """The mark of a run's process: as long as any other, so that a forked process can write its own over it."""
    return f"{run}.{number:06}"


def die_with_parent(parent: int, by: int = signal.SIGKILL) -> None:
    """Have Linux end this process together with the one that started it; end now if that is gone. by: the signal."""
    if sys.platform.startswith("linux"):
        _prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Have Linux make this process the parent of whatever its children leave behind, mark or no mark."""
    if sys.platform.startswith("linux"):
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def leave(*_: object) -> NoReturn:
    """End this process and all that it has started or adopted; a handler of signals."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


class Census:
    """The processes that carry a mark, and their descendants without one, which count as theirs.

    Those without are asked again: one may be about to become a kernel."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._marks: dict[psutil.Process, str] = {}

    def processes(self) -> dict[psutil.Process, str]:
        """Every living process of this mark or of one below it (`run`, `run.7`), with its own; never this process."""
        present = {process: self._marks.get(process) or _mark(process) for process in psutil.process_iter()}
        self._marks = {process: mark for process, mark in present.items() if mark and not mark.endswith(_UNBORN)}
        marks, parents = {one.pid: mark for one, mark in present.items()}, {one.pid: _parent(one) for one in present}
        told = {one: mark or _inherited(one.pid, marks, parents) for one, mark in present.items()}
        below = {one: mark for one, mark in told.items() if f"{mark}.".startswith(f"{self.mark}.")}
        return {one: mark for one, mark in below.items() if one.pid != os.getpid()}

    def memory(self, *, parts: bool) -> dict[str, int]:
        """Bytes of all processes of each mark. parts: what several share counts in parts (Linux), which the kernel
        takes twenty milliseconds to add up for a process with libraries; else whole, for each of them."""
        total: dict[str, int] = {}
        for process, mark in self.processes().items():
            with contextlib.suppress(psutil.Error):  # it has just ended
                used = process.memory_full_info() if parts else process.memory_info()
                total[mark] = total.get(mark, 0) + int(getattr(used, "pss", used.rss))
        return total


def sweep(mark: str, spare: Iterable[int] = (), seconds: float = 20.0) -> list[int]:
    """Kill every process of a mark, or of one below it, until none is left. Returns the pids killed.

    Raises TimeoutError when some are still there after `seconds`.
    """
    spared, killed, deadline = set(spare), set[int](), time.monotonic() + seconds
    while left := [p for p in Census(mark).processes() if p.pid not in spared and _alive(p)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {sorted(p.pid for p in left)} cannot be stopped")
        for process in left:
            killed.add(process.pid)
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=0.05)
    return sorted(killed)


def _mark(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):  # another user's process, or it has just ended
        return ""


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


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
