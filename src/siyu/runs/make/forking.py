"""Where kernels and workers are forked: the supervisor's side of fork servers."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from siyu.errors import Problem, UsageError
from siyu.paths import project_root

SWITCH = "SIYU_KERNELS"
_KINDS = ("fork", "plain")
KERNELS = ("-m", "siyu.runs.make.kernel_server")
# what the bundled sections import of others, and what takes longest of it; what one of them needs is loaded late, see
# `kernel_server`
LIBRARIES = (
    "babel.messages.mofile", "babel.numbers", "babel.units", "duckdb", "ibis.backends.duckdb", "ibis.formats.pandas",
    "lxml.etree", "matplotlib.backends.backend_agg", "matplotlib.figure", "pandas", "PIL.ImageDraw", "PIL.ImageFont",
    "pint", "psutil", "pyarrow.csv", "pyarrow.dataset", "pyarrow.parquet", "pydantic.dataclasses",
    "pydantic.json_schema", "pydantic.main", "scipy.sparse", "scipy.special", "sympy", "tqdm", "yaml",
)  # fmt: skip


def wanted() -> bool:
    """Whether kernels and workers are to be forked here: by default where Linux lets a process be watched.

    Raises UsageError."""
    kind = os.environ.get(SWITCH) or _KINDS[0]
    if kind not in _KINDS:
        raise UsageError([Problem("environment", 0, SWITCH, kind, " or ".join(_KINDS), "Correct it, or unset it.")])
    return kind == "fork" and sys.platform.startswith("linux") and hasattr(os, "pidfd_open")


def served(
    path: Path, environment: Mapping[str, str], program: Sequence[str], modules: Sequence[str]
) -> subprocess.Popen[bytes]:
    """Start a fork server that listens at `path`, in a folder of this user alone.

    program: Python's arguments for it; it gets the descriptor of its socket, the pid of this process, and modules to
    load."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        return subprocess.Popen(
            [sys.executable, *program, str(listener.fileno()), str(os.getpid()), *modules],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            cwd=project_root(),
            env=environment,
            start_new_session=True,
        )
