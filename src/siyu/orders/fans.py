"""What share of GMV fans and group members bring, under each way to say who is one and of what.

A fan is one at payment, at the start of the broadcast, or on the day of the export; a member at the order or
ever. GMV is that of the shop or that paid during broadcasts, before or after refunds. Orders without a buyer
key belong to nobody and are left out of both sides; how many they are is told by `identified`.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import Ints, counted, dense, run
from siyu.estimates.sampling import ratio
from siyu.figure import Figure
from siyu.observed import PEOPLE
from siyu.orders.counts import first_of
from siyu.orders.frames import Frames

REFUND_DAYS = 30  # net amounts of a month younger than this may still fall
KEYS = {
    ("paid", False): "fan_gmv_share_paid", ("paid", True): "fan_gmv_share_paid_live",
    ("start", True): "fan_gmv_share_start_live",
    ("export", False): "fan_gmv_share_export", ("export", True): "fan_gmv_share_export_live",
    ("member", False): "member_gmv_share", ("ever", False): "member_gmv_share_ever",
}  # fmt: skip
WHO = tuple(dict.fromkeys(who for who, _ in KEYS))
_AMOUNTS = ("orders", "paid_fen", "net_fen")


@dataclass(frozen=True)
class Share:
    """A share of GMV. month: None for all months together; net: after refunds; figure: None where net
    amounts are not settled, or the cell is small."""

    key: str
    month: date | None
    net: bool
    figure: Figure | None


def paid_orders(frames: Frames) -> ir.Table:
    """Paid order lines, with `month` (since year 0). Raises ValueError without a table of orders."""
    if frames.orders is None:
        raise ValueError("no table of orders")
    lines = frames.orders
    if "status" in lines.columns:
        lines = lines.filter(lines.status.fill_null("paid") != "unpaid")
    return lines.mutate(month=(lines.paid_at.year() * 12 + lines.paid_at.month() - 1).cast("int64"))


def _in_sessions(lines: ir.Table, sessions: ir.Table | None) -> ir.Table:
    """With `started_at` of the broadcast that was on at payment, null for none; unchanged without sessions."""
    if sessions is None:
        return lines
    begun = sessions.select(
        "started_at", "ended_at", until=sessions.started_at.lead().over(order_by=["started_at", "ended_at"])
    )
    # a row per day of a broadcast: engines look days up, where they would compare every line with every broadcast
    begun = begun.mutate(day=ibis.range(_day(begun.started_at), _day(begun.ended_at) + 1).unnest())
    on = lines.paid_at >= begun.started_at, lines.paid_at <= begun.ended_at
    newest = begun.until.isnull() | (lines.paid_at < begun.until)  # an older one that goes on has had its time
    return lines.left_join(begun, [_day(lines.paid_at) == begun.day, *on, newest]).drop("ended_at", "until", "day")


def _day(time: ir.TimestampColumn) -> ir.IntegerColumn:
    return time.date().delta(ibis.date(1970, 1, 1), unit="day").cast("int64")


def totals(frames: Frames) -> pd.Series:
    """orders (distinct), paid_fen, net_fen and refunded_lines over all paid orders, with a buyer key or not,
    and `identified`: orders with one."""
    lines = paid_orders(frames)
    order_sums = {"paid_fen": lines.paid_fen.sum(), "net_fen": lines.net_fen.sum()}
    order = lines.group_by("order_id").aggregate(known=lines.buyer_id.notnull().max(), **order_sums)
    sums = {name: order[name].sum() for name in order_sums}
    counts = order.aggregate(orders=order.count(), identified=order.known.cast("int64").sum(), **sums)
    return run(counts).iloc[0].fillna(0).astype("int64")


def amounts(frames: Frames, wanted: Collection[str] = WHO) -> pd.DataFrame:
    """Order lines, paid_fen and net_fen by cluster, month, `live` (0 or 1: paid during a broadcast) and who:
    all, paid, start, export, member, ever; whatever the tables at hand can tell. wanted: those beside all."""
    lines = paid_orders(frames)
    lines = _in_sessions(lines.filter(lines.buyer_id.notnull()), frames.sessions)
    live = lines.started_at.notnull() if "started_at" in lines.columns else ibis.literal(False)
    lines = lines.mutate(cluster=frames.cluster(lines), live=live.cast("int64"))
    whose = {"all": lines}
    end = ibis.timestamp((frames.as_of + timedelta(days=1)).isoformat())
    if frames.follows is not None:
        stays = frames.follows.select("buyer_id", since="followed_at", until="unfollowed_at")
        whose |= {"paid": _held(lines, stays, "paid_at"), "export": _held(lines.mutate(export=end), stays, "export")}
        if "started_at" in lines.columns:
            whose["start"] = _held(lines.filter(lines.started_at.notnull()), stays, "started_at")
    if frames.members is not None:
        stays = frames.members.select("buyer_id", since="joined_at", until="left_at")
        whose |= {"member": _held(lines, stays, "paid_at"), "ever": lines.semi_join(stays, "buyer_id")}
    told = [
        own.select("cluster", "month", "live", "paid_fen", "net_fen", who=ibis.literal(who))
        for who, own in whose.items()
        if who in {"all", *wanted}
    ]
    rows = ibis.union(*told)  # of one question: what all have in common, broadcasts looked up, is done once
    sums = {"orders": rows.count(), "paid_fen": rows.paid_fen.sum(), "net_fen": rows.net_fen.sum()}
    return counted(rows, ["cluster", "month", "live", "who"], **sums)


def gmv_shares(frames: Frames, k: int = 0) -> list[Share]:
    """Every share that the tables allow, all months together and month by month, gross and net; each as long as
    both orders and those who count were observed."""
    return _observed(frames, k, (*KEYS,), monthly=True)


def whole_shares(
    frames: Frames, k: int = 0, wanted: Collection[tuple[str, bool]] = (*KEYS,)
) -> dict[str, Figure | None]:
    """key -> figure of `gmv_shares`, all months together. wanted: of these ways to say who is a fan, and of what."""
    return {share.key: share.figure for share in _observed(frames, k, wanted, monthly=False)}


def _observed(frames: Frames, k: int, wanted: Collection[tuple[str, bool]], *, monthly: bool) -> list[Share]:
    sides = {kind: frames.beside(kind) for kind in PEOPLE}
    if len({own.as_of for own in sides.values()}) == 1:
        return _gmv_shares(sides["members"], k, wanted, monthly)
    alone = [replace(sides["follows"], members=None), replace(sides["members"], follows=None)]
    return [share for own in alone for share in _gmv_shares(own, k, wanted, monthly)]


def _gmv_shares(frames: Frames, k: int, wanted: Collection[tuple[str, bool]], monthly: bool) -> list[Share]:
    counts = amounts(frames, {who for who, _ in wanted})
    whose, months = [*dict.fromkeys(counts["who"])], np.unique(counts["month"])
    # (groups, months, live, who, amounts): every share is a quotient of two slices
    at = np.searchsorted(months, counts["month"]), counts["live"], pd.Index(whose).get_indexer(counts["who"])
    sums = dense(counts, _AMOUNTS, (frames.groups, len(months), 2, len(whose)), counts["cluster"], *at)
    settled = np.array([settled_on(int(month)) <= frames.as_of for month in months], bool)
    shares = []
    for (who, live), key in KEYS.items():
        if (who, live) not in wanted or who not in whose or (live and not sums[:, :, 1].any()):
            continue
        scope = sums[:, :, 1:] if live else sums
        pair = scope[:, :, :, [whose.index(who), whose.index("all")]].sum(2)
        shares += _monthly(frames, pair, key, months if monthly else months[:0], np.ones_like(settled), k)
        if who not in ("member", "ever") and "refund" not in frames.lacks:
            shares += _monthly(frames, pair, f"{key}_net", months if monthly else months[:0], settled, k)
    return shares


def _monthly(
    frames: Frames, pair: Ints, key: str, months: Ints, ready: npt.NDArray[np.bool_], k: int
) -> list[Share]:  # fmt: skip
    """Shares of (groups, months, [whose, all], amounts): all ready months together, then each."""
    net = key.endswith("_net")
    chosen = [(None, ready), *((first_of(int(month)), ready & (months == month)) for month in months)]
    return [Share(key, month, net, _share(frames, pair[:, rows].sum(1), key, k)) for month, rows in chosen]


def _share(frames: Frames, pair: Ints, key: str, k: int) -> Figure | None:
    column = _AMOUNTS.index("net_fen" if key.endswith("_net") else "paid_fen")
    return ratio(pair[..., column]).clipped(0, 1).figure(key, int(pair[:, 1, 0].sum()), frames.sources, k)


def _held(lines: ir.Table, stays: ir.Table, moment: str) -> ir.Table:
    """Lines whose buyer was inside a stay at the moment: begun strictly before it, and not ended by then."""
    inside = stays.since < lines[moment], (stays.until >= lines[moment]).fill_null(True)
    return lines.semi_join(stays, [lines.buyer_id == stays.buyer_id, *inside])


def settled_on(month: int) -> date:
    """The day from which on a month (since year 0) is too old for refunds."""
    return first_of(month + 1) + timedelta(days=REFUND_DAYS - 1)
