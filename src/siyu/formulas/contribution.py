"""Contribution per order, by route, as a waterfall that sums exactly.

Months in touch are a closed sum: of those reached in month 0, a share `retention ** t` is left in month t,
so over `months` they are there (1 - retention ** months) / (1 - retention) months. A retention of exactly 1
is outside the model (silent churn is above 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sympy import Add, Expr, Integer

from siyu.formulas.symbols import BASE
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of

Scope = Literal["order", "relation"]
RELATION = ("broadcast", "touch")
# The month in which the first order falls; repeat orders start one month later.
FIRST = Integer(1)


@dataclass(frozen=True)
class Term:
    """One step of a waterfall. key: of `routes.STEPS` or `PEOPLE_STEPS`. expression: CNY, costs negative."""

    key: str
    expression: Expr


@cache
def retention(route: str) -> Expr:
    """Share of the people in touch who are still there a month later (ratio)."""
    scene = route_of(route).scene
    left: Expr = 1 - s("silent_churn")
    if scene:
        left *= (1 - s(f"opt_out_{scene}")) ** s(f"pushes_{scene}")
    if scene in ("personal", "wecom"):
        left *= 1 - s(f"block_risk_{scene}")
    return left


@cache
def months_in_touch(route: str) -> Expr:
    """Months a person reached in month 0 is in touch within the horizon, month 0 included."""
    left = retention(route)
    return (1 - left ** s("months")) / (1 - left)


@cache
def reached(route: str) -> Expr:
    """Chance that a person in touch sees at least one message of a month (ratio)."""
    scene = route_of(route).scene
    # a creator's audience is reached when the creator broadcasts; how rarely that is for this brand
    # stands in the repurchase factor
    return 1 - (1 - s(f"seen_{scene}")) ** s(f"pushes_{scene}") if scene else Integer(1)


@cache
def orders_per_buyer(route: str) -> Expr:
    """Orders of a buyer over the horizon, the first included."""
    rate = s("repurchase") * reached(route)
    if route != BASE:
        rate *= s(f"repurchase_factor_{route}")
    return 1 + rate * (months_in_touch(route) - FIRST)


@cache
def refund_rate(route: str) -> Expr:
    """Share of paid orders refunded on the route."""
    wechat = route_of(route).wechat
    return s("refund_rate") * s("refund_factor_wechat") if wechat else s("refund_rate")


@cache
def upkeep_labour(route: str) -> Expr:
    """Labour and licences to keep one person in touch for a month, CNY."""
    scene = route_of(route).scene
    if scene == "douyin":
        return s("wage") / s("fans_per_operator")
    if scene == "personal":
        return s("wage") / s("contacts_per_operator_personal")
    if scene == "wecom":
        return (s("wage") + s("licence") / 12) / s("contacts_per_operator_wecom")
    return Integer(0)


@cache
def upkeep(route: str) -> Expr:
    """All cost of keeping one person in touch for a month: labour, licence and what is sent. CNY."""
    scene = route_of(route).scene
    if not scene:
        return Integer(0)
    return upkeep_labour(route) + s(f"pushes_{scene}") * s(f"push_cost_{route_of(route).platform}")


@cache
def handling(route: str) -> Expr:
    """Labour to handle one order, CNY."""
    return s(route_of(route).minutes) / s("minutes_per_month") * s("wage")


def _kept(route: str) -> Expr:
    return s("order_value") * (1 - refund_rate(route))


def _broadcast(route: str) -> Expr:
    """The first order was won in a broadcast on WeChat, too; later ones there need none."""
    cost = s("order_value") * s("live_labour_share")
    return cost / orders_per_buyer(route) if route_of(route).wechat else cost


# step -> what it costs on a route, CNY; goods come back from refunded orders and are sold again, shipping is then
# paid twice; the last two belong to the relation, not to the single order, and are spread over the buyer's orders
_COSTS: dict[str, Callable[[str], Expr]] = {
    "refunds": lambda route: s("order_value") * refund_rate(route),
    "platform_fee": lambda route: _kept(route) * s(f"fee_{route}"),
    "payment_fee": lambda route: _kept(route) * s(f"payment_{route}"),
    "creator": lambda route: _kept(route) * s("creator_commission"),
    "guide": lambda route: _kept(route) * s("guide_commission"),
    "mall": lambda route: _kept(route) * s("tool_share_miniprogram"),
    "goods": lambda route: _kept(route) * (1 - s("gross_margin")),
    "shipping": lambda route: s("fulfilment") * (1 + refund_rate(route)),
    "handling": handling,
    "broadcast": _broadcast,
    "touch": lambda route: upkeep(route) * months_in_touch(route) / orders_per_buyer(route),
}


@cache
def terms(route: str) -> tuple[Term, ...]:
    """Waterfall of the contribution of one order, in the order it is read; the terms sum to `contribution`.

    Raises ValueError for an unknown route, with the nearest name.
    """
    paid, *costs = route_of(route).steps
    return (Term(paid, s("order_value")), *(Term(step, -_COSTS[step](route)) for step in costs))


@cache
def contribution(route: str, scope: Scope = "relation") -> Expr:
    """Contribution of one order, CNY, before acquisition and overhead.

    scope `relation`: all terms, for a buyer won or moved for good. `order`: only what one order more or less
    changes; the broadcast runs and the contact is kept anyway.
    """
    left_out = RELATION if scope == "order" else ()
    return Add(*(term.expression for term in terms(route) if term.key not in left_out))


@cache
def order_margin(route: str) -> Expr:
    """Contribution of one order before staying in touch, CNY."""
    return Add(*(term.expression for term in terms(route) if term.key != "touch"))
