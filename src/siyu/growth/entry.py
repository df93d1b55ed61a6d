"""How people get into the groups: what a threshold would change, where they were met, which way in lasts, what a new
way brought."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siyu.estimates.cells import hidden
from siyu.estimates.sampling import Estimate, wilson
from siyu.estimates.series import lasting
from siyu.growth.events import DAY, EventLog, Ints

ALIVE, BOUGHT = 30, 90  # days after joining: still there, bought
AGES = (0, 7, 30, 90)  # days of following that a group may ask for
BEFORE = 12  # weeks that a break needs on each side
PATHS = (("by_invitation", "邀请|invite"), ("by_scan", "扫码|二维码|scan"), ("by_homepage", "主页|首页"),
         ("by_live", "直播|live"), ("by_message", "私信|message"), ("by_search", "搜索|search"),
         ("by_ad", "广告|付费|千川|投放|ads"), ("by_feed", "推荐|视频|feed|video"), ("by_other", "."))  # fmt: skip


@dataclass(frozen=True)
class Joins:
    """rows: a person a row: followed, joined, left, before and after (first payment before and after joining), seconds,
    null where there was none; path (of joining) and scene (of the first event up to then that tells one), of PATHS, ""
    where it is not told. end: seconds, of the record."""

    rows: pd.DataFrame
    end: float

    def thresholds(self, k: int = 0) -> pd.DataFrame:
        """A row per age asked for: eligible (share of fans), joins (share of joiners who met it), and of them bought
        (within BOUGHT days), exits (within ALIVE days), bought_before, which tells them apart beforehand; Estimates."""
        fans = self.rows[self.rows["followed"].notna()]
        joiners = fans[fans["joined"].notna()]
        age, now = (joiners["joined"] - joiners["followed"]) / DAY, (self.end - fans["followed"]) / DAY
        found = []
        for days in AGES:
            met = joiners[age >= days]
            if len(met) < max(k, 1):
                continue
            old = met[met["joined"] <= self.end - BOUGHT * DAY]
            month = met[met["joined"] <= self.end - ALIVE * DAY]
            found.append({
                "days": days,
                "eligible": wilson(int((now >= days).sum()), len(fans)),
                "joins": wilson(len(met), len(joiners)),
                "bought": wilson(int(_within(old, "after", BOUGHT).sum()), len(old)),
                "exits": wilson(int(_within(month, "left", ALIVE).sum()), len(month)),
                "bought_before": wilson(int(met["before"].notna().sum()), len(met)),
            })  # fmt: skip
        return pd.DataFrame(found)

    def ways(self, by: str = "path", k: int = 0) -> pd.DataFrame:
        """A row per `path` of joining, or per `scene` in which people were first met ("" where not told): people,
        joined (those who did), share (of people), of them alive (after ALIVE days), bought (in BOUGHT); Estimates."""
        rows = self.rows[self.rows["joined"].notna() & self.rows["path"].ne("")] if by == "path" else self.rows
        found = []
        for code, people in rows.groupby(by):
            own = people[people["joined"].notna()]
            month, old = (own[own["joined"] <= self.end - days * DAY] for days in (ALIVE, BOUGHT))
            alive, bought = len(month) - _within(month, "left", ALIVE).sum(), _within(old, "after", BOUGHT).sum()
            shares = (len(own), len(people)), (alive, len(month)), (bought, len(old))
            found.append((code, len(people), len(own), *(wilson(int(part), whole) for part, whole in shares)))
        table = pd.DataFrame(found, columns=[by, "people", "joined", "share", "alive", "bought"])
        return table[~hidden(table["people"].to_numpy(), k)].reset_index(drop=True)

    def rollout(self) -> Rollout | None:
        """The break in weekly joins when the newest way in opened; None when no way opened within the record."""
        joined = self.rows[self.rows["joined"].notna()]
        if joined.empty:
            return None
        first = float(np.nanmin(self.rows[["followed", "joined"]].to_numpy(float)))
        week = ((joined["joined"] - first) // (7 * DAY)).astype(int)
        weekly = np.bincount(week, minlength=int((self.end - first) // (7 * DAY)) + 1).astype(float)[:-1]
        opened = week.groupby(joined["path"]).min()
        opened = opened[(opened >= BEFORE) & (opened <= len(weekly) - BEFORE)]
        if opened.empty:
            return None
        at, path = int(opened.max()), str(opened.idxmax())
        time = np.arange(len(weekly), dtype=float)
        after = (time >= at).astype(float)
        jump = lasting(weekly, {"trend": time, "level": after, "slope": after * (time - at)}, "level")
        return Rollout(path, at, weekly, jump)


@dataclass(frozen=True)
class Rollout:
    """path: way in that opened in week `week`; weekly: joins; jump: joins a week more, beyond level and slope before;
    errors hold when weeks resemble their neighbours."""

    path: str
    week: int
    weekly: np.ndarray
    jump: Estimate


def _within(rows: pd.DataFrame, name: str, days: int) -> pd.Series:
    return rows[name].notna() & ((rows[name] - rows["joined"]) <= days * DAY)


def joins(log: EventLog) -> Joins:
    """What events tell of joining groups."""
    came, left, paid, followed = (log.of(event) for event in ("joined_group", "left_group", "paid", "followed"))
    joined, told = log.first(came), log.by(".")
    since = {name: log.seconds[rows] >= joined[log.who[rows]] for name, rows in (("left", left), ("paid", paid))}
    before = log.seconds[paid] < joined[log.who[paid]]
    met = told[~(log.seconds[told] > joined[log.who[told]])]
    rows = pd.DataFrame({
        "followed": log.first(followed), "joined": joined, "left": log.first(left[since["left"]]),
        "before": log.first(paid[before]), "after": log.first(paid[since["paid"]]),
        "path": _first_way(log, came), "scene": _first_way(log, met),
    })  # fmt: skip
    ends = log.seconds[np.concatenate([came, left, paid, followed])]
    return Joins(rows[~np.isnan(log.first())], float(ends.max(initial=0)))


def _first_way(log: EventLog, rows: Ints) -> np.ndarray:
    """(ids,) code of PATHS of each person's first of the rows."""
    ways = [next((code for code, words in PATHS if re.search(words, one, re.IGNORECASE)), "") for one in log.channels]
    rows = rows[log.seconds[rows] == log.first(rows)[log.who[rows]]][::-1]
    found = np.full(log.ids, "", object)
    found[log.who[rows]] = np.array(ways, object)[log.channel[rows]]
    return found
