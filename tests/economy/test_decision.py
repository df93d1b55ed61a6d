"""Decisions by probability and worth: by hand, at their thresholds, and one ranking of what is worth knowing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from siyu import formulas as f
from siyu.economy import Economy, decision, measures, verdicts
from siyu.economy.decision import Decision, audience_decision, order_decision, ranking
from siyu.economy.own import stated
from siyu.evidence.assumptions import Assumptions, load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.figure import Figure
from siyu.findings import make_finding, title
from siyu.language import Language
from siyu.paths import data_dir

ROWS = load_assumptions(data_dir() / "assumptions.csv")
FEES = fee_rules(data_dir() / "fees.csv")
LIQUOR = Economy(ROWS, FEES, "liquor", 365, date(2021, 8, 31), draws=2_048)
NOW = replace(LIQUOR, on=date(2026, 11, 30))


@pytest.fixture(scope="module")
def order():
    return order_decision(LIQUOR)


@pytest.fixture(scope="module")
def audience():
    return audience_decision(LIQUOR)


def point(value, unit="ratio"):
    return Figure(value, value, value, unit, sources=("assumption:wage",))


def decided(better, worth, paid=100.0):
    shares = {"douyin_shop": point(better), "wechat_shop": point(1 - better)}
    return Decision("douyin_shop", shares, point(0.01), point(worth, "CNY"), {}, paid)


@pytest.mark.parametrize(
    ("better", "worth", "expected"),
    [
        (0.9, 5.0, True),
        (0.899, 5.0, False),
        # knowing everything is worth less than a hundredth of what buyers pay
        (0.5, 0.99, True),
        (0.5, 1.0, False),
    ],
)
def test_decided_by_probability_or_by_worth(better, worth, expected):
    assert decided(better, worth).decided is expected


def test_the_probability_is_the_share_of_draws_in_which_the_order_keeps_more(order):
    gain = LIQUOR.outcomes({"gain": measures.order_gain("wechat_personal")})["gain"].drawn
    assert (order.leader, order.rival) == ("douyin_shop", "wechat_personal")
    assert order.better.value == pytest.approx(float((gain < 0).mean()), abs=1e-3)
    assert order.shares["wechat_personal"].value == pytest.approx(float((gain > 0).mean()), abs=1e-3)
    # perfect information: the positive part of the gain, where the choice of today is to stay
    assert order.worth.value == pytest.approx(float(np.maximum(gain, 0).mean()))
    assert order.worth.unit == "CNY"
    assert order.paid == pytest.approx(float(LIQUOR.drawn["order_value"].mean()))


def test_switch_fee_bearable_loss_and_probability_are_of_the_same_draws(order):
    """In a draw the route keeps more exactly where its switch fee is below Douyin's, and its loss is bearable."""
    route = order.rival
    found = LIQUOR.outcomes({"fee": f.fee_star(route, "order"), "loss": f.tolerable_loss(route, "order")})
    by_fee = float((found["fee"].drawn < LIQUOR.drawn["fee_douyin_shop"]).mean())
    by_loss = float((found["loss"].drawn > LIQUOR.drawn["move_friction_personal"]).mean())
    assert order.shares[route].value == pytest.approx(by_fee, abs=1e-3)
    assert order.shares[route].value == pytest.approx(by_loss, abs=1e-3)


def test_the_error_is_what_other_random_numbers_do(order):
    shares = [order_decision(replace(LIQUOR, seed=seed)).better.value for seed in range(1, 9)]
    assert order.error.value == pytest.approx(1.96 * (order.better.value * (1 - order.better.value) / 2_048) ** 0.5)
    assert np.std(shares) < order.error.value
    finer = order_decision(replace(LIQUOR, draws=8_192))
    assert finer.error.value == pytest.approx(order.error.value / 2, rel=0.1)


def test_nothing_known_is_worth_more_than_everything(order, audience):
    for found in (order, audience):
        assert all(0 <= worth.value <= found.worth.value for worth in found.groups.values())
    assert next(iter(audience.groups)) == "conversion"
    assert not {"assumption:acquisition_cost", "assumption:people"} & set(audience.worth.sources)
    # an audience is asked before any order is moved
    assert "friction" not in audience.groups


def test_shares_sum_to_one_and_come_in_order(audience):
    shares = [share.value for share in audience.shares.values()]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert set(audience.shares) == set(LIQUOR.private_routes)


def test_a_tie_is_shared():
    even = decision._won(np.array([[100.0, 100.0], [100.0, 5.0]]), 10.0)
    assert even.tolist() == pytest.approx([0.75, 0.25], abs=1e-4)


def test_one_ranking_adds_both_worths_for_the_orders_a_thousand_people_place(order, audience):
    ranked = ranking(LIQUOR, order, audience)
    placed = LIQUOR.outcomes({"n": measures.orders_of_thousand("douyin_shop")})["n"].drawn.mean()
    assert [one.both.value for one in ranked] == sorted((one.both.value for one in ranked), reverse=True)
    for one in ranked[:5]:
        assert one.both.value == pytest.approx(one.order.value * placed + one.thousand.value)
        assert one.year is None
    assert {one.group for one in ranked} == {*order.groups, *audience.groups}


def test_a_year_of_the_client_only_with_a_volume(order, audience):
    own = stated(ROWS, {"orders_year": 50_000.0, "people_year": 200_000.0}, date(2021, 8, 31))
    client = replace(LIQUOR, own=own)
    first = ranking(client, order, audience)[0]
    assert first.year is not None
    assert first.year.value == pytest.approx(first.order.value * 50_000 + first.thousand.value * 200)
    assert {"assumption:orders_year.own", "assumption:people_year.own"} <= set(first.year.sources)
    placed = LIQUOR.outcomes({"n": measures.orders_of_thousand("douyin_shop")})["n"].drawn.mean()
    # with orders alone, the people are those who place them; of orders, only fans' can be moved
    counted = stated(ROWS, {"orders_year": 50_000.0, "fan_share": 0.4}, date(2021, 8, 31))
    year = decision.of_year(replace(LIQUOR, own=counted), point(2.0, "CNY"), point(30.0))
    assert year is not None
    assert year.value == pytest.approx(2 * 50_000 * 0.4 + 30 * 50_000 / placed)
    people = stated(ROWS, {"people_year": 1_000.0}, date(2021, 8, 31))
    year = decision.of_year(replace(LIQUOR, own=people), point(2.0, "CNY"), point(30.0))
    assert year is not None
    assert year.value == pytest.approx(2 * placed + 30)


@pytest.mark.parametrize(
    ("on", "leading", "rival"),
    [
        (date(2021, 8, 31), ("wechat_personal",), "wechat_personal"),
        (
            date(2022, 3, 1),
            ("wechat_merchant", "wechat_miniprogram", "wechat_shop", "wechat_guided"),
            None,
        ),
    ],
)
def test_the_comparison_leads_with_what_a_business_may_use(on, leading, rival):
    economy = replace(LIQUOR, on=on)
    assert economy.wechat_routes == leading
    assert economy.rival in leading
    assert rival in (None, economy.rival)
    gains = {route: economy.outcomes({0: measures.order_gain(route)})[0].drawn.mean() for route in leading}
    assert max(gains, key=lambda route: gains[route]) == economy.rival


def test_product_cards_are_compared_once_the_mall_is_there():
    assert "douyin_card" not in LIQUOR.routes
    assert "douyin_card" in audience_decision(NOW).shares
    assert "wechat_personal" not in audience_decision(NOW).shares


def test_words_follow_the_decision():
    settled = decided(0.95, 5.0)
    unknown = decision.Unknown("conversion", point(1.0, "CNY"), point(20.0), point(30.0), None)

    def said(found):
        switch = verdicts.switch(NOW, found, unknown, NOW.fee)
        message, figures, language = switch.verdict.message, switch.verdict.figures, Language("en")
        finding = make_finding("switch", "03_platform_economics", message, figures, None, language=language)
        return title(finding.record, language)

    assert said(settled).startswith("Leave an order on Douyin: 95% likely")
    assert "knowing everything would be worth only" in said(decided(0.6, 0.5))
    assert said(decided(0.6, 5.0)).startswith("Open: an order is 60% likely to keep more on Douyin")
    moved = replace(settled, leader="wechat_shop", shares=dict(reversed(settled.shares.items())))
    assert said(replace(moved, shares={**moved.shares, "wechat_shop": point(0.95)})).startswith("Move an order to the")


def test_a_figure_is_what_settles_the_choice_when_everything_else_is_known():
    """With one unknown, knowing it is knowing everything."""
    fixed = {
        key: row.model_copy(update={"low": row.mode, "high": row.mode, "family": "fixed"}) for key, row in ROWS.items()
    }
    for key in ("move_friction_personal", "order_value.liquor"):
        fixed[key] = ROWS[key]
    known = order_decision(replace(LIQUOR, assumptions=Assumptions(fixed), draws=8_192))
    assert set(known.groups) <= {"friction", "order_value", "fee_douyin_shop", "payment_wechat_personal"}
    assert sum(worth.value for worth in known.groups.values()) <= known.worth.value * len(known.groups)
