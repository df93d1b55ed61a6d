"""What this section asks for, put together from the formulas."""

from functools import cache

from sympy import Add, Expr, Integer, Max, Rational, Symbol

from siyu.formulas.breakeven import contact_uplift
from siyu.formulas.contribution import contribution, order_margin, orders_per_buyer
from siyu.formulas.people import first_order, labour_share, people_terms, person_orders, shares, staff
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of

# Assumption rows that enter measures although no bundled formula names them.
BESIDE = ("sales_per_ad_yuan", "orders_year", "people_year", "fan_share")
# Max is not evaluated below: trying to compare two long expressions takes longer than all the rest.
# So many contacts that no operator reaches them: a threshold above counts as never.
NEVER = Integer(100_000)


@cache
def thousand(route: str) -> Expr:
    """Contribution of a thousand people acquired, closed by the route, CNY over the horizon."""
    return Add(*(1000 * term.expression / s("people") for term in people_terms(route)))


@cache
def kept_share() -> Expr:
    """Contribution of a net yuan in the Douyin shop, before acquisition and staying in touch (ratio)."""
    return order_margin("douyin_shop") / (s("order_value") * (1 - s("refund_rate")))


@cache
def follower_conversion() -> Expr:
    """Share of people acquired who place a first order in the Douyin shop."""
    return s("interest") * first_order("douyin_shop")


@cache
def audience_gain(route: str) -> Expr:
    """What a thousand people earn more by the route than in the Douyin shop, CNY over the horizon."""
    return thousand(route) - thousand("douyin_shop")


@cache
def orders_of_thousand(route: str) -> Expr:
    """Orders that a thousand people acquired place on the route over the horizon."""
    return 1000 * shares(route)[0] * person_orders(route, counted=True) / s("people")


def order_payoffs(route: str) -> dict[str, Expr]:
    """What is kept of an order that is there: left in the Douyin shop, or moved to the WeChat route. CNY."""
    moved = (1 - s(route_of(route).friction)) * contribution(route, "order")
    return {"douyin_shop": contribution("douyin_shop", "order"), route: moved}


@cache
def order_gain(route: str) -> Expr:
    """What one order keeps more by the WeChat route than in the Douyin shop, lost orders included. CNY."""
    kept = order_payoffs(route)
    return kept[route] - kept["douyin_shop"]


@cache
def order_gain_share(route: str) -> Expr:
    """The same per paid yuan (ratio)."""
    return order_gain(route) / s("order_value")


@cache
def extra_labour(route: str) -> Expr:
    """Labour per paid yuan beyond the Douyin shop's (ratio)."""
    return labour_share(route) - labour_share("douyin_shop")


@cache
def operators(route: str) -> Expr:
    """Operators for a hundred thousand people acquired, mean over the horizon."""
    return 100_000 * staff(route) / s("people")


@cache
def click_limit() -> Expr:
    """Lowest click-through at which bought reach costs no more than a Douyin buyer brings (ratio).

    1 where not even a click of everybody would do."""
    buyer = contribution("douyin_shop") * orders_per_buyer("douyin_shop")
    # per buyer, if everybody clicked
    cheapest = s("cpm") / (1000 * s("live_conversion"))
    return cheapest / Max(buyer, cheapest, evaluate=False)


@cache
def contacts_needed(route: str) -> Expr:
    """Contacts that carry one operator (without tools); `NEVER` where a contact adds nothing."""
    return s("wage") / Max(contact_uplift(route), s("wage") / NEVER, evaluate=False)


def _tools(change: Expr) -> Expr:
    """Dearest tools per yuan of today's ads when sales change by `change` and ads stay."""
    return Symbol("sales_per_ad_yuan", real=True) * change * contribution("douyin_shop") / s("order_value")


@cache
def tool_share() -> Expr:
    """Dearest tools, as a share of today's ad spend, in terms of `ad_fall` and `sales_change`."""
    return s("ad_fall") + _tools(s("sales_change"))


@cache
def ad_trade() -> Expr:
    """Share of the ad spend that one percent of sales is worth (ratio)."""
    return _tools(Rational(1, 100))
