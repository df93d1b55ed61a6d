"""What a shop shows whose classes are too small to be shown."""

import numpy as np
import pandas as pd
import pytest

from siyu.figure import Absent, Figure
from siyu.value import exhibits
from siyu.value.actions import Cuts
from siyu.value.labels import SAID
from siyu.value.worth import Assumed, Worth

FIXED = Figure(0.2, 0.2, 0.2, "ratio")


@pytest.fixture(scope="module")
def small(shops):
    """A shop of twenty buyers."""
    return shops.frames(shops.lives(np.random.default_rng(3), 20, 400), 400)


def test_classes_too_small_to_show_leave_no_moves(small):
    marks, left = exhibits.moves(Worth(small, 10, "CNY"))
    assert marks.empty
    assert left == Absent(("rfm_share",))


def test_moves_of_a_class_add_up(small):
    marks, _ = exhibits.moves(Worth(small, 0, "CNY"))
    assert marks.groupby("label")["value"].sum().tolist() == pytest.approx([1.0] * marks["label"].nunique())


@pytest.mark.parametrize(
    ("moved", "shown", "left"),
    [
        ({("hhh", "hhh"): 80, ("hhh", "lhh"): 3, ("hhh", "hlh"): 17}, {("hhh", "hhh"): 0.8}, 0.2),
        ({("hhh", "hhh"): 97, ("hhh", "lhh"): 3, ("lhh", "lhh"): 20}, {}, None),
        ({("hhh", "hhh"): 93, ("hhh", "lhh"): 3, ("hhh", "hlh"): 7}, {("hhh", "hhh"): 93 / 103}, 10 / 103),
        ({("hhh", "hhh"): 94, ("hhh", "lhh"): 3, ("hhh", "hlh"): 3}, {}, None),
        ({("hlh", "hhh"): 4, ("hlh", "hlh"): 60, ("hlh", "lhh"): 36, ("lll", "hhh"): 12}, {("hlh", "hlh"): 0.6}, None),
    ],
)
def test_a_cell_too_small_to_show_does_not_follow_from_the_others_of_its_class(small, monkeypatch, moved, shown, left):
    rows = pd.DataFrame([(*pair, n) for pair, n in moved.items()], columns=["before", "after", "buyers"])
    monkeypatch.setattr(exhibits.actions, "moves", lambda *_: rows)
    marks, told = exhibits.moves(Worth(small, 10, "CNY"))
    assert {(one.label, one.series): one.value for one in marks.itertuples()} == shown
    assert told == Absent(("rfm_share",)) if left is None else told.value == pytest.approx(left)


def test_a_class_too_small_to_show_is_not_what_the_others_leave_over(small, monkeypatch):
    rows = pd.DataFrame({"rfm": ["hhh", "hlh", "lll"], "buyers": [60, 3, 37], "net_fen": [500, 300, 200]})
    monkeypatch.setattr(exhibits.actions, "classes", lambda *_: rows)
    assert exhibits.classes(Worth(small, 10, "CNY"))[0].keys() == {"hhh"}
    assert exhibits.classes(Worth(small, 0, "CNY"))[0].keys() == {"hhh", "hlh", "lll"}


@pytest.fixture(scope="module")
def month_apart(shops):
    rows = [(buyer, buyer // 10 + day) for buyer in range(200) for day in (0, 30)]
    return shops.frames(pd.DataFrame(rows, columns=["buyer", "day"]), 500)


def test_what_comes_on_the_last_day_pays_back(shops):
    rows = [(buyer, buyer // 10 + day) for buyer in range(200) for day in (0, 365)]
    frames = shops.frames(pd.DataFrame(rows, columns=["buyer", "day"]), 500)
    worth = Worth(frames, 0, "CNY", Assumed(share=FIXED, cac=Figure(30, 30, 30, "CNY")))
    assert worth.curve[-1][0] == worth.horizon == 365
    assert exhibits.paid_back(worth)[1].message == SAID["paid_back"]


def test_views_in_another_currency_bear_no_click(month_apart):
    cpm = Figure(40, 10, 120, "CNY_per_1000_impressions", "assumption90", sources=("assumption:cpm",))
    pays = Figure(0.02, 0.01, 0.03, "ratio", "assumption90", sources=("assumption:live_conversion",))
    assert exhibits.click(Worth(month_apart, 0, "CNY", Assumed(share=FIXED)), cpm, pays)[0]
    assert exhibits.click(Worth(month_apart, 0, "USD", Assumed(share=FIXED)), cpm, pays)[0] == {}


def test_too_few_who_stayed_are_not_all_who_left(shops):
    rows = [(buyer, day) for buyer in range(59) for day in (300, 330)] + [(buyer, 600) for buyer in range(9)]
    rows += [(100 + buyer, 0) for buyer in range(300)]
    frames = shops.frames(pd.DataFrame(rows, columns=["buyer", "day"]), 620)
    left = [exhibits.moves(Worth(frames, k, given=Cuts(250, 2, 1)))[1] for k in (0, 10)]
    assert left[0].value == pytest.approx(50 / 59)
    assert left[1] == Absent(("rfm_share",))


@pytest.mark.parametrize(("cost", "profit", "back"), [
    ((42, 20, 90), "returns", "may_not_pay_back"), ((400, 400, 400), "returns_lose", "not_paid_back"),
])  # fmt: skip
def test_what_the_range_does_not_decide_is_not_decided(month_apart, cost, profit, back):
    share = Figure(0.2, 0.1, 0.3, "ratio", "assumption90", sources=("assumption:gross_margin",))
    cac = Figure(*cost, "CNY", "assumption90" if len({*cost}) > 1 else "none", sources=("assumption:c",))
    worth = Worth(month_apart, 0, "CNY", Assumed(share=share, cac=cac))
    assert exhibits.returns(worth)[1].message == SAID[profit]
    assert exhibits.paid_back(worth)[1].message == SAID[back]
