"""Exports that overlap: each line as the newest that holds it tells, and no guess where nothing says which is newer."""

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from siyu.intake.store.client_tables import books_of
from siyu.intake.store.exported import epoch_of, exported

DOUYIN = "主订单编号,子订单编号,订单应付金额,订单提交时间,支付完成时间,订单状态,售后状态\n"
SLIPS = "小票时间,应收,会员卡\n"
FORMAT = """name: {en: Slips, zh: 小票}
kind: orders
platform: till
source: x
identify: [小票时间, 应收]
duplicates: keep
control: [paid_fen]
columns:
  order_id: {read: row}
  paid_at: {header: 小票时间, read: time, required: true}
  paid_fen: {header: 应收, read: money, required: true}
  buyer_id: {header: 会员卡, read: buyer}
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "formats").mkdir(parents=True)
    (tmp_path / "data" / "formats" / "slips.yml").write_text(FORMAT, encoding="utf-8")


def line(order, number, fen="10.00", status="已完成", after="-", day="2021-08-01"):
    return (
        f"69170000000000{order:05d},69180000000000{number:05d},{fen},{day} 10:00:00,{day} 10:01:00,{status},{after}\n"
    )


def books(tmp_path, files):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    found = books_of(folder, tmp_path / "store")
    problems = {account.file.rsplit("/", 1)[-1]: [p.code for p in account.problems] for account in found.accounts}
    return found, {name: codes for name, codes in problems.items() if codes}


def sums(found):
    table = pq.read_table(found.orders)
    return sum(table["paid_fen"].to_pylist()), sum(table["net_fen"].to_pylist()), table.num_rows


def test_an_order_cut_by_the_end_of_a_file_keeps_all_its_lines(tmp_path):
    first = DOUYIN + line(1, 1) + line(2, 2, "230.00")
    second = DOUYIN + line(2, 3, "500.00") + line(3, 4)
    found, problems = books(tmp_path, {"1630000000_a.csv": first, "1640000000_b.csv": second})
    assert problems == {}
    assert sums(found) == (75_000, 75_000, 4)


def test_order_numbers_that_lost_their_zeros_are_the_same_orders(tmp_path):
    """A spreadsheet drops the zeros before a number: the same file through one is not twice as many orders."""
    head = "order_id,buyer_key,paid_at,amount\n"
    rows = [f"00{number},u{number},2021-08-{number:02d} 10:00:00,5.00\n" for number in range(1, 21)]
    whole, part = head + "".join(rows), head + "".join(row.lstrip("0") for row in rows[5:])
    found, problems = books(tmp_path, {"a.csv": whole, "b.csv": part})
    assert problems == {}
    assert sums(found) == (10_000, 10_000, 20)


@pytest.mark.parametrize(
    "spelled", [lambda number: f"{number[:2]}-{number[2:]}", str.lower, lambda number: f"A{number}"]
)
def test_the_same_orders_under_other_numbers_are_not_more_orders(tmp_path, spelled):
    head = "order_id,buyer_key,paid_at,amount\n"
    rows = [(f"TB{number}", f"u{number},2021-08-{number:02d} 10:00:00,{number}.00\n") for number in range(1, 21)]
    files = {
        "a.csv": head + "".join(map(",".join, rows)),
        "b.csv": head + "".join(f"{spelled(a)},{b}" for a, b in rows[5:]),
    }
    assert books(tmp_path, files)[1] == {"a.csv": ["overlap"], "b.csv": ["overlap"]}


def test_slips_stand_beside_orders_that_no_payment_is_dated_of(tmp_path):
    """No time is known of both, so nothing can be said to overlap."""
    slips = SLIPS + "".join(f"2021-08-{n:02d} 10:00:00,10.00,u{n}\n" for n in range(1, 10))
    orders = "".join(",".join(line(n, n).split(",")[place] for place in (0, 1, 2, 3, 5, 6)) for n in range(1, 10))
    found, problems = books(tmp_path, {"a.csv": slips, "b.csv": DOUYIN.replace("支付完成时间,", "") + orders})
    assert (problems, len(found.accounts)) == ({}, 2)


@pytest.mark.parametrize("when", ["2021-08-{n:02d} 1{shop}:00:00", "2021-08-0{day}"])
def test_two_shops_of_a_platform_are_two(tmp_path, when):
    head = "order_id,buyer_key,paid_at,amount\n"
    times = [[(n, when.format(n=n, shop=shop, day=n % 3 + 1)) for n in range(1, 21)] for shop in (1, 2)]
    shops = [
        head + "".join(f"{shop}{n},u{shop}{n},{time},5.00\n" for n, time in told) for shop, told in enumerate(times, 1)
    ]
    found, problems = books(tmp_path, dict(zip(("a.csv", "b.csv"), shops, strict=True)))
    assert (problems, sums(found)) == ({}, (20_000, 20_000, 40))


NEWER = [
    ("1633000000_orders.csv", "1635000000_orders.csv"), ("2021-09-01 订单.csv", "2021-10-01 订单.csv"),
    ("订单_20210901.csv", "订单_20211001.csv"), ("9月.csv", "10月.csv"), ("订单2021.9.1.csv", "订单2021.10.1.csv"),
    ("orders 20210901101500.csv", "orders 20210901101501.csv"), ("导出2021年9月30日.csv", "导出2021年10月1日.csv"),
    ("订单(2021-08-01至2021-08-31).csv", "订单(2021-08-01至2021-09-30).csv"), ("1633000000000.csv", "1635000000000.csv"),
    ("2021-12-31/a.csv", "2022-01-01/a.csv"), ("订单_2021-07-01_2021-07-31.csv", "订单_2021-06-01_2021-08-31.csv"),
    ("2021.07.01-2021.07.31.csv", "2021.06.01-2021.08.31.csv"), ("2021-07-2021-09.csv", "2021-06-2021-10.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), NEWER)
@pytest.mark.parametrize("swapped", [False, True])
def test_dates_in_names_say_which_is_newer(tmp_path, old, new, swapped):
    before, after = DOUYIN + line(1, 1), DOUYIN + line(1, 1, after="退款成功", status="已关闭")
    files = {old: before, new: after} if not swapped else {new: after, old: before}
    found, problems = books(tmp_path, files)
    assert problems == {}
    assert sums(found) == (1_000, 0, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("订单.csv", "订单 (1).csv"), ("a.csv", "b.csv"), ("2021-09-01 a.csv", "2021-09-01 b.csv"), ("12月.csv", "1月.csv"),
     ("2021-09-01.csv", "1630454400_a.csv"), ("第1页.csv", "第2页.csv")],
)  # fmt: skip
def test_a_contradiction_without_a_date_names_both(tmp_path, one, other):
    found, problems = books(tmp_path, {
        one: DOUYIN + line(1, 1) + line(2, 2), other: DOUYIN + line(1, 1, after="退款成功") + line(3, 3)})  # fmt: skip
    assert problems == {one: ["contradiction"], other: ["contradiction"]}
    said = {problem.found.rsplit("/", 1)[-1] for account in found.accounts for problem in account.problems}
    assert said == {one, other}
    again = books_of(tmp_path / "in", tmp_path / "store")
    assert [a.problems for a in again.accounts] == [a.problems for a in found.accounts]


def test_what_does_not_contradict_needs_no_date(tmp_path):
    found, problems = books(
        tmp_path, {"a.csv": DOUYIN + line(1, 1) + line(2, 2), "b.csv": DOUYIN + line(2, 2) + line(3, 3)}
    )
    assert problems == {}
    assert sums(found) == (3_000, 3_000, 3)


def slips(days):
    return "".join(
        f"2021-{8 + day // 28:02d}-{day % 28 + 1:02d} 10:{day % 60:02d}:00,{10 + day}.00,K{day % 9}\n" for day in days
    )


def test_the_same_slips_in_another_dress_count_once(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = book.add_worksheet()
    for row, text in enumerate((SLIPS + slips(range(30))).splitlines()):
        sheet.write_row(row, 0, text.split(","))
    book.close()
    files = {"a.csv": SLIPS + slips(range(30)), "b.xlsx": (tmp_path / "b.xlsx").read_bytes(),
             "c.csv": (SLIPS + slips(range(30))).replace("\n", "\r\n")}  # fmt: skip
    found, problems = books(tmp_path, files)
    assert problems == {"b.xlsx": ["same_file"], "c.csv": ["same_file"]}
    assert sums(found)[2] == 30


def test_slips_whose_buyers_one_export_hides_or_spells_otherwise_count_once(tmp_path):
    text = slips(range(30))
    files = {"a.csv": SLIPS + text, "b.csv": SLIPS + text.replace("K", "k"), "c.csv": SLIPS + text.replace("K", "**")}
    found, problems = books(tmp_path, files)
    assert problems == {"b.csv": ["same_file"], "c.csv": ["same_file"]}
    assert sums(found)[2] == 30


def test_slips_that_an_export_with_order_numbers_holds_too_are_refused(tmp_path):
    rows = [f"A{n},{line}" for n, line in enumerate(slips(range(60)).splitlines())]
    numbered = "\n".join(["order_id,paid_at,amount,buyer_key", *rows, ""])
    _, problems = books(tmp_path, {"a.csv": SLIPS + slips(range(40)), "b.csv": numbered})
    assert problems == {"a.csv": ["overlap"], "b.csv": ["overlap"]}


def test_slips_of_overlapping_periods_are_refused(tmp_path):
    _, problems = books(tmp_path, {"q3.csv": SLIPS + slips(range(84)), "four.csv": SLIPS + slips(range(112))})
    assert problems == {"q3.csv": ["overlap"], "four.csv": ["overlap"]}


def test_slips_of_two_tills_on_the_same_days_both_count(tmp_path):
    other = "".join(f"2021-08-{day % 28 + 1:02d} 15:{day % 60:02d}:30,{50 + day}.00,L{day}\n" for day in range(30))
    found, problems = books(tmp_path, {"a.csv": SLIPS + slips(range(30)), "b.csv": SLIPS + other})
    assert problems == {}
    assert sums(found)[2] == 60


def test_lists_of_people_contradict_too(tmp_path):
    head = "group_id,member_key,join_at,exit_at\n"
    _, problems = books(tmp_path, {"a.csv": head + "g1,u1,2021-03-01 10:00:00,2021-04-01 10:00:00\n",
                                   "b.csv": head + "g1,u1,2021-03-01 10:00:00,2021-05-01 10:00:00\n"})  # fmt: skip
    assert set(problems) == {"a.csv", "b.csv"}


@pytest.mark.parametrize(("name", "known"), [("x/1630454400_a.csv", True), ("a.zip!2021-09-01_10-15-00.csv", True),
                                             ("2021-09-01.csv", False), ("a.csv", False)])  # fmt: skip
def test_only_a_time_tells_when_a_file_was_exported(name, known):
    assert bool(epoch_of(name)) == known
    assert (exported(name) is not None) == (known or "2021" in name)


def test_slips_of_which_one_export_tells_only_the_day_are_refused(tmp_path):
    days = "".join(one[:10] + one[19:] + "\n" for one in slips(range(40)).splitlines())
    _, problems = books(tmp_path, {"a.csv": SLIPS + slips(range(30)), "b.csv": SLIPS + days})
    assert problems == {"a.csv": ["overlap"], "b.csv": ["overlap"]}


@pytest.mark.parametrize("told", ["line_id", "product_id"])
@pytest.mark.parametrize("dated", [True, False])
def test_lines_are_the_unit_in_a_file_that_has_part_of_the_key(tmp_path, told, dated):
    head = f"order_id,{told},buyer_key,paid_at,amount\n"
    lines = [f"A{n // 3},L{n},u1,2021-08-01 10:00:00,{n}.00\n" for n in range(12)]
    names = ("o_20210901.csv", "o_20211001.csv") if dated else ("a.csv", "b.csv")
    found, problems = books(
        tmp_path, dict(zip(names, (head + "".join(lines[:5]), head + "".join(lines[5:])), strict=True))
    )
    assert problems == {}
    assert sums(found) == (6_600, 6_600, 12)


@pytest.mark.parametrize("head", ["order_id,buyer_key,paid_at,amount\n", "order_id,buyer_key,paid_at,amount,refund\n"])
def test_an_order_cut_in_two_without_a_column_for_its_lines_is_no_newer_one(tmp_path, head):
    more = "," * (head.count(",") - 3)
    first = head + "".join(f"A{n},u{n},2021-08-31 10:00:00,2{n}.00{more}\n" for n in range(3))
    _, problems = books(
        tmp_path, {"2021-08.csv": first, "2021-09.csv": head + f"A2,u2,2021-08-31 10:00:00,70.00{more}\n"}
    )
    assert problems == {"2021-08.csv": ["cut_orders"], "2021-09.csv": ["cut_orders"]}


def test_what_came_back_since_is_no_other_amount(tmp_path):
    head, row = "order_id,buyer_key,paid_at,amount,refund\n", "A2,u2,2021-08-31 10:00:00,70.00,"
    found, problems = books(tmp_path, {"2021-08.csv": f"{head}{row}\n", "2021-09.csv": f"{head}{row}20.00\n"})
    assert problems == {}
    assert sums(found) == (7_000, 5_000, 1)


SENDS = "消息编号,成员标识,员工编号,发送时间,渠道,发送状态,点击,卖货\n"
SENT, UNSENT = "{n},wmA{n},op1,2025-09-0{n} 10:00:00,群发,已发送,是,否\n", "{n},wmA{n},op1,,群发,非好友,,否\n"


def test_tables_without_a_date_whose_words_differ_stand_beside_each_other(tmp_path):
    """Each file has its own words of a state, and none is compared by its place among these."""
    files = {"a.csv": SENDS + SENT.format(n=1) + UNSENT.format(n=2), "b.csv": SENDS + SENT.format(n=3)}
    found, problems = books(tmp_path, files)
    assert problems == {}
    assert len(found.frame("sends")) == 3


def test_a_state_told_otherwise_is_a_contradiction_whatever_the_words_of_each_file(tmp_path):
    same, other = SENDS + UNSENT.format(n=1), SENDS + UNSENT.format(n=1).replace("非好友", "待确认")
    files = {"a.csv": same, "b.csv": other + SENT.format(n=2)}
    assert books(tmp_path, files)[1] == {"a.csv": ["contradiction"], "b.csv": ["contradiction"]}
