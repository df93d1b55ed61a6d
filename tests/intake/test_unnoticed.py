"""What was once read wrongly without a word: names of files, refunds, identities, links, totals."""

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.cells import buyer
from siyu.intake.formats.identities import EMPTY_HASHES, is_nobody, nobody_file
from siyu.intake.reading.export import read
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
    text = pa.array(cells * 2)
    _, fine = QUICK["buyer"](text)
    assert fine.any()
    wrong = {cell for cell, taken in zip(text.to_pylist(), fine, strict=True) if taken and buyer(cell)[0] != cell}
    assert wrong == set()
    assert all(is_nobody(cell) for cell in ("walkin1", "newguest3", "13800138000"))


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
