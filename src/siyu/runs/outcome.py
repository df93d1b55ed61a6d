"""The outcome of a subject, and the last steps to it: publish, or record why not."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siyu.runs.ask.requests import command
from siyu.runs.files.faults import on_disk
from siyu.runs.files.record import FAILED, PUBLISHED, opened
from siyu.runs.subjectrun import SubjectRun

UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Outcome:
    """How a subject ended. folder: of the report, or of the record of the failure.

    executed: sections that were run.   aside: files of others that were moved out of the report's folder.
    repeat: the command that tries a failed subject again.   moved: since the report before, previous: whether there
    is one.   stands: an older report is still published.
    """

    subject: str
    status: str
    folder: Path
    seconds: float = 0.0
    executed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    repeat: str = ""
    stands: bool = False
    moved: tuple[dict[str, Any], ...] = ()
    previous: bool = False

    def as_json(self) -> dict[str, Any]:
        """The contract's line of `report --json`."""
        kept = {"subject": self.subject, "status": self.status, "seconds": round(self.seconds, 3)}
        return {**kept, "moved": list(self.moved), "reasons": list(self.reasons)}


@dataclass
class Progress:
    """What a batch tells while it runs; any of it may be left out.

    total: so many more steps are due.   step: one is done.   doing: what is under way.   ended: a subject
    is through.   note: anything else that people should know.
    """

    total: Callable[[int], None] = field(default=lambda _steps: None)
    step: Callable[[], None] = field(default=lambda: None)
    doing: Callable[[str], None] = field(default=lambda _text: None)
    ended: Callable[[Outcome], None] = field(default=lambda _outcome: None)
    note: Callable[[str], None] = field(default=lambda _text: None)


def concluded(run: SubjectRun) -> Outcome:
    """Publish a subject whose tasks are over, or record its failure, and say how it ended."""
    if run.decision.unchanged:
        return Outcome(run.subject, UNCHANGED, run.place.target)
    aside: list[str] = []
    if not run.faults:
        try:
            aside = run.publish()
        except OSError as error:
            run.faults["publishing"] = [on_disk(error, run.size())]
    seconds, executed = time.monotonic() - run.started, tuple(sorted(run.executed))
    if not run.faults:
        told = {"aside": tuple(aside), "moved": tuple(run.moved), "previous": run.before["previous"] is not None}
        return Outcome(run.subject, PUBLISHED, run.place.target, seconds, executed, **told)
    folder = run.place.target
    if run.lock.held:  # not where the lock itself could not be written
        try:
            folder = run.record_failure()
        except OSError as error:
            run.faults["recording the failure"] = [on_disk(error, run.size())]
    record = opened(run.place.target)
    stands = record is not None and record["status"] == PUBLISHED
    repeat = command(run.plan.request, run.workspace.out) if run.plan.runner == "siyu" else ""
    return Outcome(run.subject, FAILED, folder, seconds, executed, run.reasons(), repeat=repeat, stands=stands)
