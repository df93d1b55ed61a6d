"""One fee rule, and the rate that rules give for one question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from siyu.evidence.assumptions import WEAK, Confidence
from siyu.evidence.table import Row
from siyu.figure import Figure
from siyu.routes import ROUTES, route_of

Kind = Literal["platform", "payment", "creator", "closed"]
if TYPE_CHECKING:
    RouteName = str
else:
    RouteName = Literal["all", *ROUTES]
TrafficForm = Literal["all", "live", "video", "card", "image", "other"]
PRIOR, OWN = "PRIOR", "OWN"
Share = Annotated[float, Field(ge=0, le=1)]


class FeeRule(Row):
    """One rule. Rates are shares of what is paid and kept; rate_mode is the usual one (blank: the middle).

    kind `closed`: a business may not use the route. route, category, traffic_form: a key or `all`; a rule that
    names more goes before one that names less, the form of traffic before all else.
    day_from..day_to: days since the shop opened, the last exclusive, blank = open.
    valid_from..valid_to: dates for which somebody stated it, the last exclusive, blank = no end.
    """

    optional_columns: ClassVar[frozenset[str]] = frozenset({"traffic_form"})
    rule_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    platform: Literal["douyin", "wechat"]
    route: RouteName
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    traffic_form: TrafficForm = "all"
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
    def key(self) -> tuple[str, str, str]:
        """(route, category, form of traffic), each a key or `all`."""
        return self.route, self.category, self.traffic_form

    @property
    def detail(self) -> int:
        """How much the rule names; the more, the earlier it is looked at."""
        return (self.route != "all") + (self.category != "all") + 2 * (self.traffic_form != "all")

    def covers(self, route: str, category: str, day: int) -> bool:
        """Whether the rule is about this key, whatever the date (platform and kind aside)."""
        return (
            self.route in ("all", route)
            and self.category in ("all", category)
            and self.traffic_form in ("all", route_of(route).traffic_form)
            and self.days[0] <= day < self.days[1]
        )

    def holds(self, on: date) -> bool:
        """Whether somebody stated the rule for this date."""
        return self.dates[0] <= on < self.dates[1]

    @property
    def span(self) -> str:
        """What the rule is about, for messages."""
        days = f"days {self.day_from or 0} to {self.day_to or 'open'}"
        return f"{self.route}, {self.category}, {days}, {self.valid_from} to {self.valid_to or 'today'}"

    def contradicts(self, other: FeeRule) -> bool:
        """Whether both would answer the same question, differently, and neither goes before the other."""
        return (
            (self.platform, self.kind, self.detail) == (other.platform, other.kind, other.detail)
            and all(one == two or "all" in (one, two) for one, two in zip(self.key, other.key, strict=True))
            and max(self.days[0], other.days[0]) < min(self.days[1], other.days[1])
            and max(self.dates[0], other.dates[0]) < min(self.dates[1], other.dates[1])
            and self.rates != other.rates
        )


@dataclass(frozen=True)
class Rate:
    """The rate for one question. low and high are hard limits of the rule; of a measured rate, percentiles.

    stated: whether a rule covers the date; else these are the last that were known."""

    low: float
    mode: float
    high: float
    rules: tuple[FeeRule, ...]
    stated: bool = True
    ceiling: float = 1.0
    group: str | None = None

    @property
    def family(self) -> str:
        """Family of `siyu.models.ranges`."""
        return "fixed" if self.low == self.high else "sampling" if self.measured else "limits"

    @property
    def measured(self) -> bool:
        """Whether the client's own settlement says it."""
        return all(rule.source == OWN for rule in self.rules)

    @property
    def year(self) -> int | None:
        """The last year for which the rules were stated; None for a prior that nobody stated."""
        if all(rule.source == PRIOR for rule in self.rules):
            return None
        ends = [rule.valid_to - timedelta(days=1) if rule.valid_to else rule.valid_from for rule in self.rules]
        return max(ends).year

    @property
    def weak(self) -> bool:
        """Whether no rule behind it has medium confidence or more."""
        return all(rule.confidence in WEAK for rule in self.rules)

    @property
    def refs(self) -> tuple[str, ...]:
        """Source refs of the rules."""
        return tuple(f"fee:{rule.rule_id}" for rule in self.rules)

    @property
    def figure(self) -> Figure:
        """The rate with its limits; of a measured one, the 5th and 95th percentiles."""
        kind = "none" if self.low == self.high else "assumption90" if self.measured else "claim_range"
        return Figure(self.mode, self.low, self.high, "ratio", kind, "take_rate", self.refs)
