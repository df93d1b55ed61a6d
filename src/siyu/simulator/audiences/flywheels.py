"""A made-up account week by week: views win fans, active fans bring views, and worlds that only look like it.

Fans of the next week are fans less churn, plus what public views and ads win; public views are a base plus `k` for each
fan who was active the week before. In all kinds but `turning` and `switched`, k is zero.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field
from pydantic.dataclasses import dataclass

Turn = Literal["turning", "switched", "trend", "season", "sticky", "following"]
TURNS: tuple[Turn, ...] = get_args(Turn)
Floats = npt.NDArray[np.float64]
Positive = Annotated[float, Field(gt=0)]
STICKY = 0.8
BURN = 60  # weeks before the record begins
_SALES = {21: 1.9, 22: 1.6, 43: 2.2, 44: 1.7}  # weeks of the year with sales, and what they multiply


@dataclass(frozen=True)
class WheelWorld:
    """What is true of an account. won, bought: new fans of a public view and of an ad impression; active: share of fans
    who are active in a week; k: public views that an active fan brings the week after; base: views without."""

    kind: Turn = "turning"
    weeks: Annotated[int, Field(gt=4)] = 77
    won: Positive = 0.006
    bought: Positive = 0.04
    active: Positive = 0.15
    churn: Positive = 0.03
    k: float = 12.0
    base: Positive = 60_000.0
    ads: float = 16_000.0  # impressions of a week
    noise: float = 0.06  # standard deviation of log views
    swing: float = 0.2  # standard deviation of log activity
    lift: float = 0.5  # of activity in weeks that are switched on
    fans: float = 40_000.0  # when all begins

    @property
    def loop(self) -> float:
        """k where there is a loop."""
        return self.k if self.kind in ("turning", "switched") else 0.0

    @property
    def gain(self) -> float:
        """Fans that a fan brings back before leaving."""
        mean = self.active * (1 + self.lift / 2 if self.kind == "switched" else 1)
        return self.won * self.loop * mean / self.churn


def turned(account: WheelWorld, seed: int, ads: npt.NDArray[np.int64] | None = None) -> pd.DataFrame:
    """A row a week: fans (at its end), new_fans, lost_fans, plays, impressions, ad_fans, active and on (0 or 1).

    ads: (weeks, 2) impressions and new fans by them, where they are given."""
    random = np.random.default_rng([seed, 17, TURNS.index(account.kind)])
    weeks = account.weeks + BURN
    views, activity = _noise(account, weeks, random)
    on = random.random(weeks) < 0.5 if account.kind == "switched" else np.zeros(weeks, bool)
    activity = activity * np.where(on, 1 + account.lift, 1.0)
    bought = account.ads * np.exp(0.3 * random.standard_normal(weeks))
    rows, fans, active = [], account.fans, account.active * account.fans
    for at in range(weeks):
        given = ads[at - BURN] if ads is not None and at >= BURN else None
        shown = bought[at] if given is None else given[0]
        if account.kind == "following":  # spend goes where activity was, and what is bought counts as plays
            shown = 3 * active * np.exp(0.2 * random.standard_normal())
        plays = (account.base + account.loop * active) * views[at]
        plays += shown if account.kind == "following" else 0.0
        active = random.binomial(int(fans), min(account.active * activity[at], 0.95))
        lost = random.binomial(int(fans), account.churn)
        ad_fans = random.poisson(account.bought * shown) if given is None else int(given[1])
        new = random.poisson(account.won * plays) + ad_fans
        fans += new - lost
        rows.append((int(fans), new, lost, int(plays), int(shown), ad_fans, active, int(on[at])))
    names = ["fans", "new_fans", "lost_fans", "plays", "impressions", "ad_fans", "active", "on"]
    return pd.DataFrame(rows[BURN:], columns=names)


def _noise(account: WheelWorld, weeks: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Factors on views and on activity."""
    parts = random.standard_normal((2, weeks))
    if account.kind == "sticky":
        for at in range(1, weeks):
            parts[:, at] = STICKY * parts[:, at - 1] + np.sqrt(1 - STICKY**2) * parts[:, at]
    common = np.ones(weeks)
    if account.kind == "trend":
        common = 1 + np.arange(weeks) / weeks + 0.2 * random.random()
    if account.kind == "season":
        year = (np.arange(weeks) + random.integers(52)) % 52
        common = (1 + 0.35 * np.sin(2 * np.pi * year / 52)) * np.vectorize(lambda week: _SALES.get(int(week), 1.0))(
            year
        )
    views, activity = np.exp(account.noise * parts[0]), np.exp(account.swing * parts[1])
    return views * common, activity * common
