"""Dated fee rules: what a platform, a payment service or a creator takes of what is paid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from siyu import reads
from siyu.errors import LedgerError, Problem, nearest, shown_path
from siyu.evidence.assumptions import WEAK, Confidence
from siyu.evidence.table import Row, read_table
from siyu.paths import address
from siyu.reads import Shelf, fitting
from siyu.routes import ROUTES

Kind = Literal["platform", "payment", "creator"]
if TYPE_CHECKING:
    RouteName = str
else:
    RouteName = Literal["all", *ROUTES]
Share = Annotated[float, Field(ge=0, le=1)]
# Formula symbols `fee_<route>` and `payment_<route>` are looked up as these kinds.
SYMBOLS: dict[str, Kind] = {"fee": "platform", "payment": "payment"}


class FeeRule(Row):
    """One rule. Rates are shares of what is paid and kept; rate_mode is the usual one (blank: the middle).

    route, category: a key or `all`; a rule that names more goes before one that names less.
    day_from..day_to: days since the shop opened, the last exclusive, blank = open.
    valid_from..valid_to: dates, the last exclusive, blank = still valid.
    """

    rule_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    platform: Literal["douyin", "wechat"]
    route: RouteName
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Kind
    rate_low: Share
    rate_mode: Share | None = None
    rate_high: Share
    day_from: Annotated[int, Field(ge=0)] | None = None
    day_to: Annotated[int, Field(ge=1)] | None = None
    valid_from: date
    valid_to: date | None = None
    source: str
    confidence: Confidence
    note: str | None = None
    note_zh: str | None = None

    @model_validator(mode="after")
    def _ends_are_in_order(self) -> Self:
        if not self.rate_low <= self.mode <= self.rate_high:
            raise ValueError(f"rate_low <= rate_mode <= rate_high, found {self.rates}")
        if self.days[0] >= self.days[1]:
            raise ValueError(f"day_from before day_to, found {self.day_from} and {self.day_to}")
        if self.valid_to is not None and self.valid_from >= self.valid_to:
            raise ValueError(f"valid_from before valid_to, found {self.valid_from} and {self.valid_to}")
        return self

    @property
    def mode(self) -> float:
        """The usual rate, the middle when the rule names none."""
        return (self.rate_low + self.rate_high) / 2 if self.rate_mode is None else self.rate_mode

    @property
    def rates(self) -> tuple[float, float, float]:
        """(low, mode, high)."""
        return self.rate_low, self.mode, self.rate_high

    @property
    def days(self) -> tuple[float, float]:
        """Days since opening: from (inclusive), to (exclusive)."""
        return self.day_from or 0, math.inf if self.day_to is None else self.day_to

    @property
    def dates(self) -> tuple[date, date]:
        """Validity: from (inclusive), to (exclusive)."""
        return self.valid_from, self.valid_to or date.max

    @property
    def detail(self) -> int:
        """How much the rule names; the more, the earlier it is looked at."""
        return (self.route != "all") + (self.category != "all")

    def applies(self, route: str, category: str, day: int, on: date) -> bool:
        """Whether the rule covers this key (platform and kind aside)."""
        return (
            self.route in ("all", route)
            and self.category in ("all", category)
            and self.days[0] <= day < self.days[1]
            and self.dates[0] <= on < self.dates[1]
        )

    def contradicts(self, other: FeeRule) -> bool:
        """Whether both would answer the same question, differently, and neither goes before the other."""
        return (
            (self.platform, self.kind, self.detail) == (other.platform, other.kind, other.detail)
            and (self.route == other.route or "all" in (self.route, other.route))
            and (self.category == other.category or "all" in (self.category, other.category))
            and max(self.days[0], other.days[0]) < min(self.days[1], other.days[1])
            and max(self.dates[0], other.dates[0]) < min(self.dates[1], other.dates[1])
            and self.rates != other.rates
        )


@dataclass(frozen=True)
class Rate:
    """The rate for one question. low and high are hard limits of the rule, not percentiles."""

    low: float
    mode: float
    high: float
    rules: tuple[FeeRule, ...]
    ceiling: float = 1.0
    group: str | None = None

    @property
    def family(self) -> str:
        """Family of `siyu.models.ranges`."""
        return "fixed" if self.low == self.high else "limits"

    @property
    def weak(self) -> bool:
        """Whether no rule behind it has medium confidence or more."""
        return all(rule.confidence in WEAK for rule in self.rules)

    @property
    def refs(self) -> tuple[str, ...]:
        """Source refs of the rules."""
        return tuple(f"fee:{rule.rule_id}" for rule in self.rules)


@dataclass(frozen=True)
class FeeRules:
    """rules: rule_id -> rule, in file order. own: ids of a client's rules, which go before all others."""

    rules: Mapping[str, FeeRule]
    own: frozenset[str] = frozenset()

    def rate(
        self,
        platform: str,
        route: str,
        category: str,
        days_since_opening: int,
        on_date: date,
        kind: Kind = "platform",
    ) -> tuple[float, float, tuple[str, ...]]:
        """(low, high, rule ids) of a fee share. See `lookup`."""
        found = self.lookup(platform, route, category, days_since_opening, on_date, kind)
        return found.low, found.high, tuple(rule.rule_id for rule in found.rules)

    def lookup(
        self,
        platform: str,
        route: str,
        category: str,
        days_since_opening: int,
        on_date: date,
        kind: Kind = "platform",
    ) -> Rate:
        """The fee share of a route and category, this many days after the shop opened, on a date.

        A category without rules of its own falls under `all`. Raises LedgerError saying which part of the
        key no rule covers, with the nearest: platform, route, kind, day or date.
        """
        known = route in ROUTES and ROUTES[route].platform == platform

        def fits(rule: FeeRule) -> bool:
            mine = known and rule.platform == platform and rule.kind == kind
            return mine and rule.applies(route, category, days_since_opening, on_date)

        found = fitting(self.rules, fits, platform)
        if not found:
            raise LedgerError([self._uncovered(platform, route, category, days_since_opening, on_date, kind)])
        found = [rule for rule in found if rule.rule_id in self.own] or found
        most = max(rule.detail for rule in found)
        chosen = tuple(rule for rule in found if rule.detail == most)
        return Rate(*chosen[0].rates, chosen)

    def bind(self, symbols: Iterable[str], category: str, days_since_opening: int, on_date: date) -> dict[str, Rate]:
        """symbol -> rate for the symbols `fee_<route>` and `payment_<route>` among those given."""
        rates = {}
        for name in symbols:
            prefix, _, route = name.partition("_")
            if prefix in SYMBOLS and route in ROUTES:
                platform = ROUTES[route].platform
                rates[name] = self.lookup(platform, route, category, days_since_opening, on_date, SYMBOLS[prefix])
        return rates

    def _uncovered(self, platform: str, route: str, category: str, day: int, on: date, kind: str) -> Problem:
        rules = list(self.rules.values())
        asked = f"{kind} fee for {platform}, {route}, {category}, day {day}, {on.isoformat()}"
        if platform not in {rule.platform for rule in rules}:
            step = nearest(platform, {rule.platform for rule in rules})
        elif route not in (own := [name for name, one in ROUTES.items() if one.platform == platform]):
            step = nearest(route, own)
        elif near := [rule for rule in rules if (rule.platform, rule.kind) == (platform, kind)]:
            close = [rule for rule in near if rule.route in ("all", route)] or near
            spans = sorted({f"{rule.rule_id}: {_span(rule)}" for rule in close})
            step = f"Nearest rules: {'; '.join(spans)}. Add a rule with its source, or ask for a covered day."
        else:
            step = f"There is no {kind} rule for {platform}; add one with its source."
        return Problem("fees.csv", 0, "", f"no rule for {asked}", "a rule that covers it", step)


def fee_rules(path: Path, *overrides: Path) -> FeeRules:
    """The fee rules of a file. Those of the overrides (files that may be missing) go before all of it, and
    replace rules of the same id.

    Raises LedgerError with all problems of a file: bad cells; then ids used twice and pairs of rules that
    answer the same question differently, naming both lines."""
    rules, own = _read(path), dict[str, FeeRule]()
    for override in overrides:
        if override.exists():
            own |= _read(override)
        else:
            reads.no_table(override)
    return FeeRules(Shelf(rules | own, tuple(map(address, (path, *overrides)))), frozenset(own))


def _read(path: Path) -> dict[str, FeeRule]:
    rules: dict[str, FeeRule] = {}
    file, problems = shown_path(path), []
    for rule in read_table(path, FeeRule):
        if rule.rule_id in rules:
            found = f"{rule.rule_id}, also on line {rules[rule.rule_id].line}"
            problems.append(Problem(file, rule.line, "rule_id", found, "an id used once", "Give each rule its own id."))
        rules.setdefault(rule.rule_id, rule)
    for first, second in combinations(rules.values(), 2):
        if first.contradicts(second):
            found = f"{second.rule_id}, which contradicts {first.rule_id} on line {first.line}"
            step = "Give one an end (valid_to, day_to), or name the route or category it is for."
            problems.append(Problem(file, second.line, "", found, "one answer for a day, a date and a key", step))
    if problems:
        raise LedgerError(problems)
    return rules


def _span(rule: FeeRule) -> str:
    days = f"days {rule.day_from or 0} to {rule.day_to or 'open'}"
    return f"{rule.route}, {rule.category}, {days}, {rule.valid_from} to {rule.valid_to or 'today'}"
