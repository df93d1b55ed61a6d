"""Break-evens, solved from the same expressions that give the contributions."""

from dataclasses import dataclass
from functools import cache

from sympy import Expr, Max, Min, Rational, Symbol, log, solve

from siyu.formulas.contribution import Scope, contribution, months_in_touch, order_margin
from siyu.formulas.people import follower_value, people_value, person_orders
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of

# A fen: an order that keeps less keeps nothing.
LEAST = Rational(1, 100)


def solved(gap: Expr, unknown: Symbol) -> Expr:
    """The value of `unknown` at which `gap` is zero. Raises ValueError unless there is exactly one."""
    slope = gap.diff(unknown)
    if not slope.has(unknown):
        # linear: exact without expanding long powers
        return -gap.subs(unknown, 0) / slope
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
    moved = Max(contribution(route, scope), LEAST)
    return Max(0, Min(1, 1 - contribution("douyin_shop", scope) / moved))


@cache
def people_fee_star(route: str) -> Expr:
    """Douyin shop fee above which an acquired audience earns more when invited to the WeChat `route`."""
    gap = people_value("douyin_shop") - people_value(route)
    return solved(gap, s("fee_douyin_shop"))


@cache
def price_star(route: str, rival: str = "douyin_shop") -> Expr:
    """Order value at which two routes earn the same on the same audience, CNY (flip price).

    Where it is negative, the same route earns more at any price."""
    return solved(people_value(route) - people_value(rival), s("order_value"))


@dataclass(frozen=True)
class Limit:
    """A single decision. value: what it earns or costs. limit: where that turns, in the unit of `unknown`."""

    value: Expr
    unknown: str
    limit: Expr


def _limit(value: Expr, unknown: str) -> Limit:
    return Limit(value, unknown, solved(value, s(unknown)))


@cache
def acquisition_limit() -> Limit:
    """Bought reach: contribution left after paying for a customer; lowest click-through that bears it."""
    cost = s("cpm") / (1000 * s("ctr") * s("live_conversion"))
    return _limit(s("ltv") - cost, "ctr")


@cache
def tool_fee_star() -> Limit:
    """Incremental against stock era: gain per month when ads fall and tools are paid; dearest tools."""
    gain = s("ad_spend") * s("ad_fall") + s("sales") * s("sales_change") * s("contribution_share")
    return _limit(gain - s("tool_fee"), "tool_fee")


@cache
def import_limit() -> Limit:
    """Importing known customers: gain per follower; lowest share that has to follow a message."""
    cost = s("sms_cost") / s("follow_share") + s("benefit_cost")
    return _limit(s("import_value") - cost, "follow_share")


@cache
def leak_limit() -> Limit:
    """Leading people off the platform: gain of a campaign; highest chance of a sanction it bears."""
    added = s("leak_seen") * s("leak_added") * (1 - s("hop_loss"))
    return _limit(added * s("contact_value") - s("sanction_risk") * s("value_at_risk"), "sanction_risk")


@cache
def increment_limit() -> Limit:
    """Increment or drain: gain per month of a second shop; highest share of orders it may displace."""
    lost = s("mover_orders") * s("displaced") * s("old_contribution")
    return _limit(s("new_orders") * s("new_contribution") - lost, "displaced")


@dataclass(frozen=True)
class Start:
    """When to start. contacts: fewest that carry the team. payback: months until the start is repaid.

    uplift: contribution a contact adds per month before the team (CNY), for the route asked for."""

    uplift: Expr
    contacts: Expr
    payback: Expr


@cache
def start_contacts(route: str) -> Start:
    """Fewest contacts at which inviting people to the WeChat `route` carries its team and tools.

    The uplift leaves out the labour of staying in touch: that is what the team is.
    `contacts` and `payback` are in terms of the symbol `uplift`.
    """
    scene = route_of(route).scene
    sent = s(f"pushes_{scene}") * s("push_cost_wechat") * months_in_touch(route)
    there = person_orders(route) * order_margin(route) - sent - s("invite_cost")
    here = (1 - s("contact_residual")) * follower_value()
    net = s("contacts") * s("uplift") - s("team_cost") - s("tool_fee")
    return Start((there - here) / s("months"), solved(net, s("contacts")), s("setup_cost") / net)


@dataclass(frozen=True)
class Referral:
    """gap: median months between orders. repeats: expected repeat orders in the horizon (exponential gaps,
    nobody lost). chain: buyers one buyer brings in the end, K / (1 - K), K = invites * join below 1.
    Where gap > months, growth comes from `chain`, not from `repeats`."""

    gap: Expr
    repeats: Expr
    chain: Expr


@cache
def referral_model() -> Referral:
    """Category fit: whether a category lives on repeat orders or on referral."""
    spread = s("referral_invites") * s("referral_join")
    return Referral(log(2) / s("repurchase"), s("repurchase") * s("months"), spread / (1 - spread))
