"""Assumptions: every symbol is fed for every category, and faults are named with line and column."""

import math
from datetime import date

import pytest

from siyu.definitions import registry
from siyu.economy.tables import closing_route
from siyu.errors import LedgerError
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.sources import load_sources
from siyu.formulas.compiled import inputs
from siyu.formulas.contribution import contribution
from siyu.formulas.people import labour_share, people_value, staff
from siyu.formulas.symbols import UNIT_OF
from siyu.paths import data_dir
from siyu.routes import ROUTES

HEADER = (
    "assumption_id,group,name,name_zh,platform,route,low,mode,high,family,unit,source,"
    "rationale,rationale_zh,confidence,vintage\n"
)
ROW = "order_value,,Order value,客单价,all,,50,120,400,pert,CNY,PRIOR,Mixed basket of goods,综合品类,none,2021"


@pytest.fixture(scope="module")
def assumptions():
    return load_assumptions(data_dir() / "assumptions.csv")


def written(tmp_path, *lines, name="assumptions.csv"):
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_every_symbol_of_every_route_is_fed_for_every_category(assumptions):
    rules = fee_rules(data_dir() / "fees.csv")
    names = {
        name
        for route in ROUTES
        for name in inputs(people_value(route), contribution(route), staff(route), labour_share(route))
    }
    for category in ("all", *assumptions.categories):
        bound = assumptions.bind(names, category)
        bound |= rules.bind(names, category, 365, date(2021, 8, 31))
        assert names == set(bound), category


def test_units_are_those_of_the_symbols(assumptions):
    for row in assumptions.values():
        if row.symbol in UNIT_OF:
            assert row.unit == UNIT_OF[row.symbol], row.assumption_id
    assert set(UNIT_OF.values()) <= set(registry().units)


def test_every_row_has_a_known_source_a_reason_and_both_languages(assumptions):
    known = load_sources(data_dir() / "evidence" / "sources.csv")
    for row in assumptions.values():
        assert set(row.source.split()) <= set(known), row.assumption_id
        assert len(row.rationale) >= 12, row.assumption_id
        assert any("\u4e00" <= character <= "\u9fff" for character in row.rationale_zh), row.assumption_id
        assert any("\u4e00" <= character <= "\u9fff" for character in row.name_zh), row.assumption_id


def test_a_prior_without_any_source_is_not_called_sure(assumptions):
    # frame rows are conventions, not measurements
    frame = {"people", "months", "minutes_per_month", "pushes_douyin", "pushes_personal", "closable"}
    for row in assumptions.values():
        if row.source == "PRIOR" and row.symbol not in frame:
            assert row.weak, row.assumption_id


def test_routes_of_rows_exist(assumptions):
    assert {row.route for row in assumptions.values() if row.route} <= set(ROUTES)


def test_groups_hold_at_least_two_inputs(assumptions):
    members: dict[str, set[str]] = {}
    for row in assumptions.values():
        if row.group:
            members.setdefault(row.group, set()).add(row.symbol)
    assert members
    assert all(len(symbols) > 1 for symbols in members.values())


def test_a_category_uses_its_own_row_or_the_general_one(assumptions):
    assert assumptions.get_for("order_value", "liquor").assumption_id == "order_value.liquor"
    assert assumptions.get_for("wage", "liquor").assumption_id == "wage"
    assert assumptions.get_for("order_value").assumption_id == "order_value"
    with pytest.raises(ValueError, match="Did you mean liquor"):
        assumptions.get_for("order_value", "liqour")
    with pytest.raises(ValueError, match="Did you mean order_value"):
        assumptions.get_for("order_valeu")


def test_a_row_is_a_range_with_a_ceiling(assumptions):
    assert assumptions["gross_margin"].ceiling == 1
    assert assumptions["order_value"].ceiling == float("inf")
    assert assumptions["gross_margin.liquor"].ref == "assumption:gross_margin.liquor"
    assert (assumptions["gross_margin.liquor"].symbol, assumptions["gross_margin.liquor"].category) == (
        "gross_margin",
        "liquor",
    )


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (("50,120,400,pert", "50,120,,pert"), "line 2, column high: found nothing"),
        (("50,120,400,pert", ",120,400,pert"), "line 2, column low: found nothing"),
        (("50,120,400,pert", "50,40,400,pert"), "line 2: .*low <= mode <= high, found 50, 40, 400"),
        (("50,120,400,pert", "40,120,400,pert"), "line 2: .*family logpert for 40 to 400, found pert"),
        (("50,120,400,pert", "50,120,400,logpert"), "line 2: .*family pert for 50 to 400, found logpert"),
        (("50,120,400,pert", "50,50,50,pert"), "line 2: .*family fixed for 50 to 50, found pert"),
        (("50,120,400,pert", "0,120,400,logpert"), "line 2: .*family pert for 0 to 400"),
        (("50,120,400,pert", "50,120,inf,pert"), "line 2: .*finite numbers"),
        ((",CNY,", ",ratio,"), "line 2: .*shares between 0 and 1"),
        ((",CNY,", ",RMB,"), "line 2, column unit: found RMB"),
        (("Mixed basket of goods", "Guess"), "line 2: .*a rationale for a prior"),
        ((",none,2021", ",sure,2021"), "line 2, column confidence"),
        ((",none,2021", ",none,last year"), "line 2, column vintage"),
        (("order_value,,", "Order Value,,"), "line 2, column assumption_id"),
    ],
)
def test_a_faulty_row_is_refused_with_line_and_column(tmp_path, fault, message):
    with pytest.raises(LedgerError, match=message):
        load_assumptions(written(tmp_path, ROW.replace(*fault)))


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    path = written(tmp_path, ROW.replace("120", "20"), ROW.replace(",none,", ",sure,"))
    with pytest.raises(LedgerError) as caught:
        load_assumptions(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_an_id_used_twice_is_refused(tmp_path):
    with pytest.raises(LedgerError, match="line 3, column assumption_id: found order_value, also on line 2"):
        load_assumptions(written(tmp_path, ROW, ROW))


def test_a_clients_rows_replace_the_bundled_ones(tmp_path):
    base = written(tmp_path, ROW)
    own = written(tmp_path, ROW.replace("50,120,400", "80,90,100").replace("none", "high"), name="own.csv")
    rows = load_assumptions(base, own, tmp_path / "missing.csv")
    assert (rows["order_value"].low, rows["order_value"].confidence) == (80, "high")
    assert len(rows) == 1


def test_the_codebooks_example_is_a_file_that_loads(tmp_path):
    text = (data_dir() / "README.md").read_text(encoding="utf-8").partition("## Assumptions")[2]
    own = tmp_path / "assumptions.csv"
    own.write_text(text.partition("```csv\n")[2].partition("```")[0], encoding="utf-8")
    rows = load_assumptions(data_dir() / "assumptions.csv", own)
    assert (rows["move_friction_personal"].mode, rows["move_friction_personal"].weak) == (0.12, False)


def closing(assumptions, category):
    names = ("order_value", "repurchase", "visit_needed")
    value, repurchase, visit = (assumptions.get_for(name, category).mode for name in names)
    beyond = math.log(2) / repurchase > assumptions["months"].mode
    return closing_route(beyond=beyond, dear=value >= assumptions["big_ticket"].mode, visit_needed=visit > 0)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("fmcg", "platform"),
        ("apparel", "platform"),
        ("liquor", "platform"),
        ("lessons", "trial"),
        ("wedding", "referral"),
        ("heavy", "lead_visit"),
    ],
)
def test_categories_close_where_the_source_says_they_do(assumptions, category, expected):
    assert closing(assumptions, category) == expected
