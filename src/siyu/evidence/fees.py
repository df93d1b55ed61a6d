"""Dated fee rules: what a platform, a payment service or a creator takes of what is paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path

from siyu.errors import LedgerError, Problem, nearest
from siyu.evidence.fee_rule import OWN, FeeRule, Kind, Rate
from siyu.evidence.table import Faults, layered, read_table
from siyu.reads import Shelf
from siyu.routes import ROUTES

# Formula symbols `fee_<route>` and `payment_<route>` are looked up as these kinds.
SYMBOLS: dict[str, Kind] = {"fee": "platform", "payment": "payment"}


@dataclass(frozen=True)
class FeeRules(Shelf[FeeRule]):
    """rule_id -> rule, in file order. own: ids of a client's rules, which go before all others."""

    own: frozenset[str] = frozenset()

    def lookup(
        self, platform: str, route: str, category: str, days_since_opening: int, on_date: date, kind: Kind = "platform"
    ) -> Rate:
        """The fee share of a route and category, this many days after the shop opened, on a date.

        A category without rules of its own falls under `all`. On a date that no rule is stated for, the last
        ones known answer, and the rate says so. Raises LedgerError saying which part of the key no rule covers,
        with the nearest: platform, route, kind, day, or a date before all rules.
        """
        if not (found := self._found(platform, route, category, days_since_opening, on_date, kind)):
            raise LedgerError([self._uncovered(platform, route, category, days_since_opening, on_date, kind)])
        most = max(rule.detail for rule in found)
        chosen = tuple(rule for rule in found if rule.detail == most)
        return Rate(*chosen[0].rates, chosen, chosen[0].holds(on_date))

    def _found(self, platform: str, route: str, category: str, day: int, on: date, kind: str) -> list[FeeRule]:
        """Rules that answer: a settlement before a client's own rules, those before the bundled ones."""
        if route not in ROUTES or ROUTES[route].platform != platform:
            return []

        def mine(rule: FeeRule) -> bool:
            return rule.platform == platform and rule.kind == kind and rule.covers(route, category, day)

        if not (found := self.fitting(lambda rule: mine(rule) and rule.holds(on), platform)):
            # of rules that ended before the date, those that ended last
            ended = [rule.dates[1] for rule in self.rows.values() if mine(rule) and rule.dates[1] <= on]
            found = self.fitting(lambda rule: mine(rule) and rule.dates[1] == max(ended, default=None), platform)
        measured = [rule for rule in found if rule.source == OWN]
        return measured or [rule for rule in found if rule.rule_id in self.own] or found

    @property
    def since(self) -> date:
        """The first date on which every platform has a rule for its fee and for payment."""
        starts: dict[tuple[str, str], date] = {}
        for platform in dict.fromkeys(route.platform for route in ROUTES.values()):
            self.look(platform)  # which rules there are decides
        for rule in self.rows.values():
            if rule.kind in SYMBOLS.values():
                key = (rule.platform, rule.kind)
                starts[key] = min(rule.valid_from, starts.get(key, rule.valid_from))
        return max(starts.values())

    def closing(self, route: str, on_date: date) -> FeeRule | None:
        """The rule by which a business may not use the route on a date; None where it may."""
        kind, platform = ("closed", route), ROUTES[route].platform
        closed = self.fitting(lambda rule: (rule.kind, rule.route) == kind and rule.holds(on_date), platform)
        return closed[0] if closed else None

    def usable(self, category: str, days_since_opening: int, on_date: date) -> tuple[str, ...]:
        """Routes that a business may use on a date and whose fee some rule tells.

        Raises LedgerError when that is none: no rule is as old as the date."""
        fees = self.bind((f"fee_{route}" for route in ROUTES), category, days_since_opening, on_date)
        found = tuple(route for route in ROUTES if f"fee_{route}" in fees and not self.closing(route, on_date))
        if not found:
            problem = self._uncovered("douyin", "douyin_shop", category, days_since_opening, on_date, "platform")
            raise LedgerError([problem])
        return found

    def measured(self, rules: Iterable[FeeRule]) -> FeeRules:
        """The same with rates of the client's own settlement, which go before everything else."""
        return replace(self, rows={**self.rows, **{rule.rule_id: rule for rule in rules}})

    def bind(self, symbols: Iterable[str], category: str, days_since_opening: int, on_date: date) -> dict[str, Rate]:
        """symbol -> rate for the symbols `fee_<route>` and `payment_<route>` among those given that a rule covers."""
        rates = {}
        for name in symbols:
            prefix, _, route = name.partition("_")
            if prefix in SYMBOLS and route in ROUTES:
                key = (ROUTES[route].platform, route, category, days_since_opening, on_date, SYMBOLS[prefix])
                if self._found(*key):
                    rates[name] = self.lookup(*key)
        return rates

    def _uncovered(self, platform: str, route: str, category: str, day: int, on: date, kind: str) -> Problem:
        rules = list(self.values())
        asked = f"{kind} fee for {platform}, {route}, {category}, day {day}, {on.isoformat()}"
        if platform not in {rule.platform for rule in rules}:
            step = nearest(platform, {rule.platform for rule in rules})
        elif route not in (own := [name for name, one in ROUTES.items() if one.platform == platform]):
            step = nearest(route, own)
        elif near := [rule for rule in rules if (rule.platform, rule.kind) == (platform, kind)]:
            close = [rule for rule in near if rule.route in ("all", route)] or near
            spans = sorted({f"{rule.rule_id}: {rule.span}" for rule in close})
            step = f"Nearest rules: {'; '.join(spans)}. Add a rule with its source, or ask for a covered day."
        else:
            step = f"There is no {kind} rule for {platform}; add one with its source."
        return Problem("fees.csv", 0, "", f"no rule for {asked}", "a rule that covers it", step)


def fee_rules(path: Path, *overrides: Path) -> FeeRules:
    """The fee rules of a file. Those of the overrides (files that may be missing) go before all of it, and
    replace rules of the same id.

    Raises LedgerError with all problems of a file: bad cells; then ids used twice and pairs of rules that
    answer the same question differently, naming both lines."""
    rows, files, own = layered(_read, path, *overrides)
    return FeeRules(rows, files, own=own)


def _read(path: Path) -> dict[str, FeeRule]:
    faults, rules = Faults(path), read_table(path, FeeRule)
    for first, second in combinations(rules, 2):
        if first.contradicts(second):
            found = f"{second.rule_id}, which contradicts {first.rule_id} on line {first.line}"
            step = "Give one an end (valid_to, day_to), or name the route or category it is for."
            faults.add(second, "", found, "one answer for a day, a date and a key", step)
    return faults.by_id(rules, "rule_id", "rule")
