"""How long groups live, from days on which somebody speaks, and what a feed does for newcomers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.estimates.sampling import Estimate
from siyu.estimates.series import Weekly, lasting, ratio
from siyu.estimates.survival import survivors
from siyu.growth.record import monday

DEAD_DAYS = 14
QUIET = 0.01  # messages a member and day below which a day is quiet; an ordered guess, a parameter of the notebook


@dataclass(frozen=True)
class GroupLives:
    """rows: a row per group: born and seen (ordinal days; seen: of the first row, from which on it is followed), ended
    (first of DEAD_DAYS quiet days, or the last on which such could begin), dead, busy (until then more posts a day
    pushed, or with `sold` a larger share selling, than in the middle group; null where that is not told). fell: days on
    which a cumulative count fell, as when groups merge. sold: whether it is told which posts sell."""

    rows: pd.DataFrame
    fell: int = 0
    sold: bool = False

    def curve(self, busy: bool | None = None, *, k: int = 1) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """(days of age, share alive), Kaplan-Meier from the birth on with entry when the group was first seen.

        busy: of the groups that were pushed more, or less, than the middle one."""
        own = self.rows if busy is None else self.rows[self.rows["busy"] == busy]
        enter, leave = (own["seen"] - own["born"]).to_numpy(int), (own["ended"] - own["born"]).to_numpy(int)
        ages = np.arange(1, leave.max(initial=0) + 1)
        risk = np.array([((enter < age) & (leave >= age)).sum() for age in ages])
        kept = np.flatnonzero(risk >= max(k, 1))
        if not kept.size:
            return np.zeros(0, np.int64), np.zeros(0)
        died = np.bincount(leave[own["dead"].to_numpy(bool)], minlength=len(ages) + 1)[1:]
        span = slice(int(kept[0]), int(kept[-1]) + 1)  # nobody at risk in between: nothing is known of those days
        return ages[span], survivors(died[span], risk[span])


def lives(days: pd.DataFrame, births: pd.Series | None = None, quiet: float = QUIET) -> GroupLives:
    """Lives of groups by the table of group days (see data/tables.yml); births: group_id -> day of the first join.

    Without a birth a group is taken as born on its first row, and left out where that is the first day of all: how old
    it was, nobody knows. A group that was not followed for longer than DEAD_DAYS could not be seen to die."""
    held = days[days["group_id"].notna()] if "group_id" in days else days.iloc[:0]
    rows = held.assign(group_id=held["group_id"].astype(str)) if len(held) else held
    first = rows["day"].min() if len(rows) else None
    sold = {"posts", "selling"} <= {*rows} and bool(rows["selling"].notna().any())
    found, fell = [], 0
    for group, told in rows.sort_values("day").groupby("group_id") if len(rows) else ():
        own = told.drop_duplicates("day", keep="last").set_index("day")
        said = own["messages"].diff()
        fell += int((said < 0).sum())
        rate = said.clip(lower=0) / own["members"].replace(0, np.nan)
        silent = (rate < quiet).rolling(DEAD_DAYS).sum() == DEAD_DAYS
        seen, begun = own.index[0], births.get(group) if births is not None else None
        if len(own) <= DEAD_DAYS or (seen == first and begun is None):
            continue
        born, dead = pd.Timestamp(begun) if begun is not None else seen, bool(silent.any())
        ended = own.index[(int(silent.argmax()) if dead else len(own) - 1) - DEAD_DAYS + 1]
        lived = own[own.index < ended]  # who pushes stops when a group falls silent: that did not end it
        posts = float(lived["posts"].mean()) if "posts" in own else np.nan
        if sold and len(lived):
            posts = float(lived["selling"].sum() / max(lived["posts"].sum(), 1))
        found.append((group, min(born, seen).toordinal(), seen.toordinal(), max(ended, seen).toordinal(), dead, posts))
    frame = pd.DataFrame(found, columns=["group_id", "born", "seen", "ended", "dead", "posts"])
    middle = frame["posts"].median()
    return GroupLives(frame.assign(busy=(frame["posts"] > middle).where(frame["posts"].notna())), fell, sold)


@dataclass(frozen=True)
class Feed:
    """monthly: month, posts, views (mean of a post), top (share of views of the best tenth of posts). trend: change of
    log views of a post in a month. fans: share of viewers of broadcasts who follow."""

    monthly: pd.DataFrame
    trend: Estimate | None
    fans: Weekly | None


def feed(content: pd.DataFrame | None, sessions: pd.DataFrame | None) -> Feed:
    """How a feed treats newcomers: whether posts find viewers as before, and whether viewers are followers already."""
    monthly, trend = pd.DataFrame(columns=["month", "posts", "views", "top"]), None
    if content is not None and "views" in content and len(content):
        posts = content[content["views"].notna()].assign(month=content["published_at"].dt.to_period("M"))
        grouped = posts.groupby("month")["views"]
        monthly = grouped.agg(posts="size", views="mean").reset_index()
        monthly["top"] = grouped.apply(lambda own: own.nlargest(max(len(own) // 10, 1)).sum() / own.sum()).to_numpy()
        trend = _trend(np.log(grouped.mean().clip(lower=1)))
    fans = None
    if sessions is not None and {"viewers", "fan_viewer_share"} <= {*sessions}:
        own = sessions.dropna(subset=["viewers", "fan_viewer_share"])
        own = own.assign(fans=own["viewers"] * own["fan_viewer_share"])
        sums = own.groupby(monday(own["started_at"].dt.normalize()))[["fans", "viewers"]].sum().astype(float)
        if sums["viewers"].sum() > 0:
            fans = ratio(sums["fans"].to_numpy(), sums["viewers"].to_numpy())
    return Feed(monthly, trend, fans)


def _trend(monthly: pd.Series) -> Estimate | None:
    """Change a month; None of fewer than half a year."""
    months = {"month": np.arange(len(monthly), dtype=float)}
    return lasting(monthly.to_numpy(float), months, "month") if len(monthly) >= 6 else None
