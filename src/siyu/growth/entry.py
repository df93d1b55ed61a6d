"""How people get into the groups: what a threshold would change, which way in lasts, what a new way brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from siyu.engines.tables import Source, run, table
from siyu.estimates.sampling import Estimate, wilson
from siyu.growth.series import Weekly, slopes

ALIVE, BOUGHT = 30, 90  # days after joining: still there, bought
AGES = (0, 7, 30, 90)  # days of following that a group may ask for
BEFORE = 12  # weeks that a break needs on each side
PATHS = (("by_invitation", "邀请|invite"), ("by_scan", "扫码|二维码|scan"), ("by_homepage", "主页|首页"),
         ("by_live", "直播|live"), ("by_message", "私信|message"), ("by_other", "."))  # fmt: skip
_DAY = 86_400


@dataclass(frozen=True)
class Joins:
    """rows: a person a row: followed, joined, left, before and after (first payment before and after joining), seconds,
    null where there was none; path: code of PATHS, "" where it is not recorded. end: seconds, of the record.

    early: people who joined or left before anything else told that they were there."""

    rows: pd.DataFrame
    end: float
    sources: tuple[str, ...] = ()

    def thresholds(self, k: int = 0) -> pd.DataFrame:
        """A row per age asked for: eligible (share of fans), joins (share of joiners who met it), and of them bought
        (within BOUGHT days), exits (within ALIVE days), bought_before, which tells them apart beforehand; Estimates."""
        fans = self.rows[self.rows["followed"].notna()]
        joiners = fans[fans["joined"].notna()]
        age, now = (joiners["joined"] - joiners["followed"]) / _DAY, (self.end - fans["followed"]) / _DAY
        found = []
        for days in AGES:
            met = joiners[age >= days]
            if len(met) < max(k, 1):
                continue
            old = met[met["joined"] <= self.end - BOUGHT * _DAY]
            month = met[met["joined"] <= self.end - ALIVE * _DAY]
            found.append({
                "days": days,
                "eligible": wilson(int((now >= days).sum()), len(fans)),
                "joins": wilson(len(met), len(joiners)),
                "bought": wilson(int(_within(old, "after", BOUGHT).sum()), len(old)),
                "exits": wilson(int(_within(month, "left", ALIVE).sum()), len(month)),
                "bought_before": wilson(int(met["before"].notna().sum()), len(met)),
            })  # fmt: skip
        return pd.DataFrame(found)

    def paths(self, k: int = 0) -> pd.DataFrame:
        """A row per way in: path, joined (people), alive (after ALIVE days), bought (within BOUGHT); Estimates."""
        found = []
        for path, own in self.rows[self.rows["joined"].notna() & self.rows["path"].ne("")].groupby("path"):
            month, old = (own[own["joined"] <= self.end - days * _DAY] for days in (ALIVE, BOUGHT))
            if len(own) >= max(k, 1):
                alive = len(month) - int(_within(month, "left", ALIVE).sum())
                bought = int(_within(old, "after", BOUGHT).sum())
                found.append({"path": path, "joined": len(own), "alive": wilson(alive, len(month)),
                              "bought": wilson(bought, len(old))})  # fmt: skip
        return pd.DataFrame(found, columns=["path", "joined", "alive", "bought"])

    def rollout(self) -> Rollout | None:
        """The break in weekly joins when the newest way in opened; None when no way opened within the record."""
        joined = self.rows[self.rows["joined"].notna()]
        if joined.empty:
            return None
        first = float(np.nanmin(self.rows[["followed", "joined"]].to_numpy(float)))
        week = ((joined["joined"] - first) // (7 * _DAY)).astype(int)
        weekly = np.bincount(week, minlength=int((self.end - first) // (7 * _DAY)) + 1).astype(float)[:-1]
        opened = week.groupby(joined["path"]).min()
        opened = opened[(opened >= BEFORE) & (opened <= len(weekly) - BEFORE)]
        if opened.empty:
            return None
        at, path = int(opened.max()), str(opened.idxmax())
        time = np.arange(len(weekly), dtype=float)
        after = (time >= at).astype(float)
        found = slopes(weekly, {"trend": time, "level": after, "slope": after * (time - at)})
        return Rollout(path, at, weekly, found.of["level"])


@dataclass(frozen=True)
class Rollout:
    """path: way in that opened in week `week`; weekly: joins; level: jump of weekly joins, beyond level and slope
    before."""

    path: str
    week: int
    weekly: np.ndarray
    level: Weekly

    @property
    def jump(self) -> Estimate:
        """Joins a week more, with errors that hold when weeks resemble their neighbours."""
        return self.level.estimate


def _within(rows: pd.DataFrame, name: str, days: int) -> pd.Series:
    return rows[name].notna() & ((rows[name] - rows["joined"]) <= days * _DAY)


def joins(events: Source, as_of: date, sources: Sequence[str] = ()) -> Joins:
    """What a table of events tells of joining groups, until the end of `as_of`."""
    rows = table(events)
    rows = rows.filter(rows.buyer_id.notnull(), rows.at < ibis.timestamp((as_of + timedelta(days=1)).isoformat()))
    channel = rows.channel.cast("string") if "channel" in rows.columns else ibis.null("string")
    code = rows.event.cast("string")
    rows = rows.filter(code.isin(["followed", "joined_group", "left_group", "paid"])).select(
        who=rows.buyer_id, at=rows.at.epoch_seconds(), code=code, channel=channel
    )
    rows = rows.mutate(joined=rows.at.min(where=rows.code == "joined_group").over(group_by="who"))
    since = rows.at >= rows.joined
    found = run(rows.group_by("who").aggregate(
        followed=rows.at.min(where=rows.code == "followed"), joined=rows.joined.min(),
        path=rows.channel.argmin(rows.at, where=rows.code == "joined_group"),
        left=rows.at.min(where=(rows.code == "left_group") & since), gone=rows.at.min(where=rows.code == "left_group"),
        before=rows.at.min(where=(rows.code == "paid") & ~since),
        after=rows.at.min(where=(rows.code == "paid") & since),
        last=rows.at.max(),
    ).order_by("who"))  # fmt: skip
    told = found["path"].fillna("").astype(str)
    named = np.select([told.eq(""), *(told.str.contains(pattern, case=False) for _, pattern in PATHS)],
                      ["", *(name for name, _ in PATHS)], "")  # fmt: skip
    return Joins(found.assign(path=named), float(found["last"].max()) if len(found) else 0.0, tuple(sources))
