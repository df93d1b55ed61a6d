"""What a difference between routes hangs on: one input at a time, and as shares of the uncertainty."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from sympy import Expr

from siyu.definitions import definition
from siyu.economy import Array, Economy, function_of, text_of
from siyu.figure import Figure
from siyu.formulas.symbols import UNIT_OF
from siyu.language import Text
from siyu.messages import msg
from siyu.models.sensitivity import sobol, tornado, undecidable_share

# Base of the Sobol design, a power of two.
DESIGN = 1_024


def weak_share(economy: Economy, expression: Expr) -> Figure:
    """Share of an expression's variance that rows below medium confidence explain. Above one half, the
    result says more about the priors than about the world."""
    function, ranges = _middle(economy, expression)
    share = undecidable_share(function, ranges, economy.weak(tuple(ranges)), DESIGN, economy.seed)
    return Figure.exact(share, "weak_share", economy.moving_refs(expression))


def shares(economy: Economy, expression: Expr) -> dict[str, Figure]:
    """group -> total Sobol index, largest first: the share of variance left if all else were known."""
    function, ranges = _middle(economy, expression)
    found = sobol(function, ranges, DESIGN, economy.seed)
    refs = economy.moving_refs(expression)
    return {group: Figure.exact(max(0.0, index.total), "variance_share", refs) for group, index in found.items()}


def first(figures: Mapping[str, Figure], n: int) -> dict[str, Figure]:
    """The first `n` of them."""
    return dict(islice(figures.items(), n))


@dataclass(frozen=True)
class Swings:
    """One input at a time from its low to its high end, all others at their modes; widest first.

    marks: rows of a tornado chart, labelled by input; their `low` and `high` belong to its ends, so low may exceed
    high. names: of the inputs, with their ranges. name, widest: the input that moves the result most, and what it makes
    of it."""

    marks: pd.DataFrame
    names: dict[str, Text]
    name: str
    widest: Figure


def swings(economy: Economy, expression: Expr, key: str, most: int = 10) -> Swings:
    """Swings of an expression as metric `key`, the `most` widest."""
    refs, unit = economy.moving_refs(expression), definition(key).unit
    found = tornado(*_bound(economy, expression))
    marks = found.head(most).assign(definition=key, sources=pd.Series([list(refs)] * most))
    top = found.iloc[0]
    ends = [float(top[column]) for column in ("value", "low", "high")]
    widest = Figure(ends[0], min(ends), max(ends), unit, "assumption90", key, refs, formula=text_of(expression))
    names = {name: _ranged(economy, name) for name in marks["label"]}
    return Swings(marks, names, str(top["label"]), widest)


def _ranged(economy: Economy, name: str) -> Text:
    """An input with its range."""
    entry = economy.inputs[name]
    ends = {"value": entry.mode, "low": entry.low, "high": entry.high, "unit": UNIT_OF[name]}
    return {"id": msg("{input} ({range})"), "args": {"input": economy.input_names[name], "range": ends}}


def _bound(economy: Economy, expression: Expr) -> tuple[Any, dict[str, Any]]:
    """The expression as a function of draws, and the ranges of its inputs."""
    compiled = function_of((expression,))

    def function(values: Mapping[str, Any]) -> Array:
        return compiled(values)["0"]

    return function, {name: economy.inputs[name] for name in compiled.inputs}


def _middle(economy: Economy, expression: Expr) -> tuple[Any, dict[str, Any]]:
    """The same, cut to the middle 98% of its draws: a product of many ranges has tails that make up most of the
    variance, and indices of it say little about the rest."""
    function, ranges = _bound(economy, expression)
    ends = np.quantile(function(economy.drawn), (0.01, 0.99))
    return (lambda values: np.clip(function(values), *ends)), ranges
