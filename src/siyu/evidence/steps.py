"""The library of steps: what it takes to learn something, as priors with a range; `data/playbook/steps.csv`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from siyu.evidence.table import Faults, Row, Words, read_table
from siyu.record import Quantity, Step

_RANGES = {"cost": "CNY", "effort": "days", "days": "days"}


class StepRow(Row):
    """One step. settles: codes of unknowns and metrics that it makes known. trial: how an experiment is read.

    people: in both arms, so that a difference between shares is found four times in five, where the others' share is
    base: of it, see `siyu.orders.experiment.sizes`."""

    step_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    settles: Words
    name: str
    name_zh: str
    who: str
    who_zh: str
    cost_low: float = Field(ge=0)
    cost_high: float = Field(ge=0)
    effort_low: float = Field(ge=0)
    effort_high: float = Field(ge=0)
    days_low: float = Field(gt=0)
    days_high: float = Field(gt=0)
    decides: str
    decides_zh: str
    trial: str | None = None
    trial_zh: str | None = None
    base_low: float | None = Field(None, gt=0, lt=1)
    base_high: float | None = Field(None, gt=0, lt=1)
    difference: float | None = Field(None, gt=0, lt=1)
    people_low: int | None = Field(None, gt=0)
    people_high: int | None = Field(None, gt=0)
    source: str
    grade: Literal["A", "B", "C", "D", "E"]
    rationale: str
    rationale_zh: str

    @model_validator(mode="after")
    def _low_before_high(self) -> Self:
        for name in _RANGES:
            low, high = getattr(self, f"{name}_low"), getattr(self, f"{name}_high")
            if low > high:
                raise ValueError(f"{name}_low <= {name}_high, found {low:g} and {high:g}")
        sizes = (self.base_low, self.base_high, self.difference, self.people_low, self.people_high)
        if len({size is None for size in sizes}) > 1 or (self.difference and not self.trial):
            raise ValueError("base, difference and people of an experiment go together")
        return self

    @property
    def step(self) -> Step:
        """The row as renderings take it."""
        ends = {name: (getattr(self, f"{name}_low"), getattr(self, f"{name}_high")) for name in _RANGES}
        ranges = {name: Quantity(value=top, low=low, high=top, unit=_RANGES[name]) for name, (low, top) in ends.items()}
        told = {name: self.both(name) for name in ("name", "who", "decides")}
        trial = self.both("trial") if self.trial and self.trial_zh else None
        sizes = {"people": Quantity(value=self.people_high, low=self.people_low, high=self.people_high, unit="count")}
        sizes |= {"difference": Quantity(value=self.difference, unit="percentage_points")}
        more = {"why": self.both("rationale"), "source": self.source, "grade": self.grade}
        return Step(key=self.step_id, **told, **ranges, trial=trial, **more, **(sizes if self.difference else {}))


def load_steps(path: Path) -> Mapping[str, Step]:
    """Code of an unknown or a metric -> the step that makes it known. Raises LedgerError with every fault."""
    rows, faults = read_table(path, StepRow), Faults(path)
    faults.by_id(rows, "step_id", "step")
    found: dict[str, Step] = {}
    for row in rows:
        for code in row.settles:
            if code in found:
                faults.add(row, "settles", f"{code}, also of {found[code].key}", "each code once", "Name it once.")
            found[code] = row.step
    faults.end()
    return found
