"""The count tables of a comparison by numpy, straight from simulated lives: what the engine's are held against, and
quick enough for thousands of worlds. Worlds of a crowd are told apart by buyer_id mod their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from siyu.estimates.sampling import GROUPS
from siyu.orders.groups.joins import MOST_PURCHASES
from siyu.orders.groups.pace import MILLION
from siyu.simulator.kinds import CHANNELS, World
from siyu.simulator.purchasing import FAR

NEVER = 10 * FAR


@dataclass(frozen=True)
class Crowd:
    """world: of one of `worlds`. Arrays a row per purchase day, by buyer and number: identity (buyer_id), number, day,
    first (day of the first purchase), entry, after and since (days to the next and from the last, FAR and 0 for none),
    wait (days to joining, NEVER without)."""

    world: World
    worlds: int
    identity: np.ndarray
    number: np.ndarray
    day: np.ndarray
    first: np.ndarray
    entry: np.ndarray
    after: np.ndarray
    since: np.ndarray
    wait: np.ndarray

    @property
    def quarter(self) -> np.ndarray:
        month = (np.datetime64(self.world.start) + self.day).astype("datetime64[M]").astype(np.int64)
        return 1970 * 4 + month // 3

    def member(self, gap: int) -> np.ndarray:
        return (self.wait <= gap) & (self.wait < self.after)


def crowd(world: World, worlds: int, gaps: pd.DataFrame, joins: pd.DataFrame, identity: np.ndarray) -> Crowd:
    """Of lives of all buyers; identity: buyer -> buyer_id."""
    buyer, number, day, entry = (gaps[name].to_numpy() for name in ("buyer", "purchase_no", "day", "entry"))
    step = np.diff(day)
    joined = np.full(buyer.max() + 1, NEVER)
    joined[joins["buyer"]] = joins["day"]
    return Crowd(
        world, worlds, identity[buyer], number, day, day[number == 1][buyer], entry,
        np.append(np.where(number[1:] > 1, step, FAR), FAR), np.append(0, np.where(number[1:] > 1, step, 0)),
        joined[buyer] - day,
    )  # fmt: skip


def comparisons(held: Crowd, window: int, gap: int) -> np.ndarray:
    """(worlds, strata, 2, [again, n]) of number, quarter and entry; see `siyu.orders.groups.joins.comparisons`."""
    rows = (held.wait >= 0) & (held.world.days - 1 - held.day >= gap + window) & (held.after > gap)
    stratum = _code(np.minimum(held.number, MOST_PURCHASES), held.quarter, held.entry, len(CHANNELS))
    return _summed(
        held.identity[rows] % held.worlds, held.worlds, stratum[rows], held.member(gap)[rows],
        [held.after[rows] <= gap + window, np.ones(rows.sum())],
    )[1]  # fmt: skip


def paces(held: Crowd, gap: int) -> tuple[pd.DataFrame, np.ndarray]:
    """(strata, (worlds, GROUPS, strata, 2, 4)), see `siyu.orders.groups.pace.paces`."""
    rows = (held.wait >= 0) & (held.number > 1)
    member = held.member(gap)
    lag = np.where(member, held.wait, 0)
    earlier, spent = held.number - 1, held.day - held.first
    starts = np.maximum.accumulate(np.where(held.number == 1, np.arange(held.day.size), 0))
    for days in range(1, gap + 1):
        beyond = np.maximum(held.since - days, 0)
        own = lag == days
        for target, values in ((earlier, beyond > 0), (spent, beyond)):
            total = np.cumsum(values)
            target[own] = (total - total[starts])[own]
    seen, third = (held.after < FAR) & (earlier > 0), held.number > 2
    values = [
        np.where(seen, _v(held.after - lag, spent, earlier), 0), seen,
        np.where(third, _v(held.since, held.day - held.first - held.since, held.number - 2), 0), third,
    ]  # fmt: skip
    stratum = _code(np.minimum(held.number, MOST_PURCHASES), held.quarter, 0, 1)
    groups = held.worlds * GROUPS
    codes, sums = _summed(
        held.identity[rows] % groups, groups, stratum[rows], member[rows], [value[rows] for value in values]
    )
    cells = pd.DataFrame({"number": codes // 100_000, "quarter": codes % 100_000})
    return cells, sums.reshape(GROUPS, held.worlds, *sums.shape[1:]).swapaxes(0, 1).astype(np.int64)


def _code(number, quarter, last, size):
    return (number * 100_000 + quarter) * size + last


def _v(gap, spent, earlier):
    scaled = (spent - earlier * gap) * MILLION / np.maximum(spent + gap, 1)
    return np.copysign(np.floor(np.abs(scaled) + 0.5), scaled)


def _summed(cluster, groups, stratum, member, values):
    codes, place = np.unique(stratum, return_inverse=True)
    cell = (cluster * codes.size + place) * 2 + member
    shape = (groups, codes.size, 2)
    return codes, np.stack([np.bincount(cell, value, np.prod(shape)).reshape(shape) for value in values], -1)
