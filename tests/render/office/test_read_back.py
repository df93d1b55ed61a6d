"""Decks and workbooks, read back before they are sealed: a number that is not of the findings is found."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from siyu.runs.check.office import deck_faults, tables_faults

CODES = ("zh", "en")


def changed(content, part, old, new):
    """The package with one text replaced in a part, `outer!inner` for a part of a package in it."""
    outer, _, inner = part.partition("!")
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(made, "w") as written:
        assert outer in package.namelist()
        for name in package.namelist():
            held = package.read(name)
            if name == outer:
                assert inner or old.encode() in held
                held = changed(held, inner, old, new) if inner else held.replace(old.encode(), new.encode(), 1)
            written.writestr(name, held)
    return made.getvalue()


def part_with(content, folder, text):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return next(n for n in package.namelist() if n.startswith(folder) and text.encode() in package.read(n))


@pytest.fixture
def deck(tmp_path, report):
    def faults(content):
        path = tmp_path / "deck.pptx"
        path.write_bytes(content)
        return list(deck_faults(path, report.findings))

    return faults


@pytest.fixture
def tables(tmp_path, report):
    def faults(content):
        path = tmp_path / "tables.xlsx"
        path.write_bytes(content)
        return list(tables_faults(path, report.findings))

    return faults


@pytest.mark.parametrize("code", CODES)
def test_files_as_they_are_written_have_no_fault(code, decks, books, deck, tables):
    assert deck(decks[code]) == []
    assert tables(books[code]) == []


@pytest.mark.parametrize("code", CODES)
def test_a_number_that_a_chart_draws_is_the_one_in_its_workbook(code, decks, deck):
    part = part_with(decks[code], "ppt/charts/chart", "<c:v>0.575</c:v>")
    [fault] = deck(changed(decks[code], part, "<c:v>0.575</c:v>", "<c:v>0.585</c:v>"))
    assert re.fullmatch(
        r"draws 0\.585 where its workbook has 0\.575 on slide \d+ \(03_platform_economics.wins\)", fault
    )


def test_a_number_in_the_workbook_of_a_chart_is_one_of_the_finding(decks, deck):
    chart = part_with(decks["en"], "ppt/charts/chart", "<c:v>0.575</c:v>")
    book = chart.replace("charts", "embeddings").replace(".xml", ".xlsx")
    found = deck(changed(decks["en"], f"{book}!xl/worksheets/sheet1.xml", "<v>0.575</v>", "<v>0.585</v>"))
    assert found[0].startswith("has 0.585 behind a chart, which findings.json does not hold, on slide")
    both = changed(decks["en"], chart, "<c:v>0.575</c:v>", "<c:v>0.585</c:v>")
    found = deck(changed(both, f"{book}!xl/worksheets/sheet1.xml", "<v>0.575</v>", "<v>0.585</v>"))
    assert found[0].startswith("has 0.585 behind a chart")


def test_a_chart_without_one_of_its_marks_is_named(report, decks, tmp_path):
    (tmp_path / "deck.pptx").write_bytes(decks["en"])
    findings = [*report.findings]
    at = next(at for at, one in enumerate(findings) if one.key == "wins")
    drawn = findings[at].chart
    more = drawn.model_copy(update={"rows": (*drawn.rows, drawn.rows[0].model_copy(update={"value": 0.31}))})
    findings[at] = findings[at].model_copy(update={"chart": more})
    assert any("lacks 0.31 behind a chart" in fault for fault in deck_faults(tmp_path / "deck.pptx", findings))


@pytest.mark.parametrize(
    ("code", "old", "new", "key"),
    [("en", "952<", "962<", "heat"), ("zh", "952<", "962<", "heat"), ("en", ">0.625<", ">0.635<", "checks")],
)
def test_a_number_in_a_table_is_the_one_of_its_row(code, old, new, key, decks, deck):
    part = part_with(decks[code], "ppt/slides/slide", old)
    found = deck(changed(decks[code], part, old, new))
    assert any(f"{new.strip('<>')} in a table" in fault and key in fault for fault in found)


def test_a_cell_that_shows_the_number_of_another_row_is_named(decks, deck):
    part = part_with(decks["en"], "ppt/slides/slide", ">0.625<")
    assert any("shows 0.75 in a table" in fault for fault in deck(changed(decks["en"], part, ">0.625<", ">0.75<")))


@pytest.mark.parametrize("code", CODES)
def test_a_number_of_a_sheet_is_one_of_its_finding(code, books, tables):
    part = part_with(books[code], "xl/worksheets/", "<v>4150000</v>")
    found = tables(changed(books[code], part, "<v>4150000</v>", "<v>4160000</v>"))
    assert found[0].startswith("shows 4160000 in the block of ")


def test_a_value_that_is_nowhere_on_its_sheet_is_named(report, books, tmp_path):
    (tmp_path / "tables.xlsx").write_bytes(books["en"])
    first, *rest = report.findings
    more = first.values[0].model_copy(update={"name": "more", "value": 77.5})
    findings = [first.model_copy(update={"values": (*first.values, more)}), *rest]
    assert list(tables_faults(tmp_path / "tables.xlsx", findings)) == ["lacks answer.more.value"]


def test_a_damaged_part_is_named(decks, deck):
    content = bytearray(decks["en"])
    with zipfile.ZipFile(io.BytesIO(decks["en"])) as package:
        entry = max(package.infolist(), key=lambda one: one.compress_size)
    content[entry.header_offset + 100 + entry.compress_size // 2] ^= 1
    assert deck(bytes(content)) in ([f"is damaged in {entry.filename}"], ["cannot be read back (error)"])


def test_a_finding_without_a_block_is_named(report, books, tmp_path):
    (tmp_path / "tables.xlsx").write_bytes(books["en"])
    first, *rest = report.findings
    findings = [first.model_copy(update={"key": "elsewhere"}), *rest]
    assert list(tables_faults(tmp_path / "tables.xlsx", findings)) == ["has no block of 02_case_study.elsewhere"]
