"""Files, archives and workbooks: hostile ones are refused quickly, exact paths are opened, nothing is written."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from siyu.intake.reading.export import read
from siyu.intake.reading.sources import sources

HEAD = "order_id,buyer_key,paid_at,amount,channel"
ROWS = [f"A{n:04d},u{n % 3},2021-08-{n % 28 + 1:02d} 10:00:00,{n}.50,live" for n in range(1, 31)]
CSV = "\n".join([HEAD, *ROWS, ""]).encode()
FEN = sum(n * 100 + 50 for n in range(1, 31))


def accounts(path):
    return [read(source).account for source in sources(path)]


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def workbook(path, *, title=False, numbers=False):
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet = book.add_worksheet("订单")
    start = 0
    if title:
        sheet.write(0, 0, "店铺订单报表")
        start = 2
    for row, line in enumerate([HEAD, *ROWS], start):
        for column, cell in enumerate(line.split(",")):
            if numbers and row > start and column == 0:
                sheet.write_number(row, column, 6_917_000_000_000_000_123 + row)
            elif numbers and row > start and column == 3:
                sheet.write_number(row, column, float(cell))
            else:
                sheet.write_string(row, column, cell)
    book.close()
    return path


def test_xlsx_zip_and_csv_give_the_same_account(tmp_path):
    put(tmp_path / "a.csv", CSV)
    workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/a.csv", CSV)
    found = accounts(tmp_path)
    assert [account.records["accepted"] for account in found] == [30, 30, 30]
    assert {account.fen["accepted"] for account in found} == {FEN}
    assert found[2].file.endswith("c.zip!inner/a.csv")


def test_rows_of_a_sheet_are_named_as_the_sheet_numbers_them(tmp_path):
    book = workbook(tmp_path / "b.xlsx", title=True, numbers=True)
    account = accounts(book)[0]
    assert account.records == {"accepted": 0, "quarantined": 30, "ignored": 1}
    assert {(p.line, p.column, p.code) for p in account.problems if p.line} >= {(4, "order_id", "damaged_id")}
    assert account.fen["quarantined"] == FEN


def test_chinese_names_in_an_archive_are_read(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("XXXX.csv", CSV)
    raw = data.getvalue().replace(b"XXXX", "订单".encode("gb18030"))
    account = accounts(put(tmp_path / "c.zip", raw))[0]
    assert account.file.endswith("!订单.csv")
    assert account.records["accepted"] == 30


@pytest.mark.parametrize(
    "name", ["订单[1].csv", "*.csv", "'; drop table orders; --.csv", "=cmd|' calc'!A0.csv", "a?b.csv", "$(touch x).csv"]
)
def test_a_hostile_name_opens_that_file_and_no_other(tmp_path, name):
    put(tmp_path / name, CSV)
    put(tmp_path / "订单1.csv", CSV.replace(b".50,", b".99,"))
    before = sorted(tmp_path.rglob("*"))
    (account,) = accounts(tmp_path / name)
    assert (account.records["accepted"], account.fen["accepted"]) == (30, FEN)
    assert sorted(tmp_path.rglob("*")) == before


def test_members_that_climb_out_are_read_in_place(tmp_path):
    archive = tmp_path / "in" / "c.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../x.csv", CSV)
        file.writestr("/etc/y.csv", CSV.replace(b"A0", b"B0"))
    found = accounts(archive)
    assert [account.records["accepted"] for account in found] == [30, 30]
    assert sorted(tmp_path.rglob("*.csv")) == []


def test_links_nested_and_locked_archives_are_refused(tmp_path):
    put(tmp_path / "a.csv", CSV)
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    assert [p.code for p in accounts(tmp_path / "link.csv")[0].problems] == ["not_a_file"]
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", CSV)
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert accounts(tmp_path / "n.zip")[0].problems[0].code == "nested_archive"
    locked = bytearray(inner.getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert accounts(put(tmp_path / "l.zip", bytes(locked)))[0].problems[0].code == "locked_archive"
    for cut in (b"PK\x03\x04", inner.getvalue()[:60]):
        assert accounts(put(tmp_path / "d.zip", cut))[0].problems[0].code == "bad_archive"


def sheet_bomb(path):
    workbook(path)
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def entity_bomb(path):
    workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    lol = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    strings = "xl/sharedStrings.xml"
    parts[strings] = parts[strings].replace(b"?>", b"?>" + lol, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(300):
            member.write(b"\0" * 2**20)
    return path


BOMBS = {
    "sheet.xlsx": (sheet_bomb, "too_large"),
    "entity.xlsx": (entity_bomb, "entities"),
    "bomb.zip": (zip_bomb, "too_large"),
    "field.csv": (lambda p: put(p, CSV + b'A9999,"' + b"x" * 5_000_000 + b'",2021-08-01,1.00,live\n'), "too_long"),
    "empty.csv": (lambda p: put(p, b""), "empty"),
    "header.csv": (lambda p: put(p, HEAD.encode()), "no_records"),
    "blank.csv": (lambda p: put(p, b"\n\n\n"), "empty"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_time_and_memory(tmp_path, name):
    make, code = BOMBS[name]
    path = make(tmp_path / name)
    script = (
        "import json, re, sys, time; from pathlib import Path\n"
        "from siyu.intake.reading.export import read; from siyu.intake.reading.sources import sources\n"
        "import python_calamine; start = time.process_time()\n"
        "codes = [p.code for s in sources(Path(sys.argv[1])) for p in read(s).account.problems]\n"
        # not ru_maxrss: a started program inherits there what the tests before it needed
        "peak = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "print(json.dumps([codes, time.process_time() - start, peak]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=600, check=True)
    codes, seconds, kilobytes = json.loads(done.stdout)
    assert code in codes
    assert seconds < 2
    assert kilobytes < 300 * 1024
