"""The journal of a run: times, host, durations, peaks of memory. Beside the report, outside its seal."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from siyu.runs.ask.sections import notebooks
from siyu.runs.files import storage
from siyu.runs.files.executed import code_cells
from siyu.runs.files.record import JOURNAL
from siyu.runs.files.workspace import Workspace
from siyu.runs.make.workers import Task


class Journal:
    """Keeps what happened, for `journal.json` of each subject and, line by line, for its log."""

    def __init__(self, workspace: Workspace, run: str) -> None:
        self.workspace, self.run, self.started = workspace, run, _now()
        self._tasks: dict[str, list[dict[str, Any]]] = {}

    def task(self, subject: str, task: Task, faults: Sequence[str]) -> None:
        """A task has ended, well or with faults."""
        entry = {"task": task.label, "ended": _now(), "seconds": round(task.seconds, 3)}
        entry |= {"output_bytes": task.output, "memory_bytes": task.memory, "faults": list(faults)}
        self._tasks.setdefault(subject, []).append(entry)
        self.line(subject, f"{task.label}: {'; '.join(faults) or 'ok'} ({task.seconds:.1f} s)")

    def line(self, subject: str, text: str) -> None:
        """One line for the subject's log."""
        path = self.workspace.log(subject)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{_now()} {self.run} {text}\n")

    def write(self, folder: Path, subject: str) -> None:
        """Write `journal.json` into the folder of a subject."""
        content = {"schema": 1, "run": self.run, "started": self.started, "written": _now()}
        content |= {"host": platform.node(), "platform": platform.platform(), "tasks": self._tasks.get(subject, [])}
        storage.write(folder / JOURNAL, storage.pretty(content))


def took(folder: Path) -> dict[str, float]:
    """Seconds of each task of the run that left a folder; of none where its journal, which no seal covers, is damaged
    or gone."""
    try:
        return {entry["task"]: float(entry["seconds"]) for entry in storage.read_json(folder / JOURNAL)["tasks"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def guessed(section: str) -> float:
    """Seconds that a section will take, roughly, where nothing tells: those for clients alone count their tables."""
    notebook = notebooks()[section]
    return len(code_cells(notebook.content)) / (5 if notebook.profile.kinds == ("client",) else 10)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
