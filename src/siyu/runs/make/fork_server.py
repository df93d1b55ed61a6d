"""A fork server: a process that has loaded what others need, and forks them off for whoever asks.

It stays single-threaded. Between the server and what it has forked stands a guardian, the parent of that: whatever a
notebook does to its parent, it does to no other notebook.
"""

import contextlib
import ctypes
import gc
import json
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import psutil

from siyu.runs.files.processes import MARK, adopt_orphans, die_with_parent

ANSWER = struct.Struct("!i")  # pids of its guardian and of what was forked, then how that ended
_LONGEST = 1 << 20  # bytes of a request that are read at once
_PASSED = 3  # descriptors of a request at most
_MANY = 6  # forks: more than the sections of a report that start before one of them has ended


def forks(
    listener: int, supervisor: int, load: Callable[[], None], load_late: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Load, then serve at the listening socket until the supervisor is gone; `load_late` once many have asked.

    Returns in each process that was forked, which is by then what a launcher would have started: its request
    {arguments, environment, folder, data: soft and hard limit of memory, at: numbers of the descriptors that were
    passed on, null where any will do; kept: numbers of those}.
    """
    mark = _place_of_mark()
    die_with_parent(supervisor)
    before = dict(os.environ)
    _loaded(load)
    gc.set_threshold(10_000, 20)  # of a few thousand objects that a cell makes, none is garbage yet
    request, line, passed = _forked(socket.socket(fileno=listener), mark, load_late)
    told = {name: value for name, value in os.environ.items() if before.get(name) != value}  # by what was imported
    request["kept"] = _become(request, passed, told)
    line.sendall(ANSWER.pack(os.getppid()) + ANSWER.pack(os.getpid()))
    line.close()
    return request


def _loaded(load: Callable[[], None]) -> None:
    gc.disable()  # nothing that is loaded is let go again
    load()
    gc.freeze()  # the collector leaves alone what all share
    gc.enable()


def _place_of_mark() -> int:
    """Where in memory the mark stands that others see in this process's environment; no fork changes that by itself."""
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_void_p
    return int(getenv(MARK.encode()))


def _forked(
    listener: socket.socket, mark: int, load_late: Callable[[], None] | None
) -> tuple[dict[str, Any], socket.socket, list[int]]:
    """Serve requests; returns in each process that was asked for: its request, the line to who asked, descriptors."""
    signal.signal(signal.SIGCHLD, _reap)
    server, number = os.getpid(), 0
    while True:
        line, _ = listener.accept()
        said, passed, _, _ = socket.recv_fds(line, _LONGEST, _PASSED)
        while said and not said.endswith(b"\n"):
            said += line.recv(_LONGEST)
        if said and os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            request = json.loads(said)
            ctypes.memmove(mark, request["environment"][MARK].encode(), len(os.environ[MARK]))
            adopt_orphans()
            if child := os.fork():
                _guard(child, server, line, passed)
            return request, line, passed
        for descriptor in (line.detach(), *passed):
            os.close(descriptor)
        number += 1
        if load_late and number == _MANY:
            _loaded(load_late)


def _reap(*_: object) -> None:
    """Take leave of guardians, so that what their processes used counts as used by this one."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _guard(child: int, server: int, line: socket.socket, passed: Sequence[int]) -> NoReturn:
    """Tell who asked how the process ends; end it when that one or the server is gone, and with it all it has left."""
    try:
        for descriptor in passed:  # whoever reads what it writes is to hear of its end
            os.close(descriptor)
        ended = os.pidfd_open(child)
        if ended not in select.select([ended, os.pidfd_open(server), line.fileno()], [], [])[0]:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        _end_children()
        line.sendall(ANSWER.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


def _end_children() -> None:
    """Kill every child, and those that become children by it, until there is none."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            os.waitpid(-1, 0)


def _become(request: dict[str, Any], passed: Sequence[int], told: dict[str, str]) -> list[int]:
    """Turn this process into what a launcher would have started: session, descriptors, limits, environment. Returns
    descriptors that keep their number."""
    os.setsid()
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    kept = []
    for at, descriptor in zip(request["at"], passed, strict=True):
        if at is None:
            kept.append(descriptor)
        else:
            os.dup2(descriptor, at)
            os.close(descriptor)
    os.environ.clear()
    os.environ.update(told | request["environment"])
    os.chdir(request["folder"])
    resource.setrlimit(resource.RLIMIT_DATA, tuple(request["data"]))
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    return kept
