"""The economics with numbers in them: formulas, fed by assumptions and dated fee rules, as figures.

An `Economy` is one category on one day of a shop. Each figure is the median over the draws with the 5th and
95th percentiles, and lists exactly the rows and rules that move it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Symbol

from siyu.definitions import definition
from siyu.economy import labels
from siyu.economy.measures import BESIDE, order_gain
from siyu.economy.names import basis, category_name, group_names, input_name, rule_name
from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.evidence.fee_rule import Rate
from siyu.evidence.fees import FeeRules
from siyu.figure import Absent, Figure
from siyu.formulas.compiled import function_of, inputs, spelled
from siyu.formulas.contribution import contribution
from siyu.formulas.people import people_value
from siyu.formulas.symbols import BASE, UNIT_OF
from siyu.language import Text
from siyu.models.draws import sample
from siyu.paths import kept
from siyu.routes import PRIVATE_ROUTES, WECHAT_ROUTES

__all__ = ["BESIDE", "DRAWS", "Economy", "RouteOutcome", "function_of", "text_of"]
DRAWS = 16_384
# The WeChat route that the documents compare; closed to a business from a date.
PERSONAL = "wechat_personal"
# Draws looked at, and the step taken, to see whether an input moves an outcome.
PROBES, STEP, MOVED = 256, 0.01, 1e-9
Array = NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class RouteOutcome:
    """An expression over the draws. drawn: array (draws,). refs: of the inputs that move it."""

    drawn: Array
    refs: tuple[str, ...]

    def figure(self, key: str) -> Figure:
        """Median with 5th and 95th percentiles, as metric `key` in its unit."""
        low, value, high = (float(x) for x in np.quantile(self.drawn, (0.05, 0.5, 0.95)))
        kind = "assumption90" if low < high else "none"
        return Figure(value, low, high, definition(key).unit, kind, key, self.refs)


@dataclass(frozen=True)
class Economy:
    """One category on one day. day: days since the shop opened. on: the date the fee rules are read for.

    draws, seed: see `siyu.models.draws`. own: symbol -> row of the subject itself, measured or stated, which goes
    before the assumption; for its own category only. drawn_only: inputs that draws are made of, all if None.
    elsewhere: whether the subject has orders, none of them known to be on Douyin. Raises
    ValueError for a category without rows, with the nearest."""

    assumptions: Assumptions
    fees: FeeRules
    category: str
    day: int
    on: date
    draws: int = DRAWS
    seed: int = 0
    own: Mapping[str, Assumption] = field(default_factory=dict)
    drawn_only: Collection[str] | None = None
    elsewhere: bool = False
    # economies of other categories that were asked for, which keep their draws; (expression, held inputs) -> refs
    _others: dict[str, Economy] = field(default_factory=dict, init=False, repr=False, compare=False)
    _refs: dict[tuple[Expr, tuple[str, ...]], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def inputs(self) -> dict[str, Assumption | Rate]:
        """symbol -> the row or the rate that feeds it; symbols that only a client can feed are left out."""
        rows = self.assumptions.bind((*UNIT_OF, *BESIDE), self.category)
        return {**rows, **self.own, **self.fees.bind(UNIT_OF, self.category, self.day, self.on)}

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """Routes that a business may use on the day, see `FeeRules.usable`."""
        return self.fees.usable(self.category, self.day, self.on)

    @property
    def private_routes(self) -> tuple[str, ...]:
        """Those that build an audience of the brand's own."""
        return tuple(route for route in self.routes if route in PRIVATE_ROUTES)

    @property
    def wechat_routes(self) -> tuple[str, ...]:
        """Those on WeChat that the comparison leads with: the personal deal while it is open, else all others."""
        found = tuple(route for route in self.routes if route in WECHAT_ROUTES)
        return (PERSONAL,) if PERSONAL in found else found

    @cached_property
    def rival(self) -> str:
        """The leading WeChat route to which moving an order brings most on average."""
        gains = self.outcomes({route: order_gain(route) for route in self.wechat_routes})
        return max(gains, key=lambda route: float(gains[route].drawn.mean()))

    @cached_property
    def drawn(self) -> dict[str, Array]:
        """Draws of every input, name -> array (draws,); the same for every figure of this economy."""
        return sample(self.inputs, self.draws, self.seed, self.drawn_only)

    def of(self, category: str) -> Economy:
        """The same day and draws for another category."""
        if category == self.category:
            return self
        return self._others.setdefault(category, replace(self, category=category, own={}))

    def refs(self, name: str) -> tuple[str, ...]:
        """Source refs of an input."""
        entry = self.inputs[name]
        return entry.refs if isinstance(entry, Rate) else (entry.ref,)

    def weak(self, names: Sequence[str]) -> set[str]:
        """Those inputs whose confidence is below medium."""
        return {name for name in names if self.inputs[name].weak}

    def missing(self, *expressions: Expr) -> tuple[str, ...]:
        """Symbols that no row and no rule feeds."""
        return tuple(name for name in inputs(*expressions) if name not in self.inputs)

    def outcomes(
        self, expressions: Mapping[Name, Expr], at: Mapping[str, float] | None = None
    ) -> dict[Name, RouteOutcome]:
        """Several expressions over the same draws. at: inputs held at a number, which are no sources then.

        Raises ValueError when an input is missing."""
        wanted, held = tuple(expressions.values()), tuple(at or ())
        self._probe(wanted, held)
        results = function_of(wanted)({**self.drawn, **(at or {})})
        return {
            name: RouteOutcome(np.broadcast_to(results[str(place)], (self.draws,)), self._refs[expression, held])
            for place, (name, expression) in enumerate(expressions.items())
        }

    @property
    def behind(self) -> tuple[str, ...]:
        """Refs of every input that the formulas of the usable routes name, whether it moves anything or not."""
        whole = [formula(route) for route in self.routes for formula in (contribution, people_value)]
        whole += [order_gain(route) for route in self.routes if route in WECHAT_ROUTES]
        return tuple(sorted({ref for name in inputs(*whole) if name in self.inputs for ref in self.refs(name)}))

    def moving_refs(self, *expressions: Expr) -> tuple[str, ...]:
        """Refs of the inputs that move any of the expressions; a symbol may cancel out of one that prints it."""
        self._probe(expressions, ())
        return tuple(sorted({ref for expression in expressions for ref in self._refs[expression, ()]}))

    def _probe(self, expressions: tuple[Expr, ...], held: tuple[str, ...]) -> None:
        """Move each input a little and keep, per expression, the refs of those that make a difference.

        held: inputs kept at a number, which are no sources."""
        if all((expression, held) in self._refs for expression in expressions):
            return
        function = function_of(expressions)
        # a held input takes its place with any value
        size = min(PROBES, self.draws)
        probe = {name: self.drawn.get(name, np.ones(size))[:size] for name in function.inputs}
        moved = sorted(set(function.inputs) - set(held))
        # the first row as it is, then one for each input that is moved
        rows = {name: np.tile(values, (len(moved) + 1, 1)) for name, values in probe.items()}
        for row, name in enumerate(moved, 1):
            # an input that may only be 0 is moved by a share of one
            rows[name][row] += STEP * probe[name] if probe[name].any() else STEP
        for expression, result in zip(expressions, function(rows).values(), strict=True):
            found = np.broadcast_to(result, (len(moved) + 1, size))
            differ = (np.abs(found[1:] - found[0]) > MOVED * np.abs(found[0])).any(axis=1)
            refs = {ref for name, one in zip(moved, differ, strict=True) if one for ref in self.refs(name)}
            self._refs[expression, held] = tuple(sorted(refs))

    def medians(self, expression: Expr, cells: Sequence[Mapping[str, float]]) -> list[float]:
        """The median of an expression with inputs held at the numbers of each cell."""
        function = function_of((expression,))
        return [float(np.median(function({**self.drawn, **cell})["0"])) for cell in cells]

    def figure(self, key: str, expression: Expr, at: Mapping[str, float] | None = None) -> Figure | Absent:
        """One expression as metric `key`; Absent when inputs are missing: only a client's data gives them."""
        if missing := [name for name in self.missing(expression) if name not in (at or {})]:
            return Absent(tuple(missing))
        return self.stated(key, expression, at)

    def stated(self, key: str, expression: Expr, at: Mapping[str, float] | None = None) -> Figure:
        """The same of an expression whose inputs are all there. Raises ValueError when one is missing."""
        return replace(self.outcomes({key: expression}, at)[key].figure(key), formula=text_of(expression))

    def by_route(
        self, key: str, formula: Callable[..., Expr], routes: Sequence[str] = (), **more: Any
    ) -> dict[str, Figure]:
        """formula(route, **more) for each route, by default all that may be used, as metric `key`: route -> figure."""
        found = self.outcomes({route: formula(route, **more) for route in routes or self.routes})
        return {route: outcome.figure(key) for route, outcome in found.items()}

    def by_category(self, key: str, expression: Expr) -> dict[str, Figure]:
        """category -> one expression as metric `key`, the general one first."""
        return {own: self.of(own).outcomes({key: expression})[key].figure(key) for own in self.categories}

    def about(self, message: str, **more: Text) -> Text:
        """A subtitle that may name `as_of`, `day` of the shop, `rule` (what stands behind the fee), `category` and
        `more`."""
        dates = {"as_of": {"value": self.on.isoformat()}, "rule": rule_name(self._rate)}
        own = {"day": {"value": self.day, "unit": "days"}, "category": self.name}
        return {"id": message, "args": {**dates, **own, **more}}

    @property
    def _rate(self) -> Rate:
        return self.fees.lookup("douyin", BASE, self.category, self.day, self.on)

    @property
    def fee(self) -> Figure:
        """What Douyin takes of an order by own broadcast."""
        return self._rate.figure

    @property
    def fee_line(self) -> str:
        """What a line at that fee is called: the rule of the day, the last one known, or the client's settlement."""
        return str(labels.FEE_LINES[basis(self._rate)])

    @property
    def name(self) -> Text:
        """Name of the category."""
        return category_name(self.assumptions, self.category)

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories with rows of their own, the general one first."""
        return ("all", *self.assumptions.categories)

    @property
    def category_names(self) -> dict[str, Text]:
        """category -> its name."""
        return {category: category_name(self.assumptions, category) for category in self.categories}

    @cached_property
    def input_names(self) -> dict[str, Text]:
        """input -> what it is called."""
        return {name: input_name(name, entry) for name, entry in self.inputs.items()}

    @cached_property
    def group_names(self) -> dict[str, Text]:
        """Group of inputs -> what it is called."""
        return group_names(self.inputs)

    def row(self, name: str, key: str) -> Figure:
        """An input itself as metric `key`."""
        return self.outcomes({key: Symbol(name, real=True)})[key].figure(key)


@cache
def text_of(expression: Expr) -> str:
    """An expression as text, in the symbols of `siyu.formulas`."""
    what = f"{sympy.__version__} {spelled(expression)}"
    return kept("texts", what, lambda: str(expression).encode()).decode()
