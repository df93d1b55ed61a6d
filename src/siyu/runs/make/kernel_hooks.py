"""What a kernel loads before the first cell: a trail of what ran, and of failures that no cell shows.

Jupyter shows exceptions of cells only. Those of threads, tasks and destructors, and shell commands that
fail, are written to the trail, which the supervisor reads. It never holds the text of an exception: that
may quote a buyer. At its end stands what the section was made from: inputs, code, what was opened beside the
readers.
"""

import asyncio
import gc
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from siyu import reads
from siyu.runs.files.processes import die_with_parent
from siyu.runs.make.watching import Watch, modules

TRAIL = "SIYU_TRAIL"
_PATIENCE = 5.0  # seconds that threads get to end after the last cell


def load_ipython_extension(shell: Any) -> None:
    """Install the hooks in a kernel (`--ext=siyu.runs.make.kernel_hooks`)."""
    if "JPY_PARENT_PID" in os.environ:
        die_with_parent(int(os.environ["JPY_PARENT_PID"]))
    _Preamble(shell, Path(os.environ.pop(TRAIL))).install()


class _Preamble:
    def __init__(self, shell: Any, trail: Path) -> None:
        self.shell = shell
        self.trail = trail
        self.threads = set(threading.enumerate())
        self.loops: set[asyncio.AbstractEventLoop] = set()
        self.watch = Watch()

    def install(self) -> None:
        threading.excepthook = lambda args: self.failure("thread", args.exc_type)
        sys.unraisablehook = lambda args: self.failure("unraisable", args.exc_type)
        self.shell.events.register("pre_run_cell", self.before_cell)
        self.shell.events.register("post_run_cell", self.after_cell)
        # The kernel goes on for a moment: whether the next cells still run is chance, so this alone is a failure.
        self.shell.observe(self.asked_to_end, "exit_now")
        self.shell.siyu_finish = self.finish
        self.watch.begin()

    def write(self, record: dict[str, Any]) -> None:
        with self.trail.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def failure(self, kind: str, exception: type[BaseException] | None) -> None:
        name = exception.__name__ if exception else "failure"
        self.write({"failure": kind, "type": name, "cell": self.shell.execution_count})

    def before_cell(self, _info: object) -> None:
        self.watch_loop()
        self.shell.user_ns.pop("_exit_code", None)

    def after_cell(self, result: Any) -> None:
        self.watch_loop()
        if self.shell.user_ns.pop("_exit_code", 0):
            self.failure("command", None)
        self.write({"cell": result.execution_count, "ok": bool(result.success)})

    def asked_to_end(self, _change: object) -> None:
        self.failure("exit", None)

    def watch_loop(self) -> None:
        """Hear of failures of tasks on the loop that cells run on."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop not in self.loops:
            self.loops.add(loop)
            loop.set_exception_handler(self.task_failed)

    def task_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        exception = context.get("exception")
        self.failure("task", type(exception) if exception else None)

    def finish(self) -> None:
        """After the last cell: wait for threads, let destructors and lost tasks speak, close the trail."""
        for thread in set(threading.enumerate()) - self.threads:
            if not thread.daemon:
                thread.join(_PATIENCE)
                if thread.is_alive():
                    self.failure("unfinished thread", None)
        gc.collect()
        self.shell.unobserve(self.asked_to_end, "exit_now")  # from here on it is the supervisor who asks
        outside = self.watch.outside()  # first: it notes files of this package, such as its labels
        self.write({"inputs": reads.noted(), "code": modules(), "outside": outside, "concluded": reads.concluded()})
        self.write({"finished": True})
