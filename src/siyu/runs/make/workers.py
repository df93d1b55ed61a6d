"""Workers, and what they do: how they are started, and what is known of one that has died."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from siyu.paths import project_root
from siyu.runs.files.processes import MARK
from siyu.runs.make.forked import Forked

WORKER = ("-m", "siyu.runs.make.worker")
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|TZ|TMPDIR|VIRTUAL_ENV|JAVA_HOME|HADOOP_(CONF_DIR|HOME)|LD_LIBRARY_PATH"
    r"|IPYTHONDIR|JUPYTER_(CONFIG_DIR|DATA_DIR|PATH|PREFER_ENV_PATH|RUNTIME_DIR)|MPL(BACKEND|CONFIGDIR)|PYTHON[A-Z0-9]*"
    r"|(LC|SIYU|XDG|SPARK|PYSPARK|FONTCONFIG|NUMBA|OMP|OPENBLAS|MKL)_\w+"
)
# of glibc, in bytes: it would give every array back to the system and ask for it anew, page by page
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(64 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
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

    process: subprocess.Popen[bytes] | Forked
    mark: str
    given: IO[bytes]
    answers: int
    errors: Path
    task: Task | None = None
    tasks: int = 0
    pending: bytes = field(default=b"", repr=False)


def hired(
    server: str, environment: dict[str, str], tasks: int, answers: int, errors: int
) -> subprocess.Popen[bytes] | Forked:
    """A worker with these descriptors, forked where there is a server."""
    if server:
        with contextlib.suppress(OSError):  # it has died
            return Forked(server, [], environment, str(project_root()), {tasks: 0, errors: 2, answers: None})
    return subprocess.Popen(
        [sys.executable, *WORKER, str(answers), str(os.getpid())], stdin=tasks, stdout=subprocess.DEVNULL,
        stderr=errors, pass_fds=[answers], cwd=project_root(), env=environment, start_new_session=True,
    )  # fmt: skip


def pids(process: subprocess.Popen[bytes] | Forked) -> list[int]:
    """Of a worker, and of the guardian of one that was forked."""
    return [process.pid, *([process.guardian] if isinstance(process, Forked) else [])]


def marked_environment(mark: str) -> dict[str, str]:
    """Of a worker and its kernels: marked, seeded, one thread a library (there is a worker for each core); memory of
    arrays is kept for the next ones."""
    ones = ("JUPYTER_PREFER_ENV_PATH", "PYDEVD_DISABLE_FILE_VALIDATION", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    told = {**dict.fromkeys((*ones, "MKL_NUM_THREADS"), "1"), **_ALLOCATOR, MARK: mark, "PYTHONHASHSEED": "0"}
    return {**short(os.environ), **told}


def short(environment: Mapping[str, str]) -> dict[str, str]:
    """What of an operator's environment programs need; the rest, secrets perhaps, no notebook gets to print."""
    return {name: value for name, value in environment.items() if _NEEDED.fullmatch(name)}


def cause_of_death(worker: Worker) -> str:
    """What is known of a worker that has ended without an answer; nothing it printed but a type is quoted."""
    try:
        code = worker.process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return "its worker closed the line"
    if code < 0:
        return f"its worker was killed ({signal.Signals(-code).name})"
    said = _FATAL.findall(worker.errors.read_text(encoding="utf-8", errors="replace"))
    return f"its worker ended with code {code}" + (f" ({said[-1][0]})" if said else "")
