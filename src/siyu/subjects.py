"""A subject: whose report it is. Read from `subject.yml` in its folder."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siyu import reads
from siyu.engines.choice import HERE, Engine
from siyu.errors import Problem, UsageError, nearest, refusals, shown_path
from siyu.observed import EVERY, Observation, Span, spans
from siyu.paths import subject_dirs
from siyu.plain_yaml import mapping
from siyu.record.text import Both

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]  # others can be added to it
Count = Annotated[int, Field(ge=0, le=10**12)]


class Volume(BaseModel):
    """What a client turns over in a year, as it says: orders placed, people acquired."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    orders: Count | None = Field(default=None, ge=1)
    people: Count | None = Field(default=None, ge=1)


class Period(BaseModel):
    """First and last observed day, as far as stated."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None


class Subject(BaseModel):
    """case: the published case it is compared with; category: its goods, for fees and assumptions.

    suppress_below: smallest denominator shown (0 for public data). taxpayer: for VAT; producer: whether it makes
    goods under consumption tax; volume: of a year, for what knowing more is worth to it. observed: what the exports
    cover, all of them or by scope (`orders`, a platform, `members`, `follows`). zero_months: without orders because
    there were none. engine: that counts its orders."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    folder: Path
    name: Both
    kind: Literal["case", "client"]
    case: str
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    as_of: Day
    suppress_below: Count = 10
    category: str = "all"
    taxpayer: Literal["general", "small"] | None = None
    producer: bool = False
    volume: Volume = Volume()
    observed: Period | dict[str, Period] = Field(default_factory=dict)
    zero_months: tuple[Annotated[str, Field(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")], ...] = ()
    engine: Engine = HERE

    @property
    def facts(self) -> dict[str, float]:
        """What it says of itself, by symbol of the economics."""
        said = {"orders_year": self.volume.orders, "people_year": self.volume.people, "producer": self.producer or None}
        said["general_taxpayer"] = None if self.taxpayer is None else self.taxpayer == "general"
        return {symbol: float(value) for symbol, value in said.items() if value is not None}

    def spans(self, found: Iterable[Observation]) -> dict[str, Span]:
        """The span of every scope, see `siyu.observed.spans`."""
        said = {EVERY: self.observed} if isinstance(self.observed, Period) else self.observed
        stated = {scope: (period.since, period.until) for scope, period in said.items()}
        return spans(found, stated, [date.fromisoformat(f"{month}-01") for month in self.zero_months])


def load_subject(subject_id: str) -> Subject:
    """The subject with this id. Raises UsageError: unknown (with the nearest id) or a faulty subject.yml."""
    folders = subject_dirs()
    if subject_id not in folders:
        problem = Problem("parameters", 0, "subject", subject_id, "a known subject", nearest(subject_id, folders))
        raise UsageError([problem])
    path, step = folders[subject_id] / "subject.yml", "Mend subject.yml; data/README.md shows one."
    content = mapping(path, UsageError, step, reads.content)
    if given := sorted({"id", "folder"} & content.keys()):  # the folder is the subject's, and its name the id
        raise UsageError([Problem(shown_path(path), 0, key, str(content[key]), "no such key", step) for key in given])
    try:
        return Subject(**{"case": subject_id} | content | {"id": subject_id, "folder": folders[subject_id]})
    except ValidationError as error:
        lines = path.read_text(encoding="utf-8").splitlines()
        raise UsageError([_problem(shown_path(path), lines, refusal, step) for refusal in refusals(error)]) from error


def anybody(case: str, as_of: str) -> Subject:
    """Nobody in particular: for what is the same for every subject compared with a case on a date."""
    try:
        day = date.fromisoformat(as_of)
    except ValueError as error:
        problem = Problem("parameters", 0, "as_of", as_of or "nothing", "a date", "Give a date, or a subject.")
        raise UsageError([problem]) from error
    everybody = Subject(id="anybody", folder=Path(), name=Both(zh="", en=""), kind="client", case=case, as_of=day)
    return everybody.model_copy(update={"id": ""})  # no id that a folder of exports could have


def _problem(file: str, lines: list[str], refusal: tuple[str, str, str], step: str) -> Problem:
    top = refusal[0].partition(".")[0]
    line = next((at for at, text in enumerate(lines, 1) if text.startswith(f"{top}:")), 0)
    return Problem(file, line, *refusal, step)
