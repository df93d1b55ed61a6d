"""What knowing an unknown is worth before choosing, in the unit of the payoffs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu.models.ranges import Ranged, groups_of

Array = NDArray[np.float64]
# A cubic in each input follows the curves these economics make.
DEGREE = 3


@dataclass(frozen=True)
class Knowledge:
    """What knowing is worth, in the unit of the payoffs. best: the choice made today.

    perfect: gain from knowing every input before choosing. groups: gain from knowing one group, most first.
    chosen: group -> the rivals that knowing it makes one choose, so whose payoffs the gain is made of.
    """

    best: str
    perfect: float
    groups: Mapping[str, float]
    chosen: Mapping[str, frozenset[str]]


def value_of_knowing(
    payoffs: Mapping[str, Array], ranges: Mapping[str, Ranged], drawn: Mapping[str, Array]
) -> Knowledge:
    """Expected value of perfect information, for all inputs and per group (Strong, Oakley, Brennan 2014).

    payoffs: rival -> array (draws,) of what it brings. drawn: input -> array (draws,). The expected payoff given a
    group is a regression on cubics of its inputs. It is fitted on one half of the draws and the choice it suggests
    is paid on the other, both ways: noise cannot make knowledge look valuable, and the figure is a lower bound.
    Raises ValueError for fewer than two rivals.
    """
    rivals = tuple(payoffs)
    if len(rivals) < 2:
        raise ValueError(f"a choice needs at least two rivals, found {len(rivals)}")
    paid = np.column_stack([*payoffs.values()])
    n, today = len(paid), int(paid.mean(axis=0).argmax())
    gain = paid - paid[:, [today]]
    halves = slice(None, n // 2), slice(n // 2, None)
    worth: dict[str, float] = {}
    chosen: dict[str, frozenset[str]] = {}
    for group, names in groups_of(ranges).items():
        terms = _terms([_position(ranges[name], drawn[name]) for name in names])
        total, picked = 0.0, {today}
        for fitted, other in (halves, halves[::-1]):
            # normal equations: the terms are few and of one scale; lstsq bears terms that coincide
            known = terms[fitted]
            weights, *_ = np.linalg.lstsq(known.T @ known, known.T @ gain[fitted], rcond=None)
            choice = (terms[other] @ weights).argmax(axis=1)
            picked |= set(choice.tolist())
            total += float(np.take_along_axis(gain[other], choice[:, None], axis=1).sum())
        worth[group] = max(0.0, total / n)
        chosen[group] = frozenset(rivals[place] for place in picked)
    ordered = dict(sorted(worth.items(), key=lambda item: (-item[1], item[0])))
    return Knowledge(rivals[today], float(gain.max(axis=1).mean()), ordered, chosen)


def _position(entry: Ranged, values: Array) -> Array:
    """Where the values lie between low (-1) and high (1), on the log scale for a logpert."""
    low, high = float(entry.low), float(entry.high)
    if entry.family == "logpert":
        return np.asarray(2 * np.log(values / low) / np.log(high / low) - 1)
    return np.asarray(2 * (values - low) / (high - low) - 1)


def _terms(positions: list[Array]) -> Array:
    """Powers up to DEGREE and products of pairs, with a constant: (n, terms)."""
    powers = [np.multiply.accumulate([position] * DEGREE) for position in positions]
    pairs = [a * b for at, a in enumerate(positions) for b in positions[:at]]
    return np.vstack([np.ones_like(positions[0]), *powers, *pairs]).T
