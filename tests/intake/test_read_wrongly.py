"""What was read wrongly without a word, or refused without help: orders told twice, by files or by lines; keys, times,
fees and texts that look right each by itself."""

import io
import unicodedata

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from siyu.intake.formats.catalogue import formats
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource, sources
from siyu.intake.store.client_tables import books_of
from siyu.intake.store.erasure import erase_buyer
from siyu.paths import store_of
from siyu.simulator import writing

HEAD = "order_id,buyer_key,paid_at,amount"
DOUYIN = "主订单编号,子订单编号,商品ID,订单应付金额,订单提交时间,支付完成时间,订单状态"
FIRST = 6_917_000_000_000_000_000


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


def account(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return read(TableSource("a.csv", lambda: io.BytesIO(raw), len(raw))).account


def table(head, rows):
    return "\n".join([head, *rows]) + "\n"


def books(tmp_path, **files):
    folder = tmp_path / "exports"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    found = books_of(folder, tmp_path / "store")
    return found, {one.file.rsplit("/")[-1][:-4]: [problem.code for problem in one.problems] for one in found.accounts}


def told(found, code):
    return [(note.column, note.found, note.expected) for note in found.notes if note.code == code]


def day(number, clock=" 10:00:00"):
    return f"2021-08-{number % 28 + 1:02d}{clock}"


def shop(count=12):
    """Orders of a shop by its platform."""
    lines = (f"{FIRST + n},{FIRST + n},35,100.00,{day(n)},{day(n)},已完成" for n in range(count))
    return table(DOUYIN, lines)


def listed(numbers, clock=" 10:00:00", amount="100", form=lambda n: FIRST + n):
    """The same in the list of a tool."""
    return table(HEAD, [f"{form(n)},b{n},{day(n, clock)},{amount}" for n in numbers])


@pytest.mark.parametrize(
    ("numbers", "clock", "amount"),
    [(range(12), " 10:00:00", "100"), (range(4, 60), " 10:00:31", "95"), (range(3), " 10:00:00", "100"),
     (range(12), "", "100"), (range(12), "", "95")],
)  # fmt: skip
def test_orders_of_a_shop_and_of_a_tool_beside_it_do_not_count_twice(tmp_path, numbers, clock, amount):
    found, problems = books(tmp_path, shop=shop(), tool=listed(numbers, clock, amount))
    assert problems == {"shop": ["same_orders"], "tool": ["same_orders"]}
    assert found.orders is None


@pytest.mark.parametrize(
    "tool",
    [listed(range(100, 112)), listed(range(12), " 12:00:00"), listed(range(12), form=lambda n: f"{n:06d}"),
     listed(range(12), form=lambda n: f"202108{n % 28 + 1:02d}0001", clock="", amount="7")],
)  # fmt: skip
def test_other_orders_stand_beside_those_of_another_platform(tmp_path, tool):
    lines = [
        f"202108{n % 28 + 1:02d}0001,{FIRST + 99 + n},35,100.00,{day(n, '')},{day(n, '')},已完成" for n in range(12)
    ]
    found, problems = books(tmp_path, shop=shop() + table("", lines).lstrip("\n"), tool=tool)
    assert problems == {"shop": [], "tool": []}
    assert pq.read_table(found.orders).num_rows == 36


def lines_of_orders(amount, orders=8):
    return [f"A{n},b{n},{day(n)},{amount(n, p)},p{p}" for n in range(orders) for p in range(n % 3 + 1)]


def test_an_amount_of_the_order_on_each_of_its_lines_is_named(tmp_path):
    text = table(f"{HEAD},product_id", lines_of_orders(lambda n, _: 100 + n))
    ((column, found, _),) = told(account(text), "one_amount")
    assert (column, found) == ("amount", "7")
    (tmp_path / "formats").mkdir()  # what the note says to do
    own = "{name: {en: T, zh: T}, kind: orders, platform: other, source: t, identify: [order_id, product_id, amount],"
    own += " line_key: [order_id, product_id], control: [order_paid_fen], refunds: none, columns: {order_id: {header:"
    own += " order_id, read: id}, product_id: {header: product_id, read: text}, buyer_id: {header: buyer_key, read: buyer},"
    own += " paid_at: {header: paid_at, read: time}, order_paid_fen: {header: amount, read: money, per: order}}}"
    (tmp_path / "formats" / "tool.yml").write_text(own, "utf-8")
    found, problems = books(tmp_path, a=text)
    assert problems == {"a": []}
    assert sum(pq.read_table(found.orders)["paid_fen"].to_pylist()) == sum(100 * (100 + n) for n in range(8))


@pytest.mark.parametrize(
    ("amount", "orders"),
    [(lambda n, p: 100 + n + p, 8), (lambda n, p: 0 if p else 100 + n, 8), (lambda n, p: 100, 8), (lambda n, p: 100 + n, 5),
     (lambda n, p: 100 + n + (n == 7) * p, 8)],
)  # fmt: skip
def test_lines_with_amounts_of_their_own_are_none_of_the_order(amount, orders):
    assert told(account(table(f"{HEAD},product_id", lines_of_orders(amount, orders))), "one_amount") == []


def test_a_line_above_its_order_is_named():
    head = "订单号,订单状态,商品名称,商品实际价格(总共),订单实际支付金额,订单下单时间,支付时间"
    rows = [f"37000000{n:04d},已完成,酒,{100 + 50 * (n == 3)},100,{day(n)},{day(n)}" for n in range(8)]
    assert told(account(table(head, rows)), "more_than_whole") == [("商品实际价格(总共)", "1", "5")]


def test_dashboards_with_a_part_above_its_whole_are_named():
    rows = [f"{day(n, '')},群,{n + 1},{900 if n else 100},500" for n in range(3)]
    assert told(account(table("日期,渠道,条数,目标人数,送达人数", rows)), "more_than_whole") == [("送达人数", "1", "2")]


def test_a_payment_hours_before_the_order_is_named_and_days_alone_are_not():
    head = "订单号,订单状态,商品名称,订单实际支付金额,订单下单时间,支付时间"
    times = [("20:00:00", " 12:00:05"), ("20:00:00", ""), ("20:00:30", " 20:00:00"), ("20:00:00", " 20:00:01")]
    rows = [
        f"37000000{n:04d},已完成,酒,100,{day(n)[:11]}{one},{day(n)[:10]}{two}" for n, (one, two) in enumerate(times)
    ]
    assert told(account(table(head, rows)), "paid_early") == [("支付时间", "1", "2")]


@pytest.mark.parametrize("sign", ["-", ""])
def test_fees_that_have_lost_their_minus_are_refused(sign):
    head = "流水单号,记账时间,动帐类型,收支金额,关联订单号"
    rows = [f"1{n:05d},{day(n)},{sort},{amount},37{n:05d}" for n in range(6)
            for sort, amount in (("订单支付", "100"), ("技术服务费", f"{sign}5"))]  # fmt: skip
    rows = [row.replace(",", f"{at},", 1) for at, row in enumerate([*rows, f"9,{day(7)},技术服务费退回,5,3700001"])]
    found = account(table(head, rows))
    assert [(one.code, one.column) for one in found.problems] == ([] if sign else [("fees_gained", "收支金额")])


def test_fees_of_a_fund_flow_without_a_minus_are_refused():
    entry = formats()["douyin_funds"]
    rows = [{"charge_id": f"7{n:018d}", "order_id": f"69{n:017d}", "at": 1_600_000_000 + n, "amount_fen": 9500,
             "due_fen": 10_000, "fee_fen": -500, "exempt": "no"} for n in range(6)]  # fmt: skip
    found = account(writing.text(writing.header(entry), writing.rows(entry, rows)))
    assert [(one.code, one.column) for one in found.problems] == [("fees_gained", "平台服务费")]


def test_one_name_of_a_column_too_many_is_named():
    rows = [f"A{n},b{n},{day(n)},100,{n}" for n in range(6)]
    assert told(account(table(f"{HEAD},实付金额", rows)), "unread_names") == [("amount", "实付金额", "")]
    assert told(account(table(f"{HEAD},备注", rows)), "unread_names") == []


@pytest.mark.parametrize("made", [lambda n: f"{FIRST + n}A", lambda n: FIRST - 1 - n])
def test_a_table_of_keys_that_names_no_order_is_refused(tmp_path, made):
    keys = table("主订单编号,doudian_open_id", [f"{made(n)},o{n % 5}" for n in range(12)])
    assert books(tmp_path, shop=shop(), keys=keys)[1] == {"shop": [], "keys": ["no_such_orders"]}


def test_a_table_of_keys_of_which_some_are_of_other_orders_is_used(tmp_path):
    keys = table("主订单编号,doudian_open_id", [f"{FIRST + n},o{n % 5}" for n in range(11, 40)])
    found, problems = books(tmp_path, shop=shop(), keys=keys)
    assert problems == {"shop": [], "keys": []}
    assert found.identity[:2] == (1 / 12, 12)


@pytest.mark.parametrize(
    ("one", "other"),
    [(unicodedata.normalize("NFC", "Zoé"), unicodedata.normalize("NFD", "Zoé")), ("小❤美", "小❤\ufe0f美"),
     (unicodedata.normalize("NFC", "한국"), unicodedata.normalize("NFD", "한국"))],
)  # fmt: skip
def test_a_name_stored_in_two_ways_is_one_buyer(tmp_path, one, other):
    rows = [f"A{n},{(one, other)[n % 2]}{n // 2},{day(n)},100" for n in range(12)]
    found, _ = books(tmp_path, a=table(HEAD, rows))
    assert len({*pq.read_table(found.orders)["buyer_id"].to_pylist()}) == 6


def test_a_buyer_is_erased_however_the_name_is_stored(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    subject = tmp_path / "data" / "shop"
    (subject / "exports").mkdir(parents=True)
    (subject / "subject.yml").write_text("name: {zh: 店, en: Shop}\nkind: client\nas_of: 2021-12-31\n", "utf-8")
    name = unicodedata.normalize("NFD", "Zoé1")
    rows = [f"A{n},{(name, 'u2')[n % 2]},{day(n)},5" for n in range(8)]
    (subject / "exports" / "a.csv").write_text(table(HEAD, rows), "utf-8")
    books_of(subject / "exports", store_of(subject))
    erase_buyer("shop", unicodedata.normalize("NFC", name), tmp_path / "reports")
    assert pq.read_table(books_of(subject / "exports", store_of(subject)).orders).num_rows == 4


@pytest.mark.parametrize(
    "line",
    ["时区：UTC", "时区：太平洋", "时间均为太平洋时间", "All times in UTC", "Time zone: America/New_York", "统计（美东时间）",
     "GMT-7", "UTC+0 时间"],
)  # fmt: skip
def test_a_line_that_says_another_time_zone_stops_the_file(line):
    found = account(f"{line}\n" + table(HEAD, [f"A{n},b{n},{day(n)},100" for n in range(6)]))
    assert [(one.line, one.code) for one in found.problems] == [(1, "stated_zone")]


@pytest.mark.parametrize(
    "line",
    ["时区：GMT+8", "时区：UTC+08:00", "北京时间", "时区:Asia/Shanghai", "日本时装专卖店", "美东时尚 报表", "世界时尚 报表", "UTCG 报表",
     "导出时间：2021-09-01 10:00:00", "东八区时间", "Time zone: CST"],
)  # fmt: skip
def test_a_line_that_says_beijing_or_nothing_of_times_does_not(line):
    assert account(f"{line}\n" + table(HEAD, [f"A{n},b{n},{day(n)},100" for n in range(6)])).problems == []


@pytest.mark.parametrize("inline", [False, True])
def test_a_text_that_is_struck_through_in_part_is_refused(tmp_path, inline):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": inline})  # which keeps texts in their cells
    sheet, line, plain = book.add_worksheet(), book.add_format({"font_strikeout": True}), book.add_format()
    for row, cells in enumerate([HEAD.split(","), *([f"A{n}", f"b{n}", day(n), "100"] for n in range(1, 8))]):
        for column, cell in enumerate(cells):
            if (row, column) == (3, 3):
                sheet.write_rich_string(row, column, line, "100", plain, "80")
            else:
                sheet.write_string(row, column, cell)
    book.close()
    (source,) = sources(tmp_path / "a.xlsx")
    (problem,) = read(source).account.problems
    assert (problem.code, problem.column, problem.line, problem.expected) == ("struck_rows", "amount", 4, "4")


@pytest.mark.parametrize("damage", [lambda raw: raw.replace(b"b3", b"b\0003"), lambda raw: raw + bytes(400)])
def test_bytes_of_nothing_are_named_where_they_stand(damage):
    raw = damage(table(HEAD, [f"A{n},b{n},{day(n)},100" for n in range(6)]).encode())
    found = account(raw)
    assert found.records["accepted"] >= 5
    assert [one.code for one in found.problems] == ["control_character"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["退款", "一"])
def test_signs_of_two_bytes_are_known_without_a_mark(codec, text):
    head = "订单号,买家标识,支付时间,实付金额,退款金额," + ",".join(f"{text * 12}列{n}" for n in "甲乙丙丁戊己庚辛")
    rows = [f"A{n},b{n},{day(n)},100,0" + f",{text}" * 8 for n in range(6)]
    assert account(table(head, rows).encode(codec)).encoding == "utf-16"


def orders(count=6, first=0):
    return [f"A{n},b{n},{day(n)},100" for n in range(first, first + count)]


@pytest.mark.parametrize(
    "line", ["以下为已取消订单", "以下為作廢訂單", "说明：下面是测试单", "Note: refunded orders below"]
)
def test_a_line_between_records_that_speaks_of_others_is_named(line):
    found = account(table(HEAD, [*orders(), line, *orders(2, 9)]))
    assert (told(found, "remark_lines"), found.records["ignored"]) == ([(None, "1", "8")], 1)


@pytest.mark.parametrize(
    "line", ["导出时间：2021-09-01", "说明：不含已取消订单", "Report without cancelled orders", "店铺：某某旗舰店"]
)
def test_a_line_that_says_that_there_are_none_is_not(line):
    assert told(account(f"{line}\n" + table(HEAD, orders())), "remark_lines") == []


def test_a_name_of_a_file_that_speaks_of_others_is_named_as_long_as_it_does(tmp_path):
    found, _ = books(tmp_path, 订单=table(HEAD, orders()), 已取消订单=table(HEAD, orders(6, 9)))
    said = {one.file.rsplit("/")[-1]: [note.code for note in one.notes] for one in found.accounts}
    assert ["remark_name" in said[name] for name in ("已取消订单.csv", "订单.csv")] == [True, False]
    (tmp_path / "exports" / "已取消订单.csv").rename(tmp_path / "exports" / "九月.csv")
    again = books_of(tmp_path / "exports", tmp_path / "store")
    assert [note.code for one in again.accounts for note in one.notes if note.code == "remark_name"] == []


@pytest.mark.parametrize(
    ("paid", "said"), [(lambda n: 100, [("amount", "4", "3, 4, 6, 7")]), (lambda n: 100 * (n % 3 + 1), [])]
)
def test_the_price_of_one_piece_where_several_were_bought_is_named(paid, said):
    rows = [f"A{n},b{n},{day(n)},{paid(n)},{n % 3 + 1},100" for n in range(6)]
    assert told(account(table(f"{HEAD},数量,单价", rows)), "price_of_one") == said


@pytest.mark.parametrize(("form", "said"), [("wm{}", True), ("b{}", False)])
def test_a_list_of_people_of_whom_none_bought_is_named(tmp_path, form, said):
    rows = [f"g1,{form.format(n if n < 11 else f'x{n}')},{day(n)}," for n in range(12)]
    members = table("group_id,member_key,join_at,exit_at", rows)
    for _ in range(2):  # read, and as it is kept
        (tmp_path / "exports").mkdir(exist_ok=True)
        (tmp_path / "exports" / "a.csv").write_text(table(HEAD, orders(12)), "utf-8")
        (tmp_path / "exports" / "m.csv").write_text(members, "utf-8")
        found = books_of(tmp_path / "exports", tmp_path / "store")
        codes = {one.file[-5]: [note.code for note in one.notes] for one in found.accounts}
        assert ("no_such_buyers" in codes["m"], "no_such_buyers" in codes["a"]) == (said, False)
        assert found.members is not None
        assert {one.kind for one in found.observed} == {"orders", "members"}
