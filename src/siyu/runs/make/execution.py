"""Executing one section with papermill, in the worker."""

import os
import resource
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from papermill.log import logger

from siyu.paths import project_root
from siyu.runs.files import storage
from siyu.runs.files.executed import normalised
from siyu.runs.make import engine
from siyu.runs.make.kernel_hooks import TRAIL


def execute(task: Mapping[str, Any], progress: engine.Progress) -> None:
    """Run `task["notebook"]` with `task["parameters"]`; write it, normalised, to `task["output"]`.

    task: notebook, output, trail (paths), sockets (short folder of this run), parameters (name -> scalar),
    memory (limit in bytes).
    Raises what papermill raises; nothing is written then.
    """
    output = Path(task["output"])
    _cap_memory(int(task["memory"]))
    logger.setLevel("ERROR")  # progress and faults go through the supervisor
    os.environ[TRAIL] = task["trail"]
    os.environ["IPYTHONDIR"] = str(Path(task["sockets"]) / "ipython")  # nobody's start-up files, nobody's history
    with tempfile.TemporaryDirectory(dir=task["sockets"], prefix="k") as sockets:
        executed = papermill.execute_notebook(
            str(task["notebook"]),
            None,
            parameters=dict(task["parameters"]),
            engine_name=engine.NAME,
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            cwd=str(project_root()),
            sockets=Path(sockets),
            progress=progress,
        )
    storage.write(output, storage.pretty(normalised(executed)))


def _cap_memory(limit: int) -> None:
    """Refuse allocations far beyond the limit: the supervisor, which looks at what is used, may be late.

    Where it counts (Linux), it counts what is reserved, which is more than what is used.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    generous = 3 * limit + (2 << 30)
    soft = generous if hard == resource.RLIM_INFINITY else min(generous, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
