"""The outcome of a subject, and what a batch tells while it runs."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siyu.runs.files.publication import Cleared

UNCHANGED = "unchanged"
# faults of the machine, not of what was made: they may be gone in a moment
_TRANSIENT = re.compile(r"[^:]+: (the kernel died|its worker (was killed|closed)|it was killed|the system: |lost )")


@dataclass(frozen=True)
class Outcome:
    """How a subject ended. folder: of the report, or of the record of the failure.

    executed: sections that were run, None where that is not known.   cleared: what became of what was in the report's
    folder before.   repeat: the command that tries a failed subject again.   moved: since the report before, previous:
    whether there is one, of the same or of other inputs.   stands: an older report is still published.
    """

    subject: str
    status: str
    folder: Path
    seconds: float = 0.0
    executed: tuple[str, ...] | None = ()
    reasons: tuple[str, ...] = ()
    cleared: Cleared = field(default_factory=Cleared)
    repeat: str = ""
    stands: bool = False
    moved: tuple[dict[str, Any], ...] = ()
    previous: bool = False

    @property
    def transient(self) -> bool:
        """Whether it failed for nothing but want of the machine."""
        return bool(self.reasons) and all(map(_TRANSIENT.match, self.reasons))

    def as_json(self) -> dict[str, Any]:
        """The contract's line of `report --json`."""
        kept = {"subject": self.subject, "status": self.status, "seconds": round(self.seconds, 3)}
        return {**kept, "moved": list(self.moved), "reasons": list(self.reasons)}


class Progress:
    """What a batch tells while it runs: to nobody, unless a subclass listens."""

    def total(self, steps: int) -> None:
        """So many more steps are due."""

    def step(self) -> None:
        """One step is done."""

    def doing(self, text: str) -> None:
        """What is under way."""

    def ended(self, outcome: Outcome) -> None:
        """A subject is through."""

    def note(self, text: str) -> None:
        """Anything else that people should know."""
