"""Survival estimators against published results on the bundled reference data."""

import numpy as np
import pytest
from scipy import optimize

from siyu.estimates.survival import at_risk, log_hazard_ratio, survivors


def test_survivors_by_hand():
    # of four, one dies at 1, one leaves at 2, one dies at 3
    risk = at_risk(np.array([1, 1, 1, 1]))
    assert survivors(np.array([1, 0, 1, 0]), risk).tolist() == [0.75, 0.75, 0.375, 0.375]


def partial_likelihood(beta, deaths, risk):
    """Efron's log partial likelihood, term by term."""
    theta, total = np.exp(beta), 0.0
    for (e0, e1), (n0, n1) in zip(deaths, risk, strict=True):
        total += e1 * beta
        for at in range(e0 + e1):
            total -= np.log(n0 + n1 * theta - at / (e0 + e1) * (e0 + e1 * theta))
    return total


def test_hazard_ratio_maximises_efrons_likelihood_with_many_ties():
    random = np.random.default_rng(9)
    risk = np.stack([np.arange(90, 30, -2), np.arange(60, 30, -1)], -1)
    deaths = random.binomial(risk, 0.12)
    found = float(log_hazard_ratio(deaths[None], risk[None])[0])
    grid = np.linspace(found - 1e-3, found + 1e-3, 201)
    best = grid[np.argmax([partial_likelihood(beta, deaths, risk) for beta in grid])]
    assert found == pytest.approx(best, abs=1e-5 + 1e-12)


@pytest.mark.parametrize(("deaths", "risk"), [
    ([[2, 49]], [[11, 56]]), ([[15, 2], [3, 4]], [[16, 30], [3, 4]]), ([[1, 9], [8, 1]], [[10, 10], [9, 2]]),
])  # fmt: skip
def test_hazard_ratio_is_found_where_most_at_risk_have_the_event_at_once(deaths, risk):
    def loss(beta):
        return -partial_likelihood(beta, np.array(deaths), np.array(risk))

    best = optimize.minimize_scalar(loss, bounds=(-12, 12), method="bounded", options={"xatol": 1e-9}).x
    found = log_hazard_ratio(np.array([deaths, deaths]), np.array([risk, risk]))
    np.testing.assert_allclose(found, [best, best], atol=1e-6)


def test_hazard_ratio_needs_events_in_both_states():
    deaths, risk = np.array([[[1, 0], [1, 0]]]), np.array([[[5, 5], [4, 5]]])
    assert np.isnan(log_hazard_ratio(deaths, risk)[0])
    assert np.isnan(log_hazard_ratio(deaths[:, :0], risk[:, :0])[0])
