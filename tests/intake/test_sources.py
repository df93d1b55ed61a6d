"""Files, archives and workbooks: hostile ones are refused quickly, exact paths are opened, nothing is written."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

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
    assert [p.code for found in accounts(tmp_path) for p in found.problems if found.file.endswith("link.csv")] == [
        "not_a_file"]  # fmt: skip
    assert accounts(tmp_path / "n.zip")[0].problems[0].code == "nested_archive"
    locked = bytearray(inner.getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert accounts(put(tmp_path / "l.zip", bytes(locked)))[0].problems[0].code == "locked_archive"
    strange = bytearray(inner.getvalue())  # packed in a way that nobody knows
    strange[8], strange[strange.index(b"PK\x01\x02") + 10] = 97, 97
    for cut in (b"PK\x03\x04", inner.getvalue()[:60], bytes(strange)):
        assert accounts(put(tmp_path / "d.zip", cut))[0].problems[0].code == "bad_archive"


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"


def rewritten(change):
    """Makes a workbook whose parts are changed."""

    def make(path):
        workbook(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return path

    return make


def more(rows):
    """Rows at the end of a sheet."""
    return rewritten(lambda parts: parts.update({SHEET: parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")}))


def styles(more):
    """Styles of cells, and more of them."""
    return rewritten(lambda parts: parts.update({STYLES: parts[STYLES].replace(b"</cellXfs>", more + b"</cellXfs>")}))


def outside(parts):
    """The sheet in a place and under a name of its own."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/x/s.bin"] = parts.pop(SHEET).replace(b"</sheetData>", far)
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        parts[name] = parts[name].replace(b"worksheets/sheet1.xml", b"x/s.bin")


def in_utf16(parts):
    text = parts[SHEET].replace(b'"UTF-8"', b'"UTF-16"')
    far = b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>'
    parts[SHEET] = text.replace(b"</sheetData>", far).decode().encode("utf-16")


def entities(parts):
    lol = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    parts[STRINGS] = parts[STRINGS].replace(b"?>", b"?>" + lol, 1)


def lying(path):
    """A part that unpacks to more than its entry says, and agrees with the entry as far as that goes."""
    rewritten(lambda parts: None)(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = parts[SHEET]
    parts[SHEET] = said.replace(b"</sheetData>", b"<row/>" * 5_000_000 + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    raw = bytearray(path.read_bytes())
    crc = zlib.crc32(parts[SHEET][: len(said)])
    with zipfile.ZipFile(path) as archive:
        local, name = archive.getinfo(SHEET).header_offset, SHEET.encode()
    central = raw.rindex(b"PK\x01\x02", 0, raw.rindex(name))
    struct.pack_into("<I", raw, local + 14, crc)
    struct.pack_into("<I", raw, local + 22, len(said))
    struct.pack_into("<I", raw, central + 16, crc)
    struct.pack_into("<I", raw, central + 24, len(said))
    path.write_bytes(raw)
    return path


def old_workbook(records):
    """Makes an OLE container with one sheet of these records."""

    def make(path):
        def record(kind, data=b""):
            return struct.pack("<HH", kind, len(data)) + data

        sheet = record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + records(record) + record(0x0A)
        stream = record(0x0809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + record(0x0A) + sheet
        stream = stream.ljust(4096 + 512, b"\0")
        sectors = -(-len(stream) // 512)
        name = "Workbook".encode("utf-16-le")
        root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB3I", 22, 5, 1, *[0xFFFFFFFF] * 2, 1)
        root = root.ljust(116, b"\0") + struct.pack("<IQ", 0xFFFFFFFE, 0)
        entry = name.ljust(64, b"\0") + struct.pack("<HBB3I", len(name) + 2, 2, 1, *[0xFFFFFFFF] * 3)
        entry = entry.ljust(116, b"\0") + struct.pack("<IQ", 2, len(stream))
        table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        head = head.ljust(40, b"\0") + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
        head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
        fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
        path.write_bytes(head + fat + (root + entry).ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0"))
        return path

    return make


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(300):
            member.write(b"\0" * 2**20)
    return path


BOMBS = {
    "sheet.xlsx": (more(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too_large"),
    "quotes.xlsx": (more(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"), "too_large"),
    "blanks.xlsx": (more(b'<row\nr = "1048576"><c\tr = "XFD1048576"><v>1</v></c></row>'), "too_large"),
    "spelled.xlsx": (more(b'<row r="&#49;048576"><c r="&#88;FD1048576"/></row>'), "too_large"),
    "counted.xlsx": (more(b'<row r="1048575"/><row><c r="XFD"/></row>'), "too_large"),
    "numbers.xlsx": (more(b'<row r="99999999999999999999"><c r="A99999999999999999999"/></row>'), "too_large"),
    "rows.xlsx": (more(b"<row/>" * 3_000_000), "too_large"),
    "elements.xlsx": (more(b"<x/>" * 4_500_000), "too_large"),
    "styles.xlsx": (styles(b"<xf/>" * 3_000_000), "too_large"),
    "wide.xlsx": (more(b"<row>" + b"<c><v>1</v></c>" * 20_000 + b"</row>"), "too_large"),
    "outside.xlsx": (rewritten(outside), "too_large"),
    "utf16.xlsx": (rewritten(in_utf16), "too_large"),
    "entity.xlsx": (rewritten(entities), "entities"),
    "lying.xlsx": (lying, "too_large"),
    "far.xls": (old_workbook(lambda record: record(0x0203, struct.pack("<HHHd", 65_535, 255, 0, 1.0))), "too_large"),
    "locked.xls": (old_workbook(lambda record: record(0x2F, b"\0" * 6)), "locked_workbook"),
    "rows.html.xls": (lambda p: put(p, b"<html><table>" + b"<tr>" * 10_000_000), "too_large"),
    "deep.html.xls": (lambda p: put(p, b"<html>" + b"<div>" * 3_000_000), "too_large"),
    "spans.html.xls": (lambda p: put(p, b"<table><tr>" + b"<td colspan=99999>" * 50_000), "too_large"),
    "text.html.xls": (lambda p: put(p, b"<table><tr><td>" + b"&amp;" * 5_000_000), "too_large"),
    "line.csv": (lambda p: put(p, b"a" * 60_000_000), "too_long"),
    "bomb.zip": (zip_bomb, "too_large"),
    "field.csv": (lambda p: put(p, CSV + b'A9999,"' + b"x" * 5_000_000 + b'",2021-08-01,1.00,live\n'), "too_long"),
    "empty.csv": (lambda p: put(p, b""), "empty"),
    "header.csv": (lambda p: put(p, HEAD.encode()), "no_records"),
    "blank.csv": (lambda p: put(p, b"\n\n\n"), "empty"),
}


# reads each file that it is told of in a process of its own, which is forked: imports take longest
# not ru_maxrss: a process inherits there what those before it needed
READER = """
import json, os, re, signal, sys, time; from pathlib import Path
from siyu.intake.reading.export import read; from siyu.intake.reading.sources import sources
import python_calamine
def work():
    start = time.process_time()
    sum(range(5_000_000))
    held = bytearray(100 << 20)
    held[::4096] = bytes(len(held) // 4096)
    return time.process_time() - start
for line in sys.stdin:
    if os.fork():
        if os.wait()[1]:
            print("null", flush=True)
        continue
    signal.alarm(600)
    start = time.process_time()
    try:
        codes = [p.code for s in sources(Path(line.strip())) for p in read(s).account.problems]
        seconds = time.process_time() - start
        peak = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])
        print(json.dumps([codes, seconds / work(), peak]), flush=True)
        os._exit(0)
    finally:
        os._exit(1)
"""


@pytest.fixture(scope="module")
def told():
    """What a process of its own says of a file: codes of problems, how many times the CPU of five million steps and
    100 MB of memory on the machine as it is then, peak of memory in kB."""
    with subprocess.Popen(
        [sys.executable, "-c", READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as reader:

        def answer(path):
            reader.stdin.write(f"{path}\n")
            return json.loads(reader.stdout.readline())

        yield answer
        reader.stdin.close()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_time_and_memory(tmp_path, told, name):
    make, code = BOMBS[name]
    codes, times, kilobytes = told(make(tmp_path / name))
    assert code in codes or (name == "lying.xlsx" and codes == ["bad_archive"])  # whichever is noticed first
    assert times < 30  # some three seconds on a quiet machine
    assert kilobytes < 300 * 1024
