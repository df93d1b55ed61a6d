"""What a section says of itself: in its notebook's metadata, under `siyu`; of a planned one in `planned.yml`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from siyu.errors import Problem, UsageError, nearest, refusals, shown_path
from siyu.record import Both

PLANNED = "planned.yml"
NEEDS = ("claims", "fees", "assumptions", "orders", "buyers", "sessions", "aggregates", "sends", "events",
         "account_days")  # fmt: skip
LAST = 100  # rank of a section that never leads
Kind = Literal["case", "client"]
_STEP = "Mend it; CONTRIBUTING.md shows what a section says of itself."


def _known(need: str) -> str:
    for word in need.split("|"):
        if word not in NEEDS:
            raise ValueError(f"needs parted by |. {nearest(word, NEEDS)}")
    return need


class Lead(BaseModel):
    """finding: the answer that may stand for a whole report. rank: kind of subject -> place, the best is 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    finding: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    rank: Mapping[Kind, Annotated[int, Field(ge=1, lt=LAST)]]


class Profile(BaseModel):
    """question: in both languages. kinds: of subjects it is for. currency: of the figures it can be run on.

    needs: what it has nothing to say without; `a|b` where either will do. shareable: subjects compared with the
    same case on the same date share what it gives."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    question: Both
    kinds: tuple[Kind, ...] = Field(min_length=1)
    currency: Literal["CNY", "any"]
    needs: tuple[Annotated[str, AfterValidator(_known)], ...]
    lead: Lead | None = None
    shareable: bool = False

    def rank(self, kind: Kind) -> int:
        """How near its answer comes to standing for a whole report of this kind; 1 is nearest."""
        return self.lead.rank.get(kind, LAST) if self.lead else LAST


def profile_of(metadata: Mapping[str, Any], file: str) -> Profile:
    """The profile in a notebook's metadata. Raises UsageError with all its faults."""
    return _checked(metadata.get("siyu"), file, "metadata.siyu")


@lru_cache(maxsize=4)
def planned_sections(folder: Path) -> dict[str, Profile]:
    """Section -> profile, of the sections that have no notebook yet. Raises UsageError with the faults."""
    path = folder / PLANNED
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: _checked(entry, shown_path(path), name) for name, entry in (content or {}).items()}


def _checked(content: Any, file: str, where: str) -> Profile:
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        faults = [(".".join(filter(None, (where, name))), found, expected) for name, found, expected in refusals(error)]
        raise UsageError([Problem(file, 0, *fault, _STEP) for fault in faults]) from error
