"""Draws: quantiles of every family, and draws that do not depend on how many there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from siyu.models.draws import CHUNK, sample
from siyu.models.ranges import Range, beta_shape, pert_support, quantile

# P5, most likely, P95 as an analyst would state them, skewed both ways
TRIPLES = [(0.2, 0.35, 0.5), (0.05, 0.06, 0.3), (0.3, 0.67, 0.75), (1000.0, 3000.0, 5000.0), (2.0, 2.0, 9.0)]
LOG_TRIPLES = [(0.5, 1.5, 6.0), (0.002, 0.01, 0.05), (0.0002, 0.001, 0.02), (1.0, 1.0, 40.0)]


@pytest.mark.parametrize("triple", TRIPLES)
def test_pert_recovers_p5_p95_and_mode(triple):
    low, mode, high = triple
    assert quantile(Range(*triple), np.array([0.05, 0.95])) == pytest.approx([low, high], rel=1e-9)
    a, b, at = pert_support(*triple)
    alpha, beta = beta_shape(at)
    # peak of a beta: (alpha - 1) / (alpha + beta - 2)
    assert a + (b - a) * (alpha - 1) / (alpha + beta - 2) == pytest.approx(mode)
    assert alpha + beta == pytest.approx(6)


@pytest.mark.parametrize("triple", LOG_TRIPLES)
def test_logpert_recovers_p5_p95_and_the_mode_of_the_logarithm(triple):
    low, mode, high = triple
    entry = Range(low, mode, high, "logpert")
    assert quantile(entry, np.array([0.05, 0.95])) == pytest.approx([low, high], rel=1e-9)
    # the density of the logarithm peaks where its quantile function is flattest
    p = np.linspace(0.001, 0.999, 20_001)
    steps = np.diff(np.log(quantile(entry, p)))
    peak = quantile(entry, p[steps.argmin() : steps.argmin() + 1])[0]
    assert peak == pytest.approx(mode, rel=0.02)


def test_limits_are_a_classic_pert_between_hard_ends():
    entry = Range(0.02, 0.03, 0.05, "limits")
    values = quantile(entry, np.linspace(0, 1, 10_001))
    assert values[0] == pytest.approx(0.02)
    assert values[-1] == pytest.approx(0.05)
    # mean of a PERT: (a + 4 mode + b) / 6
    assert np.trapezoid(values, dx=1e-4) == pytest.approx((0.02 + 4 * 0.03 + 0.05) / 6, rel=1e-4)


def test_uniform_and_fixed():
    assert quantile(Range(-1, 0, 3, "uniform"), np.array([0, 0.5, 1])) == pytest.approx([-1, 1, 3])
    assert quantile(Range(7, 7, 7, "fixed"), np.array([0, 0.5, 1])) == pytest.approx([7, 7, 7])


@pytest.mark.parametrize(
    ("family", "triple"),
    [*(("pert", x) for x in TRIPLES), *(("logpert", x) for x in LOG_TRIPLES), ("limits", (0.02, 0.05, 0.05))],
)
@pytest.mark.parametrize("group", [None, "pair"])
def test_quantiles_survive_drawing_alone_and_in_a_group(family, triple, group):
    low, mode, high = triple
    entry = Range(low, mode, high, family, group)
    drawn = sample({"x": entry, "y": entry}, 100_000, seed=5)["x"]
    wanted = quantile(entry, np.array([0.05, 0.5, 0.95]))
    # three standard errors of a sample of 100,000, in probability
    for value, p in zip(wanted, (0.05, 0.5, 0.95), strict=True):
        assert abs((drawn <= value).mean() - p) < 3 * (p * (1 - p) / 100_000) ** 0.5 + 2**-13


@given(st.lists(st.floats(1e-4, 1e4), min_size=3, max_size=3, unique=True))
@settings(max_examples=60, deadline=None)
def test_low_and_high_are_p5_and_p95_of_any_triple(numbers):
    low, mode, high = sorted(numbers)
    entry = Range(low, mode, high, "logpert" if high / low >= 10 else "pert")
    assert quantile(entry, np.array([0.05, 0.95])) == pytest.approx([low, high], rel=1e-6)
    values = quantile(entry, np.linspace(0, 1, 101))
    assert (np.diff(values) >= 0).all()
    assert (values > 0).all()


def test_a_share_never_exceeds_one_and_a_divisor_never_nears_zero():
    share = quantile(Range(0.85, 0.97, 0.995, ceiling=1.0), np.linspace(0, 1, 10_001))
    assert share.max() == 1
    contacts = quantile(Range(1000, 3000, 5000), np.linspace(0, 1, 10_001))
    assert contacts.min() >= 100


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Range(3, 2, 4), "low <= mode <= high"),
        (Range(1, 2, 3, "normal"), "none of pert"),
        (Range(0, 1, 20, "logpert"), "low > 0"),
        (Range(1, 1, 2, "fixed"), "low = high"),
    ],
)
def test_a_range_that_makes_no_distribution_is_refused(entry, message):
    with pytest.raises(ValueError, match=message):
        sample({"x": entry}, 10, seed=1)


INPUTS = {
    "a": Range(0.1, 0.2, 0.4, group="pair"),
    "b": Range(1, 3, 20, "logpert", "pair"),
    "c": Range(-2, 0, 5),
    "d": Range(4, 4, 4, "fixed"),
}


def test_the_first_draws_do_not_depend_on_how_many_follow():
    few, many = sample(INPUTS, CHUNK + 17, 9), sample(INPUTS, 3 * CHUNK, 9)
    for name in INPUTS:
        np.testing.assert_array_equal(few[name], many[name][: CHUNK + 17])


def test_order_of_inputs_changes_nothing_and_the_seed_does():
    turned = dict(reversed(INPUTS.items()))
    np.testing.assert_array_equal(sample(INPUTS, 50, 9)["a"], sample(turned, 50, 9)["a"])
    assert not np.array_equal(sample(INPUTS, 50, 9)["a"], sample(INPUTS, 50, 10)["a"])


def test_a_group_is_correlated_and_the_rest_is_not():
    drawn = sample(INPUTS, 100_000, 1)
    # Spearman's rank correlation of a Gaussian copula: 6 / pi * asin(r / 2)
    expected = 6 / np.pi * np.arcsin(0.7 / 2)
    assert spearmanr(drawn["a"], drawn["b"]).statistic == pytest.approx(expected, abs=0.01)
    assert spearmanr(drawn["a"], drawn["c"]).statistic == pytest.approx(0, abs=0.01)
