"""Maximum likelihood for models whose parameters are positive: on the log scale, with analytic gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from scipy.optimize import minimize

from siyu.estimates.sampling import Z95, Estimate, Floats

LOOSE = 14.0  # error of the logarithm of a parameter that the data do not tell
STEP = 1e-4  # of log parameters, for second derivatives and for what a forecast owes to each of them
ARRIVED, FLAT = 1e-8, 1e-5  # gradient a buyer at which a search stops, and above which it has not arrived
Objective = Callable[[Floats], tuple[float, Floats]]


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
    """The maximum of a likelihood. objective: log parameters -> (minus log-likelihood per buyer, its gradient).

    constant: what the log-likelihood lacks; scales: factors from the parameters of the objective to those of the data.
    Raises ValueError when the search does not arrive at a maximum."""
    found = minimize(objective, start, jac=True, method="BFGS", options={"gtol": ARRIVED})
    if not np.isfinite(found.fun) or (np.abs(found.jac) > FLAT).any():
        raise ValueError("the likelihood has no maximum that a search finds")
    values = np.exp(found.x) * scales
    covariance = _inverse(_curvature(objective, found.x) * n)
    return Fitted(model, tuple(float(one) for one in values), covariance, float(constant - found.fun * n), n)


def _curvature(objective: Objective, at: Floats) -> Floats:
    steps = np.eye(len(at)) * STEP
    matrix = np.array([objective(at + step)[1] - objective(at - step)[1] for step in steps]) / (2 * STEP)
    return (matrix + matrix.T) / 2


def _inverse(curvature: Floats) -> Floats:
    """Inverse of a curvature; a direction that the data do not tell gets `LOOSE` as its error."""
    sizes, directions = np.linalg.eigh(curvature)
    return np.asarray((directions / np.maximum(sizes, 1 / LOOSE**2)) @ directions.T, float)
