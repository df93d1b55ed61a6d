"""Weekly series: means, ratios and slopes whose errors hold when weeks resemble their neighbours.

Everything estimated is a mean of influence values, a row a week. Their long-run covariance is that of B cosines, and
intervals are t with B degrees (Lazarus, Lewis, Stock and Watson 2018), which keeps its size where the covariance of
Newey and West (1987) with a normal quantile does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from siyu.estimates.sampling import LEVEL, Estimate

Floats = npt.NDArray[np.float64]
DRAWS, _SEED = 999, 9
PERSISTENCE = np.linspace(0, 0.95, 20)  # autocorrelations of the first order


def cosines(weeks: int) -> int:
    """How many cosines: 0.41 T^(2/3), two at least."""
    return max(2, int(0.41 * weeks ** (2 / 3)))


def covariance(influence: Floats) -> Floats:
    """Of the mean of influence values (weeks, parameters) with mean zero: (parameters, parameters)."""
    weeks, b = len(influence), cosines(len(influence))
    at = np.pi * np.outer(np.arange(1, b + 1), (np.arange(weeks) + 0.5) / weeks)
    weighted = np.sqrt(2 / weeks) * np.cos(at) @ influence
    return np.asarray(weighted.T @ weighted / b / weeks)


@dataclass(frozen=True)
class Weekly:
    """value: of a parameter; influence: (weeks,) values whose mean is its error."""

    value: float
    influence: Floats

    @property
    def estimate(self) -> Estimate:
        """With its interval of 95%."""
        error = float(np.sqrt(covariance(self.influence[:, None])[0, 0]))
        half = float(special.stdtrit(cosines(len(self.influence)), 0.5 + LEVEL / 2)) * error
        return Estimate(self.value, self.value - half, self.value + half, error)


def made_of(value: float, parts: Sequence[tuple[Weekly, float]]) -> Weekly:
    """A smooth function of parameters by its slopes: (parameter, derivative)."""
    weeks = min(len(part.influence) for part, _ in parts)
    return Weekly(value, np.sum([part.influence[-weeks:] * slope for part, slope in parts], axis=0))


def ratio(top: Floats, bottom: Floats) -> Weekly:
    """sum(top) / sum(bottom) of weeks."""
    value = float(top.sum() / bottom.sum())
    return Weekly(value, (top - value * bottom) / bottom.mean())


@dataclass(frozen=True)
class Slopes:
    """names -> Weekly. condition: number of the regressors, each of length one (Belsley 1980)."""

    of: dict[str, Weekly]
    condition: float


def slopes(outcome: Floats, regressors: dict[str, Floats], moved_by: dict[str, Floats] | None = None) -> Slopes:
    """Least squares of an outcome (weeks,) with a constant; with instruments in place of regressors of the same name.

    Raises numpy.linalg.LinAlgError where regressors cannot be told apart."""
    ones = np.ones(len(outcome))
    x = np.column_stack([ones, *regressors.values()])
    z = np.column_stack([ones, *({**regressors, **(moved_by or {})}[name] for name in regressors)])
    inverse = np.linalg.inv(z.T @ x / len(x))
    found = inverse @ (z.T @ outcome) / len(x)
    influence = (z * (outcome - x @ found)[:, None]) @ inverse.T
    lengths = np.linalg.norm(x, axis=0)
    condition = float(np.linalg.cond(x / np.where(lengths > 0, lengths, 1)))
    named = enumerate(regressors, 1)
    return Slopes({name: Weekly(float(found[at]), influence[:, at]) for at, name in named}, condition)


def lasting(outcome: Floats, regressors: dict[str, Floats], name: str) -> Estimate:
    """The slope of one regressor, of residuals that are autoregressive of the first order.

    Trend and steps take up the slow cosines, and errors by these would be too small. Least squares at each of
    PERSISTENCE, weighed by its restricted likelihood (Harville 1974), so that the error knows that the autocorrelation
    of few weeks is not known."""
    x = np.column_stack([np.ones(len(outcome)), *regressors.values()])
    at, free = 1 + [*regressors].index(name), len(x) - x.shape[1]
    likelihood, values, variances = np.zeros((3, len(PERSISTENCE)))
    for place, rho in enumerate(PERSISTENCE):
        first = np.sqrt(1 - rho**2)
        y, z = (np.concatenate([first * one[:1], one[1:] - rho * one[:-1]]) for one in (outcome, x))
        inverse = np.linalg.inv(z.T @ z)
        found = inverse @ z.T @ y
        spread = max(float(((y - z @ found) ** 2).sum()) / free, np.finfo(float).tiny)
        values[place], variances[place] = found[at], inverse[at, at] * spread
        likelihood[place] = np.log(first) + np.linalg.slogdet(inverse)[1] / 2 - free / 2 * np.log(spread)
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    value = float(weight @ values)
    error = float(np.sqrt(weight @ (variances + (values - value) ** 2)))
    half = float(special.stdtrit(free, 0.5 + LEVEL / 2)) * error
    return Estimate(value, value - half, value + half, error)


def last_above(months: Floats, weight: Floats, like: npt.NDArray[np.int64]) -> bool:
    """Whether both last quarters of a record (months, series) stand above the middle of what was before, and the lower
    of them higher than in 95% of the same months in another order. A month stands at the share of earlier months that
    lie below it, series weighed. like: (months,) only those of one number change places, and each is taken over their
    mean: with calendar months, what comes each year is no rise."""
    means = np.stack([months[like == one].mean(0) for one in like])
    over = np.divide(months, means, out=np.ones_like(months), where=means > 0)

    def lower(records: Floats) -> Floats:
        since = records.shape[1] - 6
        stands = [(records[:, :at] < records[:, [at]]).mean(1) @ weight for at in range(since, since + 6)]
        return np.asarray(np.stack(stands, 1).reshape(-1, 2, 3).mean(2).min(1))

    orders = np.empty((DRAWS, len(months)), int)
    orders[:, like.argsort(kind="stable")] = (like + np.random.default_rng(_SEED).random(orders.shape)).argsort(1)
    seen = float(lower(over[None])[0])
    as_much = 1 + int((lower(over[orders]) >= seen - 1e-9).sum())
    return seen > 0.5 and as_much <= (1 - LEVEL) * (1 + DRAWS)
