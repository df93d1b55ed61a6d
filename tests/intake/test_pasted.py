"""Files that people made of exports: pasted below each other, merged, with units in headers, cut short."""

import io

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from siyu.intake.formats.format import normal
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource, sources
from siyu.intake.store.client_tables import books_of

YOUZAN = ["订单号", "订单状态", "商品金额合计", "订单创建时间", "买家付款时间", "订单退款状态", "订单实付金额"]
TAOBAO = ["订单编号", "买家实际支付金额", "退款金额", "订单状态", "订单创建时间", "订单付款时间"]


def youzan(first, last):
    """Orders whose goods are three yuan more than what was paid."""
    for number in range(first, last):
        when = f"2024-03-{number % 28 + 1:02d} 10:00:00"
        yield [f"E{number:022d}", "交易完成", f"{103 + number}.50", when, when, "无退款", f"{100 + number}.50"]


def text(header, records):
    return "".join(",".join(cells) + "\r\n" for cells in [header, *records])


def account(content, name="a.csv"):
    raw = content.encode()
    return read(TableSource(name, lambda: io.BytesIO(raw), len(raw))).account


def problems(found):
    return [(one.line, one.column, one.code) for one in found.problems]


def test_an_export_pasted_below_another_in_the_same_order_is_one():
    found = account(text(YOUZAN, youzan(0, 20)) + text(YOUZAN, youzan(20, 30)))
    assert (found.clean, found.records["accepted"]) == (True, 30)


@pytest.mark.parametrize("change", ["swapped", "another column", "all turned round", "one column more"])
def test_a_second_header_of_other_columns_refuses_the_file(change):
    """Below it every amount would be read by the first header."""
    header, below = list(YOUZAN), [list(cells) for cells in youzan(20, 30)]
    if change == "swapped":
        for cells in (header, *below):
            cells[2], cells[6] = cells[6], cells[2]
    elif change == "another column":
        header[2] = "优惠后金额"
    elif change == "all turned round":
        header, below = header[::-1], [cells[::-1] for cells in below]
    else:
        header, below = ["序号", *header], [["1", *cells] for cells in below]
    found = account(text(YOUZAN, youzan(0, 20)) + text(header, below))
    assert (22, None, "other_header") in problems(found)  # beside lines below it that no column fits
    assert (found.refused, found.fen["accepted"]) == (True, 0)


@pytest.mark.parametrize(
    "unit", ["（元）", "(单位：元)", "（人民币元）", "/元", "_元", "[元]", "【元】", "：元", "（RMB）"]
)
def test_a_header_may_say_that_its_amounts_are_in_yuan(unit):
    found = account(text([*YOUZAN[:-1], f"订单实付金额{unit}"], youzan(0, 20)))
    assert (found.format, found.clean, found.records["accepted"]) == ("youzan", True, 20)


@pytest.mark.parametrize("other", ["单元", "收货单元", "金额(万元)", "金额/千元", "订单实付金额(分)", "金额(美元)"])
def test_other_units_and_words_that_end_alike_are_kept(other):
    assert normal(other) == other


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


@pytest.mark.parametrize("place", [6, 0, 4])
def test_a_last_line_that_ends_within_its_last_field_is_set_aside(place):
    """An amount without its decimals, an id and a time without their ends are read like whole ones."""
    order = [*(at for at in range(7) if at != place), place]
    whole = text([YOUZAN[at] for at in order], [[cells[at] for at in order] for cells in youzan(0, 30)])
    assert account(whole.removesuffix("\r\n")).clean
    cut = account(whole[:-5])
    assert problems(cut) == [(31, None, "cut_short")]
    assert (cut.records["accepted"], cut.fen["accepted"]) == (29, sum(10_050 + 100 * n for n in range(29)))


def test_an_amount_without_decimals_among_such_is_whole():
    rows = [[*cells[:-1], f"{95 + number}"] for number, cells in enumerate(youzan(0, 30))]
    found = account(text(YOUZAN, [*rows, [*next(youzan(30, 31))[:-1], "99"]]).removesuffix("\r\n"))
    assert (found.clean, found.records["accepted"]) == (True, 31)


def test_a_merged_id_is_told_as_what_it_is(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for row, cells in enumerate([YOUZAN, *youzan(0, 12)]):
        sheet.write_row(row, 0, cells)
    sheet.merge_range(3, 0, 4, 0, "E0000000000000000000002")
    book.close()
    (source,) = sources(tmp_path / "a.xlsx")
    found = read(source).account
    assert [(one.line, one.column, one.code, one.found) for one in found.problems] == [
        (5, "订单号", "cell_error", "#MERGED!")
    ]


def test_a_closed_order_brought_nothing_where_amounts_are_net_too(tmp_path):
    (tmp_path / "in").mkdir()
    when = "2024-03-01 10:00:00"
    rows = [
        [f"1820000{123_456_789_013 + 7 * n}", "20.50", "0.00", "交易关闭" if n == 3 else "交易成功", when, when]
        for n in range(9)
    ]
    (tmp_path / "in" / "a.csv").write_text(text(TAOBAO, rows), encoding="utf-8")
    found = pq.read_table(books_of(tmp_path / "in", tmp_path / "store").orders).to_pydict()
    assert (sum(found["paid_fen"]), sum(found["net_fen"])) == (9 * 2_050, 8 * 2_050)
