"""How often an audience can be messaged as findings show it: figures by code, verdicts that turn with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from siyu.figure import Absent, Figure
from siyu.formulas import depletion as d
from siyu.reach import capacity, reading
from siyu.reach.audience import GROUP, Audience
from siyu.reach.labels import CARDS, LIMITS, SAID
from siyu.reach.pool import Pool
from siyu.verdict import Verdict

Stated = dict[str, Figure | Absent]


def cell(figure: Figure | Absent) -> dict[str, Any] | None:
    """A figure as a cell of a table."""
    if isinstance(figure, Absent):
        return None
    return {name: getattr(figure, name) for name in ("low", "value", "high", "unit")}


def reading_rows(start: Figure | Absent, end: Figure | Absent) -> pd.DataFrame:
    """A row per number of unseen joins: joins, left (cell), and by_<n>: what each of n messages a day took."""
    rows = []
    for joins in reading.JOINS:
        share = reading.gross(start, end, joins)
        taken = {f"by_{pushes}": cell(reading.per_message(share, pushes)) for pushes in reading.PUSHES}
        sources = [] if isinstance(share, Absent) else list(share.sources)
        rows.append({"joins": joins, "left": cell(share), **taken, "sources": sources})
    return pd.DataFrame(rows)


def fallen(start: Figure | Absent, end: Figure | Absent) -> Verdict:
    """What a group that fell within a month says, and what it does not."""
    loss = reading.net_loss(start, end)
    most = reading.gross(start, end, reading.JOINS[-1])
    named: Stated = {"start": start, "end": end, "loss": loss, "rate": reading.hazard(loss), "most": most}
    return Verdict(SAID["fallen"], named)


def prices(reach: Audience) -> Stated:
    """Full cost of a delivered message by scene."""
    return {scene: reach.inputs.figure("message_price", d.price(scene)) for scene in d.SCENES}


def prices_seen(reach: Audience) -> Stated:
    """The same of a message seen."""
    return {scene: reach.inputs.figure("message_price_seen", d.price_seen(scene)) for scene in d.SCENES}


def price_said(found: Stated) -> Verdict:
    """Cheapest and dearest message that is called free."""
    ranked = sorted((one for one in found.values() if isinstance(one, Figure)), key=lambda one: one.value)
    return Verdict(SAID["price"], {"least": ranked[0], "group": found[GROUP], "most": ranked[-1]})


def price_parts(reach: Audience) -> pd.DataFrame:
    """A row per scene: scene, labour, gifts, licence, people (cells), sources."""
    rows = []
    for scene in d.SCENES:
        terms = d.price_terms(scene)
        cells = {name: cell(reach.inputs.figure("message_price_part", one)) for name, one in terms.items()}
        rows.append({"scene": scene, **cells, "sources": list(reach.inputs.behind(*terms.values()))})
    return pd.DataFrame(rows, columns=["scene", "labour", "gifts", "licence", "people", "sources"])


def lost_part(reach: Audience) -> Figure:
    """What losing people costs by message in a group."""
    return reach.inputs.figure("message_price_part", d.price_terms(GROUP)["people"])


def places(reach: Audience) -> tuple[Stated, Verdict]:
    """Delivered times seen by scene; and how much more response the worst place needs to match the best."""
    shares = {scene: d.delivered(scene) * d.s(about.seen) for scene, about in d.SCENES.items()}
    found: Stated = {scene: reach.inputs.figure("reach_share", one) for scene, one in shares.items()}
    means = {scene: one.value for scene, one in found.items() if isinstance(one, Figure)}
    best, worst = max(means, key=lambda one: means[one]), min(means, key=lambda one: means[one])
    lift = reach.inputs.figure("lift_needed", shares[best] / shares[worst])
    return found, Verdict(SAID["places"], {"best": found[best], "worst": found[worst], "lift": lift})


def limits(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Dated rules on how often may be sent: rule, limit (cell), since, sources."""
    rows = [reach.inputs.rows[name] for name in LIMITS]
    figures = [getattr(row, "figure") for row in rows]  # noqa: B009 - rows of assumptions
    table = pd.DataFrame({
        "rule": list(LIMITS), "limit": [cell(one) for one in figures],
        "since": [{lang: getattr(row, "vintage") for lang in ("en", "zh")} for row in rows],  # noqa: B009
        "sources": [list(one.sources) for one in figures],
    })  # fmt: skip
    found = dict(zip(LIMITS, figures, strict=True))
    return table, Verdict(SAID["limits"], {"then": found["send_limit_2021"], "now": found["send_limit_month"]})


def frequency(pool: Pool) -> Verdict:
    """The frequency that brings most over a year, and where one more message takes value."""
    best = pool.figure("best_frequency", pool.optimum)
    turn = Figure.exact(pool.last_paying, "next_message_limit", pool.sources)
    return Verdict(SAID["frequency"], {"best": best, "turn": turn})


def chances(pool: Pool) -> tuple[list[tuple[float, Figure]], Figure]:
    """(messages a week, chance that one more adds value), and that at the usual frequency."""
    line = [(at, Figure.exact(chance, "next_message_chance", pool.sources)) for at, chance in pool.chances]
    return line, line[2][1]


def logics(pool: Pool) -> tuple[pd.DataFrame, Verdict]:
    """Growth against consumption over a year: logic, pushes, members, value (cells)."""
    rows, named = [], {}
    for logic, pushes in (("growth", pool.optimum), ("consumption", pool.greedy)):
        freq = pool.figure("best_frequency" if logic == "growth" else "greedy_frequency", pushes)
        members = pool.figure("members_after_year", pool.at(2, pushes))
        value = pool.figure("pool_value", pool.at(0, pushes))
        named |= {f"{logic}_pushes": freq, f"{logic}_members": members, f"{logic}_value": value}
        cells = {"pushes": cell(freq), "members": cell(members), "value": cell(value)}
        rows.append({"logic": logic, **cells, "sources": list(pool.sources)})
    return pd.DataFrame(rows), Verdict(SAID["logics"], named)


def loosenings(reach: Audience) -> tuple[pd.DataFrame, Verdict]:
    """Four limits and three loosenings of WeChat, each as one input: change, before, after (cells), sources."""
    team, rows = capacity.Team(), []
    for change in capacity.CHANGES:
        before, after = capacity.before_after(reach.inputs, change, team)
        sources = sorted({*before.sources, *after.sources})
        rows.append({"change": change, "before": cell(before), "after": cell(after), "sources": sources})
    days = reach.inputs.figure("capacity_days", team.days)
    held = reach.inputs.figure("capacity_contacts", team.holds)
    return pd.DataFrame(rows), Verdict(SAID["capacity"], {"days": days, "held": held})


def tools(reach: Audience, hours: float) -> tuple[Stated, Verdict]:
    """Operators for a thousand active members by hand and with a tool, and what the tool may cost."""
    found: Stated = {
        name: reach.inputs.figure("operators_per_thousand", capacity.operators(name))
        for name in ("groups_by_hand", "groups_with_tool")
    }
    fee = reach.inputs.figure("tool_fee_limit", capacity.tool_fee(hours))
    said = "tools_own" if hours > 0 else "tools"
    return found, Verdict(SAID[said], {"hand": found["groups_by_hand"], "tool": found["groups_with_tool"], "fee": fee})


def answer(reach: Audience) -> Verdict:
    """How often can we message?"""
    group = reach.group.figure("best_frequency", reach.group.optimum)
    inbox = reach.inbox.figure("best_frequency", reach.inbox.optimum)
    pushes = np.full(reach.inputs.draws, float(np.ceil(group.value)))
    more = reach.group.at(0, pushes + 1) - reach.group.at(0, pushes)
    costs = replace(reach.group.figure("next_message_value", more))
    named: Stated = {"group": group, "inbox": inbox, "more": costs}
    return Verdict(SAID["answer"], named, {name: CARDS[name] for name in named})
