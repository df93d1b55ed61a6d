"""Errors of weekly series hold when weeks resemble their neighbours."""

import numpy as np
import pytest

from siyu.growth import series


def sticky(random, weeks, rho):
    noise = np.zeros(weeks)
    for week in range(1, weeks):
        noise[week] = rho * noise[week - 1] + random.standard_normal()
    return noise


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_a_mean_is_covered_where_weeks_are_alike(rho):
    held = plain = 0
    for seed in range(400):
        random = np.random.default_rng([5, seed])
        noise = sticky(random, 150, rho)[50:]
        one = series.Weekly(float(noise.mean()), noise - noise.mean()).estimate
        held += one.low <= 0 <= one.high
        plain += abs(noise.mean()) <= 1.96 * noise.std(ddof=1) / 10
    assert held / 400 > 0.91
    assert rho == 0 or plain / 400 < 0.8  # what the plain error makes of it


def test_slopes_are_least_squares():
    random = np.random.default_rng(1)
    x, z = random.standard_normal((2, 80))
    y = 2 * x - z + random.standard_normal(80)
    expected = np.linalg.lstsq(np.column_stack([np.ones(80), x, z]), y, rcond=None)[0]
    found = series.slopes(y, {"x": x, "z": z})
    assert [found.of["x"].value, found.of["z"].value] == pytest.approx(expected[1:])
    assert found.of["x"].influence.mean() == pytest.approx(0, abs=1e-12)


def test_an_instrument_takes_out_what_moves_both():
    random = np.random.default_rng(2)
    hidden, by = random.standard_normal((2, 4_000))
    x = by + hidden
    y = 3 * x + 5 * hidden
    assert series.slopes(y, {"x": x}).of["x"].value > 5
    assert series.slopes(y, {"x": x}, {"x": by}).of["x"].value == pytest.approx(3, abs=0.3)


def test_condition_number_tells_series_that_move_together():
    x = np.random.default_rng(4).standard_normal(60)
    assert series.slopes(x, {"a": x, "b": np.arange(60.0)}).condition < 5
    assert series.slopes(x, {"a": x, "b": x + 1e-3 * np.arange(60.0)}).condition > 30
    with pytest.raises(np.linalg.LinAlgError):
        series.slopes(x, {"a": x, "b": np.zeros(60)})


def test_a_ratio_of_weeks_and_what_is_made_of_two():
    top, bottom = np.array([1.0, 3, 2, 2]), np.array([2.0, 2, 2, 2])
    one = series.ratio(top, bottom)
    assert one.value == 1.0
    assert one.influence == pytest.approx([-0.5, 0.5, 0, 0])
    twice = series.made_of(2.0, [(one, 1.0), (one, 1.0)])
    assert twice.estimate.error == pytest.approx(2 * one.estimate.error)
