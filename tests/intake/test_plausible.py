"""Values that cannot be true, or contradict what a format says of them; and what a file has no column for."""

import io

import pyarrow.parquet as pq
import pytest

from siyu.commands.tally import tally
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource
from siyu.intake.store.client_tables import books

FORMAT = """name: {en: Shop, zh: 店}
kind: orders
platform: shop
source: x
identify: [单, 客, 付, 额]
line_key: [order_id]
control: [paid_fen]
refunds: apart
columns:
  order_id: {header: 单, read: id, required: true}
  buyer_id: {header: 客, read: buyer}
  created_at: {header: 下, read: time}
  paid_at: {header: 付, read: time}
  completed_at: {header: 完, read: time}
  paid_fen: {header: 额, read: money, required: true}
  refunded_fen: {header: 退, read: fee}
  unit_price_fen: {header: 价, read: money}
  quantity: {header: 件, read: count}
  status: {header: 状态, read: choice, values: {未付: unpaid, 已付: paid, 完成: completed, 关闭: closed}}
"""
SUBJECT = "name: {zh: 店, en: Shop}\nkind: client\ncase: luzhou_laojiao\nas_of: 2021-12-31\nsuppress_below: 0\n"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "formats").mkdir(parents=True)
    (tmp_path / "data" / "shop" / "exports").mkdir(parents=True)
    (tmp_path / "data" / "shop" / "subject.yml").write_text(SUBJECT, encoding="utf-8")
    rule(tmp_path / "data", FORMAT)
    return tmp_path / "data"


def rule(data, text):
    (data / "formats" / "shop.yml").write_text(text, encoding="utf-8")


def table(rows, **columns):
    """Sound orders of ten yuan; of each column named, what it gives for the number of a row stands there."""
    names = list(dict.fromkeys(["单", "客", "付", *([] if "余" in columns else ["额"]), *columns]))
    lines = [",".join(names)]
    for number in range(rows):
        day = f"2021-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d} 10:00:00"
        row = {"单": f"A{number}", "客": f"u{number}", "付": day, "额": "10.00"}
        row |= {name: str(give(number)) for name, give in columns.items()}
        lines.append(",".join(row[name] for name in names))
    return "\n".join(lines) + "\n"


def account(text):
    raw = text.encode()
    return read(TableSource("a.csv", lambda: io.BytesIO(raw), len(raw))).account


def found(text, data):
    (data / "shop" / "exports" / "a.csv").write_text(text, encoding="utf-8")
    return {metric.key: metric.figure.value for metric in tally("shop").found}, {
        one.key: one.column for one in tally("shop").missing if one.column
    }


def told(found_account):
    return [(note.code, note.found, note.expected) for note in found_account.notes if not note.code.startswith("no_")]


def test_a_product_that_no_number_holds_is_quarantined(data):
    product = "paid_fen: {read: product, of: [unit_price_fen, quantity], required: true}"
    rule(data, FORMAT.replace("付, 额]", "付]").replace("paid_fen: {header: 额, read: money, required: true}", product))
    price, pieces = {5: "999999999999.99"}, {5: "999999999999999", 6: "3"}
    text = table(12, 余=lambda _: "x", 价=lambda n: price.get(n, "10.00"), 件=lambda n: pieces.get(n, "1"))
    result = account(text)
    assert [(p.line, p.code) for p in result.problems] == [(7, "not_fen")]
    assert (result.fen["accepted"], result.records["accepted"]) == (13_000, 11)


@pytest.mark.parametrize("when", ["2012-08-03 10:00:00", "2091-08-03 10:00:00"])
def test_a_date_years_apart_is_quarantined(when):
    result = account(table(60, 付=lambda n: when if n == 30 else f"2021-08-{n % 28 + 1:02d} 10:00:00"))
    assert [(p.line, p.code) for p in result.problems] == [(32, "stray_date")]
    assert result.records["accepted"] == 59


def test_years_without_a_gap_are_no_strays():
    assert account(table(60, 付=lambda n: f"{2010 + n % 12}-08-03 10:00:00")).clean


@pytest.mark.parametrize("column", ["下", "完"])
def test_dates_of_an_order_stand_in_order(column):
    wrong = "2021-09-09 10:00:00" if column == "下" else "2020-09-09 10:00:00"
    text = table(10, **{column: lambda n: wrong if n == 4 else ""})
    assert [(p.line, p.code) for p in account(text).problems] == [(6, "date_order")]


def test_a_telephone_is_no_amount():
    result = account(table(10, 额=lambda n: "13912345678" if n == 2 else "10.00"))
    assert [(p.line, p.column, p.code) for p in result.problems] == [(4, "额", "phone_amount")]


def test_refunds_above_the_amount_are_named_and_many_refuse_the_file():
    few = account(table(50, 退=lambda n: "11.00" if n == 7 else "5.00" if n % 2 else ""))
    assert (told(few), few.clean) == ([("refund_over", "1", "9")], True)
    many = account(table(50, 退=lambda n: "11.00" if n % 4 else ""))
    assert [(p.code, p.column, p.expected) for p in many.problems] == [("refunds_contradict", "退", "3, 4, 5, 7, 8 …")]


def test_words_of_a_refund_without_its_amount_are_named(data):
    """Words that nobody has mapped come off nothing: an amount has to stand beside them."""
    rule(data, FORMAT + "  refund_state: {header: 售后, read: text}\n")
    said = {3: "退货退款成功", 4: "已退款", 5: "退款关闭", 6: "全额退款"}
    result = account(table(20, 售后=lambda n: said.get(n, ""), 退=lambda n: "4.00" if n == 6 else ""))
    assert (told(result), result.clean) == ([("refund_unpriced", "2", "5, 6")], True)


NET = (
    FORMAT.replace("额]", "余]")
    .replace("paid_fen", "net_fen")
    .replace("额", "余")
    .replace("refunds: apart", "refunds: net")
)
NET += "  gross_fen: {header: 总, read: money}\n"


@pytest.mark.parametrize("whole", [True, False])
def test_amounts_said_to_be_net_are_less_what_came_back(data, whole):
    """With totals: amount and refund make no more than it. Without: an amount that equals its refund is none left."""
    rule(data, NET)
    total = {"总": lambda _: "10.00"} if whole else {}
    left = account(table(40, 余=lambda n: "6.00" if n % 2 else "10.00", 退=lambda n: "4.00" if n % 2 else "", **total))
    assert left.clean
    back = "4.00" if whole else "10.00"
    still = account(table(40, 余=lambda _: "10.00", 退=lambda n: back if n % 2 else "", **total))
    assert [(p.code, p.column, p.expected) for p in still.problems] == [
        ("refunds_still_there", "余", "3, 5, 7, 9, 11 …")
    ]


def test_refunds_with_a_minus_come_off_once(data):
    metrics, _ = found(table(20, 退=lambda n: "-4.00" if n == 3 else ""), data)
    assert (metrics["gmv"], metrics["net_gmv"]) == (200, 196)
    mixed = account(table(20, 退=lambda n: {3: "-4.00", 4: "4.00"}.get(n, "")))
    assert [(p.code, p.expected) for p in mixed.problems] == [("mixed_signs", "5")]


def test_swapped_columns_of_money_are_noticed():
    result = account(table(30, 价=lambda _: "3.00", 件=lambda _: "2"))
    assert [(p.code, p.column, p.expected) for p in result.problems] == [("price_contradicts", "额", "2, 3, 4, 5, 6 …")]
    assert account(table(30, 价=lambda _: "12.00", 件=lambda _: "2")).clean


def test_a_price_that_is_the_amount_times_the_pieces_has_its_place():
    """Half a price for two may be an offer, and is named; with three pieces, too, the columns have swapped places."""
    swapped = account(table(30, 价=lambda n: f"{10 * (n % 3 + 1)}.00", 件=lambda n: str(n % 3 + 1)))
    assert [(p.code, p.column, p.found, p.expected) for p in swapped.problems] == [
        ("price_swapped", "价", "20", "3, 4, 6, 7, 9 …")
    ]
    offered = account(table(30, 价=lambda n: f"{10 * (n % 2 + 1)}.00", 件=lambda n: str(n % 2 + 1)))
    assert (offered.clean, told(offered)[0][:2]) == (True, ("price_of_pieces", "15"))
    right = account(table(30, 价=lambda _: "10.00", 额=lambda n: f"{10 * (n % 3 + 1)}.00", 件=lambda n: str(n % 3 + 1)))
    assert (right.clean, told(right)) == (True, [])


def test_an_amount_far_above_all_others_is_named():
    result = account(table(300, 额=lambda n: "98765.00" if n == 9 else "10.00"))
    assert (told(result), result.clean) == ([("outlier", "1", "11")], True)


def test_fen_among_yuan_are_named():
    assert told(account(table(50, 额=lambda n: "1000.00" if n < 5 else "10.00")))[0][:2] == ("outlier", "5")


COUNTS = """name: {en: Days, zh: 日}
kind: account_days
platform: other
source: x
identify: []
line_key: [day]
columns:
  day: {header: 日期, read: time, required: true}
  new_fans: {header: 新增, read: count, rounded: true}
"""


def test_a_count_far_above_all_others_of_its_column_is_named(data):
    """Of tables other than orders, too: people counted in ones among tens of thousands, or a finger too long."""
    rule(data, COUNTS)
    rows = [f"2021-{n // 28 + 1:02d}-{n % 28 + 1:02d},{30_000 if n == 7 else n % 5 * 10}\n" for n in range(40)]
    assert told(account("日期,新增\n" + "".join(rows))) == [("outlier", "1", "9")]
    assert told(account("日期,新增\n" + "".join(rows).replace(",30000", ",300"))) == []
    tail = [f"2021-{n // 28 + 1:02d}-{n % 28 + 1:02d},{2 ** (n // 2)}\n" for n in range(40)]
    assert told(account("日期,新增\n" + "".join(tail))) == []  # grows, with no gulf in it


def test_dates_far_from_the_others_or_from_the_order_number_are_named():
    apart = account(table(40, 付=lambda n: f"{2042 if n % 8 == 0 else 2021}-05-{n % 28 + 1:02d} 10:00:00"))
    assert [code for code, *_ in told(apart)] == ["dates_apart"]
    numbers = account(
        table(40, 单=lambda n: f"20210501{n:06d}", 付=lambda n: f"2021-0{8 if n == 7 else 5}-02 10:00:00")
    )
    assert told(numbers) == [("id_dates", "1", "9")]


def test_an_order_of_two_buyers_is_named():
    head = "order_id,buyer_key,paid_at,amount,product_id\n"
    rows = [f"A{n // 2},u{n if n > 18 else n // 2},2021-08-0{n % 9 + 1} 10:00:00,5.00,p{n}\n" for n in range(20)]
    assert ("two_buyers", "1", "") in told(account(head + "".join(rows)))


def test_a_rounded_amount_is_not_taken_for_exact():
    result = account(table(5, 额=lambda n: "1.2万" if n == 1 else "10.00"))
    assert [p.code for p in result.problems] == ["rounded_amount"]


def test_serials_among_dates_are_read():
    result = account(table(10, 付=lambda n: "44411.4270833" if n == 2 else f"2021-08-{n + 1:02d} 10:00:00"))
    assert result.clean
    alone = account(table(3, 付=lambda _: "44411.4270833"))
    assert {p.code for p in alone.problems} == {"not_time", "nothing_accepted"}


def test_negative_lines_are_priced_or_taken_back(data):
    text = table(20, 额=lambda n: "-10.00" if n == 3 else "10.00")
    result = account(text)
    assert (result.fen, result.unpriced) == ({"accepted": 19_000, "quarantined": -1_000, "ignored": 0}, 0)
    rule(data, FORMAT.replace("refunds: apart", "refunds: apart\nnegative_lines: refund"))
    assert account(text).clean
    metrics, _ = found(text.replace("额\n", "额,退\n").replace("0.00\n", "0.00,\n"), data)
    assert (metrics["gmv"], metrics["net_gmv"]) == (190, 180)


@pytest.mark.parametrize(("declared", "bad"), [("pattern: 'A\\d+'", "B7"), ("pattern: 'A\\d{1,2}'", "A777")])
def test_a_declared_pattern_holds_for_every_cell(data, declared, bad):
    rule(data, FORMAT.replace("{header: 单, read: id,", f"{{header: 单, read: id, {declared},"))
    result = account(table(10, 单=lambda n: bad if n == 2 else f"A{n}"))
    assert [(p.line, p.column, p.code) for p in result.problems] == [(4, "单", "pattern")]


@pytest.mark.parametrize(
    ("column", "declared", "value"),
    [("额", "range: [1, 100]", "100.01"), ("付", "range: [2021-01-01, 2021-12-31]", "2022-01-01"), ("件", "range: [1, 5]", "6")],
)  # fmt: skip
def test_a_declared_range_holds_for_every_cell(data, column, declared, value):
    head = {"额": "{header: 额, read: money,", "付": "{header: 付, read: time", "件": "{header: 件, read: count"}[
        column
    ]
    rule(data, FORMAT.replace(head, f"{head.rstrip(',')}, {declared}" + ("," if head.endswith(",") else "")))
    result = account(
        table(10, **{column: lambda n: value if n == 2 else {"额": "10.00", "件": "1"}.get(column, "2021-03-01")})
    )
    assert [(p.line, p.column, p.code) for p in result.problems] == [(4, column, "out_of_range")]


def test_paid_on_delivery_counts_on_the_day_of_the_order(data):
    text = table(20, 付=lambda n: "" if n % 2 else "2021-08-01 10:00:00", 下=lambda _: "2021-08-01 09:00:00",
                 完=lambda n: "2021-08-05 10:00:00" if n % 4 == 1 else "", 状态=lambda _: "完成")  # fmt: skip
    metrics, _ = found(text, data)
    assert (metrics["paid_orders"], metrics["gmv"]) == (20, 200)
    assert told(account(text)) == [("paid_on_delivery", "10", "3, 5, 7, 9, 11 …")]
    days = pq.read_table(books("shop").purchases)["day"].to_pylist()
    assert {day.day for day in days} == {1}


def test_an_order_of_two_days_is_bought_once(data):
    rule(data, FORMAT.replace("line_key: [order_id]", "line_key: [order_id, quantity]"))
    text = "单,客,付,额,件\n" + "".join(
        f"A{n},u{n},2021-08-{n + 1:02d} 23:59:00,5.00,1\nA{n},u{n},2021-08-{n + 2:02d} 00:01:00,5.00,2\n"
        for n in range(20)
    )
    metrics, _ = found(text, data)
    assert (metrics["repurchase_rate"], metrics["paid_orders"], metrics["gmv"]) == (0, 20, 200)


def test_what_has_no_column_is_not_computable_and_names_it(data):
    metrics, lacking = found(table(30), data)
    assert "refund_rate" not in metrics
    assert (lacking["refund_rate"], lacking["net_gmv"]) == ("退", "退")
    text = "\n".join(
        ",".join(cell for at, cell in enumerate(line.split(",")) if at != 2) for line in table(30).splitlines()
    )
    rule(data, FORMAT.replace("identify: [单, 客, 付, 额]", "identify: [单, 客, 额]"))
    metrics, lacking = found(text + "\n", data)
    assert metrics == {}
    assert lacking["gmv"] == lacking["repurchase_rate"] == "付"


def test_words_of_refunds_that_nobody_looked_up_are_no_refunds(data):
    rule(data, FORMAT.replace("  refunded_fen: {header: 退, read: fee}", "  refund_state: {header: 退, read: text}"))
    metrics, lacking = found(table(30, 退=lambda n: "退款成功"), data)
    assert "refund_rate" not in metrics
    assert lacking["refund_rate"] == "退"


def test_a_client_to_whom_every_order_came_back_has_metrics(data):
    metrics, _ = found(table(40, 退=lambda n: "10.00"), data)
    assert (metrics["gmv"], metrics["net_gmv"], metrics["refund_rate"]) == (400, 0, 1)


def test_two_lines_that_differ_in_a_column_nobody_maps_are_not_merged():
    head = "order_id,buyer_key,paid_at,amount,sku\n"
    rows = (
        "A1,u1,2024-01-02 10:00:00,10.00,p1\nA1,u1,2024-01-02 10:00:00,10.00,p2\nA2,u2,2024-01-02 10:00:00,10.00,p2\n"
    )
    result = account(head + rows)
    assert [(p.code, p.found, p.expected) for p in result.problems] == [("lines_unclear", "sku", "3")]
    assert account(head + rows.replace("p2\nA2", "p1\nA2")).records == {"accepted": 2, "quarantined": 0, "ignored": 1}


@pytest.mark.parametrize("header", ["交易状态", "支付状态", "退款状态", "售后进度", "币种", "currency", "购买件数", "行号", "单据类型", "refund_status",
                                    "is_paid", "是否取消", "qty_returned"])  # fmt: skip
def test_a_column_that_may_decide_stops_the_file(header):
    text = "\n".join(f"{line},{header if not at else 'x'}" for at, line in enumerate(
        "order_id,buyer_key,paid_at,amount\nA1,u1,2021-08-05 10:00:00,5.00".splitlines()))  # fmt: skip
    result = account(text + "\n")
    assert [(p.code, p.found) for p in result.problems] == [("undecided_columns", header)]


@pytest.mark.parametrize("when", ["2012-08-03 10:00:00", "2091-08-03 10:00:00"])
def test_any_date_of_an_order_may_stray_and_none_moves_what_was_observed(when, data):
    text = table(60, 下=lambda n: when if n == 30 else "", 付=lambda n: "" if n == 30 else f"2021-08-{n % 28 + 1:02d}")
    result = account(text)
    assert [(p.line, p.code) for p in result.problems] == [(32, "stray_date")]
    assert [day.isoformat() for day in result.observed] == ["2021-08-01", "2021-08-28"]
    found(text, data)
    assert {(one.since.year, one.until.year) for one in books("shop").observed} == {(2021, 2021)}


def test_amounts_that_equal_what_came_back_are_not_net(data):
    rule(data, FORMAT.replace("refunds: apart", "refunds: net").replace("paid_fen", "net_fen"))
    result = account(table(50, 退=lambda n: "10.00" if n % 5 == 0 else ""))
    assert [(p.code, p.column, p.found) for p in result.problems] == [("refunds_still_there", "额", "10")]


def test_amounts_out_of_all_proportion_are_named_even_if_they_are_many():
    result = account(table(50, 额=lambda n: "99999999.00" if n % 10 == 0 else "10.00"))
    assert [(code, number) for code, number, _ in told(result)] == [("outlier", "5")]


def test_lines_that_contradict_each_other_throughout_have_another_key():
    lines = table(40).splitlines()
    again = [line.replace(",10.00", ",11.00") for line in lines[1:]]
    result = account("\n".join([*lines, *again]) + "\n")
    assert [(p.code, p.found) for p in result.problems] == [("lines_unclear", "order_id")]


def test_a_column_of_days_is_none_of_amounts():
    result = account(table(30, 额=lambda n: f"202108{n % 28 + 1:02d}"))
    assert [(p.code, p.column) for p in result.problems] == [("implausible_amounts", "额")]


def test_what_was_not_paid_and_has_a_payment_time_is_named():
    result = account(table(30, 状态=lambda n: "未付" if n == 4 else "已付"))
    assert told(result) == [("unpaid_yet_paid", "1", "6")]


def test_pieces_that_came_back_are_counted_off(data):
    rule(data, FORMAT.replace("refunds: apart", "refunds: apart\nnegative_lines: refund"))
    back = table(20, 额=lambda n: "-10.00" if n == 3 else "10.00", 件=lambda n: "-1" if n == 3 else "1")
    assert account(back).clean
    rule(data, FORMAT)
    assert {problem.code for problem in account(back).problems} == {"negative", "not_count"}


@pytest.mark.parametrize("every", [2, 3])
def test_dates_of_a_far_future_stray_however_many_they_are(every):
    result = account(table(40, 付=lambda n: f"{2091 if n % every else 2021}-08-03 10:00:00"))
    assert {problem.code for problem in result.problems} == {"stray_date"}
    assert result.observed[1].year == 2021


GOODS = FORMAT + "ignored: [品名]\n"


@pytest.mark.parametrize(("names", "accepted", "code"), [(("甲", "甲"), 1, None), (("甲", " 甲"), 1, None),
                                                         (("甲", "乙"), 1, "conflicting_duplicate")])  # fmt: skip
def test_two_lines_of_an_order_that_differ_where_nobody_reads_are_no_repeat(data, names, accepted, code):
    rule(data, GOODS)
    head = "单,客,付,额,品名\n"
    result = account(head + "".join(f"A1,u1,2021-08-03 10:00:00,10.00,{name}\n" for name in names))
    assert result.records["accepted"] == accepted
    assert [problem.code for problem in result.problems] == ([code] if code else [])


def test_many_lines_of_orders_that_differ_where_nobody_reads_refuse_the_file(data):
    rule(data, GOODS)
    rows = [f"A{n // 2},u{n // 2},2021-08-03 10:00:00,10.00,{'甲乙'[n % 2]}\n" for n in range(20)]
    result = account("单,客,付,额,品名\n" + "".join(rows))
    assert [(problem.code, problem.found) for problem in result.problems] == [("lines_unclear", "order_id")]
