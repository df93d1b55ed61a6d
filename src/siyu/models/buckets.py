"""Counts of values in fixed buckets, for percentiles of a stream.

A value's bucket is the top bits of its float32 form: sign, exponent and nine bits of mantissa, so buckets
are 0.1% to 0.2% wide, relative to the value, from 1e-9 to 1e9, on both sides of zero. The edges do not
depend on the data and counts are integers: merging in any order gives the same percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MANTISSA = 9
SHIFT = 23 - MANTISSA
# float32 exponents 2**-30 to 2**34
BOTTOM = (127 - 30) << MANTISSA
SIDE = 64 << MANTISSA


class Buckets:
    """Two sides of 32,768 counters. Magnitudes beyond the range count in the last bucket of their side."""

    def __init__(self) -> None:
        self.counts = np.zeros(2 * SIDE, np.int64)

    def add(self, values: NDArray[np.float64]) -> None:
        """Count finite values."""
        bits = values.astype(np.float32).view(np.int32)
        place = (bits & 0x7FFFFFFF) >> SHIFT
        place -= BOTTOM
        np.clip(place, 0, SIDE - 1, out=place)
        # negative values run down from the middle, positive ones up
        index = np.where(bits < 0, SIDE - 1 - place, SIDE + place)
        self.counts += np.bincount(index, minlength=2 * SIDE)

    def merge(self, other: Buckets) -> None:
        """Add the counts of another stream."""
        self.counts += other.counts

    @property
    def positive(self) -> int:
        """Values above zero (exact zeros and magnitudes under 2**-30 count as not above)."""
        return int(self.counts[SIDE + 1 :].sum())

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """Percentiles at the levels (0 to 1), linear inside a bucket. Raises ValueError when empty."""
        cumulative = np.cumsum(self.counts)
        total = int(cumulative[-1])
        if not total:
            raise ValueError("no values were counted")
        found = []
        for level in levels:
            rank = level * total
            index = int(np.searchsorted(cumulative, rank, side="left"))
            inside = (rank - (cumulative[index] - self.counts[index])) / self.counts[index]
            low, high = self._edges(index)
            found.append(float(low + (high - low) * inside))
        return found

    @staticmethod
    def _edges(index: int) -> tuple[float, float]:
        """The bucket's ends, lower first."""
        if index >= SIDE:
            return _edge(index - SIDE), _edge(index - SIDE + 1)
        return -_edge(SIDE - index), -_edge(SIDE - 1 - index)


def _edge(place: int) -> float:
    """Magnitude at which bucket `place` of a side begins; the first begins at 0."""
    if place == 0:
        return 0.0
    return float(np.int32((place + BOTTOM) << SHIFT).view(np.float32))
