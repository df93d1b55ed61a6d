"""The flywheel: public and bought views win fans, active fans bring views; how many fans a fan brings back.

gain = won * k * active share / churn, with the k views that an active fan brings in the week after. k is causal only
where activity was switched; otherwise it gets the strongest verdict that worlds without any loop allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siyu.estimates.sampling import UNDEFINED, Estimate
from siyu.estimates.series import Slopes, Weekly, made_of, ratio, slopes
from siyu.growth.record import YEAR
from siyu.verdict import Check

CONDITION, SWITCHES = 30.0, 12
JUMP = 2.0  # standard deviations beyond which a change is a sale, not a week
FIRST_STAGE = 3.2  # t of what switching does to activity: F of 10 (Staiger and Stock 1997)
_NEEDED = ("fans", "new_fans", "lost_fans", "plays", "active")


@dataclass(frozen=True)
class Flywheel:
    """weeks: a row a week without gaps: fans (at its end), new_fans, lost_fans, plays, active, and where known
    impressions, ad_fans (of ads) and on (share of the week in which activity was switched on).

    drawn: whether weeks were switched by lot or in turn."""

    weeks: pd.DataFrame
    drawn: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is not told; without it there is no gain."""
        return tuple(name for name in _NEEDED if name not in self.weeks or self.weeks[name].isna().any())

    def _of(self, name: str) -> np.ndarray:
        return self.weeks[name].to_numpy(float)

    @property
    def ads(self) -> bool:
        """Whether bought reach is known."""
        return "impressions" in self.weeks and bool(self.weeks["impressions"].notna().all())

    @cached_property
    def rates(self) -> Mapping[str, Weekly]:
        """won: fans of a public view; bought: of an impression; active: share of fans; churn: of fans a week."""
        before = self._of("fans") + self._of("lost_fans") - self._of("new_fans")
        bought = self._of("ad_fans") if self.ads and "ad_fans" in self.weeks else np.zeros(len(self.weeks))
        found = {
            "won": ratio(self._of("new_fans") - bought, self._of("plays")),
            "active": ratio(self._of("active"), before),
            "churn": ratio(self._of("lost_fans"), before),
        }
        if bought.any():
            found["bought"] = ratio(bought, self._of("impressions"))
        return found

    @cached_property
    def watched(self) -> Slopes | None:
        """Views on activity of the week before, in differences: `k`; `same` and `next` week's activity beside it, the
        latter a placebo, and `ads`. None where the weeks do not tell them apart."""
        moves = self._moves("active")
        if self.ads:
            moves["ads"] = np.diff(self._of("impressions"))[1:-1]
        return _solved(np.diff(self._of("plays"))[1:-1], moves)

    @cached_property
    def usual(self) -> Slopes | None:
        """The same with jumps cut to what is usual: a sale that moves all at once carries no slope."""
        moves = {name: _cut(one) for name, one in self._moves("active").items()}
        return _solved(_cut(np.diff(self._of("plays"))[1:-1]), moves)

    @cached_property
    def switched(self) -> Slopes | None:
        """The same by what switching moved, None where nothing was."""
        if "on" not in self.weeks or self.switches == 0:
            return None
        outcome = np.diff(self._of("plays"))[1:]
        return _solved(outcome, {"k": np.diff(self._of("active"))[:-1]}, {"k": np.diff(self._of("on"))[:-1]})

    @cached_property
    def first_stage(self) -> float:
        """t of switching on activity."""
        found = _solved(np.diff(self._of("active")), {"on": np.diff(self._of("on"))})
        one = found.of["on"].estimate if found else None
        return one.value / one.error if one and one.error > 0 else 0.0

    @property
    def switches(self) -> int:
        """How often activity was switched on or off."""
        if "on" not in self.weeks:
            return 0
        return int(np.abs(np.diff(self._of("on").round())).sum())

    @property
    def by_lot(self) -> bool:
        """Whether switched weeks say more than watching does."""
        return self.drawn and self.switches >= SWITCHES and self.first_stage > FIRST_STAGE

    @property
    def k(self) -> Weekly | None:
        """Views that an active fan brings in the week after."""
        found = self.switched if self.by_lot else self.watched
        return found.of["k"] if found else None

    def _moves(self, name: str) -> dict[str, np.ndarray]:
        step = np.diff(self._of(name))
        return {"k": step[:-2], "same": step[1:-1], "next": step[2:]}

    @cached_property
    def gain(self) -> Weekly | None:
        """Fans that a fan brings back before leaving."""
        if self.lacks or self.k is None:
            return None
        parts = {"k": self.k, **{name: self.rates[name] for name in ("won", "active", "churn")}}
        value = parts["won"].value * parts["k"].value * parts["active"].value / parts["churn"].value
        power = {"won": 1, "k": 1, "active": 1, "churn": -1}
        whole = {name: _without(parts, name, power) for name in parts}
        return made_of(value, [(parts[name], whole[name]) for name in parts])

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What has to hold, of switched weeks or of watched ones."""
        if "on" in self.weeks:
            low = self.k.estimate.low if self.k else np.nan
            return (
                Check("switches", self.switches, SWITCHES, self.drawn and self.switches >= SWITCHES),
                Check("first_stage", self.first_stage, FIRST_STAGE, self.first_stage > FIRST_STAGE),
                Check("k_low", low, 0.0, low > 0),
            )
        found = self.watched
        k, placebo, more = _lead(found) if found else (UNDEFINED,) * 3
        condition = found.condition if found else np.inf
        usual = _lead(self.usual)[0].low if self.usual else np.nan
        return (
            Check("weeks", len(self.weeks), YEAR, len(self.weeks) >= YEAR),
            Check("ads", float(self.ads), 1.0, self.ads),
            Check("condition", condition, CONDITION, condition < CONDITION),
            Check("k_low", k.low, 0.0, k.low > 0),
            Check("placebo", placebo.value, 0.0, placebo.low <= 0 <= placebo.high),
            Check("order", more.low, 0.0, more.low > 0),
            Check("usual", usual, 0.0, usual > 0),
        )

    @property
    def verdict(self) -> str:
        """`turns`, `consistent_with` or `not_identified`."""
        if self.lacks or not all(check.passed for check in self.checks):
            return "not_identified"
        return "turns" if "on" in self.weeks else "consistent_with"

    @property
    def failed(self) -> str:
        """Key of the first condition that does not hold, "" when all do."""
        return next((check.key for check in self.checks if not check.passed), "")


def _without(parts: Mapping[str, Weekly], name: str, power: Mapping[str, int]) -> float:
    """Derivative of the product of powers by one of its parts."""
    others = np.prod([parts[one].value ** power[one] for one in parts if one != name])
    return float(others * power[name] * parts[name].value ** (power[name] - 1))


def _cut(step: np.ndarray) -> np.ndarray:
    """Differences no further from their median than JUMP robust standard deviations."""
    middle = np.median(step)
    reach = JUMP * 1.4826 * np.median(np.abs(step - middle))
    return np.asarray(np.clip(step, middle - reach, middle + reach))


def _lead(found: Slopes) -> tuple[Estimate, Estimate, Estimate]:
    """k, the placebo, and by how much k is more: what moves both series alike, forwards as backwards, moves both."""
    k, later = found.of["k"], found.of["next"]
    return k.estimate, later.estimate, made_of(k.value - later.value, [(k, 1), (later, -1)]).estimate


def _solved(
    outcome: np.ndarray, moves: dict[str, np.ndarray], by: dict[str, np.ndarray] | None = None
) -> Slopes | None:
    try:
        found = slopes(outcome, moves, by)
    except np.linalg.LinAlgError:
        return None
    return found if len(outcome) > 3 * len(moves) else None
