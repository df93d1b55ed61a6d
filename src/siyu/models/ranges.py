"""What an uncertain input is, and its quantile function.

`low` and `high` are the 5th and 95th percentiles, `mode` the most likely value. Families:

pert      a beta on [a, b] with peak at `mode` and weight 4 (Malcolm et al. 1959), a and b solved for so that
          5% of it lies below `low` and 5% above `high`
logpert   the same for the logarithm: `mode` is the most likely value on the log scale
limits    the classic PERT between hard limits: nothing lies below `low` or above `high` (fee rules)
uniform   even between hard limits
sampling  normal, of a measurement, distribution around `mode`, cut at 0
fixed     low = mode = high
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy  # its parts are loaded when they are used: renderings know ranges and draw none
from numpy.typing import NDArray

FAMILIES = ("pert", "logpert", "limits", "uniform", "sampling", "fixed")
# Weight of the mode in PERT: mean = (a + 4 mode + b) / 6. Malcolm, Roseboom, Clark, Fazar 1959.
WEIGHT = 4.0
TAIL = 0.05
# Quantiles are tabulated at this many normal scores between -REACH and REACH.
NODES = 512
REACH = 6.0


class Ranged(Protocol):
    """An uncertain input: an assumption row, a fee rate, or a `Range`."""

    @property
    def low(self) -> float:
        """5th percentile, or the lower limit."""

    @property
    def mode(self) -> float:
        """Most likely value."""

    @property
    def high(self) -> float:
        """95th percentile, or the upper limit."""

    @property
    def family(self) -> str:
        """One of FAMILIES."""

    @property
    def group(self) -> str | None:
        """Inputs of a group are drawn correlated."""

    @property
    def ceiling(self) -> float:
        """Highest value that makes sense."""


@dataclass(frozen=True)
class Range:
    """A plain `Ranged`. group: inputs of a group are drawn correlated; "" or None stands alone."""

    low: float
    mode: float
    high: float
    family: str = "pert"
    group: str | None = None
    ceiling: float = math.inf


def beta_shape(position: float) -> tuple[float, float]:
    """Beta parameters of a PERT whose mode lies at `position` (0 to 1) of its support."""
    return 1 + WEIGHT * position, 1 + WEIGHT * (1 - position)


def pert_support(low: float, mode: float, high: float) -> tuple[float, float, float]:
    """(a, b, position): support of the PERT with these 5th and 95th percentiles and this mode.

    Raises ValueError unless low <= mode <= high and low < high.
    """
    if not low <= mode <= high or low == high:
        raise ValueError(f"expected low <= mode <= high and low < high, found {low}, {mode}, {high}")
    target = (mode - low) / (high - low)

    def gap(position: float) -> float:
        below, above = scipy.special.betaincinv(*beta_shape(position), [TAIL, 1 - TAIL])
        return float((position - below) / (above - below) - target)

    # the end points lie just outside target 0 and 1, so a root always exists
    position = float(scipy.optimize.brentq(gap, 0.0, 1.0, xtol=1e-14))
    below, above = scipy.special.betaincinv(*beta_shape(position), [TAIL, 1 - TAIL])
    width = (high - low) / float(above - below)
    return mode - position * width, mode + (1 - position) * width, position


def quantile(entry: Ranged, probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of the input at these probabilities (0 to 1), same shape.

    When `low` is not negative, values are cut at a tenth of it, so that no divisor comes near 0; when `high`
    does not exceed `ceiling`, they are cut there. Less than 5% of the draws lie beyond each, so the
    percentiles stand. Raises ValueError for an unknown family, for low <= mode <= high broken, or a logpert
    that is not above 0.
    """
    p = np.asarray(probability, float)
    low, mode, high = float(entry.low), float(entry.mode), float(entry.high)
    if entry.family not in FAMILIES:
        raise ValueError(f"family {entry.family!r} is none of {', '.join(FAMILIES)}")
    if not low <= mode <= high:
        raise ValueError(f"expected low <= mode <= high, found {low}, {mode}, {high}")
    if entry.family == "fixed" and low != high:
        raise ValueError(f"a fixed input has low = high, found {low} and {high}")
    if low == high:
        return np.full(p.shape, mode)
    if entry.family == "uniform":
        return low + (high - low) * p
    if entry.family == "sampling":
        values = mode + max(high - mode, mode - low) * scipy.special.ndtri(p) / scipy.special.ndtri(1 - TAIL)
        return np.asarray(np.clip(values, 0, entry.ceiling))
    if entry.family == "limits":
        alpha, beta = beta_shape((mode - low) / (high - low))
        return np.asarray(low + (high - low) * scipy.special.betaincinv(alpha, beta, p))
    if (logarithmic := entry.family == "logpert") and low <= 0:
        raise ValueError(f"a logpert needs low > 0, found {low}")
    a, b, position = pert_support(*map(math.log, (low, mode, high))) if logarithmic else pert_support(low, mode, high)
    values = a + (b - a) * scipy.special.betaincinv(*beta_shape(position), p)
    values = np.exp(values) if logarithmic else values
    floor = low / 10 if low >= 0 else -math.inf
    ceiling = entry.ceiling if high <= entry.ceiling else math.inf
    return np.asarray(np.clip(values, floor, ceiling))


def varies(entry: Ranged) -> bool:
    """Whether the input is drawn at all."""
    return entry.low != entry.high


def groups_of(ranges: Mapping[str, Ranged]) -> dict[str, tuple[str, ...]]:
    """group -> its drawn inputs, sorted by name, in order of the first; an input without a group is its own."""
    groups: dict[str, tuple[str, ...]] = {}
    for name in sorted(ranges):
        if varies(ranges[name]):
            group = ranges[name].group or name
            groups[group] = (*groups.get(group, ()), name)
    return groups


def at_scores(entry: Ranged, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of the input at standard normal scores, same shape, by interpolation between exact quantiles.

    The score, unlike the probability, keeps the curve smooth in the tails; the error is below 1e-6 of the
    range from low to high, 1e-3 next to a cut. Scores beyond +-6 (probability 2e-9) count as 6."""
    if not varies(entry):
        return quantile(entry, np.zeros(np.shape(scores)))
    nodes = np.linspace(-REACH, REACH, NODES)
    return np.asarray(
        scipy.interpolate.PchipInterpolator(nodes, quantile(entry, scipy.special.ndtr(nodes)))(
            np.clip(scores, -REACH, REACH)
        )
    )
