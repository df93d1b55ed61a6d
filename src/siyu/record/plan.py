"""The plan of a report as data: goals, tasks, what to stop. The next report reviews it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from siyu.record.text import Key, Number, Quantity, RecordPart

MOST_TASKS = 5


class PlannedGoal(RecordPart):
    """What is to be reached. metric: a key of the registry; now: as it stood, None where it could not be computed."""

    metric: str
    target: Number
    by: str
    now: Quantity | None


class PlannedTask(RecordPart):
    """A row of `data/playbook/tasks.csv` that was chosen. rule: why, as `metric sense threshold`; now: its metric as it
    stood; expected: what it brings net in a quarter, in money, None where it is a measurement; worth: of knowing;
    review: the day on which the number that decides is read."""

    key: Key
    kind: Literal["act", "measure"]
    rule: str
    metric: str
    now: Quantity | None
    expected: Quantity | None
    worth: Quantity | None
    review: str


class Plan(RecordPart):
    """The content of `plan.json`. stops: keys of what to stop; experiment: the task that settles the largest unknown;
    client: type of client, 0 where the form does not say; before: the plan that was reviewed."""

    schema_: Literal[1] = Field(alias="schema")
    subject: str
    as_of: str
    currency: str
    client: int
    goals: tuple[PlannedGoal, ...]
    tasks: Annotated[tuple[PlannedTask, ...], Field(max_length=MOST_TASKS)]
    stops: tuple[Key, ...]
    experiment: str
    before: Plan | None = None
