"""BG/NBD and MBG/NBD: purchases at a gamma rate, and after each a beta chance to be gone for good.

r, alpha: of the gamma (alpha in the unit of time); a, b: of the beta. In MBG/NBD one may be gone after the first
purchase, too. Fader, Hardie, Lee 2005 (Marketing Science 24, 275-284); Batislam, Denizel, Filiztekin 2007. Both are
one likelihood: after `x` repeats there were x + `chances` chances to go, with `chances` 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln, hyp2f1

from siyu.estimates.likelihood import Derived, Fitted, Objective, trigamma
from siyu.estimates.sampling import Floats
from siyu.value.fitting import Histories, fitted_histories, once

NEAR = 1e-6  # a nearer to 1 is moved off: there the closed form is 0 / 0


@dataclass(frozen=True)
class BetaGeometric:
    """chances: 0 for BG/NBD, 1 for MBG/NBD."""

    key: str
    chances: int
    names: tuple[str, ...] = ("r", "alpha", "a", "b")

    def fit(self, histories: Histories) -> Fitted[BetaGeometric]:
        """By maximum likelihood. Raises ValueError without a repeat purchase, or where no maximum is found."""
        return fitted_histories(self, self._objective, histories, np.log([0.5, 1, 0.8, 2.5]), (0, 1, 0, 0))

    def log_likelihood(self, values: tuple[float, ...], histories: Histories) -> float:
        """Of all buyers."""
        return self._objective(histories)(np.array(values))[0]

    def _objective(self, h: Histories) -> Objective:
        """Logarithms are taken of distinct values only: histories share few of them."""
        (ux, ix), (ut, it), (until, ie) = (np.unique(one, return_inverse=True) for one in (h.x, h.t_x, h.T))
        n, k, wx = h.buyers, ux + self.chances, np.bincount(ix, h.w)
        we, repeats = np.bincount(ie, h.w), np.bincount(ie, h.w * h.x)
        before = np.maximum(k - 1, 0)  # chances survived before the last

        def objective(values: Floats) -> Derived:
            r, alpha, a, b = values
            ends, last, odds = 1 / (alpha + until), 1 / (alpha + ut), 1 / (b + before)
            rx, at_end, at_last = (r + ux)[ix], ends[ie], last[it]
            waited, pace = np.log(last)[it] - np.log(ends)[ie], at_end - at_last
            gone = np.where(k > 0, np.log(a * odds), -np.inf)[ix] + rx * waited
            over = np.exp(-np.abs(gone))  # of the smaller over the larger
            left = np.where(gone > 0, 1, over) / (1 + over)
            q, all_x = h.w * left, r * we + repeats
            # derivatives of the logarithm of gone for good over still there
            toward = np.stack([waited, rx * pace, np.full(len(rx), 1 / a), -odds[ix]])
            total = wx @ (gammaln(r + ux) + gammaln(b + k) - gammaln(a + b + k))
            total += h.w @ (np.maximum(gone, 0) + np.log(1 + over))
            total += n * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b)) + all_x @ np.log(ends)
            both, bent = (n * of(a + b) - wx @ of(a + b + k) for of in (digamma, trigamma))
            slope = toward @ q + [
                wx @ digamma(r + ux) + n * (np.log(alpha) - digamma(r)) + we @ np.log(ends),
                n * r / alpha - all_x @ ends,
                both,
                both - n * digamma(b) + wx @ digamma(b + k),
            ]
            curvature = (toward * (q * (1 - left))) @ toward.T
            curvature[0, 0] += wx @ trigamma(r + ux) - n * trigamma(r)
            curvature[[0, 1], [1, 0]] += n / alpha - we @ ends + q @ pace
            curvature[1, 1] += all_x @ ends**2 - n * r / alpha**2 - (q * toward[1]) @ (at_end + at_last)
            curvature[2:, 2:] += bent
            curvature[2, 2] -= q.sum() / a**2
            curvature[3, 3] += wx @ trigamma(b + k) - n * trigamma(b) + np.bincount(ix, q) @ odds**2
            return float(total), slope, curvature

        return objective

    def alive(self, values: tuple[float, ...], h: Histories) -> Floats:
        """P(alive) at T of each history, (rows,)."""
        r, alpha, a, b = values
        k = h.x + self.chances
        with np.errstate(divide="ignore"):
            ratio = np.where(k > 0, np.log(a) - np.log(b + np.maximum(k - 1, 0)), -np.inf)
        return np.asarray(expit(-(ratio + (r + h.x) * np.log((alpha + h.T) / (alpha + h.t_x)))), float)

    def expected(self, values: tuple[float, ...], t: float | Floats, h: Histories, p: Floats | None = None) -> Floats:
        """Expected purchases in the time `t` after T of each history, (rows,); with x, t_x and T of 0, of a new buyer.

        p: `alive`, where known. Eq. 10 of the paper, Euler's transformation of the hypergeometric function or not."""
        r, alpha, a, b = values
        a = a if abs(a - 1) > NEAR else 1 + NEAR
        (x, until, ahead), place = once(h.x, h.T, t)
        k = x + self.chances
        z = ahead / (alpha + until + ahead)
        c = a + b + k - 1
        with np.errstate(over="ignore", invalid="ignore"):  # either overflows where the other does not
            left = (1 - z) ** (a - 1) * hyp2f1(c - r - x, a - 1, c, z)
            left = np.where(np.isfinite(left), left, (1 - z) ** (r + x) * hyp2f1(r + x, b + k, c, z))
        return np.asarray((self.alive(values, h) if p is None else p) * c[place] / (a - 1) * (1 - left)[place], float)


BG, MBG = BetaGeometric("bg_nbd", 0), BetaGeometric("mbg_nbd", 1)
