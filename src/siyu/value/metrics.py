"""Metrics of what a customer is worth, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable

import pandas as pd

from siyu.figure import Absent, Figure
from siyu.orders.frames import Frames
from siyu.orders.metrics import Method, Metric, Missing, metrics
from siyu.value.labels import CLOSED, REFUSED
from siyu.value.patrons import WINDOWS
from siyu.value.worth import Assumed, Worth

_AHEAD, _COST = ("expected_purchases_365d", "p_alive"), ("cac", "cost_per_follower")


def _closed(worth: Worth) -> str:
    return next((CLOSED[key] for key in worth.gate.failed), "")


def _ltv(worth: Worth) -> Figure | str | None:
    return _closed(worth) or (REFUSED["no_margin"] if isinstance(worth.ltv, Absent) else worth.ltv)


def _payback(worth: Worth) -> Figure | str | None:
    if worth.cost.reason or isinstance(worth.assumed.share, Absent):
        return worth.cost.reason or REFUSED["no_margin"]
    months, ends = worth.payback
    return REFUSED["not_yet"] if months is None else months if ends else REFUSED["unsure"]


def _method(key: str, function: Callable[[Worth, str], Figure | str | None]) -> Method:
    return Method(key, ("buyers",), lambda worth: function(worth, key))


METRICS: tuple[Method, ...] = (
    *(_method(f"observed_value_{days}d", lambda worth, key: worth.observed.get(key)) for days in WINDOWS),
    *(_method(key, lambda worth, key: _closed(worth) or worth.forecasts.get(key)) for key in _AHEAD),
    _method("ltv_365d", lambda worth, _: _ltv(worth)),
    *(_method(key, lambda worth, key: worth.cost.reason or worth.cost.figures.get(key)) for key in _COST),
    _method("cac_marginal", lambda worth, _: worth.cost.marginal),
    _method("payback_months", lambda worth, _: _payback(worth)),
)


def values(
    frames: Frames, k: int, currency: str, assumed: Assumed, ads: pd.DataFrame | None
) -> tuple[list[Metric], list[Missing]]:
    """METRICS of each identity scope; `ads` count as spent for the platform with most orders."""
    largest = frames.on(frames.platforms[0]).purchases

    def worth(own: Frames, k: int) -> Worth:
        return Worth(own, k, currency, assumed, ads, not own.purchases.equals(largest))

    return metrics(frames, k, currency, METRICS, worth)
