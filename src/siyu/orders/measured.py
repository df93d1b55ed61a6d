"""What a client's own record says about inputs of the economics, each on the route that it was measured on.

Figures are keyed by the symbol they feed; their `n` is the number of events behind them (orders, refunds, repeat
orders), which decides whether they replace an assumption or only move it.
"""

import math
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.definitions import definition
from siyu.figure import Figure
from siyu.orders import fans
from siyu.orders.frames import Frames, Source, counted, run, summed, table
from siyu.orders.refunds import charged
from siyu.orders.sampling import Z95, ratio

PLATFORM = "douyin"  # the economics hold everything against the Douyin shop
# Days a first-time buyer is followed for, the longest first that enough have been seen through.
WINDOWS = (365, 180, 90)
ENOUGH, YEAR, MONTH = 30, 365, 365 / 12


def measured(frames: Frames, k: int = 0, wanted: Collection[str] = ()) -> dict[str, Figure]:
    """symbol -> figure, of the Douyin shop's orders; empty without any, or with fewer than k. wanted: all if empty.

    order_value: paid per order. refund_rate: of orders older than the refund window. repurchase: repeat orders a
    month over the first year, or the part of it seen. fan_share: of what is paid, by fans at payment.
    orders_year: orders of the last year of the record; of a shorter one at least a quarter long, at its pace.
    """
    names = set() if frames.orders is None else {*run(frames.orders.select("platform").distinct())["platform"]}
    if PLATFORM not in names or PLATFORM in frames.undated:
        return {}
    own = frames.on(PLATFORM if PLATFORM in frames.platforms else "all")
    lines = fans.paid_orders(own)
    orders = _orders(lines.filter(lines.platform.cast("string") == PLATFORM))
    older = orders.filter(orders.paid_at < ibis.timestamp((own.as_of - timedelta(days=fans.REFUND_DAYS)).isoformat()))
    ways: dict[str, Callable[[], Figure | None]] = {
        "order_value": lambda: _quotient(orders, orders.paid_fen, orders.one * 100, "aov", own),
        "refund_rate": lambda: None if {"refund", "gross"} & set(own.lacks) else _quotient(
            older, older.refunded_fen, older.paid_fen, "refund_rate", own),
        # buyers known on several platforms: their days do not say where
        "repurchase": lambda: _repurchase(own) if len(names) == 1 or PLATFORM in frames.platforms else None,
        "fan_share": lambda: None if own.follows is None else fans.whole_shares(own, k).get("fan_gmv_share_paid"),
        "orders_year": lambda: _orders_year(orders, own),
    }  # fmt: skip
    found = {symbol: way() for symbol, way in ways.items() if not wanted or symbol in wanted}
    enough = int(run(orders.aggregate(n=orders.count())).iloc[0]["n"]) >= max(k, 1)
    return {symbol: figure for symbol, figure in found.items() if figure is not None and enough}


def _orders(lines: ir.Table) -> ir.Table:
    """A row per order: paid_at, paid_fen, refunded_fen, one. Orders of nothing are presents."""
    sums = {name: lines[name].sum() for name in ("paid_fen", "net_fen")}
    grouped = lines.group_by("order_id").aggregate(paid_at=lines.paid_at.min(), **sums)
    paid = grouped.filter(grouped.paid_fen > 0)
    return paid.mutate(refunded_fen=paid.paid_fen - paid.net_fen, one=ibis.literal(1, "int64"))


def _quotient(
    orders: ir.Table, top: ir.IntegerColumn, bottom: ir.IntegerColumn, key: str, frames: Frames
) -> Figure | None:
    """Sum of `top` over sum of `bottom`, orders taken as independent. n: orders with a top."""
    sums = run(orders.aggregate(events=(top > 0).sum(), **_sums(orders, top, bottom))).iloc[0].fillna(0)
    return _rate(sums, key, frames.sources, int(sums["events"])) if sums["b"] else None


def _sums(orders: ir.Table, top: ir.IntegerColumn, bottom: ir.IntegerColumn) -> dict[str, ir.IntegerScalar]:
    a, b = top.cast("float64"), bottom.cast("float64")
    squares = {"aa": (a * a).sum(), "ab": (a * b).sum(), "bb": (b * b).sum()}
    return {"n": orders.count(), "a": top.sum(), "b": bottom.sum(), **squares}


def _rate(sums: Any, key: str, sources: tuple[str, ...], events: int, most: float = math.inf) -> Figure:
    """A quotient of sums over independent orders (Cochran 1977, eq. 2.39), up to `most`."""
    value = float(sums["a"] / sums["b"])
    squares = float(sums["aa"] - 2 * value * sums["ab"] + value * value * sums["bb"])
    # nothing seen is not nothing there: one event more bounds it
    squares = max(squares, 0.0) if events else float(sums["b"] / sums["n"]) ** 2
    half = Z95 * squares**0.5 / float(sums["b"])
    low, high = max(value - half, 0.0), min(value + half, most)
    return Figure(value, low, high, definition(key).unit, "sampling95", key, sources, events)


def _repurchase(own: Frames) -> Figure | None:
    """Repeat orders a month of first-time buyers, over the longest window that enough have been seen through."""
    days = own.purchases
    since = days.day.delta(days.first_day, unit="day")
    days = days.mutate(cluster=own.cluster(days), followed=own.observed(days.first_day), since=since)
    for window in WINDOWS:
        seen = days.filter(days.followed >= window)
        repeats = ibis.ifelse((seen.since > 0) & (seen.since <= window), seen.orders, 0).sum()
        counts = counted(seen, ["cluster"], buyers=(seen.purchase_no == 1).sum(), repeats=repeats)
        if counts["buyers"].sum() < ENOUGH:
            continue
        sums = summed(counts, own.groups, ["repeats", "buyers"]).astype(float)
        scaled = np.stack([sums[:, 0] * MONTH / window, sums[:, 1]], -1)
        return ratio(scaled).clipped(0, np.inf).figure("repeat_orders_month", int(counts["repeats"].sum()), own.sources)
    return None


def _orders_year(orders: ir.Table, frames: Frames) -> Figure | None:
    first = run(orders.aggregate(day=orders.paid_at.min())).iloc[0]["day"]
    if pd.isna(first) or (span := (frames.as_of - first.date()).days + 1) < WINDOWS[-1]:
        return None
    year = orders.filter(orders.paid_at >= ibis.timestamp((frames.as_of - timedelta(days=YEAR - 1)).isoformat()))
    count = int(run(year.aggregate(n=year.count())).iloc[0]["n"])
    return Figure.exact(float(round(count * YEAR / min(span, YEAR))), "orders_year", frames.sources, count)


def settled(charges: Source, sources: tuple[str, ...], k: int = 0) -> list[tuple[str, str, Figure]]:
    """(platform, form of traffic, rate) of a client's settlement, in this order; cells under k orders are left out.

    rate: fee over what it is taken of, exempt orders included; form `all` where nobody says. charges: a row per order
    and charge: platform, order_id, traffic_form text, fee_fen and base_fen int64 (what the fee is taken of: paid and
    kept, with subsidies). Charges that were given back add up to none.
    """
    rows = table(charges)
    sums = {"fee_fen": rows.fee_fen.sum(), "base_fen": rows.base_fen.sum()}
    orders = rows.group_by("platform", "traffic_form", "order_id").aggregate(**sums)
    orders = orders.filter(orders.base_fen > 0)
    counts = counted(orders, ["platform", "traffic_form"], **_sums(orders, orders.fee_fen, orders.base_fen))
    return [
        (str(row["platform"]), str(row["traffic_form"]), _rate(row, "take_rate", sources, int(row["n"]), most=1.0))
        for row in counts[counts["n"] >= max(k, 1)].to_dict("records")
    ]


def rates(
    frames: Frames, charges: Source | None, k: int = 0, sources: tuple[str, ...] = ()
) -> list[tuple[str, str, Figure]]:
    """(platform, form of traffic, rate) of all that is known of a client's charges, its settlement first.

    sources: of the settlement."""
    found = [] if charges is None else settled(charges, sources or frames.sources, k)
    told = {platform for platform, _, _ in found}
    exported = charged(frames, k) if frames.orders is not None else {}
    return found + [(platform, "all", rate) for platform, rate in exported.items() if platform not in told]
