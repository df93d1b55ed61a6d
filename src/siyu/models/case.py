"""What the figures of a published case imply, one relation a function.

All take and return plain numbers; `Figure.apply` carries range and sources through them.
"""

import math
from dataclasses import replace

import numpy as np
from scipy import special

from siyu.estimates.sampling import wilson
from siyu.figure import Absent, Figure

_NODES = 4_000
ENDS = ("low", "value", "high")
# windows that a rate may have been taken over, in days
WINDOWS = {"month": 30, "quarter": 90, "half": 180, "year": 365}


def expected_best_month(months: int, variation: float) -> float:
    """Expected best of `months` months as a multiple of the mean month, when nothing changes but chance.

    months: number of months looked back on, >= 1.   variation: standard deviation / mean of a month, >= 0.
    Months are independent and log-normal with mean one; the expectation of the maximum is the integral of
    its quantile function. 1 for one month or no variation. Raises ValueError outside these bounds.
    """
    if months < 1 or variation < 0:
        raise ValueError(f"months >= 1 and variation >= 0, found {months} and {variation}")
    if variation == 0:
        return 1.0
    sigma = math.sqrt(math.log1p(variation**2))
    # midpoints on the normal scale of the maximum: u = v ** (1 / months)
    best = special.ndtri(((np.arange(_NODES) + 0.5) / _NODES) ** (1 / months))
    return float(np.exp(sigma * best - sigma**2 / 2).mean())


def best_month(variation: Figure, months: int) -> Figure:
    """`expected_best_month` with the range of the variation."""
    return variation.apply(lambda v: expected_best_month(months, v), "best_month_multiple")


def best_month_curve(variation: Figure, months: int) -> list[tuple[float, Figure]]:
    """(n, expected best of n months) for n = 2 to `months`."""
    return [(n, best_month(variation, n)) for n in range(2, months + 1)]


def orders_if_share_repeats(share: float) -> float:
    """Fewest orders per buyer when `share` of buyers have at least two: 1 + share (each repeats once)."""
    return 1 + share


def orders_if_chance_of_next(chance: float) -> float:
    """Orders per buyer when after every order the next one follows with `chance`: 1 / (1 - chance)."""
    if not 0 <= chance < 1:
        raise ValueError(f"a chance below one, found {chance}")
    return 1 / (1 - chance)


def yearly_orders(share: Figure | Absent, window_days: int) -> Figure | Absent:
    """Orders per buyer and year when `share` of buyers order again within `window_days` of an order.

    Repeat orders arrive at a constant rate (Poisson), so share = 1 - exp(-rate * window). share below one.
    """
    if window_days <= 0:
        raise ValueError(f"a positive window, found {window_days}")
    return share.apply(lambda p: 1 - math.log1p(-p) / window_days * 365, "orders_per_buyer_year")


def monthly_loss(start: Figure | Absent, end: Figure | Absent, months: Figure | Absent) -> Figure | Absent:
    """Share of members lost a month, net of joins, when `start` become `end` in `months`."""
    kept = end / start
    if isinstance(kept, Absent) or isinstance(months, Absent):
        absent: Absent = kept * months
        return absent
    lost: Figure = kept.apply(lambda ratio: 1 - ratio ** (1 / months.value), "group_monthly_loss")
    return replace(lost, sources=tuple(sorted({*lost.sources, *months.sources})))


def loss_by_chance(start: Figure | Absent, end: Figure | Absent) -> Figure | Absent:
    """Share of members lost, with the range that chance alone gives when each decides alone (Wilson, 95%)."""
    if isinstance(start, Absent) or isinstance(end, Absent):
        absent: Absent = start * end
        return absent
    lost, members = round(start.value - end.value), round(start.value)
    share, sources = wilson(lost, members), tuple(sorted({*start.sources, *end.sources}))
    return Figure(share.value, share.low, share.high, "ratio", "sampling95", "group_loss_observed", sources, members)


def half_life(loss: Figure | Absent) -> Figure | Absent:
    """Months after which half of a group is left, at a constant monthly loss above zero."""
    return loss.apply(lambda share: math.log(0.5) / math.log1p(-share), "group_half_life")


def orders_by_value(gmv: Figure | Absent, order_value: Figure) -> dict[str, Figure | Absent]:
    """Orders behind sales at the `low`, the usual (`value`) and the `high` order value."""
    return {part: (gmv / order_value.at(part)).named("monthly_orders") for part in ENDS}


def by_window(share: Figure | Absent) -> dict[str, Figure | Absent]:
    """`yearly_orders` for each of WINDOWS."""
    return {name: yearly_orders(share, days) for name, days in WINDOWS.items()}
