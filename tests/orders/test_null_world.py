"""A world without any group effect still shows members who buy again more often."""

import numpy as np
import pandas as pd
import pytest

from siyu.figure import Figure
from siyu.orders.groups import null_world
from siyu.paths import data_dir

CHANCE = Figure(0.15, 0.05, 0.3, "ratio", "assumption90", sources=("assumption:group_join_chance",))


@pytest.fixture(scope="module")
def orders():
    frame = pd.read_csv(data_dir() / "reference" / "cdnow_sample.csv", dtype=str)
    frame.attrs["ref"] = "data:cdnow_sample"
    return frame


def test_sample_is_the_published_one(orders):
    # Fader and Hardie: 2,357 customers; lifetimes CDNOW_sample: 6,919 rows
    assert orders["customer"].nunique() == 2357
    assert len(orders) == 6919


def test_expectation_agrees_with_simulated_coins(orders):
    days = null_world.purchase_days(orders).groupby("buyer").size().to_numpy()
    rng = np.random.default_rng(20210824)
    shares = []
    for _ in range(300):
        joined = rng.random(len(days)) > 0.85**days
        shares.append(((days > 1)[joined].mean(), (days > 1)[~joined].mean()))
    members, others = np.mean(shares, axis=0)
    exact = null_world.repeat_shares(orders, CHANCE)
    assert exact["members"].value == pytest.approx(members, abs=0.004)
    assert exact["others"].value == pytest.approx(others, abs=0.004)
    # one published run of this experiment gave 73.3% against 37.9%
    spread = np.std(shares, axis=0)
    assert abs(exact["members"].value - 0.733) < 2.5 * spread[0]
    assert abs(exact["others"].value - 0.379) < 2.5 * spread[1]


def test_aligned_comparison_finds_nothing(orders):
    aligned = null_world.aligned_share(orders, CHANCE.at("value"), 90, "1998-06-30")
    # the same run: 40.2% against 41.1%
    assert aligned.low < 0.402 < aligned.high
    assert aligned.low < 0.411 < aligned.high


def test_more_joining_narrows_the_gap_but_never_closes_it(orders):
    gaps = [
        (shares := null_world.repeat_shares(orders, CHANCE.at(part)))["members"].value - shares["others"].value
        for part in ("low", "value", "high")
    ]
    assert all(gap > 0.3 for gap in gaps)


def test_shares_span_all_that_few_and_many_who_join_make_of_them(orders):
    worlds = null_world.contrasts(orders, CHANCE, CHANCE)
    for name, wide in null_world.spanned(worlds).items():
        held = [worlds[share][name] for share in ("few", "usual", "many")]
        assert (wide.low, wide.value, wide.high) == (
            min(one.low for one in held), worlds["usual"][name].value, max(one.high for one in held),
        )  # fmt: skip
        assert wide.interval_kind == "assumption90"


def test_order_of_rows_changes_nothing(orders):
    shuffled = orders.sample(frac=1, random_state=7)
    shuffled.attrs = orders.attrs
    assert null_world.repeat_shares(shuffled, CHANCE) == null_world.repeat_shares(orders, CHANCE)


def test_too_few_buyers_give_no_interval(orders):
    few = orders[orders["customer"] < "0100"]
    few.attrs = orders.attrs
    with pytest.raises(ValueError, match="at least 200 buyers"):
        null_world.repeat_shares(few, CHANCE)
