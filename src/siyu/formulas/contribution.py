"""Contribution per order, by route, as a waterfall that sums exactly.

Months in touch are a closed sum: of those reached in month 0, a share `retention ** t` is left in month t,
so over `months` they are there (1 - retention ** months) / (1 - retention) months. A retention of exactly 1
is outside the model (silent churn is above 0). What comes later is worth less: month t counts `discount ** t`.
Who is out of reach - gone, or has seen nothing - still orders at `comeback` times the rate of who is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from sympy import Add, Expr, Integer, Max, Rational, exp

from siyu.formulas.routes import route_of
from siyu.formulas.symbols import symbol as s

Scope = Literal["order", "relation"]
RELATION = ("broadcast", "touch")
# The month in which the first order falls; repeat orders start one month later.
FIRST = Integer(1)
# Money that costs nothing would make the sum over the months a quotient of zeros.
CHEAPEST = Rational(1, 10**6)
YEAR_DAYS, YEAR_MONTHS = 365, 12


@dataclass(frozen=True)
class Term:
    """One step of a waterfall. key: stable id. label: message id. expression: CNY, costs negative."""

    key: str
    label: str
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
    left = retention("douyin_shop")
    in_touch = left * (1 - left**YEAR_MONTHS) / (1 - left)
    met = YEAR_MONTHS * s("comeback") + (1 - s("comeback")) * reached("douyin_shop") * in_touch
    return YEAR_MONTHS * s("repurchase") / met


@cache
def orders_per_buyer(route: str, *, counted: bool = False) -> Expr:
    """Orders of a buyer over the horizon, the first included: discounted to today, or counted."""
    factor = s(f"repurchase_factor_{route}") if route != "douyin_shop" else Integer(1)
    horizon = s("months") if counted else _sum_of_months(discount())
    there = reached(route) * (factor - s("comeback")) * (months_in_touch(route, counted=counted) - FIRST)
    return 1 + intensity() * (s("comeback") * (horizon - FIRST) + there)


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


@cache
def settled(route: str) -> Expr:
    """What an order brings in after refunds: paid and kept, with the subsidies that Douyin pays out. CNY."""
    kept = s("order_value") * (1 - refund_rate(route))
    return kept if route_of(route).wechat else kept * (1 + s("subsidy_share"))


@cache
def vat(route: str) -> Expr:
    """VAT of an order: output on what is settled, less the input on goods of a general taxpayer. CNY."""
    general = s("general_taxpayer")
    rate = general * s("vat_general") + (1 - general) * s("vat_small")
    goods = s("order_value") * (1 - refund_rate(route)) * (1 - s("gross_margin"))
    return (settled(route) - general * s("vat_credit") * goods) * rate / (1 + rate)


@cache
def shipping(route: str) -> Expr:
    """Parcels of an order: out unless it is refunded before, and back where no insurance pays. CNY."""
    unsent = refund_rate(route) * s("refunded_unshipped")
    back = refund_rate(route) - unsent
    if route_of(route).insured:
        back *= 1 - s("insured_share")
    return s("fulfilment") * (1 - unsent + back)


@cache
def terms(route: str) -> tuple[Term, ...]:
    """Waterfall of the contribution of one order, in the order it is read; the terms sum to `contribution`.

    Goods come back from refunded orders and are sold again. Platform and creator take their share of what is
    settled, subsidies included. The last two terms belong to the relation, not to the single order: broadcasts,
    and staying in touch with the buyer, both spread over the buyer's orders.
    Raises ValueError for an unknown route, with the nearest name.
    """
    about, paid = route_of(route), s("order_value")
    kept = paid * (1 - refund_rate(route))
    steps = [
        Term("paid", "Paid by the buyer", paid),
        Term("refunds", "Refunds", -paid * refund_rate(route)),
        Term("subsidy", "Subsidies of platform and creators", settled(route) - kept),
        Term("platform_fee", "Platform fee", -settled(route) * s(f"fee_{route}")),
        Term("payment_fee", "Payment fee", -kept * s(f"payment_{route}")),
    ]
    if route == "douyin_creator":
        steps.append(Term("creator", "Creator commission", -kept * s("creator_commission")))
        steps.append(Term("agency", "Agency commission", -kept * s("agency_commission")))
    if route == "wechat_guided":
        steps.append(Term("guide", "Guide commission", -kept * s("guide_commission")))
    if route in ("wechat_miniprogram", "wechat_guided"):
        # guided orders are placed in the brand's own mini-program
        steps.append(Term("mall", "Mall software", -kept * s("tool_share_miniprogram")))
    steps += [
        Term("goods", "Goods", -kept * (1 - s("gross_margin"))),
        Term("vat", "VAT", -vat(route)),
        Term("consumption_tax", "Consumption tax", -kept * s("producer") * s("consumption_tax")),
        Term("shipping", "Shipping", -shipping(route)),
    ]
    if about.insured:
        steps.append(Term("insurance", "Freight insurance", -s("insured_share") * s("freight_insurance")))
    if about.delay:
        waiting = settled(route) * s("capital_cost") * s(about.delay) / YEAR_DAYS
        steps.append(Term("waiting", "Waiting for the settlement", -waiting))
    steps.append(Term("handling", "Order handling", -handling(route)))
    broadcast = paid * s("live_labour_share")
    if route == "douyin_shop":
        steps.append(Term("broadcast", "Broadcast staff", -broadcast))
    elif about.wechat:
        # the first order was won in a broadcast all the same; later ones need none
        steps.append(Term("broadcast", "Broadcast staff", -broadcast / orders_per_buyer(route)))
    if upkeep(route) != 0:
        touch = upkeep(route) * months_in_touch(route) / orders_per_buyer(route)
        steps.append(Term("touch", "Staying in touch", -touch))
    return tuple(step for step in steps if step.expression != 0)


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
