"""Worlds: the truth they promise, and what the usual comparison makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siyu.simulator import KINDS
from siyu.simulator.kinds import PARAMETERS
from siyu.simulator.purchasing import lot
from siyu.simulator.worlds import CHANNELS, World, lived, lot_truth, seventy, truth


def naive_gap(kind):
    shares = [lived(seventy(kind), seed).naive for seed in range(4)]
    return np.mean([s["members"] for s in shares]), np.mean([s["others"] for s in shares])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_lives_the_same_lives_and_another_does_not(kind):
    world = World(kind, buyers=400)
    first, again, other = lived(world, 1), lived(world, 1), lived(world, 2)
    pd.testing.assert_frame_equal(first.orders, again.orders)
    pd.testing.assert_frame_equal(first.joins, again.joins)
    pd.testing.assert_frame_equal(first.follows, again.follows)
    assert not first.orders.equals(other.orders)


@pytest.mark.parametrize("kind", KINDS)
def test_orders_lie_in_the_days_observed_and_are_sorted(kind):
    lives = lived(World(kind, buyers=500), 3)
    orders = lives.orders
    assert orders["day"].between(0, lives.world.days - 1).all()
    assert orders["minute"].between(0, 24 * 60 - 1).all()
    assert (orders["paid_fen"] > 0).all()
    assert set(orders["channel"]) <= set(CHANNELS)
    assert orders.equals(orders.sort_values(["buyer", "day", "minute"], ignore_index=True))
    assert orders["buyer"].nunique() == lives.world.buyers
    days = orders.drop_duplicates(["buyer", "day"])
    assert (days["purchase_no"] == days.groupby("buyer").cumcount() + 1).all()
    assert {name: str(kind) for name, kind in orders.dtypes.items() if name != "channel"} == {
        "buyer": "int64", "day": "int64", "minute": "int64", "purchase_no": "int64", "paid_fen": "int64", "fan": "bool",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_buyer_joins_at_most_once_and_never_before_the_first_order(kind):
    lives = lived(seventy(kind, buyers=1_000), 5)
    first = lives.orders.groupby("buyer")["day"].min()
    assert lives.joins["buyer"].is_unique
    assert (lives.joins["day"].to_numpy() >= first[lives.joins["buyer"]].to_numpy()).all()
    assert (lives.joins["day"] < lives.world.days).all()


def test_coin_and_planted_buyers_join_on_purchase_days_and_those_of_calendar_on_any():
    def on_purchase_days(kind):
        lives = lived(seventy(kind, buyers=1_000), 5)
        return lives.joins.merge(lives.orders[["buyer", "day"]].drop_duplicates()).shape[0] / len(lives.joins)

    assert on_purchase_days("coin") == on_purchase_days("planted") == on_purchase_days("selection") == 1
    assert on_purchase_days("calendar") < 0.2


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "effect" not in PARAMETERS[kind]])
def test_without_an_effect_the_truth_is_exactly_zero(kind):
    assert lived(seventy(kind), 7).counterfactual() == 0
    assert truth(seventy(kind)) == 0


def test_a_multiplier_of_one_is_no_effect_and_the_truth_grows_with_it():
    at = [truth(World("planted", effect=effect)) for effect in (1.0, 1.3, 1.6, 2.5)]
    assert at[0] == 0
    assert at == sorted(at)
    assert at[3] > 2 * at[1]
    assert truth(World("planted", effect=0.6)) < 0


def test_the_truth_of_exponential_gaps_is_the_one_worked_by_hand():
    # one rate for all, nobody leaves: P(gap <= g + W | gap > g) = 1 - exp(-W * rate) in either life
    world = World("planted", spread=1e7, gap_days=100.0, life_days=1e9, effect=2.0)
    assert truth(world, 90, 7) == pytest.approx(np.exp(-0.9) - np.exp(-1.8), abs=0.002)
    assert truth(world, 30, 0) == pytest.approx(np.exp(-0.3) - np.exp(-0.6), abs=0.002)


def test_the_truth_of_the_world_is_the_mean_of_its_samples_whatever_their_size():
    world = World("planted", buyers=3_000)
    samples = [lived(world, seed).counterfactual() for seed in range(40)]
    assert np.mean(samples) == pytest.approx(truth(world), abs=3 * np.std(samples) / 40**0.5)
    assert truth(World("planted", buyers=10)) == truth(world)


def test_nobody_joins_means_no_truth():
    assert np.isnan(lived(World("coin", join_chance=0.0, buyers=200), 1).counterfactual())
    assert np.isnan(lived(World("planted", days=60, arrival_days=30, buyers=200), 1).counterfactual(90, 7))


@pytest.mark.parametrize("kind", ["coin", "selection", "calendar", "planted"])
def test_about_seventy_percent_of_members_buy_again_and_fewer_of_the_others(kind):
    members, others = naive_gap(kind)
    assert 0.67 <= members <= 0.78
    assert members - others > 0.12


def test_a_coin_at_the_first_order_leaves_even_the_naive_comparison_fair():
    members, others = naive_gap("null")
    assert members == pytest.approx(others, abs=0.03)


def aligned(lives, window=90, gap=7):
    """(contrast after the purchase, placebo on the gap before it), standardised to the joiners: a plain oracle."""
    rows = lives.orders.drop_duplicates(["buyer", "day"]).copy()
    days = rows.groupby("buyer")["day"]
    rows["after"], rows["before"] = days.shift(-1) - rows["day"], days.diff()
    rows["join"] = rows["buyer"].map(lives.joins.set_index("buyer")["day"])
    rows["month"] = rows["day"] // 91
    rows["number"] = rows["purchase_no"].clip(upper=5)
    free = ~(rows["join"] < rows["day"]) & (rows["day"] + gap + window < lives.world.days)
    rows["joined"] = (rows["join"] - rows["day"]).between(0, gap)

    def contrast(part, column):
        part = part[~(part[column] <= gap)]
        hit = (part[column] <= gap + window).astype(float)
        cells = part.assign(hit=hit).pivot_table("hit", ["number", "month"], "joined", aggfunc=["mean", "size"])
        cells = cells.dropna()
        return np.average(cells["mean"][True] - cells["mean"][False], weights=cells["size"][True])

    return contrast(rows[free], "after"), contrast(rows[free & (rows["purchase_no"] > 1)], "before")


def spread(kind, seeds=12):
    found = np.array([aligned(lived(seventy(kind), seed)) for seed in range(seeds)])
    return found.mean(axis=0), found.std(axis=0) / seeds**0.5


def test_an_aligned_comparison_recovers_the_truth_where_joining_is_by_chance():
    for kind in ("coin", "planted"):
        (found, placebo), (error, placebo_error) = spread(kind)
        assert found == pytest.approx(truth(seventy(kind)), abs=3.5 * error)
        assert placebo == pytest.approx(0, abs=3.5 * placebo_error)


def joins_by_day(kind, **parameters):
    lives = lived(seventy(kind, buyers=6_000, **parameters), 11)
    return lives, lives.joins["day"].to_numpy()


def test_late_joiners_seldom_join_before_their_third_purchase():
    def first_three(kind):
        lives, _ = joins_by_day(kind)
        at = lives.gaps.merge(lives.joins, on=["buyer", "day"])["purchase_no"]
        return (at < 3).mean()

    assert first_three("late") < first_three("selection") - 0.15


def test_delayed_joins_lie_days_after_a_purchase_and_before_the_next():
    lives, _ = joins_by_day("delayed")
    both = lives.joins.merge(lives.gaps, on="buyer", suffixes=("_join", ""))
    wait = (both["day_join"] - both["day"])[lambda w: w >= 0].groupby(both["buyer"]).min()
    assert 1.5 < wait.mean() < 3.5
    assert (wait > 0).mean() > 0.5


def test_a_sale_sells_and_its_eve_recruits():
    def share(days, first, last):
        return np.mean((days >= first) & (days < last))

    lives = joins_by_day("season")[0]
    assert share(lives.gaps["day"], 110, 138) > 2 * share(lives.gaps["day"], 80, 108)
    plain, recruited = joins_by_day("promotion", recruiting=1.0)[1], joins_by_day("promotion")[1]
    assert share(recruited, 89, 110) > 2 * share(plain, 89, 110)


def test_winning_back_joins_after_gaps_that_were_long_for_the_buyer():
    def last_gap(power):
        lives, _ = joins_by_day("win_back", win_back=power, tilt=0.0)
        gaps = lives.gaps.assign(last=lives.gaps.groupby("buyer")["day"].diff())
        return gaps.merge(lives.joins, on=["buyer", "day"])["last"].mean()

    assert last_gap(2.0) > 1.2 * last_gap(0.0)


def test_in_a_moving_world_the_gap_after_joining_is_short_by_itself():
    def after(swing):
        lives, _ = joins_by_day("moving", swing=swing, tilt=1.0, spread=50.0)
        gaps = lives.gaps[lives.gaps["apart"] < lives.world.days]
        mine = gaps.merge(lives.joins, on=["buyer", "day"])["apart"].mean()
        return mine / gaps["apart"].mean()

    assert after(4.0) < 0.9
    assert after(1.0) == pytest.approx(1, abs=0.08)


def test_parameters_of_other_kinds_do_nothing():
    usual, other = World("coin", buyers=300), World("coin", buyers=300, tilt=2.0, swing=5.0, delay_days=9.0, effect=3.0)
    pd.testing.assert_frame_equal(lived(usual, 1).gaps, lived(other, 1).gaps)


def test_selection_and_the_calendar_fool_it_and_the_placebo_tells():
    for kind in ("selection", "calendar"):
        (found, placebo), (error, placebo_error) = spread(kind)
        assert found > 3 * error
        assert placebo > 4 * placebo_error


def test_fans_are_counted_from_the_moment_they_follow():
    lives = lived(World("coin", buyers=800), 9)
    orders = lives.orders.merge(lives.follows, on="buyer", suffixes=("", "_follow"))
    after = (orders["day"] * 1440 + orders["minute"]) > (orders["day_follow"] * 1440 + orders["minute_follow"])
    ended = (orders["end"] >= 0) & (orders["end"] * 1440 <= orders["day"] * 1440 + orders["minute"])
    assert (orders["fan"] == (after & ~ended)).all()
    assert not lives.orders.loc[~lives.orders["buyer"].isin(lives.follows["buyer"]), "fan"].any()
    assert 0.4 < lives.orders["fan"].mean() < 0.8


@pytest.mark.parametrize(
    "faulty", [{"kind": "wish"}, {"buyers": 0}, {"days": 10}, {"effect": 0.0}, {"join_chance": 1.2}, {"gap_days": -1.0}]
)
def test_parameters_out_of_range_are_refused(faulty):
    with pytest.raises(ValueError, match=next(iter(faulty))):
        World(**{"kind": "coin", **faulty})


def test_in_an_experiment_the_truth_as_invited_is_that_of_joining_thinned_by_who_joins():
    as_invited, joining = lot_truth(World("experiment", uptake=0.4, leak=0.1, tilt=0.0))
    assert as_invited == pytest.approx(0.3 * joining, rel=1e-6)
    assert lot_truth(World("experiment", effect=1.0)) == (0, 0)
    assert lot_truth(World("experiment", effect=0.5))[1] < 0
    with pytest.raises(ValueError, match="leak"):
        World("experiment", uptake=0.1, leak=0.2)


def test_half_of_the_buyers_are_invited_and_more_of_them_join():
    world = World("experiment", buyers=4_000, uptake=0.5, leak=0.05, tilt=0.0)
    joined = np.zeros(4_000, bool)
    joined[lived(world, 1).joins["buyer"]] = True
    invited = lot(world)
    assert invited.mean() == pytest.approx(0.5, abs=0.03)
    assert joined[invited].mean() == pytest.approx(0.5, abs=0.04)
    assert joined[~invited].mean() == pytest.approx(0.05, abs=0.02)
