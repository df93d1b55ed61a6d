"""The library of tasks, `data/playbook/tasks.csv`: what to do, measure or stop, when, and what it takes as priors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from siyu.definitions import registry
from siyu.errors import nearest
from siyu.evidence.table import Faults, Row, Words, read_table
from siyu.figure import Figure
from siyu.models.ranges import Range
from siyu.paths import data_dir
from siyu.record import Quantity, Step

FILE = "tasks.csv"
SOURCE = "data:tasks"  # where its priors are named as a source
_RANGES = {"cost": "CNY", "effort": "days", "days": "days"}
_SENSES = {"below": -1, "above": 1, "surely_above": 1, "surely_below": -1}  # surely: of what chance makes, too


class TaskRow(Row):
    """One task. settles: codes of unknowns and metrics that it makes known. metric, sense, threshold: it is called for
    where the metric lies so; clients: types that it is for, all without any; requires: tables or answers of the form.
    lift: what it changes, 5th percentile, mode, 95th; yields: factors that make money of the lift, see `stakes`.
    trial: how an experiment is read; people: in both arms, so that a difference between shares is found four times in
    five, where the others' share is base: of it, see `siyu.orders.experiment.sizes`. systems: of the documents."""

    task_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["act", "measure", "stop"]
    settles: Words = ()
    name: str
    name_zh: str
    metric: str | None = None
    sense: Literal["below", "above", "surely_above", "surely_below"] | None = None
    threshold: float | None = None
    clients: Words = ()
    requires: Words = ()
    lift_low: float | None = None
    lift_mode: float | None = None
    lift_high: float | None = None
    yields: Words = ()
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
    systems: Words = ()

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

    @model_validator(mode="after")
    def _whole(self) -> Self:
        lifts = [end for end in (self.lift_low, self.lift_mode, self.lift_high) if end is not None]
        if (len(lifts) == 3) != (self.kind == "act") or lifts != sorted(lifts) or bool(lifts) != bool(self.yields):
            raise ValueError("lift_low <= lift_mode <= lift_high and yields, for an act and nothing else")
        rule = [part is not None for part in (self.metric, self.sense, self.threshold)]
        if any(rule) != all(rule) or (self.kind == "stop" and not all(rule)):
            raise ValueError("metric, sense and threshold together, and always for what is to stop")
        return self

    def called_for(self, now: Figure, *, surely: bool = False) -> bool:
        """Whether its metric lies where the task is asked for; surely: by its interval, if its rule says so."""
        ends = {"surely_above": now.low, "surely_below": now.high} if surely else {}
        seen = ends.get(self.sense or "", now.value)
        return _SENSES[self.sense] * (seen - (self.threshold or 0)) > 0 if self.sense else True

    @property
    def rule(self) -> str:
        """The rule that asks for it, "" where nothing but the type of client does."""
        return f"{self.metric} {self.sense} {self.threshold:g}" if self.sense else ""

    @property
    def lift(self) -> Range:
        """What it changes; only of an act."""
        return Range(float(self.lift_low or 0), float(self.lift_mode or 0), float(self.lift_high or 0))

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
        return Step(key=self.task_id, **told, **ranges, trial=trial, **more, **(sizes if self.difference else {}))


def load_tasks(path: Path) -> dict[str, TaskRow]:
    """task_id -> row, in file order. Raises LedgerError with every fault."""
    rows, faults = read_table(path, TaskRow), Faults(path)
    tasks = faults.by_id(rows, "task_id", "task")
    found, metrics = dict[str, str](), registry().metrics
    for row in rows:
        if row.metric and row.metric not in metrics:
            step = nearest(row.metric, metrics)
            faults.add(row, "metric", row.metric, "a metric of data/definitions.yml", step)
        for code in row.settles:
            if code in found:
                faults.add(row, "settles", f"{code}, also of {found[code]}", "each code once", "Name it once.")
            found[code] = row.task_id
    faults.end()
    return tasks


def load_steps(path: Path) -> Mapping[str, Step]:
    """Code of an unknown or a metric, or id of a task -> what renderings say of it. Raises LedgerError."""
    tasks = load_tasks(path)
    settled = {code: row.step for row in tasks.values() for code in row.settles}
    return settled | {name: row.step for name, row in tasks.items()}


def bundled_tasks() -> dict[str, TaskRow]:
    """The tasks of this workbook."""
    return load_tasks(data_dir() / "playbook" / FILE)
