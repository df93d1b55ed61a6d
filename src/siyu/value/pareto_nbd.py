"""Pareto/NBD: purchases at a gamma rate until a lifetime ends that is exponential at a gamma rate.

r, alpha: of the purchase rate; s, beta: of the rate of leaving; alpha and beta in the unit of time. Schmittlein,
Morrison, Colombo 1987. The time of leaving is integrated out by Gauss-Legendre quadrature, which has analytic
gradients where the closed form (two hypergeometric functions) has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from siyu.estimates.likelihood import Derived, Fitted, Objective, trigamma
from siyu.estimates.sampling import Floats
from siyu.value.fitting import Histories, fitted_histories

NODES, POWER = 16, 3  # nodes crowd where the integrand falls, right after the last purchase
_U, _WEIGHT = (one / 2 for one in np.polynomial.legendre.leggauss(NODES))
_U += 0.5  # from 0 to 1
BLOCK = 2_000  # histories taken at a time: what is made of them stays near the core
NEAR = 1e-6  # s nearer to 1 is moved off: there the closed form is 0 / 0


@dataclass(frozen=True)
class ParetoNbd:
    """Pareto/NBD."""

    key: str = "pareto_nbd"
    names: tuple[str, ...] = ("r", "alpha", "s", "beta")

    def fit(self, histories: Histories) -> Fitted[ParetoNbd]:
        """By maximum likelihood. Raises ValueError without a repeat purchase, or where no maximum is found."""
        return fitted_histories(self, _objective, histories, np.array([0.0, 1, 0, 1]), (0, 1, 0, 1))

    def log_likelihood(self, values: tuple[float, ...], histories: Histories) -> float:
        """Of all buyers."""
        return _objective(histories)(np.array(values))[0]

    def alive(self, values: tuple[float, ...], h: Histories) -> Floats:
        """P(alive) at T of each history, (rows,)."""
        return np.concatenate([_shares(values, *_nodes(block), block)[1][:, -1] for block in _blocks(h)])

    def expected(self, values: tuple[float, ...], t: float | Floats, h: Histories, p: Floats | None = None) -> Floats:
        """Expected purchases in the time `t` after T of each history, (rows,); with 0 for x, t_x, T, of a new buyer.
        p: `alive`, where known."""
        r, alpha, s, beta = values
        s = s if abs(s - 1) > NEAR else 1 + NEAR
        rate = (r + h.x) * (beta + h.T) / ((alpha + h.T) * (s - 1))
        p = self.alive(values, h) if p is None else p
        return np.asarray(p * rate * (1 - ((beta + h.T) / (beta + h.T + t)) ** (s - 1)), float)


def _blocks(h: Histories) -> list[Histories]:
    cuts = range(0, len(h.x), BLOCK)
    return [Histories(*(column[at : at + BLOCK] for column in (h.x, h.t_x, h.T, h.w))) for at in cuts]


def _nodes(h: Histories) -> tuple[Floats, Floats]:
    """(moments of leaving, logarithms of their weights), (rows, NODES + 1); the last is T: not left yet."""
    width = (h.T - h.t_x)[:, None]
    moments = np.concatenate([h.t_x[:, None] + width * _U**POWER, h.T[:, None]], axis=1)
    with np.errstate(divide="ignore"):
        logs = np.log(width * (_WEIGHT * POWER * _U ** (POWER - 1)))
    return moments, np.concatenate([logs, np.zeros_like(width)], axis=1)


def _shares(values: tuple[float, ...], moments: Floats, weights: Floats, h: Histories) -> tuple[Floats, Floats]:
    """(log-likelihood of each history without its factor, chance of each moment of leaving)."""
    r, alpha, s, beta = values
    gone = np.log(beta + moments)
    logs = weights - (r + h.x)[:, None] * np.log(alpha + moments) - s * gone
    logs[:, :-1] += np.log(s) - gone[:, :-1]
    top = logs.max(axis=1, keepdims=True)
    parts = np.exp(logs - top)
    whole = parts.sum(axis=1, keepdims=True)
    return (top + np.log(whole))[:, 0], parts / whole


def _objective(histories: Histories) -> Objective:
    blocks = [(block, *_nodes(block)) for block in _blocks(histories)]

    def objective(values: Floats) -> Derived:
        value, slope, curvature = zip(*(_part(values, *block) for block in blocks), strict=True)
        return sum(value), np.sum(slope, axis=0), np.sum(curvature, axis=0)

    return objective


def _part(values: Floats, h: Histories, moments: Floats, weights: Floats) -> Derived:
    """Log-likelihood of a block of histories and its derivatives by the parameters."""
    r, alpha, s, beta = values
    whole, chance = _shares(tuple(values), moments, weights, h)
    rx, n, gone = (r + h.x)[:, None], h.w.sum(), np.append(np.ones(NODES), 0)
    paces, stays = 1 / (alpha + moments), 1 / (beta + moments)
    # derivatives of the logarithm of each chance, then their means over the moments of leaving
    toward = np.stack([np.log(paces), -rx * paces, np.log(stays) + gone / s, -(s + gone) * stays])
    mean = (chance * toward).sum(axis=2)
    chance = chance * h.w[:, None]
    left = chance[:, :-1].sum()
    times, each_of = np.unique(h.x, return_inverse=True)  # few: gamma functions are taken once for each
    factor = (gammaln(r + times) - gammaln(r))[each_of] + r * np.log(alpha) + s * np.log(beta)
    of_r = h.w @ (digamma(r + times) - digamma(r))[each_of] + n * np.log(alpha)
    slope = mean @ h.w + [of_r, n * r / alpha, n * np.log(beta), n * s / beta]
    spread = toward.reshape(4, -1)
    curvature = (spread * chance.ravel()) @ spread.T - (mean * h.w) @ mean.T
    curvature[0, 0] += h.w @ trigamma(r + times)[each_of] - n * trigamma(r)
    curvature[[0, 1], [1, 0]] += n / alpha - (chance * paces).sum()
    curvature[1, 1] += (chance * rx * paces**2).sum() - n * r / alpha**2
    curvature[2, 2] -= left / s**2
    curvature[[2, 3], [3, 2]] += n / beta - (chance * stays).sum()
    curvature[3, 3] += (chance * (s + gone) * stays**2).sum() - n * s / beta**2
    return float(h.w @ (factor + whole)), slope, curvature


PARETO = ParetoNbd()
