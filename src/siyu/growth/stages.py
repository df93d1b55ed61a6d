"""Funnel, loop, the tightest step, thresholds and ways into groups as findings show them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siyu.figure import Absent, Figure
from siyu.growth.brand import Growth
from siyu.growth.exhibits import Stated, absent, cited, exact, figure, known
from siyu.growth.funnel import STEPS
from siyu.growth.labels import SAID, TIGHT
from siyu.verdict import Verdict

TOLD_BY = ("account_days", "sessions", "funnel_days", "retention_days")


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


def rooms(growth: Growth) -> tuple[Stated, Verdict]:
    """The funnel by counts of dashboards: a rate per step that is told."""
    told, refs = growth.dashboards.steps, growth.record.sources(*TOLD_BY)
    found: Stated = {step: figure(rate.estimate.clipped(0, 1), f"room_{step}", refs, len(rate.influence))
                     for step, (rate, _) in told.items()}  # fmt: skip
    lacks = [step for step in ("deposit", "convert") if not isinstance(found.get(step), Figure)]
    if lacks:
        return {**known(found)}, absent(*(f"room_{step}" for step in lacks))
    return {**known(found)}, Verdict(SAID["rooms"], {step: found[step] for step in ("deposit", "convert")})


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
    return cited(growth, rows), Verdict(SAID["active_worth"], told)


def thresholds(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Ages of following that a group may ask for, and what goes with them."""
    rows = growth.joins.thresholds(growth.k) if growth.joins is not None else pd.DataFrame()
    names = ["eligible", "joins", "bought", "exits", "bought_before"]
    if rows.empty:
        return pd.DataFrame(columns=["days", *names]), absent("group_joins")
    shown = cited(growth, rows.assign(**{name: _cells(rows[name]) for name in names}))
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
        return cited(growth, shown), absent("path_alive")
    said = "paths_apart" if ranked[0].high < ranked[-1].low else "paths_alike"
    return cited(growth, shown), Verdict(SAID[said], {"least": ranked[0], "most": ranked[-1]})


def rollout(growth: Growth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Weekly joins, and the break when the newest way in opened."""
    found = growth.joins.rollout() if growth.joins is not None else None
    if found is None:
        return {}, absent("rollout_jump")
    line = [(float(week), exact(growth, "weekly_joins", n)) for week, n in enumerate(found.weekly)]
    said = "rollout_seen" if found.jump.low > 0 else "rollout_not_seen"
    return {"joins": line}, Verdict(SAID[said], {"jump": figure(found.jump, "rollout_jump", growth.refs, len(line))})
