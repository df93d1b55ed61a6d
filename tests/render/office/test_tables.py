"""The workbook: the numbers of the findings, live formulas that agree with the library, nothing trusted."""

from __future__ import annotations

import io
import json
import math
import re
from types import SimpleNamespace as Made

import pytest
from excel_formulas import PRINTED, excel, made_of, printed
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from results_sheet import library, results, said
from sympy import Function, Integer, Max, Min, Rational, Symbol, exp, log

from siyu.language import Language
from siyu.record import Chart, Mark
from siyu.render.citations import Citations
from siyu.render.speech import Speech
from siyu.render.tables import tables_bytes
from siyu.render.tables.arithmetic import evaluated, names_in
from siyu.render.tables.book import LONGEST, Book
from siyu.render.tables.customer_cost import CustomerCost
from siyu.render.tables.economics import formulas
from siyu.render.tables.inputs import bound
from siyu.render.tables.sources import write_sources

FORMULA = re.compile(r"<f>([^<]*)</f>")
CODES = ("zh", "en")


def sheets(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def numbers(rows):
    return [cell for row in rows for cell in row if isinstance(cell, float | int) and not isinstance(cell, bool)]


def economics(content, code):
    name = Speech(Language(code)).message("Results")
    return sheets(content)[name]


def block(content, code, finding):
    """Rows of a finding: from its key to the next."""
    rows = sheets(content)[Speech(Language(code)).sheet(finding.section)]
    first = next(at for at, row in enumerate(rows) if finding.full_key in row)
    later = (
        at for at, row in enumerate(rows) if at > first and len(row) > 9 and str(row[9]).startswith(finding.section)
    )
    return rows[first : next(later, len(rows))]


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_a_block_with_its_numbers(code, books, report):
    compared = 0
    for finding in report.findings:
        held = set(numbers(block(books[code], code, finding)))
        record = finding.as_json()
        expected = {entry[end] for entry in record["values"] for end in ("value", "low", "high")}
        for row in record["chart"]["rows"]:
            expected |= {row[end] for end in ("value", "low", "high", "ratio") if row.get(end) is not None}
            expected |= {row["span"][end] for end in ("value", "low", "high")} if "span" in row else set()
        expected |= {line["value"] for line in record["chart"]["lines"]}
        assert expected <= held, finding.key
        compared += len(expected)
    assert compared > 150


def test_a_planted_change_shows(content, build, books):
    content["findings"]["02_case_study"][1]["values"][0]["value"] = 8_123_456
    rows = sheets(tables_bytes("en", build(content)))["The case"]
    assert 8_123_456 in numbers(rows)
    assert 8_123_456 not in numbers(sheets(books["en"])["The case"])


@pytest.mark.parametrize("code", CODES)
def test_sheets_are_few_and_named_in_the_language(code, books):
    names = list(sheets(books[code]))
    assert len(names) <= 25
    assert not [name for name in names if "_" in name]
    if code == "zh":
        assert not [name for name in names if name.isascii()]


@pytest.mark.parametrize("code", CODES)
def test_every_sheet_stays_readable_and_prints(code, books, parts):
    for name, text in parts(books[code]).items():
        if re.match(r"xl/worksheets/sheet\d+\.xml", name):
            assert 'state="frozen"' in text, name
            assert 'orientation="landscape"' in text
            assert "<oddFooter>" in text


@pytest.mark.parametrize("code", CODES)
def test_formulas_name_their_inputs(code, books, parts):
    found = {
        name: FORMULA.findall(text) for name, text in parts(books[code]).items() if name.startswith("xl/worksheets")
    }
    counted, live = sorted((listed for listed in found.values() if listed), key=len)
    assert len(live) >= 2 * len(formulas()["lines"])
    assert len(counted) == len(formulas()["inputs"])
    workbook = parts(books[code])["xl/workbook.xml"]
    defined = {name for name in re.findall(r'<definedName name="([^"]*)"', workbook) if name.endswith("_case")}
    used = {name for formula in live for name in re.findall(r"[a-z][a-z0-9_]*_case\b", formula)}
    assert used == defined
    assert len(used) == len(formulas()["inputs"])


def test_only_the_cells_of_the_readers_case_can_be_changed(books, parts):
    texts = parts(books["en"])
    unlocked = [
        at for at, xf in enumerate(re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", texts["xl/styles.xml"].partition("<cellXfs")[2]))
        if 'locked="0"' in xf
    ]  # fmt: skip
    for name in ("Inputs", "Results"):
        place = list(sheets(books["en"])).index(name) + 1
        text = texts[f"xl/worksheets/sheet{place}.xml"]
        assert "<sheetProtection" in text
        open_cells = [
            cell for cell, style in re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', text) if int(style) in unlocked
        ]
        assert len(open_cells) == (len(formulas()["inputs"]) if name == "Inputs" else 0)
        assert all(cell.startswith("B") for cell in open_cells)


def test_the_published_values_are_those_of_the_library(books, report):
    inputs, missing = bound(report, formulas()["inputs"])
    assert not missing
    shown = results(economics(books["en"], "en"), report, 3)
    expected = library({name: entry.mode for name, entry in inputs.items()})
    assert len(expected) > 40
    for key, number in expected.items():
        assert shown[key] == said(key, number), key


def test_a_change_of_an_assumption_changes_the_formulas_values(content, build, books):
    content["sources"]["assumption:order_value.liquor"]["mode"] = 300.0
    before, after = (economics(book, "en") for book in (books["en"], tables_bytes("en", build(content))))
    assert before != after


def test_without_what_feeds_the_economics_there_are_no_formulas_and_the_sheet_says_so(content, build, parts):
    for finding in content["findings"]["03_platform_economics"]:
        finding["feeds"] = []
    book = tables_bytes("en", build(content))
    assert not [text for name, text in parts(book).items() if FORMULA.search(text)]


def test_findings_may_be_called_anything(content, build, books):
    for finding in content["findings"]["03_platform_economics"]:
        finding["key"] = f"renamed_{finding['key']}"
    assert economics(tables_bytes("en", build(content)), "en") == economics(books["en"], "en")


def test_two_rules_for_one_fee_are_not_chosen_between(content, build, parts):
    rule = content["sources"]["fee:douyin_standard"]
    content["sources"]["fee:other"] = {**rule, "ref": "fee:other"}
    content["findings"]["03_platform_economics"][0]["sources"].append("fee:other")
    book = tables_bytes("en", build(content))
    texts = [cell for row in economics(book, "en") for cell in row if isinstance(cell, str)]
    assert any("no single row for" in text and "fee_douyin_shop" in text for text in texts)


def test_shares_of_draws_are_static_and_say_so(books):
    rows = economics(books["en"], "en")
    place = next(at for at, row in enumerate(rows) if str(row[0]).startswith("Published value: counted"))
    assert [row[3] for row in rows[place + 1 : place + 3]] == [0.575, 0.425]


def test_the_same_report_gives_the_same_bytes(report, books):
    assert tables_bytes("zh", report) == books["zh"]


@pytest.mark.parametrize("code", CODES)
def test_everything_the_workbook_says_is_translated(code, report, monkeypatch):
    bare = set()
    message = Language.message

    def listening(self, message_id):
        said = message(self, message_id)
        if self.code == "zh" and said == message_id and re.search(r"[A-Za-z]{2,} [a-z]{2,}", said):
            bare.add(said)
        return said

    monkeypatch.setattr(Language, "message", listening)
    tables_bytes(code, report)
    assert not bare


def test_hostile_text_stays_text(content, build, hostile, parts, books):
    names = iter(hostile * 3)
    content["subject"]["name"] = {"zh": next(names), "en": next(names)}
    for record in content["sources"].values():
        record["name"] = {"zh": next(names), "en": next(names)}
        why = {"claim": "note", "assumption": "rationale"}.get(record["kind"], "note")
        record[why] = {"zh": next(names), "en": next(names)}
        if record["kind"] == "claim":
            record |= {"as_printed": next(names), "locator": next(names)}
            record["source"] |= {"publisher": next(names), "title": {"zh": next(names), "en": next(names)}}
    for findings in content["findings"].values():
        for finding in findings:
            for row in finding["chart"]["rows"]:
                row |= {"label": {"en": next(names), "zh": next(names)}} if "label" in row else {"rule": next(names)}
    before = sum(len(FORMULA.findall(text)) for text in parts(books["en"]).values())
    for code in CODES:
        book = tables_bytes(code, build(content))
        texts = parts(book)
        assert sum(len(FORMULA.findall(text)) for text in texts.values()) == before
        assert not [
            text
            for text in texts.values()
            if "TargetMode" in text or ("evil.example" in text and "<hyperlink " in text)
        ]
        cells = [cell for rows in sheets(book).values() for row in rows for cell in row if isinstance(cell, str)]
        assert all(len(cell) <= 32_767 for cell in cells)
        assert [cell for cell in cells if cell.startswith(("=cmd", "+1+1", "@SUM"))]
        assert 'quotePrefix="1"' in texts["xl/styles.xml"]


def test_a_text_too_long_for_a_cell_says_that_it_was_shortened():
    book = Book(Speech(Language("en")), "t", "2021-08-31")
    sheet = book.sheet("a")
    for text in ("x" * 40_000, "👩" * 20_000, "x" * LONGEST):
        sheet.text(0, text)
        sheet.row += 1
    long, wide, whole = (row[0] for row in sheets(book.content())["a"])
    assert long.endswith("[shortened: the text has 40000 characters]")
    assert wide.endswith("[shortened: the text has 20000 characters]")
    assert whole == "x" * LONGEST


def test_sheet_names_fit_excel_and_are_unique():
    book = Book(Speech(Language("en")), "t", "2021-08-31")
    names = [book.sheet(name).name for name in ("a" * 50, "a" * 50, "x:y/z?*[1]", "'q'", "history", "", "A" * 31)]
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


# --- the printer ----------------------------------------------------------------------------------------


@pytest.mark.whole
def test_the_printed_formulas_are_those_of_the_library():
    assert PRINTED.read_text(encoding="utf-8") == printed(), "run python scripts/excel_formulas.py"


def test_the_printed_formulas_were_printed_from_the_library_as_it_is():
    assert json.loads(PRINTED.read_text(encoding="utf-8"))["made_of"] == made_of(), (
        "run python scripts/excel_formulas.py"
    )


def test_powers_stand_in_brackets_as_excel_reads_a_minus_before_them():
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    assert excel(-(a**b)) == "-({a}^{b})"
    assert excel((1 - a) ** b) == "((1-{a})^{b})"
    # a product is raised as a whole
    assert excel((a * exp(-b)) ** b) == "(({a}/EXP({b}))^{b})"
    assert excel(a / (b + 1)) == "{a}/({b}+1)"
    assert excel(log(a) - exp(-b)) == "LN({a})-EXP(-{b})"
    assert excel(-Max(a, 2)) == "-MAX(2,{a})"


def test_what_excel_does_not_know_is_refused():
    with pytest.raises(ValueError, match="no Excel function"):
        excel(Function("gamma2")(Symbol("x")))


A, B = Symbol("a", real=True), Symbol("b", real=True)
STEPS = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: -x * y,
    lambda x, y: x / (y**2 + 1),
    lambda x, y: -(x**2) + y,
    lambda x, y: (1 - x) ** 3 * y,
    Max,
    Min,
]
leaves = st.sampled_from([A, B, A + 1, 2 - B, Integer(-3), Rational(1, 3)])
trees = st.recursive(
    leaves, lambda inner: st.builds(lambda step, x, y: step(x, y), st.sampled_from(STEPS), inner, inner)
)


@given(trees, st.floats(0.1, 3), st.floats(0.1, 3))
def test_a_printed_formula_has_the_value_of_its_expression(expression, a, b):
    text = excel(expression)
    expected = float(expression.subs({A: a, B: b}))
    assert evaluated(text, {"a": a, "b": b}, {}) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_arithmetic_knows_its_names_and_nothing_else():
    assert names_in("{a}*[x.y]+{a}") == (["a"], ["x.y"])
    assert evaluated("-([x.y]^{a})/MAX(2,{a})", {"a": 2.0}, {"x.y": 3.0}) == -4.5
    for text in ("__import__('os')", "{a}.real", "(lambda: 1)()", "open(1)"):
        with pytest.raises((ValueError, SyntaxError)):
            evaluated(text, {"a": 1.0}, {})


def test_all_ends_are_finite(report):
    inputs, _ = bound(report, formulas()["inputs"])
    assert all(math.isfinite(getattr(entry, end)) for entry in inputs.values() for end in ("low", "mode", "high"))
    assert all(entry.low <= entry.mode <= entry.high for entry in inputs.values())


@pytest.mark.parametrize(("code", "name"), [("zh", "敏感度"), ("en", "Sensitivity")])
def test_inputs_stand_with_their_range_beside_what_they_make_of_a_result(code, name, content, build):
    chart = content["findings"]["03_platform_economics"][2]["chart"]
    assert chart["kind"] == "tornado"
    ends = {"value": 6_000, "low": 5_000, "high": 9_000, "unit": "CNY"}
    wage = {"en": "Wage", "zh": "工资"}
    chart["rows"][0]["label"] = {"id": "{input} ({range})", "args": {"input": wage, "range": ends}}
    *_, row = sheets(tables_bytes(code, build(content)))[name]
    low, middle, high = (chart["rows"][0][end] for end in ("low", "value", "high"))
    assert row[:3] == [wage[code], 5_000, 9_000]
    assert row[4:8] == [low, middle, high, pytest.approx(high - low)]


@pytest.mark.parametrize("code", CODES)
def test_the_ends_of_a_tornado_are_called_as_on_the_page(code, books, report):
    say = Speech(Language(code)).message
    for finding in report.findings:
        if isinstance(finding.chart, Chart) and finding.chart.kind in ("tornado", "range"):
            heads = [row for row in block(books[code], code, finding) if row[:2] == [say("Mark"), say("Series")]]
            ends = ("Result at its low end", "Result at its high end")
            wanted = ends if finding.chart.kind == "tornado" else ("Low", "High")
            assert [row[3:5] for row in heads] == [[*map(say, wanted)]]
    assert "tornado" in {finding.chart.kind for finding in report.findings if isinstance(finding.chart, Chart)}


@pytest.mark.parametrize(("cac", "value", "there"), [(20.0, 300.0, True), (0.0, 300.0, False), (20.0, 0.0, False)])
def test_what_a_buyer_may_cost_has_no_sheet_where_nothing_was_spent_or_earned(cac, value, there):
    values = {"margin": 0.2, "conversion": 0.1, "cac": cac, "value": value}
    held = {name: Made(value=one, n=200) for name, one in values.items()}
    chart = Chart.model_construct(rows=(Mark.model_construct(x=30.0, value=value),))
    report = Made(by_key={"08_customer_value.value_observed": Made(by_name=held, chart=chart)})
    assert bool(CustomerCost(None, report).inputs) is there


def test_places_and_publishers_are_said_in_chinese(case_report):
    book = Book(Speech(Language("zh")), "x", "2021-08-31")
    write_sources(book, case_report, Citations(case_report, book.speech))
    shown = str(sheets(book.content()))
    assert "导语第1段" in shown
    assert "lead para 1" not in shown
