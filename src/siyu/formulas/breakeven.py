"""Break-evens, solved from the same expressions that give the contributions."""

from functools import cache

from sympy import Expr, Integer, Max, Min, Rational, Symbol, log, solve

from siyu.formulas.contribution import Scope, contribution, months_in_touch, order_margin
from siyu.formulas.people import follower_value, people_value, person_orders
from siyu.formulas.symbols import BASE
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of

# A fen: an order that keeps less keeps nothing.
LEAST = Rational(1, 100)
RAREST = Rational(1, 10_000)  # repeat orders a month: one in eight hundred years


def solved(gap: Expr, unknown: Symbol) -> Expr:
    """The value of `unknown` at which `gap` is zero. Raises ValueError unless there is exactly one."""
    slope = gap.diff(unknown)
    if not slope.has(unknown):
        # linear: exact without expanding long powers
        return -gap.xreplace({unknown: Integer(0)}) / slope
    roots = solve(gap, unknown)
    if len(roots) != 1:
        raise ValueError(f"{unknown}: {len(roots)} break-even values, expected one")
    return roots[0]


@cache
def fee_star(route: str, scope: Scope = "relation") -> Expr:
    """Douyin shop fee (ratio) above which moving an order to the WeChat `route` keeps more.

    Of the orders moved, the friction of the route is lost. May lie below 0 (moving pays at any fee)
    or above 1 (it never does). scope: see `contribution`.
    """
    moved = (1 - s(route_of(route).friction)) * contribution(route, scope)
    return solved(contribution("douyin_shop", scope) - moved, s("fee_douyin_shop"))


@cache
def tolerable_loss(route: str, scope: Scope = "relation") -> Expr:
    """Share of orders that may be lost in moving to the WeChat `route` before Douyin keeps more (0 to 1).

    0 when moving loses money even if no order is lost, or the route earns nothing; 1 when Douyin keeps nothing."""
    # unevaluated: SymPy would spend seconds on looking which side is the larger, which it cannot know
    moved = Max(contribution(route, scope), LEAST, evaluate=False)
    left = Min(1, 1 - contribution("douyin_shop", scope) / moved, evaluate=False)
    return Max(0, left, evaluate=False)


@cache
def price_star(route: str) -> Expr:
    """Order value at which the route and the Douyin shop earn the same on the same audience, CNY (flip price).

    Where it is negative, the same route earns more at any price."""
    return solved(people_value(route) - people_value(BASE), s("order_value"))


@cache
def import_limit() -> Expr:
    """Importing known customers: lowest share that has to follow a message (ratio); 1 where not even all would do."""
    return s("sms_cost") / Max(s("import_value") - s("benefit_cost"), s("sms_cost"), evaluate=False)


@cache
def leak_limit() -> Expr:
    """Leading people off the platform: highest chance of a sanction that a campaign bears (ratio)."""
    added = s("leak_seen") * s("leak_added") * (1 - s("hop_loss"))
    return added * s("contact_value") / s("value_at_risk")


@cache
def increment_limit() -> Expr:
    """Increment or drain: highest share of the movers' orders that a second shop may displace (ratio)."""
    return s("new_orders") * s("new_contribution") / (s("mover_orders") * s("old_contribution"))


@cache
def contact_uplift(route: str) -> Expr:
    """Contribution a contact invited to the WeChat `route` adds per month, CNY, before the labour of staying in
    touch: that is what a team is."""
    sent = s(f"pushes_{route_of(route).scene}") * s("push_cost_wechat") * months_in_touch(route)
    there = person_orders(route) * order_margin(route) - sent - s("invite_cost")
    here = (1 - s("contact_residual")) * follower_value()
    return (there - here) / s("months")


@cache
def median_gap() -> Expr:
    """Median months between orders (exponential gaps, nobody lost). Beyond the horizon growth comes from
    `referral_chain`, not from repeat orders. Rarer than `RAREST` counts as that: a draw may hold no repeat order."""
    return log(2) / Max(s("repurchase"), RAREST)


@cache
def referral_chain() -> Expr:
    """Buyers one buyer brings in the end: K / (1 - K), K = invites * join below 1."""
    spread = s("referral_invites") * s("referral_join")
    return spread / (1 - spread)
