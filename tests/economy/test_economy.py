"""The economics with numbers in them: hand-worked orders, exact sources, decisions that turn with the data."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hand_worked import ORDER

from siyu import formulas as f
from siyu.economy import Economy, function_of, labels, measures, names, route_choice, tables
from siyu.economy.decision import audience_decision
from siyu.errors import LedgerError
from siyu.evidence.assumptions import Assumptions, load_assumptions
from siyu.evidence.fees import FeeRules, fee_rules
from siyu.figure import Absent, Figure
from siyu.findings import make_finding, title
from siyu.language import Language
from siyu.models.draws import sample
from siyu.paths import data_dir
from siyu.routes import ROUTES

ROWS = load_assumptions(data_dir() / "assumptions.csv")
FEES = fee_rules(data_dir() / "fees.csv")
LIQUOR = Economy(ROWS, FEES, "liquor", 365, date(2021, 8, 31), draws=2_048)


def fixed(day, **values):
    """Apparel with every row of the order at one value and transfers free."""
    rows = dict(ROWS.rows)
    for name, value in (ORDER | values).items():
        if not name.startswith("payment_"):
            row = ROWS.get_for(name, "apparel")
            update = {"low": value, "mode": value, "high": value, "family": "fixed"}
            rows[f"{name}.apparel"] = row.model_copy(update={"assumption_id": f"{name}.apparel", **update})
    free = FEES["wechat_personal_transfer"].model_copy(update={"rate_mode": 0.0, "rate_high": 0.0})
    rules = FeeRules({**FEES, free.rule_id: free})
    return Economy(Assumptions(rows), rules, "apparel", day, date(2021, 8, 31), draws=16)


def figure_of(economy, key, expression, at=None):
    """A figure that must be there."""
    found = economy.figure(key, expression, at)
    assert isinstance(found, Figure)
    return found


def shifted(**factors):
    """Liquor with rows of these ids multiplied."""
    rows = dict(ROWS.rows)
    for key, factor in factors.items():
        ends = {end: getattr(rows[key], end) * factor for end in ("low", "mode", "high")}
        rows[key] = rows[key].model_copy(update=ends)
    return replace(LIQUOR, assumptions=Assumptions(rows))


@pytest.mark.parametrize(
    ("day", "route", "kept", "rule"),
    [
        # worked step by step in test_formulas: 100 - 20 - 0.80 - 40 - 9.60 - 3 - 5 - 1.25
        (10, "douyin_shop", 20.35, "fee:douyin_newcomer"),
        # the full fee: 4.00 instead of 0.80
        (40, "douyin_shop", 17.15, "fee:douyin_apparel"),
        # 100 - 15 - 42.50 - 9.20 - 10 - 5 / 1.2 - 2.50, whatever the day
        (10, "wechat_personal", 16.6333, "fee:wechat_personal"),
        (40, "wechat_personal", 16.6333, "fee:wechat_personal"),
    ],
)
def test_hundred_yuan_apparel_order_by_hand(day, route, kept, rule):
    figure = figure_of(fixed(day), "order_contribution", f.contribution(route))
    assert figure.value == pytest.approx(kept, abs=1e-4)
    assert (figure.low, figure.high, figure.interval_kind) == (figure.value, figure.value, "none")
    assert [ref for ref in figure.sources if ref.startswith("fee:")].count(rule) == 1
    # fixed inputs are sources like any other
    assert "assumption:order_value.apparel" in figure.sources


def test_switch_fee_of_the_order_by_hand():
    # 27.40 before the fee of 80 * f against 23.30: f = 4.10 / 80
    economy = fixed(40)
    assert figure_of(economy, "fee_star", f.fee_star("wechat_personal", "order")).value == pytest.approx(0.05125)
    # at 5% Douyin keeps 23.40: more than 23.30 even if no order is lost
    loss = f.tolerable_loss("wechat_personal", "order")
    assert figure_of(economy, "bearable_loss", loss).value == 0
    # at 8% it keeps 21.00
    assert figure_of(economy, "bearable_loss", loss, {"fee_douyin_shop": 0.08}).value == pytest.approx(1 - 21 / 23.3)


def test_a_figure_is_the_median_of_the_draws_with_its_percentiles():
    figure = figure_of(LIQUOR, "fee_star", expression := f.fee_star("wechat_personal", "order"))
    drawn = function_of((expression,))(sample(LIQUOR.inputs, 2_048, 0))["0"]
    assert (figure.low, figure.value, figure.high) == tuple(np.quantile(drawn, (0.05, 0.5, 0.95)))
    assert (figure.interval_kind, figure.unit, figure.definition) == ("assumption90", "ratio", "fee_star")
    # what `siyu trace` prints
    assert figure.formula == str(expression)
    again = figure_of(replace(LIQUOR), "fee_star", expression)
    assert again == figure
    assert figure_of(replace(LIQUOR, seed=1), "fee_star", expression) != figure


def test_a_symbol_that_cancels_is_no_source():
    thousand = figure_of(LIQUOR, "thousand_contribution", measures.thousand("douyin_shop"))
    gain = figure_of(LIQUOR, "moving_gain", measures.audience_gain("wechat_personal"))
    assert "assumption:people" not in thousand.sources
    # people are paid for either way
    assert "assumption:acquisition_cost" in thousand.sources
    assert "assumption:acquisition_cost" not in gain.sources
    dear = shifted(acquisition_cost=3.0)
    assert figure_of(dear, "moving_gain", measures.audience_gain("wechat_personal")) == gain


def test_staff_per_head_does_not_depend_on_the_wage():
    figure = figure_of(LIQUOR, "operators", measures.operators("wechat_personal"))
    assert "assumption:wage" not in figure.sources
    assert "assumption:minutes_personal" in figure.sources


def test_a_held_input_is_no_source():
    expression = measures.order_gain("wechat_personal")
    held = figure_of(LIQUOR, "order_contribution", expression, {"fee_douyin_shop": 0.05})
    assert not [ref for ref in held.sources if ref.startswith("fee:douyin_standard")]
    assert "fee:douyin_standard" in figure_of(LIQUOR, "order_contribution", expression).sources


def test_a_fee_of_nothing_is_a_source_all_the_same():
    figure = figure_of(LIQUOR, "order_contribution", f.contribution("wechat_personal"))
    assert "fee:wechat_personal" in figure.sources


def test_sources_are_what_moves_the_shares_of_wins():
    base = audience_decision(LIQUOR).shares
    for name in ("licence", "minutes_guided", "tool_share_miniprogram"):
        changed = audience_decision(shifted(**{name: 0.97})).shares
        assert f"assumption:{name}" in base["douyin_shop"].sources
        assert all(changed[route].value != base[route].value for route in base)
    assert "assumption:acquisition_cost" not in base["douyin_shop"].sources


def test_what_only_a_client_has_is_named_and_then_used():
    limit = f.import_limit()
    assert LIQUOR.figure("follow_limit", limit) == Absent(("benefit_cost", "import_value"))
    row = ROWS["order_value"]
    own = {
        name: row.model_copy(
            update={"assumption_id": name, "low": value, "mode": value, "high": value, "family": "fixed"}
        )
        for name, value in (("benefit_cost", 5.0), ("import_value", 15.0))
    }
    client = replace(LIQUOR, assumptions=Assumptions({**ROWS.rows, **own}))
    figure = figure_of(client, "follow_limit", limit)
    # a message costs 0.03 to 0.08 yuan, a follower leaves 10
    assert 0.0029 <= figure.low < figure.high <= 0.0081
    assert set(figure.sources) == {"assumption:sms_cost", "assumption:benefit_cost", "assumption:import_value"}


def test_an_absent_figure_names_metrics_in_both_languages():
    figure = LIQUOR.figure("sanction_limit", f.leak_limit())
    finding = make_finding(
        "leak_paths", "03_platform_economics", "up to {limit}", {"limit": figure}, None,
        language=Language("zh"), searched=("ledger:x",),
    )  # fmt: skip
    assert (finding.record.role, finding.record.sources) == ("absent", ("ledger:x",))
    assert "看到引导的人数" in title(finding.record, Language("zh"))


def test_confidence_decides_what_is_decidable():
    firm = Assumptions({key: row.model_copy(update={"confidence": "high"}) for key, row in ROWS.rows.items()})
    gain = measures.order_gain("wechat_personal")
    assert route_choice.weak_share(LIQUOR, gain).value > 0.9
    assert route_choice.weak_share(replace(LIQUOR, assumptions=firm), gain).value < 0.1


@pytest.mark.parametrize("route", LIQUOR.routes)
def test_a_waterfall_adds_up(route):
    marks = tables.waterfall(LIQUOR, route)
    assert marks["value"][:-1].sum() == pytest.approx(marks["value"].iloc[-1])
    assert marks["tone"].tolist() == ["muted", *["main"] * (len(marks) - 2), "muted"]
    terms = tables.order_terms(LIQUOR).set_index("label")
    assert terms.loc[tables.KEPT, route] == pytest.approx(marks["value"].iloc[-1])


def test_steps_are_read_from_payment_to_what_is_kept():
    steps = tables.order_terms(LIQUOR)["label"].tolist()
    assert steps[0] == "paid"
    assert steps[3:10] == ["platform_fee", "payment_fee", "creator", "agency", "mall", "guide", "goods"]
    assert steps[-1] == tables.KEPT
    assert set(steps) == set(tables.STEPS)


def test_a_heat_map_holds_both_inputs():
    gain = measures.audience_gain("wechat_personal")
    marks = tables.heat(LIQUOR, gain, ("repurchase", (0.08,)), ("fee_douyin_shop", (0.02, 0.05)))
    alone = figure_of(LIQUOR, "moving_gain", gain, {"repurchase": 0.08, "fee_douyin_shop": 0.05})
    assert marks["value"].iloc[1] == alone.value
    # the levels are read from the row
    assert "assumption:repurchase.liquor" in marks["sources"].iloc[0]
    assert marks["value"].is_monotonic_increasing
    low, high = tables.extremes(marks, "moving_gain")
    assert (low.value, high.value) == (marks["value"].iloc[0], marks["value"].iloc[1])


def test_goods_close_where_the_source_says_they_do():
    closed = {category: tables.closing(LIQUOR.of(category)) for category in LIQUOR.categories}
    assert closed == {
        **dict.fromkeys(("all", "fmcg", "apparel", "liquor", "auto_accessories"), "platform"),
        "lessons": "trial",
        "wedding": "referral",
        "heavy": "lead_visit",
    }
    fit = {row["closing"]: row for row in tables.fit(LIQUOR, "wechat_personal").to_dict("records")}
    assert fit["referral"]["model"] == "referral"
    # price alone decides only where a page cannot close the deal
    assert not isinstance(fit["platform"]["flip"], dict)
    assert fit["trial"]["flip"]["low"] > 0


def test_bought_reach_and_the_first_operator_have_a_never():
    clicks = LIQUOR.by_category("click_limit", measures.click_limit())
    assert clicks["fmcg"].high == 1
    assert clicks["liquor"].high < 1
    never = figure_of(LIQUOR.of("auto_accessories"), "contacts_needed", measures.contacts_needed("wechat_personal"))
    assert never.high == pytest.approx(float(measures.NEVER))


def test_one_percent_of_sales_against_the_ad_budget_by_hand():
    # sales of 2.5 per advertising yuan, of which 17.15 in a hundred are kept: 0.01 * 2.5 * 0.1715
    economy = fixed(40)
    rows = dict(economy.assumptions.rows)
    row = rows["sales_per_ad_yuan"]
    rows[row.assumption_id] = row.model_copy(update={"low": 2.5, "mode": 2.5, "high": 2.5, "family": "fixed"})
    figure = figure_of(replace(economy, assumptions=Assumptions(rows)), "ad_trade", measures.ad_trade())
    assert figure.value == pytest.approx(0.0042875)


def test_names_come_in_both_languages():
    assert names.category_name(ROWS, "heavy") == {"en": "big-ticket, offline", "zh": "大额线下"}
    assert LIQUOR.of("all").name == {"id": "any goods"}
    fee = names.input_name("fee_douyin_shop", LIQUOR.inputs["fee_douyin_shop"])
    assert Language("zh").say(fee) == "平台费率·抖音小店"
    chinese = Language("zh")
    known = [word for route in ROUTES.values() for word in (route.name, route.word, route.rule)]
    known += [*labels.GROUP_NAMES.values(), labels.ANY, *labels.CLOSINGS.values(), *tables.STEPS.values()]
    assert not [name for name in known if chinese.message(name) == name]


def test_every_group_of_the_bundled_rows_has_a_name():
    groups = {row.group for row in ROWS.values() if row.group}
    assert groups == set(labels.GROUP_NAMES)


def test_an_unknown_category_or_day_says_what_there_is():
    with pytest.raises(ValueError, match="Did you mean apparel"):
        _ = replace(LIQUOR, category="aparel").inputs
    with pytest.raises(LedgerError, match="no rule for"):
        _ = replace(LIQUOR, on=date(2019, 1, 1)).routes
