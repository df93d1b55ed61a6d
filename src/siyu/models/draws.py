"""Draws of uncertain inputs.

Chunks of 8,192 draws, each from its own generator seeded [seed, chunk]: the first n draws are the same whatever
the total. Inputs of a group share a Gaussian copula with one common correlation.

An input takes one of 8,192 equally likely values, the midpoints of that many strips of its distribution:
a draw is then a random 13-bit integer and one look-up, some ten times cheaper than a beta variate, and
percentiles are exact to a strip (0.012% of probability).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from siyu.models.ranges import REACH, Range, Ranged, at_scores, varies

CHUNK = 8_192
# Common correlation inside a group: a convention, documented in data/README.md; no source measures it.
CORRELATION = 0.7
# Strips of a distribution: 2**13.
BITS = 13
STRIPS = 1 << BITS
STEP = 2 * REACH / STRIPS

Array = NDArray[np.float64]


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
        # what of an input decides its distribution
        plain = {
            name: Range(entry.low, entry.mode, entry.high, entry.family, None, entry.ceiling)
            for name, entry in ranges.items()
        }
        self.tables = {name: _table(plain[name], name in shared) for name in self.drawn}
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


@lru_cache(maxsize=256)
def _table(entry: Range, by_score: bool) -> Array:
    """Values of the strips: even in probability, or in score for an input that shares a group."""
    strips = np.arange(STRIPS) + 0.5
    scores: Array = np.asarray(strips * STEP - REACH if by_score else ndtri(strips / STRIPS), float)
    table = at_scores(entry, scores)
    table.setflags(write=False)
    return table


def sample(ranges: Mapping[str, Ranged], n: int, seed: int, *, correlation: float = CORRELATION) -> dict[str, Array]:
    """n draws of every input, name -> array (n,).

    Raises ValueError for n < 1 or a range that makes no distribution."""
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1")
    sampler = Sampler(ranges, seed, correlation)
    drawn = {name: np.empty(n) for name in ranges}
    for index in range(-(-n // CHUNK)):
        start = index * CHUNK
        size = min(CHUNK, n - start)
        for name, values in sampler.chunk(index, size).items():
            drawn[name][start : start + size] = values
    return drawn
