"""Groups drawn by lot for how often they are messaged: what one message more does to exits and to sales.

The unit is the group. Without a draw, or with too few groups, nothing is called an effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from siyu.reach.counts import COLUMNS, SENT
from siyu.reach.hazards import ENOUGH, Array, Fit, lines

ALPHA = 0.025  # of either claim, harm or a best frequency: both together are wrong in at most one of twenty
POWER_Z = 2.8016  # normal quantiles of 97.5% and 80% together


@dataclass(frozen=True)
class GroupTrial:
    """rows: COLUMNS and SENT of a group over the trial, risk in member-weeks, with `weeks` and `planned`.

    code: tested, too_few, not_drawn."""

    code: str
    rows: pd.DataFrame

    @property
    def groups(self) -> int:
        """Groups drawn."""
        return len(self.rows)

    @property
    def tried(self) -> tuple[float, float]:
        """Least and most messages a week that an arm was meant to get."""
        return float(self.rows["planned"].min()), float(self.rows["planned"].max())

    @cached_property
    def _design(self) -> tuple[Array, Array]:
        """Messages a week as sent, and as planned, each (groups, 1)."""
        sent = (self.rows["posts"] / self.rows["weeks"]).to_numpy(float)[:, None]
        return sent, self.rows["planned"].to_numpy(float)[:, None]

    @cached_property
    def exits(self) -> Fit:
        """Exits a member and week: without a message, and by one."""
        left = (self.rows["left"] / self.rows["risk"]).to_numpy(float)
        return lines(left, *self._design)

    @cached_property
    def sales(self) -> Fit | None:
        """Sales a member and week, yuan: c0, c1, and -c2 where at least three frequencies were tried."""
        if "fen" not in self.rows or not self.rows["fen"].sum():
            return None
        paid = (self.rows["fen"] / self.rows["risk"]).to_numpy(float) / 100
        sent, planned = self._design
        if len(np.unique(planned)) >= 3:
            sent, planned = np.hstack([sent, sent**2]), np.hstack([planned, planned**2])
        return lines(paid, sent, planned)

    @property
    def harms(self) -> bool:
        """Whether messages drive people out beyond chance."""
        return self.code == "tested" and self.exits.above(1) < ALPHA

    @property
    def sells(self) -> bool:
        """Whether sales depend on the frequency beyond chance."""
        return self.code == "tested" and self.sales is not None and self.sales.joint(1) < ALPHA

    @property
    def needed(self) -> int:
        """Groups that would show half a percent a week of exits between the ends of what was tried."""
        left = (self.rows["left"] / self.rows["risk"]).to_numpy(float)
        return needed(float(np.std(left, ddof=1)) if len(left) > 2 else 0.01)


def needed(deviation: float, difference: float = 0.005) -> int:
    """Groups in two equal arms, for a difference of weekly exits to be found with a power of 80%."""
    return 2 * int(np.ceil(2 * (POWER_Z * deviation / difference) ** 2))


def trial(days: pd.DataFrame, arms: pd.DataFrame | None) -> GroupTrial:
    """The trial of a draw of groups (`group_arms`) over days of `counts.exposed`."""
    empty = pd.DataFrame(columns=["planned", "posts", "weeks", "left", "risk"])
    if arms is None or arms.empty or days.empty:
        return GroupTrial("not_drawn", empty)
    since = pd.to_datetime(arms["started_at"]).min().normalize()
    until = pd.to_datetime(arms["ended_at"]).min() if "ended_at" in arms else pd.NaT
    own = days[(days["day"] >= since) & ~(days["day"] > until)]
    names = [name for name in (*COLUMNS[2:], *SENT) if name in own]
    rows = own.groupby("group", observed=True)[names].sum()
    rows = rows.assign(risk=rows["risk"] / 7, weeks=own.groupby("group", observed=True).size() / 7)
    planned = arms.set_index("group_id")["planned"].astype(float)
    rows = rows.assign(planned=planned.reindex(rows.index)).dropna(subset=["planned"])
    rows = rows[rows["risk"] > 0]
    several = rows["planned"].min() < rows["planned"].max()
    return GroupTrial("tested" if len(rows) >= ENOUGH and several else "too_few", rows)
