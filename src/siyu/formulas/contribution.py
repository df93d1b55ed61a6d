"""Contribution per order, by route, as a waterfall that sums exactly.

Months in touch are a closed sum: of those reached in month 0, a share `retention ** t` is left in month t,
so over `months` they are there (1 - retention ** months) / (1 - retention) months. A retention of exactly 1
is outside the model (silent churn is above 0). What comes later is worth less: month t counts `discount ** t`.
Who is out of reach - gone, or has seen nothing - still orders at `comeback` times the rate of who is reached.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sympy import Add, Expr, Integer, Max, Rational, exp

from siyu.formulas.symbols import BASE
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of

Scope = Literal["order", "relation"]
RELATION = ("broadcast", "touch")
# The month in which the first order falls; repeat orders start one month later.
FIRST = Integer(1)
# Money that costs nothing would make the sum over the months a quotient of zeros.
CHEAPEST = Rational(1, 10**6)
YEAR_DAYS, YEAR_MONTHS = 365, 12


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
def discount() -> Expr:
    """What a yuan a month later is worth today (ratio), interest compounded all the time."""
    return exp(-Max(s("capital_cost"), CHEAPEST) / YEAR_MONTHS)


def _sum_of_months(share: Expr) -> Expr:
    """1 + share + share ** 2 + ... over `months`."""
    return (1 - share ** s("months")) / (1 - share)


@cache
def months_in_touch(route: str, *, counted: bool = False) -> Expr:
    """Months a person reached in month 0 is in touch within the horizon, month 0 included: discounted, or counted."""
    return _sum_of_months(retention(route) * (1 if counted else discount()))


@cache
def reached(route: str) -> Expr:
    """Chance that a person in touch sees at least one message of a month (ratio)."""
    scene = route_of(route).scene
    # a creator's audience is reached when the creator broadcasts; how rarely that is for this brand
    # stands in the repurchase factor
    return 1 - (1 - s(f"seen_{scene}")) ** s(f"pushes_{scene}") if scene else Integer(1)


@cache
def intensity() -> Expr:
    """Orders a month of a Douyin buyer who is there and reached.

    `repurchase` counts all buyers over their first year, whether they are still reached or not."""
    left = retention(BASE)
    in_touch = left * (1 - left**YEAR_MONTHS) / (1 - left)
    met = YEAR_MONTHS * s("comeback") + (1 - s("comeback")) * reached(BASE) * in_touch
    return YEAR_MONTHS * s("repurchase") / met


@cache
def orders_per_buyer(route: str, *, counted: bool = False) -> Expr:
    """Orders of a buyer over the horizon, the first included: discounted to today, or counted."""
    factor = s(f"repurchase_factor_{route}") if route != BASE else Integer(1)
    horizon = s("months") if counted else _sum_of_months(discount())
    there = reached(route) * (factor - s("comeback")) * (months_in_touch(route, counted=counted) - FIRST)
    return 1 + intensity() * (s("comeback") * (horizon - FIRST) + there)


@cache
def refund_rate(route: str) -> Expr:
    """Share of paid orders refunded on the route."""
    return s("refund_rate") * s("refund_factor_wechat") if route_of(route).wechat else s("refund_rate")


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
    if not (scene := route_of(route).scene):
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


@cache
def settled(route: str) -> Expr:
    """What an order brings in after refunds: paid and kept, with the subsidies that Douyin pays out. CNY."""
    subsidised = "subsidy" in route_of(route).steps
    return _kept(route) * (1 + s("subsidy_share")) if subsidised else _kept(route)


@cache
def vat(route: str) -> Expr:
    """VAT of an order: output on what is settled, less the input on goods of a general taxpayer. CNY."""
    general = s("general_taxpayer")
    rate = general * s("vat_general") + (1 - general) * s("vat_small")
    goods = _kept(route) * (1 - s("gross_margin"))
    return (settled(route) - general * s("vat_credit") * goods) * rate / (1 + rate)


@cache
def shipping(route: str) -> Expr:
    """Parcels of an order: out unless it is refunded before, and back where no insurance pays. CNY."""
    unsent = refund_rate(route) * s("refunded_unshipped")
    back = refund_rate(route) - unsent
    if route_of(route).insured:
        back *= 1 - s("insured_share")
    return s("fulfilment") * (1 - unsent + back)


# step -> what it costs on a route, CNY; goods come back from refunded orders and are sold again; platforms take
# their share of what is settled, subsidies included; the last two belong to the relation, not to the single order,
# and are spread over the buyer's orders
_COSTS: dict[str, Callable[[str], Expr]] = {
    "refunds": lambda route: s("order_value") * refund_rate(route),
    "subsidy": lambda route: -_kept(route) * s("subsidy_share"),
    "platform_fee": lambda route: settled(route) * s(f"fee_{route}"),
    "payment_fee": lambda route: _kept(route) * s(f"payment_{route}"),
    "creator": lambda route: _kept(route) * s("creator_commission"),
    "agency": lambda route: _kept(route) * s("agency_commission"),
    "guide": lambda route: _kept(route) * s("guide_commission"),
    "mall": lambda route: _kept(route) * s("tool_share_miniprogram"),
    "goods": lambda route: _kept(route) * (1 - s("gross_margin")),
    "vat": vat,
    "consumption_tax": lambda route: _kept(route) * s("producer") * s("consumption_tax"),
    "shipping": shipping,
    "insurance": lambda route: s("insured_share") * s("freight_insurance"),
    "waiting": lambda route: settled(route) * s("capital_cost") * s(route_of(route).delay) / YEAR_DAYS,
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
