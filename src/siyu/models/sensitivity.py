"""Which unknowns a result hangs on: one at a time, and as shares of variance.

Inputs of a group move together (one index per group); an input without a group is its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import sobol as sobol_analysis
from scipy.special import ndtri
from scipy.stats import qmc

from siyu.models.draws import CORRELATION
from siyu.models.ranges import Ranged, at_scores, groups_of, varies

Array = NDArray[np.float64]
Output = Callable[[Mapping[str, Any]], Any]


def tornado(output: Output, ranges: Mapping[str, Ranged]) -> pd.DataFrame:
    """One input at a time from low to high, all others at their modes; the widest first, those that move nothing left
    out. Columns: label (input), value (of the output with every input at its mode), low, high (at the ends of the
    input, so low may exceed high)."""
    drawn = sorted(name for name in ranges if varies(ranges[name]))
    values: dict[str, Any] = {name: np.full(2 * len(drawn) + 1, float(ranges[name].mode)) for name in ranges}
    for at, name in enumerate(drawn):
        values[name][2 * at + 1], values[name][2 * at + 2] = ranges[name].low, ranges[name].high
    result = np.broadcast_to(np.asarray(output(values), float), (2 * len(drawn) + 1,))
    rows = pd.DataFrame({"label": drawn, "value": result[0], "low": result[1::2], "high": result[2::2]})
    width = (rows["high"] - rows["low"]).abs()
    return rows.loc[width[width > 0].sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


@dataclass(frozen=True)
class Index:
    """Sobol indices of a group. first: share of variance it explains alone; total: share that would be left
    if all else were known."""

    first: float
    total: float


def sobol(
    output: Output, ranges: Mapping[str, Ranged], n: int = 1024, seed: int = 0,
    grouping: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Index]:  # fmt: skip
    """Sobol indices per group, largest total first (Saltelli's design on the unit cube, through the inverse
    distributions; SALib).

    n: a power of two; the output is evaluated n * (groups + 2) times. grouping: other groups than the
    ranges' own; correlated inputs must share one, else their indices do not add up.
    Raises ValueError when fewer than two groups vary, or the output does not.
    """
    own = dict(sorted(groups_of(ranges).items()))
    chosen = grouping or own
    if len(chosen) < 2:
        raise ValueError(f"Sobol indices need at least two groups that vary, found {', '.join(chosen) or 'none'}")
    home = {name: group for group, names in chosen.items() for name in names}
    # a group's shared score is one more dimension of its own
    parts = [(group, name) for name, group in home.items()]
    parts += [(home[names[0]], f" {key}") for key, names in own.items() if len(names) > 1]
    problem, cube = design(tuple(parts), n, seed)
    units = {name: cube[:, at] for at, (_, name) in enumerate(parts)}
    result = np.asarray(output(_from_units(units, ranges)), float)
    if result.shape != cube.shape[:1] or np.ptp(result) == 0:
        raise ValueError("the output does not vary with these inputs")
    # centred: the estimator loses digits when the mean is large
    found = sobol_analysis.analyze(problem, result - result.mean(), calc_second_order=False, seed=seed)
    # SALib lists groups in the order they first occur
    pairs = zip(dict.fromkeys(group for group, _ in parts), found["S1"], found["ST"], strict=True)
    indices = {group: Index(float(first), float(total)) for group, first, total in pairs}
    return dict(sorted(indices.items(), key=lambda item: (-item[1].total, item[0])))


@lru_cache(maxsize=8)
def design(parts: tuple[tuple[str, str], ...], n: int, seed: int) -> tuple[dict[str, Any], Array]:
    """The problem as SALib states it for (group, name) pairs, and its points: (n * (groups + 2), inputs)."""
    groups, names = zip(*parts, strict=True)
    bounds = [[0.0, 1.0]] * len(parts)
    problem = {"num_vars": len(parts), "names": list(names), "bounds": bounds, "groups": list(groups)}
    base = qmc.Sobol(d=2 * len(parts), scramble=True, seed=seed).random(n)
    one, other = base[:, : len(parts)], base[:, len(parts) :]
    # as SALib's sampler gives them, whole columns at once: each group in turn is taken from the other half
    mixed = (np.where(np.array(groups) == group, other, one) for group in dict.fromkeys(groups))
    return problem, np.stack([one, *mixed, other], axis=1).reshape(-1, len(parts))


def _from_units(units: Mapping[str, Array], ranges: Mapping[str, Ranged]) -> dict[str, Any]:
    """Inputs from numbers between 0 and 1: name -> array; ` group` holds what a group shares."""
    values: dict[str, Any] = {name: float(entry.mode) for name, entry in ranges.items() if not varies(entry)}
    for group, names in groups_of(ranges).items():
        for name in names:
            score = _scores(units[name])
            if len(names) > 1:
                score = CORRELATION**0.5 * _scores(units[f" {group}"]) + (1 - CORRELATION) ** 0.5 * score
            values[name] = at_scores(ranges[name], score)
    return values


def _scores(unit: Array) -> Array:
    # the design holds exact zeros
    return np.asarray(ndtri(np.clip(unit, 1e-9, 1 - 1e-9)))


def undecidable_share(
    output: Output, ranges: Mapping[str, Ranged], weak: set[str], n: int = 1024, seed: int = 0
) -> float:
    """Share (0 to 1) of the output's variance that the weak inputs explain alone.

    weak: inputs whose confidence is below medium; a group with one such member counts as weak. Above one
    half, the result says more about the priors than about the world: not decidable until they are measured.
    """
    sides: dict[str, list[str]] = {"weak": [], "firm": []}
    for _, names in sorted(groups_of(ranges).items()):
        sides["weak" if weak & set(names) else "firm"] += names
    if not sides["weak"] or not sides["firm"]:
        return float(bool(sides["weak"]))
    return min(1.0, max(0.0, sobol(output, ranges, n, seed, sides)["weak"].first))
