"""What people did week by week, counted by the engine from a table of events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import Source, duckdb, run, table
from siyu.messages import tables

RULES = tables(__file__, "ladder.yml")
DEEDS: dict[str, list[str]] = RULES["deeds"]
MOST = 255  # deeds of a week that are told apart
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class WeeklyPeople:
    """ids: (people,) buyer ids; since: Monday of the first week; of the last whole week `weeks` - 1.

    deeds: touched, deep, paid -> (people, weeks) counts up to MOST; following: (people, weeks), at the end of the week;
    spent: (payments, 3) person, week, fen. early: people set aside, who unfollow before they follow: they followed
    before the record begins, and nobody knows since when."""

    ids: Ints
    since: date
    deeds: dict[str, Counts]
    following: npt.NDArray[np.bool_]
    spent: Ints
    early: int = 0
    sources: tuple[str, ...] = field(default=())

    @property
    def weeks(self) -> int:
        """Whole weeks of the record."""
        return int(self.following.shape[1])

    @cached_property
    def entry(self) -> Ints:
        """Week of the first event of each person."""
        return np.asarray(((self.deeds["touched"] > 0) | self.following).argmax(1), np.int64)

    def monday(self, week: int) -> date:
        """First day of a week."""
        return self.since + timedelta(weeks=week)


def people(events: Source, as_of: date, sources: tuple[str, ...] = ()) -> WeeklyPeople | None:
    """People by week until the last whole week before the end of `as_of` and of the record; None without one.

    events: see `events` of data/tables.yml. A week begins on Monday."""
    rows = table(events)
    rows = rows.filter(rows.buyer_id.notnull(), rows.at < ibis.timestamp((as_of + timedelta(days=1)).isoformat()))
    span = run(rows.aggregate(first=rows.at.min(), last=rows.at.max())).iloc[0]
    if pd.isna(span["first"]):
        return None
    since, last = (_monday(pd.Timestamp(one).date()) for one in (span["first"], span["last"]))
    whole = pd.Timestamp(span["last"]).date() >= last + timedelta(days=6)
    weeks = (last - since).days // 7 + whole
    if weeks < 2:
        return None
    return _placed(_coded(rows, since, weeks), since, weeks, sources)


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


_BITS = {"touched": 1, "deep": 2, "paid": 4}


def _coded(rows: ibis.Table, since: date, weeks: int) -> ibis.Table:
    """A row per event: who, week, mask of what it counts as; of follows 1, of unfollows 0, and fen of payments."""
    code = rows.event.cast("string")
    week = (rows.at.cast("date").delta(ibis.date(since.isoformat()), unit="day") // 7).cast("int16")
    masks = {event: sum(bit for name, bit in _BITS.items() if event in DEEDS[name]) for event in DEEDS["touched"]}
    found = rows.select(
        who=rows.buyer_id.cast("int32"), week=week, at=rows.at, code=code,
        mask=code.cases(*((event, mask) for event, mask in masks.items()), else_=0).cast("int8"),
        fen=rows.paid_fen.fill_null(0) if "paid_fen" in rows.columns else ibis.literal(0, "int64"),
    )  # fmt: skip
    return found.filter(found.week < weeks)


def _placed(events: ibis.Table, since: date, weeks: int, sources: tuple[str, ...]) -> WeeklyPeople:
    seen = _columns(events.filter(events.mask > 0).select("who", "week", "mask"))
    turns = events.filter(events.code.isin([*DEEDS["following"], *DEEDS["unfollowing"]])).order_by("who", "at")
    turned = _columns(turns.select("who", "week", follows=turns.code.isin(DEEDS["following"]).cast("int8")))
    paid = events.filter(events.code == "paid", events.fen > 0)
    spent = run(paid.group_by("who", "week").aggregate(fen=paid.fen.sum().cast("int64")).order_by("who", "week"))
    last = max(int(rows["who"].max(initial=-1)) for rows in (seen, turned))
    held = np.zeros(last + 1, bool)  # ids are dense: marking them is faster than sorting ten million
    held[seen["who"]] = held[turned["who"]] = True
    ids = np.flatnonzero(held).astype(np.int64)
    place = np.full(last + 1, -1, np.int64)
    place[ids] = np.arange(len(ids))
    first = np.flatnonzero(np.diff(turned["who"], prepend=-1))
    early = np.zeros(len(ids), bool)
    early[place[turned["who"][first[turned["follows"][first] == 0]]]] = True
    state = np.full((len(ids), weeks), -1, np.int8)
    state[place[turned["who"]], turned["week"]] = turned["follows"]  # in their order, so that the last one stays
    at = place[seen["who"]] * weeks + seen["week"]
    deeds = {}
    for name, bit in _BITS.items():
        counted = np.bincount(at[(seen["mask"] & bit) > 0], minlength=len(ids) * weeks)
        deeds[name] = np.minimum(counted, MOST).astype(np.uint8).reshape(-1, weeks)[~early]
    kept = np.where(early, -1, np.cumsum(~early) - 1)
    who = kept[place[spent["who"].to_numpy(np.int64)]]
    money = np.column_stack([who, spent["week"].to_numpy(np.int64), spent["fen"].to_numpy(np.int64)])[who >= 0]
    return WeeklyPeople(ids[~early], since, deeds, _carried(state)[~early], money, int(early.sum()), sources)


def _columns(rows: ibis.Table) -> dict[str, npt.NDArray[np.int64]]:
    """Columns as plain arrays, one after the other: a frame of so many rows would be held twice."""
    held = duckdb().to_pyarrow(rows)
    return {name: held[name].to_numpy() for name in held.column_names}


def _carried(state: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Whether one follows, from the last follow or unfollow on; -1 where there was none in the week."""
    held = np.zeros(len(state), np.int8)
    found = np.zeros(state.shape, bool)
    for week in range(state.shape[1]):
        held = np.where(state[:, week] >= 0, state[:, week], held)
        found[:, week] = held == 1
    return found
