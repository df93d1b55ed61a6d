"""Papermill's engine as Siyu uses it: kernels over local sockets, no history, a trail, progress per cell."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger
from traitlets.config import Config

from siyu.runs.files.faults import disk_error

NAME = "siyu"
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


class Engine(NBClientEngine):  # type: ignore[misc]
    """As papermill's own; `sockets` is an existing folder, private to this user, with a short path."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, sockets: Path, progress: Progress, start_timeout: int, **_: Any
    ) -> Any:
        """Execute the notebook in a kernel of its own."""
        config = Config()
        config.KernelManager.connection_file = str(sockets / "kernel.json")
        if sys.platform != "win32":
            config.KernelManager.transport = "ipc"
            config.KernelManager.ip = str(sockets / "k")
        client = _Client(
            nb_man,
            kernel_name=kernel_name,
            config=config,
            log=logger,
            timeout=None,
            startup_timeout=start_timeout,
            record_timing=False,
            extra_arguments=["--HistoryManager.hist_file=:memory:", "--ext=siyu.runs.make.kernel_hooks"],
        )
        client.progress = progress
        client.on_cell_executed = client.cell_done
        return client.execute()


papermill_engines.register(NAME, Engine)
