"""The economics: hand-worked orders, sums, break-evens."""

from datetime import date

import numpy as np
import pytest
from hand_worked import ORDER
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Add, Integer, Max, Min, Mul, Number, Pow, Symbol, exp, jscode, log, preorder_traversal

from siyu.economy.measures import click_limit, tool_share
from siyu.evidence.fees import fee_rules
from siyu.formulas.breakeven import (
    contact_uplift,
    fee_star,
    import_limit,
    increment_limit,
    leak_limit,
    median_gap,
    price_star,
    referral_chain,
    tolerable_loss,
)
from siyu.formulas.compiled import compiled, inputs
from siyu.formulas.contribution import (
    contribution,
    intensity,
    months_in_touch,
    orders_per_buyer,
    reached,
    retention,
    terms,
)
from siyu.formulas.people import follower_value, labour_share, people_terms, people_value, staff
from siyu.formulas.symbols import UNIT_OF, symbol
from siyu.paths import data_dir
from siyu.routes import PEOPLE_STEPS, ROUTES, STEPS, WECHAT_ROUTES


def fee(route, day):
    found = fee_rules(data_dir() / "fees.csv").lookup(route.partition("_")[0], route, "apparel", day, date(2021, 8, 31))
    assert found.low == found.high
    return found.low


def at(expression, **values):
    return float(compiled({"x": expression})(ORDER | values)["x"])


def test_hundred_yuan_apparel_order_on_day_10_of_a_douyin_shop():
    # paid 100, a fifth refunded: 80 kept. Fee 1% of 80 = 0.80. Goods half of 80 = 40.
    # Shipping 8, and again for the fifth that comes back: 9.60. Handling 3 minutes = 3. Broadcast 5% = 5.
    # Touch: 1 yuan a month, in touch 1 + 0.5 = 1.5 months, orders of a buyer 1 + 0.4 * 0.5 = 1.2: 1.25.
    # 100 - 20 - 0.80 - 0 - 40 - 9.60 - 3 - 5 - 1.25 = 20.35
    assert fee("douyin_shop", 10) == 0.01
    assert at(contribution("douyin_shop"), fee_douyin_shop=fee("douyin_shop", 10)) == pytest.approx(20.35)


def test_the_same_order_on_day_40_pays_the_full_apparel_fee():
    # fee 5% of 80 = 4.00 instead of 0.80: 20.35 - 3.20 = 17.15
    assert fee("douyin_shop", 40) == 0.05
    assert at(contribution("douyin_shop"), fee_douyin_shop=fee("douyin_shop", 40)) == pytest.approx(17.15)


def test_the_same_order_by_personal_deal():
    # refunds 20% * 0.75 = 15%: 85 kept. No fee. Goods 42.50. Shipping 8 * 1.15 = 9.20. Handling 10 minutes.
    # The first of 1.2 orders was won in a broadcast: 5 / 1.2 = 4.1667. Touch: 2 * 1.5 / 1.2 = 2.50.
    # 100 - 15 - 0 - 0 - 42.50 - 9.20 - 10 - 4.1667 - 2.50 = 16.6333
    free = fee("wechat_personal", 40)
    assert free == 0
    value = at(contribution("wechat_personal"), fee_wechat_personal=free)
    assert value == pytest.approx(100 - 15 - 42.5 - 9.2 - 10 - 5 / 1.2 - 2.5)


def test_waterfall_of_the_day_40_order_step_by_step():
    values = ORDER | {"fee_douyin_shop": 0.05}
    steps = compiled({term.key: term.expression for term in terms("douyin_shop")})(values)
    nothing = {"subsidy", "vat", "consumption_tax", "insurance", "waiting"}
    assert {key: round(float(step), 6) for key, step in steps.items() if key not in nothing} == {
        "paid": 100,
        "refunds": -20,
        "platform_fee": -4,
        "payment_fee": 0,
        "goods": -40,
        "shipping": -9.6,
        "handling": -3,
        "broadcast": -5,
        "touch": -1.25,
    }
    assert all(float(steps[key]) == 0 for key in nothing)


# What the plain order leaves out: see the values worked out in the test below.
FULL = {
    "subsidy_share": 0.1, "refunded_unshipped": 0.5, "freight_insurance": 1.0, "insured_share": 0.5,
    "settlement_delay": 10.0, "settlement_delay_wechat": 2.0, "capital_cost": 0.365,
    "general_taxpayer": 1.0, "vat_general": 0.13, "vat_small": 0.01, "vat_credit": 0.9,
    "producer": 1.0, "consumption_tax": 0.12, "fee_douyin_shop": 0.05, "fee_wechat_personal": 0.0,
    "fee_wechat_merchant": 0.0, "payment_wechat_merchant": 0.006,
}  # fmt: skip


def test_subsidies_taxes_insurance_and_waiting_by_hand():
    # 80 of 100 kept, and a tenth of it again from the platform: 88 settled. Fee 5% of 88. Goods 40, nine tenths
    # with input tax. VAT (88 - 36) * 13/113. Half of the 20% that come back never left: 90% out, and 10% back,
    # half of them on the insurance. Ten days at a tenth of a percent a day.
    steps = compiled({term.key: term.expression for term in terms("douyin_shop")})(ORDER | FULL)
    assert {key: round(float(step), 6) for key, step in steps.items() if key not in ("broadcast", "touch")} == {
        "paid": 100,
        "refunds": -20,
        "subsidy": 8,
        "platform_fee": -4.4,
        "payment_fee": 0,
        "goods": -40,
        "vat": round(-52 * 0.13 / 1.13, 6),
        "consumption_tax": -9.6,
        "shipping": -8 * 0.95,
        "insurance": -0.5,
        "waiting": -0.88,
        "handling": -3,
    }
    # by personal deal: 85 kept, no subsidy, 92.5% out and 7.5% back at own cost, money at once
    steps = compiled({term.key: term.expression for term in terms("wechat_personal")})(ORDER | FULL)
    assert not {"subsidy", "insurance", "waiting"} & set(steps)
    assert float(steps["shipping"]) == pytest.approx(-8)
    assert float(steps["vat"]) == pytest.approx(-(85 - 0.9 * 42.5) * 0.13 / 1.13)
    # the merchant's code costs a fee and two days
    code = compiled({"x": contribution("wechat_merchant", "order"), "y": contribution("wechat_personal", "order")})
    kept = code(ORDER | FULL)
    assert float(kept["y"] - kept["x"]) == pytest.approx(85 * 0.006 + 85 * 0.365 * 2 / 365)


def test_a_small_scale_taxpayer_pays_on_sales_and_who_makes_nothing_no_consumption_tax():
    small = ORDER | FULL | {"general_taxpayer": 0.0, "producer": 0.0}
    for route in ROUTES:
        found = {term.key: term.expression for term in terms(route)}
        steps = compiled({key: found[key] for key in ("vat", "consumption_tax")})(small)
        settled = 85 if ROUTES[route].wechat else 88
        assert float(steps["vat"]) == pytest.approx(-settled * 0.01 / 1.01)
        assert float(steps["consumption_tax"]) == 0


def test_friction_is_in_the_order_and_not_in_the_audience():
    for route in WECHAT_ROUTES:
        assert not [name for name in inputs(people_value(route)) if name.startswith("move_friction")]
        assert [name for name in inputs(fee_star(route, "order")) if name.startswith("move_friction")]


def test_contacts_who_still_buy_on_douyin_add_their_share_of_a_follower():
    values = draws()
    for route in WECHAT_ROUTES:
        steps = {term.key: term.expression for term in people_terms(route)}
        found = compiled({"both": steps["both"], "one": follower_value()})(values)
        contacts = values["people"] * values["interest"] * values["friend_acceptance"]
        np.testing.assert_allclose(found["both"], contacts * values["contact_residual"] * found["one"], rtol=1e-9)


def test_who_is_out_of_reach_comes_back_by_hand():
    # half are there in the second month and order 0.4; who is not orders a fifth of that
    met = 12 * 0.2 + 0.8 * (1 - 0.5**12)
    values = {"comeback": 0.2, "repurchase": 0.4 * met / 12}
    assert at(intensity(), **values) == pytest.approx(0.4)
    assert at(orders_per_buyer("douyin_shop"), **values) == pytest.approx(1 + 0.4 * (0.5 + 0.5 * 0.2))


@pytest.mark.parametrize("route", ROUTES)
def test_the_first_year_on_douyin_is_what_repurchase_says_whoever_is_reached(route):
    year = draws() | {"months": np.full(50, 13.0)}
    found = compiled({"orders": orders_per_buyer("douyin_shop", counted=True)})(year)["orders"]
    np.testing.assert_allclose(found, 1 + 12 * year["repurchase"], rtol=1e-9)
    # and a route that is reached alike, with a factor of one, brings the same
    alike = {name: year[name.replace("personal", "douyin")] for name in year if name.endswith("_personal") and
             name.replace("personal", "douyin") in year and name.startswith(("seen", "opt_out", "pushes"))}  # fmt: skip
    alike |= {"block_risk_personal": 0.0, "repurchase_factor_wechat_personal": 1.0}
    same = compiled({"orders": orders_per_buyer("wechat_personal", counted=True)})(year | alike)["orders"]
    np.testing.assert_allclose(same, found, rtol=1e-9)


def test_switch_point_of_one_order_by_hand():
    # one order more or less: Douyin 100 - 20 - 40 - 9.60 - 3 = 27.40 before its fee of 80 * f;
    # personal deal 100 - 15 - 42.50 - 9.20 - 10 = 23.30. Equal at f = 4.10 / 80 = 5.125% when nobody is lost.
    free = {"fee_wechat_personal": 0.0}
    assert at(fee_star("wechat_personal", "order"), **free) == pytest.approx(0.05125)
    # a tenth lost: 0.9 * 23.30 = 20.97, f = 6.43 / 80
    lost = free | {"move_friction_personal": 0.1}
    assert at(fee_star("wechat_personal", "order"), **lost) == pytest.approx(6.43 / 80)
    # at a fee of 8% Douyin keeps 21.00: 1 - 21 / 23.30 of the orders may be lost
    dear = free | {"fee_douyin_shop": 0.08}
    assert at(tolerable_loss("wechat_personal", "order"), **dear) == pytest.approx(1 - 21 / 23.3)


def test_nothing_may_be_lost_where_the_move_loses_anyway():
    cheap = {"fee_wechat_personal": 0.0, "fee_douyin_shop": 0.01}
    assert at(tolerable_loss("wechat_personal", "order"), **cheap) == 0
    # an order that loses money by personal deal is not worth moving, whatever the quotient says
    assert at(tolerable_loss("wechat_personal", "order"), **cheap | {"minutes_personal": 60.0}) == 0
    # and one that loses money on Douyin alone may lose them all
    assert at(tolerable_loss("wechat_personal", "order"), **cheap | {"fee_douyin_shop": 0.5}) == 1


def test_fee_star_is_the_published_form_when_nothing_is_refunded():
    # fee* = 1 - payment_d - [c_d + (1 - d)(paid (1 - payment_w) - c_w)] / paid
    values = ORDER | {"refund_rate": 0.0, "fee_wechat_personal": 0.0, "move_friction_personal": 0.2}
    values |= {"payment_douyin_shop": 0.003, "payment_wechat_personal": 0.006}
    paid, d = 100.0, 0.2
    c_d = 50 + 8 + 3
    c_w = 50 + 8 + 10
    expected = 1 - 0.003 - (c_d + (1 - d) * (paid * (1 - 0.006) - c_w)) / paid
    found = compiled({"x": fee_star("wechat_personal", "order")})(values)["x"]
    assert float(found) == pytest.approx(expected)


@pytest.mark.parametrize("route", ROUTES)
def test_waterfalls_sum_exactly(route):
    assert Add(*(term.expression for term in terms(route))) - contribution(route) == 0
    assert Add(*(term.expression for term in people_terms(route))) - people_value(route) == 0
    for steps in (terms(route), people_terms(route)):
        assert len({step.key for step in steps}) == len(steps)
        assert not any(character.isdigit() for step in steps for character in (STEPS | PEOPLE_STEPS)[step.key])


def draws(seed=3, size=50):
    """Plausible values of every symbol that is not a break-even's own."""
    generator = np.random.default_rng(seed)
    names = inputs(*map(people_value, ROUTES), *map(contribution, ROUTES), *map(fee_star, WECHAT_ROUTES))
    values = {}
    for name in names:
        unit = UNIT_OF[name]
        low, high = {
            "ratio": (0.02, 0.3),
            "ratio_per_month": (0.01, 0.1),
            "ratio_per_push": (0.001, 0.02),
            "ratio_per_year": (0.02, 0.2),
        }.get(unit, (1.0, 20.0))
        values[name] = generator.uniform(low, high, size)
    values |= {
        "order_value": generator.uniform(50, 500, size),
        "gross_margin": generator.uniform(0.3, 0.7, size),
    }
    values |= {
        "months": np.full(size, 24.0),
        "minutes_per_month": 10_440.0,
        "wage": generator.uniform(4e3, 9e3, size),
    }
    for name in names:
        if "per_operator" in name:
            values[name] = generator.uniform(1e3, 9e3, size)
        if name.startswith(("repurchase", "refund_factor")):
            values[name] = generator.uniform(0.1, 1.5, size)
    return values


@pytest.mark.parametrize("route", ROUTES)
def test_closed_sums_equal_the_months_added_up(route):
    values = draws()
    names = {"left": retention(route), "touch": months_in_touch(route), "orders": orders_per_buyer(route)}
    names |= {"months": months_in_touch(route, counted=True), "count": orders_per_buyer(route, counted=True)}
    found = compiled(names | {"rate": intensity(), "reached": reached(route)})(values)
    factor = 1.0 if route == "douyin_shop" else values[f"repurchase_factor_{route}"]
    alive, sums = np.ones(50), {name: np.ones(50) for name in ("touch", "months", "orders", "count")}
    for month in range(1, 24):
        alive = alive * found["left"]
        worth = np.exp(-values["capital_cost"] * month / 12)
        seen = alive * found["reached"]
        orders = found["rate"] * (seen * factor + (1 - seen) * values["comeback"])
        for name, more in (("touch", alive * worth), ("months", alive), ("orders", orders * worth), ("count", orders)):
            sums[name] = sums[name] + more
    for name, expected in sums.items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-9)


@pytest.mark.parametrize("route", WECHAT_ROUTES)
def test_break_evens_close_the_gap_they_were_solved_from(route):
    values = draws()
    friction = ROUTES[route].friction
    people = people_value(route) - people_value("douyin_shop")
    # unknown, what is zero there, where it is zero
    cases = [("order_value", people, price_star(route))]
    for scope in ("order", "relation"):
        gap = contribution("douyin_shop", scope) - (1 - symbol(friction)) * contribution(route, scope)
        cases += [("fee_douyin_shop", gap, fee_star(route, scope)), (friction, gap, tolerable_loss(route, scope))]
    gaps = compiled({str(at): gap for at, (_, gap, _) in enumerate(cases)})
    roots = compiled({str(at): star for at, (_, _, star) in enumerate(cases)})(values)
    for at, (name, _, _) in enumerate(cases):
        root = roots[str(at)]
        left = gaps(values | {name: root})[str(at)]
        # a loss is cut to what can be lost
        inside = (root > 0) & (root < 1) if name == friction else np.full(50, True)
        np.testing.assert_allclose((left / (1 + np.abs(root)))[inside], 0, atol=1e-6)


def test_above_the_switch_point_the_personal_deal_keeps_more():
    values = ORDER | {"fee_wechat_personal": 0.0, "move_friction_personal": 0.1}
    star = at(fee_star("wechat_personal"), fee_wechat_personal=0.0, move_friction_personal=0.1)
    gap = compiled({"x": 0.9 * contribution("wechat_personal") - contribution("douyin_shop")})
    assert gap(values | {"fee_douyin_shop": star + 0.01})["x"] > 0
    assert gap(values | {"fee_douyin_shop": star - 0.01})["x"] < 0


def test_nobody_moves_when_nobody_accepts_and_all_stay():
    values = draws() | {"friend_acceptance": 0.0, "stay_share": 1.0}
    found = compiled({"moved": people_value("wechat_guided"), "stayed": people_value("douyin_shop")})
    result = found(values)
    # the decliners' value leaves out what was spent on them before, which is the same for both
    np.testing.assert_allclose(result["moved"], result["stayed"], rtol=1e-9)


KEPT = compiled({"x": contribution("douyin_shop")})
COSTS = ["refund_rate", "fee_douyin_shop", "payment_douyin_shop", "live_labour_share", "fulfilment", "wage"]


@given(change=st.sampled_from(COSTS), step=st.floats(0.0, 0.2))
@settings(max_examples=30, deadline=None)
def test_a_cost_never_raises_what_is_kept_of_an_order(change, step):
    values = ORDER | {"fee_douyin_shop": 0.05}
    more = values | {change: values[change] * (1 + step) + step / 100}
    assert KEPT(more)["x"] <= KEPT(values)["x"] + 1e-9


def test_staff_and_labour_share_by_hand():
    # 1,000 people, a tenth interested: 100 fans. In touch 1.5 months at 1 yuan a month: 150 yuan.
    # 100 * 0.5 buyers * 1.2 orders = 60 orders of 3 yuan: 180 yuan. 330 yuan of 10,440 a month, 2 months.
    values = {"people": 1_000, "interest": 0.1, "conversion_douyin_shop": 0.5, "closable": 1.0}
    assert at(staff("douyin_shop"), **values) == pytest.approx(330 / 10_440 / 2)
    # per order 3 + 1.25 of 100 paid
    assert at(labour_share("douyin_shop")) == pytest.approx(0.0425)


def test_what_bought_reach_and_tools_may_cost_by_hand():
    # an order keeps 17.15 on day 40, a buyer places 1.2 of them. CPM 40, 2% of clicks pay: 2 yuan a buyer if all click
    values = {"fee_douyin_shop": 0.05, "cpm": 40, "live_conversion": 0.02}
    assert at(click_limit(), **values) == pytest.approx(2 / (17.15 * 1.2))
    # ads fall by a fifth, five yuan of sales per yuan of ads grow 4%, of which 17.15% are kept
    values |= {"ad_fall": 0.2, "sales_per_ad_yuan": 5, "sales_change": 0.04}
    assert at(tool_share(), **values) == pytest.approx(0.2 + 5 * 0.04 * 0.1715)


@pytest.mark.parametrize(
    ("limit", "values", "expected"),
    [
        # a message costs 0.05, a follower gets 5 and brings 15: 0.05 / (15 - 5)
        (import_limit(), {"sms_cost": 0.05, "benefit_cost": 5, "import_value": 15}, 0.005),
        # 10,000 see it, 3% add, half lost at the blocked link, 20 each: 3,000 against 60,000 at risk
        (
            leak_limit(),
            {"leak_seen": 1e4, "leak_added": 0.03, "hop_loss": 0.5, "contact_value": 20, "value_at_risk": 6e4},
            0.05,
        ),
        # 100 orders of 30 against 200 orders of 25
        (
            increment_limit(),
            {"new_orders": 100, "new_contribution": 30, "mover_orders": 200, "old_contribution": 25},
            0.6,
        ),
    ],
    ids=["import", "leak", "displaced"],
)
def test_limits_of_single_decisions_by_hand(limit, values, expected):
    assert at(limit, **values) == pytest.approx(expected)


def test_referral_by_hand():
    values = {"repurchase": 0.1, "referral_invites": 0.6, "referral_join": 0.15}
    assert at(median_gap(), **values) == pytest.approx(6.931, abs=1e-3)
    assert at(referral_chain(), **values) == pytest.approx(0.09 / 0.91)
    assert np.isfinite(compiled({"x": contact_uplift("wechat_guided")})(draws())["x"]).all()


def every_expression():
    for route in ROUTES:
        yield from (people_value(route), contribution(route), staff(route), labour_share(route))
        yield from (term.expression for term in terms(route) + people_terms(route))
    for route in WECHAT_ROUTES:
        yield from (fee_star(route), tolerable_loss(route), price_star(route), contact_uplift(route))
    yield from (import_limit(), leak_limit(), increment_limit())
    yield from (
        click_limit(),
        tool_share().subs(Symbol("sales_per_ad_yuan", real=True), 1),
        median_gap(),
        referral_chain(),
    )


def test_only_functions_that_every_printer_knows_occur():
    allowed = (Symbol, Number, Integer, Add, Mul, Pow, exp, log, Min, Max)
    for expression in every_expression():
        for node in preorder_traversal(expression):
            assert isinstance(node, allowed), f"{type(node)} in {expression}"
    assert "Math.pow" in jscode(contribution("wechat_guided"))


def test_every_symbol_has_a_meaning_and_every_meaning_a_formula():
    assert set(inputs(*every_expression())) == set(UNIT_OF)


def test_a_misspelt_symbol_route_or_value_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean order_value"):
        symbol("order_valeu")
    with pytest.raises(ValueError, match="Did you mean wechat_personal"):
        terms("wechat_persnal")
    with pytest.raises(ValueError, match="no value for repurchase"):
        compiled({"x": symbol("repurchase")})({"repurchse": 1})
