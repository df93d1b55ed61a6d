"""Columns read all at once must say of each cell what reading it alone says."""

import csv
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.intake.formats.cells import READERS
from siyu.intake.formats.format import Column
from siyu.intake.reading import columns, non_records, quick
from siyu.intake.reading.export import read
from siyu.intake.reading.lines import scan
from siyu.intake.reading.sources import sources

CELLS = {
    "money": ["1.00", "12.30", "-", "", "13912345678", "13912345678.00", "1.005", "1e3", "¥5", "abc", "0.10", "-3"],
    "fee": ["1.00", "-12.30", "(5)", "1.2.3", ".50", "5."],
    "id": [
        "9" * 64,
        "9" * 65,
        "A" * 40 + "1" * 24,
        "A" * 13 + "1" * 52,
        "A" * 70 + "1",
        "\t6917000000000000001",
        "A-1",
        "6.9E+18",
        "-",
        "无",
        "12.0",
    ],
    "time": ["2021-08-01 10:00:00", "2021-13-01 10:00:00", "-", "2021/8/1", "1899-01-01 00:00:00", "44409"],
    "count": ["1", "3件", "1.5", "-2", ""],
    "text": ["自然流量", "请拨139 0000 0000", "-", " 推荐 "],
    "buyer": ["u1", "匿名", "138****0000", "tel 13912345678", "6.9E+18", "0000"],
}


def told(found):
    return found.values.to_pylist(), found.faults, found.notes


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("required", [False, True])
def test_cells_that_repeat_are_read_as_each_alone(kind, required, monkeypatch):
    column, cells = Column(header=["x"], read=kind, required=required), CELLS[kind]
    text = pa.array(cells * 100)
    once = columns.typed(text, column)
    monkeypatch.setattr(columns, "FEW", 0)  # each for itself
    assert told(once) == told(columns.typed(text, column))
    if kind != "time":  # days that a spreadsheet counts are read beside dates only
        for row, cell in enumerate(cells):
            value, code = READERS[kind](cell)
            assert once.faults.get(row, "") == ("missing" if required and value is None and not code else
                                                code if value is None else "")  # fmt: skip


def test_words_of_a_column_that_repeat_stay_coded():
    column = Column(header=["x"], read="choice", values={"直播": "live", "短视频": "video", "直 播": "live"})
    found = columns.typed(pa.array(["直播", "短视频", "直 播", ""] * 100), column).values
    assert found.dictionary.to_pylist() == ["live", "video"]
    assert (found.to_pylist()[:4], found.null_count) == (["live", "video", "live", None], 100)


@pytest.mark.parametrize("pattern", [r"\d{6,8}", r"[0-9]{6,8}"])
def test_digits_that_are_counted_fit_as_the_pattern_does(pattern):
    cells = ["12345", "123456", "12345678", "123456789", "12345a", "", None, "１２３４５６"]
    fits = columns._fits(pa.array(cells, pa.string()), pattern).to_pylist()
    assert fits == [False, True, True, False, False, False, None, False]


def test_a_record_is_the_same_in_a_block_of_few_words_and_in_one_of_many(tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", 20_000)
    head = "order_id,product_id,paid_at,amount\n"
    rows = [f"A{n:05d},{'p' if n < 600 else f'p{n}'},2021-08-01 10:00:00,5.00\n" for n in range(1_500)]
    (tmp_path / "a.csv").write_text(head + "".join([*rows, rows[3], rows[4].replace("5.00", "6.00")]))
    (source,) = sources(tmp_path / "a.csv")
    account = read(source).account
    assert account.records == {"accepted": 1_500, "quarantined": 1, "ignored": 1}


@pytest.mark.parametrize("quoted", [False, True])
def test_fields_end_where_a_loop_over_the_signs_finds_them(quoted):
    rng = np.random.default_rng(5)
    words = ["", "a", "1.00", '"a,b"' if quoted else "b", "无", "x" * 9]
    lines = [",".join(rng.choice(words, 4 if rng.random() < 0.9 else 3)) for _ in range(300)]
    found = scan("\r\n".join(lines).encode(), b",", 4)
    for at, line in enumerate(lines):
        plain = line.replace('"a,b"', "a")
        assert found.sound[at] == (plain.count(",") == 3)
        assert found.text(at) == line
    assert found.inner.shape == (found.sound.sum(), 3)
    assert set(np.frombuffer(found.block, np.uint8)[found.inner].ravel()) == {ord(",")}


def test_lines_too_long_and_too_short_are_faults_where_they_have_fields_enough_together():
    found = scan(b"1,2\n1,2,3\n1\n1,2\n", b",", 2)
    assert found.faults == {1: "field_count", 2: "field_count"}
    assert found.inner[:, 0].tolist() == [1, 13]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_return_that_ends_no_line_is_a_fault_of_its_line(end):
    assert scan(f"1,2{end}1,\r2{end}{end}\r1,2{end}1,2\r\r\n".encode(), b",", 2).faults == {
        1: "line_break", 3: "line_break"
    }  # fmt: skip
    assert scan(f"1,2{end}3,4\r\n".encode(), b",", 2).faults == {}


@pytest.mark.parametrize(
    "cells", [[], [""], ["1", ""], ["1", None], [None], ["1", "22", "0"], ["1", "a"], ["١"], ["/:"]]
)
def test_cells_are_told_to_be_digits_all_at_once(cells):
    text, held = pa.array([*cells, "a"], pa.string())[: len(cells)], [cell for cell in cells if cell is not None]
    plain = all(cell.isascii() and cell.isdecimal() for cell in held)
    assert quick.are_digits(text) == (bool(held) and plain)
    more = pa.array(["x", *cells], pa.string())[1:]
    assert quick.are_digits(more) == (bool(held) and plain)


def test_cells_that_are_all_alike_are_cut_once():
    lines = [f'{n:04d},-,无,{"x" * 9},"a,b",{"y" if n < 150 else "z"}' for n in range(200)]
    quoted, plain = (scan("\n".join(rows).encode(), b",", 6).cells(range(6)) for rows in
                     (lines, [line.replace('"a,b"', "ab") for line in lines]))  # fmt: skip
    for found, fifth in ((quoted, "a,b"), (plain, "ab")):
        assert [pa.types.is_dictionary(one.type) for one in found] == [False, True, True, False, fifth == "ab", False]
        assert [one[7].as_py() for one in found] == ["0007", "-", "无", "x" * 9, fifth, "y"]
        assert {len(one) for one in found} == {200}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.text('a1,"= 无', max_size=5), min_size=3, max_size=3), min_size=1, max_size=6), st.booleans()
)
def test_sound_lines_are_split_as_the_csv_reader_splits_them(rows, written):
    """Rows as a writer quotes them are all sound; of rows put together raw, those that are sound."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    text = file.getvalue() if written else "".join(",".join(cells) + "\n" for cells in rows)
    found = scan(text.encode(), b",", 3)
    assert found.sound.all() or not written
    if not found.sound.any() or '="' in text:  # ="1,2" is one cell of a spreadsheet, to the reader two
        return
    split = [non_records.split(found.text(line), ",") for line in np.flatnonzero(found.sound)]
    assert [list(cells) for cells in zip(*(one.to_pylist() for one in found.cells([0, 1, 2])), strict=True)] == split
