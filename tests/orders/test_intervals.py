"""Newcombe's limits against his own table, and where a jackknife would see no spread."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from siyu.estimates.sampling import GROUPS, estimated, folded, wilson
from siyu.orders.groups.intervals import compared, difference, hybrid


# Newcombe 1998, table II, method 10
@pytest.mark.parametrize(
    ("joined", "others", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_limits_of_a_published_table(joined, others, low, high):
    found = hybrid(np.array([[others, joined]])).difference
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_strata_with_one_arm_do_not_count():
    both = np.array([[[30, 60], [12, 20]]])
    alone = np.array([[[5, 9], [0, 0]], [[0, 0], [3, 4]]])
    assert hybrid(np.concatenate([both, alone])) == hybrid(both)
    assert compared(np.concatenate([both, alone])[None]) == (60, 20)


def test_others_count_as_many_as_their_weights_leave():
    # weights 20 and 10 of 30 over 100 and 400 others: n = 30^2 / (20^2 / 100 + 10^2 / 400)
    found = hybrid(np.array([[[50, 100], [12, 20]], [[80, 400], [2, 10]]]))
    share, n = (20 * 0.5 + 10 * 0.2) / 30, 30**2 / (20**2 / 100 + 10**2 / 400)
    assert found.others == wilson(share * n, n)
    assert found.joined == wilson(14, 30)
    assert found.difference.value == pytest.approx(14 / 30 - share)


def test_all_or_none_come_back_and_the_interval_keeps_its_width():
    none = np.zeros((GROUPS, 1, 2, 2), int)
    none[:59, 0, 1, 1] = 1
    none[:, 0, 0] = 6, 100
    assert hybrid(none.sum(0)).difference.low < -0.06
    assert hybrid(none.sum(0)).difference.high > -0.01
    assert estimated(none, difference).high < -0.055  # what a jackknife makes of none of 59
    found = hybrid(np.array([[[980, 1_000], [257, 257]]])).difference
    assert found.low < 0.01 < found.high


def test_nothing_to_compare_has_no_figure():
    assert math.isnan(hybrid(np.zeros((0, 2, 2), int)).difference.value)


def test_clusters_of_single_buyers_fold_by_their_ids():
    own = np.arange(250)[:, None]
    assert folded(own)[:, 0].tolist() == [sum(range(g, 250, 100)) for g in range(100)]
    assert folded(folded(own)).tolist() == folded(own).tolist()


@pytest.mark.parametrize(("n", "rate"), [(30, 0.02), (100, 0.98), (500, 0.10), (5_000, 0.50)])
def test_limits_hold_the_truth_as_often_as_they_say(ends, n, rate):
    assert not ends.faulty(ends.cell(n, rate, 400)[0], 400)


def test_limits_a_third_too_narrow_would_be_noticed(ends, monkeypatch):
    def narrow(sums):
        found = hybrid(sums).difference
        low, high = (found.value + (end - found.value) * 0.67 for end in (found.low, found.high))
        return SimpleNamespace(difference=SimpleNamespace(low=low, high=high))

    monkeypatch.setattr(ends, "hybrid", narrow)
    assert ends.faulty(ends.cell(500, 0.5, 400)[0], 400)


def test_where_nearly_all_come_back_the_limits_hold_and_a_jackknife_does_not(retailer):
    found = retailer.read(0, 20)
    assert found.base > 0.97
    assert not found.faulty
    assert max(found.jackknifed) < 16  # nobody of few joiners stayed away, and it saw no spread


def test_a_date_two_months_late_makes_buyers_seem_gone(retailer):
    assert retailer.read(retailer.LATE, 4).base < retailer.read(0, 4).base - 0.002
