"""Intervals against plain ways to compute them."""

import numpy as np
import pytest
from scipy import stats

from siyu.estimates.sampling import DRAWS, GROUPS, apart, divided, estimated, ratio, wilson


@pytest.fixture
def clusters():
    random = np.random.default_rng(5)
    n = random.integers(20, 60, GROUPS)
    return np.stack([random.binomial(n, 0.3), n], -1)


def test_jackknife_leaves_each_group_out(clusters):
    found = ratio(clusters)
    left = np.array([np.delete(clusters, g, 0).sum(0) for g in range(GROUPS)])
    values = left[:, 0] / left[:, 1]
    error = np.sqrt((GROUPS - 1) / GROUPS * ((values - values.mean()) ** 2).sum())
    assert found.error == pytest.approx(error)
    assert found.high - found.value == pytest.approx(stats.t(GROUPS - 1).ppf(0.975) * error)


def test_jackknife_of_a_mean_is_the_textbook_error(clusters):
    counts = np.stack([clusters[:, 0], np.ones(GROUPS, int)], -1)
    assert ratio(counts).error == pytest.approx(clusters[:, 0].std(ddof=1) / np.sqrt(GROUPS))


def test_bootstrap_of_few_buyers_is_near_the_exact_error():
    bought = np.array([1] * 60 + [0] * 90)
    found = ratio(np.stack([bought, np.ones(150, int)], -1))
    assert found.value == 0.4
    assert found.error == pytest.approx(np.sqrt(0.4 * 0.6 / 150), rel=3 / np.sqrt(2 * DRAWS))
    assert ratio(np.stack([bought, np.ones(150, int)], -1)) == found


def test_groups_without_buyers_do_not_narrow_a_bootstrap():
    pair = np.stack([np.array([1] * 60 + [0] * 90), np.ones(150, int)], -1)
    padded = np.concatenate([pair, np.zeros((70, 2), int)])
    assert ratio(padded).value == ratio(pair).value
    assert ratio(padded).error == pytest.approx(ratio(pair).error, rel=0.1)


def test_an_undefined_statistic_gives_no_figure():
    nothing = np.zeros((GROUPS, 2), int)
    assert ratio(nothing).figure("repurchase_rate", 0) is None
    rare = np.zeros((50, 2), int)
    rare[0] = 1, 1
    assert estimated(rare[:, :1], lambda s: divided(s[..., 0], s[..., 0] - 1)).figure("repurchase_rate", 1) is None


def test_wilson_by_hand():
    # Wilson 1927 for 10 of 50: centre (p + z2/2n) / (1 + z2/n)
    found, z2 = wilson(10, 50), 1.959963984540054**2
    centre = (0.2 + z2 / 100) / (1 + z2 / 50)
    half = np.sqrt(z2) / (1 + z2 / 50) * np.sqrt(0.2 * 0.8 / 50 + z2 / 10_000)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))
    assert wilson(0, 0).figure("repurchase_rate", 0) is None


@pytest.mark.parametrize("count", [2, 4, 8, 12])
def test_of_several_that_are_alike_two_lie_apart_in_few_records(count):
    random, n = np.random.default_rng(count), 200
    seen = {0.3: 0, 0.6: 0}
    for last in seen:
        for _ in range(400):
            shares = np.full(count, 0.3)
            shares[-1] = last
            ranked = sorted(
                (wilson(one, n).figure("path_alive", n) for one in random.binomial(n, shares)),
                key=lambda one: one.value,
            )
            seen[last] += apart(ranked)
    assert seen[0.3] <= 28  # 7 in 100: 20 are expected at most
    assert seen[0.6] >= 390
