"""Gamma-Gamma: what buyers spend a purchase, around a mean of their own.

p, q, gamma: a purchase is gamma(p) around the buyer's rate, and rates are gamma(q, gamma), gamma in the unit of
money. It takes it that how much one spends has nothing to do with how often. Fader and Hardie 2013, note 025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from siyu.estimates.likelihood import Derived, Fitted, Objective, fitted, trigamma
from siyu.estimates.sampling import Floats


@dataclass(frozen=True)
class Spending:
    """Arrays (rows,) float64. x: repeat purchases, from 1; mean: spend of one of them on average, above 0; w: buyers.

    Raises ValueError for spend that is not above 0, or without buyers."""

    x: Floats
    mean: Floats
    w: Floats

    def __post_init__(self) -> None:
        if not len(self.x) or (self.x < 1).any():
            raise ValueError("nobody has bought again")
        if not (np.isfinite(self.mean) & (self.mean > 0)).all():
            raise ValueError("spend has to be above zero: a refund is larger than its order, or nothing was paid")

    def correlation(self) -> float:
        """Of repeat purchases and mean spend over buyers; nan when either is the same for all."""
        dx, dz = (one - np.average(one, weights=self.w) for one in (self.x, self.mean))
        spread = np.sqrt((self.w @ dx**2) * (self.w @ dz**2))
        return float((self.w * dx) @ dz / spread) if spread > 0 else float("nan")


@dataclass(frozen=True)
class GammaGamma:
    """Gamma-Gamma."""

    names: tuple[str, ...] = ("p", "q", "gamma")

    def fit(self, spending: Spending) -> Fitted[GammaGamma]:
        """By maximum likelihood. Raises ValueError when all spend is equal, or where no maximum is found."""
        if np.ptp(spending.mean) <= 1e-9 * spending.mean.max():
            raise ValueError("all buyers spend the same: there is nothing to estimate")
        scale, n = float(np.average(spending.mean, weights=spending.w)), float(spending.w.sum())
        scaled = Spending(spending.x, spending.mean / scale, spending.w)
        scales = np.array([1, 1, scale])
        return fitted(self, _objective(scaled), np.log([2.0, 2.0, 1.0]), n, -float(np.log(scale)) * n, scales)

    def typical(self, values: tuple[float, ...]) -> float:
        """Expected spend of a purchase of a new buyer, p gamma / (q - 1); inf when q is not above 1."""
        p, q, gamma = values
        return p * gamma / (q - 1) if q > 1 else float("inf")

    def expected(self, values: tuple[float, ...], x: Floats, mean: Floats) -> Floats:
        """Expected spend of a purchase of buyers with these repeats and this mean; x of 0 for those without a repeat.

        Raises ValueError when q is not above 1: the mean of the population does not exist."""
        p, q, gamma = values
        if q <= 1:
            raise ValueError(f"q is {q:.3g}: expected spend has no finite mean")
        return np.asarray(p * (gamma + x * mean) / (p * x + q - 1), float)


def _objective(s: Spending) -> Objective:
    n, total = float(s.w.sum()), s.x * s.mean
    log_mean, log_total = np.log(s.mean), np.log(total)
    times, each_of = np.unique(s.x, return_inverse=True)  # few: gamma functions are taken once for each

    def objective(values: Floats) -> Derived:
        p, q, gamma = values
        px, whole = p * s.x, total + gamma
        all_, known, kept = px + q, log_total - np.log(whole), np.log(gamma / whole)
        of_x, of_all = p * times, p * times + q
        each = (gammaln(of_all) - gammaln(of_x))[each_of] - gammaln(q) + q * kept + px * known - log_mean
        top, bend, bend_x = (one[each_of] for one in (digamma(of_all), trigamma(of_all), trigamma(of_x)))
        slope = [
            s.w @ (s.x * (top - digamma(of_x)[each_of] + known)),
            s.w @ (top - digamma(q) + kept),
            s.w @ (q / gamma - all_ / whole),
        ]
        by_pq, by_qg, by_pg = s.w @ (s.x * bend), s.w @ (1 / gamma - 1 / whole), -s.w @ (s.x / whole)
        curvature = [
            [s.w @ (s.x**2 * (bend - bend_x)), by_pq, by_pg],
            [by_pq, s.w @ bend - n * trigamma(q), by_qg],
            [by_pg, by_qg, s.w @ (all_ / whole**2) - n * q / gamma**2],
        ]
        return float(s.w @ each), np.array(slope), np.array(curvature)

    return objective


GAMMA_GAMMA = GammaGamma()
