"""What was once read wrongly without a word: names of files, refunds, identities, links, totals."""

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.intake.containers.documents import tables
from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.cells import buyer
from siyu.intake.formats.identities import EMPTY_HASHES, is_nobody, nobody_file
from siyu.intake.reading.export import read
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.quick import QUICK
from siyu.intake.reading.sources import TableSource
from siyu.intake.store.client_tables import books_of
from siyu.intake.store.erasure import erase_buyer
from siyu.intake.store.exported import ended, epoch_of, exported
from siyu.paths import store_of
from siyu.simulator import writing

HEAD = "order_id,buyer_key,paid_at,amount\n"
WECHAT = "订单号,订单状态,商品名称,商品编码,订单实际支付金额,订单下单时间,支付时间,商品已退款金额\n"


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


def account(text, name="a.csv"):
    raw, rows = text.encode(), []
    source = TableSource(name, lambda: io.BytesIO(raw), len(raw))
    found = read(source, sink=lambda table, lines, _: rows.extend(table.to_pylist())).account
    return found, rows


def put(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def codes(found):
    return [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    "name", ["订单_2021-08-05_2021-08-05.csv", "2021.08.05-2021.08.05.csv", "2021-08-05~2021-08-05.csv"]
)
def test_the_end_of_a_period_is_no_clock(name):
    found = exported(name)
    assert found is not None
    assert found.last - found.first == 86_399
    assert ended(epoch_of(name), date(2021, 8, 5)) == date(2021, 8, 5)


def test_a_clock_behind_a_day_is_one_still():
    for name in ("2021-08-05_20-21-08.csv", "2021-08-05 202108.csv", "2021-08-05T20:21:08.csv", "20210805202108.csv"):
        assert ended(epoch_of(name), date(2021, 8, 4)) == date(2021, 8, 4), name
        found = exported(name)
        assert found is not None
        assert found.last == found.first, name


@pytest.mark.parametrize("name", ["1900000109_订单.csv", "1487654302_订单.csv", "1780000000_订单.csv"])
def test_the_number_of_a_merchant_does_not_say_how_long_was_observed(name):
    assert ended(epoch_of(name), date(2021, 8, 5)) == date(2021, 8, 5)


def wechat(tmp_path, lines):
    found = books_of(put(tmp_path / "in", "w.csv", WECHAT + lines), tmp_path / "store")
    assert [codes(one) for one in found.accounts] == [[]]
    orders = pq.read_table(found.orders).to_pylist()
    return [(row["paid_fen"], row["net_fen"]) for row in sorted(orders, key=lambda row: row["line_no"])]


@pytest.mark.parametrize("first", ["", "0.00", "20.00"])
def test_what_came_back_of_a_later_line_is_less_of_the_amount_of_the_order(tmp_path, first):
    at = "100.00,2021-08-01 10:00:00,2021-08-01 10:00:05"
    lines = f"37001,已完成,甲,p1,{at},{first}\n37001,已完成,乙,p2,{at},30.00\n"
    assert wechat(tmp_path, lines) == [(10_000, 7_000 - int(float(first or 0) * 100)), (0, 0)]


def test_the_quick_way_and_the_slow_one_know_the_same_nobodies():
    words = [line.split(",") for line in nobody_file().read_text(encoding="utf-8").splitlines()[1:]]
    plain = {word for word, *_ in words if word.isascii() and word.isalnum()}
    cells = [f"{word}{end}" for word in plain for end in ("", "1", "_2", "0007", "guest12", "anon9")]
    cells += [
        "13800138000",
        "13800000000",
        "15900000000",
        "walkin1",
        "newguest3",
        "DIV0",
        "regular1",
        "u0001",
        "oAbC12",
    ]
    cells += [spelled for one in EMPTY_HASHES for spelled in (one, one.upper())]
    taken = ["1@#ToAwiYZicCypMuXY", "1@#gmv_ghDG1WSzEZLJ+/=="]
    cells += [*taken, *(f"1@#{cell}" for cell in [*cells, *plain, "3800138000", "3800138000zz", "-0_0"])]
    cells += [f"1@#{'k' * 255}", *(one[:1] + "@#" + one[1:] for one in EMPTY_HASHES), "1@#x.y", "1#@xyz", "ab@#xyz"]
    text = pa.array(cells * 2)
    _, fine = QUICK["buyer"](text)
    assert {*taken, "1@#3800138000zz"} <= {*text.filter(pa.array(fine)).to_pylist()}
    wrong = {cell for cell, taken in zip(text.to_pylist(), fine, strict=True) if taken and buyer(cell)[0] != cell}
    assert wrong == set()
    assert all(is_nobody(cell) for cell in ("walkin1", "newguest3", "13800138000"))


def test_a_file_that_is_cut_before_its_repeats_are_compared_is_refused():
    raw, opened = (HEAD + "".join(f"A{n},u{n},2021-08-01 10:00:00,5.00\n" for n in (*range(9), 3))).encode(), [0, 0]

    def cut():
        opened[0] += 1
        return io.BytesIO(raw[:90] if opened[0] == opened[1] else raw)

    assert read(TableSource("a.csv", cut, len(raw))).account.records == {"accepted": 9, "quarantined": 0, "ignored": 1}
    opened[:] = 0, opened[0]  # the last time
    assert codes(read(TableSource("a.csv", cut, len(raw))).account) == ["changed"]


def test_a_name_is_that_of_the_file_and_no_folder_of_it():
    _, rows = account("group_id,exist_num,max_num\ng1,7,500\n", "exports/2025-10-08/groups_2025-09-01.csv")
    assert [f"{row['day']:%Y-%m-%d}" for row in rows] == ["2025-09-01"]
    _, rows = account("group_id,exist_num,max_num\ng1,7,500\n", "exports/2025-10-08.zip!old/groups.csv")
    assert [f"{row['day']:%Y-%m-%d}" for row in rows] == ["2025-10-08"]


def test_a_linked_export_is_named_and_not_left_out(tmp_path):
    folder = put(tmp_path / "in", "a.csv", HEAD + "A1,u1,2021-08-01 10:00:00,5.00\n")
    put(tmp_path, "b.csv", HEAD + "A2,u2,2021-08-01 10:00:00,5.00\n")
    (folder / "b.csv").symlink_to(tmp_path / "b.csv")
    (folder / "gone.csv").symlink_to(tmp_path / "gone.csv")
    for _ in range(2):  # from the store, too
        found = books_of(folder, tmp_path / "store")
        assert [codes(one) for one in found.accounts] == [[], ["not_a_file"], ["not_a_file"]]


OWN = """name: {en: b, zh: b}
kind: orders
platform: b
source: x
identify: [no1, who, when, sum]
line_key: [order_id]
control: [paid_fen]
columns:
  order_id: {header: no1, read: id}
  buyer_id: {header: who, read: buyer}
  paid_at: {header: when, read: time}
  paid_fen: {header: sum, read: money}
"""


def own(tmp_path, monkeypatch, text):
    """A client with a format of its own, and its export."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    folder = put(tmp_path / "data" / "shop", "subject.yml", "name: {en: Shop, zh: 店}\ncase: luzhou_laojiao\n"
                 "kind: client\nas_of: 2021-08-31\ncategory: liquor\n")  # fmt: skip
    put(folder / "formats", "b.yml", OWN)
    put(folder / "exports", "a.csv", "no1,who,when,sum\n" + text)
    return folder


@pytest.mark.parametrize("blank", ["", "-", " "])
def test_a_record_without_an_order_number_is_set_aside(tmp_path, monkeypatch, blank):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    put(tmp_path / "formats", "b.yml", OWN)
    lines = f"{blank},u0,2021-08-01 10:00:00,5.00\nA1,u1,2021-08-02 10:00:00,5.00\n"
    found, rows = account("no1,who,when,sum\n" + lines)
    assert [(one.line, one.column, one.code) for one in found.problems] == [(2, "no1", "missing")]
    assert [row["order_id"] for row in rows] == ["A1"]


def test_a_cell_that_may_be_a_name_in_latin_letters_is_not_printed():
    found, _ = account(HEAD + "A1,u1,John Smith,lily_wx2020\nA2,u2,2021-08-02 10:00:00,CNY 5.00 x\n")
    said = " ".join(problem.found for problem in found.problems)
    assert "John" not in said
    assert "lily" not in said
    assert "CNY 5.00 x" in said


@pytest.mark.parametrize("name", ["jd", "pdd", "kuaishou", "taobao_lines", "douyin_shop", "douyin_orders"])
def test_the_number_of_a_product_is_nobody_s(name):
    entry = formats()[name]
    record = {"order_id": "18345678901" if name == "jd" else "6917000000000000001", "line_id": "6917000000000000001",
              "product_id": "13456789012", "paid_fen": 1_000, "order_paid_fen": 1_000, "net_fen": 1_000,
              "status": "completed", "created_at": 1_630_000_000, "paid_at": 1_630_000_060}  # fmt: skip
    held = {key: value for key, value in record.items() if key in entry.columns}
    found, rows = account(writing.text(writing.header(entry), writing.rows(entry, [held])))
    assert codes(found) == []
    assert rows[0]["product_id"] == "13456789012"


def test_a_total_that_lacks_nothing_is_a_total():
    found, rows = account("客户手机号,消费次数,消费金额\n13912345678,1,50.00\n13912345679,2,100.00\n合计,3,150.00\n")
    assert found.clean, found.problems
    assert len(rows) == 2
    assert [(note.code, note.found) for note in found.notes if note.code == "ignored_lines"] == [("ignored_lines", "1")]


def test_a_buyer_is_erased_though_the_export_or_its_format_is_gone(tmp_path, monkeypatch):
    folder = own(tmp_path, monkeypatch, "A1,VIP0003,2021-08-01 10:00:00,5.00\nA2,u2,2021-08-02 10:00:00,5.00\n")
    found = books_of(folder / "exports", store_of(folder))
    assert [codes(one) for one in found.accounts] == [[]]
    moved = (folder / "formats" / "b.yml").rename(tmp_path / "b.yml")
    assert erase_buyer("shop", "VIP0003", tmp_path / "reports").records == {}
    moved.rename(folder / "formats" / "b.yml")  # read again, the buyer does not come back
    held = pq.read_table(books_of(folder / "exports", store_of(folder)).orders)
    assert held["order_id"].to_pylist() == ["A2"]
    (folder / "exports" / "a.csv").unlink()
    assert erase_buyer("shop", "u2", tmp_path / "reports").records == {}
    assert [path for path in tmp_path.rglob("*") if path.suffix in (".arrow", ".parquet")] == []


SIX = "".join(f"A{day},u{day}x,2024-03-0{day} 10:00:00,{day}0.00\n" for day in range(1, 7))


@pytest.mark.parametrize(
    ("above", "below", "unit"),
    [
        ("单位：万元\n", "", "万元"),
        ("订单导出 金额单位：分,,,\n", "", "分"),
        ("Report,Currency: USD\n", "", "USD"),
        ("", "注：金额单位为美元,,,\n", "美元"),
    ],
)
def test_a_line_beside_the_table_says_another_unit(above, below, unit):
    found, _ = account(above + HEAD + SIX + below)
    assert [(one.code, one.found) for one in found.problems] == [("stated_unit", unit)]


@pytest.mark.parametrize("said", ["(元)", "人民币"])
def test_a_line_of_units_below_the_header_is_no_record(said):
    found, rows = account(f"{HEAD},,,{said}\n" + SIX)
    assert found.clean, found.problems
    assert len(rows) == 6
    found, _ = account(f"{HEAD}-,-,-,(万元)\n" + SIX)
    assert codes(found) == ["stated_unit"]
    found, _ = account("店铺：单位直播,统计单位：分公司\n" + HEAD + SIX)
    assert found.clean


def test_a_column_without_header_or_with_a_name_that_stands_twice_is_looked_at():
    lines = SIX.replace("0.00\n", "0.00,x,交易关闭\n")
    for header, named in ((",,", "#6"), (",more,more", "more")):
        found, _ = account(HEAD.strip() + header + "\n" + lines)
        assert [(one.code, one.found) for one in found.problems] == [("undecided_columns", named)]
    found, _ = account(HEAD.strip() + ",,\n" + SIX.replace("\n", ",,\n"))
    assert found.clean


@pytest.mark.parametrize(
    "cell", ["已取消(超时)", "已退款50元", "Cancelled by buyer", "REFUNDED_PARTIALLY", "拍错", "退了"]
)
def test_a_cell_tells_although_more_stands_behind_it(cell):
    found, _ = account(HEAD.strip() + ",memo\n" + SIX.replace("0.00\n", f"0.00,{cell}\n"))
    assert codes(found) == ["undecided_columns"]
    found, _ = account(HEAD.strip() + ",size\n" + SIX.replace("0.00\n", "0.00,EUR 38\n"))
    assert found.clean


def test_refunds_that_are_all_one_say_yes_or_no():
    lines = SIX.replace("0.00\n", "0.00,1\n")
    assert codes(account(HEAD.strip() + ",refunded\n" + lines)[0]) == ["refund_flags"]
    assert account(HEAD.strip() + ",refunded\n" + lines.replace(",1\n", ",1.50\n"))[0].clean


def test_the_sum_of_all_others_is_a_total_whatever_stands_beside_it():
    found, _ = account(HEAD + SIX + "6,,2024-03-07 10:00:00,210.00\n")
    assert [(one.line, one.code) for one in found.problems] == [(8, "sum_of_others")]
    assert found.records["accepted"] == 6
    assert account(HEAD + SIX + "A7,,2024-03-07 10:00:00,210.01\n")[0].clean


def test_one_amount_that_is_not_less_its_refund_is_named():
    header = "订单编号,买家实际支付金额,总金额,退款金额,订单状态,订单创建时间,订单付款时间\n"
    day = "交易成功,2024-03-01 10:00:00,2024-03-01 10:00:05"
    found, _ = account(header + f"2100000001,20.00,20.00,5.00,{day}\n2100000002,15.00,20.00,5.00,{day}\n")
    assert [(note.found, note.expected) for note in found.notes if note.code == "refund_still"] == [("1", "2")]


def test_a_settlement_above_the_order_is_another_column():
    header = "订单号,商品ID,订购数量,下单时间,京东价,订单金额,结算金额,订单状态,付款确认时间\n"
    lines = "".join(
        f"290000000{n},100{n},1,2024-03-01 10:00:00,10.00,10.00,20.00,完成,2024-03-01 10:00:05\n" for n in range(8)
    )
    assert "part_contradicts" in codes(account(header + lines)[0])


def test_a_price_that_was_rounded_stands_in_the_place_of_the_amount():
    header = "主订单编号,子订单编号,商品数量,商品单价,订单应付金额,订单提交时间,支付完成时间,订单状态,售后状态\n"
    day = "2024-03-01 10:00:00,2024-03-01 10:00:05,已完成,-"
    lines = "".join(f"69170000{n},69170000{n},3,{n}0.00,{n * 10 / 3:.2f},{day}\n" for n in range(1, 9))
    assert codes(account(header + lines)[0]) == ["price_swapped"]


def test_a_year_of_two_digits_is_one(tmp_path):
    head = HEAD.strip() + ",refund\n"
    folder = put(tmp_path / "in", "23年12月.csv", head + "A1,u1,2023-12-01 10:00:00,5.00,0\n")
    put(folder, "24年7月.csv", head + "A1,u1,2023-12-01 10:00:00,5.00,5.00\n")
    found = books_of(folder, tmp_path / "store")
    assert [codes(one) for one in found.accounts] == [[], []]
    assert pq.read_table(found.orders)["net_fen"].to_pylist() == [0]


def test_words_of_a_state_are_read_in_any_case():
    found, rows = account(HEAD.strip() + ",status\n" + SIX.replace("0.00\n", "0.00,Closed\n"))
    assert found.clean
    assert {row["status"] for row in rows} == {"closed"}


@pytest.mark.parametrize(
    "cell",
    ["138﹡﹡﹡﹡1234", "138····1234", "138——1234", "138○○○○1234", "张○", "李XX", "t★★★8", "尾号1234", "手机尾号：1234",
     "13000000000", "12345678901", "待补"],
)  # fmt: skip
def test_more_marks_of_a_mask_are_nobody(cell):
    assert buyer(cell) == (None, "")


def test_a_mail_ends_before_the_mark_behind_it():
    assert buyer("a@b.com;") == buyer("A@B.com") == ("a@b.com", "")
    assert buyer("阿依·买买提") == ("阿依·买买提", "")


def test_a_name_that_stands_twice_in_an_object_is_no_json():
    with pytest.raises(RefusedError, match="wrong_dress"):
        tables(b'[{"order_id": "A1", "amount": "10.00", "amount": "99.00"}]')


def test_a_buyer_in_several_spellings_is_erased_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.OWN", OWN.replace("read: buyer}", "read: buyer, spelling: loose}"))
    lines = (
        "A1,VIP0003x,2021-08-01 10:00:00,5.00\nA2,vip0003X,2021-08-02 10:00:00,5.00\nA3,u3,2021-08-03 10:00:00,5.00\n"
    )
    folder = own(tmp_path, monkeypatch, lines)
    held = pq.read_table(books_of(folder / "exports", store_of(folder)).orders)
    assert len(held["buyer_id"].unique()) == 2
    assert sum(erase_buyer("shop", "Vip0003x", tmp_path / "reports").records.values()) == 2
    held = pq.read_table(books_of(folder / "exports", store_of(folder)).orders)
    assert held["order_id"].to_pylist() == ["A3"]
