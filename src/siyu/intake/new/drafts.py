"""A first format for a file that no format fits, guessed from its headers and proved on its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import yaml

from siyu.intake.formats.catalogue import normal
from siyu.intake.formats.cells import BLANKS, READERS, bare
from siyu.intake.reading import non_records
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.headers import DEEPEST, DELIMITERS
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource

SAMPLE = 200  # lines looked at
READABLE = 0.9  # of the cells of a column, so that totals and slips do not decide
# key, reader, words of the header; the first header that fits and whose cells can be read
_ORDERS = (
    ("line_id", "id", r"子订单|line_?id"),
    ("order_id", "id", r"主?订单(编?号|id)|^单号|order_?(id|no|number)|小票号|流水号"),
    ("refunded_fen", "money", r"退款金额|退款额|refund"),
    ("paid_fen", "money", r"实[付收]|支付金额|应[付收]|成交金额|金额|amount|total|paid$|应收"),
    ("paid_at", "time", r"(支付|付款|成交)(完成)?(时间|日期)|paid_?(at|time)|下单时间|交易时间|时间|日期|date|time"),
    ("buyer_id", "buyer", (r"(买家|顾客|客户|会员|用户)(标识|id|编号|卡号|号)|open_?id|union_?id"
                          r"|(buyer|customer|member|user)(_?(id|key|no))?$")),
    ("quantity", "count", r"数量|件数|qty|quantity|units"),
    ("traffic_channel", "text", r"渠道|channel"),
    ("shop", "text", r"店铺|门店|shop|store"),
)  # fmt: skip
_MEMBERS = (
    ("joined_at", "time", r"入群(时间|日期)|join(ed)?_?(at|time)|加入时间"),
    ("left_at", "time", r"退群(时间|日期)|(exit|left|leave)_?(at|time)|退出时间"),
    ("group_id", "text", r"群(id|编号|名)|group"),
    ("buyer_id", "buyer", r"(成员|买家|客户|用户)(标识|id|编号)|(external_)?user_?id|(member|buyer)_?(id|key)"),
)
_NEEDED = {"orders": ("paid_fen", "paid_at"), "members": ("joined_at", "group_id", "buyer_id")}
_PERSONAL = re.compile(
    r"姓名|名字|昵称|收[件货]人|手机|电话|地址|街道|身份证|微信号?|邮箱|生日|备注|留言|收银员|导购|店员|操作员"
    r"|name|phone|mobile|tel|address|mail|birth|remark|cashier", re.IGNORECASE
)  # fmt: skip
_STATES = re.compile(r"状态|status|售后", re.IGNORECASE)


@dataclass(frozen=True)
class Draft:
    """text: the YAML. missing: keys that no column was found for; a format without them cannot be used."""

    text: str
    missing: tuple[str, ...]


def drafted(source: TableSource, name: str) -> Draft:
    """A format for this table. Raises RefusedError when no header can be made out."""
    lines = _lines(source)
    header, records = _table(lines)
    kind = "members" if _columns(header, records, _MEMBERS)[0].keys() >= set(_NEEDED["members"]) else "orders"
    columns, places = _columns(header, records, _MEMBERS if kind == "members" else _ORDERS)
    missing = tuple(key for key in _NEEDED[kind] if key not in columns)
    rest = [name for place, name in enumerate(header) if place not in places and bare(name)]
    entry: dict[str, object] = {
        "name": {"en": name, "zh": name}, "kind": kind, "platform": "other",
        "source": "drafted from the headers of a client's file: check every line",
        "identify": [bare(header[place]) for place in sorted(places)],
        "line_key": _line_key(columns, places, records),
        "duplicates": "drop" if kind == "members" or "order_id" in columns else "keep",
    }  # fmt: skip
    if kind == "orders":
        entry |= {"control": ["paid_fen"], "refunds": "apart" if "refunded_fen" in columns else "none"}
        if "order_id" not in columns:
            columns = {"order_id": {"read": "row"}, **columns}
    entry |= {
        "columns": columns,
        "ignored": [bare(name) for name in rest if not _PERSONAL.search(name)],
        "ignored_personal": [bare(name) for name in rest if _PERSONAL.search(name)],
    }
    notes = [f"# {_NOTES[0]}"]
    notes += [f"# {key}: no column was found for it; without it the format cannot be used" for key in missing]
    notes += [f"# {bare(name)}: {_NOTES[1]}" for name in rest if _STATES.search(name)]
    body = yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
    return Draft("\n".join([*notes, body]), missing)


_NOTES = (
    "A draft. Check amount (before or after refunds?), time and buyer; data/README.md explains each key.",
    "if it tells unpaid, closed or refunded orders, map it (status or refund_state, read: choice)",
)


def _lines(source: TableSource) -> list[str]:
    first = next(blocks(source, encoding_of(source)), b"")
    return [line.decode().rstrip("\r") for line in islice(first.split(b"\n"), SAMPLE)]


def _table(lines: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """The header, the widest line near the top that holds words only, and the records below it."""
    best: tuple[int, int, str] = (0, 0, ",")
    for number, line in enumerate(lines[:DEEPEST]):
        for delimiter in DELIMITERS:
            cells = non_records.filled(non_records.split(line, delimiter) or [])
            words = all(not any(sign.isdigit() for sign in cell) or len(cell) < 12 for cell in cells)
            plain = words and all(READERS["money"](cell)[1] and READERS["time"](cell)[1] for cell in cells)
            if plain and len(cells) > max(best[0], 1) and len(set(map(normal, cells))) == len(cells):
                best = (len(cells), number, delimiter)
    width, number, delimiter = best
    if not width:
        raise RefusedError("unknown_format", found="–")
    header = non_records.split(lines[number], delimiter) or []
    records = [non_records.split(line, delimiter) or [] for line in lines[number + 1 :]]
    return header, [cells for cells in records if len(cells) == len(header) and not non_records.is_total(cells)]


def _columns(
    header: Sequence[str], records: Sequence[Sequence[str]], rules: Sequence[tuple[str, str, str]]
) -> tuple[dict[str, dict[str, object]], dict[int, str]]:
    columns: dict[str, dict[str, object]] = {}
    places: dict[int, str] = {}
    needed = _NEEDED["members" if rules is _MEMBERS else "orders"]
    for key, reader, words in rules:
        # a rule names its words in order of preference
        for word in _alternatives(words):
            fitting = (
                place for place, name in enumerate(header)
                if place not in places and re.search(word, normal(name), re.IGNORECASE)
                and not (reader != "buyer" and _PERSONAL.search(name))
                and _readable([cells[place] for cells in records], reader, needed=key in needed)
            )  # fmt: skip
            place = next(fitting, None)
            if place is not None:
                column: dict[str, object] = {"header": bare(header[place]), "read": reader}
                if key in (*needed, "order_id", "line_id"):
                    column["required"] = True
                columns[key], places[place] = column, key
                break
    return columns, places


def _alternatives(words: str) -> list[str]:
    """The alternatives of a pattern at its top level."""
    found, depth, start = [], 0, 0
    for at, sign in enumerate(words):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            found.append(words[start:at])
            start = at + 1
    return [*found, words[start:]]


def _readable(cells: Sequence[str], reader: str, *, needed: bool) -> bool:
    """Whether the cells that are filled can be read; a column that is needed must have some."""
    held = [cell for cell in cells if bare(cell) not in BLANKS]
    read = sum(1 for cell in held if READERS[reader](cell)[0] is not None)
    return read >= READABLE * len(held) and (bool(held) or not needed or not cells)


def _line_key(
    columns: dict[str, dict[str, object]], places: dict[int, str], records: Sequence[Sequence[str]]
) -> list[str]:
    if "line_id" in columns:
        return ["line_id"]
    place = next((place for place, key in places.items() if key == "order_id"), None)
    if place is None:
        return []
    seen = [bare(cells[place]) for cells in records]
    return ["order_id"] if len(set(seen)) == len(seen) else []  # several lines an order: the whole line is the key
