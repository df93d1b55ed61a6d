"""Pareto/NBD: purchases at a gamma rate until a lifetime ends that is exponential at a gamma rate.

r, alpha: of the purchase rate; s, beta: of the rate of leaving; alpha and beta in the unit of time. Schmittlein,
Morrison, Colombo 1987. The time of leaving is integrated out by Gauss-Legendre quadrature, which has analytic
gradients where the closed form (two hypergeometric functions) has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from siyu.estimates.likelihood import Fitted, Objective
from siyu.estimates.sampling import Floats
from siyu.value.fitting import Histories, fitted_histories

NODES, POWER = 16, 3  # nodes crowd where the integrand falls, right after the last purchase
BLOCK = 20_000  # histories taken at a time
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
        return -_objective(histories)(np.log(values))[0] * histories.buyers

    def alive(self, values: tuple[float, ...], h: Histories) -> Floats:
        """P(alive) at T of each history, (rows,)."""
        return np.concatenate([_shares(values, *_nodes(block), block)[1][:, -1] for block in _blocks(h)])

    def expected(self, values: tuple[float, ...], t: float | Floats, h: Histories) -> Floats:
        """Expected purchases in the time `t` after T of each history, (rows,); with 0 for x, t_x, T, of a new buyer."""
        r, alpha, s, beta = values
        s = s if abs(s - 1) > NEAR else 1 + NEAR
        rate = (r + h.x) * (beta + h.T) / ((alpha + h.T) * (s - 1))
        return np.asarray(self.alive(values, h) * rate * (1 - ((beta + h.T) / (beta + h.T + t)) ** (s - 1)), float)


def _blocks(h: Histories) -> list[Histories]:
    cuts = range(0, len(h.x), BLOCK)
    return [Histories(*(column[at : at + BLOCK] for column in (h.x, h.t_x, h.T, h.w))) for at in cuts]


def _nodes(h: Histories) -> tuple[Floats, Floats]:
    """(moments of leaving, logarithms of their weights), (rows, NODES + 1); the last is T: not left yet."""
    u, weight = np.polynomial.legendre.leggauss(NODES)
    u, weight = (u + 1) / 2, weight / 2
    width = (h.T - h.t_x)[:, None]
    moments = np.concatenate([h.t_x[:, None] + width * u**POWER, h.T[:, None]], axis=1)
    with np.errstate(divide="ignore"):
        logs = np.log(width * (weight * POWER * u ** (POWER - 1)))
    return moments, np.concatenate([logs, np.zeros_like(width)], axis=1)


def _shares(values: tuple[float, ...], moments: Floats, weights: Floats, h: Histories) -> tuple[Floats, Floats]:
    """(log-likelihood of each history without its factor, chance of each moment of leaving)."""
    r, alpha, s, beta = values
    logs = weights - (r + h.x)[:, None] * np.log(alpha + moments) - s * np.log(beta + moments)
    logs[:, :-1] += np.log(s) - np.log(beta + moments[:, :-1])
    top = logs.max(axis=1, keepdims=True)
    parts = np.exp(logs - top)
    whole = parts.sum(axis=1, keepdims=True)
    return (top + np.log(whole))[:, 0], parts / whole


def _objective(histories: Histories) -> Objective:
    blocks = [(block, *_nodes(block)) for block in _blocks(histories)]
    n = histories.buyers

    def objective(logs: Floats) -> tuple[float, Floats]:
        values = tuple(np.exp(logs))
        parts = [_part(values, *block) for block in blocks]
        slope = np.sum([part[1] for part in parts], axis=0)
        return -sum(part[0] for part in parts) / n, -slope * np.exp(logs) / n

    return objective


def _part(values: tuple[float, ...], h: Histories, moments: Floats, weights: Floats) -> tuple[float, Floats]:
    """Log-likelihood of a block of histories and its derivatives by the parameters."""
    r, alpha, s, beta = values
    whole, chance = _shares(values, moments, weights, h)
    factor = gammaln(r + h.x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    chance = chance * h.w[:, None]
    left = h.w - chance[:, -1]
    of_beta = chance / (beta + moments)
    slope = np.array([
        h.w @ (digamma(r + h.x) - digamma(r) + np.log(alpha)) - (chance * np.log(alpha + moments)).sum(),
        h.w.sum() * r / alpha - ((r + h.x)[:, None] * chance / (alpha + moments)).sum(),
        h.w.sum() * np.log(beta) - (chance * np.log(beta + moments)).sum() + left.sum() / s,
        h.w.sum() * s / beta - s * of_beta.sum() - of_beta[:, :-1].sum(),
    ])  # fmt: skip
    return float(h.w @ (factor + whole)), slope


PARETO = ParetoNbd()
