"""The two decisions of the economics: an order that is there anyway, and people still to be won.

Each is a choice between routes. It is decided when the best one brings most in nine draws of ten, or when even
knowing everything would bring less than a hundredth of what buyers pay. What an unknown is worth is what a
better choice would bring after learning it; the worths of both decisions make one ranking.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Expr

from siyu.economy import Array, Economy, function_of
from siyu.economy.measures import order_payoffs, orders_of_thousand, thousand
from siyu.economy.own import VOLUMES
from siyu.figure import Figure, refs_of
from siyu.formulas.symbols import symbol as s
from siyu.models.information_value import value_of_knowing
from siyu.verdict import SURE

SLIGHT = 0.01
TIE, FEN = 10.0, 0.01  # leads below, per thousand people and an order, are shared: no account would show them
ERRORS = 1.96  # standard errors of a share of draws that its Monte Carlo error is told as


@dataclass(frozen=True)
class Decision:
    """A choice between routes, the best on average first.

    shares: route -> share of draws in which it brings most, most first. error: what redrawing moves the
    leader's share by. worth: of knowing everything. groups: group of inputs -> worth of knowing it, most first.
    paid: what buyers pay for the same thing, CNY, the mean of the draws.
    """

    leader: str
    shares: Mapping[str, Figure]
    error: Figure
    worth: Figure
    groups: Mapping[str, Figure]
    paid: float

    @property
    def rival(self) -> str:
        """The route that brings most in most of the other draws."""
        return next(route for route in self.shares if route != self.leader)

    @property
    def better(self) -> Figure:
        """Probability that the leader brings most."""
        return self.shares[self.leader]

    @property
    def decided(self) -> bool:
        """Whether to act without knowing more."""
        return self.better.value >= SURE or self.worth.value < SLIGHT * self.paid


def order_decision(economy: Economy) -> Decision:
    """Leave an order in the Douyin shop, or move it to the WeChat route in question. CNY an order."""
    return _decision(economy, order_payoffs(economy.rival), s("order_value"), "worth_of_order", tie=FEN)


def audience_decision(economy: Economy) -> Decision:
    """The route that people still to be won are closed by. CNY per thousand people acquired."""
    payoffs = {route: thousand(route) for route in economy.private_routes}
    paid = s("order_value") * orders_of_thousand("douyin_shop")
    return _decision(economy, payoffs, paid, "worth_of_knowing", tie=TIE)


def _decision(economy: Economy, payoffs: Mapping[str, Expr], paid: Expr, key: str, *, tie: float) -> Decision:
    function = function_of(tuple(payoffs.values()))
    results = function(economy.drawn).values()
    brought = {route: np.broadcast_to(one, (economy.draws,)) for route, one in zip(payoffs, results, strict=True)}
    known = value_of_knowing(brought, {name: economy.inputs[name] for name in function.inputs}, economy.drawn)
    won = _won(np.column_stack([*brought.values()]), tie)
    refs = _gap_refs(economy, payoffs, payoffs, known.best)
    shares = {route: Figure.exact(float(share), "win_share", refs) for route, share in zip(payoffs, won, strict=True)}
    shares = dict(sorted(shares.items(), key=lambda item: -item[1].value))
    spread = shares[known.best].value * (1 - shares[known.best].value)
    error = Figure.exact(ERRORS * float(np.sqrt(spread / economy.draws)), "monte_carlo_error", refs)
    groups = {
        group: Figure.exact(value, key, _gap_refs(economy, payoffs, sorted(known.chosen[group]), known.best))
        for group, value in known.groups.items()
    }
    price = float(economy.outcomes({"paid": paid})["paid"].drawn.mean())
    return Decision(known.best, shares, error, Figure.exact(known.perfect, key, refs), groups, price)


def _won(values: Array, tie: float) -> Array:
    """Share of draws (rows) in which each route (column) brings most; leads under `tie` are shared."""
    weights = np.exp((values - values.max(axis=1, keepdims=True)) / tie)
    return np.asarray((weights / weights.sum(axis=1, keepdims=True)).mean(axis=0))


def _gap_refs(economy: Economy, payoffs: Mapping[str, Expr], routes: Iterable[str], base: str) -> tuple[str, ...]:
    """Refs of the inputs that move the difference of any of the routes to `base`."""
    return economy.moving_refs(*(payoffs[route] - payoffs[base] for route in routes if route != base))


@dataclass(frozen=True)
class Unknown:
    """A group of inputs and what knowing it is worth.

    order: to the first decision, CNY an order. thousand: to the second, per thousand people. both: together per
    thousand people, who place orders, too. year: both in a year of the client; None without its volume.
    """

    group: str
    order: Figure
    thousand: Figure
    both: Figure
    year: Figure | None


def ranking(economy: Economy, order: Decision, audience: Decision) -> list[Unknown]:
    """What to measure first: every unknown by what it is worth to both decisions together, most first."""
    placed = _placed(economy)
    nothing = Figure.exact(0.0, "worth_of_order"), Figure.exact(0.0, "worth_of_knowing")
    rows = []
    for group in {**order.groups, **audience.groups}:
        single, many = order.groups.get(group, nothing[0]), audience.groups.get(group, nothing[1])
        refs = refs_of(single, many)
        both = Figure.exact(single.value * placed + many.value, "worth_of_knowing", refs)
        rows.append(Unknown(group, single, many, both, of_year(economy, single, many)))
    return sorted(rows, key=lambda row: (-row.both.value, row.group))


def of_year(economy: Economy, order: Figure, thousand_people: Figure) -> Figure | None:
    """Worths of both decisions over a year of the client, CNY; None when no volume is counted or stated.

    Only orders of people whom the brand reaches can be moved: fans' orders, where their share was measured. Of
    people and orders, the one not known is what belongs to the other."""
    held = {name: economy.inputs[name].mode for name in VOLUMES if name in economy.inputs}
    if "orders_year" not in held and "people_year" not in held:
        return None
    placed = _placed(economy) / 1000
    orders = held["orders_year"] if "orders_year" in held else held["people_year"] * placed
    people = held["people_year"] if "people_year" in held else orders / placed
    value = order.value * orders * held.get("fan_share", 1.0) + thousand_people.value * people / 1000
    refs = {ref for name in held for ref in economy.refs(name)} | {*order.sources, *thousand_people.sources}
    return Figure.exact(value, "worth_of_year", tuple(sorted(refs)))


def _placed(economy: Economy) -> float:
    """Orders that a thousand people acquired place on Douyin, mean of the draws."""
    return float(economy.outcomes({"orders": orders_of_thousand("douyin_shop")})["orders"].drawn.mean())
