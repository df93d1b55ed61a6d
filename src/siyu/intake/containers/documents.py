"""Tables of JSON, as interfaces of platforms answer: every list of objects is one."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from siyu.intake.containers.marks import Sheet
from siyu.intake.reading.problems import RefusedError

SIZE_LIMIT, NODE_LIMIT = 1 << 25, 1_000_000  # bytes, objects and lists
Row = dict[str, str]


def tables(data: bytes) -> list[Sheet]:
    """Each list of objects by its path, with the numbers of its records from 1.

    Fields of an object in a record have dotted names (`invitor.userid`); so have those of what holds the list, from the
    root on (`group_chat.chat_id`). Where lists have the same fields, `list` is the name of each. One object a line is
    read as a list."""
    if len(data) > SIZE_LIMIT or data.count(b"{") + data.count(b"[") > NODE_LIMIT:
        raise RefusedError("too_large")
    found: dict[str, list[Row]] = {}
    try:
        text = data.decode("utf-8-sig")
        try:
            content = json.loads(text)
        except json.JSONDecodeError:
            content = [json.loads(line) for line in text.splitlines() if line.strip()]
        _walk(content, "", {}, found)
    except (ValueError, RecursionError):
        raise RefusedError("wrong_dress", found="JSON that cannot be read") from None
    if not found:
        raise RefusedError("wrong_dress", found="JSON without a list of records")
    fields = {path: frozenset(rows[0]) for path, rows in found.items()}
    for path, rows in found.items():
        if [*fields.values()].count(fields[path]) > 1:  # lists of one dress: their own name says what they count
            found[path] = [row | {"list": path.rpartition(".")[2]} for row in rows]
    return [Sheet(path, _csv(rows), tuple(range(1, len(rows) + 2))) for path, rows in found.items()]


def _walk(node: Any, path: str, around: Row, found: dict[str, list[Row]]) -> None:
    """Take the records below a node. around: fields of what holds it."""
    if isinstance(node, dict):
        held = around | {f"{path}.{name}".lstrip("."): text for name, text in _fields(node)}
        for name, value in node.items():
            _walk(value, f"{path}.{name}".lstrip("."), held, found)
    elif isinstance(node, list):
        for record in node:
            if isinstance(record, dict):
                found.setdefault(path, []).append(around | dict(_fields(record)))
                _walk(record, path, around, found)


def _fields(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a record tells: its values, and those of its objects; texts without line breaks."""
    for key, value in node.items():
        name = " ".join(key.split())
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", text) for inner, text in _fields(value))
        elif not isinstance(value, list):
            yield name, "" if value is None else " ".join(str(value).split())
        elif value and not any(isinstance(one, dict | list) for one in value):
            yield name, " ".join(map(str, value))


def _csv(rows: list[Row]) -> bytes:
    out = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(names), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
