"""BG/NBD and MBG/NBD: purchases at a gamma rate, and after each a beta chance to be gone for good.

r, alpha: of the gamma (alpha in the unit of time); a, b: of the beta. In MBG/NBD one may be gone after the first
purchase, too. Fader, Hardie, Lee 2005 (Marketing Science 24, 275-284); Batislam, Denizel, Filiztekin 2007. Both are
one likelihood: after `x` repeats there were x + `chances` chances to go, with `chances` 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln, hyp2f1

from siyu.estimates.likelihood import Fitted, Objective
from siyu.estimates.sampling import Floats
from siyu.value.fitting import Histories, fitted_histories

NEAR = 1e-6  # a nearer to 1 is moved off: there the closed form is 0 / 0


@dataclass(frozen=True)
class BetaGeometric:
    """chances: 0 for BG/NBD, 1 for MBG/NBD."""

    key: str
    chances: int
    names: tuple[str, ...] = ("r", "alpha", "a", "b")

    def fit(self, histories: Histories) -> Fitted[BetaGeometric]:
        """By maximum likelihood. Raises ValueError without a repeat purchase, or where no maximum is found."""
        return fitted_histories(self, self._objective, histories, np.full(4, 0.1), (0, 1, 0, 0))

    def log_likelihood(self, values: tuple[float, ...], histories: Histories) -> float:
        """Of all buyers."""
        return -self._objective(histories)(np.log(values))[0] * histories.buyers

    def _objective(self, h: Histories) -> Objective:
        """Logarithms are taken of distinct values only: histories share few of them."""
        (ux, ix), (ut, it), (end, ie) = (np.unique(one, return_inverse=True) for one in (h.x, h.t_x, h.T))
        wx, n, k = np.bincount(ix, h.w), h.buyers, ux + self.chances
        before = np.maximum(k - 1, 0)  # chances survived before the last

        def objective(logs: Floats) -> tuple[float, Floats]:
            r, alpha, a, b = np.exp(logs)
            whole, last = np.log(alpha + end)[ie], np.log(alpha + ut)[it]
            rx = (r + ux)[ix]
            ratio = np.where(k > 0, np.log(a) - np.log(b + before), -np.inf)
            gone = ratio[ix] + rx * (whole - last)
            total = wx @ (gammaln(r + ux) + gammaln(b + k) - gammaln(a + b + k))
            total += n * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
            total += h.w @ (np.logaddexp(0, gone) - rx * whole)
            q = h.w * expit(gone)
            stayed = h.w - q
            of_ends = 1 / (alpha + end)
            of_last = 1 / (alpha + ut)
            both = digamma(a + b) - wx @ digamma(a + b + k) / n
            slope = [
                wx @ digamma(r + ux) + n * (np.log(alpha) - digamma(r)) - stayed @ whole - q @ last,
                n * r / alpha - (stayed * rx) @ of_ends[ie] - (q * rx) @ of_last[it],
                n * both + q.sum() / a,
                n * (both - digamma(b)) + wx @ digamma(b + k) - np.bincount(ix, q) @ (1 / (b + before)),
            ]
            return -total / n, -np.array(slope) * np.exp(logs) / n

        return objective

    def alive(self, values: tuple[float, ...], h: Histories) -> Floats:
        """P(alive) at T of each history, (rows,)."""
        r, alpha, a, b = values
        k = h.x + self.chances
        with np.errstate(divide="ignore"):
            ratio = np.where(k > 0, np.log(a) - np.log(b + np.maximum(k - 1, 0)), -np.inf)
        return np.asarray(expit(-(ratio + (r + h.x) * np.log((alpha + h.T) / (alpha + h.t_x)))), float)

    def expected(self, values: tuple[float, ...], t: float | Floats, h: Histories) -> Floats:
        """Expected purchases in the time `t` after T of each history, (rows,); with x, t_x and T of 0, of a new buyer.

        Eq. 10 of the paper, with or without Euler's transformation of the hypergeometric function."""
        r, alpha, a, b = values
        a = a if abs(a - 1) > NEAR else 1 + NEAR
        k = h.x + self.chances
        z = t / (alpha + h.T + t)
        c = a + b + k - 1
        with np.errstate(over="ignore", invalid="ignore"):  # either overflows where the other does not
            left = (1 - z) ** (a - 1) * hyp2f1(c - r - h.x, a - 1, c, z)
            left = np.where(np.isfinite(left), left, (1 - z) ** (r + h.x) * hyp2f1(r + h.x, b + k, c, z))
        return np.asarray(self.alive(values, h) * c / (a - 1) * (1 - left), float)


BG, MBG = BetaGeometric("bg_nbd", 0), BetaGeometric("mbg_nbd", 1)
