"""Funnel, loop, the tightest step, thresholds and ways into groups as findings show them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siyu.estimates.cells import hidden
from siyu.estimates.sampling import apart
from siyu.figure import Absent, Figure
from siyu.growth.brand import Growth
from siyu.growth.exhibits import exact, figure, ratio_cell
from siyu.growth.funnel import STEPS
from siyu.growth.labels import SAID, TIGHT
from siyu.verdict import Line, Stated, Verdict, absent, cited, known, line


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
    skipped = exact(growth, "people_count", sum(own.skipped.values()))
    return shares, rates, Verdict(SAID["steps"], {**told, "skipped": skipped})


def rooms(growth: Growth) -> tuple[Stated, Verdict]:
    """The funnel by counts of dashboards: a rate per step that is told."""
    told = growth.dashboards.steps
    refs = growth.record.sources("account_days", "sessions", "funnel_days", "retention_days")
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
    held = own.kinds.loc[[kind for kind in ("transaction", "lead", "neither") if kind in own.kinds.index]].reset_index()
    rows = held[["kind", "people"]].assign(share=held["people"] / total, each=held["fen"] / held["people"] / 100)
    rows = rows[~hidden(rows["people"].to_numpy(), growth.k)]
    each = float(held["fen"].sum()) / total / 100
    told = {"each": exact(growth, "active_worth", each, total)}
    if np.isfinite(own.amplified.value):
        told["all"] = exact(growth, "active_worth", each * own.amplified.value, total)
    return cited(rows, growth.refs), Verdict(SAID["active_worth"], told)


def thresholds(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Ages of following that a group may ask for, and what goes with them."""
    rows = growth.joins.thresholds(growth.k) if growth.joins is not None else pd.DataFrame()
    names = ["eligible", "joins", "bought", "exits", "bought_before"]
    if rows.empty:
        return pd.DataFrame(columns=["days", *names]), absent("group_joins")
    shown = cited(rows.assign(**_cells(rows, *names)), growth.refs)
    strict, open_ = rows.iloc[-1], rows.iloc[0]
    told = {
        "eligible": figure(strict["eligible"], "threshold_share", growth.refs, len(rows)),
        "before": figure(strict["bought_before"], "threshold_share", growth.refs, len(rows)),
        "any": figure(open_["bought_before"], "threshold_share", growth.refs, len(rows)),
    }
    return shown, Verdict(SAID["thresholds"], told)


def _cells(rows: pd.DataFrame, *names: str) -> dict[str, pd.Series]:
    """Columns of estimates as cells of a table."""
    return {name: pd.Series([ratio_cell(one) for one in rows[name]], rows.index, object) for name in names}


def paths(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per way in: path, joined, share still there a month on, share who bought within a quarter."""
    rows, ends = _ways(growth, "path", "alive", "path_alive")
    if (rows := rows.drop(columns=["people", "share"])).empty:
        return rows, Verdict(SAID["path_unknown"], {}) if growth.joins is not None else absent("group_joins")
    if len(ends) < 2:
        return rows, absent("path_alive")
    said = "paths_apart" if apart(ends) else "paths_alike"
    return rows, Verdict(SAID[said], {"least": ends[0], "most": ends[-1]})


def scenes(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per scene in which people were first met: scene (`unknown` where that is not recorded), people, share who
    joined a group, and of these as in `paths`."""
    rows, ends = _ways(growth, "scene", "share", "scene_joined")
    rows = rows.replace({"scene": {"": "unknown"}}).drop(columns="joined")
    if rows.empty:
        return rows, absent("person_events")
    total, told = int(rows["people"].sum()), rows["scene"] != "unknown"
    known = exact(growth, "scene_known", int(rows.loc[told, "people"].sum()) / total, total)
    if len(ends) < 2:
        return rows, Verdict(SAID["scene_one" if told.any() else "scene_unknown"], {"known": known})
    return rows, Verdict(SAID["scenes"], {"known": known, "least": ends[0], "most": ends[-1]})


def _ways(growth: Growth, by: str, name: str, key: str) -> tuple[pd.DataFrame, list[Figure]]:
    """Rows of `Joins.ways` as cells of a table, and what is known of a column as metric `key`, from the least."""
    names = ("share", "alive", "bought")
    if growth.joins is None:
        return pd.DataFrame(columns=[by, "people", "joined", *names]), []
    rows = growth.joins.ways(by, growth.k)
    told = rows[rows[by] != ""]
    found = (figure(one, key, growth.refs, n) for one, n in zip(told[name], told["people"], strict=True))
    ends = sorted((one for one in found if isinstance(one, Figure)), key=lambda one: one.value)
    return cited(rows.assign(**_cells(rows, *names)), growth.refs), ends


def rollout(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """Weekly joins, and the break when the newest way in opened."""
    found = growth.joins.rollout() if growth.joins is not None else None
    if found is None:
        return {}, absent("rollout_jump")
    joins = line(found.weekly, "weekly_joins", growth.refs)
    said = "rollout_seen" if found.jump.low > 0 else "rollout_fell" if found.jump.high < 0 else "rollout_not_seen"
    return {"joins": joins}, Verdict(SAID[said], {"jump": figure(found.jump, "rollout_jump", growth.refs, len(joins))})
