"""Published results on how often to message, computed anew: an e-mail experiment, four strategies, a falling group."""

import math

import numpy as np

from siyu.figure import Figure
from siyu.orders.groups.intervals import hybrid
from siyu.reach import reading

Results = dict[str, float]
# arm -> customers, buyers, revenue in USD (Hillstrom's e-mail test of 2008)
ARMS = {"none": (21_306, 122, 13_908.33), "men's": (21_307, 267, 30_311.69), "women's": (21_387, 189, 23_038.11)}
# strategy -> mails a week, sales a mail in USD, profit of a dollar sold, leaving and joining in a week (Hillstrom 2009)
STRATEGIES = {
    "two a week": (2, 0.10, 0.35, 0.0025, 0.0035), "two a week, free shipping": (2, 0.20, 0.225, 0.0020, 0.0040),
    "one a week": (1, 0.15, 0.35, 0.0015, 0.0030), "one a week, free shipping": (1, 0.25, 0.225, 0.0015, 0.0035),
}  # fmt: skip
LIST = 100_000
FEW, BEST, MANY = 4.0, 7.0, 10.0  # mails a month (Zhang, Kumar, Cosguner 2017)


def results() -> Results:
    """name -> number."""
    return _experiment() | _strategies() | _shape() | _fall()


def _experiment() -> Results:
    n, bought, _ = ARMS["none"]
    found: Results = {f"E-mail test: buyers, {arm}": one[1] / one[0] for arm, one in ARMS.items()}
    for arm in ("men's", "women's"):
        size, buyers, revenue = ARMS[arm]
        gap = hybrid(np.array([[[bought, n], [buyers, size]]])).difference
        pooled = (buyers + bought) / (size + n)
        error = math.sqrt(pooled * (1 - pooled) * (1 / size + 1 / n))
        name = f"E-mail test, {arm} against none"
        found |= {f"{name}: difference": gap.value, f"{name}: low": gap.low, f"{name}: high": gap.high}
        found |= {f"{name}: z": (buyers / size - bought / n) / error}
        found[f"{name}: revenue a customer"] = revenue / size - ARMS["none"][2] / n
    return found


def _strategies() -> Results:
    profits = {name: LIST * mails * sales * kept for name, (mails, sales, kept, *_) in STRATEGIES.items()}
    return {f"E-mail strategies, {name}: profit of a week": profit for name, profit in profits.items()}


def _shape() -> Results:
    """Whether too few mails lose more than too many, as published (32% against 16%), of a pool whose best is known: the
    value of p mails is p (1 - f p) / (1 + r p), whatever r, exits by mail over exits without, may be."""
    right = [_loss(FEW, ratio) > _loss(MANY, ratio) for ratio in np.geomspace(0.01, 10, 25)]
    return {"E-mail frequency: too few lose more than too many": float(all(right))}


def _loss(pushes: float, ratio: float) -> float:
    fatigue = 1 / (2 * BEST + ratio * BEST**2)  # that makes BEST the best
    here, best = (p * (1 - fatigue * p) / (1 + ratio * p) for p in (pushes, BEST))
    return 1 - here / best


def _fall() -> Results:
    start, end = (Figure.exact(n, "group_members") for n in (200, 163))
    loss, rate = reading.net_loss(start, end), reading.hazard(reading.net_loss(start, end))
    if not isinstance(loss, Figure) or not isinstance(rate, Figure):
        return {}
    found = {"share gone": loss.value, "low": loss.low, "high": loss.high, "rate a month": rate.value}
    return {f"Falling group: {name}": value for name, value in found.items()}
