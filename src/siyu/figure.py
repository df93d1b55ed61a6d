"""A number that knows its range, unit, definition and sources, and refuses arithmetic that makes no sense.

Products and quotients carry the union of their sources, so what a result lists is what it was made of.
Ranges follow interval arithmetic, which is exact when every input occurs once. Two independent
assumption or sampling intervals are not multiplied that way (the box is wider than its label says):
use `siyu.models.draws` for those.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar, get_args

from siyu.definitions import definition, registry
from siyu.record.text import IntervalKind

KINDS = get_args(IntervalKind)


class DefinitionMismatch(ValueError):
    """Figures of different definitions or units were added, subtracted or named alike."""


@dataclass(frozen=True)
class Absent:
    """A figure that cannot be had because the case does not state its inputs (`needs`: metric keys)."""

    needs: tuple[str, ...]
    cell: ClassVar[None] = None  # of a table: blank

    def _with(self, other: object = None) -> Absent:
        needs = self.needs + (other.needs if isinstance(other, Absent) else ())
        return Absent(tuple(sorted(set(needs))))

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _with

    def named(self, *_: object, **__: object) -> Absent:
        """Absent under any name, unit or function."""
        return self

    apply = widened = at = named


@dataclass(frozen=True)
class Figure:
    """value, low, high in `unit`; interval_kind one of KINDS; definition a key of data/definitions.yml or "".

    sources: refs such as `claim:S0-09`. n: number of observations behind it, None when not counted.
    formula: the expression it comes from, in the symbols of `siyu.formulas`, when there is one.
    entity: whose figure it is, as the ledger says; "" for assumptions and rules, which are nobody's own.
    akin: (own claim, claim on another entity, conflict that says how they go together), as refs.
    left: what it would be without each group of buyers, see `siyu.estimates.sampling`.
    """

    value: float
    low: float
    high: float
    unit: str
    interval_kind: str = "none"
    definition: str = ""
    sources: tuple[str, ...] = ()
    n: int | None = None
    formula: str = ""
    entity: str = ""
    akin: tuple[tuple[str, str, str], ...] = ()
    left: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.interval_kind not in KINDS:
            raise ValueError(f"interval_kind {self.interval_kind!r} is none of {', '.join(KINDS)}")
        if not all(math.isfinite(x) for x in (self.low, self.value, self.high)):
            raise ValueError(f"{self.definition or 'figure'}: not finite ({self.low}, {self.value}, {self.high})")
        slack = 1e-9 * max(abs(self.low), abs(self.high))
        if not self.low - slack <= self.value <= self.high + slack:
            raise ValueError(f"value {self.value} is outside {self.low} to {self.high}")

    @classmethod
    def exact(cls, value: float, key: str, sources: tuple[str, ...] = (), n: int | None = None) -> Figure:
        """A number without a range, as metric `key` in its unit."""
        return cls(value, value, value, definition(key).unit, "none", key, sources, n)

    @classmethod
    def point(cls, value: float, unit: str, sources: tuple[str, ...] = (), n: int | None = None) -> Figure:
        """A number without a range that is no metric."""
        return cls(value, value, value, unit, sources=sources, n=n)

    def named(self, key: str, n: int | None = None) -> Figure:
        """The same figure as metric `key`, in its unit. DefinitionMismatch when dimensions differ."""
        target = definition(key)
        have, want = registry().dimension(self.unit), registry().dimension(target.unit)
        if have != want:
            raise DefinitionMismatch(f"{key} is in {target.unit} ({want}), this figure is in {self.unit} ({have})")
        return replace(self, unit=target.unit, definition=key, n=n if n is not None else self.n)

    def widened(self, other: Figure | Absent) -> Figure | Absent:
        """This figure with its range stretched over `other` (same unit); the value stays its own."""
        if isinstance(other, Absent):
            return other
        if self.unit != other.unit:
            raise DefinitionMismatch(f"cannot span {self.unit} and {other.unit}")
        if self.entity and other.entity and self.entity != other.entity:
            raise DefinitionMismatch(f"cannot span {self.entity} and {other.entity}: show them side by side")
        kind = max(self.interval_kind, other.interval_kind, "claim_range", key=KINDS.index)
        low, high = min(self.low, other.low), max(self.high, other.high)
        return replace(self, low=low, high=high, interval_kind=kind, n=None, left=(), **_whose(self, other, ""))

    @property
    def cell(self) -> dict[str, Any]:
        """As a cell of a table."""
        return {name: getattr(self, name) for name in ("low", "value", "high", "unit")}

    def at(self, part: str) -> Figure:
        """One point of this figure: its `low`, `value` or `high`, without a range."""
        point = float(getattr(self, part))
        return replace(self, value=point, low=point, high=point, interval_kind="none", left=())

    def apply(self, function: Callable[[float], float], key: str) -> Figure:
        """A monotone `function` of this figure, as metric `key` (its unit is taken from there)."""
        first, last = float(function(self.low)), float(function(self.high))
        low, high = min(first, last), max(first, last)
        value, unit = float(function(self.value)), definition(key).unit
        left = tuple(map(float, map(function, self.left)))
        return replace(self, value=value, low=low, high=high, unit=unit, definition=key, formula="", left=left)

    def __mul__(self, other: Any) -> Any:
        return self._combine(other, "*", lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Figure) and other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"{other.definition or 'the divisor'} may be zero")
        return self._combine(other, "/", lambda a, b: a / b)

    def __rtruediv__(self, other: float) -> Any:
        return Figure(other, other, other, "ratio") / self

    def __add__(self, other: Any) -> Any:
        return self._sum(other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._sum(other, -1)

    def __rsub__(self, other: float) -> Any:
        return self * -1 + other

    def _sum(self, other: Any, sign: int) -> Any:
        if isinstance(other, Absent):
            return other
        if isinstance(other, Figure) and (other.unit, other.definition) != (self.unit, self.definition):
            mine, theirs = self.definition or self.unit, other.definition or other.unit
            raise DefinitionMismatch(f"{mine} and {theirs} are different definitions: show them side by side")
        if not isinstance(other, Figure) and self.unit not in ("ratio", "multiple", "dimensionless"):
            raise DefinitionMismatch(f"a bare number cannot be added to {self.unit}")
        return replace(self._combine(other, "", lambda a, b: a + sign * b), unit=self.unit)

    def _combine(self, other: Any, sign: str, function: Callable[[float, float], float]) -> Any:
        if isinstance(other, Absent):
            return other
        if not isinstance(other, Figure):
            other = Figure(float(other), float(other), float(other), "ratio")
        ends = [function(a, b) for a, b in product((self.low, self.high), (other.low, other.high))]
        value, unit, kind = function(self.value, other.value), _unit(self.unit, sign, other.unit), _kind(self, other)
        return Figure(value, min(ends), max(ends), unit, kind, **_whose(self, other, sign))


def refs_of(*figures: Figure | Absent | None, more: Iterable[str] = ()) -> tuple[str, ...]:
    """Sources of all of them, and more."""
    return tuple(sorted({*more, *(ref for one in figures if isinstance(one, Figure) for ref in one.sources)}))


def or_absent(figure: Figure | None, key: str) -> Figure | Absent:
    """The figure, or Absent as metric `key` where there is none."""
    return Absent((key,)) if figure is None else figure


def _whose(left: Figure, right: Figure, sign: str) -> dict[str, Any]:
    """Sources, entity and akin of what two figures give together, with the conflicts that allow it.

    DefinitionMismatch for figures of different entities, unless one is divided by the whole that it is a part of, or
    each of their claims has one on the other side that a conflict ties to it."""
    sources, akin = {*left.sources, *right.sources}, {*left.akin, *right.akin}
    of_whole = sign == "/" and left.entity.startswith(f"{right.entity}.")
    if left.entity and right.entity and left.entity != right.entity and not of_whole:
        sides = ((left.sources, right.sources), (right.sources, left.sources))
        ties = {(own, tie) for own, other, tie in akin for mine, theirs in sides if own in mine and other in theirs}
        if {ref for ref in sources if ref.startswith("claim:")} - {own for own, _ in ties}:
            names = [f"{one.definition or one.unit} of {one.entity}" for one in (left, right)]
            raise DefinitionMismatch(f"{' and '.join(names)}: different entities, and no conflict ties them")
        sources |= {tie for _, tie in ties}
    entity = left.entity or right.entity
    return {"sources": tuple(sorted(sources)), "entity": entity, "akin": tuple(sorted(akin))}


def _kind(left: Figure, right: Figure) -> str:
    first, second = left.interval_kind, right.interval_kind
    if left.sources != right.sources and first == second and first in KINDS[2:]:
        raise ValueError(f"two {first} intervals: combine them by draws, not by their ends")
    return max(first, second, key=KINDS.index)


def _unit(left: str, sign: str, right: str) -> str:
    """Unit of a product or quotient as an expression of base dimensions; `ratio` when none is left."""
    if not sign:
        return left
    first, second = registry().dimension(left), registry().dimension(right)
    result = first * second if sign == "*" else first / second
    return "ratio" if result.dimensionless else str(result)
