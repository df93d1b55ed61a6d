"""A made-up audience, person by person: who climbs the ladder, joins groups, buys and brings others.

Each week a person moves between levels by known chances, and does what the rules of the ladder ask of the new level, so
that a window of one week finds every level. Nobody reads the rules here: what a level takes is written down anew.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field
from pydantic.dataclasses import dataclass

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# from potential, passer-by, favourable, true love: to each of them in a week; the rest leaves
CHANCES = ((0.55, 0.15, 0.04, 0.01), (0.02, 0.82, 0.11, 0.01), (0.01, 0.22, 0.66, 0.08), (0.01, 0.08, 0.31, 0.58))
PAY = (0.01, 0.03, 0.06, 1.0)  # chance of buying in a week on a level
PATHS = {"邀请": 0.2, "扫码": 0.35, "主页": 0.45}  # how one gets into a group, and how often
LATE = "主页"  # the way in that opens last
SCENES = {
    "推荐": 0.45,
    "直播": 0.25,
    "扫码": 0.2,
    "": 0.1,
}  # where one is first met, unless invited; "": nobody noted it
STEPS = ("deposit", "activate", "convert")
_DEEP = np.array(["liked", "commented", "messaged"])
_DAY = 86_400


@dataclass(frozen=True)
class LadderWorld:
    """people: who come over the weeks, evenly; invited: share of follows by an invitation; grouped: chance in a week on
    the upper levels to join a group; ends: chance in a week that a member leaves it; fen: mean of a payment.

    weak: a step of the funnel that is spoiled, and by what its chances are multiplied."""

    people: Annotated[int, Field(gt=0)] = 1_000
    weeks: Annotated[int, Field(gt=2)] = 52
    invited: Annotated[float, Field(ge=0, lt=1)] = 0.15
    grouped: float = 0.25
    ends: float = 0.04
    fen: float = 8_000.0
    opens: int = 30  # week in which the last way in opens
    weak: str = ""
    factor: float = 0.15

    @property
    def chances(self) -> Floats:
        """(levels, levels), see CHANCES; what a weak step takes is stayed with."""
        found = np.array(CHANCES)
        for row, columns, step in ((0, [1, 2, 3], "deposit"), (1, [2, 3], "activate"), (2, [3], "convert")):
            if self.weak == step:
                lost = found[row, columns] * (1 - self.factor)
                found[row, columns] -= lost
                found[row, row] += lost.sum()
        if self.weak == "convert":  # nor does anybody come to buy by other ways
            for row in (0, 1):
                found[row, row] += found[row, 3] * (1 - self.factor)
                found[row, 3] *= self.factor
        return found

    @property
    def pay(self) -> Floats:
        """(levels,), see PAY."""
        spoiled = self.factor if self.weak == "convert" else 1.0
        return np.asarray(np.array(PAY) * [spoiled, spoiled, spoiled, 1.0])

    @property
    def spent(self) -> Floats:
        """(levels,) yuan in a week on a level."""
        return self.pay * self.fen / 100


def walked(audience: LadderWorld, seed: int) -> npt.NDArray[np.int8]:
    """(people, weeks): level, 4 once one has left, -1 before one comes."""
    random = np.random.default_rng([seed, 23])
    ends = np.cumsum(np.vstack([audience.chances, np.zeros(4)]), 1)
    level = np.full(audience.people, -1)
    come = random.integers(0, audience.weeks - 1, audience.people)
    found = np.full((audience.people, audience.weeks), -1, np.int8)
    for week in range(audience.weeks):
        toss = random.random(audience.people)
        moved = (toss[:, None] >= ends[np.maximum(level, 0)]).sum(1)
        level = np.where(level == 4, 4, np.where(level >= 0, moved, np.where(come == week, 0, -1)))
        found[:, week] = level
    return found


def did(audience: LadderWorld, seed: int, start: int) -> pd.DataFrame:
    """A row per event: person, at (seconds), event, channel, paid_fen (0 but for payments), in order of time.

    start: seconds of the first Monday."""
    levels, random = walked(audience, seed), np.random.default_rng([seed, 29])
    n, weeks = levels.shape
    following, inside, parts = np.zeros(n, bool), np.zeros(n, bool), list[tuple[npt.NDArray[Any], ...]]()
    invited = random.random(n) < audience.invited
    met = np.random.default_rng([seed, 37]).choice([*SCENES], n, p=[*SCENES.values()])
    met = np.where(invited, "邀请", met)

    def note(who: npt.NDArray[np.bool_], event: str | Ints, minute: int, channel: object = "推荐") -> None:
        people = np.flatnonzero(who)
        day = random.integers(0, 6, len(people)) if minute else np.full(len(people), 6)
        at = start + week * 7 * _DAY + day * _DAY + (minute + random.integers(0, 500, len(people))) * 60
        named = channel[people] if isinstance(channel, np.ndarray) else np.full(len(people), channel)
        what = event[people] if isinstance(event, np.ndarray) else np.full(len(people), event)
        parts.append((people, at, what, named))

    way = random.choice([*PATHS], n, p=[*PATHS.values()])
    for week in range(weeks):
        now = levels[:, week]
        fans = (now >= 1) & (now <= 3)
        note((now == 0) | (fans & (random.random(n) < 0.4)), "viewed", 60, met)
        note(fans & ~following, "followed", 0, np.where(invited, "邀请", "推荐"))
        note(following & ~fans, "unfollowed", 0)
        following = fans
        joins = (now >= 2) & fans & ~inside & (random.random(n) < audience.grouped)
        joins &= (way != LATE) | (week >= audience.opens)
        note((now == 2) & ~joins, _DEEP[random.integers(0, 3, n)], 700)  # joining is a deed, and one is enough
        for _ in range(2):
            note(now == 3, _DEEP[random.integers(0, 3, n)], 700)
        note(joins, "joined_group", 700, way)
        leaves = inside & ((random.random(n) < audience.ends) | (now == 4))
        note(leaves, "left_group", 700)
        inside = (inside | joins) & ~leaves
        note((now == 3) & (random.random(n) < 0.25), "invited", 700)
        note((now >= 0) & (now < 4) & (random.random(n) < audience.pay[np.clip(now, 0, 3)]), "paid", 700)
    columns = map(np.concatenate, zip(*parts, strict=True))
    events = pd.DataFrame(dict(zip(("person", "at", "event", "channel"), columns, strict=True))).assign(paid_fen=0)
    paid = events["event"] == "paid"
    events.loc[paid, "paid_fen"] = np.maximum(random.gamma(4, audience.fen / 4, paid.sum()).astype(np.int64), 100)
    return events.sort_values(["at", "person", "event"], ignore_index=True)
