"""What case figures imply, against closed forms and hand-worked examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from siyu.figure import Absent, Figure
from siyu.models import case


def figure(value, low=None, high=None, unit="ratio", **more):
    return Figure(value, value if low is None else low, value if high is None else high, unit, **more)


def test_best_of_two_lognormal_months_matches_the_closed_form():
    # E[max(X1, X2)] = 2 E[X] Phi(sigma / sqrt 2) for independent log-normals of equal mean
    variation = 0.5
    sigma = math.sqrt(math.log1p(variation**2))
    assert case.expected_best_month(2, variation) == pytest.approx(2 * stats.norm.cdf(sigma / math.sqrt(2)), rel=1e-3)


def test_best_month_is_the_month_when_nothing_varies():
    assert case.expected_best_month(12, 0.0) == 1.0
    assert case.expected_best_month(1, 0.4) == pytest.approx(1.0, rel=1e-3)


@given(st.integers(2, 36), st.floats(0.05, 1.0))
def test_best_month_grows_with_months_and_variation(months, variation):
    best = case.expected_best_month(months, variation)
    assert 1 < best < case.expected_best_month(months + 1, variation)
    assert best < case.expected_best_month(months, variation * 1.1)


@pytest.mark.parametrize(("months", "variation"), [(0, 0.4), (12, -0.1)])
def test_impossible_months_are_refused(months, variation):
    with pytest.raises(ValueError, match="found"):
        case.expected_best_month(months, variation)


def test_seventy_percent_under_each_reading():
    assert case.orders_if_share_repeats(0.7) == 1.7
    assert case.orders_if_chance_of_next(0.7) == pytest.approx(1 / 0.3)
    with pytest.raises(ValueError, match="below one"):
        case.orders_if_chance_of_next(1.0)


def test_yearly_orders_follow_a_constant_rate():
    # 70% within 30 days: rate = -ln 0.3 / 30 a day, so 1 + 14.65 orders a year
    yearly = case.yearly_orders(figure(0.7), 30)
    assert isinstance(yearly, Figure)
    assert yearly.value == pytest.approx(1 + 1.2039728 / 30 * 365)
    assert isinstance(case.yearly_orders(Absent(("group_repurchase_rate",)), 30), Absent)


def test_group_of_two_hundred_loses_eighteen_and_a_half_percent():
    lost = case.monthly_loss(figure(200, unit="users"), figure(163, unit="users"), figure(1, unit="months"))
    assert isinstance(lost, Figure)
    assert lost.value == pytest.approx(0.185)


def test_loss_needs_every_input():
    lost = case.monthly_loss(figure(200, unit="users"), Absent(("group_members",)), figure(1))
    assert lost == Absent(("group_members",))


def test_a_group_of_two_hundred_says_little_of_others():
    """Wilson's interval of 37 in 200: 13.7% to 24.5%."""
    chance = case.loss_by_chance(figure(200, unit="users"), figure(163, unit="users"))
    assert isinstance(chance, Figure)
    assert (chance.low, chance.high) == pytest.approx((0.1372, 0.2447), abs=2e-4)
    assert case.loss_by_chance(figure(200), Absent(("group_members",))) == Absent(("group_members",))


def test_half_of_a_group_is_left_after_ln_two_over_the_loss():
    half = case.half_life(figure(0.185))
    assert isinstance(half, Figure)
    assert half.value == pytest.approx(3.388, abs=1e-3)
