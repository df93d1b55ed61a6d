"""The fork server: a process that has loaded what notebooks import, and forks a kernel for whoever asks.

It stays single-threaded, and of this package it hands nothing on: a kernel imports that itself, as it is on disk by
then, so that an edit counts at once and the trail names what the section imports. Between the server and a kernel
stands a guardian, the kernel's parent: whatever a notebook does to its parent, it does to no other notebook.
"""

import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, NoReturn

import psutil

from siyu.runs.files.processes import MARK, adopt_orphans, die_with_parent

ANSWER = struct.Struct("!i")  # the kernel's pid, then how it ended
_KERNEL = ("ipykernel.debugger", "ipykernel.kernelapp", "ipykernel.zmqshell")
_BACKEND = "matplotlib_inline.backend_inline"  # looks for its shell when it is imported
_UNASKED = "dask"  # Pint looks for it, and takes half a second to find out that nobody uses it
_LONGEST = 1 << 20  # bytes of a request that are read at once


def main() -> None:
    """Serve. Arguments: descriptor of the listening socket, pid of the supervisor, modules to load."""
    listener, supervisor, *libraries = sys.argv[1:]
    mark = _place_of_mark()
    die_with_parent(int(supervisor))
    if not sys.flags.safe_path:
        del sys.path[0]  # as the launcher of kernels does
    before = dict(os.environ)
    _load(libraries)
    told = {name: value for name, value in os.environ.items() if before.get(name) != value}  # by what was imported
    _become(*_forked(socket.socket(fileno=int(listener)), mark), told)
    from ipykernel.kernelapp import IPKernelApp

    kernel: Any = IPKernelApp.instance(parent_handle=os.getppid())
    kernel.initialize(sys.argv[1:])
    kernel.start()


def _place_of_mark() -> int:
    """Where in memory the mark stands that others see in this process's environment; no fork changes that by itself."""
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_void_p
    return int(getenv(MARK.encode()))


def _load(libraries: Sequence[str]) -> None:
    """Import, then have the collector leave alone what all kernels share."""
    os.environ.setdefault("MPLBACKEND", f"module://{_BACKEND}")
    # libraries that look, when they are imported, where they are, find themselves in a kernel
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    absent: Any = sys.modules.setdefault(_UNASKED, None)  # type: ignore[arg-type]
    for name in (*_KERNEL, *libraries):
        importlib.import_module(name)
    if absent is None:
        del sys.modules[_UNASKED]
    del vars(builtins)["get_ipython"]
    sys.modules.pop(_BACKEND, None)
    gc.collect()
    gc.freeze()


def _forked(listener: socket.socket, mark: int) -> tuple[dict[str, Any], socket.socket, list[int]]:
    """Serve requests; returns in each process that is to be a kernel: its request, the line to its worker, its
    outputs."""
    signal.signal(signal.SIGCHLD, _reap)
    server = os.getpid()
    while True:
        line, _ = listener.accept()
        said, outputs, _, _ = socket.recv_fds(line, _LONGEST, 2)
        while said and not said.endswith(b"\n"):
            said += line.recv(_LONGEST)
        if said and os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            request = json.loads(said)
            ctypes.memmove(mark, request["environment"][MARK].encode(), len(os.environ[MARK]))
            adopt_orphans()
            if kernel := os.fork():
                _guard(kernel, server, line)
            return request, line, outputs
        for descriptor in (line.detach(), *outputs):
            os.close(descriptor)


def _reap(*_: object) -> None:
    """Take leave of guardians, so that what their kernels used counts as used by this process."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _guard(kernel: int, server: int, line: socket.socket) -> NoReturn:
    """Tell the worker how the kernel ends; end it when worker or server are gone, and with it all it has left."""
    try:
        ended = os.pidfd_open(kernel)
        if ended not in select.select([ended, os.pidfd_open(server), line.fileno()], [], [])[0]:
            os.kill(kernel, signal.SIGKILL)
        _, status = os.waitpid(kernel, 0)
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


def _become(request: dict[str, Any], line: socket.socket, outputs: list[int], told: dict[str, str]) -> None:
    """Turn this process into what a launcher would have started: session, descriptors, limits, environment."""
    os.setsid()
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    for at, descriptor in enumerate(outputs, 1):
        os.dup2(descriptor, at)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(told | request["environment"], JPY_PARENT_PID=str(os.getppid()))
    os.chdir(request["folder"])
    resource.setrlimit(resource.RLIMIT_DATA, tuple(request["data"]))
    for name in [name for name in sys.modules if name.partition(".")[0] == "siyu"]:
        del sys.modules[name]
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *request["arguments"]]
    line.sendall(ANSWER.pack(os.getpid()))
    line.close()


if __name__ == "__main__":
    main()
