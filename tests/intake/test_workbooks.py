"""Cells of a workbook: blank, failed and never computed are three things; hidden rows are named; noise is none."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from siyu.intake.containers.number_formats import shown as said
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import sources

OLD_BOOK, OLD_STRUCK = (Path(__file__).with_name(f"{name}.xls") for name in ("number_formats", "struck"))
HEAD = ["order_id", "buyer_key", "paid_at", "amount", "refund", "status"]


def workbook(path, rows, change=None, hidden=(), shown=None):
    book = xlsxwriter.Workbook(path)
    sheet, how = book.add_worksheet(), book.add_format({"num_format": shown} if shown else {})
    sheet.write_row(0, 0, HEAD)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(number, column, cell, value="cached" if cell == "=kept" else "#N/A")
            elif cell is not None:
                sheet.write(number, column, cell, *[how] * (HEAD[column] == "amount"))
    for number in hidden:
        sheet.set_row(number, None, None, {"hidden": True})
    book.close()
    if change is not None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = "xl/worksheets/sheet1.xml"
        parts[name] = change(parts[name])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
    return path


def account(path):
    (source,) = sources(path)
    return read(source).account


def order(number, amount=5.0, refund=None, status="paid"):
    return [f"A{number}", f"u{number}", "2021-08-01 10:00:00", amount, refund, status]


@pytest.mark.parametrize("column", ["refund", "status", "amount"])
def test_a_failed_formula_is_no_blank(tmp_path, column):
    row = order(2)
    row[HEAD.index(column)] = "=VLOOKUP(1,2,3)"

    def failed(xml):  # as a spreadsheet stores it
        return xml.replace(b't="str"><f>VLOOKUP(1,2,3)</f><v>#N/A</v>', b't="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v>')

    found = account(workbook(tmp_path / "a.xlsx", [order(1), row], failed))
    assert [(p.line, p.column, p.code) for p in found.problems] == [(3, column, "cell_error")]
    assert found.records == {"accepted": 1, "quarantined": 1, "ignored": 0}


def test_a_formula_that_was_never_computed_is_no_blank(tmp_path):
    row = order(2)
    row[4] = "=A1"
    lost = account(workbook(tmp_path / "a.xlsx", [order(1), row], lambda xml: xml.replace(b"<v>#N/A</v>", b"")))
    assert [(p.line, p.column, p.code) for p in lost.problems] == [(3, "refund", "cell_error")]


def test_a_blank_is_a_blank(tmp_path):
    assert account(workbook(tmp_path / "a.xlsx", [order(1), order(2)])).clean


@pytest.mark.parametrize("number", ["9", "10"])  # 0% and 0.00%, which programs know by number
def test_a_share_is_no_amount(number):
    assert [(one.row, one.code, one.found) for one in said({(4, "1"): 2}, {"1": number})] == [(2, "other_unit", "%")]


def test_hidden_rows_are_counted_and_named(tmp_path):
    found = account(workbook(tmp_path / "a.xlsx", [order(n) for n in range(1, 9)], hidden=(3, 5)))
    assert found.records["accepted"] == 8
    assert [(note.code, note.found, note.expected) for note in found.notes] == [("hidden_rows", "2", "4, 6")]


FOREIGN = ["$#,##0.00", '"US$"0.00', "[$$-409]#,##0.00", "[$USD] 0.00", "[$HK$-C04]0.00", '0.00 "€"', "[$¥-411]0",
           "($#,##0.00_);($#,##0.00)", "[Red]\\£0.00", '0.00"美元"']  # fmt: skip
UNITS = ['0.00"万"', '0.0"K"', "0!.00", "0.00%", '0"分"']
PLAIN = ["[$¥-804]#,##0.00", '"¥"#,##0.00', '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ', "_-* #,##0.00\\ _€_-", '0.00"元"', "@",
         "#,##0.00_);(#,##0.00)", "0.00E+00", "[$RMB] 0.00"]  # fmt: skip
SCALED = ["0.00,", "0!.0,", '0!.0,"万"', '[>=10000]0!.0,"万";0']


@pytest.mark.parametrize(
    ("shown", "code"),
    [*((one, "foreign_currency") for one in FOREIGN), *((one, "other_unit") for one in UNITS)],
)
def test_amounts_shown_in_another_currency_or_unit_stop_the_file(tmp_path, shown, code):
    found = account(workbook(tmp_path / "a.xlsx", [order(1), order(2)], shown=shown))
    assert [(p.line, p.column, p.code) for p in found.problems] == [(2, "amount", code)]
    assert found.records["accepted"] == 0


@pytest.mark.parametrize("shown", PLAIN + SCALED)
def test_amounts_count_as_stored_and_a_scaled_display_is_named(tmp_path, shown):
    found = account(workbook(tmp_path / "a.xlsx", [order(1, 12_345.0), order(2)], shown=shown))
    assert (found.fen["accepted"], found.problems) == (1_235_000, [])
    assert [note.code == "shown_scaled" for note in found.notes].count(True) == (shown in SCALED)


# made by LibreOffice 7.4: three rows a sheet, the amount in the number format that its name says
OLD = {"plain": "", "yuan": "", "accounting": "", "cny_local": "", "dollar": "foreign_currency",
       "dollar_local": "foreign_currency", "euro": "foreign_currency", "yen": "foreign_currency",
       "hkd": "foreign_currency", "wan": "other_unit", "percent": "other_unit", "wan_shift": "shown_scaled",
       "thousand": "shown_scaled"}  # fmt: skip


def test_number_formats_of_an_old_workbook_say_what_those_of_a_new_one_do():
    found = {source.name.rpartition("!")[2]: read(source).account for source in sources(OLD_BOOK)}
    said = {name: [one.code for one in (*account.problems, *account.notes) if not one.code.startswith("no_")]
            for name, account in found.items()}  # fmt: skip
    assert said == {name: [code] if code else [] for name, code in OLD.items()}
    used = {name for name, code in OLD.items() if code in ("", "shown_scaled")}
    assert {name: account.fen["accepted"] for name, account in found.items()} == {
        name: 7_407_300 if name in used else 0 for name in OLD
    }


def test_noise_of_binary_fractions_is_none(tmp_path):
    found = account(
        workbook(tmp_path / "a.xlsx", [order(1, 0.1 + 0.2), order(2, 57.699999999999996), order(3, 99.99999999999999)])
    )
    assert (found.fen["accepted"], found.problems) == (30 + 5770 + 10_000, [])


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.dat", "a", "a.xlsm"])
def test_the_content_tells_what_a_file_is(tmp_path, name):
    workbook(tmp_path / "b.xlsx", [order(1), order(2)])
    (tmp_path / "b.xlsx").rename(tmp_path / name)
    assert account(tmp_path / name).records["accepted"] == 2


TABLE = "<html><meta charset=utf-8><table><tr><th colspan=6>订单报表</th></tr><tr>{head}</tr>{rows}</table></html>"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_web_page_saved_as_a_workbook_is_read(tmp_path, codec):
    rows = "".join(f"<tr>{''.join(f'<td>{cell or chr(160)}</td>' for cell in order(n))}</tr>" for n in range(1, 4))
    page = TABLE.format(head="".join(f"<th>{name}</th>" for name in HEAD), rows=rows)
    (tmp_path / "a.xls").write_bytes(page.encode(codec))
    found = account(tmp_path / "a.xls")
    assert (found.records["accepted"], found.fen["accepted"]) == (3, 1_500)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.4", "a PDF file"), (b"\x89PNG\r\n", "a picture"), (b'{"a": 1}', "JSON"), (b"\x1f\x8b\x08", "a gzip archive"),
     (b"<?xml version='1.0'?><Workbook/>", "an XML file"), (b"<html><p>x</p></html>", "an HTML page without a table"),
     (b"<table><tr><td rowspan=2>x</td></tr></table>", "cells over several rows"),
     (b"<table><tr><td><table></table></td></tr></table>", "tables in tables")],
)  # fmt: skip
def test_what_holds_no_table_is_called_by_its_name(tmp_path, content, said):
    (tmp_path / "a.xls").write_bytes(content)
    found = account(tmp_path / "a.xls")
    assert [problem.code for problem in found.problems] == ["wrong_dress"]
    assert said in found.problems[0].found


def test_an_office_document_is_no_workbook(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    (tmp_path / "a.xlsx").write_bytes(data.getvalue())
    assert account(tmp_path / "a.xlsx").problems[0].code == "wrong_dress"


@pytest.mark.parametrize(
    "name", ["~$a.xlsx", "Thumbs.db", "desktop.ini", ".DS_Store", "截图.png", "说明.txt", "a.csv.crdownload"]
)
def test_what_lies_beside_exports_is_left_aside(tmp_path, name):
    (tmp_path / "a.csv").write_text("order_id,paid_at,amount\nA1,2021-08-01 10:00:00,5.00\n", encoding="utf-8")
    (tmp_path / name).write_bytes("给你的说明\n请查收\n".encode())
    assert [read(source).account.clean for source in sources(tmp_path)] == [True]


HIDDEN = [
    lambda row: f"<tr style='mso-x:1; DISPLAY : none'>{row}</tr>",
    lambda row: f"<tr hidden>{row}</tr>",
    lambda row: f"<tbody style='visibility:collapse'><tr>{row}</tr></tbody><tbody>",
]


@pytest.mark.parametrize("hide", HIDDEN)
def test_hidden_rows_of_a_web_page_are_counted_and_named(tmp_path, hide):
    rows = ["".join(f"<td>{cell or ''}</td>" for cell in order(n)) for n in range(1, 4)]
    page = TABLE.format(head="".join(f"<th>{name}</th>" for name in HEAD),
                        rows=f"<tr>{rows[0]}</tr>{hide(rows[1])}<tr><td><div hidden></div>{rows[2][4:]}</tr>")  # fmt: skip
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    found = account(tmp_path / "a.xls")
    assert found.records["accepted"] == 3
    assert [(n.found, n.expected) for n in found.notes if n.code == "hidden_rows"] == [("1", "4")]


NOTES = [
    "导出说明\n1. 打开后台\n2. 选择日期\n",
    "please read this first\nthis file holds orders\n",
    "导出时间：2021-09-01 10:00\n",
]
UNPARTED = ["单号 买家 金额 时间\nA1 u1 5.00 2021-08-01\nA2 u2 6.00 2021-08-02\n",
            "订单号    金额\n6917000000000001  5.00\n6917000000000002  6.00\n", "6917000000000001\n6917000000000002\n"]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_without_delimiters_is_no_note(tmp_path, packed):
    for number, text in enumerate([*NOTES, *UNPARTED]):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for path in sorted(tmp_path.glob("*.txt")):
                archive.write(path, path.name)
                path.unlink()
    codes = [[problem.code for problem in read(source).account.problems] for source in sources(tmp_path)]
    assert codes == [["no_delimiter"]] * len(UNPARTED)


def test_a_text_with_a_table_is_no_note(tmp_path):
    (tmp_path / "a.txt").write_text("order_id\tpaid_at\tamount\nA1\t2021-08-01 10:00:00\t5.00\n", encoding="utf-8")
    assert [read(source).account.records["accepted"] for source in sources(tmp_path)] == [1]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("order_id,paid_at,amount\nA1,2021-08-01 10:00:00,5.00\n", encoding="utf-8")
    (source,) = sources(path)

    def sink(*_):
        path.write_text("order_id,paid_at,amount\nA1,2021-08-01 10:00:00,5.00\nA2,2021-08-01 10:00:00,6.00\n", "utf-8")

    assert [problem.code for problem in read(source, sink=sink).account.problems] == ["changed"]


@pytest.mark.parametrize("column", ["buyer_key", "refund", "status", "amount"])
def test_an_empty_value_of_a_formula_was_never_computed(tmp_path, column):
    row = order(2)
    row[HEAD.index(column)] = "=kept"

    def emptied(xml):  # as programs write it that compute nothing
        return xml.replace(b' t="str"><f>kept</f><v>cached</v>', b"><f>kept</f><v></v>")

    found = account(workbook(tmp_path / "a.xlsx", [order(1), row], emptied))
    assert [(p.line, p.column, p.code) for p in found.problems] == [(3, column, "cell_error")]


@pytest.mark.parametrize("column", ["order_id", "buyer_key", "amount"])
def test_a_value_that_several_rows_share_is_not_known_for_the_lower_ones(tmp_path, column):
    low = order(2)
    low[HEAD.index(column)] = None
    letter = "ABCD"[HEAD.index(column)].encode()

    def merged(xml):
        ranges = b'<mergeCells><mergeCell ref="' + letter + b"2:" + letter + b'3"/></mergeCells>'
        return xml.replace(b"</sheetData>", b"</sheetData>" + ranges)

    found = account(workbook(tmp_path / "a.xlsx", [order(1), low], merged))
    assert [(p.line, p.column, p.code) for p in found.problems] == [(3, column, "cell_error")]


def test_rows_of_a_hidden_sheet_are_named(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("cover")
    hidden = book.add_worksheet("orders")
    for number, row in enumerate([HEAD, order(1), order(2)]):
        hidden.write_row(number, 0, row)
    hidden.hide()
    book.close()
    found = account(tmp_path / "a.xlsx")
    assert [(note.code, note.found) for note in found.notes] == [("hidden_rows", "2")]


def test_a_hidden_sheet_is_read_and_named(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name, number in (("shown", 1), ("old", 2)):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, order(number))
        if name == "old":
            sheet.hide()
    book.add_chartsheet("chart")
    book.close()
    found = [read(source).account for source in sources(tmp_path / "a.xlsx")]
    said = [[note.code for note in account.notes if note.code == "hidden_rows"] for account in found]
    assert said == [[], ["hidden_rows"]]


def crossed(path, cells, rows=8, font="font_strikeout"):
    """A workbook with some cells (row from 1, column; None: all of a row) struck through."""
    book = xlsxwriter.Workbook(path)
    sheet, line, bold = book.add_worksheet(), book.add_format({font: True}), book.add_format({"bold": True})
    sheet.write_row(0, 0, HEAD, bold)
    for number in range(1, rows + 1):
        for column, cell in enumerate(order(number, refund=0)):
            struck = {(number, column), (number, None), (None, column)} & set(cells)
            sheet.write(number, column, cell, line if struck else None)
    sheet.conditional_format("A1:A3", {"type": "blanks", "format": book.add_format({"font_strikeout": True})})
    book.close()
    return path


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([(3, None), (5, None)], ("order_id", 4, "2", "4, 6")),
        ([(2, 3)], ("amount", 3, "1", "3")),
        ([(None, column) for column in range(6)], ("order_id", 2, "8", "2, 3, 4, 5, 6 …")),
    ],
)
def test_records_that_are_struck_through_are_refused_and_named(tmp_path, cells, said):
    (problem,) = account(crossed(tmp_path / "a.xlsx", cells)).problems
    assert (problem.code, problem.column, problem.line, problem.found, problem.expected) == ("struck_rows", *said)


@pytest.mark.parametrize("cells", [[], [(0, None)], [(None, 3)]])
def test_a_column_of_old_prices_is_no_deletion(tmp_path, cells):
    assert account(crossed(tmp_path / "a.xlsx", cells)).clean


def test_another_font_is_no_stroke(tmp_path):
    assert account(crossed(tmp_path / "a.xlsx", [(3, None)], font="italic")).clean


def test_records_of_an_old_workbook_that_are_struck_through_are_refused():
    (problem,) = account(OLD_STRUCK).problems  # rows 4 and 6, among six fonts
    assert (problem.code, problem.line, problem.found, problem.expected) == ("struck_rows", 4, "2", "4, 6")


@pytest.mark.parametrize(
    "row",
    ["<tr style='text-decoration: line-through'>{}</tr>", "<tr><td><s>A3</s></td>{rest}</tr>", "<tr><td><del>A3</del>{rest}",
     "<tr><td style='text-decoration:line-through'>A3</td>{rest}</tr>"],
)  # fmt: skip
def test_rows_of_a_web_page_that_are_struck_through_are_refused(tmp_path, row):
    lines = ["".join(f"<td>{cell}</td>" for cell in order(n, refund="0")) for n in range(1, 6)]
    lines = [row.format(line, rest=line.split("</td>", 1)[1]) if n == 3 else f"<tr>{line}</tr>"
             for n, line in enumerate(lines, 1)]  # fmt: skip
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    (tmp_path / "a.xls").write_text(f"<table><tr>{head}</tr>{''.join(lines)}</table>", "utf-8")
    (problem,) = account(tmp_path / "a.xls").problems
    assert (problem.code, problem.line, problem.found) == ("struck_rows", 4, "1")
