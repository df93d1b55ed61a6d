"""Product testers and presales: what few people say, and what deposits foretell."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import betainc

from siyu.estimates.sampling import borrowed
from siyu.figure import Figure
from siyu.value import exhibits, trials
from siyu.value.labels import SAID
from siyu.value.trials import Posterior, Presale, better, critical_ratio, newsvendor, presales


def table(**columns):
    rows = pd.DataFrame(columns)
    rows.attrs["refs"] = ("orders:table",)
    return rows


def test_the_better_option_by_quadrature_and_by_symmetry():
    one, other = Posterior(120, 200), Posterior(100, 200)
    assert better(one, other) == pytest.approx(0.97758636, abs=1e-8)  # quadrature, computed apart
    assert better(one, other) + better(other, one) == pytest.approx(1, abs=1e-12)
    assert better(one, one) == pytest.approx(0.5, abs=1e-12)


def test_losses_are_those_of_the_posterior():
    one = Posterior(31, 50)
    draws = np.random.default_rng(0).beta(*one.ends, 400_000)
    launch, drop = one.losses(0.6)
    assert launch == pytest.approx(np.maximum(0.6 - draws, 0).mean(), abs=2e-4)
    assert drop == pytest.approx(np.maximum(draws - 0.6, 0).mean(), abs=2e-4)
    assert one.at_least(0.6) == pytest.approx(1 - betainc(32, 20, 0.6))


@pytest.mark.parametrize(("likes", "decision"), [(180, "launch"), (60, "drop"), (121, "retest")])
def test_all_for_launches_all_against_drops(likes, decision):
    assert Posterior(likes, 200).decision(0.6) == decision


@pytest.mark.parametrize("options", [1, 7])
def test_the_best_of_many_that_miss_the_target_is_as_seldom_launched_as_one(options):
    """Fifty testers each, all of whom like it five points below the target: of seven, one was launched in 43% of 400."""
    random, names = np.random.default_rng(2), list("ABCDEFG")[:options]
    said = [exhibits.testers(table(test_id="T", option=names, testers=50, likes=random.binomial(50, 0.55, options)), 0.6)
            for _ in range(200)]  # fmt: skip
    assert sum(one.message == SAID["launch"] for _, one in said) <= 24


def test_an_option_that_stands_out_borrows_nothing():
    assert borrowed([180, 60], [200, 200]) == [(1, 1), (1, 1)]
    assert borrowed([100, 100, 100], [200, 200, 200])[0] == (201, 201)


def test_the_panel_gives_the_width_asked_for():
    n = trials.panel(0.6, 0.05)
    figure = Posterior(round(0.6 * n), n).figure("like_rate", ())
    assert figure.high - figure.low == pytest.approx(0.10, abs=0.002)


@pytest.mark.parametrize(("likes", "n"), [(3, 2), (-1, 5), (0, 0)])
def test_counts_that_cannot_be_give_a_reason_and_no_number(likes, n):
    with pytest.raises(ValueError, match="more likes than testers"):
        Posterior(likes, n)
    rates, verdict = exhibits.testers(table(test_id=["T"], option=["A"], testers=[n], likes=[likes]), 0.6)
    assert (rates, verdict.figures) == ({}, {})
    assert verdict.message == trials.COUNTS


def test_newsvendor_of_a_textbook():
    batch = newsvendor(3_192, 1_181, 180, 110, 90)  # Cachon and Terwiesch, Hammer 3/2
    assert (batch.ratio, round(batch.quantity)) == (pytest.approx(0.7778, abs=5e-5), 4_095)
    assert newsvendor(100, 0, 3, 2, 1).left == 0
    assert newsvendor(100, 30, 3, 2, 1).quantity == pytest.approx(100)


@pytest.mark.parametrize("money", [(100, 100, 50), (100, 40, 40), (100, 40, -1), (50, 60, 10)])
def test_prices_that_cannot_be_are_refused(money):
    with pytest.raises(ValueError, match="price above the cost"):
        critical_ratio(*money)


def test_demand_is_beta_binomial():
    sale = Presale(279, 489, 561)
    random = np.random.default_rng(1)
    draws = random.binomial(279, random.beta(490, 73, 200_000))
    mean, low, high = sale.demand()
    assert mean == pytest.approx(draws.mean(), abs=0.05)
    assert (low, high) == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=1)
    batch = sale.batch(298, 121, 60)
    assert batch.quantity == pytest.approx(np.quantile(draws, batch.ratio), abs=1)
    assert batch.left == pytest.approx(np.maximum(batch.quantity - draws, 0).mean(), abs=0.05)


SALE = {"product_id": ["a", "b"], "exposed": [9_000, 9_000], "deposits": [300, 280], "final_paid": [250.0, np.nan],
        "price_fen": [29_800] * 2, "cost_fen": [12_100] * 2, "salvage_fen": [6_000] * 2}  # fmt: skip
ERROR = Figure(0.45, 0.25, 0.9, "ratio", "assumption90", sources=("assumption:launch_forecast_error",))


def test_a_presale_leaves_less_over_than_a_launch_without():
    figures, verdict = exhibits.presale(table(**SALE), ERROR)
    assert presales(table(**SALE))["b"] == Presale(280, 250, 300)
    assert figures["left"].value < figures["blind"].value / 5
    assert "make {batch}" in verdict.message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"final_paid": [320.0, np.nan]}, trials.STAGES),
        ({"exposed": [200, 9_000]}, trials.STAGES),
        ({"final_paid": [np.nan, np.nan]}, trials.NO_RATE),
        ({"salvage_fen": [20_000] * 2}, trials.PRICES),
    ],
)
def test_stages_that_cannot_be_give_a_reason_and_no_number(change, reason):
    figures, verdict = exhibits.presale(table(**(SALE | change)), ERROR)
    assert (figures, verdict.figures, verdict.message) == ({}, {}, reason)


def test_the_newest_test_is_the_one_that_began_last():
    days = pd.to_datetime(["2025-01-01", "2025-06-01"])
    rows = table(test_id=["T9", "T10"], option="A", started_at=days, testers=200, likes=[180, 60])
    assert exhibits.testers(rows, 0.6)[1].message == SAID["drop"]


def test_a_batch_is_made_at_the_price_of_the_presale_that_waits():
    sale = table(product_id=["a", "b", "a"], deposits=[280, 300, 300], final_paid=[np.nan, 250, 250],
                 price_fen=[29_800, 29_800, 9_900], cost_fen=[12_100, 12_100, 9_000], salvage_fen=[6_000, 6_000, 100])  # fmt: skip
    error = Figure(0.45, 0.25, 0.9, "ratio", "assumption90", sources=("assumption:launch_forecast_error",))
    assert exhibits.presale(sale, error)[0]["batch"].value == 238
