"""The weeks of a client's dashboards, side by side, and what is odd about the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

TABLES = ("account_days", "ad_days", "sessions", "content", "group_days", "switches", "level_days", "funnel_days",
          "retention_days")  # fmt: skip
YEAR = 52  # weeks
_COUNTS = ("new_fans", "lost_fans", "plays", "profile_views")
_SHARES = ("fan_viewer_share", "fan_buyer_share", "fan_gmv_share", "finish_share", "finish_5s_share", "reply_share")


@dataclass(frozen=True)
class Record:
    """tables: name of TABLES -> rows as the exports report them; as_of: the last day that counts."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    as_of: date = date.max

    def table(self, name: str) -> pd.DataFrame | None:
        """Rows by the end of `as_of`, None without any."""
        rows = self.tables.get(name)
        if rows is None or rows.empty:
            return None
        time = next((one for one in ("day", "started_at", "published_at") if one in rows), None)
        if time is None or self.as_of == date.max:
            return rows
        kept: pd.DataFrame = rows[rows[time] < pd.Timestamp(self.as_of + timedelta(days=1))]
        return kept if len(kept) else None

    def sources(self, *names: str) -> tuple[str, ...]:
        """refs of the files behind tables."""
        refs = {ref for name in names if name in self.tables for ref in self.tables[name].attrs.get("refs", ())}
        return tuple(sorted(refs))

    @cached_property
    def accounts(self) -> int:
        """Accounts in the table of account days."""
        rows = self.table("account_days")
        if rows is None:
            return 0
        return max(int(rows["account_id"].nunique()), 1) if "account_id" in rows else 1

    @cached_property
    def _daily(self) -> pd.DataFrame:
        """A row per day of the account: fans, new_fans, lost_fans, plays, profile_views; none of several accounts."""
        rows = self.table("account_days")
        if rows is None or self.accounts > 1:
            return pd.DataFrame()
        parted = rows["source"].notna() if "source" in rows else pd.Series(False, rows.index)
        moves = [name for name in ("new_fans", "lost_fans") if name in rows]
        sums = rows[parted].groupby("day")[moves].sum(min_count=1)
        days = rows[~parted].drop_duplicates("day", keep="last").set_index("day").combine_first(sums).sort_index()
        if {"net_fans", "lost_fans"} <= {*days}:
            gross = days["net_fans"] + days["lost_fans"]  # a platform prints the net; who came is net and lost
            days["new_fans"] = days["new_fans"].fillna(gross) if "new_fans" in days else gross
        kept = days[[name for name in ("fans", *_COUNTS) if name in days]].astype(float)
        return kept.reindex(pd.date_range(days.index[0], days.index[-1]))

    @cached_property
    def all_weeks(self) -> pd.DataFrame:
        """A row per week (its Monday) that the account days touch wholly, with gaps as nan; see `Flywheel.weeks`."""
        days = self._daily
        if days.empty:
            return pd.DataFrame()
        by = days.groupby(monday(days.index))
        weeks = by[[name for name in _COUNTS if name in days]].sum(min_count=7)
        if "fans" in days:
            weeks["fans"] = by["fans"].last().where(by["fans"].count() == 7)
        weeks = weeks[by.size() == 7]
        return weeks.join(self._bought()).join(self._active()).join(self._switched())

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """The longest run of whole weeks without a gap, of ads too where they are told for a year; without them where
        they are told for less."""
        held = self.all_weeks
        if held.empty:
            return held
        account = [name for name in (*_COUNTS, "fans") if name in held]
        more = [name for name in ("impressions", "active") if name in held]
        full = _run(held, [*account, *more])
        return full if len(full) >= YEAR else _run(held, account)

    def _bought(self) -> pd.DataFrame:
        """impressions, ad_fans and spend of a week; none where sales that nobody paid for are mixed in."""
        rows = self.table("ad_days")
        mixed = rows is not None and "scope" in rows and bool((rows["scope"].astype("string") == "mixed").any())
        if rows is None or "impressions" not in rows or mixed:
            return pd.DataFrame()
        until = rows["until"].fillna(rows["day"]) if "until" in rows else rows["day"]
        if (until > rows["day"]).any():
            return pd.DataFrame()
        names = {"impressions": "impressions", "new_fans": "ad_fans", "spend_fen": "spend"}
        found = rows.groupby(monday(rows["day"]))[[name for name in names if name in rows]].sum().rename(columns=names)
        return _filled(found.astype(float))

    def _active(self) -> pd.DataFrame:
        """Fans who were in the live rooms of a week: attendances."""
        rows = self.table("sessions")
        if rows is None or not {"viewers", "fan_viewer_share"} <= {*rows}:
            return pd.DataFrame()
        held = rows.dropna(subset=["viewers", "fan_viewer_share"])
        if held.empty:
            return pd.DataFrame()
        fans = held["viewers"] * held["fan_viewer_share"]
        found = fans.groupby(monday(held["started_at"].dt.normalize())).sum().rename("active")
        return _filled(found.to_frame())

    def _switched(self) -> pd.DataFrame:
        """Share of a week in which activity was switched on."""
        rows = self.table("switches")
        if rows is None:
            return pd.DataFrame()
        state = (rows.set_index("day")["state"].astype("string") == "on").astype(float)
        end = self._daily.index[-1] if len(self._daily) else state.index[-1]
        days = state.reindex(pd.date_range(state.index[0], end), method="ffill")
        return days.groupby(monday(days.index)).mean().rename("on").to_frame()

    @property
    def drawn(self) -> bool:
        """Whether all switches were drawn by lot, or taken in turn as fixed beforehand."""
        rows = self.table("switches")
        return rows is not None and "drawn" in rows and bool(rows["drawn"].astype("string").isin(["lot", "turn"]).all())

    @cached_property
    def faults(self) -> dict[str, int]:
        """What is odd -> how often: weeks_missing, accounts, stock (days on which fans do not follow from who came and
        went), above_one (shares above 1, weeks with more fans by ads than fans), skipped_ad_rows."""
        held, days = self.all_weeks, self._daily
        found = dict.fromkeys(("weeks_missing", "accounts", "stock", "above_one"), 0)
        if len(held):
            known = [name for name in (*_COUNTS, "fans") if name in held]
            expected = (held.index[-1] - held.index[0]).days // 7 + 1
            found["weeks_missing"] = expected - int(held[known].notna().all(axis=1).sum())
        found["accounts"] = max(self.accounts - 1, 0)
        if {"fans", "new_fans", "lost_fans"} <= {*days}:
            off = days["fans"].diff() - (days["new_fans"] - days["lost_fans"])
            found["stock"] = int((off.abs() > 0.5 + 0.001 * days["fans"]).sum())
        for rows in self.tables.values():
            found["above_one"] += sum(int((rows[name] > 1).sum()) for name in _SHARES if name in rows)
        if {"ad_fans", "new_fans"} <= {*held}:
            found["above_one"] += int((held["ad_fans"] > held["new_fans"]).sum())
        return found


def _run(weeks: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The longest stretch of weeks that tell all of these."""
    whole = weeks[names].notna().all(axis=1)
    run = (~whole).cumsum()[whole]
    return weeks.loc[run.index[run == run.mode().iloc[0]]] if whole.any() else weeks.iloc[:0]


def monday(days: pd.Index | pd.Series) -> pd.DatetimeIndex:
    """The first day of the week of each."""
    index = pd.DatetimeIndex(days)
    return index - pd.to_timedelta(index.day_of_week, unit="D")


def _filled(weeks: pd.DataFrame) -> pd.DataFrame:
    """Weeks from the first to the last told; a week without a row had nothing."""
    return weeks.reindex(pd.date_range(weeks.index[0], weeks.index[-1], freq="7D"), fill_value=0.0)


def lifted(weeks: pd.DataFrame, outcome: np.ndarray) -> dict[str, np.ndarray]:
    """Differences of an outcome (weeks,) beside those of log fans, and of the active share of the week before
    (`quality`) and of the week after (`next`), which cannot have brought it."""
    fans = np.log(weeks["fans"].to_numpy(float))
    step = np.diff(weeks["active"].to_numpy(float) / weeks["fans"].to_numpy(float))
    return {"outcome": np.diff(outcome)[1:-1], "followers": np.diff(fans)[:-2], "quality": step[:-2], "next": step[2:]}
