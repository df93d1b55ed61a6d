"""What a shop does not keep: what came back, month by month of payment, and what the platform charged."""

import ibis.expr.types as ir
import pandas as pd

from siyu.engines.tables import counted, run
from siyu.figure import Absent, Figure
from siyu.orders.counts import first_of
from siyu.orders.fans import paid_orders, settled_on
from siyu.orders.frames import Frames


def by_month(frames: Frames, k: int = 0) -> pd.DataFrame:
    """A row per month of payment: month (date), lines, paid_fen, refunded_fen (int64), settled (bool: the
    refund window of its last day has passed), rate (share, nan before that and under k lines).

    Refunds are booked to the order, so a month's rate rises until it is settled. No rows where the exports say
    nothing about refunds: silence is not a rate of zero."""
    lines = paid_orders(frames)
    if {"refund", "gross"} & set(frames.lacks) or not _told(lines):
        lines = lines.limit(0)
    lines = lines.filter(lines.paid_fen > 0)
    sums = {"lines": lines.count(), "paid_fen": lines.paid_fen.sum(), "net_fen": lines.net_fen.sum()}
    months = counted(lines, ["month"], **sums)
    number = months.pop("month").astype(int)
    refunded, settled = months["paid_fen"] - months.pop("net_fen"), number.map(settled_on) <= frames.as_of
    months = months.assign(month=number.map(first_of), refunded_fen=refunded, settled=settled)
    return months.assign(rate=(refunded / months["paid_fen"]).where(months["settled"] & (months["lines"] >= k)))


def settled_rate(months: pd.DataFrame, sources: tuple[str, ...]) -> Figure | Absent:
    """Refunds over gross sales of all settled months of `by_month`; Absent when there is none."""
    done = months[months["settled"]]
    if not done["paid_fen"].sum():
        return Absent(("refund_rate",))
    rate = float(done["refunded_fen"].sum() / done["paid_fen"].sum())
    return Figure.exact(rate, "refund_rate", sources, int(done["lines"].sum()))


def series(months: pd.DataFrame, sources: tuple[str, ...]) -> list[tuple[float, Figure | Absent]]:
    """(month of the exports, the first is 1; rate) of the settled months of `by_month` that may be shown."""
    shown = months.reset_index(drop=True)
    shown = shown[shown["rate"].notna()]
    return [
        (place + 1.0, Figure.exact(rate, "refund_rate", sources, lines))
        for place, rate, lines in zip(shown.index, shown["rate"], shown["lines"].astype(int), strict=True)
    ]


def unsettled(months: pd.DataFrame, sources: tuple[str, ...]) -> Figure:
    """How many months are too young to tell."""
    count = float((~months["settled"].astype(bool)).sum())
    return Figure(count, count, count, "count", sources=sources, n=len(months))


def charged(frames: Frames, k: int = 0) -> dict[str, Figure]:
    """platform -> platform fee over what was paid and kept, of the orders whose export holds a fee. Empty where no
    export has a fee column; platforms with fewer than k such orders are left out.

    The fee of an order stands on each of its lines and counts once; of an order that came back in full, none is due."""
    lines = paid_orders(frames)
    if "fee_platform_fen" not in lines.columns:
        return {}
    lines = lines.filter(lines.fee_platform_fen.notnull())
    once = {"fee_fen": lines.fee_platform_fen.abs().max(), "kept_fen": lines.net_fen.sum()}
    orders = lines.group_by("platform", "order_id").aggregate(**once)
    orders = orders.filter(orders.kept_fen > 0)
    sums = counted(orders, ["platform"], orders=orders.count(), **{name: orders[name].sum() for name in once})
    sums = sums[sums["orders"] >= max(k, 1)].set_index("platform")
    rates = zip(sums.index, sums["fee_fen"] / sums["kept_fen"], sums["orders"], strict=True)
    return {str(name): Figure.exact(float(rate), "take_rate", frames.sources, int(n)) for name, rate, n in rates}


def _told(lines: ir.Table) -> bool:
    """Whether any line has a refunded amount, a state of refund, or was closed after it was paid."""
    amounts = {name: lines[name].notnull().sum() for name in ("refunded_fen", "refund_state") if name in lines.columns}
    counts = amounts | ({"closed": (lines.status == "closed").sum()} if "status" in lines.columns else {})
    return bool(counts) and bool(run(lines.aggregate(**counts)).fillna(0).to_numpy().any())
