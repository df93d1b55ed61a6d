"""Maximum likelihood for models whose parameters are positive: Newton's method on the log scale, with analytic first
and second derivatives, which give the standard errors as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import zeta

from siyu.estimates.sampling import Z95, Estimate, Floats

LOOSE = 14.0  # error of the logarithm of a parameter that the data do not tell
STEP = 1e-4  # of log parameters, for what a forecast owes to each of them
ARRIVED, FLAT = 1e-8, 1e-5  # gradient a buyer at which a search stops, and above which it has not arrived
STRIDE, ROUNDS, HALVINGS = 3.0, 100, 30  # longest step of log parameters; most steps, and halvings of each
EXACT, NIL = 1e-12, 1e-10  # share of a likelihood that is lost in its sum, and that is no gain: Newton's last step
Derived = tuple[float, Floats, Floats]
Objective = Callable[[Floats], Derived]


class Model(Protocol):
    """A model of purchases or spend: `names` of its parameters, all positive."""

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of estimates."""


Kind = TypeVar("Kind", bound=Model)


@dataclass(frozen=True)
class Fitted(Generic[Kind]):
    """A model with its estimates. values: parameters in the order of `model.names`; covariance: of their logarithms;
    log_likelihood: of all n buyers."""

    model: Kind
    values: tuple[float, ...]
    covariance: Floats
    log_likelihood: float
    n: float

    @property
    def errors(self) -> tuple[float, ...]:
        """Standard errors of the parameters."""
        logs = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        return tuple(float(value * error) for value, error in zip(self.values, logs, strict=True))

    def parameter(self, name: str) -> Estimate:
        """A parameter with its 95% interval, symmetric on the log scale."""
        at = self.model.names.index(name)
        return _positive(self.values[at], self.covariance[at, at])

    def forecast(self, function: Callable[[tuple[float, ...]], float]) -> Estimate:
        """A positive function of the parameters with the 95% interval that comes from their uncertainty (delta method
        on the log scale); nan where it is not positive and finite."""
        logs = np.log(self.values)
        slopes = np.zeros(len(logs))
        value = function(self.values)
        for at in range(len(logs)):
            ends = [function(tuple(np.exp(logs + sign * STEP * np.eye(len(logs))[at]))) for sign in (1, -1)]
            slopes[at] = (np.log(ends[0]) - np.log(ends[1])) / (2 * STEP)
        return _positive(value, float(slopes @ self.covariance @ slopes))


def _positive(value: float, variance: float) -> Estimate:
    """With an interval that is symmetric on the log scale. variance: of the logarithm."""
    centre, error = float(np.log(value)), float(np.sqrt(np.maximum(variance, 0)))
    return Estimate(centre, centre - Z95 * error, centre + Z95 * error, error).exp()


def fitted(model: Kind, objective: Objective, start: Floats, n: float, constant: float, scales: Floats) -> Fitted[Kind]:
    """The maximum of a likelihood. objective: parameters -> (log-likelihood, its gradient, its second derivatives).

    start: log parameters; constant: what the log-likelihood lacks; scales: factors from the parameters of the objective
    to those of the data. Raises ValueError when the search does not arrive at a maximum."""
    logs, (value, slope, curvature) = _lowest(lambda logs: _loss(objective, logs, n), start)
    if not np.isfinite(value) or (np.abs(slope) > FLAT).any():
        raise ValueError("the likelihood has no maximum that a search finds")
    values = tuple(float(one) for one in np.exp(logs) * scales)
    return Fitted(model, values, _inverse(curvature * n), float(constant - value * n), n)


def trigamma(of: npt.ArrayLike) -> Floats:
    """Second derivative of the logarithm of the gamma function, above zero."""
    return np.asarray(zeta(2, of), float)


def _loss(objective: Objective, logs: Floats, n: float) -> Derived:
    """Minus the log-likelihood a buyer, and its derivatives by log parameters."""
    values = np.exp(logs)
    value, slope, curvature = objective(values)
    by_logs = slope * values
    return -value / n, -by_logs / n, -(curvature * np.outer(values, values) + np.diag(by_logs)) / n


def _lowest(loss: Objective, at: Floats) -> tuple[Floats, Derived]:
    """Where a loss is lowest, and what it is there: Newton's steps, downhill where it bends the other way, and halved
    where they lead up."""
    here = loss(at)
    for _ in range(ROUNDS):
        if np.abs(here[1]).max() < ARRIVED or (step := _step(loss, at, here)) is None:
            break
        gain = here[0] - step[1][0]
        at, here = step
        if gain < NIL * abs(here[0]):
            break
    return at, here


def _step(loss: Objective, at: Floats, here: Derived) -> tuple[Floats, Derived] | None:
    """The next place; None where no step leads down."""
    sizes, directions = np.linalg.eigh(here[2])
    step = directions @ ((here[1] @ directions) / np.maximum(np.abs(sizes), EXACT))
    step *= min(1.0, STRIDE / float(np.linalg.norm(step)))
    for halving in 0.5 ** np.arange(HALVINGS):
        there = loss(at - halving * step)
        if there[0] <= here[0] + EXACT * abs(here[0]):
            return at - halving * step, there
    return None


def _inverse(curvature: Floats) -> Floats:
    """Inverse of a curvature; a direction that the data do not tell gets `LOOSE` as its error."""
    sizes, directions = np.linalg.eigh(curvature)
    return np.asarray((directions / np.maximum(sizes, 1 / LOOSE**2)) @ directions.T, float)
