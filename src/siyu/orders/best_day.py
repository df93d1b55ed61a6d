"""Sales of a shop's best day, counted in the ways that published figures of single days are."""

from __future__ import annotations

import ibis

from siyu.figure import Absent, Figure
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames, run

SALES = {"paid": "gmv", "kept": "net_gmv", "live": "live_gmv"}


def best_day(frames: Frames, currency: str) -> dict[str, Figure | Absent]:
    """Of the day with most paid: what was `paid` before refunds, what was `kept` of it, what `live` rooms took.

    Absent without dated orders; `live` also where no export tells the form of traffic."""
    absent: dict[str, Figure | Absent] = {name: Absent((key,)) for name, key in SALES.items()}
    if frames.orders is None or not frames.dated:
        return absent
    lines, none = paid_orders(frames), ibis.literal(0, "int64")
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
