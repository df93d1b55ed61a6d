"""What a new buyer cost, what one may cost, and when that is paid back."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from siyu.figure import Absent, Figure
from siyu.intake.store.client_tables import books_of
from siyu.observed import Span
from siyu.value import exhibits
from siyu.value.acquisition import _fault, _rows, cost, limit, over, payback, times
from siyu.value.labels import REFUSED, SAID
from siyu.value.metrics import METRICS
from siyu.value.worth import Assumed, Worth

SHARE = Figure(0.2, 0.1, 0.3, "ratio", "assumption90", sources=("assumption:gross_margin",))


@pytest.fixture(scope="module")
def shop(shops):
    """200 buyers, ten a day for twenty days, who come back every thirty days for a year and pay 100 yuan a time."""
    buyers = np.arange(200)
    rows = pd.DataFrame(
        [(buyer, buyer // 10 + 30 * turn) for buyer in buyers for turn in range(13)], columns=["buyer", "day"]
    )
    return shops.frames(rows, 400)


def table(**columns):
    rows = pd.DataFrame(columns)
    rows.attrs["refs"] = ("orders:ads",)
    return rows


def spend(**change):
    days = pd.date_range("2024-01-01", periods=20)
    columns = {"day": days, "account_id": "qc", "channel": "live", "scope": "paid", "spend_fen": 20_000, "new_fans": 40}
    return table(**columns | change)


def test_cost_is_spend_over_first_time_buyers(shop):
    found = cost(spend(), shop, "CNY")
    assert found.reason == ""
    assert found.figures["cac"].value == pytest.approx(20 * 200 / 200)
    assert found.figures["cac"].low < 20 < found.figures["cac"].high
    assert found.figures["cost_per_follower"].value == pytest.approx(20 * 200 / 800)
    assert found.figures["cac"].sources == ("orders:ads", "orders:made_up")


def doubled():
    rows = pd.concat([spend(), spend(day=[pd.Timestamp("2024-01-05")] * 20).head(1)])
    rows.attrs["refs"] = ("orders:ads",)
    return rows


@pytest.mark.parametrize(
    ("ads", "reason"),
    [
        (None, REFUSED["no_spend"]),
        (spend(scope="mixed"), REFUSED["mixed"]),
        (spend(spend_fen=-1), REFUSED["below_zero"]),
        (spend(currency="usd"), REFUSED["currency"]),
        (doubled(), REFUSED["overlap"]),
        (spend(until=pd.Timestamp("2024-01-20")), REFUSED["overlap"]),
        (spend(day=pd.date_range("2023-01-01", periods=20)), REFUSED["apart"]),
        (spend(day=pd.date_range("2024-06-01", periods=20)), REFUSED["nobody_new"]),
    ],
)
def test_spend_that_cannot_be_used_gives_a_reason_and_no_number(shop, ads, reason):
    found = cost(ads, shop, "CNY")
    assert (found.figures, found.by_channel, found.reason) == ({}, {}, reason)
    worth = Worth(shop, 0, "CNY", Assumed(share=SHARE), ads)
    said = {entry.key: entry.function(worth) for entry in METRICS}
    assert said["cac"] == said["payback_months"] == reason


def test_spend_of_another_platform_is_no_cost_of_these_buyers(shop):
    worth = Worth(shop, 0, "CNY", Assumed(share=SHARE), spend(currency="CNY"), beside=True)
    assert (worth.cost.figures, worth.cost.reason) == ({}, REFUSED["beside"])
    assert isinstance(worth.cac, Absent)


def by_lot(shops, on, off, days=40, drawn="lot"):
    """The marginal cost in a shop that spends 200 yuan every other day, and wins `on` buyers then, else `off`."""
    spends, wave = np.arange(days) % 2 == 0, np.arange(days) // 2 % 2
    day = np.repeat(np.arange(days), np.where(spends, on, off) + wave)
    rows = pd.DataFrame({"buyer": np.arange(len(day)), "day": day})
    ads = spend(day=pd.date_range("2024-01-01", periods=days), spend_fen=np.where(spends, 20_000, 0), drawn=drawn)
    return cost(ads, shops.frames(rows, 90), "CNY").marginal


def test_one_buyer_more_costs_what_spend_by_lot_brings(shops):
    found = by_lot(shops, 10, 6)
    assert found.value == pytest.approx(200 / 4)
    assert found.low < 50 < found.high
    assert by_lot(shops, 10, 6, drawn="turn") == found


@pytest.mark.parametrize(
    ("case", "reason"),
    [((10, 6, 40, "chosen"), "not_by_lot"), ((10, 6, 12), "too_few_lots"), ((6, 6), "too_few_lots")],
)
def test_without_lots_or_a_sure_difference_it_is_not_known(shops, shop, case, reason):
    assert by_lot(shops, *case) == REFUSED[reason]
    assert {entry.key: entry.function(Worth(shop)) for entry in METRICS}["cac_marginal"] == REFUSED["not_by_lot"]


def test_spend_of_nothing_is_a_cost_of_nothing(shop):
    assert cost(spend(spend_fen=0), shop, "CNY").figures["cac"].value == 0
    worth = Worth(shop, 0, "CNY", Assumed(share=SHARE), spend(spend_fen=0))
    assert worth.returns == {key: Absent((key,)) for key in ("sales_roi", "profit_roi")}  # of nothing: no number
    assert exhibits.returns(worth)[1].figures["sales_roi"] == Absent(("sales_roi",))


def test_other_accounts_and_channels_may_share_days(shop):
    both = pd.concat([spend(), spend(channel="video"), spend(account_id="two")])
    assert cost(both, shop, "CNY").figures["cac"].value == pytest.approx(60)


def test_it_is_paid_back_by_the_purchase_that_does_it(shop):
    worth = Worth(shop, 0, "CNY", Assumed(share=SHARE), spend(spend_fen=50_000))  # 50 a buyer; 20 a purchase
    found, ends = worth.payback
    assert ends
    assert found.value == pytest.approx(45 / (365 / 12), rel=0.01)  # half way from the second to the third purchase
    assert found.low < found.value < found.high
    for never in (Worth(shop, 0, "CNY", Assumed(share=SHARE), spend(spend_fen=900_000)), Worth(shop, ads=spend())):
        assert never.payback == (None, False)


def test_what_a_lower_margin_does_not_pay_back_has_no_upper_end(shop):
    thin = Figure(0.2, -0.1, 0.5, "ratio", "assumption90", sources=("assumption:gross_margin",))
    worth = Worth(shop, 0, "CNY", Assumed(share=thin), spend(spend_fen=50_000))
    months, ends = worth.payback
    assert not ends
    assert months.high == months.value
    assert exhibits.paid_back(worth)[1].message == SAID["may_pay_back"]
    assert {entry.key: entry.function(worth) for entry in METRICS}["payback_months"] == REFUSED["unsure"]


def test_sales_may_look_fine_where_contribution_loses(shop):
    worth = Worth(shop, 0, "CNY", Assumed(share=SHARE), spend(spend_fen=400_000))
    sales, profit = worth.returns["sales_roi"], worth.returns["profit_roi"]
    assert (sales.value, profit.value) == (pytest.approx(3.25), pytest.approx(0.65))


def said_of(worth):
    return exhibits.answer(worth), exhibits.limits(worth)[1]


def test_the_answer_says_what_may_be_paid_as_far_as_that_is_known(shop):
    conversion = Figure(0.05, 0.01, 0.1, "ratio", "assumption90", sources=("assumption:interest",))
    answer, most = said_of(Worth(shop, 0, "CNY", Assumed(SHARE, conversion=conversion), spend()))
    assert (answer.message, most.message) == (SAID["answer"], SAID["limits"])
    assert answer.figures["buyer"].value == pytest.approx(0.2 * 1300)
    assert answer.figures["follower"].value == pytest.approx(0.05 * 0.2 * 1300)
    assert answer.opening.asks == ("gross_margin",)
    answer, most = said_of(Worth(shop, 0, "USD", Assumed(SHARE)))
    assert (answer.message, most.message) == (SAID["answer_buyer"], SAID["limits_buyer"])
    assert answer.figures["buyer"].unit == "USD"
    assert answer.opening.asks == ("gross_margin", "cac")
    answer, most = said_of(Worth(shop, 0, "USD"))
    assert answer.message == SAID["answer_observed"]
    assert isinstance(most.figures["buyer"], Absent)


def test_a_year_is_never_held_against_half_a_year(shop):
    found = Worth(shop, 0, "CNY", Assumed(SHARE), spend()).limits
    assert found["all"].value == pytest.approx(0.2 * 1300)  # thirteen purchases within a year
    assert found["half"].value == pytest.approx(0.2 * 700)  # seven within half of it


def test_products_carry_what_both_do_not_know():
    value = Figure(100, 90, 110, "CNY", "sampling95", sources=("orders:x",))
    found = times(value, SHARE, "customer_contribution")
    assert found.value == pytest.approx(20)
    assert found.interval_kind == "assumption90"
    assert 20 - found.low == pytest.approx(np.hypot(0.1 * 100, 10 * 1.6449 / 1.96 * 0.2), rel=1e-3)
    assert found.sources == ("assumption:gross_margin", "orders:x")
    point = Figure(2, 2, 2, "ratio")
    assert times(value, point, "customer_contribution").interval_kind == "sampling95"
    assert isinstance(times(Absent(("aov",)), SHARE, "customer_contribution"), Absent)
    assert over(value, Figure(50, 50, 50, "CNY"), "sales_roi").value == pytest.approx(2)


def test_nothing_may_be_paid_for_what_loses_money():
    loses = Figure(-0.1, -0.2, 0.05, "ratio", "assumption90")
    found = limit(Figure(100, 100, 100, "CNY"), loses, "cac_limit", "CNY")
    assert (found.low, found.value) == (0, 0)
    assert found.high == pytest.approx(5)


def test_a_curve_that_starts_above_its_cost_is_paid_back_at_once():
    curve = [(0.0, Figure(100, 100, 100, "CNY")), (30.0, Figure(120, 120, 120, "CNY"))]
    found, ends = payback(curve, Figure(1, 1, 1, "ratio"), Figure(50, 50, 50, "CNY"))
    assert (found.value, found.low, found.high, ends) == (0, 0, 0, True)


def test_a_month_that_is_missing_costs_nothing(shops):
    day = [one for one in range(91) if not 31 <= one < 60]
    spans = {"douyin": Span(shops.START, shops.START + timedelta(days=99), (date(2024, 2, 1),))}
    frames = shops.frames(pd.DataFrame({"buyer": np.arange(62), "day": day}), 100, spans=spans)
    daily = table(day=pd.date_range("2024-01-01", periods=91), account_id="qc", spend_fen=10_000)
    months = {"day": ["2024-01-01", "2024-02-01", "2024-03-01"], "until": ["2024-01-31", "2024-02-29", "2024-03-31"]}
    monthly = table(**{name: pd.to_datetime(days) for name, days in months.items()}, spend_fen=310_000)
    for ads in (daily, monthly):
        assert cost(ads, frames, "CNY").figures["cac"].value == pytest.approx(100)


def test_spend_that_tells_no_followers_is_no_cost_of_them(shops):
    frames = shops.frames(pd.DataFrame({"buyer": np.arange(20), "day": np.arange(20)}), 100)
    ads = table(day=[*pd.date_range("2024-01-01", periods=20)] * 2, account_id=np.repeat(["a", "b"], 20),
                spend_fen=10_000, new_fans=np.repeat([100.0, np.nan], 20))  # fmt: skip
    found = cost(ads, frames, "CNY").figures
    assert (found["cost_per_follower"].value, found["cac"].value) == (pytest.approx(1), pytest.approx(200))


def test_a_sampling_range_stays_one_of_95():
    value, share = Figure(100, 80, 120, "CNY", "sampling95", sources=("orders:x",)), Figure(0.2, 0.2, 0.2, "ratio")
    left = times(value, share, "customer_contribution")
    most = limit(left, Figure(1, 1, 1, "ratio"), "cac_limit", "CNY")
    for one in (left, most):
        assert (one.low, one.high, one.interval_kind) == (pytest.approx(16), pytest.approx(24), "sampling95")
    assert over(value, Figure(50, 50, 50, "CNY"), "sales_roi").high == pytest.approx(2.4)


@pytest.mark.parametrize(("printed", "fault"), [("CNY", ""), ("cny", ""), ("USD", "currency")])
def test_a_currency_is_held_against_that_of_the_subject_as_it_was_printed(tmp_path, monkeypatch, printed, fault):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "key"))
    (tmp_path / "exports").mkdir()
    rows = f"day,account,channel,scope,currency,spend\n2026-09-01,qc,live,paid,{printed},100.00\n"
    (tmp_path / "exports" / "ad_spend.csv").write_text(rows, encoding="utf-8")
    told = books_of(tmp_path / "exports", tmp_path / "store").frame("ad_days")
    assert _fault(_rows(told), "CNY") == fault
