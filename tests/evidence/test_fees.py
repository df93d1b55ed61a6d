"""Fee rules: the right rate for a day and a date, and faults named with both lines."""

from datetime import date

import pytest

from siyu.errors import LedgerError
from siyu.evidence.fees import fee_rules
from siyu.paths import data_dir

CASE = date(2021, 8, 31)
HEADER = (
    "rule_id,platform,route,category,kind,rate_low,rate_mode,rate_high,day_from,day_to,"
    "valid_from,valid_to,source,confidence,note,note_zh\n"
)


@pytest.fixture(scope="module")
def rules():
    return fee_rules(data_dir() / "fees.csv")


def rate(rules, *key):
    """(low, high, ids of the rules) that answer."""
    found = rules.lookup(*key)
    return found.low, found.high, tuple(rule.rule_id for rule in found.rules)


def written(tmp_path, *lines, name="fees.csv"):
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("category", "day", "expected"),
    [
        ("apparel", 10, (0.01, 0.01)),
        ("apparel", 29, (0.01, 0.01)),
        ("apparel", 30, (0.05, 0.05)),
        ("apparel", 40, (0.05, 0.05)),
        ("auto_accessories", 5, (0.01, 0.01)),
        ("auto_accessories", 40, (0.02, 0.02)),
        ("liquor", 40, (0.02, 0.05)),
        ("all", 40, (0.02, 0.05)),
    ],
)
def test_douyin_shop_of_2021(rules, category, day, expected):
    assert rate(rules, "douyin", "douyin_shop", category, day, CASE)[:2] == expected


def test_the_rule_that_answered_is_named(rules):
    low, high, ids = rate(rules, "douyin", "douyin_shop", "apparel", 40, CASE)
    assert (low, high, ids) == (0.05, 0.05, ("douyin_apparel",))
    assert rules.lookup("douyin", "douyin_shop", "apparel", 40, CASE).refs == ("fee:douyin_apparel",)


def test_personal_deals_are_free_and_merchants_pay_for_payment(rules):
    assert rate(rules, "wechat", "wechat_personal", "apparel", 40, CASE)[:2] == (0, 0)
    found = rules.lookup("wechat", "wechat_miniprogram", "apparel", 40, CASE, "payment")
    assert (found.low, found.mode, found.high) == (0.002, 0.006, 0.01)
    assert rate(rules, "wechat", "wechat_miniprogram", "b2b", 40, date(2025, 6, 1), "payment")[:2] == (
        0.0022,
        0.006,
    )


def test_later_rules_replace_earlier_ones_on_their_date(rules):
    def on(day, month, category="liquor"):
        return rules.lookup("douyin", "douyin_shop", category, 400, date(2026, month, day))

    assert (on(15, 5).low, on(15, 5).high) == (0.02, 0.05)
    assert (on(16, 5).low, on(16, 5).high) == (0.01, 0.05)
    assert (on(1, 6).low, on(1, 6).mode, on(1, 6).high) == (0.02, 0.03, 0.05)
    assert (on(1, 6, "promotion").low, on(1, 6, "promotion").high) == (0.006, 0.006)
    # an observation in three rows of one shop is no rule for all goods of its kind
    assert (on(1, 9, "fmcg").low, on(1, 9, "fmcg").high) == (0.02, 0.05)
    assert (on(1, 9, "packaged_food").low, on(1, 9, "packaged_food").high) == (0.02, 0.03)


@pytest.mark.parametrize(
    ("on", "stated", "year", "rule"),
    [
        (CASE, True, 2021, "douyin_standard"),
        # nobody stated a rule for these days
        (date(2022, 1, 1), False, 2021, "douyin_standard"),
        (date(2025, 12, 31), False, 2021, "douyin_standard"),
        (date(2026, 5, 20), True, 2026, "douyin_merchant_note_2026"),
        (date(2026, 11, 30), True, 2026, "douyin_ordinary_2026"),
        # the last known one, not the oldest
        (date(2028, 1, 1), False, 2026, "douyin_ordinary_2026"),
    ],
)
def test_a_day_without_a_rule_reads_the_last_known_one_and_says_so(rules, on, stated, year, rule):
    found = rules.lookup("douyin", "douyin_shop", "liquor", 400, on)
    assert (found.stated, found.year, [one.rule_id for one in found.rules]) == (stated, year, [rule])


def test_goods_with_a_rule_of_their_own_keep_it_after_its_end(rules):
    assert rules.lookup("douyin", "douyin_shop", "apparel", 400, date(2024, 1, 1)).refs == ("fee:douyin_apparel",)


def test_a_prior_has_no_year(rules):
    found = rules.lookup("wechat", "wechat_shop", "all", 400, date(2025, 1, 1))
    assert (found.stated, found.year) == (True, None)


def test_an_order_by_product_card_pays_by_its_own_rule(rules):
    def card(on):
        return rules.lookup("douyin", "douyin_card", "fmcg", 400, on)

    assert card(date(2024, 6, 1)).refs == ("fee:douyin_card_2023",)
    assert card(date(2026, 11, 30)).refs == ("fee:douyin_card_2026",)
    assert card(CASE).refs == ("fee:douyin_standard",)
    assert rules.lookup("douyin", "douyin_shop", "fmcg", 400, date(2024, 6, 1)).refs == ("fee:douyin_standard",)


@pytest.mark.parametrize(
    ("on", "personal", "merchant", "card"),
    [
        (CASE, True, False, False),
        (date(2022, 2, 28), True, False, False),
        (date(2022, 3, 1), False, True, False),
        (date(2026, 11, 30), False, True, True),
    ],
)
def test_routes_open_and_close_on_their_dates(rules, on, personal, merchant, card):
    found = rules.usable("all", 400, on)
    assert ("wechat_personal" in found, "wechat_merchant" in found, "douyin_card" in found) == (
        personal,
        merchant,
        card,
    )
    assert {"douyin_shop", "wechat_miniprogram", "wechat_shop", "wechat_guided"} <= set(found)
    closing = rules.closing("wechat_personal", on)
    assert (closing is None) == personal
    assert closing is None or (closing.rule_id, closing.confidence) == ("personal_codes_closed", "high")


def test_no_route_can_be_used_before_the_first_rule(rules):
    with pytest.raises(LedgerError, match=r"no rule for platform fee .*2019-01-01"):
        rules.usable("all", 400, date(2019, 1, 1))


def test_a_measured_fee_goes_before_contracts_and_rules(rules, tmp_path):
    contract = written(tmp_path, "contract,douyin,all,all,platform,0.03,,0.03,,,2021-06-01,,S3,high,,", name="own.csv")
    update = {"rule_id": "own_live", "route": "douyin_shop", "rate_low": 0.021, "rate_mode": 0.022, "rate_high": 0.023}
    settled = rules["douyin_standard"].model_copy(update=update | {"source": "OWN", "valid_to": None})
    found = fee_rules(data_dir() / "fees.csv", contract).measured([settled])
    live = found.lookup("douyin", "douyin_shop", "liquor", 400, CASE)
    assert (live.refs, live.measured, live.family) == (("fee:own_live",), True, "sampling")
    # where nothing was measured, the contract holds
    assert rate(found, "douyin", "douyin_creator", "liquor", 400, CASE)[2] == ("contract",)


def test_creator_commission_has_a_floor_that_rose(rules):
    before = rate(rules, "douyin", "douyin_creator", "all", 40, date(2026, 3, 31), "creator")
    after = rate(rules, "douyin", "douyin_creator", "all", 40, date(2026, 4, 1), "creator")
    assert (before[0], after[0]) == (0.01, 0.05)


def test_rates_are_bound_to_the_symbols_of_the_formulas(rules):
    symbols = ("fee_douyin_shop", "payment_wechat_shop", "order_value", "fee_wechat_personal")
    found = rules.bind(symbols, "apparel", 40, CASE)
    assert set(found) == {"fee_douyin_shop", "payment_wechat_shop", "fee_wechat_personal"}
    assert found["fee_douyin_shop"].family == "fixed"
    assert found["payment_wechat_shop"].family == "limits"
    assert found["payment_wechat_shop"].weak
    assert not found["fee_douyin_shop"].weak


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (("duoyin", "douyin_shop", "all", 40, CASE), "Did you mean douyin"),
        (("douyin", "douyin_shp", "all", 40, CASE), "Did you mean douyin_shop"),
        (("douyin", "douyin_shop", "all", 40, date(2019, 1, 1)), "no rule for platform fee .*2019-01-01"),
        (("douyin", "douyin_shop", "all", 40, date(2019, 1, 1)), "Nearest rules: .*2021-01-01 to 2022-01-01"),
        (("wechat", "wechat_shop", "all", 40, CASE, "creator"), "no creator rule for wechat"),
    ],
)
def test_an_uncovered_key_says_what_is_missing(rules, key, message):
    with pytest.raises(LedgerError, match=message):
        rate(rules, *key)


OLD = "old,douyin,all,all,platform,0.02,,0.05,,,2021-01-01,2022-01-01,S3,medium,,"


def test_rules_that_contradict_each_other_are_refused_with_both_lines(tmp_path):
    path = written(tmp_path, OLD, "new,douyin,all,all,platform,0.01,,0.01,,,2021-12-31,,S3,medium,,")
    with pytest.raises(LedgerError, match="line 3: found new, which contradicts old on line 2"):
        fee_rules(path)


@pytest.mark.parametrize(
    "other",
    [
        "next,douyin,all,all,platform,0.01,,0.01,,,2022-01-01,,S3,medium,,",
        "same,douyin,all,all,platform,0.02,,0.05,,,2021-06-01,,S3,medium,,",
        "narrow,douyin,all,apparel,platform,0.05,,0.05,,,2021-06-01,,S3,medium,,",
        "kind,douyin,all,all,payment,0.01,,0.01,,,2021-06-01,,S3,medium,,",
        "rival,wechat,wechat_shop,all,platform,0.01,,0.01,,,2021-06-01,,S3,medium,,",
        "closed,douyin,douyin_shop,all,closed,0,,0,,,2021-06-01,,S3,medium,,",
    ],
)
def test_rules_that_do_not_contradict_stand(tmp_path, other):
    assert len(fee_rules(written(tmp_path, OLD, other))) == 2


def test_days_that_touch_do_not_overlap(tmp_path):
    first = "first,douyin,all,all,platform,0.01,,0.01,0,30,2021-01-01,,S3,medium,,"
    later = "later,douyin,all,all,platform,0.05,,0.05,30,,2021-01-01,,S3,medium,,"
    assert rate(fee_rules(written(tmp_path, first, later)), "douyin", "douyin_shop", "all", 30, CASE)[2] == ("later",)
    overlapping = later.replace(",30,,", ",29,,")
    with pytest.raises(LedgerError, match="contradicts first"):
        fee_rules(written(tmp_path, first, overlapping))


def test_route_and_category_of_different_rules_that_both_fit_contradict(tmp_path):
    by_route = "by_route,douyin,douyin_shop,all,platform,0.01,,0.01,,,2021-01-01,,S3,medium,,"
    by_goods = "by_goods,douyin,all,apparel,platform,0.05,,0.05,,,2021-01-01,,S3,medium,,"
    with pytest.raises(LedgerError, match="by_goods, which contradicts by_route on line 2"):
        fee_rules(written(tmp_path, by_route, by_goods))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (("0.02,,0.05", "0.06,,0.05"), "line 2: .*rate_low <= rate_mode <= rate_high"),
        (("0.02,,0.05", "0.02,0.07,0.05"), "line 2: .*rate_low <= rate_mode <= rate_high"),
        (("0.02,,0.05", "2,,5"), "line 2, column rate_low"),
        ((",,,2021-01-01", ",30,30,2021-01-01"), "line 2: .*day_from before day_to"),
        (("2021-01-01,2022-01-01", "2022-01-01,2021-01-01"), "line 2: .*valid_from before valid_to"),
        (("2021-01-01,2022-01-01", ","), "line 2, column valid_from: found nothing"),
        ((",S3,", ",,"), "line 2, column source: found nothing"),
        (("douyin,all,all", "douyin,douyin_shp,all"), "line 2, column route"),
    ],
)
def test_a_faulty_rule_is_refused_with_line_and_column(tmp_path, fault, message):
    with pytest.raises(LedgerError, match=message):
        fee_rules(written(tmp_path, OLD.replace(*fault)))


def test_a_column_for_the_form_of_traffic_may_be_there_and_is_not_asked_for(tmp_path):
    path = tmp_path / "forms.csv"
    card = OLD.replace("old,", "card,").replace("platform,0.02,,0.05", "card,platform,0,,0.01")
    lines = (HEADER.replace(",kind", ",traffic_form,kind"), OLD.replace("all,platform", "all,all,platform"), card)
    path.write_text("\n".join(lines).replace("\n\n", "\n"), encoding="utf-8")
    assert rate(fee_rules(path), "douyin", "douyin_card", "all", 40, CASE) == (0, 0.01, ("card",))
    path.write_text(path.read_text(encoding="utf-8").replace(",card,platform", ",crad,platform"), encoding="utf-8")
    with pytest.raises(LedgerError, match="line 3, column traffic_form"):
        fee_rules(path)


def test_an_id_used_twice_is_refused(tmp_path):
    with pytest.raises(LedgerError, match="line 3, column rule_id: found old, also on line 2"):
        fee_rules(written(tmp_path, OLD, OLD))


def test_a_clients_own_rules_go_before_the_bundled_ones(tmp_path):
    base = written(tmp_path, OLD, "narrow,douyin,all,apparel,platform,0.05,,0.05,,,2021-01-01,,S3,medium,,")
    own = written(tmp_path, "contract,douyin,all,all,platform,0.03,,0.03,,,2021-06-01,,S3,high,,", name="own.csv")
    rules = fee_rules(base, own, tmp_path / "missing.csv")
    assert rate(rules, "douyin", "douyin_shop", "all", 40, CASE) == (0.03, 0.03, ("contract",))
    # also before a bundled rule that names more
    assert rate(rules, "douyin", "douyin_shop", "apparel", 40, CASE) == (0.03, 0.03, ("contract",))
    # and only on its dates
    assert rate(rules, "douyin", "douyin_shop", "all", 40, date(2021, 3, 1))[2] == ("old",)


def test_every_source_of_a_rule_is_in_the_ledger(rules):
    from siyu.evidence.sources import load_sources

    known = load_sources(data_dir() / "evidence" / "sources.csv")
    assert {source for rule in rules.values() for source in rule.source.split()} <= set(known)
    assert all(rule.note and rule.note_zh for rule in rules.values())


def test_the_codebooks_example_is_a_file_that_loads(tmp_path):
    text = (data_dir() / "README.md").read_text(encoding="utf-8").partition("## Fees")[2]
    own = tmp_path / "fees.csv"
    own.write_text(text.partition("```csv\n")[2].partition("```")[0], encoding="utf-8")
    rules = fee_rules(data_dir() / "fees.csv", own)
    assert rate(rules, "douyin", "douyin_shop", "apparel", 40, CASE) == (0.03, 0.03, ("contract_rate",))
