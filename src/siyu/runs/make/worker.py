"""A worker: a child process that executes sections, renders reports and reads them back, one task at a time.

It reads tasks (JSON lines) from its standard input and answers on the pipe it was given. It decides
nothing: whether what it made may be published is the supervisor's business.
"""

import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from siyu.runs.check.rendered import rendering_faults
from siyu.runs.files.faults import described
from siyu.runs.files.processes import adopt_orphans, die_with_parent, leave
from siyu.runs.files.workspace import Workspace
from siyu.runs.make.fork_server import forks
from siyu.runs.make.index import write_index

SERVE = "serve"
EXECUTES, RENDERS = "siyu.runs.make.execution", "siyu.runs.make.reporting"
_PAUSE = 0.5  # seconds without a task, after which a worker is taken to be idle
_REPORT_EVERY = 1 << 20  # bytes of output between two progress messages of the same cell


class Channel:
    """Messages to the supervisor: JSON lines on a pipe that no child of this process inherits."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self.pipe = descriptor
        self.cells, self.output = 0, 0

    def send(self, message: dict[str, Any]) -> None:
        """One message."""
        os.write(self.pipe, json.dumps(message).encode() + b"\n")

    def progress(self, cells: int, output: int) -> None:
        """Tell how far the notebook is, when it moved by a cell or by a lot of output."""
        if cells != self.cells or output > self.output + _REPORT_EVERY or output < self.output:
            self.cells, self.output = cells, output
            self.send({"cells": cells, "output": output})


def main() -> None:
    """Serve tasks until the input is closed. Arguments: descriptor of the answer pipe, supervisor's pid.

    Or, with `serve` before them, fork such workers: descriptor of the listening socket, supervisor's pid, modules."""
    if sys.argv[1] == SERVE:
        listener, supervisor, *modules = sys.argv[2:]
        request = forks(int(listener), int(supervisor), lambda: _load(modules))
        [answers], parent = request["kept"], os.getppid()
    else:
        answers, parent = map(int, sys.argv[1:])
    signal.signal(signal.SIGTERM, leave)
    adopt_orphans()
    die_with_parent(parent, signal.SIGTERM)
    channel = Channel(answers)
    # Cells and libraries must not find the task pipe on standard input.
    tasks = os.fdopen(os.dup(0), encoding="utf-8")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    serve(tasks, channel)


def _load(modules: Sequence[str]) -> None:
    """Import; what papermill asks for and then does without is spared."""
    there: Any = sys.modules.setdefault("pyarrow.fs", None)  # type: ignore[arg-type]
    for name in modules:
        importlib.import_module(name)
    if there is None:  # papermill has looked for Hadoop in vain, and spared its start numpy and Arrow
        del sys.modules["pyarrow.fs"]


def serve(tasks: TextIO, channel: Channel) -> None:
    """Do each task and answer with `{"done": task number, "fault": null | why}`."""
    while line := _next(tasks):
        task = json.loads(line)
        channel.cells = channel.output = 0
        channel.send({"done": task["number"], "fault": _done(task, channel)})


def _next(tasks: TextIO) -> str:
    """The next task, empty when there is none to come. A worker that has to wait gets ready to render meanwhile."""
    if not select.select([tasks], [], [], _PAUSE)[0]:
        _load([RENDERS])  # seconds of imports, while other sections keep a core idle
    return tasks.readline()


def _done(task: dict[str, Any], channel: Channel) -> str | None:
    try:
        if task["kind"] == "section":
            _load([EXECUTES])  # a worker that only renders never does
            from siyu.runs.make.execution import execute

            execute(task, channel.progress)
        elif task["kind"] == "index":
            write_index(Workspace(Path(task["folder"])))
        elif task["kind"] == "check":
            return "; ".join(rendering_faults(Path(task["folder"]), [task["language"]], pdf=task["pdf"])) or None
        else:
            from siyu.runs.make.reporting import render

            render(task)
    except Exception as error:  # noqa: BLE001 - handed to the supervisor, whatever it is
        return described(error, task.get("need", 0))
    return None


if __name__ == "__main__":
    main()
