"""What a client's own record says about inputs of the economics, each on the route that it was measured on.

Figures are keyed by the symbol they feed; their `n` is the number of events behind them (orders, refunds, repeat
orders), which decides whether they replace an assumption or only move it.
"""

from dataclasses import dataclass
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.definitions import definition
from siyu.figure import Figure
from siyu.orders import fans
from siyu.orders.frames import Frames, Source, counted, run, summed, table
from siyu.orders.refunds import charged
from siyu.orders.sampling import Z95, ratio, wilson

PLATFORM = "douyin"  # the economics hold everything against the Douyin shop
# Days a first-time buyer is followed for, the longest first that enough have been seen through.
WINDOWS = (365, 180, 90)
ENOUGH, YEAR, MONTH = 30, 365, 365 / 12


def measured(frames: Frames, k: int = 0) -> dict[str, Figure]:
    """symbol -> figure, of the Douyin shop's orders; empty without any, or with fewer than k.

    order_value: paid per order. refund_rate: of orders older than the refund window. repurchase: repeat orders a
    month over the first year, or the part of it seen. fan_share: of what is paid, by fans at payment.
    orders_year: orders of the last year of the record; of a shorter one at least a quarter long, at its pace.
    """
    names = _platforms(frames)
    if PLATFORM not in names or PLATFORM in frames.undated:
        return {}
    own = frames.on(PLATFORM if PLATFORM in frames.platforms else "all")
    lines = fans.paid_orders(own)
    orders = _orders(lines.filter(lines.platform.cast("string") == PLATFORM))
    due = ibis.timestamp((own.as_of - timedelta(days=fans.REFUND_DAYS)).isoformat())
    older = orders.filter(orders.paid_at < due)
    found = {
        "order_value": _quotient(orders, orders.paid_fen, orders.one * 100, "aov", own),
        "refund_rate": None
        if {"refund", "gross"} & set(own.lacks)
        else _quotient(older, older.refunded_fen, older.paid_fen, "refund_rate", own),
        # buyers known on several platforms: their days do not say where
        "repurchase": _repurchase(own) if len(names) == 1 or PLATFORM in frames.platforms else None,
        "fan_share": _fan_share(own, k),
        "orders_year": _orders_year(orders, own),
    }
    enough = int(run(orders.aggregate(n=orders.count())).iloc[0]["n"]) >= max(k, 1)
    return {symbol: figure for symbol, figure in found.items() if figure is not None and enough}


def _platforms(frames: Frames) -> set[str]:
    if frames.orders is None:
        return set()
    return {str(name) for name in run(frames.orders.select("platform").distinct())["platform"]}


def _orders(lines: ir.Table) -> ir.Table:
    """A row per order: paid_at, paid_fen, refunded_fen, one. Orders of nothing are presents."""
    grouped = lines.group_by("order_id").aggregate(
        paid_at=lines.paid_at.min(), paid_fen=lines.paid_fen.sum(), net_fen=lines.net_fen.sum()
    )
    paid = grouped.filter(grouped.paid_fen > 0)
    return paid.mutate(refunded_fen=paid.paid_fen - paid.net_fen, one=ibis.literal(1, "int64"))


def _quotient(
    orders: ir.Table, top: ir.IntegerColumn, bottom: ir.IntegerColumn, key: str, frames: Frames
) -> Figure | None:
    """Sum of `top` over sum of `bottom`, orders taken as independent (Cochran 1977, eq. 2.39). n: orders with a top."""
    a, b = top.cast("float64"), bottom.cast("float64")
    sums = run(orders.aggregate(
        n=orders.count(), events=(top > 0).sum(), a=top.sum(), b=bottom.sum(),
        aa=(a * a).sum(), ab=(a * b).sum(), bb=(b * b).sum(),
    )).iloc[0].fillna(0)  # fmt: skip
    if not sums["b"]:
        return None
    value = float(sums["a"] / sums["b"])
    squares = float(sums["aa"] - 2 * value * sums["ab"] + value * value * sums["bb"])
    # nothing seen is not nothing there: one event more bounds it
    squares = max(squares, 0.0) if sums["events"] else float(sums["b"] / sums["n"]) ** 2
    half = Z95 * squares**0.5 / float(sums["b"])
    low, high = max(value - half, 0.0), value + half
    return Figure(value, low, high, definition(key).unit, "sampling95", key, frames.sources, int(sums["events"]))


def _repurchase(own: Frames) -> Figure | None:
    """Repeat orders a month of first-time buyers, over the longest window that enough have been seen through."""
    days = own.purchases
    days = days.mutate(
        cluster=own.cluster(days),
        followed=own.observed(days.first_day),
        since=days.day.delta(days.first_day, unit="day"),
    )
    for window in WINDOWS:
        seen = days.filter(days.followed >= window)
        counts = counted(
            seen, ["cluster"], buyers=(seen.purchase_no == 1).sum(),
            repeats=ibis.ifelse((seen.since > 0) & (seen.since <= window), seen.orders, 0).sum(),
        )  # fmt: skip
        if counts["buyers"].sum() < ENOUGH:
            continue
        sums = summed(counts, own.groups, ["repeats", "buyers"]).astype(float)
        scaled = np.stack([sums[:, 0] * MONTH / window, sums[:, 1]], -1)
        events = int(counts["repeats"].sum())
        return ratio(scaled).clipped(0, np.inf).figure("repeat_orders_month", events, own.sources)
    return None


def _fan_share(own: Frames, k: int) -> Figure | None:
    if own.follows is None:
        return None
    shares = (one.figure for one in fans.gmv_shares(own, k) if one.key == "fan_gmv_share_paid" and one.month is None)
    return next((figure for figure in shares if figure is not None), None)


def _orders_year(orders: ir.Table, frames: Frames) -> Figure | None:
    first = run(orders.aggregate(day=orders.paid_at.min())).iloc[0]["day"]
    if pd.isna(first) or (span := (frames.as_of - first.date()).days + 1) < WINDOWS[-1]:
        return None
    year = orders.filter(orders.paid_at >= ibis.timestamp((frames.as_of - timedelta(days=YEAR - 1)).isoformat()))
    count = int(run(year.aggregate(n=year.count())).iloc[0]["n"])
    return Figure.exact(float(round(count * YEAR / min(span, YEAR))), "orders_year", frames.sources, count)


@dataclass(frozen=True)
class Charge:
    """Orders of a platform and a form of traffic (`all` where nobody says).

    rate: fee over what it is taken of, exempt orders included. exempt: share of orders that paid none by rule."""

    platform: str
    traffic_form: str
    rate: Figure
    exempt: Figure


def settled(charges: Source, sources: tuple[str, ...], k: int = 0) -> list[Charge]:
    """Real rates of a client's settlement, in order of platform and form; cells under k orders are left out.

    charges: a row per order and charge: platform, order_id, traffic_form text, fee_fen and base_fen int64 (what
    the fee is taken of: paid and kept, with subsidies), exempt bool. Charges that were given back add up to none.
    """
    rows = table(charges)
    orders = rows.group_by("platform", "traffic_form", "order_id").aggregate(
        fee_fen=rows.fee_fen.sum(), base_fen=rows.base_fen.sum(), exempt=rows.exempt.max().cast("int64")
    )
    orders = orders.filter(orders.base_fen > 0)
    fee, base = orders.fee_fen.cast("float64"), orders.base_fen.cast("float64")
    sums = counted(
        orders, ["platform", "traffic_form"], orders=orders.count(), fee_fen=orders.fee_fen.sum(),
        base_fen=orders.base_fen.sum(), exempt=orders.exempt.sum(), fees=(fee * fee).sum(), both=(fee * base).sum(),
        bases=(base * base).sum(),
    )  # fmt: skip
    found = []
    for row in sums.to_dict("records"):
        count, value = int(row["orders"]), row["fee_fen"] / row["base_fen"]
        if count < max(k, 1):
            continue
        # Cochran 1977, eq. 2.39: a quotient of sums over independent orders
        squares = max(row["fees"] - 2 * value * row["both"] + value**2 * row["bases"], 0)
        half = Z95 * squares**0.5 / row["base_fen"]
        low, high = max(value - half, 0.0), min(value + half, 1.0)
        rate = Figure(value, low, high, "ratio", "sampling95", "take_rate", sources, count)
        exempt = wilson(int(row["exempt"]), count).figure("exempt_share", count, sources)
        if exempt is not None:
            found.append(Charge(str(row["platform"]), str(row["traffic_form"]), rate, exempt))
    return found


def rates(
    frames: Frames, charges: Source | None, k: int = 0, sources: tuple[str, ...] = ()
) -> list[tuple[str, str, Figure]]:
    """(platform, form of traffic, rate) of all that is known of a client's charges, its settlement first.

    sources: of the settlement."""
    found = [] if charges is None else settled(charges, sources or frames.sources, k)
    told = {one.platform for one in found}
    by_form = [(one.platform, one.traffic_form, one.rate) for one in found]
    exported = charged(frames, k) if frames.orders is not None else {}
    return by_form + [(platform, "all", rate) for platform, rate in exported.items() if platform not in told]
