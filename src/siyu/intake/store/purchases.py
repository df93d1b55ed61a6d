"""Purchases: a row per buyer and day with a paid, not fully refunded order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from siyu.intake.reading.lines import Flags, Ints, seconds_of

DAY = 86_400


@dataclass(frozen=True)
class Sales:
    """Order lines that count, sorted by buyer and payment. cluster: see `siyu.engines.clusters`; order: a number
    that differs between orders.

    paid_at: seconds by the Beijing wall clock; paid, net: fen."""

    buyer: Ints
    cluster: npt.NDArray[np.int8]
    paid_at: Ints
    order: Ints
    paid: Ints
    net: Ints


def purchase_days(sales: Sales, joined: pa.Table | None) -> pa.Table:
    """buyer_id, cluster, day (date), orders, paid_fen, net_fen, purchase_no (from 1), days_to_next (null for the last),
    days_from_previous (null for the first), first_day, member_before_first_order.

    joined: spells in groups (buyer_id, joined_at, left_at), None without a member file: then the last column is null. A
    buyer is a member before the first order when a spell began strictly before its payment and had not ended by
    then."""
    day = sales.paid_at // DAY
    new_buyer = _changes(sales.buyer)
    starts = np.flatnonzero(new_buyer | _changes(day))
    buyer, days = sales.buyer[starts], day[starts]
    orders = _sums((_changes(sales.order) | new_buyer).astype(np.int64), starts)
    members = pa.nulls(len(buyer), pa.bool_())
    new = _changes(buyer)
    if joined is not None and len(buyer):
        firsts = np.flatnonzero(new_buyer)
        before = _before(sales.buyer[firsts], sales.paid_at[firsts], joined)
        members = pa.array(before[np.cumsum(new) - 1])
    first = np.flatnonzero(new)[np.cumsum(new) - 1]
    last = np.append(new, True)[1:]
    gap = np.diff(days, append=0)
    dates = pa.array(days.astype(np.int32)).cast(pa.date32())
    return pa.table({
        "buyer_id": buyer, "cluster": sales.cluster[starts], "day": dates, "orders": orders,
        "paid_fen": _sums(sales.paid, starts), "net_fen": _sums(sales.net, starts),
        "purchase_no": np.arange(len(buyer)) - first + 1,
        "days_to_next": pa.array(gap, mask=last),
        "days_from_previous": pa.array(np.roll(gap, 1), mask=new),
        "first_day": dates.take(pa.array(first)),
        "member_before_first_order": members,
    })  # fmt: skip


def _sums(values: Ints, starts: Ints) -> Ints:
    found: Ints = np.add.reduceat(values, starts) if starts.size else values[:0]
    return found


def _before(buyer: Ints, paid_at: Ints, joined: pa.Table) -> Flags:
    """Whether each buyer (ascending) was a member when the first order was paid."""
    who = joined["buyer_id"].to_numpy()
    began, ended = (seconds_of(joined[name], np.iinfo(np.int64).max) for name in ("joined_at", "left_at"))
    place = np.minimum(np.searchsorted(buyer, who), len(buyer) - 1)
    first = paid_at[place]
    return np.bincount(place[((buyer[place] == who) & (began < first) & (ended >= first))], minlength=len(buyer)) > 0


def _changes(values: npt.NDArray[np.integer]) -> Flags:
    """Whether each value differs from the one before; the first one does."""
    changed = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed
