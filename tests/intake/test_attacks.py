"""What is done to exports of every platform, seeded: the value is right, or what is wrong is named; never silence."""

import io
import random

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.format import NEEDS
from siyu.intake.reading import plausible
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource
from siyu.intake.store.client_tables import books_of
from siyu.simulator import writing

DAY, START, ORDERS = 86_400, 18_800 * 86_400, 24
NAMES = sorted(name for name, entry in formats().items() if entry.kind == "orders" and name != "cdnow")
COUNTING = ("order_id", "buyer_id", "created_at", "paid_at", "status", "refund_state", "refunded_fen", "paid_fen",
            "net_fen", "quantity")  # fmt: skip
AMOUNTS = ("paid_fen", "net_fen")
INSIDE = ("freight_fen", "merchant_discount_fen", "platform_subsidy_fen")


def order(rng, number):
    paid, when, state = (
        rng.randrange(2_000, 90_000),
        START + rng.randrange(60 * DAY),
        rng.choice(["completed"] * 3 + ["closed"]),
    )
    back = rng.choice([0, 0, paid]) if state == "completed" else 0
    return {
        "order_id": f"2109{number % 28 + 1:02d}-12345678{rng.randrange(10**5):05d}{number:02d}", "line_id": f"9{number:018d}",
        "buyer_id": f"u{rng.randrange(15):04d}", "created_at": when, "paid_at": when + 60, "status": state,
        "refund_state": "refunded" if back else "none", "paid_fen": paid, "order_paid_fen": paid, "gross_fen": paid,
        "refunded_fen": back, "net_fen": paid - back, "received_fen": paid, "unit_price_fen": paid, "quantity": 1,
        "freight_fen": rng.randrange(900), "merchant_discount_fen": 0, "platform_subsidy_fen": 0,
        "product_id": f"{100_000 + number}", "product_spec": "100ml", "shop": "A1",
    }  # fmt: skip


def export(name, seed=1):
    entry, rng = formats()[name], random.Random(seed)  # noqa: S311
    made = [order(rng, number) for number in range(ORDERS)]
    if name != "pdd":
        made = [one | {"order_id": one["order_id"].replace("-", "")} for one in made]
    none = {key: 0 for key, column in entry.columns.items() if column.read in ("money", "fee", "charge")}
    return entry, writing.header(entry), writing.rows(entry, [none | one for one in made])


def outcome(head, rows):
    """The account, and the accepted records by line."""
    data, found = writing.text(head, rows, end="\n").encode(), []
    sink = lambda table, lines, _: found.extend(zip(lines.tolist(), table.to_pylist(), strict=True))  # noqa: E731
    reading = read(TableSource("orders.csv", lambda: io.BytesIO(data), len(data)), sink=sink)
    return reading.account, {line: row for line, row in found if line not in set(reading.dropped.tolist())}


def place(entry, head, key):
    return head.index(entry.columns[key].header[0]) if key in entry.columns and entry.columns[key].header else None


@pytest.mark.parametrize("name", NAMES)
def test_a_column_that_is_not_there_is_refused_or_named_and_changes_no_other(name):
    entry, head, rows = export(name)
    whole, truth = outcome(head, rows)
    assert (whole.format, len(truth), whole.problems) == (name, ORDERS, [])
    for key in COUNTING:
        if (at := place(entry, head, key)) is None:
            continue
        account, found = outcome(head[:at] + head[at + 1 :], [row[:at] + row[at + 1 :] for row in rows])
        if account.refused:
            assert all(problem.found or problem.expected for problem in account.problems)
            continue
        left = {line: {k: v for k, v in row.items() if k != key} for line, row in truth.items()}
        assert found == left, key
        other = next((mine for mine in NEEDS.values() if key in mine and set(mine) & set(found[next(iter(found))])), ())
        said = {note.code for note in account.notes}
        if key in ("paid_at", "buyer_id", "status") or (key in ("refund_state", "refunded_fen") and not other):
            assert said & {f"no_{key}", "no_refund", "no_gross"}, key


@pytest.mark.parametrize("name", NAMES)
def test_headers_in_each_others_places_are_refused_or_named(name):
    entry, head, rows = export(name)
    for key, part in ((key, part) for key in AMOUNTS for part in INSIDE):
        first, second = place(entry, head, key), place(entry, head, part)
        if first is not None and second is not None:
            swapped = list(head)
            swapped[first], swapped[second] = head[second], head[first]
            account, _ = outcome(swapped, rows)
            assert account.refused or {"part_over", "refund_over"} & {note.code for note in account.notes}, (key, part)


def test_without_a_look_at_the_parts_of_an_amount_they_would_pass(monkeypatch):
    monkeypatch.setattr(plausible, "PARTS", ("gross_fen",))
    with pytest.raises(AssertionError):
        test_headers_in_each_others_places_are_refused_or_named("kuaishou")


@pytest.mark.parametrize("name", NAMES)
def test_dress_of_headers_changes_nothing_and_a_header_twice_is_refused(name):
    entry, head, rows = export(name, seed=2)
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    dressed = ["\u200b" + head[0], *(f" {cell}\t" for cell in head[1:3]), *(cell.translate(wide) for cell in head[3:])]
    assert outcome(dressed, rows)[1] == outcome(head, rows)[1]
    at = place(
        entry,
        head,
        random.Random(name).choice([key for key in COUNTING if place(entry, head, key) is not None]),  # noqa: S311
    )
    account, _ = outcome([*head, head[at]], [[*row, "1.00"] for row in rows])
    assert [problem.code for problem in account.problems] == ["double_column"]


def refunds_are_words(name):
    column = formats()[name].columns.get("refund_state")
    return column is not None and column.read == "choice"


NOT_BACK = (
    "未退款",
    "无退款",
    "退款关闭",
    "退款失败",
    "拒绝退款",
    "退款申请已撤销",
    "没有申请退款",
    "未申请退款",
    "退款已取消",
)
BACK = ("退款成功", "已退款", "全额退款", "已全额退款", "退款完成")


@pytest.mark.parametrize("name", [name for name in NAMES if refunds_are_words(name)])
def test_a_word_that_denies_a_refund_is_none_and_an_unknown_one_is_set_aside(name):
    entry, head, rows = export(name, seed=3)
    at = place(entry, head, "refund_state")
    words = (NOT_BACK + BACK) * 2
    for row, word in zip(rows, words, strict=False):
        row[at] = word
    account, found = outcome(head, rows)
    read_as = {word: {found[line]["refund_state"] for line in range(1, ORDERS + 1) if line in found and rows[line - 1][at] == word}
               for word in words}  # fmt: skip
    assert all(read_as[word] <= {"none", "pending"} for word in NOT_BACK), read_as
    assert all(read_as[word] <= {"refunded", "part_refunded"} for word in BACK), read_as
    assert len(found) + sum(problem.code == "unknown_value" for problem in account.problems) == ORDERS


HEAD = ["order_id", "line_id", "product_id", "buyer_key", "paid_at", "amount", "refund", "status"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))
    return tmp_path


def lines(seed=1, orders=40):
    rng, made = random.Random(seed), []  # noqa: S311
    for number in range(orders):
        who, day = f"member{rng.randrange(15):04d}", f"2021-0{rng.randrange(6, 9)}-{rng.randrange(1, 28):02d}"
        made += [[f"90{number:06d}17", f"L{number:04d}{line}", f"P{rng.randrange(9)}", who, f"{day} 10:00:00",
                  f"{rng.randrange(10, 900)}.{rng.randrange(100):02d}", "0.00", "paid"]
                 for line in range(rng.choice([1, 1, 2, 3]))]  # fmt: skip
    return made


def table(head, rows, delimiter=",", codec="utf-8", end="\n"):
    return writing.text(head, rows, delimiter=delimiter, end=end).encode(codec)


def workbook(rows):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet()
    for at, row in enumerate([HEAD, *rows]):
        for column, cell in enumerate(row):
            number = at and HEAD[column] in ("amount", "refund")
            sheet.write(at, column, float(cell)) if number else sheet.write_string(at, column, cell)
    book.close()
    return data.getvalue()


def page(rows):
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEAD, *rows])
    return f"<html><table>{cells}</table></html>".encode()


def counted(home, files):
    """Paid, net, lines and buyers of a client's exports, and what is wrong with each."""
    folder = home / "in"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    found = books_of(folder, home / "store")
    wrong = {
        one.file.rpartition("/")[2]: [problem.code for problem in one.problems]
        for one in found.accounts
        if one.problems
    }
    if found.orders is None:
        return None, wrong
    held = pq.read_table(found.orders)
    buyers = len(held["buyer_id"].drop_null().unique())
    return (sum(held["paid_fen"].to_pylist()), sum(held["net_fen"].to_pylist()), len(held), buyers), wrong


def truth(rows):
    paid = sum(round(float(row[5]) * 100) for row in rows)
    return paid, paid - sum(round(float(row[6]) * 100) for row in rows), len(rows), len({row[3] for row in rows})


@pytest.mark.parametrize("seed", [1, 2])
def test_orders_count_once_in_whatever_dress_they_come(home, seed):
    rows, rng = lines(seed), random.Random(seed)  # noqa: S311
    where = rng.sample(range(len(HEAD)), len(HEAD))
    total = ["合计", *[""] * 4, f"{truth(rows)[0] / 100:.2f}", "", ""]
    found, wrong = counted(home, {
        "a.csv": table(HEAD, rows), "b.csv": table(HEAD, rows, ";", "gb18030", "\r\n"), "c.xlsx": workbook(rows),
        "d.xls": page(rows), "e.csv": table([HEAD[at] for at in where], [[row[at] for at in where] for row in rows]),
        "f.csv": table(HEAD, [*rows, total]), "g.txt": table(HEAD, rows, "\t", "utf-16"),
        "h.csv": table(HEAD, rows[: len(rows) // 2]), "i.csv": table(HEAD, rows[len(rows) // 3 :]),
    })  # fmt: skip
    assert found == truth(rows)
    assert all(codes == ["same_file"] for codes in wrong.values())


@pytest.mark.parametrize(
    "names", [("2021-09-01.csv", "2021-10-01.csv"), ("a.csv", "b.csv"), ("订单 (2).csv", "订单 (10).csv")]
)
@pytest.mark.parametrize("how", ["masked", "absent"])
def test_an_export_that_hides_buyers_does_not_make_others_forget_them(home, names, how):
    rows = lines()
    hidden = [[*row[:3], "m***" + row[3][-1], *row[4:]] for row in rows]
    without = table([*HEAD[:3], *HEAD[4:]], [row[:3] + row[4:] for row in rows])
    found, wrong = counted(
        home, {names[0]: table(HEAD, rows), names[1]: table(HEAD, hidden) if how == "masked" else without}
    )
    assert (found, wrong) == (truth(rows), {})


def test_exports_that_name_other_buyers_of_the_same_orders_contradict(home):
    rows = lines()
    others = [[*row[:3], "x" + row[3], *row[4:]] for row in rows]
    _, wrong = counted(home, {"a.csv": table(HEAD, rows), "b.csv": table(HEAD, others)})
    assert wrong == {"a.csv": ["contradiction"], "b.csv": ["contradiction"]}


def test_refunds_that_came_later_stand_where_a_date_says_what_is_later(home):
    rows = lines()
    back = [[*row[:6], row[5] if at % 3 == 0 else "0.00", row[7]] for at, row in enumerate(rows)]
    found, wrong = counted(home, {"订单9月30日.csv": table(HEAD, rows), "订单10月31日.csv": table(HEAD, back)})
    assert (found, wrong) == (truth(back), {})
