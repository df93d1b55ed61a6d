"""What a client's own record says about inputs of the economics, each on the route that it was measured on.

Figures are keyed by the symbol they feed; their `n` is the number of events behind them (orders, refunds, repeat
orders), which decides whether they replace an assumption or only move it. Beside them, sales of the best day, counted
in the ways that published figures of single days are.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.definitions import definition
from siyu.engines.tables import Source, counted, run, summed, table
from siyu.estimates.sampling import Z95, ratio, wilson
from siyu.figure import Absent, Figure
from siyu.orders import fans
from siyu.orders.frames import Frames
from siyu.orders.refunds import charged

PLATFORM = "douyin"  # the economics hold everything against the Douyin shop
# Days a first-time buyer is followed for, the longest first that enough have been seen through.
WINDOWS = (365, 180, 90)
ENOUGH, YEAR, MONTH = 30, 365, 365 / 12
# of a best day -> the metric it is
SALES = {"paid": "gmv", "kept": "net_gmv", "live": "live_gmv"}


def measured(frames: Frames, k: int = 0, wanted: Collection[str] = ()) -> dict[str, Figure]:
    """symbol -> figure, of the Douyin shop's orders; empty without any, or with fewer than k. wanted: all if empty.

    order_value: paid per order. refund_rate: of orders older than the refund window. repurchase: repeat orders a
    month over the first year, or the part of it seen. fan_share: of what is paid, by fans at payment.
    orders_year: orders of the last year of the record; of a shorter one at least a quarter long, at its pace.
    """
    names = frames.named
    if PLATFORM not in names or PLATFORM in frames.undated:
        return {}
    own = frames.on(PLATFORM if PLATFORM in frames.platforms else "all")
    lines = fans.paid_orders(own)
    orders = _orders(lines.filter(lines.platform.cast("string") == PLATFORM))
    settled_by, year_since = (own.as_of - timedelta(days=days) for days in (fans.REFUND_DAYS, YEAR - 1))
    orders = orders.mutate(old=orders.paid_at < ibis.timestamp(settled_by.isoformat()))
    sums = run(orders.aggregate(
        first=orders.paid_at.min(), year=(orders.paid_at >= ibis.timestamp(year_since.isoformat())).sum(),
        **_prefixed("paid_", _sums(orders, orders.paid_fen, orders.one * 100)),
        **_prefixed("back_", _sums(orders, orders.refunded_fen, orders.paid_fen, orders.old)),
    )).iloc[0]  # fmt: skip
    untold = bool({"refund", "gross"} & set(own.lacks))
    ways: dict[str, Callable[[], Figure | None]] = {
        "order_value": lambda: _quotient(sums, "paid_", "aov", own),
        "refund_rate": lambda: None if untold else _quotient(sums, "back_", "refund_rate", own),
        # buyers known on several platforms: their days do not say where
        "repurchase": lambda: _repurchase(own) if len(names) == 1 or PLATFORM in frames.platforms else None,
        "fan_share": lambda: None if own.follows is None else _fan_share(own, k),
        "orders_year": lambda: _orders_year(sums, own),
    }
    found = {symbol: way() for symbol, way in ways.items() if not wanted or symbol in wanted}
    enough = int(sums["paid_n"]) >= max(k, 1)
    return {symbol: figure for symbol, figure in found.items() if figure is not None and enough}


def _orders(lines: ir.Table) -> ir.Table:
    """A row per order: paid_at, paid_fen, refunded_fen, one. Orders of nothing are presents."""
    sums = {name: lines[name].sum() for name in ("paid_fen", "net_fen")}
    grouped = lines.group_by("order_id").aggregate(paid_at=lines.paid_at.min(), **sums)
    paid = grouped.filter(grouped.paid_fen > 0)
    return paid.mutate(refunded_fen=paid.paid_fen - paid.net_fen, one=ibis.literal(1, "int64"))


def _quotient(row: pd.Series, prefix: str, key: str, frames: Frames) -> Figure | None:
    """Sum of a top over sum of a bottom, orders taken as independent, of their sums. n: orders with a top."""
    own = row[row.index.str.startswith(prefix)]
    sums = own.rename(lambda name: name.removeprefix(prefix)).fillna(0).astype(float)
    return _rate(sums, key, frames.sources, int(sums["events"])) if sums["b"] else None


def _sums(
    orders: ir.Table, top: ir.IntegerColumn, bottom: ir.IntegerColumn, of: ir.BooleanColumn | None = None
) -> dict[str, ir.IntegerScalar]:  # fmt: skip
    """n, events (orders with a top), a, b, and sums of products, of all orders or of those `of` which it holds."""
    products = {"aa": top * top, "ab": top * bottom, "bb": bottom * bottom}
    # as decimals: whole numbers of 64 bits do not hold their sums, floats add up otherwise in another order
    squares = {name: one.cast("decimal(38, 0)").sum(where=of) for name, one in products.items()}
    sums = {"a": top.sum(where=of), "b": bottom.sum(where=of), "events": (top > 0).sum(where=of)}
    return {"n": orders.count(where=of), **sums, **squares}


def _prefixed(prefix: str, sums: dict[str, ir.IntegerScalar]) -> dict[str, ir.IntegerScalar]:
    return {prefix + name: one for name, one in sums.items()}


def _rate(sums: Any, key: str, sources: tuple[str, ...], events: int, most: float = math.inf) -> Figure:
    """A quotient of sums over independent orders (Cochran 1977, eq. 2.39), up to `most`; of no events, of a share."""
    value = float(sums["a"] / sums["b"])
    squares = float(sums["aa"] - 2 * value * sums["ab"] + value * value * sums["bb"])
    half = Z95 * max(squares, 0.0) ** 0.5 / float(sums["b"])
    # nothing seen is not nothing there: the end of Wilson's interval of none of n
    half = half if events else wilson(0, float(sums["n"])).high
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
        n, found = int(counts["repeats"].sum()), ratio(scaled).clipped(0, np.inf)
        # nothing seen is not nothing there, see `_rate`
        found = found if n else replace(found, high=Z95 * MONTH / window / float(counts["buyers"].sum()))
        return found.figure("repeat_orders_month", n, own.sources)
    return None


def _fan_share(own: Frames, k: int) -> Figure | None:
    return fans.whole_shares(own, k, [("paid", False)]).get("fan_gmv_share_paid")


def _orders_year(sums: pd.Series, frames: Frames) -> Figure | None:
    if pd.isna(sums["first"]) or (span := (frames.as_of - sums["first"].date()).days + 1) < WINDOWS[-1]:
        return None
    count = int(sums["year"])
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


def best_day(frames: Frames, currency: str) -> dict[str, Figure | Absent]:
    """Of the day with most paid: what was `paid` before refunds, what was `kept` of it, what `live` rooms took.

    Absent without dated orders; `live` also where no export tells the form of traffic."""
    absent: dict[str, Figure | Absent] = {name: Absent((key,)) for name, key in SALES.items()}
    if frames.orders is None or not frames.dated:
        return absent
    lines, none = fans.paid_orders(frames), ibis.literal(0, "int64")
    live = (lines.traffic_form.cast("string") == "live").fill_null(False) if "traffic_form" in lines.columns else False
    days = lines.group_by(day=lines.paid_at.date()).aggregate(
        paid=lines.paid_fen.sum(), kept=lines.net_fen.sum(), live=ibis.ifelse(live, lines.paid_fen, none).sum(),
        orders=lines.order_id.nunique(),
    )  # fmt: skip
    if (best := run(days.order_by(ibis.desc("paid"), "day").limit(1))).empty:
        return absent
    told = SALES if "traffic_form" in lines.columns else {name: SALES[name] for name in ("paid", "kept")}
    row, refs = best.iloc[0], frames.sources
    money = {name: float(row[name]) / 100 for name in told}
    n = int(row["orders"])
    return absent | {name: Figure(one, one, one, currency, "none", SALES[name], refs, n) for name, one in money.items()}
