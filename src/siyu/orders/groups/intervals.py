"""Shares of joiners and of others alike, and intervals that hold where shares are near 0 or 1 and cells are small.

Others are standardised to the joiners' strata: their share is a weighted mean, as good as a plain share of
n = (sum w)^2 / sum(w^2 / n_stratum) purchases. Each share has Wilson's limits (1927); the difference has the limits
of Newcombe's hybrid of the two (1998, method 10; MOVER after Zou and Donner 2008). A jackknife or bootstrap sees no
spread where all or none came back.
"""

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from siyu.estimates.sampling import UNDEFINED, Estimate, Floats, divided, left_out, normal_quantile, wilson


@dataclass(frozen=True)
class Contrast:
    """Share of joiners minus share of others, and the two shares; all nan where no stratum has both."""

    difference: Estimate
    joined: Estimate
    others: Estimate


def hybrid(sums: npt.NDArray[Any]) -> Contrast:
    """The contrast of (strata, 2, [with, all]); axis 1: others, joiners."""
    n = sums[(sums[..., 1] > 0).all(-1)][..., 1]
    weight, own = n[:, 1], n.sum(0)[1]
    if not own:
        return Contrast(UNDEFINED, UNDEFINED, UNDEFINED)
    share_of_others, share = (float(found[0]) for found in shares(sums[None]))
    effective = float(own**2 / (weight**2 / n[:, 0]).sum())
    joined, others = wilson(round(share * own), int(own)), wilson(share_of_others * effective, effective)
    value = joined.value - others.value
    low = value - math.hypot(joined.value - joined.low, others.high - others.value)
    high = value + math.hypot(joined.high - joined.value, others.value - others.low)
    return Contrast(Estimate(value, low, high, (high - low) / 2 / normal_quantile(0.975)), joined, others)


def clustered(sums: npt.NDArray[Any]) -> Contrast:
    """The contrast of (groups, strata, 2, [with, all]), with what it is without each group of buyers."""
    found = hybrid(sums.sum(0))
    others, joined = (left_out(sums, partial(_share, at=at)) for at in (0, 1))
    return Contrast(
        replace(found.difference, left=left_out(sums, difference)),
        replace(found.joined, left=joined),
        replace(found.others, left=others),
    )


def _share(sums: npt.NDArray[Any], at: int) -> Floats:
    return shares(sums)[at]


def shares(sums: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Means of others and joiners in (replicates, strata, 2, [sum, n]), both over the joiners' strata."""
    top, n = np.asarray(sums[..., 0], float), np.asarray(sums[..., 1], float)
    weight = np.where((n > 0).all(-1), n[..., 1], 0.0)
    means = np.where(n > 0, top / np.where(n > 0, n, 1.0), 0.0)
    total = weight.sum(-1)
    return divided((weight * means[..., 0]).sum(-1), total), divided((weight * means[..., 1]).sum(-1), total)


def difference(sums: npt.NDArray[Any]) -> Floats:
    """Mean of joiners minus the standardised mean of others, of (replicates, strata, 2, [sum, n])."""
    others, joined = shares(sums)
    return joined - others


def compared(sums: npt.NDArray[Any]) -> tuple[int, int]:
    """Purchases of others and of joiners in strata that have both, of (groups, strata, 2, [sum, n])."""
    n = sums[..., 1].sum(0)
    both = n[(n > 0).all(-1)]
    return int(both[:, 0].sum()), int(both[:, 1].sum())
