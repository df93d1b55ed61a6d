"""What a record was seen to cover: its first and last day, and months in it that are missing.

A month without any order is missing data until the subject confirms it as zero, and so are the days before the
first order where the shop sold so often that they should hold some.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import groupby

from siyu.errors import Problem, UsageError, nearest
from siyu.messages import tables

ORDERS, PEOPLE = "orders", ("members", "follows")
EVERY = ""  # in what a subject states: of every scope that has no entry of its own
EXPECTED = 5  # order days; so many lack by chance with probability exp(-5), under one in a hundred
OBSERVED, LATE, PEOPLE_END, MISSING, BROKEN = tables(__file__)["NOTES"].values()
Stated = Mapping[str, tuple[date | None, date | None]]


@dataclass(frozen=True)
class Observation:
    """Of one table: kind and platform of its format, first and last observed day; days: those with an order in any
    status, as ordinals."""

    file: str
    kind: str
    platform: str
    since: date
    until: date
    days: tuple[int, ...] = ()


@dataclass(frozen=True)
class Span:
    """Of a scope: first and last observed day. missing: first days of months without any order; broken: of those
    whose first days are missing."""

    since: date
    until: date
    missing: tuple[date, ...] = ()
    broken: tuple[date, ...] = ()

    def merged(self, other: Span) -> Span:
        """Of both together, as buyers known on both are followed: until the earlier end, with the gaps of each."""
        until = min(self.until, other.until)
        missing, broken = {*self.missing, *other.missing}, {*self.broken, *other.broken}
        return Span(min(self.since, other.since), until, tuple(sorted(missing)), tuple(sorted(broken)))


def spans(found: Iterable[Observation], stated: Stated, zero_months: Collection[date]) -> dict[str, Span]:
    """Scope (a platform's name, `members`, `follows`) -> its span, by what a subject states before what is found.

    stated: scope, ORDERS for all platforms or EVERY -> (first, last day), None where the subject says nothing.
    zero_months: first days of months that are confirmed. Raises UsageError for a scope that no table has.
    """
    scopes = {name: list(own) for name, own in groupby(sorted(found, key=_scope), _scope)}
    if strange := sorted({*stated} - {*scopes, ORDERS, EVERY}) if scopes else []:
        step = nearest(strange[0], scopes)
        raise UsageError([Problem("subject.yml", 0, "observed", strange[0], "a scope that some export has", step)])
    return {name: _span(own, stated, zero_months) for name, own in scopes.items()}


def of_orders(held: Mapping[str, Span]) -> dict[str, Span]:
    """The spans of platforms, without those of people."""
    return {scope: span for scope, span in held.items() if scope not in PEOPLE}


def whole(held: Mapping[str, Span]) -> Span | None:
    """The span of all platforms together; None where nothing is known."""
    return reduce(Span.merged, found) if (found := [*of_orders(held).values()]) else None


def overall(held: Mapping[str, Span], as_of: date) -> dict[str, str] | None:
    """First and last observed day of all platforms together by `as_of`, as ISO text."""
    span = whole(held)
    return {"from": str(min(span.since, as_of)), "until": str(min(span.until, as_of))} if span else None


def notes(held: Mapping[str, Span], as_of: date) -> list[dict[str, object]]:
    """What a finding on orders has to say about its span: the dates; an end before `as_of`, or of people before that
    of orders; months that are missing. Messages as `Language.say` takes them."""
    if (span := whole(held)) is None:
        return []
    until = min(span.until, as_of)
    people = min((held[kind].until for kind in PEOPLE if kind in held), default=until)
    missing, broken = (", ".join(f"{month:%Y-%m}" for month in months) for months in (span.missing, span.broken))
    said: list[tuple[object, str, dict[str, object]]] = [
        (True, OBSERVED, {"since": span.since, "until": until}),
        (until < as_of, LATE, {"since": until, "as_of": as_of}),
        (people < until, PEOPLE_END, {"since": people}),
        (missing, MISSING, {"months": missing}),
        (broken, BROKEN, {"months": broken}),
    ]
    told = [
        (text, {name: {"value": str(value)} for name, value in args.items()}) for holds, text, args in said if holds
    ]
    return [{"id": text, "args": args} for text, args in told]


def _scope(one: Observation) -> str:
    return one.platform if one.kind == ORDERS else one.kind


def _span(own: list[Observation], stated: Stated, zero_months: Collection[date]) -> Span:
    kind = own[0].kind
    entries = [stated[name] for name in (_scope(own[0]), kind, EVERY) if name in stated]
    first, last = entries[0] if entries else (None, None)
    since, until = first or min(one.since for one in own), last or max(one.until for one in own)
    if kind != ORDERS:
        return Span(since, until)
    days = sorted({day for one in own for day in one.days if since.toordinal() <= day <= until.toordinal()})
    busy = {date.fromordinal(day).replace(day=1) for day in days}
    missing = [month for month in _whole_months(since, until) if month not in busy and month not in zero_months]
    lost = first is None and since.replace(day=1) not in zero_months and _lost_days(since, days) >= EXPECTED
    return Span(since, until, tuple(missing), (since.replace(day=1),) if lost else ())


def _lost_days(since: date, days: list[int]) -> float:
    """Order days to be expected between the first of the month and the first order, by the month that follows."""
    return (since.day - 1) * sum(day < since.toordinal() + 30 for day in days) / 30


def _whole_months(since: date, until: date) -> list[date]:
    numbers = range(since.year * 12 + since.month - 1, until.year * 12 + until.month)
    firsts = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return [first for first in firsts if first >= since and next_month(first) - timedelta(days=1) <= until]


def next_month(first: date) -> date:
    """The first day of the month after the one that begins with `first`."""
    return (first + timedelta(days=31)).replace(day=1)
