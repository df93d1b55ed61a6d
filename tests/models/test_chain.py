"""Chains of states: known values, and an Aalen-Johansen estimate worked out person by person."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.models import chain

# chances of an order in years 1 to 4 after the last, then lost (Pfeifer and Carraway 2000)
RECENCY = np.array([[0.3, 0.7, 0, 0], [0.2, 0, 0.8, 0], [0.15, 0, 0, 0.85], [0.05, 0, 0, 0]])


def by_hand(walks, steps):
    """Occupation after each step by the product of explicit risk sets; -1: no longer followed."""
    states = int(max(max(walk) for walk in walks)) + 1
    now = np.bincount([walk[0] for walk in walks], minlength=states) / len(walks)
    found = [now]
    for step in range(steps):
        then = np.zeros(states)
        for state in range(states):
            at_risk = [walk for walk in walks if len(walk) > step + 1 and walk[step] == state]
            for other in range(states):
                moved = sum(walk[step + 1] == other for walk in at_risk)
                share = moved / len(at_risk) if at_risk else float(state == other)
                then[other] += now[state] * share
        now = then
        found.append(now)
    return np.array(found)


def counted(walks, steps, states):
    moves = np.zeros((steps, states, states), np.int64)
    for walk in walks:
        for step, (one, other) in enumerate(pairwise(walk)):
            moves[step, one, other] += 1
    return np.bincount([walk[0] for walk in walks], minlength=states), moves


def test_value_of_recency_states_as_published():
    """research: c with R = (36, -4, -4, -4): 52.320 5.554 1.251 -1.820 at a fifth a year."""
    found = chain.worth(RECENCY, np.array([36.0, -4, -4, -4]), 0.2)
    assert found == pytest.approx([52.320, 5.554, 1.251, -1.820], abs=5e-4)


def test_a_settled_stock_takes_in_what_it_loses():
    chances = np.array([[0.5, 0.3], [0.1, 0.8]])
    found = chain.settled(chances, np.array([10.0, 0.0]))
    assert found @ chances + [10, 0] == pytest.approx(found)
    assert (found * (1 - chances.sum(1))).sum() == pytest.approx(10)


def test_aalen_johansen_equals_risk_sets_of_single_people():
    random = np.random.default_rng(3)
    walks = []
    for _ in range(300):
        walk, length = [int(random.integers(2))], int(random.integers(2, 9))
        while len(walk) < length:
            walk.append(int(random.choice(3, p=[(0.6, 0.3, 0.1), (0.2, 0.6, 0.2), (0, 0, 1)][walk[-1]])))
        walks.append(walk)
    start, moves = counted(walks, 8, 3)
    assert chain.occupied(start, moves) == pytest.approx(by_hand(walks, 8))


@given(st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=5), min_size=1, max_size=20))
def test_shares_of_states_add_up_to_one(walks):
    start, moves = counted(walks, 4, 3)
    assert chain.occupied(start, moves).sum(-1) == pytest.approx(1)


def test_without_censoring_it_is_the_share_seen():
    walks = [(0, 1, 1), (0, 1, 2), (0, 2, 2), (0, 0, 0)]
    start, moves = counted(walks, 2, 3)
    assert chain.occupied(start, moves)[-1] == pytest.approx([0.25, 0.25, 0.5])
