"""What people did week by week, counted from their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from siyu.growth.events import DAY, EventLog, Ints
from siyu.messages import tables

RULES = tables(__file__, "ladder.yml")
DEEDS: dict[str, list[str]] = RULES["deeds"]
MOST = 255  # deeds of a week that are told apart
DEED_KINDS = ("touched", "deep", "paid")
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

    @property
    def weeks(self) -> int:
        """Whole weeks of the record."""
        return int(self.following.shape[1])

    @cached_property
    def entry(self) -> Ints:
        """Week of the first event of each person."""
        return np.asarray(((self.deeds["touched"] > 0) | self.following).argmax(1), np.int64)


def people(log: EventLog) -> WeeklyPeople | None:
    """People by week until the last whole week before the end of the record; None without two. A week begins on
    Monday."""
    if not len(log.seconds):
        return None
    first, last = (int(one) // DAY for one in (log.seconds.min(), log.seconds.max()))
    since = first - (first + 3) % 7  # days are counted from a Thursday
    weeks = (last + 1 - since) // 7
    return _placed(log, since, weeks) if weeks >= 2 else None


def _placed(log: EventLog, since: int, weeks: int) -> WeeklyPeople:
    week = (log.seconds // DAY - since) // 7

    def whole(events: Sequence[str]) -> Ints:
        rows = log.of(*events)
        return rows[week[rows] < weeks]

    seen, turns = {name: whole(DEEDS[name]) for name in DEED_KINDS}, whole([*DEEDS["following"], *DEEDS["unfollowing"]])
    held = np.zeros(log.ids, bool)  # ids are dense: marking them is faster than sorting ten million
    held[log.who[seen["touched"]]] = held[log.who[turns]] = True
    ids, place = np.flatnonzero(held), np.cumsum(held) - 1
    follows = np.isin(turns, whole(DEEDS["following"]))
    in_order = np.lexsort((~follows, log.seconds[turns], log.who[turns]))
    turns, follows = turns[in_order], follows[in_order]
    who = place[log.who[turns]]
    early = np.zeros(len(ids), bool)
    first = np.flatnonzero(np.diff(who, prepend=-1))
    early[who[first[~follows[first]]]] = True
    state = np.full((len(ids), weeks), -1, np.int8)
    state[who, week[turns]] = follows  # in their order, so that the last one stays
    deeds = {}
    for name, rows in seen.items():
        counted = np.bincount(place[log.who[rows]] * weeks + week[rows], minlength=len(ids) * weeks)
        deeds[name] = np.minimum(counted, MOST).astype(np.uint8).reshape(-1, weeks)[~early]
    spent = _spent(log, week, whole(["paid"]))
    kept = np.where(early, -1, np.cumsum(~early) - 1)
    spent[:, 0] = kept[place[spent[:, 0]]]
    monday = date(1970, 1, 1) + timedelta(days=since)
    return WeeklyPeople(ids[~early], monday, deeds, _carried(state)[~early], spent[spent[:, 0] >= 0], int(early.sum()))


def _spent(log: EventLog, week: Ints, paid: Ints) -> Ints:
    """(payments, 3): id, week, fen; of each person and week with any."""
    paid = paid[log.fen[paid] > 0]
    weeks = int(week.max()) + 1
    cells, at = np.unique(log.who[paid] * weeks + week[paid], return_inverse=True)
    fen = np.zeros(len(cells), np.int64)
    np.add.at(fen, at, log.fen[paid])
    return np.column_stack([cells // weeks, cells % weeks, fen])


def _carried(state: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Whether one follows, from the last follow or unfollow on; -1 where there was none in the week."""
    held = np.zeros(len(state), np.int8)
    found = np.zeros(state.shape, bool)
    for week in range(state.shape[1]):
        held = np.where(state[:, week] >= 0, state[:, week], held)
        found[:, week] = held == 1
    return found
