"""What is known of how a brand grows, each part computed once: read by the notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from siyu import reads
from siyu.estimates.series import Slopes, slopes
from siyu.evidence.assumptions import Assumption
from siyu.figure import Figure
from siyu.growth import entry, funnel, groups, people
from siyu.growth.dashboards import Dashboards
from siyu.growth.events import EventLog, event_log
from siyu.growth.flywheel import Flywheel
from siyu.growth.groups import Feed, GroupLives
from siyu.growth.ladder import Ladder
from siyu.growth.record import Record, lifted, monday

COHORT_DAYS = 90  # within which a newcomer has to come to the steps of the funnel


@dataclass(frozen=True)
class Growth:
    """events, members: see data/tables.yml; refs: of the files of events; k: smallest number shown;
    window: weeks that the deeds of a level may lie back; costs: of raising the odds of a step of the funnel."""

    record: Record
    events: Path | pd.DataFrame | None = None
    refs: tuple[str, ...] = ()
    members: Path | None = None
    k: int = 0
    window: int = 4
    costs: Mapping[str, Assumption] = field(default_factory=dict)
    interest: Figure | None = None

    @cached_property
    def log(self) -> EventLog | None:
        """The events by the date, None without a table of them."""
        return None if self.events is None else event_log(self.events, self.record.as_of)

    @cached_property
    def ladder(self) -> Ladder | None:
        """The ladder, None without events of two whole weeks."""
        found = people.people(self.log) if self.log else None
        return Ladder(found, self.window, self.k) if found is not None else None

    @cached_property
    def funnel(self) -> funnel.Funnel | None:
        """The funnel, None without events of people who came long enough ago."""
        return funnel.funnel(self.log, COHORT_DAYS) if self.log else None

    @property
    def priced(self) -> tuple[str, ...]:
        """Sources of what a step costs and what it brings."""
        rates = self.refs if self.funnel else self.record.sources("account_days", "sessions", "funnel_days")
        return tuple(sorted({*rates, *(one.ref for one in self.costs.values())}))

    @cached_property
    def tightest(self) -> dict[str, float]:
        """Step of the funnel -> chance that it is the one to move first."""
        own = self.funnel or self.dashboards
        return own.tightest(self.costs) if self.costs else {}

    @cached_property
    def dashboards(self) -> Dashboards:
        """The funnel as dashboards tell it, of nobody in particular."""
        return Dashboards(self.record, self.flywheel)

    @cached_property
    def joins(self) -> entry.Joins | None:
        """Joins of groups, None without events."""
        return entry.joins(self.log) if self.log else None

    @cached_property
    def flywheel(self) -> Flywheel:
        """The flywheel of the longest run of whole weeks."""
        return Flywheel(self.record.weeks, self.record.drawn)

    @cached_property
    def groups(self) -> GroupLives | None:
        """Lives of groups, None without days of groups that tell who spoke."""
        days = self.record.table("group_days")
        if days is None or not {"group_id", "members", "messages"} <= {*days}:
            return None
        return groups.lives(days.dropna(subset=["messages"]), self._births)

    @property
    def _births(self) -> pd.Series | None:
        """group_id -> day of the first join that is told."""
        if self.members is None:
            return None
        reads.opens(self.members)
        stays = pd.read_parquet(self.members, columns=["group", "joined_at"]).dropna()
        known = stays[stays["joined_at"] < pd.Timestamp(self.record.as_of) + pd.Timedelta(days=1)]
        born: pd.Series = known.groupby(known["group"].astype(str))["joined_at"].min().dt.normalize()
        return born

    @cached_property
    def feed(self) -> Feed:
        """What the feed does for newcomers."""
        return groups.feed(self.record.table("content"), self.record.table("sessions"))

    @cached_property
    def lift(self) -> Slopes | None:
        """log views of a post on the active share of the week: `quality`, `next` week's as placebo, `followers`."""
        posts, weeks = self.record.table("content"), self.record.weeks
        if posts is None or "views" not in posts or not {"fans", "active"} <= {*weeks}:
            return None
        views = posts[posts["views"] > 0]
        week = monday(views["published_at"].dt.normalize())
        outcome = np.log(views["views"]).groupby(week).mean().reindex(weeks.index)
        return _slopes(lifted(weeks, outcome.to_numpy(float)))

    @cached_property
    def ad_lift(self) -> Slopes | None:
        """The same of the log cost of a follower by ads."""
        weeks = self.record.weeks
        if not {"spend", "ad_fans", "fans", "active"} <= {*weeks}:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            outcome = np.log(weeks["spend"].to_numpy(float) / weeks["ad_fans"].to_numpy(float))
        return _slopes(lifted(weeks, np.where(np.isfinite(outcome), outcome, np.nan)))

    @cached_property
    def nodes(self) -> dict[str, pd.Series]:
        """Node of the path of the published case -> count by week, of those that are told."""
        weeks = self.record.weeks
        told = {name: weeks[column] for name, column in
                {"views": "plays", "ads": "impressions", "fans": "new_fans", "shop": "profile_views"}.items()
                if column in weeks}  # fmt: skip
        rooms = self.record.table("sessions")
        if rooms is not None and "viewers" in rooms:
            told["rooms"] = rooms.groupby(monday(rooms["started_at"].dt.normalize()))["viewers"].sum()
        if log := self.log:
            days = {name: log.day(log.of(code)) for name, code in (("groups", "joined_group"), ("orders", "paid"))}
            told |= {name: monday(one).value_counts().sort_index() for name, one in days.items()}
        return {name: told[name] for name in NODES if name in told and told[name].notna().any()}


NODES = ("views", "rooms", "ads", "fans", "shop", "groups", "orders")


def _slopes(parts: dict[str, np.ndarray]) -> Slopes | None:
    outcome = parts.pop("outcome")
    held = np.isfinite(outcome) & np.isfinite(np.stack([*parts.values()])).all(0)
    if held.sum() < 26:
        return None
    try:
        return slopes(outcome[held], {name: one[held] for name, one in parts.items()})
    except np.linalg.LinAlgError:
        return None
