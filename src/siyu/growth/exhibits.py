"""Growth as findings show it: figures by code, verdicts that turn with them. The funnel and ways into
groups are in `stages`, wheel and path in `turning`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from siyu.estimates.cells import hidden
from siyu.estimates.sampling import Estimate
from siyu.figure import Absent, Figure, or_absent, refs_of
from siyu.growth.brand import Growth
from siyu.growth.labels import RULE, SAID
from siyu.growth.ladder import LEFT, RANKS, STATES
from siyu.growth.people import RULES
from siyu.verdict import Line, Stated, Verdict, absent, cited, known, line

FANS = RANKS[1:]  # potential fans have not boarded


def figure(one: Estimate, key: str, sources: tuple[str, ...], n: int, k: int = 0) -> Figure | Absent:
    """An estimate as metric `key`; Absent where it is undefined or of fewer than k."""
    return or_absent(one.figure(key, n, sources, k), key)


def ratio_cell(one: Estimate) -> dict[str, Any] | None:
    """A ratio as a cell of a table; None where it is undefined."""
    ends = {name: getattr(one, name) for name in ("low", "value", "high")}
    return ends | {"unit": "ratio"} if np.isfinite(one.value) else None


def exact(growth: Growth, key: str, number: float, n: int | None = None) -> Figure:
    """A number without a range that rests on the events."""
    return Figure.exact(float(number), key, growth.refs, n)


def listed(figures: Mapping[str, Figure | Absent]) -> pd.DataFrame:
    """A row per figure: what (its code), found."""
    held = known(figures)
    rows = [{"what": code, "found": one.cell, "sources": list(one.sources)} for code, one in held.items()]
    return pd.DataFrame(rows, columns=["what", "found", "sources"])


def rules(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per level from the top: what it takes, what platforms call the nearest of theirs, people now, and people as
    the platform counts them on the newest day told (null where nobody copied them)."""
    own = growth.ladder
    if own is None:
        return pd.DataFrame(columns=[*RULE]), absent("person_events")
    told = growth.record.table("level_days")
    newest = told.sort_values("day").iloc[-1] if told is not None else pd.Series(dtype=float)
    rows = [
        {**{name: rule.get(name) for name in ("following", "touched", "deep", "paid")}, "level": rule["key"],
         **{name: {"en": rule[name], "zh": rule[name]} for name in ("douyin", "yuntu")},
         "people": int(own.stock[-1, RANKS.index(rule["key"])]), "platform": newest.get(rule["yuntu"].lower())}
        for rule in RULES["levels"]
    ]  # fmt: skip
    people = exact(growth, "level_people", own.stock[-1].sum())
    return cited(pd.DataFrame(rows), growth.refs), Verdict(SAID["rules"], {"people": people})


def moves(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Marks of the grid of weekly moves (label before, series after), and how seats are upgraded."""
    own = growth.ladder
    if own is None:
        return pd.DataFrame(columns=["label", "series", "value"]), absent("person_events")
    rows = [(before, after, one.value, one.low, one.high) for (before, after), one in own.chances().items()]
    marks = pd.DataFrame(rows, columns=["label", "series", "value", "low", "high"]).assign(interval_kind="sampling95")
    ups = own.upgrades
    n = own.moves.sum(0).sum(1)
    told = {level: figure(ups[level], "upgrade_chance", growth.refs, int(n[RANKS.index(level)])) if level in ups
            else Absent(("upgrade_chance",)) for level in ("passer_by", "favourable")}  # fmt: skip
    return cited(marks, growth.refs), Verdict(SAID["moves"], told)


def cabins(growth: Growth) -> tuple[Stated, dict[str, Figure | Absent], Verdict]:
    """People on each level at the end, chances of going up a seat, and the mix of those on board."""
    own = growth.ladder
    if own is None:
        return {}, {}, absent("person_events")
    now, total = own.stock[-1], dict(zip(RANKS, own.moves.sum(0).sum(1)[: len(RANKS)], strict=True))
    dark = hidden(now, own.k) | np.append(False, hidden(now[1:], own.k))  # of all, and of those on board
    shown = {level: int(n) for level, n in zip(RANKS, now, strict=True) if not dark[RANKS.index(level)]}
    people, refs = Stated({level: exact(growth, "level_people", n) for level, n in shown.items()}), growth.refs
    ups = {level: figure(one, "upgrade_chance", refs, int(total[level])) for level, one in own.upgrades.items()}
    board = max(int(now[1:].sum()), 1)
    mix = {level: exact(growth, "cabin_share", shown[level] / board, board) if level in shown
           else Absent(("cabin_share",)) for level in FANS}  # fmt: skip
    return people, ups, Verdict(SAID["cabins"], mix)


def settled(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """People on board by week and level, and where that leads at the present chances and inflow."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    shown = np.array([np.where(hidden(week, own.k), np.nan, week) for week in own.stock])
    lines = {level: line(shown[:, at], "level_people", growth.refs) for at, level in enumerate(RANKS)}
    love = exact(growth, "level_people", shown[-1, -1]) if np.isfinite(shown[-1, -1]) else Absent(("level_people",))
    told: dict[str, Figure | Absent] = {
        "now": exact(growth, "level_people", own.stock[-1, 1:].sum()), "true_love": love,
        "later": figure(own.settled()[-1], "settled_people", growth.refs, own.people.weeks),
    }  # fmt: skip
    return {level: one for level, one in lines.items() if one}, Verdict(SAID["settled"], told)


def climbs(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """Kaplan-Meier share above each level by weeks since first on it."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    lines, ends = {}, {}
    for at, level in enumerate(RANKS[:-1]):
        curve, n = own.climb(at)
        lines[level] = line(curve, "climbed_share", growth.refs, n)
        ends[level] = lines[level][-1][1] if lines[level] else Absent(("climbed_share",))
    shown = {level: ends[level] for level in ("passer_by", "favourable")}
    return {level: line for level, line in lines.items() if line}, Verdict(SAID["climbs"], shown)


def occupancy(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """Aalen-Johansen share on each level by weeks since the first event."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    grid, n = own.occupancy(), own.people.ids.size
    lines = {state: line(grid[:, at], "level_share", growth.refs, n) for at, state in enumerate(STATES)}
    on_board = float(grid[-1, 1:LEFT].sum())
    told = {"board": exact(growth, "level_share", on_board, n), "left": exact(growth, "level_share", grid[-1, LEFT], n)}
    return lines, Verdict(SAID["occupancy"], told)


def worth(growth: Growth) -> tuple[Stated, Verdict]:
    """Value of a person on each level, and of moving up (code `up_<level>`)."""
    own = growth.ladder
    if own is None or growth.interest is None or not len(own.people.spent):
        return {}, absent("level_value")
    each, up = own.worth(growth.interest.value)
    held = (own.states[None] == np.arange(LEFT)[:, None, None]).any(2).sum(1)
    refs = refs_of(growth.interest, more=growth.refs)
    values: Stated = {level: figure(one, "level_value", refs, int(held[at]), own.k)
                      for at, (level, one) in enumerate(zip(RANKS, each, strict=True))}  # fmt: skip
    gains: Stated = {f"up_{level}": figure(one, "level_gain", refs, int(held[at]), own.k)
                     for at, (level, one) in enumerate(zip(RANKS, up, strict=False))}  # fmt: skip
    told = {"value": values["favourable"], "up": gains["up_favourable"]}
    return {**known(values), **known(gains)}, Verdict(SAID["worth"], told)


def users(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Every rate of a person and week over the last four weeks, twice: metric, fans, users (and potential fans)."""
    own = growth.ladder
    if own is None:
        return pd.DataFrame(columns=["metric", "fans", "users"]), absent("person_events")
    found: dict[str, dict[str, Figure | Absent]] = {}
    for metric, seen in own.weekly(min(4, own.people.weeks)).items():
        found[metric] = {}
        for group, lowest in (("fans", 1), ("users", 0)):
            one, n = own.rate(seen, lowest, 100 if metric == "spent_each" else 1)
            bounded = one.clipped(0, np.inf if metric == "spent_each" else 1)
            found[metric][group] = figure(bounded, metric, growth.refs, n, own.k)
    cells = [{group: one.cell for group, one in known(pair).items()} for pair in found.values()]
    frame = pd.DataFrame(cells, columns=["fans", "users"])
    frame.insert(0, "metric", [*found])
    return cited(frame, growth.refs), Verdict(SAID["users"], {**found["active_share"]})
