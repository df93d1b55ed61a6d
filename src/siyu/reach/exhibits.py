"""How often an audience can be messaged as findings show it: figures by code, verdicts that turn with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from siyu.definitions import definition
from siyu.estimates.sampling import LEVEL, wilson
from siyu.figure import Absent, Figure, or_absent
from siyu.formulas import depletion as d
from siyu.reach import capacity
from siyu.reach.audience import GROUP, RECORD, Audience
from siyu.reach.checks import faults
from siyu.reach.delivery import least_confirming, shares
from siyu.reach.hazards import Array, associations
from siyu.reach.labels import CARDS, LEVELS, LIMITS, SAID
from siyu.reach.layers import clicks, layering, tasks
from siyu.reach.metrics import weekly_exits
from siyu.reach.pool import Depletion
from siyu.reach.touches import lead, sequence, touches
from siyu.reach.trial import needed
from siyu.verdict import Stated, Verdict, cited

EVEN = Figure(1, 1, 1, "multiple")


def stated(figures: Mapping[str, Figure | None]) -> Stated:
    """Figures by code, without those that could not be computed."""
    return {key: figure for key, figure in figures.items() if figure is not None}


def prices(reach: Audience) -> Stated:
    """Full cost of a delivered message by scene."""
    return {**reach.informed.figures("message_price", {scene: d.price(scene) for scene in d.SCENES})}


def prices_seen(reach: Audience) -> Stated:
    """The same of a message seen."""
    return {**reach.informed.figures("message_price_seen", {scene: d.price_seen(scene) for scene in d.SCENES})}


def price_said(found: Stated) -> Verdict:
    """Cheapest and dearest message that is called free."""
    ranked = sorted((one for one in found.values() if isinstance(one, Figure)), key=lambda one: one.value)
    return Verdict(SAID["price"], {"least": ranked[0], "group": found[GROUP], "most": ranked[-1]})


def price_parts(reach: Audience) -> pd.DataFrame:
    """A row per scene: scene, labour, gifts, licence, people (cells), sources."""
    parts = {f"{scene}.{name}": one for scene in d.SCENES for name, one in d.price_terms(scene).items()}
    found = reach.informed.figures("message_price_part", parts)
    rows = [
        {"scene": scene, **{name: found[f"{scene}.{name}"].cell for name in d.price_terms(scene)},
         "sources": list(reach.informed.behind(*d.price_terms(scene).values()))}
        for scene in d.SCENES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["scene", "labour", "gifts", "licence", "people", "sources"])


def lost_part(reach: Audience) -> Figure:
    """What losing people costs by message in a group."""
    return reach.informed.figure("message_price_part", d.price_terms(GROUP)["people"])


def places(reach: Audience) -> tuple[Stated, Verdict]:
    """Delivered times seen by scene; and how much more response the worst place needs to match the best."""
    shares = {scene: d.delivered(scene) * d.s(about.seen) for scene, about in d.SCENES.items()}
    found: Stated = {**reach.informed.figures("reach_share", shares)}
    means = {scene: one.value for scene, one in found.items() if isinstance(one, Figure)}
    best, worst = max(means, key=lambda one: means[one]), min(means, key=lambda one: means[one])
    lift = reach.informed.figure("lift_needed", shares[best] / shares[worst])
    return found, Verdict(SAID["places"], {"best": found[best], "worst": found[worst], "lift": lift})


def limits(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Dated rules on how often may be sent: rule, limit (cell), since, sources."""
    rows = [reach.inputs.rows[name] for name in LIMITS]
    figures = [getattr(row, "figure") for row in rows]  # noqa: B009 - rows of assumptions
    table = pd.DataFrame({
        "rule": list(LIMITS), "limit": [one.cell for one in figures],
        "since": [{lang: getattr(row, "vintage") for lang in ("en", "zh")} for row in rows],  # noqa: B009
        "sources": [list(one.sources) for one in figures],
    })  # fmt: skip
    found = dict(zip(LIMITS, figures, strict=True))
    return table, Verdict(SAID["limits"], {"then": found["send_limit_2021"], "now": found["send_limit_month"]})


def frequency(pool: Depletion) -> Verdict:
    """The frequency that brings most over a year, and where one more message takes value."""
    turn = Figure.exact(pool.last_paying, "next_message_limit", pool.sources)
    return Verdict(SAID["frequency"], {"best": pool.figure("best_frequency", pool.optimum), "turn": turn})


def chances(pool: Depletion) -> tuple[list[tuple[float, Figure]], Figure]:
    """(messages a week, chance that one more adds value), and that at the usual frequency."""
    line = [(at, Figure.exact(chance, "next_message_chance", pool.sources)) for at, chance in pool.chances]
    return line, line[2][1]


def logics(pool: Depletion) -> tuple[pd.DataFrame, Verdict]:
    """Growth against consumption over a year: logic, pushes, members, value (cells)."""
    rows: list[dict[str, Any]] = []
    named: Stated = {}
    for logic, pushes in (("growth", pool.optimum), ("consumption", pool.greedy)):
        freq = pool.figure("best_frequency" if logic == "growth" else "greedy_frequency", pushes)
        members = pool.figure("members_after_year", pool.at(2, pushes))
        value = pool.figure("pool_value", pool.at(0, pushes))
        named |= {f"{logic}_pushes": freq, f"{logic}_members": members, f"{logic}_value": value}
        cells = {"pushes": freq.cell, "members": members.cell, "value": value.cell}
        rows.append({"logic": logic, **cells, "sources": list(pool.sources)})
    return pd.DataFrame(rows), Verdict(SAID["logics"], named)


def loosenings(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Four limits and three loosenings of WeChat, each as one input: change, before, after (cells), sources."""
    team, rows = capacity.Team(), []
    for change in capacity.CHANGES:
        before, after = capacity.before_after(reach.inputs, change, team)
        sources = sorted({*before.sources, *after.sources})
        rows.append({"change": change, "before": before.cell, "after": after.cell, "sources": sources})
    days = reach.inputs.figure("capacity_days", team.days)
    held = reach.inputs.figure("capacity_contacts", team.holds)
    return pd.DataFrame(rows), Verdict(SAID["capacity"], {"days": days, "held": held})


def tools(reach: Audience, hours: float) -> tuple[Stated, Verdict]:
    """Operators for a thousand active members by hand and with a tool, and what the tool may cost."""
    ways = ("groups_by_hand", "groups_with_tool")
    found: Stated = {way: reach.inputs.figure("operators_per_thousand", capacity.operators(way)) for way in ways}
    fee = reach.inputs.figure("tool_fee_limit", capacity.tool_fee(hours))
    said = "tools_own" if hours > 0 else "tools"
    return found, Verdict(SAID[said], {"hand": found["groups_by_hand"], "tool": found["groups_with_tool"], "fee": fee})


def delivery(reach: Audience) -> tuple[Stated, Verdict]:
    """What becomes of mass sends, of the client's own record; and the member of staff who confirms least."""
    rows, refs = reach.delivery, reach.refs("sends", "broadcasts")
    found = stated(shares(rows, refs, reach.k))
    least = or_absent(least_confirming(rows, refs, reach.k), "confirm_share")
    said = "delivery" if isinstance(least, Figure) else "delivery_alone"
    named = {name: found.get(key, Absent((key,))) for name, key in
             (("delivered", "delivered_share"), ("confirmed", "confirm_share"))}  # fmt: skip
    return found, Verdict(SAID[said], named | ({"least": least} if said == "delivery" else {}))


def exits(reach: Audience) -> tuple[Stated, Verdict]:
    """How many times as many leave by what they were exposed to; goes together, and is no effect."""
    known = _ratios(reach, reach.levels, "left", "exit_rate_ratio")
    rate = or_absent(weekly_exits(reach), "weekly_exit_share")
    return known, Verdict(SAID["exits"], {"rate": rate, "ratio": known.get("posts", Absent(("exit_rate_ratio",)))})


def response(reach: Audience) -> tuple[Stated, Verdict]:
    """How many times as many order, by links of messages, by the same."""
    known = _ratios(reach, reach.days, "orders", "order_rate_ratio")
    return known, Verdict(SAID["response"], {"ratio": known.get("posts", Absent(("order_rate_ratio",)))})


def _ratios(reach: Audience, days: pd.DataFrame, event: str, key: str) -> Stated:
    ratios, groups = associations(days, event) if len(days) else ({}, 0)
    refs = reach.refs(*RECORD, *(["orders"] if "level" in days else []))
    return stated({name: one.figure(key, groups, refs) for name, one in ratios.items()})


def arms(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """The draw: a row per frequency (planned, groups, sent, left, sold), and what one message more a week does."""
    tried, refs = reach.trial, reach.refs(*RECORD)
    columns = ["planned", "groups", "sent", "left", "sold", "sources"]
    if tried.code != "tested":
        need = Figure.exact(needed(0.01), "groups_needed", refs)
        return pd.DataFrame(columns=columns), Verdict(SAID[tried.code], {"needed": need})
    rows = []
    for _, own in tried.rows.groupby("planned"):
        parts = {"left": ("weekly_exit_share", own["left"] / own["risk"])}
        if "fen" in own:
            parts["sold"] = ("weekly_sales", own["fen"] / own["risk"] / 100)
        cells = {name: mean_of(one.to_numpy(float), key, refs).cell for name, (key, one) in parts.items()}
        planned, sent = float(own["planned"].iloc[0]), float((own["posts"] / own["weeks"]).mean())
        rows.append({"planned": planned, "groups": len(own), "sent": sent, **cells, "sources": list(refs)})
    per = or_absent(tried.exits.estimate(1).figure("exit_per_message", tried.groups, refs), "exit_per_message")
    named = {"exit": per, "groups": Figure.exact(tried.groups, "groups_drawn", refs)}
    return pd.DataFrame(rows, columns=columns), Verdict(SAID["harm" if tried.harms else "no_harm"], named)


def mean_of(numbers: Array, key: str, refs: tuple[str, ...]) -> Figure | Absent:
    """Mean over groups with its interval (t)."""
    n = len(numbers)
    if n < 2:
        return Absent((key,))
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2) * numbers.std(ddof=1) / np.sqrt(n))
    mean = float(numbers.mean())
    return Figure(mean, mean - half, mean + half, definition(key).unit, "sampling95", key, refs, n)


def own_frequency(reach: Audience) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Value of a year by frequency as measured, within what was tried; else what was tried beside the prior's."""
    pool, refs = reach.own, reach.refs(*RECORD)
    prior = reach.group.figure("best_frequency", reach.group.optimum)
    if pool is None:
        most = Absent(("messages_sent",)) if reach.most_sent is None else Figure.exact(
            reach.most_sent, "most_messages", refs)  # fmt: skip
        return {"prior": reach.group.curve("pool_value")}, Verdict(SAID["untried"], {"prior": prior, "most": most})
    best, most = pool.figure("best_frequency", pool.optimum), Figure.exact(pool.most, "most_messages", refs)
    least = Figure.exact(pool.least, "most_messages", refs)
    alike = not (reach.trial.harms or reach.trial.sells)
    said = "own_alike" if alike else "own_edge" if best.value >= pool.most - 0.5 else "own_best"
    return {"own": pool.curve("pool_value")}, Verdict(SAID[said], {"best": best, "least": least, "most": most})


def layered(reach: Audience) -> tuple[Stated, Verdict]:
    """Messages by orders so far against one for all, on messages that took no part in the choice."""
    rows, refs = clicks(reach.sends, reach.frames), reach.refs("sends", "orders")
    by = rows.groupby(rows["level"] + "_" + rows["sells"])[["n", "clicked"]].sum()
    found = stated({
        code: wilson(float(by["clicked"][code]), float(by["n"][code])).figure(
            "click_share", int(by["n"][code]), refs, max(reach.k, 10))
        for code in LEVELS if code in by.index
    })  # fmt: skip
    one = layering(rows) if len(rows) else None
    gain = None if one is None else one.gain.figure("layering_gain", one.n, refs)
    if one is None or gain is None:
        return found, Verdict("", {"layering_gain": Absent(("layering_gain",))})
    single, both = (Figure.exact(share, "click_share", refs, one.n) for share in (one.single, one.layered))
    said = "layered" if gain.low > 0 else "layered_loses" if gain.high < 0 else "layered_alike"
    return found, Verdict(SAID[said], {"layered": both, "single": single, "gain": gain})


def touched(reach: Audience) -> tuple[Stated, Verdict]:
    """What came last before a purchase: service, selling, nothing; and service after it, which led to none."""
    rows = touches(reach.sends, reach.frames)
    found: Stated = {} if rows is None else {**sequence(rows, reach.refs("sends", "orders"), reach.k)}
    if rows is None or "served" not in found:
        return found, Verdict("", {"touched_order_share": Absent(("touched_order_share",))})
    ahead = lead(rows)
    told = ahead is not None and ahead.low > 0
    return found, Verdict(SAID["served" if told else "served_alike"], found)


def worked(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Tasks around broadcasts: task, done, not_done, change (cell), sources.

    The best of several has to be better than the best of as many that do nothing: the verdict is at 1 - 0.05 / number
    of tasks (Bonferroni; Dunn 1961)."""
    told = reach.tables.get("session_tasks"), reach.tables.get("sessions")
    rows = tasks(*told)
    refs = reach.refs("session_tasks", "sessions")
    spans = zip(rows["value"], rows["low"], rows["high"], strict=True)
    figures = [None if np.isnan(value) else Figure(value, low, high, "ratio", "sampling95", "task_change", refs)
               for value, low, high in spans]  # fmt: skip
    cells = pd.Series([None if one is None else one.cell for one in figures], rows.index, object)
    table = cited(rows[["task", "done", "not_done"]].assign(change=cells), refs)
    if not (known := [one for one in figures if one is not None]):
        return table, Verdict("", {"task_change": Absent(("task_change",))})
    best = max(known, key=lambda one: one.value)
    strict = tasks(*told, 1 - (1 - LEVEL) / len(known))
    sure = strict["low"].to_numpy()[np.nanargmax(strict["value"])] > 0
    return table, Verdict(SAID["task" if sure else "task_alike"], {"best": best})


def checked(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Faults of the tables: fault, rows, todo, sources; and the days of groups that can be used."""
    refs = reach.refs()
    rows = faults(reach.tables, reach.sends, reach.frames)
    table = cited(rows.assign(todo=rows["fault"]), refs)
    used = Figure.exact(float(len(reach.days)), "group_days_used", refs) if refs else Absent(("group_days_used",))
    return table, Verdict(SAID["checked" if len(rows) else "checked_clean"], {"used": used})


def answer(reach: Audience) -> Verdict:
    """How often can we message?"""
    group, inbox = (Figure.exact(pool.last_paying, "next_message_limit", pool.sources)
                    for pool in (reach.own or reach.group, reach.inbox))  # fmt: skip
    pool, said = (reach.own, reach.own_said) if reach.own else (reach.group, "answer")
    if said == "answer" and reach.tables and reach.risk.empty:
        said = "answer_blind"
    at = np.full(reach.inputs.draws, min(group.value, pool.most - 1))
    more = pool.figure("next_message_value", pool.at(0, at + 1) - pool.at(0, at))
    named: Stated = {"group": group, "inbox": inbox, "more": more}
    if said == "answer_edge":
        named["most"] = Figure.exact(pool.most, "most_messages", pool.refs)
    return Verdict(SAID[said], named, {name: CARDS[name] for name in ("group", "inbox", "more")})
