"""The plan as findings show it: rows of tables, and verdicts that turn with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import hypot
from typing import Any

import pandas as pd

from siyu.definitions import registry
from siyu.figure import Absent, Figure, refs_of
from siyu.language import Text
from siyu.playbook import labels
from siyu.playbook.plan import Choice, Planning
from siyu.playbook.tasks import SOURCE, TaskRow
from siyu.record import MOST, Opening
from siyu.verdict import Verdict

Words = Mapping[str, str]


def name_of(metric: str) -> Words:
    """The name of a metric, its key where the registry has none."""
    key = metric.partition(".")[0]
    return registry().names.get(metric) or registry().names.get(key) or {"en": metric, "zh": metric}


def cell(figure: Figure | Absent | None) -> dict[str, Any] | None:
    """A figure as a cell of a table."""
    return figure.cell if figure else None


def point(value: float, unit: str = "") -> dict[str, Any]:
    """A number without a range as a cell of a table."""
    return {"low": value, "value": value, "high": value, "unit": unit}


def refs(*figures: Figure | Absent | None, more: Iterable[str] = (SOURCE,)) -> list[str]:
    """Sources of a row."""
    return [*refs_of(*figures, more=more)]


def tasks(planning: Planning) -> pd.DataFrame:
    """A row per task of the plan: task, who, brings, worth, cost, decides, review, sources; code: its id."""
    rows = [
        {"code": one.row.task_id, "task": one.row.both("name"), "who": one.row.both("who"),
         "brings": cell(one.stake.expected) if one.stake else None, "worth": cell(_worth(one)),
         "cost": one.row.step.cost.as_json(), "decides": one.row.both("decides"),
         "review": one.review(planning.as_of).isoformat(),
         "sources": refs(one.now, one.worth, one.stake.expected if one.stake else None)}
        for one in planning.chosen
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["code", *labels.TASKS, "sources"])


def _worth(one: Choice) -> Figure | None:
    return one.stake.worth if one.stake else one.worth


def first(planning: Planning) -> Verdict:
    """What to do first, and what it brings."""
    if not planning.chosen:
        return Verdict(labels.SAID["nothing"], {})
    lead = planning.chosen[0]
    args = {"task": lead.row.both("name")}
    if lead.stake:
        return Verdict({"id": labels.SAID["tasks_act"], "args": args}, {"first": lead.stake.expected})
    if lead.worth:
        high = lead.row.cost_high
        cost = Figure(high, lead.row.cost_low, high, "CNY", "assumption90", sources=(SOURCE,))
        return Verdict({"id": labels.SAID["tasks_measure"], "args": args}, {"worth": lead.worth, "cost": cost})
    return Verdict({"id": labels.SAID["tasks"], "args": args}, {})


def rules(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per act and measurement that was called for, in the order of their rank, with the rule behind it."""
    called = [*planning.acts, *planning.measures]
    rows = [
        {"code": one.row.task_id, "task": one.row.both("name"), "kind": one.row.kind,
         "metric": name_of(one.row.metric) if one.row.metric else None, "now": cell(one.now), "asked": _asked(one.row),
         "client": [labels.TYPES[code] for code in one.row.clients] or None,
         "opens": [planning.library[name].both("name") for name in one.opens] or None,
         "lift": _lift(one.row), "systems": ", ".join(one.row.systems),
         "sources": refs(one.now, one.worth)}
        for one in called
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", *labels.RULES, "sources"])
    counts = {"acts": len(planning.acts), "measures": len(planning.measures)}
    return table, Verdict(labels.SAID["rules"], {name: counted(n) for name, n in counts.items()})


def counted(n: float, *sources: str) -> Figure:
    """A count of rows of a table."""
    return Figure(float(n), float(n), float(n), "count", sources=sources or (SOURCE,))


def _lift(row: TaskRow) -> dict[str, Any] | None:
    ends = {"low": row.lift_low, "value": row.lift_mode, "high": row.lift_high, "unit": "ratio"}
    return ends if row.kind == "act" else None


def _asked(row: TaskRow) -> dict[str, Any] | None:
    if row.sense is None or not row.metric:
        return None
    metrics = registry().metrics
    key = row.metric.partition(".")[0]
    unit = metrics[row.metric].unit if row.metric in metrics else metrics[key].unit if key in metrics else ""
    return {"id": labels.SENSES[row.sense], "args": {"threshold": {"value": row.threshold, "unit": unit}}}


def stops(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per thing to stop."""
    rows = [
        {"code": one.row.task_id, "task": one.row.both("name"), "metric": name_of(str(one.row.metric)),
         "now": cell(one.now), "asked": _asked(one.row), "why": one.row.both("rationale"), "sources": refs(one.now)}
        for one in planning.stops
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["code", *labels.STOPS, "sources"])
    said = {"id": labels.SAID["stop"], "args": {"task": rows[0]["task"]}} if len(rows) == 1 else ""
    return table, Verdict(said or labels.SAID["stops" if rows else "stop_none"], {"count": counted(len(rows))})


def experiment(planning: Planning) -> tuple[dict[str, Figure | Absent], Verdict]:
    """The experiment, and what knowing is worth of each trial that was called for."""
    trials = {one.row.task_id: one.worth for one in planning.measures if one.row.trial and one.worth}
    if (lead := planning.experiment) is None or lead.worth is None:
        return {}, Verdict("", {"worth": Absent(("task_worth",))})
    said = {"id": labels.SAID["experiment"], "args": {"task": lead.row.both("name")}}
    return dict(trials), Verdict(said, {"worth": lead.worth})


def names(planning: Planning) -> dict[str, Text]:
    """task_id -> its name."""
    return {key: row.both("name") for key, row in planning.library.items()}


def numbers(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per metric that the tasks and goals ask for: as the other sections print it, or why it cannot be had."""
    held = dict(sorted(planning.metrics.items()))
    why = planning.known.reasons(held)
    rows = [
        {"code": key, "metric": name_of(key), "value": cell(one), "reason": why.get(key),
         "sources": refs(one, more=()) or [SOURCE]}
        for key, one in held.items()
    ]  # fmt: skip
    found = sum(isinstance(one, Figure) for one in held.values())
    table = pd.DataFrame(rows, columns=["code", *labels.NUMBERS, "sources"])
    return table, Verdict(labels.SAID["numbers"], {"known": counted(found), "missing": counted(len(held) - found)})


def answer(planning: Planning) -> Verdict:
    """What should this client do next quarter?"""
    if not planning.chosen:
        return Verdict(labels.SAID["nothing"], {"count": counted(0)})
    acts = [one.stake.expected for one in planning.chosen if one.stake]
    figures: dict[str, Figure] = {"total": _total(acts), "lead": acts[0]} if acts else {}
    if planning.experiment and planning.experiment.worth:
        figures["experiment"] = planning.experiment.worth
    said = labels.SAID["answer_acts" if acts else "answer"]
    message = {"id": said, "args": {"task": planning.chosen[0].row.both("name")}}
    opening = Opening(
        reasons=("03_platform_economics.switch", "07_repurchase.group_uplift", "08_customer_value.value_limits"),
        plan=tuple(one.row.task_id for one in planning.chosen[:MOST]),
    )
    cards = {name: labels.CARDS[name] for name in figures}
    return Verdict(message, figures or {"count": counted(len(planning.chosen))}, cards, opening)


def _total(figures: list[Figure]) -> Figure:
    """A sum of quantities that know nothing of each other: their distances to the ends add up as roots of squares."""
    value = sum(one.value for one in figures)
    below, above = hypot(*(one.value - one.low for one in figures)), hypot(*(one.high - one.value for one in figures))
    return Figure(value, value - below, value + above, figures[0].unit, "assumption90", "task_yield", refs_of(*figures))
