"""Repurchase under every definition: worked by hand, against published figures, and never mixed."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from siyu.figure import DefinitionMismatch
from siyu.orders import exhibits
from siyu.orders.frames import opened
from siyu.orders.repurchase import between, by_survival, in_window, last_quarters, retention, within


def rows(*purchases):
    """Frames of (buyer, ISO day, orders) with 10 yuan an order."""
    plain = [(buyer, day, 1_000, 1_000) for buyer, day, count in purchases for _ in range(count)]
    frame = pd.DataFrame(plain, columns=["buyer_id", "day", "paid_fen", "net_fen"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


@pytest.fixture(scope="module")
def table(brand):
    """Buyer 0: two orders on one day; 1: two days; 2 and 3: one order."""
    found = rows(
        (0, "2021-01-05", 2), (1, "2021-01-10", 1), (1, "2021-03-01", 1), (2, "2021-02-01", 1), (3, "2021-03-20", 1)
    )
    return brand.purchases(found)


@pytest.fixture
def four(table):
    return opened(date(2021, 3, 31), table)


def test_definitions_differ_on_the_same_orders(four):
    found = in_window(four, date(2021, 1, 1), date(2021, 3, 31))
    assert found["repurchase_rate"].value == 1 / 4
    assert found["repurchase_rate_orders"].value == 2 / 4
    assert found["repeat_order_share"].value == 2 / 6
    assert found["repeat_buyer_gmv_share"].value == 4 / 6
    assert found["orders_per_buyer"].value == 6 / 4


def test_rates_of_different_definitions_are_not_subtracted(four):
    found = in_window(four, date(2021, 1, 1), date(2021, 3, 31))
    with pytest.raises(DefinitionMismatch, match="side by side"):
        found["repurchase_rate"] - found["repurchase_rate_orders"]


def test_a_window_counts_only_what_lies_in_it(four):
    found = in_window(four, date(2021, 2, 1), date(2021, 3, 31))
    assert (found["repurchase_rate"].value, found["repurchase_rate"].n) == (0, 3)


def test_return_rate_needs_the_later_period_to_be_over(four):
    first, second = (date(2021, 1, 1), date(2021, 1, 31)), (date(2021, 2, 1), date(2021, 3, 31))
    assert between(four, first, second).value == 1 / 2
    assert between(four, first, (date(2021, 2, 1), date(2021, 4, 30))) is None


def test_immature_cohorts_are_blank_and_not_zero(table):
    # on 10 April buyers 0 to 3 have been followed for 95, 90, 68 and 21 days
    figures, cohorts = within(opened(date(2021, 4, 10), table), (30, 90))
    assert (figures["repurchase_30d"].value, figures["repurchase_30d"].n) == (0, 3)
    assert (figures["repurchase_90d"].value, figures["repurchase_90d"].n) == (1 / 2, 2)
    by_cell = {(cohort.month.month, cohort.window_days): cohort.again for cohort in cohorts}
    assert by_cell[1, 30].value == 0
    assert by_cell[1, 90].value == 1 / 2
    assert by_cell[2, 30].value == 0
    assert by_cell[2, 90] is None
    assert by_cell[3, 30] is None


def test_early_cohorts_are_flagged_as_left_truncated(four):
    _, cohorts = within(four, (30,))
    # the record begins on 5 January
    assert [cohort.left_truncated for cohort in cohorts] == [True, True, False]


def test_small_denominators_are_blank(four):
    assert in_window(four, date(2021, 1, 1), date(2021, 3, 31), k=5)["repurchase_rate"] is None
    assert within(four, (30,), k=4)[0]["repurchase_30d"] is None


def test_a_small_cohort_is_not_what_totals_leave_over(brand):
    sizes = {"2021-01-05": 40, "2021-02-05": 4, "2021-03-05": 20, "2021-04-05": 30}
    days = [day for day, n in sizes.items() for _ in range(n)]
    frames = opened(date(2021, 12, 31), brand.purchases(rows(*((at, day, 1) for at, day in enumerate(days)))))
    table = exhibits.cohort_table(frames, k=10)
    shown = table[["buyers", "within_30", "within_90"]].notna().sum()
    # the one of four, and the next smallest: with either of them the total tells the other
    assert shown.tolist() == [2, 2, 2]
    assert table["buyers"].tolist()[::3] == [40, 30]
    assert exhibits.cohort_table(frames, k=0)["buyers"].tolist() == list(sizes.values())
    assert {cell.n for cell in retention(frames, k=10) if cell.again is not None} == {40, 30}


def test_kaplan_meier_corrects_for_missing_follow_up(purchases):
    found = by_survival(opened(date(1997, 9, 30), purchases))
    # computed on the sample cut at 1997-09-30: 30 d .1739, 90 d .2915, 180 d .3763
    assert [round(found[f"repurchase_km_{days}d"].value, 4) for days in (30, 90, 180)] == [0.1739, 0.2915, 0.3763]


def test_kaplan_meier_is_blank_beyond_the_record(purchases):
    assert by_survival(opened(date(1997, 5, 1), purchases))["repurchase_km_180d"] is None


def test_without_censoring_kaplan_meier_is_the_plain_share(purchases):
    frames = opened(date(1998, 6, 30), purchases)
    plain, product = within(frames)[0], by_survival(frames)
    for days in (30, 90, 180):
        assert product[f"repurchase_km_{days}d"].value == pytest.approx(plain[f"repurchase_{days}d"].value)


def test_a_purchase_after_as_of_is_unknown(purchases):
    early, late = (opened(day, purchases) for day in (date(1997, 3, 31), date(1998, 6, 30)))
    window = (date(1997, 1, 1), date(1997, 3, 31))
    assert in_window(early, *window) == in_window(late, *window)


@pytest.mark.parametrize(
    ("as_of", "first"), [(date(2021, 3, 31), date(2020, 10, 1)), (date(2021, 3, 30), date(2020, 7, 1))]
)
def test_last_quarters_are_over(as_of, first):
    earlier, later = last_quarters(as_of)
    assert earlier[0] == first
    assert later[0] == earlier[1] + timedelta(days=1)
    assert later[1] <= as_of


def test_no_purchases_give_no_figures(brand):
    empty = brand.purchases(rows((0, "2021-01-01", 1))).slice(0, 0)
    frames = opened(date(2021, 1, 31), pa.table(empty))
    assert set(in_window(frames, date(2021, 1, 1), date(2021, 1, 31)).values()) == {None}
    assert within(frames) == ({f"repurchase_{days}d": None for days in (30, 90, 180)}, [])
    assert set(by_survival(frames).values()) == {None}


def test_a_share_that_hangs_on_one_buyer_is_not_shown(brand):
    # 199 buyers followed for 60 days without a return; one followed for 200, back after 180
    start = np.datetime64("2024-06-01")
    first = np.where(np.arange(200) == 0, start - 140, start)
    rows = pd.DataFrame({"buyer_id": np.arange(200), "day": first, "paid_fen": 1, "net_fen": 1})
    back = pd.DataFrame({"buyer_id": [0], "day": [start + 40], "paid_fen": 1, "net_fen": 1})
    frames = opened(date(2024, 7, 31), brand.purchases(pd.concat([rows, back]).sort_values(["buyer_id", "day"])))
    assert by_survival(frames, k=0)["repurchase_km_180d"].value == 1
    shown = by_survival(frames, k=10)
    assert shown["repurchase_km_30d"].value == 0
    assert shown["repurchase_km_90d"] is None
    assert shown["repurchase_km_180d"] is None
    curve = exhibits.curves(frames, k=10)
    assert {len(points) for points in curve.values()} == {len([day for day in exhibits.CURVE if day <= 60])}


def test_nobody_at_risk_is_not_computable(brand):
    rows = pd.DataFrame(
        {"buyer_id": [0, 0], "day": pd.to_datetime(["2024-01-01", "2024-01-20"]), "paid_fen": 1, "net_fen": 1}
    )
    found = by_survival(opened(date(2024, 12, 31), brand.purchases(rows)))
    assert [figure is None for figure in found.values()] == [True, True, True]
