"""Count tables around joining a group: who had joined when, and what followed.

A buyer's join is the earliest one, dated by its day; on a purchase day it counts as after the purchase.
Everything here concerns purchases of buyers who were in no group before the purchase day.
"""

from collections.abc import Sequence
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import Ints, counted, dense, places
from siyu.estimates.survival import at_risk
from siyu.orders.frames import Frames

MOST_PURCHASES = 5  # purchase numbers from here on are one stratum
COMPARED = ("again", "n", "before", "earlier")
_STATES = ("left_apart", "bought_apart", "joined", "left_member", "bought_member")


def members_and_others(frames: Frames) -> Ints:
    """Buyers and those with at least two purchase days, by whether they ever joined: (groups, 2, 2).

    Axis 1: others, members. Last axis: with two purchase days, all."""
    days = with_joins(frames)
    buyers = days.group_by("buyer_id", "cluster").aggregate(n=days.count(), member=days.join_after.notnull().max())
    twice = (buyers.n > 1).cast("int64")
    buyers = buyers.mutate(member=buyers.member.cast("int64"))
    counts = counted(buyers, ["cluster", "member"], twice=twice.sum(), buyers=buyers.count())
    return dense(counts, ["twice", "buyers"], (frames.groups, 2), counts["cluster"], counts["member"])


def comparisons(frames: Frames, window: int, gap: int) -> tuple[pd.DataFrame, Ints]:
    """Purchases k of buyers in no group before, all of whose gap + window days are observed:
    (strata, counts of shape (groups, strata, 2, 4)).

    strata: number (k, capped), quarter (since year 0), entry (channel of the first order, "" unknown).
    Axis 2: not joined, joined by day k + gap and before the next purchase. Last axis, COMPARED: of those without
    a purchase in the `gap` days after (`n`), bought in (gap, gap + window] (`again`); of those whose purchase
    before is more than `gap` days back (`earlier`), it is in (gap, gap + window] (`before`). The latter whatever
    came after: buying soon may follow from joining, and to leave out who did would tilt the look back.
    """
    days = with_joins(frames)
    reach = gap + window
    days = days.filter(frames.observed(days.day) >= reach, (days.join_after >= 0).fill_null(True))
    quiet = (days.days_to_next > gap).fill_null(True)
    earlier = (days.days_from_previous > gap).fill_null(False)
    joins_first = (days.join_after < days.days_to_next).fill_null(True)
    days = days.mutate(
        member=((days.join_after <= gap).fill_null(False) & joins_first).cast("int64"), n=quiet.cast("int64"),
        again=(quiet & (days.days_to_next <= reach).fill_null(False)).cast("int64"),
        earlier=earlier.cast("int64"), before=(earlier & (days.days_from_previous <= reach)).cast("int64"),
    )  # fmt: skip
    days = days.left_join(_entries(frames), "buyer_id").mutate(entry=ibis._.entry.fill_null(""))
    strata = ["number", "quarter", "entry"]
    counts = counted(days, ["cluster", *strata, "member"], **{name: days[name].sum() for name in COMPARED})
    return arms(counts, frames.groups, strata, COMPARED)


def arms(counts: pd.DataFrame, groups: int, strata: Sequence[str], sums: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """(strata, array) of counts by cluster, strata and member: (groups, strata, 2, sums); axis 2: others, joiners."""
    keys = counts[list(strata)]
    cells = keys.drop_duplicates().sort_values(list(strata), ignore_index=True)
    at = counts["cluster"], places(keys, cells), counts["member"]
    return cells, dense(counts, sums, (groups, len(cells), 2), *at)


def risk_sets(frames: Frames, horizon: int) -> tuple[Ints, Ints]:
    """Purchases of buyers in no group before, day by day until the next one, the end or `horizon` days.

    (events, at risk), each (groups, risk sets, 2) with the last axis: not joined yet, joined on an earlier
    day. A risk set is a day after the purchase within a stratum (purchase number, quarter); sets without an
    event are left out.
    """
    days = with_joins(frames)
    days = days.filter((days.join_after >= 0).fill_null(True))
    end = ibis.least(ibis.coalesce(days.days_to_next, frames.observed(days.day)), horizon)
    days = days.mutate(end=end, bought=(days.days_to_next <= horizon).fill_null(False).cast("int64"))
    days = days.mutate(joins=(days.join_after < days.end).fill_null(False))
    days = days.mutate(at=ibis.ifelse(days.joins, days.join_after, days.end), joined=days.joins.cast("int64"))
    keys, bought = ["cluster", "number", "quarter", "at"], (days.bought * (1 - days.joined)).sum()
    apart = counted(days, keys, left_apart=days.count(), bought_apart=bought, joined=days.joined.sum())
    inside = days.filter(days.joins).mutate(at=ibis._.end)
    member = counted(inside, keys, left_member=inside.count(), bought_member=inside.bought.sum())
    moves = pd.concat([apart, member]).fillna(0).astype("int64")
    strata = []
    for _, stratum in moves.groupby(["number", "quarter"]):
        there, rows = np.unique(stratum["cluster"], return_inverse=True)  # of many buyers few are in a stratum
        states = dense(stratum, _STATES, (len(there), horizon + 1), rows, stratum["at"])
        left_apart, bought_apart, joined, left_member, bought_member = np.moveaxis(states, -1, 0)
        inside = np.cumsum(joined - left_member, axis=1)
        inside_before = np.concatenate([np.zeros((len(there), 1), np.int64), inside[:, :-1]], axis=1)
        bought = np.stack([bought_apart, bought_member], -1)
        held = bought.any(axis=(0, 2))
        strata.append((there, bought[:, held], np.stack([at_risk(left_apart), inside_before], -1)[:, held]))
    ends = np.cumsum([0, *(bought.shape[1] for _, bought, _ in strata)])
    events, risk = np.zeros((2, frames.groups, ends[-1], 2), np.int64)
    for (there, *found), (first, end) in zip(strata, pairwise(ends), strict=True):
        events[there, first:end], risk[there, first:end] = found
    return events, risk


def with_joins(frames: Frames) -> ir.Table:
    """Purchases with cluster, number, quarter and join_after (days from the purchase day to the join, null for buyers
    who never joined)."""
    if frames.members is None:
        raise ValueError("no table of group members")
    stays = frames.members
    joins = stays.group_by("buyer_id").aggregate(join_day=stays.joined_at.min().date())
    days = frames.followed
    days = days.mutate(
        cluster=frames.cluster(days), number=ibis.least(days.purchase_no, MOST_PURCHASES).cast("int64"),
        quarter=(days.day.year() * 4 + days.day.quarter() - 1).cast("int64"),
    ).left_join(joins, "buyer_id")  # fmt: skip
    return days.drop("buyer_id_right").mutate(join_after=days.join_day.delta(days.day, unit="day"))


def _entries(frames: Frames) -> ir.Table:
    """buyer_id and entry: the channel of a buyer's first paid order; no rows when no export tells channels."""
    lines = frames.orders
    if lines is None or "traffic_channel" not in lines.columns:
        return frames.purchases.filter(ibis.literal(False)).select("buyer_id", entry=ibis.literal(""))
    lines = lines.filter(lines.buyer_id.notnull()).select("buyer_id", "paid_at", "traffic_channel")
    opening = lines.join(lines.group_by("buyer_id").aggregate(paid_at=lines.paid_at.min()), ["buyer_id", "paid_at"])
    return opening.group_by("buyer_id").aggregate(entry=opening.traffic_channel.min())
