"""Purchase and spend models: gradients, known values, bad input. Published parameters: tests of the scorecard."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import gammaln, hyp2f1

from siyu.value import fitting, pareto_nbd, spend
from siyu.value.bg_nbd import BG, MBG
from siyu.value.fitting import Histories, of_rows, once
from siyu.value.pareto_nbd import PARETO
from siyu.value.spend import GAMMA_GAMMA, Spending

ROWS = of_rows([0, 0, 1, 2, 5, 30], [0, 0, 3.5, 20, 28, 38], [10, 38.86, 30, 38, 30, 38.86], [4, 2, 3, 1, 2, 1])
NEW = of_rows([0], [0], [0])


SPEND = Spending(np.array([1.0, 2, 7]), np.array([0.5, 1.2, 3.0]), np.array([3.0, 1, 2]))


@pytest.mark.parametrize(
    ("objective", "names"),
    [(model._objective(ROWS), 4) for model in (BG, MBG)]
    + [(pareto_nbd._objective(ROWS), 4), (spend._objective(SPEND), 3)],
)
@pytest.mark.parametrize("at", [(0.4, 4.5, 0.7, 2.5), (1.3, 12.0, 2.7, 7.4)])
def test_derivatives_are_those_of_the_likelihood(objective, names, at):
    here = np.array(at[:names])
    _, slope, curvature = objective(here)
    assert slope == pytest.approx(approx_fprime(here, lambda one: objective(one)[0], 1e-7), rel=1e-4, abs=2e-4)
    assert curvature == pytest.approx(approx_fprime(here, lambda one: objective(one)[1], 1e-7), rel=1e-4, abs=2e-4)


def test_bg_nbd_at_given_parameters():
    # Hardie note 027 by pymc-marketing tests/clv/models/test_beta_geo.py: a .8, b 2.5, r .25, alpha 4, T 40
    values = (0.25, 4.0, 0.8, 2.5)
    assert BG.log_likelihood(values, of_rows([0], [0], [40])) == pytest.approx(-0.59947382, abs=1e-8)
    assert BG.log_likelihood(values, of_rows([200], [38], [40])) == pytest.approx(100.7957, abs=5e-5)
    assert BG.alive(values, of_rows([1000], [10], [100]))[0] == pytest.approx(0, abs=1e-12)


def test_the_closed_form_of_pareto_nbd_is_met_by_its_quadrature():
    r, alpha, s, beta = values = (0.553, 10.578, 0.606, 11.669)
    for x, t_x, end in ((0, 0.0, 38.86), (2, 20.0, 38.0), (26, 30.86, 31.0), (120, 37.0, 38.0)):
        # Fader and Hardie 2005, note 008, alpha < beta
        z, left = beta - alpha, r + s + x
        closed = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        ends = [hyp2f1(left, r + x, left + 1, z / (beta + t)) / (beta + t) ** left for t in (t_x, end)]
        inside = s / left * (ends[0] - ends[1]) + (alpha + end) ** -(r + x) * (beta + end) ** -s
        assert PARETO.log_likelihood(values, of_rows([x], [t_x], [end])) == pytest.approx(
            closed + np.log(inside), abs=1e-6
        )


def test_expected_purchases_follow_from_the_hypergeometric_form():
    r, alpha, a, b = values = (0.243, 4.414, 0.793, 2.426)
    for t in (1.0, 39.0):  # eq. 9 of Fader, Hardie, Lee 2005
        part = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
        assert BG.expected(values, t, NEW)[0] == pytest.approx((a + b - 1) / (a - 1) * (1 - part), rel=1e-9)
    near = [BG.expected((r, alpha, a, b), 39, NEW)[0] for a in (1 - 1e-4, 1.0, 1 + 1e-4)]
    assert near[0] > near[1] > near[2]  # where the closed form is 0 / 0, too


@pytest.mark.parametrize("model", [BG, MBG, PARETO])
def test_more_time_brings_more_and_absence_less(model):
    values = model.fit(ROWS).values
    ahead = [float(model.expected(values, t, ROWS).sum()) for t in (1, 10, 100)]
    assert 0 < ahead[0] < ahead[1] < ahead[2]
    since = [float(model.alive(values, of_rows([3], [10], [T]))[0]) for T in (11, 20, 60)]
    assert 1 >= since[0] > since[1] > since[2] >= 0


@pytest.mark.parametrize("model", [BG, MBG, PARETO])
def test_units_and_weights_change_nothing(model):
    whole = model.fit(ROWS)
    days = model.fit(Histories(ROWS.x, ROWS.t_x * 7, ROWS.T * 7, ROWS.w))
    single = model.fit(of_rows(*(np.repeat(one, ROWS.w.astype(int)) for one in (ROWS.x, ROWS.t_x, ROWS.T))))
    assert days.values[0] == pytest.approx(whole.values[0], rel=1e-3)
    assert days.values[1] == pytest.approx(7 * whole.values[1], rel=1e-3)
    assert single.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)


def test_errors_shrink_with_the_root_of_buyers(shops):
    rows = shops.continuous(np.random.default_rng([15, 7]), 3_000, 700, 0.5, 40.0, 0.6, 2.5)
    single, four = (BG.fit(Histories(rows.x, rows.t_x, rows.T, rows.w * many)) for many in (1, 4))
    assert np.array(single.errors) == pytest.approx(2 * np.array(four.errors), rel=1e-2)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((1, -1, 5), "not negative"),
        ((1, 6, 5), "between 0 and T"),
        ((0, 2, 5), "without a repeat"),
        ((1, 0, 5), "is 0 exactly"),
    ],
)
def test_histories_that_cannot_be_are_refused(row, said):
    with pytest.raises(ValueError, match=said):
        of_rows(*([one] for one in row))


def test_what_cannot_be_fitted_says_why():
    nobody = of_rows([0, 0], [0, 0], [10, 20])
    for model in (BG, PARETO):
        with pytest.raises(ValueError, match="nobody has bought again"):
            model.fit(nobody)
    with pytest.raises(ValueError, match="no buyers"):
        of_rows([], [], [])
    same = Spending(np.array([1.0, 2]), np.array([50.0, 50]), np.array([5.0, 5]))
    with pytest.raises(ValueError, match="spend the same"):
        GAMMA_GAMMA.fit(same)
    for mean in (0.0, -3.0):
        with pytest.raises(ValueError, match="above zero"):
            Spending(np.array([1.0]), np.array([mean]), np.array([1.0]))
    with pytest.raises(ValueError, match="no finite mean"):
        GAMMA_GAMMA.expected((6.0, 0.9, 15.0), np.array([1.0]), np.array([20.0]))


def test_parameters_are_recovered(shops):
    random = np.random.default_rng([15, 1])
    truth = (0.5, 40.0, 0.6, 2.5)
    for model in (BG, MBG):
        found = model.fit(shops.continuous(random, 20_000, 700, *truth, chances=model.chances))
        for name, value in zip(model.names, truth, strict=True):
            one = found.parameter(name)
            assert one.low * 0.9 < value < one.high * 1.1
    means = np.random.default_rng([15, 2])
    x = means.integers(1, 9, 20_000).astype(float)
    rate = means.gamma(4.0, 1 / 50, len(x))
    held = Spending(x, means.gamma(6.0 * x) / x / rate, np.ones(len(x)))
    q = GAMMA_GAMMA.fit(held).parameter("q")
    assert q.low * 0.95 < 4.0 < q.high * 1.05


def test_what_is_taken_once_for_each_is_that_of_each():
    rng = np.random.default_rng(3)
    x, until = rng.integers(0, 4, 500).astype(float), rng.integers(1, 5, 500).astype(float)
    (of_x, of_until, ahead), place = once(x, until, 30.0)
    assert len({*zip(of_x, of_until, ahead, strict=True)}) == len(of_x) == len({*zip(x, until, strict=True)})
    assert (of_x[place] == x).all()
    assert (of_until[place] == until).all()
    assert (ahead == 30).all()


@pytest.mark.parametrize("model", [BG, MBG, PARETO], ids=lambda one: one.key)
def test_a_search_that_begins_with_a_few_histories_ends_where_others_do(shops, monkeypatch, model):
    h = shops.continuous(np.random.default_rng([15, 8]), 3_000, 700, 0.5, 40.0, 0.6, 2.5)
    plain = model.fit(h)
    monkeypatch.setattr(fitting, "MANY", 1_000)
    monkeypatch.setattr(fitting, "FEW", 300)
    soon = model.fit(h)
    assert soon.values == pytest.approx(plain.values, rel=1e-4)
    assert soon.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-4)
    assert soon.errors == pytest.approx(plain.errors, rel=1e-3)


def test_few_histories_without_a_repeat_purchase_are_no_reason_to_give_up(monkeypatch):
    h = of_rows([0] * 300 + [1, 2, 5, 9] * 25, [0] * 300 + [3.5, 20, 28, 30] * 25,
                [10 + n / 20 for n in range(300)] + [30, 38, 30, 35] * 25)  # fmt: skip
    plain = BG.fit(h)
    monkeypatch.setattr(fitting, "MANY", 100)
    monkeypatch.setattr(fitting, "FEW", 1)
    assert BG.fit(h).values == pytest.approx(plain.values, rel=1e-4)
