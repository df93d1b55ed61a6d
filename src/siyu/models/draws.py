"""Draws of uncertain inputs.

Chunks of 8,192 draws, each from its own generator seeded [seed, chunk]: the first n draws are the same whatever
the total. Inputs of a group share a Gaussian copula with one common correlation.

An input takes one of 8,192 equally likely values, the midpoints of that many strips of its distribution:
a draw is then a random 13-bit integer and one look-up, some ten times cheaper than a beta variate, and
percentiles are exact to a strip (0.012% of probability).
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from siyu.models.ranges import REACH, Range, Ranged, at_scores, groups_of

CHUNK = 8_192
# Common correlation inside a group: a convention, documented in data/README.md; no source measures it.
CORRELATION = 0.7
BITS = 13
STRIPS = 1 << BITS  # of a distribution
STEP = 2 * REACH / STRIPS
Array = NDArray[np.float64]
# Scores of the strips in steps of the score tables, so that the sum of a common and an own one is an index.
_SCORES: Array = np.asarray(ndtri((np.arange(STRIPS) + 0.5) / STRIPS), float) / STEP
_COMMON, _OWN = _SCORES * CORRELATION**0.5, _SCORES * (1 - CORRELATION) ** 0.5 + STRIPS / 2


def sample(ranges: Mapping[str, Ranged], n: int, seed: int, wanted: Collection[str] | None = None) -> dict[str, Array]:
    """n draws of every input, name -> array (n,). Inputs are ordered by name; fixed ones repeat their number.

    wanted: of these inputs only, the same draws. Raises ValueError for n < 1 or a range that makes no distribution."""
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1")
    groups = groups_of(ranges).values()
    # what of an input decides its distribution
    plain = {name: Range(one.low, one.mode, one.high, one.family, None, one.ceiling) for name, one in ranges.items()}
    chosen = [name for name in ranges if wanted is None or name in wanted]
    tables = {name: _table(plain[name], len(names) > 1) for names in groups for name in names if name in chosen}
    # one row of random numbers per input, one more for what a group shares
    rows = sum(len(names) + (len(names) > 1) for names in groups)
    drawn = {name: np.full(n, float(ranges[name].mode)) for name in chosen}
    for index in range(-(-n // CHUNK)):
        chunk = slice(index * CHUNK, min((index + 1) * CHUNK, n))
        strips = iter(_strips(seed, index, rows)[:, : chunk.stop - chunk.start])
        for names in groups:
            common = _COMMON.take(next(strips)) if len(names) > 1 else None
            for name in names:
                own = next(strips)
                if name not in tables:
                    continue
                place = own if common is None else (_OWN.take(own) + common).astype(np.intp)
                drawn[name][chunk] = tables[name].take(place, mode="clip")
    return drawn


def _strips(seed: int, index: int, rows: int) -> NDArray[np.uint16]:
    """Random strips of a whole chunk, so that a shorter one is its beginning."""
    bits = np.random.default_rng([seed, index]).integers(0, 1 << 16, (rows, CHUNK), dtype=np.uint16)
    return bits >> np.uint16(16 - BITS)


@lru_cache(maxsize=256)
def _table(entry: Range, by_score: bool) -> Array:
    """Values of the strips: even in probability, or in score for an input that shares a group."""
    strips = np.arange(STRIPS) + 0.5
    scores: Array = np.asarray(strips * STEP - REACH if by_score else ndtri(strips / STRIPS), float)
    table = at_scores(entry, scores)
    table.setflags(write=False)
    return table
