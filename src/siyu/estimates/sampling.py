"""Intervals for what is estimated from buyers, from integer sums per cluster of buyers.

A statistic takes sums of shape (replicates, ...) and returns an array of `replicates` values (nan where it
is not defined); it is evaluated on all data and on data with clusters left out or drawn anew.
From SMALL buyers on: delete-a-group jackknife over GROUPS clusters (`siyu.engines.clusters`; Kott 1998), t with 99
degrees of freedom. Below: bootstrap over single buyers. Plain proportions: Wilson (1927).

A figure keeps what it would be without each of HELD groups of the same buyers (clusters mod 20), where no group is of
few: two reports of a growing record give from it the jackknife of their difference. A buyer's first order stays, and
with it the cluster; where buyers are few they are numbered, and where numbers have shifted, the difference seems less
sure than it is, never more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from siyu.definitions import definition
from siyu.engines import clusters as of_buyers
from siyu.figure import Figure

GROUPS = of_buyers.GROUPS
HELD = 20
SMALL = 2_000
DRAWS = 999
LEVEL = 0.95
Z95 = 1.959964  # normal quantile of LEVEL
_SEED = 1_998
_BLOCK = 50  # replicates evaluated at a time

Floats = npt.NDArray[np.float64]
Statistic = Callable[[npt.NDArray[Any]], Floats]


@dataclass(frozen=True)
class Estimate:
    """value with its 95% sampling interval and standard error; all nan where the statistic is undefined.

    left: the value without each of HELD groups of buyers, empty where not known."""

    value: float
    low: float
    high: float
    error: float
    left: tuple[float, ...] = ()

    def figure(
        self, key: str, n: int, sources: tuple[str, ...] = (), k: int | None = None, fewest: int | None = None
    ) -> Figure | None:
        """As metric `key` over `n` observations; None when undefined or of fewer than `k`. fewest: observations of its
        smallest part."""
        if n < (k or 0) or not all(map(math.isfinite, (self.value, self.low, self.high))):
            return None
        low, high = min(self.low, self.value), max(self.high, self.value)
        told = k is not None and (n if fewest is None else fewest) >= 2 * HELD * k
        left = self.left if told else ()
        return Figure(self.value, low, high, definition(key).unit, "sampling95", key, sources, n, left=left)

    def clipped(self, low: float, high: float) -> Estimate:
        """With its interval inside the bounds that the quantity cannot leave."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def exp(self) -> Estimate:
        """Of the exponential of the quantity: the interval is symmetric on the log scale."""
        value = math.exp(self.value)
        left = tuple(map(math.exp, self.left))
        return Estimate(value, math.exp(self.low), math.exp(self.high), value * self.error, left)


UNDEFINED = Estimate(math.nan, math.nan, math.nan, math.nan)


def estimated(clusters: npt.NDArray[Any], statistic: Statistic) -> Estimate:
    """A statistic of the summed clusters (clusters, ...), with its interval; see the module."""
    total = clusters.sum(axis=0, keepdims=True)
    value = float(statistic(total)[0])
    if len(clusters) == GROUPS:
        left = np.concatenate([statistic(total - clusters[at : at + _BLOCK]) for at in range(0, GROUPS, _BLOCK)])
        half, error = _jackknife(left)
        return Estimate(value, value - half, value + half, error, left_out(clusters, statistic))
    if not clusters.any():
        return UNDEFINED
    # a buyer touches few of the cells
    flat = sparse.csr_array(clusters.reshape(len(clusters), -1)).astype(float)
    totals = (flat.T @ _weights(len(clusters))).T.reshape(DRAWS, *clusters.shape[1:])
    drawn = np.concatenate([statistic(totals[at : at + _BLOCK]) for at in range(0, DRAWS, _BLOCK)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < DRAWS / 2:  # too few buyers for the statistic to be defined in most draws
        return Estimate(value, math.nan, math.nan, math.nan)
    low, high = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Estimate(value, float(low), float(high), float(drawn.std(ddof=1)), left_out(clusters, statistic))


def left_out(clusters: npt.NDArray[Any], statistic: Statistic) -> tuple[float, ...]:
    """The statistic without each of HELD groups of buyers; empty where one of them leaves it undefined."""
    left = statistic(clusters.sum(axis=0, keepdims=True) - folded(clusters, HELD))
    return tuple(left.tolist()) if np.isfinite(left).all() else ()


def beyond_chance(moved: float, before: Sequence[float], after: Sequence[float]) -> bool | None:
    """Whether a figure moved by more than sampling explains, of what it was and is without each of the same groups of
    buyers; None where that is not known."""
    if not before or len(before) != len(after):
        return None
    return abs(moved) > _jackknife(np.subtract(after, before))[0]


def _jackknife(left: Floats) -> tuple[float, float]:
    """Half the 95% interval and the standard error, of values without each group."""
    error = math.sqrt((len(left) - 1) / len(left) * float(((left - left.mean()) ** 2).sum()))
    return float(special.stdtrit(len(left) - 1, 0.5 + LEVEL / 2)) * error, error


@lru_cache(maxsize=2)
def _weights(n: int) -> Floats:
    """How often each of `n` clusters is drawn, (n, DRAWS), laid out as products take it."""
    drawn = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), DRAWS)
    return np.ascontiguousarray(drawn.T, float)


def folded(clusters: npt.NDArray[Any], groups: int = GROUPS) -> npt.NDArray[Any]:
    """Single buyers, or GROUPS already, as so many clusters: ids that are equal modulo their number together."""
    rest = np.zeros((-len(clusters) % groups, *clusters.shape[1:]), clusters.dtype)
    whole = np.concatenate([clusters, rest]).reshape(-1, groups, *clusters.shape[1:])
    return np.asarray(whole.sum(0, dtype=clusters.dtype))


def ratio(clusters: npt.NDArray[Any]) -> Estimate:
    """sum of column 0 over sum of column 1 of (clusters, 2)."""
    return estimated(clusters, lambda sums: divided(sums[..., 0], sums[..., 1]))


def divided(top: npt.NDArray[Any], bottom: npt.NDArray[Any]) -> Floats:
    """top / bottom, nan where bottom is 0."""
    return np.where(bottom == 0, np.nan, top / np.where(bottom == 0, 1, bottom))


def wilson(successes: float, n: float) -> Estimate:
    """A proportion of `n` independent buyers with its score interval (Wilson 1927); both may be effective numbers."""
    if not n:
        return UNDEFINED
    share, z = successes / n, normal_quantile(0.5 + LEVEL / 2)
    breadth = 2 * (n + z**2)
    centre = (2 * n * share + z**2) / breadth
    half = z / breadth * math.sqrt(4 * n * share * (1 - share) + z**2)
    low, high = (centre - half if successes else 0.0), (centre + half if successes < n else 1.0)
    return Estimate(share, low, high, math.sqrt(share * (1 - share) / n))


def apart(ranked: Sequence[Figure]) -> bool:
    """Whether the first and the last of several, from the least, lie further apart than chance puts those of as many
    that are alike in 95%: intervals of 95% that do not touch are enough of four; of more, wider ones (Bonferroni over
    their pairs)."""
    least, most = ranked[0], ranked[-1]
    pairs = len(ranked) * (len(ranked) - 1) / 2
    one, all_of_them = (normal_quantile(1 - (1 - LEVEL) / 2 / count) for count in (1, pairs))
    wider = max(1.0, all_of_them / one / math.sqrt(2))
    return least.value + wider * (least.high - least.value) < most.value - wider * (most.value - most.low)


def borrowed(successes: Sequence[float], n: Sequence[float]) -> list[tuple[int, int]]:
    """Prior successes and failures of each of several proportions: even, and of the others that part which makes all of
    them likeliest (a power prior, Ibrahim and Chen 2000). The best of several that are alike is no better than they."""
    own = np.column_stack([successes, np.subtract(n, successes)]).astype(float)
    ends = 1 + np.linspace(0, 1, 11)[:, None, None] * (own.sum(0) - own)
    fit = (special.betaln(*np.moveaxis(ends + own, -1, 0)) - special.betaln(*np.moveaxis(ends, -1, 0))).sum(1)
    return [(round(good), round(bad)) for good, bad in ends[int(fit.argmax())].tolist()]


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    return float(special.ndtri(probability))
