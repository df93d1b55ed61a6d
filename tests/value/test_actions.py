"""Whom to act on: classes held against the same made by hand, moves, and the list of whom to win back."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from siyu.engines.tables import run
from siyu.value import actions, exhibits, gate
from siyu.value.labels import SAID
from siyu.value.worth import Worth
from siyu.verdict import Check

DAYS = 540


@pytest.fixture(scope="module")
def rows(shops):
    random = np.random.default_rng([15, 9])
    days = shops.lives(random, 3_000, DAYS).sort_values(["buyer", "day"], ignore_index=True)
    return days.assign(fen=shops.gamma_spend(random, days))


@pytest.fixture(scope="module")
def frames(shops, rows):
    """With two orders a day of purchase, the later one the newest."""
    ids = rows.groupby("buyer")["day"].transform("min")
    dense = pd.Series(list(zip(ids, rows["buyer"], strict=True))).rank(method="dense").astype(int) - 1
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(rows["day"], unit="D")
    twice = [pd.DataFrame({"buyer_id": dense, "paid_at": at + pd.Timedelta(hours=hour), "platform": "douyin",
                           "order_id": [f"{buyer}-{day}-{hour}" for buyer, day in zip(dense, rows["day"], strict=True)]})
             for hour in (9, 20)]  # fmt: skip
    return shops.frames(rows, DAYS, rows["fen"], pd.concat(twice))


@pytest.fixture(scope="module")
def opened(frames):
    return gate.gate(frames)


def by_hand(frames):
    days = run(frames.purchases)
    each = days.groupby("buyer_id").agg(last=("day", "max"), purchases=("day", "size"), net_fen=("net_fen", "sum"))
    return each.assign(recency_days=[(frames.as_of - pd.Timestamp(day).date()).days for day in each["last"]])


def test_classes_are_cut_at_the_means_and_add_up(frames):
    worth, each = Worth(frames), by_hand(frames)
    cuts = worth.cuts
    assert cuts == actions.Cuts(*(pytest.approx(each[name].mean()) for name in actions.SCORED))
    found = actions.classes(worth.standings, cuts).set_index("rfm")
    best = each[(each["recency_days"] <= cuts.recency_days) & (each["purchases"] >= cuts.purchases)
                & (each["net_fen"] >= cuts.net_fen)]  # fmt: skip
    assert tuple(found.loc["hhh"]) == (len(best), best["net_fen"].sum())
    assert found.sum().tolist() == [len(each), each["net_fen"].sum()]
    assert list(found.index) == [name for name in actions.CLASSES if name in found.index]


def test_classes_of_the_engine_are_the_same(frames):
    worth = Worth(frames)
    engine = run(actions.classed(frames, worth.cuts)).groupby("rfm").size()
    assert actions.classes(worth.standings, worth.cuts).set_index("rfm")["buyers"].to_dict() == engine.to_dict()


def test_fifths_are_by_rank():
    each = pd.DataFrame({"recency_days": range(10), "purchases": range(10, 0, -1), "net_fen": range(100, 0, -10)})
    assert actions.quintile_best(each.assign(buyers=1)) == (4, 100 + 90 + 80 + 70)
    assert actions.quintile_best(each.assign(recency_days=range(9, -1, -1), buyers=1)) == (0, 0)


def test_moves_are_those_of_buyers_known_then(frames):
    cuts = Worth(frames).cuts
    then = frames.until(frames.as_of - timedelta(days=400))
    assert actions.moves(frames, cuts, 400)["buyers"].sum() == then.buyers < frames.buyers
    found = actions.moves(frames, cuts)
    assert found.groupby("after")["buyers"].sum().sum() <= frames.buyers


def test_deeds_add_up_and_need_the_gate(frames, opened):
    assert opened.believed
    found = actions.deeds(opened).set_index("deed")
    assert found["buyers"].sum() == frames.buyers
    assert (found["at_stake"] >= found["ahead"]).all()
    each = found["at_stake"] / found["buyers"]
    assert each["win_back"] > each["watch"]
    assert actions.deeds(gate.Gate((Check("error", 1, 0, False),), (), frames.as_of)) is None


def test_the_list_names_the_newest_order_of_each_most_at_stake_first(frames, opened):
    listed = actions.to_win_back(frames, opened)
    assert set(listed["by"]) == {"model"}
    assert len(listed) == actions.deeds(opened).set_index("deed")["buyers"]["win_back"]
    buyer = listed["order_id"].str.partition("-")[0].astype(int)
    assert buyer.is_unique
    newest = by_hand(frames)["last"].map(lambda day: (pd.Timestamp(day) - pd.Timestamp("2024-01-01")).days)
    assert (listed["order_id"] == [f"{one}-{newest[one]}-20" for one in buyer]).all()


def test_behind_a_closed_gate_it_is_those_who_paid_much_and_are_long_gone(frames, opened):
    closed = gate.Gate((Check("error", 1, 0, False),), (), frames.as_of, opened.whole)
    listed = actions.to_win_back(frames, closed)
    rfm = run(actions.classed(frames, Worth(frames).cuts)).set_index("buyer_id")["rfm"]
    assert set(listed["by"]) == {"rfm"}
    assert set(listed["order_id"].str.partition("-")[0].astype(int)) == set(rfm.index[rfm.isin(["lhh", "llh"])])


def test_without_orders_there_is_no_list(shops, rows, opened):
    with pytest.raises(ValueError, match="no table of orders"):
        actions.to_win_back(shops.frames(rows, DAYS), opened)


def test_classes_are_cut_as_asked(frames, rows):
    worth = Worth(frames, given=actions.Cuts(0, 2, 0))
    usual, asked = Worth(frames).cuts, worth.cuts
    assert (asked.recency_days, asked.purchases, asked.net_fen) == (usual.recency_days, 2, usual.net_fen)
    _, said = exhibits.classes(worth)
    assert said.message == SAID["classes_asked"]
    assert exhibits.classes(Worth(frames))[1].message == SAID["classes"]
    high = actions.classes(worth.standings, asked).set_index("rfm")["buyers"]
    assert high[[one for one in high.index if one[1] == "h"]].sum() == (rows.groupby("buyer").size() >= 2).sum()
