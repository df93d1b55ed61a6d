"""Executing one section with papermill, in the worker: kernels over local sockets, no history, a trail."""

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger
from traitlets.config import Config

from siyu.paths import project_root
from siyu.runs.files import storage
from siyu.runs.files.executed import normalised
from siyu.runs.files.faults import disk_error
from siyu.runs.make.kernel_hooks import TRAIL

NAME = "siyu"
_START = 600  # seconds until a kernel answers: a busy machine takes minutes, and the subject has a limit of its own
_LOOK = 0.01  # seconds until a kernel that comes or goes is looked for again: as long as it is awaited, a core idles
# Called with the cells done so far and the bytes of output so far.
Progress = Callable[[int, int], None]


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Counts output and, after the last cell, has the preamble close its trail."""

    progress: Progress
    cells_done = 0
    output_bytes = 0

    def papermill_execute_cells(self) -> None:
        super().papermill_execute_cells()
        reply = self.wait_for_reply(self.kc.execute("get_ipython().siyu_finish()", silent=True)) or {}
        if unwritten := disk_error(reply.get("content", {}).get("evalue", "")):  # the end of the trail
            raise unwritten

    def process_message(self, msg: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        content = msg["content"]
        pieces = [content.get("text", ""), *content.get("data", {}).values(), *content.get("traceback", [])]
        self.output_bytes += sum(len(piece if isinstance(piece, str) else str(piece)) for piece in pieces)
        self.progress(self.cells_done, self.output_bytes)
        return super().process_message(msg, *args, **kwargs)

    def cell_done(self, **_: Any) -> None:
        self.cells_done += 1
        self.progress(self.cells_done, self.output_bytes)


class _Line(AsyncKernelClient):
    """Awaits what a new kernel says of itself no longer than it says it."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        channel = self.iopub_channel
        told = channel.get_msg
        channel.get_msg = lambda timeout: told(timeout=min(timeout, _LOOK))
        try:
            await super().wait_for_ready(timeout=timeout)
        finally:
            del channel.get_msg


class _Kernels(AsyncKernelManager):
    """Notes soon that a kernel has ended."""

    async def _async_wait(self, pollinterval: float = _LOOK) -> None:
        await super()._async_wait(min(pollinterval, _LOOK))


class SectionEngine(NBClientEngine):  # type: ignore[misc]
    """As papermill's own; `sockets` is an existing folder, private to this user, with a short path."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, sockets: Path, forks: str, progress: Progress, start_timeout: int,
        **_: Any,
    ) -> Any:  # fmt: skip
        """Execute the notebook in a kernel of its own."""
        config = Config()
        config.ForkProvisioner.server = forks
        config.KernelManager.client_factory = _Line
        config.KernelManager.connection_file = str(sockets / "kernel.json")
        if sys.platform != "win32":
            config.KernelManager.transport = "ipc"
            config.KernelManager.ip = str(sockets / "k")
        client = _Client(
            nb_man, kernel_name=kernel_name, config=config, log=logger, timeout=None, startup_timeout=start_timeout,
            record_timing=False, kernel_manager_class=_Kernels,
            extra_arguments=["--HistoryManager.hist_file=:memory:", "--ext=siyu.runs.make.kernel_hooks"],
        )  # fmt: skip
        client.progress = progress
        client.on_cell_executed = client.cell_done
        return client.execute()


papermill_engines.register(NAME, SectionEngine)
papermill.execute.write_ipynb = lambda *_: None  # it would write each notebook twice, to nowhere
_PROVISIONERS = KernelProvisionerFactory.instance()
_FORK = EntryPoint(NAME, "siyu.runs.make.provisioner:ForkProvisioner", _PROVISIONERS.GROUP_NAME)
_PROVISIONERS.provisioners[NAME] = _FORK
_PROVISIONERS.default_provisioner_name = NAME


def execute(task: Mapping[str, Any], progress: Progress) -> None:
    """Run `task["notebook"]` with `task["parameters"]`; write it, normalised, to `task["output"]`.

    task: notebook, output, trail (paths), sockets (short folder of this run), forks (path of the fork server's socket,
    "" without one), parameters (name -> scalar), memory (limit in bytes).
    Raises what papermill raises; nothing is written then.
    """
    output = Path(task["output"])
    _cap_memory(int(task["memory"]))
    logger.setLevel("ERROR")  # progress and faults go through the supervisor
    os.environ[TRAIL] = task["trail"]
    os.environ["IPYTHONDIR"] = str(Path(task["sockets"]) / "ipython")  # nobody's start-up files, nobody's history
    with tempfile.TemporaryDirectory(dir=task["sockets"], prefix="k") as sockets:
        executed = papermill.execute_notebook(
            str(task["notebook"]), None, parameters=dict(task["parameters"]), engine_name=NAME, progress_bar=False,
            request_save_on_cell_execute=False, autosave_cell_every=0, cwd=str(project_root()),
            sockets=Path(sockets), forks=task["forks"], progress=progress, start_timeout=_START,
        )  # fmt: skip
    storage.write(output, storage.pretty(normalised(executed)))


def _cap_memory(limit: int) -> None:
    """Refuse allocations far beyond the limit: the supervisor, which looks at what is used, may be late.

    Where it counts (Linux), it counts what is reserved, which is more than what is used.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    generous = 3 * limit + (2 << 30)
    soft = generous if hard == resource.RLIM_INFINITY else min(generous, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
