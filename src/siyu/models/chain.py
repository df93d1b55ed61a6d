"""Chains of states in whole steps: what a state is worth, where people end up, and how fast, with censoring."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def worth(chances: Floats, brought: Floats, interest: float) -> Floats:
    """What somebody in each state is worth: (..., states).

    chances: (..., states, states) from row to column in a step, what is missing of a row leaves for good; brought:
    (..., states) in the step that one is there; interest: of a step. Source: Pfeifer and Carraway 2000, eq. 7."""
    states = np.eye(chances.shape[-1])
    return np.asarray(np.linalg.solve(states - chances / (1 + interest), brought[..., None])[..., 0])


def settled(chances: Floats, inflow: Floats) -> Floats:
    """People in each state once as many leave as come: (..., states); inflow: of a step, by state."""
    states = np.eye(chances.shape[-1])
    return np.asarray(np.linalg.solve(states - np.swapaxes(chances, -1, -2), inflow[..., None])[..., 0])


def shares(moves: npt.NDArray[Any]) -> Floats:
    """Rows of moves (..., states, states) as chances; a state that nobody was in is stayed in."""
    total = moves.sum(-1, keepdims=True)
    return np.where(total > 0, moves / np.maximum(total, 1), np.eye(moves.shape[-1]))


def occupied(start: npt.NDArray[Any], moves: npt.NDArray[np.int64]) -> Floats:
    """Aalen-Johansen: share in each state after 0, 1, 2 … steps, (..., steps + 1, states).

    start: (..., states); moves: (..., steps, states, states) of those still followed at the step. Valid for state
    occupation without the Markov property (Datta and Satten 2001)."""
    now = start / np.maximum(start.sum(-1, keepdims=True), 1e-300)
    found = [now]
    for step in np.moveaxis(shares(moves), -3, 0):
        now = (now[..., None, :] @ step)[..., 0, :]
        found.append(now)
    return np.stack(found, axis=-2)
