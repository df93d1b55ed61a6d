"""From diagnosis to at most five tasks: what is called for, ranked by what it brings and by what knowing is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from siyu.figure import Absent, Figure, refs_of
from siyu.language import Text
from siyu.orders.labels import NO_KEYS
from siyu.own_data import NoInput
from siyu.playbook import labels
from siyu.playbook.form import SOURCE as FORM
from siyu.playbook.known import Known
from siyu.playbook.stakes import Stake, stake
from siyu.playbook.tasks import SOURCE, TaskRow
from siyu.record import MOST_TASKS, Plan, PlannedGoal, PlannedTask, Quantity

ACTS = 3  # of the tasks, at most, so that something is always measured, too
COMMON = 2  # measurements that any client could be given, beside those of its type
LEAST, LEAST_DAYS = 1.0, 28  # money of a quarter, below which a task is nothing; days before a number is read


@dataclass(frozen=True)
class Choice:
    """A task that is called for. now: its metric; stake: of an act; worth: of a measurement, None where it cannot be
    said; opens: what cannot be weighed before it is measured; settles: what else it makes known."""

    row: TaskRow
    now: Figure | None = None
    stake: Stake | None = None
    worth: Figure | None = None
    opens: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[float, int, str]:
        """Most money first, what has no price last."""
        money = self.stake.mean if self.stake else self.worth.value if self.worth else 0.0
        return -money, -len(self.opens), self.row.task_id

    def review(self, as_of: date) -> date:
        """The day on which the number that decides is read."""
        return as_of + timedelta(days=max(round(self.row.days_high), LEAST_DAYS))


@dataclass(frozen=True)
class Planning:
    """What to do about what is known. unknowns: inputs of the economics -> what knowing them for a year is worth."""

    known: Known
    library: Mapping[str, TaskRow]
    as_of: date
    subject: str
    unknowns: Mapping[str, Figure] = field(default_factory=dict)
    before: Plan | None = None

    def missing(self, *kinds: str) -> NoInput | None:
        """Shown in a notebook: why there is nothing to plan for, without exports of any of these kinds and a form."""
        return None if self.known.form.answered else self.known.own.missing(*kinds)

    @property
    def sources(self) -> tuple[str, ...]:
        """Refs of what a plan without figures rests on."""
        return (FORM,) if self.known.form.answered else (SOURCE,)

    @property
    def monthly_cost(self) -> float:
        """What team and tools cost a month, as the form says."""
        return self.known.form.team_month + self.known.form.tools_month

    @property
    def notes(self) -> tuple[Text, ...]:
        """What the answer has to say about its span, and about a review that is too early."""
        return (*self.known.own.notes, *[labels.UNSAID["early"]] * self.too_early)

    @property
    def too_early(self) -> bool:
        """Whether the plan before is not old enough to be reviewed."""
        return self.before is not None and (self.as_of - date.fromisoformat(self.before.as_of)).days < LEAST_DAYS

    @cached_property
    def metrics(self) -> dict[str, Figure | Absent]:
        """Every metric that a task or a goal asks for."""
        asked = {row.metric for row in self.library.values() if row.metric}
        return self.known.figures(asked | {goal.metric for goal in self.known.form.goals})

    @cached_property
    def client(self) -> int:
        """Type of client, 0 where the form does not say."""
        earned = self.known.figures(["margin_to_team_cost"])["margin_to_team_cost"]
        return self.known.form.client_type(earned.value if isinstance(earned, Figure) else None)

    @cached_property
    def acts(self) -> list[Choice]:
        """Acts that are called for and bring a unit of money or more on average, most first."""
        weighed = [one for one in map(self._weighed, self._fitting("act")) if one]
        return sorted((one for one in weighed if one.stake and one.stake.mean >= LEAST), key=lambda one: one.rank)

    @cached_property
    def measures(self) -> list[Choice]:
        """Measurements that settle something, most worth first."""
        found = (self._measured(row) for row in self._fitting("measure"))
        asked = [one for one in found if self._called(one.row, bool(one.worth or one.opens or self._typed(one.row)))]
        return sorted(asked, key=lambda one: (not self._typed(one.row), *one.rank))

    @cached_property
    def stops(self) -> list[Choice]:
        """What to stop."""
        rows = ((row, self._now(row)) for row in self._fitting("stop"))
        return [Choice(row, now) for row, now in rows if isinstance(now, Figure) and row.called_for(now, surely=True)]

    @cached_property
    def experiment(self) -> Choice | None:
        """The trial that settles the largest unknown."""
        return min((it for it in self.measures if it.row.trial and it.worth), key=lambda it: it.rank, default=None)

    @cached_property
    def chosen(self) -> list[Choice]:
        """At most five, by money less outlay; acts at most three of them, the experiment always among the rest."""
        acts, trial = self.acts[:ACTS], [self.experiment] if self.experiment else []
        pool = [*trial, *(one for one in self.measures if one not in trial)]
        common = [one for one in pool if not self._typed(one.row)][: COMMON if self.client else MOST_TASKS]
        rest = [one for one in pool if self._typed(one.row) or one in common]
        found = [*acts, *rest[: MOST_TASKS - len(acts)]]  # nothing leads that costs more than knowing it is worth
        paid = {one.row.task_id: (one.row.cost_low + one.row.cost_high) / 2 for one in found if one.worth}
        return sorted(found, key=lambda one: (one.rank[0] + paid.get(one.row.task_id, 0.0), *one.rank[1:]))

    @property
    def record(self) -> Plan:
        """The plan as it is sealed, and as the next report reviews it."""
        goals = [
            PlannedGoal(metric=goal.metric, target=goal.target, by=goal.by.isoformat(),
                        now=quantity(self.metrics[goal.metric]))
            for goal in self.known.form.goals
        ]  # fmt: skip
        return Plan(
            schema=1, subject=self.subject, as_of=self.as_of.isoformat(), currency=self.known.worth.currency,
            client=self.client, goals=tuple(goals), tasks=tuple(map(self._planned, self.chosen)),
            stops=tuple(one.row.task_id for one in self.stops),
            experiment=self.experiment.row.task_id if self.experiment else "",
            before=self.before.model_copy(update={"before": None}) if self.before else None,
        )  # fmt: skip

    def _planned(self, one: Choice) -> PlannedTask:
        asked = f"client {self.client}" if one.row.clients else " ".join(["unknown", *one.settles, *one.opens])
        return PlannedTask(
            key=one.row.task_id, kind="act" if one.stake else "measure", rule=one.row.rule or asked,
            metric=one.row.metric or "", now=quantity(one.now), worth=quantity(one.worth),
            expected=quantity(one.stake.expected if one.stake else None), review=one.review(self.as_of).isoformat(),
        )  # fmt: skip

    def _fitting(self, kind: str) -> list[TaskRow]:
        """Rows of a kind that are for this client, and whose needs are met."""
        known, unnamed = self.known, self.known.orders and self.known.frames.nobody == NO_KEYS
        answers = {"team": bool(known.form.team), "no_orders": not known.orders, "no_keys": unnamed}
        answers |= dict.fromkeys(known.tables, True)
        return [row for row in self.library.values() if row.kind == kind
                and (not row.clients or not self.client or str(self.client) in row.clients)
                and all(answers.get(need, False) for need in row.requires)]  # fmt: skip

    def _called(self, row: TaskRow, otherwise: bool) -> bool:
        """Whether its rule asks for it, of those with one."""
        return isinstance(now := self._now(row), Figure) and row.called_for(now) if row.metric else otherwise

    def _typed(self, row: TaskRow) -> bool:
        """Whether the type of client alone asks for it."""
        return bool(self.client) and str(self.client) in row.clients

    def _now(self, row: TaskRow) -> Figure | Absent | None:
        return self.metrics[row.metric] if row.metric else None

    def _weighed(self, row: TaskRow) -> Choice | None:
        now, held = self._now(row), self._stakes[row.task_id]
        if isinstance(now, Absent) or isinstance(held, Absent) or (now and not row.called_for(now, surely=True)):
            return None
        return Choice(row, now, held)

    @cached_property
    def _stakes(self) -> dict[str, Stake | Absent]:
        return {row.task_id: stake(row, self.known.factors, self.known.worth.currency) for row in self._fitting("act")}

    def _open(self, code: str | None) -> bool:
        """Whether there is anything left to measure of a metric or factor."""
        known = self.known.factors.get(code or "") or self.metrics.get(code or "")
        return not isinstance(known, Figure) or (code in self.known.factors and known.low < known.high)

    def _measured(self, row: TaskRow) -> Choice:
        """A measurement with what it is worth: to the acts whose lift, metric or factors it makes known, and to the
        choice of a route, a quarter of a year's."""
        settled, worths, opens = set(row.settles), dict[str, Figure](), list[str]()
        for act in self._fitting("act"):
            if not settled & {act.task_id, *filter(self._open, (act.metric, *act.yields))}:
                continue
            held, now = self._stakes[act.task_id], self._now(act)
            if isinstance(held, Absent) or isinstance(now, Absent):
                opens.append(act.task_id)
            elif now is None or act.called_for(now):
                worths[act.task_id] = held.worth
        year = {code: figure for code, figure in self.unknowns.items() if code in settled and figure.value > 0}
        total = sum(one.value for one in worths.values()) + sum(one.value for one in year.values()) / 4
        seen = told if isinstance(told := self._now(row), Figure) else None
        if total < LEAST:
            return Choice(row, seen, opens=tuple(opens))
        refs = refs_of(*worths.values(), *year.values(), more=(SOURCE,))
        worth = Figure(total, total, total, self.known.worth.currency, "none", "task_worth", refs)
        return Choice(row, seen, None, worth, tuple(opens), (*year, *worths))


def quantity(figure: Figure | Absent | None) -> Quantity | None:
    """A figure as plans and tables hold it."""
    return Quantity(**figure.cell) if isinstance(figure, Figure) else None
