"""Survival from counts: per time, how many were at risk and how many had the event.

Kaplan-Meier (1958), Cox (1972) with one binary covariate that may change with time,
ties after Efron (1977). All take and return plain arrays.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[Any]
_STEPS, _FAR, _NEAR = 120, 12.0, 1e-10


def at_risk(left: Counts) -> Counts:
    """Under observation just before each time, from those who leave (event or censored) at it.

    left: (..., times), times ascending, last axis."""
    return np.asarray(np.flip(np.cumsum(np.flip(left, -1), -1), -1))


def survivors(events: Counts, risk: Counts) -> Floats:
    """Kaplan-Meier share without the event after each time; both (..., times)."""
    return np.asarray(np.cumprod(1 - np.where(risk > 0, events / np.where(risk > 0, risk, 1), 0.0), axis=-1), float)


def log_hazard_ratio(events: Counts, risk: Counts) -> Floats:
    """Cox's log hazard ratio of state 1 against state 0, one per replicate.

    events, risk: (replicates, risk sets, 2), counts in state 0 and 1; risk sets are time by stratum.
    nan where a state has no event. Efron's product over ties in closed form: with d events, R the weight at
    risk and D that of the events, sum over l < d of log(R - l D / d) is a difference of log gamma functions.
    """
    events, risk = np.asarray(events, float), np.asarray(risk, float)
    used = (events.sum(-1) > 0).any(0)
    (e0, e1), (n0, n1) = np.moveaxis(events[:, used], -1, 0), np.moveaxis(risk[:, used], -1, 0)
    d = e0 + e1
    beta = np.zeros(len(events))
    if len(events) > 1:  # each lies near what they have together: half the steps
        beta += np.nan_to_num(log_hazard_ratio(events.sum(0, keepdims=True), risk.sum(0, keepdims=True)))
    defined = (((e1 > 0) & (n0 > 0)).any(-1)) & (((e0 > 0) & (n1 > 0)).any(-1))
    low, high = np.full((2, len(beta)), [[-_FAR], [_FAR]])
    before = np.full(len(beta), np.inf)
    for _ in range(_STEPS):
        step = _score_over_information(np.exp(beta)[:, None], e0, e1, n0, n1, d)
        low, high = np.where(step > 0, beta, low), np.where(step < 0, beta, high)  # the score falls
        # steps that do not shrink, as where most at risk have the event at once, give way to halves of what is left
        astray = (beta + step < low) | (beta + step > high) | (np.abs(step) > np.maximum(before / 2, _NEAR))
        step = np.where(astray, (low + high) / 2 - beta, step)
        beta, before = beta + step, np.abs(step)
        if before[defined].max(initial=0) < _NEAR:
            break
    return np.where(defined, beta, np.nan)


def _score_over_information(ratio: Floats, e0: Floats, e1: Floats, n0: Floats, n1: Floats, d: Floats) -> Floats:
    weight, lost, some = n0 + n1 * ratio, e0 + e1 * ratio, d > 0
    safe = np.where(some, lost, 1.0)
    times = np.where(some, d * weight / safe, 1.0)
    slope = np.where(some, d * (n1 * ratio * lost - weight * e1 * ratio) / safe**2, 0.0)
    digammas = special.digamma(times + 1) - special.digamma(times - d + 1)
    score = e1 - np.where(some, d * e1 * ratio / safe, 0.0) - slope * np.where(some, digammas, 0.0)
    share = n1 * ratio / np.where(weight > 0, weight, 1.0)
    information = (d * share * (1 - share)).sum(-1)
    return np.asarray(score.sum(-1) / np.maximum(information, 1e-12), float)
