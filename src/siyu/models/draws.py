"""Draws of uncertain inputs, and what a model makes of them without ever holding all draws.

Chunks of 8,192 draws, each from its own generator seeded [seed, chunk]: a chunk does not know which thread
drew it, nor how many there are, so results are the same bits at any thread count, and the first n draws are
the same whatever the total. Inputs of a group share a Gaussian copula with one common correlation.

An input takes one of 8,192 equally likely values, the midpoints of that many strips of its distribution:
a draw is then a random 13-bit integer and one look-up, some ten times cheaper than a beta variate, and
percentiles are exact to a strip (0.012% of probability).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from siyu.models.buckets import Buckets
from siyu.models.ranges import REACH, Range, Ranged, at_scores, varies

CHUNK = 8_192
# Common correlation inside a group: a convention, documented in data/README.md; no source measures it.
CORRELATION = 0.7
# Strips of a distribution: 2**13.
BITS = 13
STRIPS = 1 << BITS
STEP = 2 * REACH / STRIPS

Array = NDArray[np.float64]
Model = Callable[[Mapping[str, Any]], Mapping[str, Array]]


class Sampler:
    """Draws of named inputs, chunk by chunk. Inputs are ordered by name; fixed ones stay numbers.

    Raises ValueError for a range that makes no distribution, or a correlation outside 0 to 1."""

    def __init__(self, ranges: Mapping[str, Ranged], seed: int, correlation: float = CORRELATION) -> None:
        if not 0 <= correlation < 1:
            raise ValueError(f"correlation is {correlation}; expected 0 to below 1")
        self.seed = seed
        self.fixed = {name: float(entry.mode) for name, entry in ranges.items() if not varies(entry)}
        self.drawn = tuple(name for name in sorted(ranges) if varies(ranges[name]))
        members: dict[str, list[str]] = {}
        for name in self.drawn:
            members.setdefault(ranges[name].group or name, []).append(name)
        # a group of one is drawn like any single input
        self.blocks = tuple(tuple(names) for names in members.values())
        # one row of random numbers per input, one more for what a group shares
        self.rows = len(self.drawn) + sum(len(names) > 1 for names in self.blocks)
        shared = {name for names in self.blocks if len(names) > 1 for name in names}
        self.tables = {name: _table(_plain(ranges[name]), name in shared) for name in self.drawn}
        middles: Array = np.asarray(ndtri((np.arange(STRIPS) + 0.5) / STRIPS), float)
        # in steps of the score tables, so that a sum of the two is an index
        normal = middles / STEP
        self.common = normal * correlation**0.5
        self.own = normal * (1 - correlation) ** 0.5 + STRIPS / 2

    def chunk(self, index: int, size: int = CHUNK) -> dict[str, Any]:
        """The first `size` draws of chunk `index`: name -> array (size,), or float for fixed inputs."""
        generator = np.random.default_rng([self.seed, index])
        # all of the chunk is drawn, so that a shorter one is its beginning
        bits = generator.integers(0, 1 << 16, (self.rows, CHUNK), dtype=np.uint16)
        bits >>= 16 - BITS
        strips = iter(bits[:, :size])
        values: dict[str, Any] = dict(self.fixed)
        for names in self.blocks:
            if len(names) == 1:
                values[names[0]] = self.tables[names[0]].take(next(strips))
                continue
            common = self.common.take(next(strips))
            for name in names:
                score = self.own.take(next(strips))
                score += common
                values[name] = self.tables[name].take(score.astype(np.intp), mode="clip")
        return values


def _plain(entry: Ranged) -> Range:
    """What of an input decides its distribution."""
    return Range(entry.low, entry.mode, entry.high, entry.family, None, entry.ceiling)


@lru_cache(maxsize=256)
def _table(entry: Range, by_score: bool) -> Array:
    """Values of the strips: even in probability, or in score for an input that shares a group."""
    strips = np.arange(STRIPS) + 0.5
    scores: Array = np.asarray(strips * STEP - REACH if by_score else ndtri(strips / STRIPS), float)
    table = at_scores(entry, scores)
    table.setflags(write=False)
    return table


def _chunks(n: int) -> Iterator[tuple[int, int]]:
    """(chunk, its size) for n draws."""
    for index in range(-(-n // CHUNK)):
        yield index, min(CHUNK, n - index * CHUNK)


def sample(
    ranges: Mapping[str, Ranged], n: int, seed: int, threads: int = 1, *, correlation: float = CORRELATION
) -> dict[str, Array]:
    """n draws of every input, name -> array (n,). Holds them all: for figures of some thousand draws.

    Raises ValueError for n < 1 or a range that makes no distribution."""
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1")
    sampler = Sampler(ranges, seed, correlation)
    drawn = {name: np.empty(n) for name in ranges}

    def fill(part: tuple[int, int]) -> None:
        index, size = part
        for name, values in sampler.chunk(index, size).items():
            drawn[name][index * CHUNK : index * CHUNK + size] = values

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, _chunks(n)))
    return drawn


@dataclass(frozen=True)
class Spread:
    """One output over all draws. low and high: 5th and 95th percentiles. positive: share of draws above 0."""

    mean: float
    low: float
    median: float
    high: float
    positive: float


@dataclass(frozen=True)
class Simulation:
    """Outputs of a model over n draws. wins: rival -> share of draws in which it is the highest rival."""

    n: int
    spreads: Mapping[str, Spread]
    wins: Mapping[str, float]


def simulate(
    model: Model,
    ranges: Mapping[str, Ranged],
    n: int,
    seed: int,
    threads: int = 1,
    *,
    rivals: tuple[str, ...] = (),
    correlation: float = CORRELATION,
) -> Simulation:
    """The model's outputs over n draws, streamed: what is kept does not grow with n.

    model: takes {input: array or float}, returns {output: array}. rivals: outputs compared draw by draw
    (ties go to the first). Means are exact sums in chunk order; percentiles come from counts in buckets
    0.2% wide (see `Buckets`). Raises ValueError for an unknown rival, n < 1, or outputs that are not finite.
    """
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1")
    sampler = Sampler(ranges, seed, correlation)
    parts = list(_chunks(n))

    def run(lane: int) -> _Tally:
        tally = _Tally(rivals)
        for index, size in parts[lane::threads]:
            tally.add(index, model(sampler.chunk(index, size)), size)
        return tally

    with ThreadPoolExecutor(threads) as pool:
        first, *others = list(pool.map(run, range(min(threads, len(parts)))))
    for other in others:
        first.merge(other)
    return first.simulation(n)


class _Tally:
    """What one thread keeps: integer counts (any order gives the same), and sums by chunk."""

    def __init__(self, rivals: tuple[str, ...]) -> None:
        self.rivals = rivals
        self.buckets: dict[str, Buckets] = {}
        self.sums: dict[int, dict[str, float]] = {}
        self.wins = np.zeros(len(rivals), np.int64)

    def add(self, index: int, outputs: Mapping[str, Array], size: int) -> None:
        unknown = [name for name in self.rivals if name not in outputs]
        if unknown:
            raise ValueError(f"no output {', '.join(unknown)}; the model gives {', '.join(outputs)}")
        # an output of fixed inputs only is a scalar
        full = {name: np.broadcast_to(values, (size,)) for name, values in outputs.items()}
        self.sums[index] = {name: float(values.sum()) for name, values in full.items()}
        for name, values in full.items():
            if not np.isfinite(self.sums[index][name]):
                raise ValueError(f"output {name} is not finite in chunk {index}")
            self.buckets.setdefault(name, Buckets()).add(values)
        if self.rivals:
            best, leader = full[self.rivals[0]], np.zeros(size, np.intp)
            for at, name in enumerate(self.rivals[1:], 1):
                leader[full[name] > best] = at
                best = np.maximum(best, full[name])
            self.wins += np.bincount(leader, minlength=len(self.rivals))

    def merge(self, other: _Tally) -> None:
        self.sums |= other.sums
        self.wins += other.wins
        for name, buckets in other.buckets.items():
            self.buckets[name].merge(buckets)

    def simulation(self, n: int) -> Simulation:
        spreads = {}
        for name, buckets in self.buckets.items():
            total = sum(self.sums[index][name] for index in sorted(self.sums))
            low, median, high = buckets.quantiles((0.05, 0.5, 0.95))
            spreads[name] = Spread(total / n, low, median, high, buckets.positive / n)
        return Simulation(n, spreads, {r: int(w) / n for r, w in zip(self.rivals, self.wins, strict=True)})
