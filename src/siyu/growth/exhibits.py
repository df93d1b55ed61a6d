"""Growth as findings show it: figures by code, verdicts that turn with them. Wheel and path are in `turning`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from siyu.figure import Absent, Figure
from siyu.growth.brand import Growth
from siyu.growth.funnel import STEPS
from siyu.growth.labels import RULE, SAID, TIGHT
from siyu.growth.ladder import LEFT, RANKS, STATES
from siyu.growth.people import RULES
from siyu.orders.sampling import Estimate, divided, estimated
from siyu.verdict import Verdict

Stated = dict[str, Figure | Absent]
FANS = RANKS[1:]  # potential fans have not boarded


def figure(one: Estimate, key: str, sources: tuple[str, ...], n: int, k: int = 0) -> Figure | Absent:
    """An estimate as metric `key`; Absent where it is undefined or of fewer than k."""
    return one.figure(key, n, sources, k) or Absent((key,))


def exact(growth: Growth, key: str, number: float, n: int | None = None) -> Figure:
    """A number without a range that rests on the events."""
    return Figure.exact(float(number), key, growth.refs, n)


def known(figures: Mapping[str, Figure | Absent]) -> dict[str, Figure]:
    """Those that could be computed."""
    return {code: one for code, one in figures.items() if isinstance(one, Figure)}


def absent(*keys: str) -> Verdict:
    """Nothing can be said, for want of metrics."""
    return Verdict("", {key: Absent((key,)) for key in keys})


def cell(one: Figure) -> dict[str, Any]:
    """A figure as a cell of a table."""
    return {name: getattr(one, name) for name in ("low", "value", "high", "unit")}


def _refs(growth: Growth, rows: pd.DataFrame, refs: tuple[str, ...] = ()) -> pd.DataFrame:
    return rows.assign(sources=pd.Series([list(refs or growth.refs)] * len(rows), rows.index, object))


def rules(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per level from the top: what it takes, what platforms call the nearest of theirs, people now, and people as
    the platform counts them on the newest day told (null where nobody copied them)."""
    own = growth.ladder
    if own is None:
        return pd.DataFrame(columns=["level", *RULE]), absent("person_events")
    told = growth.record.table("level_days")
    newest = told.sort_values("day").iloc[-1] if told is not None else pd.Series(dtype=float)
    rows = [
        {**{name: rule.get(name) for name in ("following", "touched", "deep", "paid")}, "level": rule["key"],
         **{name: {"en": rule[name], "zh": rule[name]} for name in ("douyin", "yuntu")},
         "people": int(own.stock[-1, RANKS.index(rule["key"])]), "platform": newest.get(rule["yuntu"].lower())}
        for rule in RULES["levels"]
    ]  # fmt: skip
    people = exact(growth, "level_people", own.stock[-1].sum())
    return _refs(growth, pd.DataFrame(rows)), Verdict(SAID["rules"], {"people": people})


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
    return _refs(growth, marks), Verdict(SAID["moves"], told)


def cabins(growth: Growth) -> tuple[Stated, dict[str, Figure | Absent], Verdict]:
    """People on each level at the end, chances of going up a seat, and the mix of those on board."""
    own = growth.ladder
    if own is None:
        return {}, {}, absent("person_events")
    now, total = own.stock[-1], dict(zip(RANKS, own.moves.sum(0).sum(1)[: len(RANKS)], strict=True))
    shown = [(level, int(n)) for level, n in zip(RANKS, now, strict=True) if n >= own.k]
    people: Stated = {level: exact(growth, "level_people", n) for level, n in shown}
    refs = growth.refs
    ups = {level: figure(one, "upgrade_chance", refs, int(total[level])) for level, one in own.upgrades.items()}
    board = max(int(now[1:].sum()), 1)
    mix = {level: exact(growth, "cabin_share", now[at] / board, board) for at, level in enumerate(RANKS) if at}
    return people, ups, Verdict(SAID["cabins"], mix)


def settled(growth: Growth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """People on board by week and level, and where that leads at the present chances and inflow."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    lines = {
        level: [(float(week), exact(growth, "level_people", own.stock[week, at])) for week in range(own.people.weeks)]
        for at, level in enumerate(RANKS)
    }
    ends = dict(zip(RANKS, own.settled(), strict=True))
    told = {
        "now": exact(growth, "level_people", own.stock[-1, 1:].sum()),
        "later": figure(ends["true_love"], "settled_people", growth.refs, own.people.weeks),
        "true_love": exact(growth, "level_people", own.stock[-1, -1]),
    }
    return lines, Verdict(SAID["settled"], told)


def climbs(growth: Growth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Kaplan-Meier share above each level by weeks since first on it."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    lines, ends = {}, {}
    for at, level in enumerate(RANKS[:-1]):
        curve, n = own.climb(at)
        lines[level] = [(float(week), exact(growth, "climbed_share", share, n)) for week, share in enumerate(curve)]
        ends[level] = lines[level][-1][1] if lines[level] else Absent(("climbed_share",))
    shown = {level: ends[level] for level in ("passer_by", "favourable")}
    return {level: line for level, line in lines.items() if line}, Verdict(SAID["climbs"], shown)


def occupancy(growth: Growth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Aalen-Johansen share on each level by weeks since the first event."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    grid = own.occupancy()
    n = own.people.ids.size
    lines = {
        state: [(float(week), exact(growth, "level_share", grid[week, at], n)) for week in range(len(grid))]
        for at, state in enumerate(STATES)
    }
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
    refs = tuple(sorted({*growth.refs, *growth.interest.sources}))
    values: Stated = {level: figure(one, "level_value", refs, int(held[at]), own.k)
                      for at, (level, one) in enumerate(zip(RANKS, each, strict=True))}  # fmt: skip
    gains: Stated = {f"up_{level}": figure(one, "level_gain", refs, int(held[at]), own.k)
                     for at, (level, one) in enumerate(zip(RANKS, up, strict=False))}  # fmt: skip
    told = {"value": values["favourable"], "up": gains["up_favourable"]}
    return {**known(values), **known(gains)}, Verdict(SAID["worth"], told)


def flat(groups: Mapping[str, Mapping[str, Figure | Absent]]) -> Stated:
    """Figures of lines and series to be looked at, code `<line>_<series>`."""
    return {f"{line}_{series}": one for line, own in groups.items() for series, one in own.items()}


def users(growth: Growth) -> tuple[dict[str, dict[str, Figure | Absent]], Verdict]:
    """Rates of the last four weeks twice: of fans, and of fans and potential fans (metric -> fans, users)."""
    own = growth.ladder
    if own is None:
        return {}, absent("person_events")
    weeks = min(4, own.people.weeks)
    states, deeds = own.states[:, -weeks:], own.people.deeds
    found: dict[str, dict[str, Figure | Absent]] = {}
    for metric, seen in (("active_share", deeds["touched"]), ("buying_share", deeds["paid"])):
        did = seen[:, -weeks:] > 0
        found[metric] = {}
        for group, lowest in (("fans", 1), ("users", 0)):
            held = (states >= lowest) & (states < LEFT)
            pair = np.zeros((100, 2), np.int64)
            np.add.at(pair, own.people.ids % 100, np.stack([(did & held).sum(1), held.sum(1)], 1))
            one = estimated(pair, lambda sums: divided(sums[..., 0], sums[..., 1])).clipped(0, 1)
            found[metric][group] = figure(one, metric, growth.refs, int(pair[:, 1].sum()), own.k)
    return found, Verdict(SAID["users"], {group: found["active_share"][group] for group in ("fans", "users")})


def steps(growth: Growth) -> tuple[Stated, dict[str, Figure | Absent], Verdict]:
    """Share of the cohort that reached each step; rates from step to step; the summary of both."""
    own = growth.funnel
    if own is None or own.reached["won"] < max(growth.k, 1):
        return {}, {}, absent("person_events")
    base = own.reached["won"]
    shares: Stated = {step: exact(growth, "funnel_share", own.reached[step] / base, base) for step in STEPS}
    rates = {step: figure(one, "step_rate", growth.refs, own.reached[before], growth.k)
             for (step, one), before in zip(own.rates.items(), STEPS, strict=False)}  # fmt: skip
    told = {name: rates[name] for name in ("deposit", "activate", "convert")}
    return (
        shares,
        rates,
        Verdict(SAID["steps"], {**told, "skipped": exact(growth, "people_count", sum(own.skipped.values()))}),
    )


def loop(growth: Growth) -> tuple[Stated, Verdict]:
    """K and what one newcomer brings along in the end."""
    own = growth.funnel
    if own is None or not own.stays:
        return {}, absent("person_events")
    found: Stated = {
        "k": figure(own.k, "fission_k", growth.refs, own.stays, growth.k),
        "amplified": figure(own.amplified, "amplification", growth.refs, own.stays, growth.k),
    }
    return found, Verdict(SAID["loop"], found)


def bottleneck(growth: Growth) -> tuple[Stated, Verdict]:
    """Chance of each step that a yuan spent on it brings most."""
    chances = growth.tightest
    if not chances:
        return {}, absent("person_events")
    figures: Stated = {step: Figure.exact(one, "tightest_chance", growth.priced) for step, one in chances.items()}
    best = max(chances, key=chances.__getitem__)
    sure = "sure" if chances[best] >= 0.9 else "likely"
    said = {"id": SAID[f"tight_{sure}"], "args": {"step": {"id": TIGHT[best]}}}
    return figures, Verdict(said, {"chance": figures[best]})


def active_worth(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Newcomers by what they became, each counted once: people, share, what they paid; and the value of one."""
    own = growth.funnel
    if own is None or own.kinds["fen"].sum() == 0:
        return pd.DataFrame(columns=["kind", "people", "share", "each"]), absent("person_events")
    total = int(own.kinds["people"].sum())
    order = [kind for kind in ("transaction", "lead", "neither") if kind in own.kinds.index]
    held = own.kinds.loc[order]
    share = (held["people"] / total).to_numpy()
    rows = pd.DataFrame({"kind": order, "people": held["people"].to_numpy(), "share": share,
                         "each": (held["fen"] / held["people"] / 100).to_numpy()})  # fmt: skip
    rows = rows[rows["people"] >= max(growth.k, 1)]
    each = float(held["fen"].sum()) / total / 100
    amplified = growth.funnel.amplified if growth.funnel else None
    told = {"each": exact(growth, "active_worth", each, total)}
    if amplified is not None and np.isfinite(amplified.value):
        told["all"] = exact(growth, "active_worth", each * amplified.value, total)
    return _refs(growth, rows), Verdict(SAID["active_worth"], told)


def thresholds(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Ages of following that a group may ask for, and what goes with them."""
    rows = growth.joins.thresholds(growth.k) if growth.joins is not None else pd.DataFrame()
    names = ["eligible", "joins", "bought", "exits", "bought_before"]
    if rows.empty:
        return pd.DataFrame(columns=["days", *names]), absent("group_joins")
    shown = _refs(growth, rows.assign(**{name: _cells(rows[name]) for name in names}))
    strict, open_ = rows.iloc[-1], rows.iloc[0]
    told = {
        "eligible": figure(strict["eligible"], "threshold_share", growth.refs, len(rows)),
        "before": figure(strict["bought_before"], "threshold_share", growth.refs, len(rows)),
        "any": figure(open_["bought_before"], "threshold_share", growth.refs, len(rows)),
    }
    return shown, Verdict(SAID["thresholds"], told)


def _cells(estimates: pd.Series) -> pd.Series:
    """Estimates as cells of a table, None where they are undefined."""
    plain = [
        {"low": one.low, "value": one.value, "high": one.high, "unit": "ratio"} if np.isfinite(one.value) else None
        for one in estimates
    ]
    return pd.Series(plain, estimates.index, object)


def paths(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per way in: path, joined, share still there a month on, share who bought within a quarter."""
    rows = growth.joins.paths(growth.k) if growth.joins is not None else pd.DataFrame()
    if rows.empty:
        empty = pd.DataFrame(columns=["path", "joined", "alive", "bought"])
        return empty, Verdict(SAID["path_unknown"], {}) if growth.joins is not None else absent("group_joins")
    shown = rows.assign(alive=_cells(rows["alive"]), bought=_cells(rows["bought"]))
    told = zip(rows["path"], rows["alive"], rows["joined"], strict=True)
    alive = known({path: figure(one, "path_alive", growth.refs, joined) for path, one, joined in told})
    ranked = sorted(alive.values(), key=lambda one: one.value)
    if len(ranked) < 2:
        return _refs(growth, shown), absent("path_alive")
    said = "paths_apart" if ranked[0].high < ranked[-1].low else "paths_alike"
    return _refs(growth, shown), Verdict(SAID[said], {"least": ranked[0], "most": ranked[-1]})


def rollout(growth: Growth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Weekly joins, and the break when the newest way in opened."""
    found = growth.joins.rollout() if growth.joins is not None else None
    if found is None:
        return {}, absent("rollout_jump")
    line = [(float(week), exact(growth, "weekly_joins", n)) for week, n in enumerate(found.weekly)]
    said = "rollout_seen" if found.jump.low > 0 else "rollout_not_seen"
    return {"joins": line}, Verdict(SAID[said], {"jump": figure(found.jump, "rollout_jump", growth.refs, len(line))})
