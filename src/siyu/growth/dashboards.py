"""The funnel by dashboards alone: counts of a week over counts of a week, not the same people from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siyu.estimates.series import Weekly, ratio
from siyu.evidence.assumptions import Assumption
from siyu.growth.flywheel import Flywheel
from siyu.growth.funnel import first_to_move
from siyu.growth.record import Record, monday

LEAST = 5  # weeks that tell a rate
KEPT = 30  # days after the first visit
# step -> people on it, people before it, by the columns of tables of rooms
STEPS = {"seen": ("viewers", "exposed"), "deposit": ("new_fans", "viewers"), "convert": ("buyers", "viewers"),
         "again": ("repeat_buyers", "buyers")}  # fmt: skip
CORE = ("deposit", "activate", "convert")


@dataclass(frozen=True)
class Dashboards:
    """record, wheel: what the client's dashboards tell. A step that no table of rooms tells is that of the account."""

    record: Record
    wheel: Flywheel

    @cached_property
    def rooms(self) -> pd.DataFrame:
        """Counts of broadcasts, or of the days of a funnel where no broadcast is told, as they stand."""
        broadcasts, days = self.record.table("sessions"), self.record.table("funnel_days")
        if broadcasts is not None and "viewers" in broadcasts:
            return broadcasts.assign(day=broadcasts["started_at"].dt.normalize())
        if days is None:
            return pd.DataFrame({"day": pd.Series(dtype="datetime64[s]")})
        return days[days["channel"].isna()] if "channel" in days else days  # channels are parts of the day

    @cached_property
    def steps(self) -> Mapping[str, tuple[Weekly, float]]:
        """Step -> its rate, and how many stand before it in a week; only those that are told."""
        found = {}
        for step, (top, bottom) in STEPS.items():
            if {top, bottom} <= {*self.rooms}:
                held = self.rooms.dropna(subset=[top, bottom])
                weeks = held.groupby(monday(held["day"]))[[top, bottom]].sum().astype(float)
                found[step] = _rate(weeks[top], weeks[bottom])
        if not self.wheel.lacks:
            for step, name, before in (("deposit", "won", "plays"), ("activate", "active", "fans")):
                if found.get(step) is None:
                    found[step] = self.wheel.rates[name], float(self.wheel.weeks[before].mean())
        found["kept"] = self._kept
        return {step: one for step, one in found.items() if one is not None}

    @property
    def _kept(self) -> tuple[Weekly, float] | None:
        """Newcomers of a mini program who are back on the last day asked for, of those who came."""
        rows = self.record.table("retention_days")
        if rows is None:
            return None
        held = rows[rows["cohort"].astype("string") == "new"].pivot_table("people", "day", "lag", aggfunc="last")
        last = max((lag for lag in rows["lag"].unique().tolist() if lag <= KEPT and lag in held), default=0)
        if not last or 0 not in held:
            return None
        both = held.dropna(subset=[0, last])
        weeks = both.groupby(monday(both.index)).sum()
        return _rate(weeks[last], weeks[0])

    def tightest(self, costs: Mapping[str, Assumption], draws: int = 4_096, seed: int = 0) -> dict[str, float]:
        """As `Funnel.tightest`, of the steps that are told; empty unless all of CORE are."""
        if not {*CORE} <= {*self.steps}:
            return {}
        random, shares = np.random.default_rng(seed), {}
        for step in (*CORE, "again"):
            if step in self.steps:
                rate, before = self.steps[step]
                drawn = random.normal(rate.value, rate.estimate.error, draws)
                shares[step] = 1 - np.clip(drawn, 0, 1), before
        return first_to_move(shares, costs, draws, seed)


def _rate(top: pd.Series, bottom: pd.Series) -> tuple[Weekly, float] | None:
    if len(bottom) < LEAST or bottom.sum() <= 0:
        return None
    return ratio(top.to_numpy(float), bottom.to_numpy(float)), float(bottom.mean())
