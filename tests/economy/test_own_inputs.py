"""A client's own figures in the economics: measured by hand, drawn from their interval, updated while they are few."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from siyu import formulas as f
from siyu.economy import Economy, own, tables
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.figure import Figure
from siyu.formulas.breakeven import median_gap
from siyu.models.draws import sample
from siyu.orders.frames import opened
from siyu.orders.measured import measured, rates, settled
from siyu.orders.refunds import charged
from siyu.paths import data_dir
from siyu.simulator.brand import Recipe, made
from siyu.simulator.charges import EXEMPT, RATES
from siyu.simulator.charges import charges as charged_orders
from siyu.simulator.worlds import World
from siyu.subjects import Subject, Volume

ROWS = load_assumptions(data_dir() / "assumptions.csv")
FEES = fee_rules(data_dir() / "fees.csv")
ON = date(2025, 12, 31)


def lines(n=60, platform="douyin", paid=10_000, refunded=()):
    """One order a day before the date, the newest first; those numbered in `refunded` come back."""
    days = [pd.Timestamp(ON - timedelta(days=number)) for number in range(n)]
    net = [0 if number in refunded else paid for number in range(n)]
    frame = {"order_id": [f"A{number}" for number in range(n)], "platform": platform, "paid_at": days}
    return pd.DataFrame({**frame, "buyer_id": range(n), "status": "paid", "paid_fen": paid, "net_fen": net})


def days_of(buys):
    """Purchases from buyer -> days before the date."""
    rows = []
    for buyer, ago in enumerate(buys):
        dates = sorted(ON - timedelta(days=one) for one in ago)
        for number, day in enumerate(dates):
            rows.append({"buyer_id": buyer, "day": day, "orders": 1, "paid_fen": 10_000, "net_fen": 10_000,
                         "purchase_no": number + 1, "days_to_next": None, "first_day": dates[0]})  # fmt: skip
    return pd.DataFrame(rows).astype({"days_to_next": "Int64"})


def frames(orders, buys=()):
    return opened(ON, days_of(buys or [[number] for number in range(len(orders))]), orders, sources=("orders:a.csv",))


def test_order_value_and_refunds_by_hand():
    # half of the orders at 100, half at 300 yuan; refunds count once they are older than thirty days
    orders = lines(100)
    orders.loc[::2, ["paid_fen", "net_fen"]] = 30_000
    orders.loc[40:43, "net_fen"] = 0
    found = measured(frames(orders))
    assert found["order_value"].value == pytest.approx(200)
    assert found["order_value"].high - found["order_value"].value == pytest.approx(1.96 * 100 / 10, rel=1e-3)
    # two of 300 and two of 100 among the 69 orders before December
    settled = orders[orders["paid_at"] < pd.Timestamp(ON - timedelta(days=30))]
    assert found["refund_rate"].value == pytest.approx(80_000 / settled["paid_fen"].sum())
    assert found["refund_rate"].n == 4
    assert found["order_value"].sources == ("orders:a.csv",)


def test_no_refund_seen_is_not_a_rate_of_nothing():
    found = measured(frames(lines(200)))["refund_rate"]
    assert (found.value, found.n) == (0, 0)
    assert found.high == pytest.approx(1.96**2 / (169 + 1.96**2), rel=1e-3)  # Wilson 1927, of none of 169


def test_an_interval_that_ends_at_nothing_has_the_error_of_its_longer_side():
    """None of 200 orders came back: an upper end of 1.9% is a standard error of 0.96 points, not of half as many."""
    row = own.measured(ROWS, "fmcg", {"refund_rate": figure(0.0, 0.0, 0.0188, "ratio", 40)}, ON)["refund_rate"].row
    assert row.high == pytest.approx(1.6449 * 0.0188 / 1.96, rel=1e-3)


def test_only_orders_of_the_douyin_shop_count():
    mixed = pd.concat([lines(50), lines(50, "taobao", 900_000).assign(order_id=lambda rows: "T" + rows["order_id"])])
    mixed["buyer_id"] = range(100)
    assert measured(frames(mixed))["order_value"].value == pytest.approx(100)
    assert measured(frames(lines(50, "taobao"))) == {}
    assert measured(frames(lines(20)), k=21) == {}


def test_repeat_orders_a_month_by_hand():
    # forty buyers of two years ago: a quarter with two orders in the first year, one of them with a third later
    buys = [[700, 650, 600] for _ in range(9)] + [[700, 650, 600, 300]] + [[700]] * 30
    found = measured(frames(lines(60), buys))["repurchase"]
    assert found.value == pytest.approx(20 / 40 / 12)
    assert found.n == 20
    # with no one followed for a year, the longest window that enough were seen through
    young = measured(frames(lines(60), [[200, 100]] * 10 + [[200]] * 30))["repurchase"]
    assert young.value == pytest.approx(10 / 40 / (180 * 12 / 365))
    assert "repurchase" not in measured(frames(lines(60), [[700]] * 10))


def test_a_year_of_orders_is_counted_or_at_the_pace_of_a_shorter_record():
    assert measured(frames(lines(400)))["orders_year"].value == 365
    assert measured(frames(lines(100)))["orders_year"].value == 365
    assert "orders_year" not in measured(frames(lines(60)))


def economy(figures, **more):
    found = own.measured(ROWS, "fmcg", figures, ON)
    rows = {symbol: one.row for symbol, one in found.items()}
    return found, Economy(ROWS, FEES, "fmcg", 365, ON, draws=4_096, own=rows, **more)


def figure(value, low, high, unit, n):
    return Figure(value, low, high, unit, "sampling95", "", ("orders:a.csv",), n)


def test_what_is_measured_replaces_the_assumption_with_its_interval():
    found, with_own = economy({"order_value": figure(91.0, 81.2, 100.8, "CNY", 3_765)})
    drawn = with_own.drawn["order_value"]
    assert drawn.mean() == pytest.approx(91, abs=0.3)
    assert drawn.std() == pytest.approx(5, abs=0.2)
    assert not found["order_value"].updated
    kept = with_own.figure("order_contribution", f.contribution("douyin_shop"))
    assert "assumption:order_value.own" in kept.sources
    assert "assumption:order_value.fmcg" not in kept.sources
    # other goods are not the client's
    assert with_own.of("apparel").inputs["order_value"].assumption_id == "order_value.apparel"
    row = found["order_value"].row
    assert (row.source, row.confidence, row.symbol) == ("OWN", "high", "order_value")
    assert "30" in row.rationale
    assert "此前假设" in row.rationale_zh


def test_few_events_update_the_assumption_by_precision():
    prior = ROWS["refund_rate.fmcg"]
    few = figure(0.10, 0.10 - 1.96 * 0.02, 0.10 + 1.96 * 0.02, "ratio", 29)
    found = own.measured(ROWS, "fmcg", {"refund_rate": few}, ON)["refund_rate"]
    spread = (prior.high - prior.low) / 2 / 1.6449
    weights = 1 / spread**2, 1 / 0.02**2
    expected = (prior.mode * weights[0] + 0.10 * weights[1]) / sum(weights)
    assert found.updated
    assert found.row.mode == pytest.approx(expected, rel=1e-3)
    assert prior.mode < found.row.mode < 0.10
    enough = own.measured(ROWS, "fmcg", {"refund_rate": replace(few, n=30)}, ON)["refund_rate"]
    assert (enough.row.mode, enough.updated) == (0.10, False)


def test_draws_of_a_measurement_are_never_negative():
    row = own.measured(ROWS, "fmcg", {"refund_rate": figure(0.01, 0, 0.03, "ratio", 40)}, ON)["refund_rate"].row
    assert sample({"x": row}, 4_096, 0)["x"].min() >= 0


def test_a_row_of_the_clients_own_file_stays(tmp_path):
    path = tmp_path / "assumptions.csv"
    head, *rows = (data_dir() / "assumptions.csv").read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([head, next(row for row in rows if row.startswith("order_value.fmcg,"))]), encoding="utf-8"
    )
    mine = load_assumptions(data_dir() / "assumptions.csv", path)
    figures = {"order_value": figure(91.0, 90, 92, "CNY", 99), "refund_rate": figure(0.1, 0.09, 0.11, "ratio", 99)}
    assert set(own.measured(mine, "fmcg", figures, ON)) == {"refund_rate"}


def test_what_subject_yml_says_of_taxes_and_volume(tmp_path):
    about = {"id": "x", "folder": tmp_path, "name": {"en": "x", "zh": "x"}, "kind": "client", "case": "y", "as_of": ON}
    assert Subject(**about).facts == {}
    said = Subject(**about, taxpayer="small", producer=True, volume={"orders": 9, "people": 8})
    assert said.volume == Volume(orders=9, people=8)
    rows = own.stated(ROWS, said.facts, ON)
    assert {symbol: row.mode for symbol, row in rows.items()} == {
        "general_taxpayer": 0, "producer": 1, "orders_year": 9, "people_year": 8,
    }  # fmt: skip
    plain, taxed = (Economy(ROWS, FEES, "liquor", 365, ON, 1_000, own=one) for one in ({}, rows))
    tax = {term.key: term.expression for term in f.terms("douyin_shop")}
    cost = [one.outcomes(tax)["consumption_tax"].drawn.mean() for one in (plain, taxed)]
    assert cost[0] == 0 > cost[1]
    # of goods that bear none, a producer pays none
    assert replace(taxed, category="fmcg").outcomes(tax)["consumption_tax"].drawn.max() == 0


@pytest.fixture(scope="module")
def brand():
    return made(Recipe(World("null", buyers=900), seed=5, quirks=frozenset({"refunds"})))


def test_a_settlement_gives_the_rate_by_form_of_traffic(brand):
    found = {form: rate for _, form, rate in settled(charged_orders(brand), ("orders:a.csv",))}
    assert set(found) == {"live", "video", "card"}
    for form in ("live", "video"):
        assert found[form].value == pytest.approx(RATES[form], abs=1e-3)
    card = found["card"]
    # exempt orders pay nothing and count
    assert card.low < RATES["card"] * (1 - EXEMPT) < card.high
    assert settled(charged_orders(brand), (), k=10**6) == []


def test_what_came_back_pays_no_fee():
    # 5% of an order that was kept, and of one that was given back with its fee
    rows = [("A", 500, 10_000), ("B", 500, 10_000), ("B", -500, -10_000)]
    table = pd.DataFrame(rows, columns=["order_id", "fee_fen", "base_fen"])
    ((_, _, rate),) = settled(table.assign(platform="douyin", traffic_form="live", exempt=False), ())
    assert (rate.value, rate.n) == (0.05, 1)


def test_a_fee_in_an_order_export_is_over_what_was_kept():
    orders = lines(2, "wechat", refunded=(1,)).assign(fee_platform_fen=[500, 0])
    assert charged(frames(orders))["wechat"].value == pytest.approx(0.05)


def test_the_measured_fee_leads(brand):
    settled = rates(frames(lines(60)), charged_orders(brand))
    mine = own.OwnInputs(charged=own.charged(settled), category="fmcg")
    rules = FEES.measured(mine.rules)
    with_own = Economy(ROWS, rules, "fmcg", 365, ON, draws=1_000)
    assert with_own.inputs["fee_douyin_shop"].rules[0].rule_id == "own_douyin_shop"
    assert with_own.fee.value == pytest.approx(0.03, abs=1e-3)
    assert "settlement" in with_own.fee_line
    assert with_own.drawn["fee_douyin_card"].mean() == pytest.approx(RATES["card"] * (1 - EXEMPT), abs=1e-3)
    rows = tables.own_figures(with_own, mine, FEES).set_index("input")
    assert rows.loc["fee_douyin_shop", "assumed"]["high"] == 0.05
    assert rows.loc["fee_douyin_shop", "used"]["value"] == pytest.approx(0.03, abs=1e-3)
    assert "fee:own_douyin_shop" in rows.loc["fee_douyin_shop", "sources"]
    # nobody else's goods
    assert with_own.of("apparel").fee.value == 0.05


def test_few_settled_orders_say_nothing_yet():
    rates = [
        ("douyin", "live", figure(0.03, 0.02, 0.04, "ratio", 29)),
        ("douyin", "card", figure(0.0, 0, 0, "ratio", 30)),
    ]
    assert set(own.charged(rates)) == {"douyin_card"}


def test_intervals_of_the_order_value_cover_the_truth():
    generator = np.random.default_rng(11)
    hits = 0
    for _ in range(30):
        paid = np.round(np.exp(generator.normal(9, 0.6, 300))).astype(int)
        found = measured(frames(lines(300).assign(paid_fen=paid, net_fen=paid)))["order_value"]
        hits += found.low <= np.exp(9 + 0.18) / 100 <= found.high
    assert hits >= 24  # errors half as large would cover twenty


def economy_of(figures):
    found = own.measured(ROWS, "fmcg", figures, ON)
    return Economy(ROWS, FEES, "fmcg", 365, ON, draws=4_096, own={key: one.row for key, one in found.items()})


@pytest.mark.parametrize("again", [0, 1])
def test_few_repeats_are_no_rate_of_nothing(again):
    found = measured(frames(lines(60), [[120]] * (40 - again) + [[120, 100]] * again))["repurchase"]
    assert found.high > 0.01
    assert np.isfinite(economy_of({"repurchase": found}).stated("median_gap", median_gap()).high)


def test_a_share_near_nothing_is_drawn_as_wide_as_it_is_known():
    seen = measured(frames(lines(230)))["refund_rate"]
    row = own.measured(ROWS, "fmcg", {"refund_rate": seen}, ON)["refund_rate"].row
    drawn = np.quantile(sample({"x": row}, 8_192, 0)["x"], 0.95)
    assert drawn == pytest.approx(row.high, rel=0.05)
    assert drawn > 0.8 * seen.high * 1.645 / 1.96


@pytest.mark.parametrize(("brings", "limit"), [(2.4, 1), (10, 1), (20, 0.005)])
def test_an_import_that_brings_less_than_it_costs_takes_everybody(brings, limit):
    amounts = {"import_value": brings, "benefit_cost": 10}
    figures = {key: Figure(one, one, one, "CNY", sources=("o",), n=100) for key, one in amounts.items()}
    found = economy_of(figures).figure("follow_limit", f.import_limit())
    assert found.value == pytest.approx(limit, rel=0.5)
    assert 0 < found.low <= found.high <= 1
