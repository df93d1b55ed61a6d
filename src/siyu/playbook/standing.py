"""Where the client stands: type, places, account, the three demands, indices against its own history, goals, form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siyu.definitions import ahead
from siyu.estimates.series import last_above
from siyu.evidence.table import Reasoned, Row, Words, read_table
from siyu.figure import Absent, Figure
from siyu.paths import data_dir
from siyu.playbook import labels
from siyu.playbook.exhibits import cell, counted, name_of, point, refs
from siyu.playbook.form import SOURCE, contradictions
from siyu.playbook.plan import Planning
from siyu.playbook.quadrant import Placement, quadrants
from siyu.verdict import Verdict, known

Series = dict[str, list[tuple[float, Figure | Absent]]]
SCENES = ("live_room", "homepage", "subscription", "private_message", "group")  # where the documents touch people
FARTHEST = 400  # days between purchases, on the picture
LEAST_MONTHS = 9  # of a record, for indices of two quarters against what was before


class Capability(Row):
    """A function of an account. personal, enterprise: whether such an account has it."""

    capability: str
    name: str
    name_zh: str
    scene: str
    personal: str
    enterprise: str
    systems: Words


class DemandRule(Reasoned):
    """A check of one of the three demands."""

    demand: str
    name: str
    name_zh: str
    metric: str
    sense: str
    threshold: float


def client_type(planning: Planning) -> Verdict:
    """The type of client, and what it is judged by."""
    earned = planning.known.figures(["margin_to_team_cost"])["margin_to_team_cost"]
    figures = known({"margin_to_team_cost": earned}) or {"type": counted(planning.client, SOURCE)}
    said: Any = {"id": labels.SAID["type"], "args": {"type": {"id": labels.TYPES[str(planning.client)], "args": {}}}}
    return Verdict(said if planning.client else labels.SAID["type_0"], figures)


def quadrant(found: Placement) -> tuple[Series, dict[str, dict[str, str]], Verdict]:
    """The ellipse and the middles of the cells, the labels of both, and the nearest."""
    if found.nearest is None or isinstance(found.gap, Absent):
        return {}, {}, Verdict("", {"gap": Absent(("purchase_gap",))})
    figures = known({"gap": found.gap, "decision": found.decision})
    said = "quadrant_days" if "decision" in figures else "quadrant"
    kind = ("days", "sampling95", "decision_days", found.gap.sources)
    you = [(x, Figure(y, low, high, *kind)) for x, y, low, high in found.outline]
    days = ("decision_days", ("data:tasks",))
    near = [one for one in quadrants() if one.gap_days <= FARTHEST]
    cells: Series = {one.quadrant: [(one.gap_days, Figure.exact(one.decision_days, *days))] for one in near}
    words = {one.quadrant: one.both("name") for one in quadrants()} | {"you": labels.QUADRANTS["you"]}
    message = {"id": labels.SAID[said], "args": {"name": found.nearest.both("name")}}
    return {**cells, **({"you": [*you]} if you else {})}, words, Verdict(message, figures)


def inventory(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per place of the form, and per scene of the documents where nobody is reached."""
    held = {one.place: one for one in planning.known.form.resources}
    currency = planning.known.worth.currency
    rows = [
        {"place": labels.PLACES[name], "reach": one.reach_month, "ids": one.ids,
         "cost": point(one.cost_month, currency),
         "gap": labels.GAPS["none" if one.ids else "no_ids"], "sources": [SOURCE]}
        for name, one in held.items()
    ]  # fmt: skip
    gaps = [{"place": labels.PLACES[name], "reach": None, "ids": None, "cost": None, "gap": labels.GAPS["nobody"],
             "sources": [SOURCE]} for name in SCENES if name not in held]  # fmt: skip
    table = pd.DataFrame([*rows, *gaps], columns=[*labels.INVENTORY, "sources"])
    if not held:
        return table, Verdict(labels.SAID["inventory_none"], {"places": counted(0, SOURCE)})
    reach, ids = sum(one.reach_month for one in held.values()), sum(one.ids for one in held.values())
    figures = {"reach": Figure.exact(float(reach), "monthly_reach", (SOURCE,)), "places": counted(len(held), SOURCE),
               "ids": Figure.exact(float(ids), "monthly_reach", (SOURCE,))}  # fmt: skip
    return table, Verdict(labels.SAID["inventory"], figures)


def capabilities(planning: Planning) -> tuple[pd.DataFrame, Verdict, Figure | Absent]:
    """A row per function of an account: whether the best account has it, and the tasks whose systems it serves."""
    rows = read_table(data_dir() / "playbook" / "capabilities.csv", Capability)
    types = {one.type for one in planning.known.form.accounts}
    can = {one.capability: any(getattr(one, kind) == "yes" for kind in types) for one in rows}
    told = [
        {"capability": one.both("name"), "scene": labels.PLACES[one.scene],
         "now": can[one.capability] if types else None, "sources": [SOURCE],
         "tasks": [task.row.both("name") for task in planning.chosen
                   if set(task.row.systems) & set(one.systems)] or None}
        for one in rows
    ]  # fmt: skip
    table = pd.DataFrame(told, columns=[*labels.CAPABILITIES, "sources"])
    if not types:
        none = Verdict(labels.SAID["capabilities_none"], {"accounts": counted(0, SOURCE)})
        return table, none, Absent(("capability_share",))
    share = Figure.exact(sum(can.values()) / len(rows), "capability_share", (SOURCE,), len(rows))
    return table, Verdict(labels.SAID["capabilities"], {"share": share}), share


def demands(planning: Planning, capable: Figure | Absent) -> tuple[pd.DataFrame, Verdict]:
    """A row per check of the three demands; unknown where its metric is."""
    checks = read_table(data_dir() / "playbook" / "demands.csv", DemandRule)
    held = planning.known.figures({one.metric for one in checks}) | {"capability_share": capable}
    rows = []
    for one in checks:
        now = held[one.metric]
        met = (now.value > one.threshold) == (one.sense == "above") if isinstance(now, Figure) else None
        unit = now.unit if isinstance(now, Figure) else ""
        asked = {"id": labels.SENSES[one.sense], "args": {"threshold": {"value": one.threshold, "unit": unit}}}
        rows.append({"demand": one.both("name"), "metric": name_of(one.metric), "now": cell(now), "asked": asked,
                     "met": met, "sources": refs(now)})  # fmt: skip
    table = pd.DataFrame(rows, columns=[*labels.DEMANDS, "sources"])
    made = [bool(row["met"]) for row in rows if row["met"] is not None]
    unknown = {"unknown": counted(len(rows) - len(made))} if len(made) < len(rows) else {}
    figures = {"met": counted(sum(made)), "known": counted(len(made)), **unknown}
    return table, Verdict(labels.SAID["demands_part" if unknown else "demands"], figures)


@dataclass(frozen=True)
class Indices:
    """Of each month, the share of earlier months that lie below. said: code of what `level` says of both quarters."""

    awareness: list[tuple[float, Figure]]
    operating: list[tuple[float, Figure]]
    said: str | None


def indices(planning: Planning) -> Indices:
    """Awareness by first-time buyers, operation by repeat purchases and net sales, against the own history."""
    months = planning.known.months if planning.known.orders else pd.DataFrame()
    if len(months) < LEAST_MONTHS:
        return Indices([], [], None)
    lines = {name: _ranks(months[name].to_numpy(float)) for name in ("firsts", "repeats", "net_fen")}
    sources = planning.known.frames.sources

    def line(ranks: np.ndarray[Any, Any]) -> list[tuple[float, Figure]]:
        return [(float(at + 2), Figure.exact(float(rank), "own_index", sources)) for at, rank in enumerate(ranks, 1)]

    calendar = months["month"].dt.month.to_numpy(np.int64)
    told = {*calendar[-6:]} <= {*calendar[:-6]}
    like, both = calendar if told else 0 * calendar, np.array([0.5, 0.25, 0.25])  # both indices count alike
    said = ("up" if told else "season") if last_above(months[[*lines]].to_numpy(float), both, like) else "level"
    return Indices(line(lines["firsts"]), line((lines["repeats"] + lines["net_fen"]) / 2), said)


def _ranks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """From the third month on, the share of earlier months that lie below."""
    return np.array([float((values[:at] < values[at]).mean()) for at in range(2, len(values))])


def level(found: Indices) -> Verdict:
    """Whether the level goes up; two periods are asked for."""
    if found.said is None:
        return Verdict("", {"own_index": Absent(("own_index",))})
    return Verdict(labels.SAID[found.said], {"now": found.operating[-1][1]})


def goals(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per goal of the form: where it stands, or why that cannot be read."""
    asked = planning.known.form.goals
    why = planning.known.reasons([goal.metric for goal in asked])
    rows, reached = [], 0
    for goal in asked:
        now = planning.metrics[goal.metric]
        unit = now.unit if isinstance(now, Figure) else ""
        over = ahead(goal.metric, now.value, goal.target) if isinstance(now, Figure) else None
        reached += over is not None and over >= 0
        rows.append({"metric": name_of(goal.metric), "target": point(goal.target, unit),
                     "by": goal.by.isoformat(), "now": cell(now), "reason": why.get(goal.metric),
                     "gap": None if over is None else point(max(0.0, -over), unit),
                     "sources": refs(now, more=(SOURCE,))})  # fmt: skip
    table = pd.DataFrame(rows, columns=[*labels.GOALS, "sources"])
    figures = {"reached": counted(reached, SOURCE), "count": counted(len(asked), SOURCE)}
    return table, Verdict(labels.SAID["goals" if asked else "goals_none"], figures)


def form(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per point in which the form contradicts the exports."""
    asked = [goal.metric for goal in planning.known.form.goals]
    found = contradictions(planning.known.form, planning.known.tables, planning.known.reasons(asked))
    rows = [{"question": labels.CONTRADICTIONS[code], "answer": _answer(planning, code), "sources": [SOURCE]}
            for code in found]  # fmt: skip
    table = pd.DataFrame(rows, columns=[*labels.FORM_ROWS, "sources"])
    return table, Verdict(labels.SAID["form" if rows else "form_fine"], {"count": counted(len(rows), SOURCE)})


def _answer(planning: Planning, code: str) -> Any:
    goals = planning.known.reasons([goal.metric for goal in planning.known.form.goals])
    return [name_of(key) for key in goals] if code == "goal_not_computable" else None
