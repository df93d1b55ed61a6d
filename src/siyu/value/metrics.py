"""Metrics of what a customer is worth, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable

import pandas as pd

from siyu.figure import Absent, Figure
from siyu.orders.frames import Frames
from siyu.orders.metrics import Method, Metric, Missing, metrics
from siyu.value.labels import CLOSED, REFUSED
from siyu.value.patrons import WINDOWS
from siyu.value.worth import Assumed, Worth


def _value(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: worth.observed.get(key)


def _predicted(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: _closed(worth) or worth.forecasts.get(key)


def _closed(worth: Worth) -> str:
    return next((CLOSED[key] for key in worth.gate.failed), "")


def _ltv(worth: Worth) -> Figure | str | None:
    found = worth.ltv
    return _closed(worth) or (REFUSED["no_margin"] if isinstance(found, Absent) else found)


def _cost(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: worth.cost.reason or worth.cost.figures.get(key)


def _payback(worth: Worth) -> Figure | str | None:
    if worth.cost.reason or isinstance(worth.assumed.share, Absent):
        return worth.cost.reason or REFUSED["no_margin"]
    months, ends = worth.payback
    return REFUSED["not_yet"] if months is None else months if ends else REFUSED["unsure"]


METRICS: tuple[Method, ...] = tuple(
    Method(key, ("buyers",), function)
    for key, function in (
        *((f"observed_value_{days}d", _value(f"observed_value_{days}d")) for days in WINDOWS),
        ("expected_purchases_365d", _predicted("expected_purchases_365d")),
        ("p_alive", _predicted("p_alive")),
        ("ltv_365d", _ltv),
        ("cac", _cost("cac")),
        ("cost_per_follower", _cost("cost_per_follower")),
        ("cac_marginal", lambda _: REFUSED["not_by_lot"]),
        ("payback_months", _payback),
    )
)


def values(
    frames: Frames, k: int, currency: str, assumed: Assumed, ads: pd.DataFrame | None
) -> tuple[list[Metric], list[Missing]]:
    """METRICS of each identity scope; `ads` count as spent for the platform with most orders."""
    largest = frames.on(frames.platforms[0]).purchases

    def worth(own: Frames, k: int) -> Worth:
        return Worth(own, k, currency, assumed, ads, not own.purchases.equals(largest))

    return metrics(frames, k, currency, METRICS, worth)
