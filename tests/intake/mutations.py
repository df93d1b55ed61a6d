"""Order exports with a known truth, and what is done to them on their way to an analyst.

A mutation is harmless (the same orders must come out) or harmful (they must not come out silently wrong).
"""

from __future__ import annotations

import codecs
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from siyu.intake.formats.catalogue import formats
from siyu.simulator import writing

FORMATS = ("douyin_shop", "wechat_shop", "youzan", "taobao", "generic_orders")
DAY = 86_400
START = 18_800 * DAY  # in 2021
TOTALS = (
    *("合计", "总计", "小计金额", "共计", "汇总", "合计：", "合 计", "总计（元）", "本页合计", "全部合计"),
    *("合计金额", "订单合计", "累计", "总额", "总金额", "总和", "合计数", "销售汇总", "金额合计", "实付合计"),
    *("【合计】", "*合计*", "--合计--", "统计", "总数", "店铺合计", "本月合计", "应收合计", "总合计"),
    *("Total", "TOTAL", "total:", "Grand Total", "Sum", "Subtotal", "Sub-total", "Total (CNY)"),
    *("Page total", "Totals", "Sum total"),
)  # fmt: skip


@dataclass
class Draft:
    """An export in the making: cells first, then lines, then bytes."""

    name: str
    rng: random.Random
    head: list[str]
    rows: list[list[str]]
    amounts: list[int]
    control: int
    ids: list[int]
    times: list[int]
    delimiter: str = ","
    end: str = "\n"
    quote_all: bool = False
    codec: str = "utf-8"
    lines: list[str] = field(default_factory=list)
    data: bytes = b""

    def any_line(self) -> int:
        return self.rng.choice([at for at, line in enumerate(self.lines) if at and len(line) > 9])

    def any_row(self) -> int:
        return self.rng.randrange(len(self.rows))


def draft(name: str, seed: int, records: int = 40) -> Draft:
    """A sound export of a format."""
    rng, entry = random.Random(seed), formats()[name]  # noqa: S311 - made-up orders
    made: list[dict[str, Any]] = []
    for number in range(records):
        paid = 0 if name == "douyin_shop" and rng.random() < 0.05 else rng.randrange(100, 900_000)
        when = START + rng.randrange(90 * DAY)
        order = str(6_917_000_000_000_000_000 + number * 7_919 + rng.randrange(7_000))
        money = {key: paid for key, column in entry.columns.items() if column.read == "money"} | {"refunded_fen": 0}
        made.append({
            **money, "order_id": order, "line_id": str(int(order) + 1), "buyer_id": f"buyer{rng.randrange(30):04d}",
            "created_at": when, "paid_at": when + 60, "status": "completed", "quantity": 1,
            "product_id": f"{number + 1}", "product_spec": rng.choice(["100ml", "500ml, boxed", '6" cup']),
            "traffic_form": "live", "shop": rng.choice(["NA", "A1", "null"]),
        })  # fmt: skip
    head = writing.header(entry)
    names = {"收件人": "NA", "收货人姓名": "null", "收件人姓名": "合计", "收货人/提货人": "NaN"}
    layout = entry.layout(head)
    control = layout.places[str(layout.control)]
    ids = [layout.places[key] for key in ("order_id", "line_id") if key in layout.places]
    times = [layout.places[key] for key in ("created_at", "paid_at") if key in layout.places]
    amounts = [int(record[str(layout.control)]) for record in made]
    return Draft(name, rng, head, writing.rows(entry, made, names), amounts, control, ids, times)


# cells ------------------------------------------------------------------------------------------------


def tabs(d: Draft) -> None:
    for row in d.rows:
        for place in d.ids:
            row[place] = "\t" + row[place]


def formula_ids(d: Draft) -> None:
    for row in d.rows:
        for place in d.ids:
            row[place] = f'="{row[place]}"'


def thousands(d: Draft) -> None:
    for row in d.rows:
        row[d.control] = f"{float(row[d.control]):,.2f}"


def yen(d: Draft) -> None:
    for row in d.rows:
        row[d.control] = d.rng.choice("¥￥") + row[d.control]


def full_width(d: Draft) -> None:
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    for row in d.rows[::3]:
        row[d.control] = row[d.control].translate(wide)


def slashes(d: Draft) -> None:
    for row in d.rows:
        for place in d.times:
            date, clock = row[place].split(" ")
            year, month, day = map(int, date.split("-"))
            row[place] = f"{year}/{month}/{day} {int(clock[:2])}:{clock[3:5]}"


def spaces(d: Draft) -> None:
    for row in d.rows[::2]:
        row[d.control] = f" {row[d.control]} "


def halves_of_days(d: Draft) -> None:
    for row in d.rows[::2]:
        for place in d.times:
            date, clock = row[place].split(" ")
            hour = int(clock[:2])
            row[place] = f"{date} {'下午' if hour >= 12 else '上午'} {hour % 12 or 12}:{clock[3:]}"


def dotted_dates(d: Draft) -> None:
    for row in d.rows:
        for place in d.times:
            row[place] = row[place].replace("-", ".")


def packed_dates(d: Draft) -> None:
    for row in d.rows[::3]:
        for place in d.times:
            row[place] = row[place].replace("-", "")


def offsets(d: Draft) -> None:
    for row in d.rows[1::2]:
        for place in d.times:
            row[place] += d.rng.choice(["+0800", "+08:00", " +08:00"])


def words_of_money(d: Draft) -> None:
    for row in d.rows[::2]:
        row[d.control] = d.rng.choice(["人民币{}元", "{}元", "RMB {}", "{}(元)", "{}元整"]).format(row[d.control])


def noise(d: Draft) -> None:
    for row in d.rows:
        row[d.control] = repr(float(row[d.control]) + 0.1 + 0.2 - 0.3)


def trailing_points(d: Draft) -> None:
    for row in d.rows:
        row[d.control] = row[d.control].removesuffix("00")


def unseen_signs(d: Draft) -> None:
    for row in d.rows[::2]:
        for place in [*d.ids, d.control]:
            row[place] = "\u200b" + row[place] + "\ufeff"


def wide_ids(d: Draft) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for row in d.rows[::4]:
        for place in d.ids:
            row[place] = row[place].translate(wide)


def money_in_the_header(d: Draft) -> None:
    d.head[d.control] += d.rng.choice(["(元)", "（元）", "(RMB)"])


def stray_date(d: Draft) -> None:
    row = d.rows[d.any_row()]
    for place in d.times:
        row[place] = d.rng.choice(["2091", "2012"]) + row[place][4:]


def dates_out_of_order(d: Draft) -> None:
    if len(d.times) < 2:
        raise ValueError
    row = d.rows[d.any_row()]
    row[d.times[0]], row[d.times[1]] = row[d.times[1]], row[d.times[0]].replace("2021-", "2020-")


def some_rounded(d: Draft) -> None:
    for row in d.rows[:: d.rng.choice([2, 3, 5])]:
        row[d.ids[0]] = row[d.ids[0]][:15] + "0" * (len(row[d.ids[0]]) - 15)


def deciding_column(d: Draft) -> None:
    d.head.append(d.rng.choice(["支付状态", "退款进度", "币种", "refund_state", "购买件数", "是否取消"]))
    for row in d.rows:
        row.append("x")
    d.amounts.pop()  # whatever it means, not all lines count


def unknown_column(d: Draft) -> None:
    d.head.append("自定义列")
    for row in d.rows:
        row.append("x")


def shuffled(d: Draft) -> None:
    order = list(range(len(d.head)))
    d.rng.shuffle(order)
    d.head[:] = [d.head[place] for place in order]
    d.rows[:] = [[row[place] for place in order] for row in d.rows]
    new = {old: at for at, old in enumerate(order)}
    d.control, d.ids, d.times = new[d.control], [new[p] for p in d.ids], [new[p] for p in d.times]


def header_spaces(d: Draft) -> None:
    d.head[:] = [f"{name} " if d.rng.random() < 0.3 else name for name in d.head]


def wide_brackets(d: Draft) -> None:
    d.head[:] = [name.replace("(", "（").replace(")", "）") for name in d.head]


def duplicate_row(d: Draft) -> None:
    d.rows.insert(len(d.rows), list(d.rows[d.any_row()]))


def bad_amount(d: Draft) -> None:
    row = d.rows[d.any_row()]
    row[d.control] = d.rng.choice(
        [
            "12a.5",
            "1.2E+05",
            "--5",
            "-12.00",
            "12,50",
            "1,2,3",
            "12.3.4",
            "#REF!",
            "十二",
            "",
            "13912345678",
            "1.2万",
            "128²",
            "NaN",
            "inf",
            "1 2",
        ]
    )


def bad_time(d: Draft) -> None:
    row = d.rows[d.any_row()]
    row[d.rng.choice(d.times)] = d.rng.choice(
        [
            "2021-13-01 00:00:00",
            "2021-02-30 10:00:00",
            "44432.5",
            "13/5/2021",
            "2021-08-24 25:00:00",
            "昨天",
            "0000-00-00 00:00:00",
            "20210824",
        ]
    )


def damaged_id(d: Draft) -> None:
    row = d.rows[d.any_row()]
    row[d.ids[0]] = d.rng.choice(
        ["6.917E+18", "6.91700000000000e+18", "", "#NAME?", "6917000000000001234.0", "订单", "6917 000"]
    )


def damaged_ids(d: Draft) -> None:
    for row in d.rows:
        for place in d.ids:
            row[place] = row[place][:15] + "0" * (len(row[place]) - 15)


def conflicting(d: Draft) -> None:
    row = list(d.rows[d.any_row()])
    row[d.control] = f"{float(row[d.control] or 0) + 1:.2f}"
    d.rows.append(row)


def fewer_columns(d: Draft) -> None:
    del d.head[d.control]
    for row in d.rows:
        del row[d.control]


def header_one_short(d: Draft) -> None:
    d.head.pop(d.rng.randrange(len(d.head)))


def header_twice_named(d: Draft) -> None:
    d.head.append(d.head[d.control])
    for row in d.rows:
        row.append("1.00")


def shifted(d: Draft) -> None:
    for row in d.rows:
        row.insert(d.rng.randrange(1, len(row)), "x")


def shifted_row(d: Draft) -> None:
    row = d.rows[d.any_row()]
    row.insert(d.rng.randrange(len(row)), d.rng.choice(["", "x"]))


def short_row(d: Draft) -> None:
    d.rows[d.any_row()].pop()


def moved_cells(d: Draft) -> None:
    row = d.rows[d.any_row()]
    row.insert(0, row.pop())


# lines ------------------------------------------------------------------------------------------------


def total_row(d: Draft, plus: int = 0) -> None:
    cells = [""] * len(d.head)
    cells[d.control] = f"{(sum(d.amounts) + plus) / 100:.2f}"
    places = [place for place in (0, 1, 2, len(cells) // 2, len(cells) - 1) if place != d.control]
    cells[d.rng.choice(places)] = d.rng.choice(TOTALS)
    line = writing.text(cells, [], delimiter=d.delimiter, end="")
    d.lines.insert(d.rng.choice([1, len(d.lines)]), line)


def wrong_total(d: Draft) -> None:
    total_row(d, plus=d.rng.choice([-100, 5_000]))
    d.lines = [line.replace("小计金额", "合计").replace("本页合计", "合计") for line in d.lines]
    d.lines = [
        line.replace("Subtotal", "Total").replace("Sub-total", "Total").replace("Page total", "Total")
        for line in d.lines
    ]


def lost_row_under_total(d: Draft) -> None:
    total_row(d)
    d.lines = [line.replace("小计金额", "合计").replace("本页合计", "合计") for line in d.lines]
    d.lines = [
        line.replace("Subtotal", "Total").replace("Sub-total", "Total").replace("Page total", "Total")
        for line in d.lines
    ]
    orders = [at for at, line in enumerate(d.lines) if "buyer" in line or "69170" in line]
    # a total of money cannot miss an order of nothing
    missed = [at for at, fen in zip(orders, d.amounts, strict=True) if fen and 2 <= at < len(d.lines) - 1]
    d.lines.pop(d.rng.choice(missed))


def titles(d: Draft) -> None:
    d.lines[:0] = d.rng.choice([["旗舰店订单报表"], ["订单明细", "导出时间：2021-09-01 10:00"], ["", "店铺订单", ""]])


def repeated_header(d: Draft) -> None:
    d.lines.insert(
        d.rng.randrange(2, len(d.lines)), d.lines[0] if "单" in d.lines[0] or "order" in d.lines[0] else d.lines[-1]
    )


def blank_lines(d: Draft) -> None:
    d.lines.insert(d.rng.randrange(1, len(d.lines)), "")
    d.lines += ["", d.delimiter * (len(d.head) - 1)]


def footnote(d: Draft) -> None:
    d.lines.append(d.rng.choice(["导出时间：2021-09-01 10:00:00", "以上数据来源于店铺后台", f"共{len(d.rows)}条"]))


def stray_quotes(d: Draft) -> None:
    for _ in range(2):
        at = d.any_line()
        place = d.rng.randrange(len(d.lines[at]))
        d.lines[at] = d.lines[at][:place] + '"' + d.lines[at][place:]


def stray_quote(d: Draft) -> None:
    at = d.any_line()
    place = d.rng.randrange(len(d.lines[at]))
    d.lines[at] = d.lines[at][:place] + '"' + d.lines[at][place:]


def extra_delimiter(d: Draft) -> None:
    at = d.any_line()
    place = d.rng.randrange(len(d.lines[at]))
    d.lines[at] = d.lines[at][:place] + d.delimiter + d.lines[at][place:]


def broken_line(d: Draft) -> None:
    at = d.any_line()
    place = d.rng.randrange(1, len(d.lines[at]) - 1)
    d.lines[at : at + 1] = [d.lines[at][:place], d.lines[at][place:]]


def joined_lines(d: Draft) -> None:
    at = d.rng.randrange(1, len(d.lines) - 1)
    d.lines[at : at + 2] = [d.lines[at] + d.lines[at + 1]]


def lone_return(d: Draft) -> None:
    at = d.any_line()
    d.lines[at] = d.lines[at][:9] + "\r" + d.lines[at][9:]


def cut_line(d: Draft) -> None:
    at = d.any_line()
    d.lines[at] = d.lines[at][: 2 * len(d.lines[at]) // 5]  # of two joined lines half would be a whole record


def no_header(d: Draft) -> None:
    d.lines.pop(0)


# bytes ------------------------------------------------------------------------------------------------


def cut_end(d: Draft) -> None:
    d.data = d.data[: -d.rng.randrange(2, max(3, len(d.data) // 2))]
    while d.data.endswith((b"\n", b"\n\0")):  # a cut right after a record is an export of fewer orders, and no fault
        d.data = d.data[:-2]


def no_last_end(d: Draft) -> None:
    d.data = d.data.rstrip(b"\r\n\0") if not d.codec.startswith("utf-16") else d.data


def bad_byte(d: Draft) -> None:
    at = d.rng.randrange(len(d.data))
    d.data = d.data[:at] + d.rng.choice([b"\xff", b"\x80", b"\0", b"\xfe\xff"]) + d.data[at:]


def other_encoding(d: Draft) -> None:
    if d.codec.startswith("utf-16"):
        return
    lines = d.data.split(b"\n")
    at = len(lines) // 2
    foreign = "utf-8" if d.codec == "gb18030" else "gb18030"
    extra = '泸州老窖旗舰店订单,"数据来源于后台"'.encode(foreign)
    lines[at] += extra
    d.data = b"\n".join(lines)


def _set(**values: object) -> Callable[[Draft], None]:
    def change(d: Draft) -> None:
        for name, value in values.items():
            setattr(d, name, value)

    change.__name__ = ",".join(f"{name}={value!r}" for name, value in values.items())
    return change


HARMLESS: dict[str, list[Callable[[Draft], None]]] = {
    "cells": [tabs, formula_ids, thousands, yen, full_width, slashes, spaces, unknown_column, shuffled, header_spaces,
              wide_brackets, duplicate_row, halves_of_days, dotted_dates, packed_dates, offsets, words_of_money, noise,
              trailing_points, unseen_signs, wide_ids, money_in_the_header],
    "form": [_set(codec="gb18030"), _set(codec="utf-8-sig"), _set(codec="utf-16-le"), _set(codec="utf-16-be"),
             _set(end="\r\n"), _set(delimiter="\t"), _set(delimiter=";"), _set(quote_all=True), _set(end="\r")],
    "lines": [total_row, titles, repeated_header, blank_lines, footnote],
    "bytes": [no_last_end],
}  # fmt: skip
HARMFUL: dict[str, list[Callable[[Draft], None]]] = {
    "cells": [bad_amount, bad_time, damaged_id, damaged_ids, conflicting, fewer_columns, header_one_short,
              header_twice_named, shifted, shifted_row, short_row, moved_cells, stray_date, dates_out_of_order,
              some_rounded, deciding_column],
    "form": [],
    "lines": [wrong_total, lost_row_under_total, stray_quotes, stray_quote, extra_delimiter, broken_line, joined_lines,
              lone_return, cut_line, no_header],
    "bytes": [cut_end, bad_byte, other_encoding],
}  # fmt: skip
STAGES = ("cells", "form", "lines", "bytes")


def mutated(seed: int) -> tuple[Draft, list[str], bool]:
    """A draft with one to three mutations, their names, and whether all are harmless."""
    rng = random.Random(seed)  # noqa: S311
    d = draft(rng.choice(FORMATS), seed)
    pool = [(stage, change, good) for good, kinds in ((True, HARMLESS), (False, HARMFUL))
            for stage in STAGES for change in kinds[stage]]  # fmt: skip
    places = sorted(rng.sample(range(len(pool)), rng.randint(1, 3)))  # harmless ones first, in the order above
    chosen = [pool[place] for place in places]
    apply(d, {stage: [change for at, change, _ in chosen if at == stage] for stage in STAGES})
    return d, [change.__name__ for _, change, _ in chosen], all(good for _, _, good in chosen)


def apply(d: Draft, changes: dict[str, list[Callable[[Draft], None]]]) -> None:
    """Carry a draft through its stages to bytes."""
    for stage in STAGES:
        for change in changes.get(stage, []):
            with suppress(ValueError, IndexError):  # what an earlier one took away cannot be changed again
                change(d)
        if stage == "form":
            whole = writing.text(d.head, d.rows, delimiter=d.delimiter, end="\n", quote_all=d.quote_all)
            d.lines = whole.removesuffix("\n").split("\n")
        elif stage == "lines":
            marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
            joined = d.end.join([*d.lines, ""])
            d.data = marks.get(d.codec, b"") + joined.encode(d.codec)
