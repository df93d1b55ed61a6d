"""Metrics of what a customer is worth, beside those of orders; what is not there is the reason why not."""

from collections.abc import Callable

from siyu.figure import Absent, Figure
from siyu.messages import msg
from siyu.orders.metrics import Method
from siyu.value import acquisition
from siyu.value.labels import CLOSED
from siyu.value.patrons import WINDOWS
from siyu.value.worth import NO_MARGIN, Worth

NOT_YET = msg("The cost is not paid back within the days observed, or nobody has been followed for a quarter")


def _value(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: worth.observed.get(key)


def _predicted(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: _closed(worth) or worth.forecasts.get(key)


def _closed(worth: Worth) -> str:
    failed = worth.gate.failed
    return CLOSED[failed[0]] if failed else ""


def _ltv(worth: Worth) -> Figure | str | None:
    found = worth.ltv
    return _closed(worth) or (NO_MARGIN if isinstance(found, Absent) else found)


def _cost(key: str) -> Callable[[Worth], Figure | str | None]:
    return lambda worth: worth.cost.reason or worth.cost.figures.get(key)


def _payback(worth: Worth) -> Figure | str | None:
    if worth.cost.reason:
        return worth.cost.reason
    return NO_MARGIN if isinstance(worth.assumed.share, Absent) else worth.payback or NOT_YET


METRICS: tuple[Method, ...] = tuple(
    Method(key, ("buyers",), function)
    for key, function in (
        *((f"observed_value_{days}d", _value(f"observed_value_{days}d")) for days in WINDOWS),
        ("expected_purchases_365d", _predicted("expected_purchases_365d")),
        ("p_alive", _predicted("p_alive")),
        ("ltv_365d", _ltv),
        ("cac", _cost("cac")),
        ("cost_per_follower", _cost("cost_per_follower")),
        ("cac_marginal", lambda _: acquisition.NOT_BY_LOT),
        ("payback_months", _payback),
    )
)
