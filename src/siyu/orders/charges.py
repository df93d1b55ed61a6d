"""What the platform charged for orders: by its settlement, form of traffic by form, or where an export says it."""

from __future__ import annotations

from dataclasses import dataclass

from siyu.figure import Figure
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames, Source, counted, table
from siyu.orders.sampling import Z95, wilson


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


def rates(frames: Frames, charges: Source | None, k: int = 0) -> list[tuple[str, str, Figure]]:
    """(platform, form of traffic, rate) of all that is known of a client's charges, its settlement first."""
    found = [] if charges is None else settled(charges, frames.sources, k)
    told = {one.platform for one in found}
    by_form = [(one.platform, one.traffic_form, one.rate) for one in found]
    exported = charged(frames, k) if frames.orders is not None else {}
    return by_form + [(platform, "all", rate) for platform, rate in exported.items() if platform not in told]


def charged(frames: Frames, k: int = 0) -> dict[str, Figure]:
    """platform -> platform fee over what was paid and kept, of the orders whose export holds a fee. Empty where no
    export has a fee column; platforms with fewer than k such orders are left out.

    The fee of an order stands on each of its lines and counts once; of an order that came back in full, none is due."""
    lines = paid_orders(frames)
    if "fee_platform_fen" not in lines.columns:
        return {}
    lines = lines.filter(lines.fee_platform_fen.notnull())
    orders = lines.group_by("platform", "order_id").aggregate(
        fee_fen=lines.fee_platform_fen.abs().max(), kept_fen=lines.net_fen.sum()
    )
    orders = orders.filter(orders.kept_fen > 0)
    sums = counted(
        orders, ["platform"], orders=orders.count(), fee_fen=orders.fee_fen.sum(), kept_fen=orders.kept_fen.sum()
    )
    found = {}
    for platform, count, fee, kept in zip(*(sums[name] for name in sums), strict=True):
        if count >= max(k, 1):
            rate = float(fee / kept)
            found[str(platform)] = Figure(rate, rate, rate, "ratio", "none", "take_rate", frames.sources, int(count))
    return found
