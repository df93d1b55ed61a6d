"""The pool of workers, and the watchdog over them: started, watched against limits, swept away."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from siyu.paths import project_root
from siyu.runs.files import storage
from siyu.runs.files.processes import MARK, marked, memory, sweep
from siyu.runs.make import forking, workers
from siyu.runs.make.workers import Task, Worker, cause_of_death, hired, marked_environment, pids

_SERVE = "serve"  # makes a fork server of it
_RENDERS = ("siyu.runs.make.reporting", "siyu.render.index")
_EXECUTES = ("siyu.runs.make.execution", "IPython.paths")  # the latter for jupyter_client, once a kernel starts
_TICK = 1.0  # seconds between two looks at memory
_TASKS_EACH = 50  # then a worker is replaced: what its libraries have not given back goes with it
_SOCKET_PATH = 40  # characters; a socket's path must stay below 104, and names are added


class Pool:
    """Up to `size` workers. Use it as a context manager: on leaving, nothing of it stays alive, and it can be used
    again."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.run = secrets.token_hex(8)
        self.sockets = _socket_folder(self.run)
        self.workers: list[Worker] = []
        self._selector = selectors.DefaultSelector()
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._servers: dict[str, subprocess.Popen[bytes]] = {}
        self._forking = forking.wanted()
        self._numbers = iter(range(1, sys.maxsize))
        self._looked = 0.0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self.workers or self._servers:
            sweep(self.run)
        while self.workers:
            self._forget(self.workers.pop())
        while self._servers:
            self._servers.popitem()[1].wait()
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait(timeout=10)
            self._watchdog = None
        storage.remove(self.sockets)

    def warm(self) -> None:
        """Have fork servers load, which takes seconds, before the first section is given."""
        self._kernels()
        self._workers(executes=True)

    @property
    def busy(self) -> list[Task]:
        """Tasks under way."""
        return [worker.task for worker in self.workers if worker.task is not None]

    @property
    def free(self) -> int:
        """How many more tasks can start now."""
        return self.size - len(self.busy)

    def start(self, task: Task) -> None:
        """Give a task to an idle worker, or to a new one."""
        executes = task.payload.get("kind") == "section"
        forks = self._kernels() if executes else ""
        worker = next((one for one in self.workers if one.task is None), None) or self._hire(executes=executes)
        task.number, task.started = next(self._numbers), time.monotonic()
        worker.task, worker.tasks = task, worker.tasks + 1
        message = {**task.payload, "number": task.number, "sockets": str(self.sockets), "forks": forks}
        with contextlib.suppress(BrokenPipeError):  # it has died: its answers end, which says so
            worker.given.write(json.dumps(message).encode() + b"\n")
            worker.given.flush()

    def stop(self, owner: str) -> None:
        """Kill every worker that works for `owner`, with all its processes. Their tasks do not come back."""
        for worker in [one for one in self.workers if one.task is not None and one.task.owner == owner]:
            self._dismiss(worker)

    def finished(self, timeout: float) -> Iterator[tuple[Task, str | None]]:
        """Tasks that ended within `timeout` seconds, each with its fault or None."""
        for key, _ in self._selector.select(timeout):
            worker: Worker = key.data
            if worker not in self.workers:  # stopped for what another has just said
                continue
            if not (received := os.read(worker.answers, 1 << 16)):
                why = cause_of_death(worker)
                self._dismiss(worker)
                if worker.task is not None:
                    yield _ended(worker.task, why)
                continue
            *lines, worker.pending = (worker.pending + received).split(b"\n")
            for line in lines:
                if worker in self.workers:
                    yield from self._answer(worker, json.loads(line))

    def look(self) -> None:
        """Measure the memory of every task, and see that the watchdog is there. Cheap to call often."""
        if time.monotonic() - self._looked < _TICK:
            return
        self.weigh(parts=False)
        if self._watchdog is not None and self._watchdog.poll() is not None:
            self._watch()
        self._looked = time.monotonic()

    def weigh(self, *, parts: bool) -> None:
        """Measure the memory of every task now. parts: what they share counts once in all, not once for each."""
        used = memory(self.run, parts=parts)
        for worker in self.workers:
            if worker.task is not None:
                worker.task.memory = used.get(worker.mark, 0)

    def _answer(self, worker: Worker, answer: Mapping[str, Any]) -> Iterator[tuple[Task, str | None]]:
        if (task := worker.task) is None:
            return
        if "done" not in answer:
            task.cells, task.output = answer["cells"], answer["output"]
            return
        worker.task = None
        sweep(worker.mark, spare=pids(worker.process))  # whatever the notebook has started and left running
        if worker.tasks >= _TASKS_EACH:
            self._dismiss(worker)
        yield _ended(task, answer["fault"])

    def _kernels(self) -> str:
        return self._served("kernels", forking.KERNELS, forking.LIBRARIES)

    def _workers(self, *, executes: bool) -> str:
        return self._served("workers", (*workers.WORKER, _SERVE), (*(_EXECUTES if executes else ()), *_RENDERS))

    def _served(self, name: str, program: Sequence[str], modules: Sequence[str]) -> str:
        """Path of a fork server's socket, "" where nothing is forked; one that has died is replaced."""
        if not self._forking:
            return ""
        path = self.sockets / name
        if name not in self._servers or self._servers[name].poll() is not None:
            self._settle()
            self._servers[name] = forking.served(path, marked_environment(marked(self.run, 0)), program, modules)
        return str(path)

    def _settle(self) -> None:
        if self._watchdog is None:
            self.sockets.mkdir(mode=0o700, exist_ok=True)  # there already if the watchdog could not start before
            self._watch()

    def _hire(self, *, executes: bool) -> Worker:
        self._settle()
        server = self._workers(executes=executes)
        mark = marked(self.run, next(self._numbers))
        (tasks, given), (reading, writing) = os.pipe(), os.pipe()
        errors = self.sockets / f"{mark}.err"
        try:
            with errors.open("wb") as file:
                process = hired(server, marked_environment(mark), tasks, writing, file.fileno())
        except OSError:  # no process or descriptor to be had
            os.close(given)
            os.close(reading)
            raise
        finally:
            os.close(tasks)
            os.close(writing)
        worker = Worker(process, mark, os.fdopen(given, "wb"), reading, errors)
        self._selector.register(reading, selectors.EVENT_READ, worker)
        self.workers.append(worker)
        return worker

    def _dismiss(self, worker: Worker) -> None:
        sweep(worker.mark)
        self._forget(worker)
        self.workers.remove(worker)

    def _forget(self, worker: Worker) -> None:
        self._selector.unregister(worker.answers)
        os.close(worker.answers)
        with contextlib.suppress(BrokenPipeError):
            worker.given.close()
        worker.process.wait()

    def _watch(self) -> None:
        command = [sys.executable, "-m", "siyu.runs.make.watchdog", self.run, str(self.sockets)]
        environment = {name: value for name, value in os.environ.items() if name != MARK}
        apart: Any = {"env": environment, "cwd": project_root(), "start_new_session": True}
        self._watchdog = subprocess.Popen(command, stdin=subprocess.PIPE, **apart)


def _ended(task: Task, fault: str | None) -> tuple[Task, str | None]:
    task.seconds = time.monotonic() - task.started
    return task, fault


def _socket_folder(run: str) -> Path:
    """Where the sockets of a run go; it is made with the first worker, for this user only."""
    usual = Path(tempfile.gettempdir())
    return (usual if len(str(usual)) <= _SOCKET_PATH else Path("/tmp")) / f"siyu-{run}"  # noqa: S108
