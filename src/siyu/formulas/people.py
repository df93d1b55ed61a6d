"""Contribution of an audience: `people` acquired on Douyin, closed by one route, over `months`.

The same people are compared. For WeChat, the interested are invited; who accepts becomes a contact, buys
there, and still buys `contact_residual` of what it would have bought on Douyin; of those who decline,
`stay_share` go on buying in the Douyin shop. Searching an account and waiting for approval is what acceptance
counts, paying there what conversion counts: the friction of moving an order is not taken off a second time.
Conversion and repurchase of a route are those of the same people: that contacts are keener to begin with is
no merit of the route.
"""

from functools import cache

from sympy import Add, Expr, Integer

from siyu.formulas.contribution import (  # isort: skip
    Term, handling, months_in_touch, order_margin, orders_per_buyer, upkeep, upkeep_labour,
)  # fmt: skip
from siyu.formulas.symbols import BASE
from siyu.formulas.symbols import symbol as s
from siyu.routes import route_of


@cache
def first_order(route: str) -> Expr:
    """Chance that a person in the route places a first order there (ratio)."""
    about = route_of(route)
    chance: Expr = s(f"conversion_{route}")
    return chance if about.served else chance * s("closable")


@cache
def person_orders(route: str, *, counted: bool = False) -> Expr:
    """Orders of one person in the route over the horizon: discounted to today, or counted."""
    return first_order(route) * orders_per_buyer(route, counted=counted)


@cache
def person_upkeep(route: str) -> Expr:
    """Cost of staying in touch with one person in the route over the horizon, buyer or not. CNY."""
    return upkeep(route) * months_in_touch(route)


@cache
def follower_value() -> Expr:
    """What one interested person leaves who buys in the Douyin shop, over the horizon. CNY."""
    return person_orders(BASE) * order_margin(BASE) - person_upkeep(BASE)


@cache
def shares(route: str) -> tuple[Expr, Expr]:
    """People in the route, and people left to the Douyin shop, out of `people` acquired."""
    interested = s("people") * s("interest")
    if not route_of(route).wechat:
        return interested, Integer(0)
    accepted = s("friend_acceptance")
    return interested * accepted, interested * (1 - accepted) * s("stay_share")


@cache
def people_terms(route: str) -> tuple[Term, ...]:
    """Waterfall of the contribution of `people` acquired; the terms sum to `people_value`.

    A creator brings the audience: slot fees and commission are its price, nothing is bought beside them.
    """
    here, douyin = shares(route)
    steps = [Term("orders", here * person_orders(route) * order_margin(route))]
    if upkeep(route) != 0:
        steps.append(Term("touch", -here * person_upkeep(route)))
    if route_of(route).wechat:
        steps.append(Term("invite", -here * s("invite_cost")))
        steps.append(Term("both", here * s("contact_residual") * follower_value()))
        steps.append(Term("stayed", douyin * follower_value()))
    steps.append(Term("acquisition", -s("people") * s(route_of(route).price)))
    return tuple(steps)


@cache
def people_value(route: str) -> Expr:
    """Contribution of `people` acquired over `months`, closed by the route, CNY."""
    return Add(*(term.expression for term in people_terms(route)))


@cache
def staff(route: str) -> Expr:
    """Operators needed for `people` acquired, mean over the horizon: staying in touch and handling orders."""
    here, _ = shares(route)
    touch = here * months_in_touch(route, counted=True) * upkeep_labour(route)
    orders = here * person_orders(route, counted=True) * handling(route)
    return (touch + orders) / s("wage") / s("months")


@cache
def labour_share(route: str) -> Expr:
    """What staying in touch and handling cost in labour, per paid yuan: to be held against a fee (ratio)."""
    months, orders = months_in_touch(route, counted=True), orders_per_buyer(route, counted=True)
    per_order = handling(route) + upkeep_labour(route) * months / orders
    return per_order / s("order_value")
