"""Rates by what groups were exposed to, with errors robust to whatever is common to the days of a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr, stdtrit

from siyu.estimates.sampling import LEVEL, Estimate
from siyu.reach.counts import LEVELS

Array = NDArray[np.float64]
ENOUGH = 20  # groups that an effect, or a range by group, needs
ROUNDS, CLOSE = 50, 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients, their covariance, degrees of freedom of its t."""

    values: Array
    covariance: Array
    freedom: int

    def estimate(self, at: int) -> Estimate:
        """One coefficient with its interval."""
        error = float(np.sqrt(max(self.covariance[at, at], 0.0)))
        half = float(stdtrit(self.freedom, 0.5 + LEVEL / 2)) * error
        value = float(self.values[at])
        return Estimate(value, value - half, value + half, error)

    def above(self, at: int) -> float:
        """One-sided p of a coefficient being no more than nothing."""
        one = self.estimate(at)
        return float(1 - stdtr(self.freedom, one.value / one.error)) if one.error else 1.0

    def joint(self, first: int) -> float:
        """p of all coefficients from `first` on being nothing."""
        tail, part = self.values[first:], self.covariance[first:, first:]
        size = len(tail)
        if not size or np.linalg.matrix_rank(part) < size:
            return 1.0
        statistic = float(tail @ np.linalg.solve(part, tail)) / size
        return float(fdtrc(size, self.freedom, max(statistic, 0.0)))


def lines(outcome: Array, exposure: Array, instrument: Array) -> Fit:
    """Least squares of a number a group on exposures (groups, k; a column of ones is added), each read off what was
    drawn by lot (same shape); errors that let groups differ (HC3, MacKinnon and White 1985: of two dozen groups HC2 is
    too narrow). Where exposure is what was drawn, plain."""
    ones = np.ones((len(outcome), 1))
    x, z = np.hstack([ones, exposure]), np.hstack([ones, instrument])
    seen = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    bread = np.linalg.pinv(seen.T @ seen)
    values = bread @ seen.T @ outcome
    leverage = np.clip(np.einsum("ij,jk,ik->i", seen, bread, seen), 0, 0.99)
    scaled = seen * ((outcome - x @ values) / (1 - leverage))[:, None]
    return Fit(values, bread @ (scaled.T @ scaled) @ bread, len(outcome) - x.shape[1])


def rates(events: Array, risk: Array, exposure: Array, group: NDArray[np.int64]) -> Fit | None:
    """Log-linear rate of leaving (events over risk) by exposures (rows, k; a constant is added): discrete-time hazards
    as Poisson counts, errors clustered by group (Liang and Zeger 1986). None where it cannot be told apart."""
    x = np.hstack([np.ones((len(events), 1)), exposure])
    if np.linalg.matrix_rank(x) < x.shape[1] or not events.sum():
        return None
    values = np.zeros(x.shape[1])
    values[0] = np.log(events.sum() / risk.sum())
    for _ in range(ROUNDS):
        mean = risk * np.exp(np.clip(x @ values, -50, 50))
        bread = np.linalg.pinv(x.T @ (x * mean[:, None]))
        step = bread @ (x.T @ (events - mean))
        values = values + step
        if np.abs(step).max() < CLOSE:
            break
    scores = x * (events - mean)[:, None]
    count = int(group.max()) + 1
    sums = np.zeros((count, x.shape[1]))
    np.add.at(sums, group, scores)
    if count <= x.shape[1]:
        return None
    return Fit(values, bread @ (sums.T @ sums) @ bread * count / (count - 1), count - 1)


EXPOSED = ("posts", "last_7", "last_28", "selling_share", "weekend", *LEVELS[1:])


def associations(days: pd.DataFrame, event: str = "left") -> tuple[dict[str, Estimate], int]:
    """How many times as many leave, or order, by exposure (rate ratio), and the groups behind it: messages of the day,
    of the last 7 and 28 days, share of them that sells, weekend, level where days are told by it. What goes together is
    no effect."""
    told = days[days["risk"] > 0]
    spread = {name: told[name] for name in EXPOSED if name in told}
    spread |= {"last_7": told["last_7"] - told["posts"], "last_28": told["last_28"] - told["last_7"]}
    if "level" in told:
        spread |= {level: told["level"] == level for level in LEVELS[1:]}
    names = [name for name in EXPOSED if name in spread and spread[name].min() < spread[name].max()]
    code, groups = pd.factorize(told["group"])
    if len(groups) < ENOUGH or not names or event not in told:
        return {}, len(groups)
    x = np.column_stack([spread[name].to_numpy(float) for name in names])
    fit = rates(told[event].to_numpy(float), told["risk"].to_numpy(float), x, code.astype(np.int64))
    return ({name: fit.estimate(at).exp() for at, name in enumerate(names, 1)} if fit else {}), len(groups)
