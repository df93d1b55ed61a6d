"""What buyers have paid, held against the same counted by hand; immature cohorts stay blank."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from siyu.estimates.sampling import GROUPS
from siyu.orders.frames import opened
from siyu.value import exhibits, observed
from siyu.value.patrons import WINDOWS, mean_paid, patrons
from siyu.value.worth import Worth

DAYS = 500


@pytest.fixture(scope="module")
def rows(shops):
    random = np.random.default_rng([15, 8])
    days = shops.lives(random, 400, DAYS).sort_values(["buyer", "day"], ignore_index=True)
    return days.assign(fen=random.integers(0, 40_000, len(days)))


@pytest.fixture(scope="module")
def worth(shops, rows):
    return Worth(shops.frames(rows, DAYS, rows["fen"]), 0, "USD")


def by_hand(rows, window, least=0):
    """(buyers, net of each) of those followed for the window; their own day and the last one included."""
    first = rows.groupby("buyer")["day"].transform("min")
    seen = rows[(DAYS - 1 - first >= max(window, least)) & (rows["day"] - first <= window)]
    return seen.groupby("buyer")["fen"].sum() / 100


def test_values_are_means_over_those_followed_so_long(worth, rows):
    for window in WINDOWS:
        paid, found = by_hand(rows, window), worth.observed[f"observed_value_{window}d"]
        assert (found.value, found.n, found.unit) == (pytest.approx(paid.mean()), len(paid), "USD")
        assert found.low < found.value < found.high


def test_the_curve_is_of_the_same_buyers_at_every_day(worth, rows):
    for day, figure in worth.curve:
        assert figure.value == pytest.approx(by_hand(rows, day, worth.horizon).mean())
        assert figure.n == worth.curve[0][1].n


def test_cohorts_add_up_and_are_blank_until_all_have_been_followed(shops, worth, rows):
    table = exhibits.cohorts(worth).set_index(exhibits.cohorts(worth)["month"].map(lambda both: both["en"]))
    assert table["buyers"].sum() == rows["buyer"].nunique()
    months = rows.groupby("buyer")["day"].min().map(lambda day: f"{shops.START + timedelta(days=int(day)):%Y-%m}")
    for month, buyers in months.groupby(months).groups.items():
        for window in WINDOWS:
            paid = by_hand(rows, window).reindex(buyers)
            cell = table.loc[month, f"value_{window}"]
            if paid.isna().any():  # one is too young: it is not shown, however many are not
                assert cell is None
            else:
                assert cell["value"] == pytest.approx(paid.mean())


def test_small_cohorts_are_hidden(shops, rows):
    table = exhibits.cohorts(Worth(shops.frames(rows, DAYS), k=1_000))
    assert table["buyers"].isna().all()
    assert table[[f"value_{window}" for window in WINDOWS]].isna().all().all()


def test_a_small_cohort_takes_the_next_with_it(shops):
    first = np.repeat([0, 31, 60, 91], [40, 4, 20, 30])  # January to April of 2024
    frames = shops.frames(pd.DataFrame({"buyer": np.arange(94), "day": first}), DAYS)
    table = exhibits.cohorts(Worth(frames, k=10))
    assert [None if pd.isna(n) else n for n in table["buyers"]] == [40, None, None, 30]
    assert table["value_90"].notna().tolist() == [True, False, False, True]


def test_buyers_too_young_are_not_shown_as_complete(shops):
    rows = pd.DataFrame({"buyer": np.arange(60), "day": DAYS - 80})
    worth = Worth(shops.frames(rows, DAYS))
    assert worth.horizon == 30
    assert worth.observed["observed_value_90d"] is None
    assert exhibits.value(worth).figures["days"].value == 30


def test_equal_spend_has_no_spread_and_spend_below_zero_keeps_a_plain_interval():
    equal = mean_paid(np.column_stack([np.ones(50, int), np.full(50, 700)]))
    assert (equal.value, equal.low, equal.high) == (7, 7, 7)
    lost = mean_paid(np.column_stack([np.ones(50, int), np.arange(-50, 0)]))
    assert lost.low < lost.value < lost.high < 0


def test_few_who_spend_much_stretch_the_upper_end():
    few = mean_paid(np.column_stack([np.ones(50, int), np.r_[np.full(47, 1_000), 9_000, 20_000, 60_000]]))
    assert few.high - few.value > 2 * (few.value - few.low)
    groups = np.zeros((GROUPS, 2), int)  # a cohort of a large shop, of whom a group holds one or none
    groups[::2] = np.column_stack([np.ones(50, int), np.r_[np.full(47, 1_000), 9_000, 20_000, 60_000]])
    assert replace(mean_paid(groups), left=few.left) == few


def test_small_cohorts_of_a_large_shop_hold_the_truth_more_often_than_by_a_jackknife():
    """Half of the buyers pay nothing, others lognormal amounts."""
    random, held = np.random.default_rng(7), 0
    for _ in range(400):
        sums = np.zeros((GROUPS, 2), np.int64)
        fen = np.exp(1.2 * random.normal(size=50)) * (random.random(50) < 0.5) * 10_000
        np.add.at(sums, random.integers(GROUPS, size=50), np.column_stack([np.ones(50), fen]).astype(np.int64))
        found = mean_paid(sums)
        held += found.low <= 50 * np.exp(0.72) <= found.high
    assert held >= 352  # by the jackknife 342


def concentrated(frames):
    return observed.concentration(frames, patrons(frames))


def test_concentration_of_equals_and_of_one(shops):
    rows = pd.DataFrame({"buyer": np.arange(200), "day": 0})
    tops, lorenz = concentrated(shops.frames(rows, DAYS, np.full(200, 500)))
    assert (tops["top_10_share"].value, tops["gini"].value) == (pytest.approx(0.1), pytest.approx(0))
    assert [share.value for at, share in lorenz] == pytest.approx([at for at, _ in lorenz])
    one, _ = concentrated(shops.frames(rows, DAYS, np.r_[np.zeros(199), 50_000]))
    assert (one["top_1_share"].value, one["gini"].value) == (pytest.approx(1), pytest.approx(199 / 200))


def test_nobody_brings_nothing(shops):
    one = shops.frames(pd.DataFrame({"buyer": [0], "day": [0]}), DAYS)
    frames = opened(one.as_of, one.purchases.to_pyarrow().slice(0, 0))
    figures, lorenz = concentrated(frames)
    assert (set(figures.values()), lorenz) == ({None}, [])
    assert observed.cohorts(Worth(frames).paid, frames, "CNY").empty


@pytest.fixture(scope="module")
def came(shops):
    """120 buyers: by turns by a creator, bought, or by the feed; of each kind half followed before, half after."""
    buyers = np.arange(120)
    rows = pd.DataFrame({"buyer": buyers, "day": 0})
    paid_at = pd.Timestamp("2024-01-01 12:00")
    way = np.array(["达人合作", "千川广告", "推荐feed"])[buyers % 3]
    orders = pd.DataFrame({
        "platform": "douyin", "order_id": buyers.astype(str), "line_no": 1, "buyer_id": buyers, "paid_at": paid_at,
        "paid_fen": 100, "net_fen": 100, "traffic_source": way,
    })  # fmt: skip
    at = np.where(buyers % 2 == 0, paid_at - pd.Timedelta(hours=1), paid_at)
    more = {"follows": {"followed_at": at, "unfollowed_at": pd.NaT}, "members": {"joined_at": at, "left_at": pd.NaT}}
    tables = {kind: pd.DataFrame({"buyer_id": buyers, **columns}) for kind, columns in more.items()}
    return shops.frames(rows, DAYS, 100 * (1 + buyers % 3), orders, **tables)


def test_the_way_in_is_that_of_the_first_order(came):
    found = observed.entries(came, "CNY")
    assert {name: figure.value for name, figure in found["way"].items()} == {"bought": 2, "creator": 1, "public": 3}
    assert all(figure.definition == "value_by_entry" for figure in found["way"].values())


def test_a_follow_counts_strictly_before_payment_a_join_by_the_evening(came):
    found = observed.entries(came, "CNY")
    assert {name: figure.n for name, figure in found["fan"].items()} == {"no": 60, "yes": 60}
    assert {name: figure.n for name, figure in found["member"].items()} == {"yes": 120}
