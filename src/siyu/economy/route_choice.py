"""The choice between routes: which wins how often, what that hangs on, what knowing more is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from sympy import Expr

from siyu.definitions import definition
from siyu.economy import Array, Economy, function_of, text_of
from siyu.economy.measures import thousand
from siyu.figure import Figure
from siyu.formulas import PRIVATE_ROUTES
from siyu.models.information_value import value_of_knowing
from siyu.models.sensitivity import sobol, tornado, undecidable_share

# Leads below ten yuan per thousand people, a fen a person, are shared: no account would show them.
TIE = 10.0
# Base of the Sobol design, a power of two.
DESIGN = 1_024


def wins(economy: Economy, routes: Sequence[str] = PRIVATE_ROUTES) -> dict[str, Figure]:
    """route -> share of draws in which a thousand people earn most by it, most first. Near-ties are shared.

    Sources are the inputs that move any difference between the routes."""
    paid = economy.outcomes({route: thousand(route) for route in routes})
    values = np.column_stack([paid[route].drawn for route in routes])
    weights = np.exp((values - values.max(axis=1, keepdims=True)) / TIE)
    shares = (weights / weights.sum(axis=1, keepdims=True)).mean(axis=0)
    refs = gap_refs(economy, routes, routes[0])
    ordered = sorted(zip(routes, shares, strict=True), key=lambda item: -item[1])
    return {route: _point("win_share", float(share), refs) for route, share in ordered}


def gap_refs(economy: Economy, routes: Sequence[str], base: str) -> tuple[str, ...]:
    """Refs of the inputs that move the difference of any of the routes to `base`."""
    return economy.moving_refs(*(thousand(route) - thousand(base) for route in routes if route != base))


def leader(shares: Mapping[str, Figure], routes: Sequence[str]) -> str:
    """The one of `routes` that comes first."""
    return next(route for route in shares if route in routes)


@dataclass(frozen=True)
class Worth:
    """What knowing more is worth before choosing a route, CNY per thousand people.

    everything: knowing all inputs. groups: group -> knowing it, most first."""

    everything: Figure
    groups: dict[str, Figure]

    @property
    def first(self) -> str:
        """The group that is worth most."""
        return next(iter(self.groups))


def worth(economy: Economy, routes: Sequence[str] = PRIVATE_ROUTES) -> Worth:
    """Value of perfect information about the choice between `routes`; see `siyu.models.information_value`.

    Sources are the inputs that move the gain of the routes such knowledge makes one choose."""
    function = function_of(tuple(thousand(route) for route in routes))
    ranges = {name: economy.inputs[name] for name in function.inputs}

    def payoffs(values: Mapping[str, Any]) -> Mapping[str, Array]:
        return dict(zip(routes, function(values).values(), strict=True))

    known = value_of_knowing(payoffs, ranges, tuple(routes), economy.draws, economy.seed)
    everything = _point("worth_of_knowing", known.perfect, gap_refs(economy, routes, known.best))
    groups = {
        group: _point("worth_of_knowing", value, gap_refs(economy, sorted(known.chosen[group]), known.best))
        for group, value in known.groups.items()
    }
    return Worth(everything, groups)


def weak_share(economy: Economy, expression: Expr) -> Figure:
    """Share of an expression's variance that rows below medium confidence explain. Above one half, the
    result is not decidable until they are measured."""
    function, ranges = _bound(economy, expression)
    share = undecidable_share(function, ranges, economy.weak(tuple(ranges)), DESIGN, economy.seed)
    return _point("weak_share", share, economy.moving_refs(expression))


def shares(economy: Economy, expression: Expr) -> dict[str, Figure]:
    """group -> total Sobol index, largest first: the share of variance left if all else were known."""
    function, ranges = _bound(economy, expression)
    found = sobol(function, ranges, DESIGN, economy.seed)
    refs = economy.moving_refs(expression)
    return {group: _point("variance_share", max(0.0, index.total), refs) for group, index in found.items()}


def first(figures: Mapping[str, Figure], n: int) -> dict[str, Figure]:
    """The first `n` of them."""
    return dict(islice(figures.items(), n))


@dataclass(frozen=True)
class Swings:
    """One input at a time from its low to its high end, all others at their modes; widest first.

    marks: rows of a tornado chart, labelled by input; their `low` and `high` belong to its ends, so low may exceed
    high. name, widest: the input that moves the result most, and what it makes of it."""

    marks: pd.DataFrame
    name: str
    widest: Figure


def swings(economy: Economy, expression: Expr, key: str, most: int = 10) -> Swings:
    """Swings of an expression as metric `key`, the `most` widest."""
    refs = economy.moving_refs(expression)
    found = tornado(*_bound(economy, expression))
    marks = [
        {
            "label": swing.name,
            "value": found.base,
            "low": swing.at_low,
            "high": swing.at_high,
            "definition": key,
            "sources": list(refs),
        }
        for swing in found.swings[:most]
    ]
    most_moving = found.swings[0]
    ends = (most_moving.at_low, most_moving.at_high, found.base)
    low, high = min(ends), max(ends)
    unit = definition(key).unit
    widest = Figure(found.base, low, high, unit, "assumption90", key, refs, formula=text_of(expression))
    return Swings(pd.DataFrame(marks), most_moving.name, widest)


def _bound(economy: Economy, expression: Expr) -> tuple[Any, dict[str, Any]]:
    """The expression as a function of draws, and the ranges of its inputs."""
    compiled = function_of((expression,))

    def function(values: Mapping[str, Any]) -> Array:
        return compiled(values)["0"]

    return function, {name: economy.inputs[name] for name in compiled.inputs}


def _point(key: str, value: float, refs: tuple[str, ...]) -> Figure:
    return Figure(value, value, value, definition(key).unit, "none", key, refs)
