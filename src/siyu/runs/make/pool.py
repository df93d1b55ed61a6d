"""The pool of workers, and the watchdog over them: started, watched against limits, swept away."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siyu.paths import project_root
from siyu.runs.files import storage
from siyu.runs.files.processes import MARK, Census, marked, sweep
from siyu.runs.make import forking

WORKER = ("-m", "siyu.runs.make.worker")
_TICK = 1.0  # seconds between two looks at memory
_TASKS_EACH = 50  # then a worker is replaced: what its libraries have not given back goes with it
_SOCKET_PATH = 40  # characters; a socket's path must stay below 104, and names are added
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|TZ|TMPDIR|VIRTUAL_ENV|JAVA_HOME|HADOOP_(CONF_DIR|HOME)|LD_LIBRARY_PATH"
    r"|(LC|SIYU|XDG|PYTHON|MPL|JUPYTER|IPYTHON|SPARK|PYSPARK|FONTCONFIG|NUMBA|OMP|OPENBLAS|MKL)_?\w*"
)
_FATAL = re.compile(r"^(Fatal Python error: [\w ]+|[\w.]+(Error|Exception))", re.MULTILINE)


@dataclass
class Task:
    """Something for a worker to do. `payload` is what the worker gets; `owner` the subject it is for."""

    owner: str
    label: str
    payload: Mapping[str, Any]
    number: int = 0
    started: float = 0.0
    seconds: float = 0.0
    cells: int = 0
    output: int = 0
    memory: int = 0


@dataclass(eq=False)
class Worker:
    """A child process in a session of its own, its answers, and what it is doing."""

    process: subprocess.Popen[bytes]
    mark: str
    answers: int
    errors: Path
    task: Task | None = None
    tasks: int = 0
    pending: bytes = field(default=b"", repr=False)


class Pool:
    """Up to `size` workers. Use it as a context manager: on leaving, nothing of it stays alive."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.run = secrets.token_hex(8)
        self.sockets = _socket_folder(self.run)
        self.workers: list[Worker] = []
        self._selector = selectors.DefaultSelector()
        self._census = Census(self.run)
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._forks: subprocess.Popen[bytes] | None = None
        self._forking = forking.wanted()
        self._numbers = iter(range(1, sys.maxsize))
        self._looked = 0.0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self.workers:
            sweep(self.run)
        for worker in self.workers:
            self._forget(worker)
        if self._forks is not None:
            self._forks.wait()
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait(timeout=10)
        storage.remove(self.sockets)

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
        forks = self._served() if task.payload.get("kind") == "section" and self._forking else ""
        worker = next((one for one in self.workers if one.task is None), None) or self._hire()
        task.number, task.started = next(self._numbers), time.monotonic()
        worker.task, worker.tasks = task, worker.tasks + 1
        message = {**task.payload, "number": task.number, "sockets": str(self.sockets), "forks": forks}
        if worker.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it has died: its answers end, which says so
                worker.process.stdin.write(json.dumps(message).encode() + b"\n")
                worker.process.stdin.flush()

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
                why = _cause_of_death(worker)
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
        memory = self._census.memory(parts=parts)
        for worker in self.workers:
            if worker.task is not None:
                worker.task.memory = memory.get(worker.mark, 0)

    def _answer(self, worker: Worker, answer: Mapping[str, Any]) -> Iterator[tuple[Task, str | None]]:
        if (task := worker.task) is None:
            return
        if "done" not in answer:
            task.cells, task.output = answer["cells"], answer["output"]
            return
        worker.task = None
        sweep(worker.mark, spare=[worker.process.pid])  # whatever the notebook has started and left running
        if worker.tasks >= _TASKS_EACH:
            self._dismiss(worker)
        yield _ended(task, answer["fault"])

    def _served(self) -> str:
        """Path of the fork server's socket; one that has died is replaced."""
        path = self.sockets / "forks"
        if self._forks is None or self._forks.poll() is not None:
            self._settle()
            self._forks = forking.served(path, _environment(marked(self.run, 0)))
        return str(path)

    def _settle(self) -> None:
        if self._watchdog is None:
            self.sockets.mkdir(mode=0o700, exist_ok=True)  # there already if the watchdog could not start before
            self._watch()

    def _hire(self) -> Worker:
        self._settle()
        mark = marked(self.run, next(self._numbers))
        reading, writing = os.pipe()
        errors = self.sockets / f"{mark}.err"
        command = [sys.executable, *WORKER, str(writing), str(os.getpid())]
        with errors.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=file, pass_fds=[writing],
                cwd=project_root(), env=_environment(mark), start_new_session=True,
            )  # fmt: skip
        os.close(writing)
        worker = Worker(process, mark, reading, errors)
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
        if worker.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                worker.process.stdin.close()
        worker.process.wait()

    def _watch(self) -> None:
        command = [sys.executable, "-m", "siyu.runs.make.watchdog", self.run, str(self.sockets)]
        environment = {name: value for name, value in os.environ.items() if name != MARK}
        apart: Any = {"env": environment, "cwd": project_root(), "start_new_session": True}
        self._watchdog = subprocess.Popen(command, stdin=subprocess.PIPE, **apart)


def _ended(task: Task, fault: str | None) -> tuple[Task, str | None]:
    task.seconds = time.monotonic() - task.started
    return task, fault


def _environment(mark: str) -> dict[str, str]:
    """Of a worker and its kernels: marked, seeded, one thread a library (there is a worker for each core)."""
    ones = ("JUPYTER_PREFER_ENV_PATH", "PYDEVD_DISABLE_FILE_VALIDATION", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {**short(os.environ), **dict.fromkeys((*ones, "MKL_NUM_THREADS"), "1"), MARK: mark, "PYTHONHASHSEED": "0"}


def short(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an operator's environment programs need; the rest, secrets perhaps, no notebook gets to print."""
    return {name: value for name, value in environment.items() if _NEEDED.fullmatch(name)}


def _socket_folder(run: str) -> Path:
    """Where the sockets of a run go; it is made with the first worker, for this user only."""
    usual = Path(tempfile.gettempdir())
    return (usual if len(str(usual)) <= _SOCKET_PATH else Path("/tmp")) / f"siyu-{run}"  # noqa: S108


def _cause_of_death(worker: Worker) -> str:
    """What is known of a worker that has ended without an answer; nothing it printed but a type is quoted."""
    try:
        code = worker.process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return "its worker closed the line"
    if code < 0:
        return f"its worker was killed ({signal.Signals(-code).name})"
    said = _FATAL.findall(worker.errors.read_text(encoding="utf-8", errors="replace"))
    return f"its worker ended with code {code}" + (f" ({said[-1][0]})" if said else "")
