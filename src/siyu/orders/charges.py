"""What the platform charged for an order, where the export says it."""

from __future__ import annotations

from siyu.figure import Figure
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames, counted


def charged(frames: Frames, k: int = 0) -> dict[str, Figure]:
    """platform -> platform fee over paid amount, of the orders whose export holds a fee. Empty where no export
    has a fee column; platforms with fewer than k such orders are left out.

    The fee of an order stands on each of its lines and counts once."""
    lines = paid_orders(frames)
    if "fee_platform_fen" not in lines.columns:
        return {}
    lines = lines.filter(lines.fee_platform_fen.notnull())
    orders = lines.group_by("platform", "order_id").aggregate(
        fee_fen=lines.fee_platform_fen.abs().max(), paid_fen=lines.paid_fen.sum()
    )
    orders = orders.filter(orders.paid_fen > 0)
    sums = counted(
        orders, ["platform"], orders=orders.count(), fee_fen=orders.fee_fen.sum(), paid_fen=orders.paid_fen.sum()
    )
    found = {}
    for platform, count, fee, paid in zip(*(sums[name] for name in sums), strict=True):
        if count >= max(k, 1):
            rate = float(fee / paid)
            found[str(platform)] = Figure(rate, rate, rate, "ratio", "none", "take_rate", frames.sources, int(count))
    return found
