"""Tables of JSON and of the XML of callbacks, as platforms send them: every list of objects is one."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from siyu.intake.containers.marks import Sheet
from siyu.intake.containers.paging import of_paging, pages
from siyu.intake.formats.identities import is_big5
from siyu.intake.reading.problems import RefusedError

SIZE_LIMIT, NODE_LIMIT = 1 << 25, 1_000_000  # bytes, objects, lists and elements
TOP = 1 << 14  # bytes that tell an encoding
Row = dict[str, str]


def tables(data: bytes) -> list[Sheet]:
    """Each list of objects by its path, with the numbers of its records from 1.

    Fields of an object in a record have dotted names (`invitor.userid`); so have those of what holds the list, from the
    root on (`group_chat.chat_id`). Where lists have the same fields, `list` is the name of each. One object a line is
    read as a list."""
    if len(data) > SIZE_LIMIT or sum(map(data.count, (b"{", b"[", b"<"))) > NODE_LIMIT:
        raise RefusedError("too_large")
    try:
        text = _decoded(data)
        try:
            content = _messages(text) if is_callback(data) else json.loads(text, object_pairs_hook=_once)
        except json.JSONDecodeError:
            content = [json.loads(line, object_pairs_hook=_once) for line in text.splitlines() if line.strip()]
        found = list(_told(content))
    except RefusedError:
        raise
    except (ValueError, RecursionError):
        raise RefusedError("wrong_dress", found="JSON that cannot be read") from None
    except etree.XMLSyntaxError:
        raise RefusedError("wrong_dress", found="XML that cannot be read") from None
    if not found:
        raise RefusedError("wrong_dress", found="JSON without a list of records")
    dress = [frozenset(rows[0]) for _, rows in found]
    for (path, rows), fields in zip(found, dress, strict=True):
        if dress.count(fields) > 1:  # lists of one dress: their own name says what they count
            rows[:] = [row | {"list": path.rpartition(".")[2]} for row in rows]
    told = {} if is_callback(data) else pages(content)
    return [
        Sheet(path, as_csv(rows), tuple(range(1, len(rows) + 2)), pages=tuple(told.get(path, ())))
        for path, rows in found
    ]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(is_big5(data[:TOP]) or "gb18030")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names stand there once. Raises RefusedError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError("wrong_dress", found="JSON that has a name twice in one object")
    return found


def is_callback(start: bytes) -> bool:
    """Whether bytes begin with a message of a platform's callback, of which a file may hold many."""
    return re.match(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?<xml>", start) is not None


def _messages(text: str) -> list[dict[str, Any]]:
    """The messages of callbacks, one after the other, as JSON would tell them."""
    plain = re.sub(r"<\?xml[^>]*>", "", text)
    if "<!DOCTYPE" in plain or "<!ENTITY" in plain:
        raise RefusedError("entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return [{one.tag: _message(one)} for one in etree.fromstring(f"<all>{plain}</all>", parser)]


def _message(node: etree._Element) -> dict[str, Any]:
    """Values by name; a list of members as items, or in one text with commas as it was before; one that is only counted
    as an item without a name."""
    told: dict[str, Any] = {}
    for one in node:
        names = [item.text for item in one] if len(one) else (one.text or "").split(",")
        told[str(one.tag)] = [{"Item": name} for name in names] if str(one.tag).endswith("List") else one.text
    return told if "MemChangeList" in told or "MemChangeCnt" not in told else told | {"MemChangeList": [{"Item": ""}]}


def _told(content: Any) -> Iterator[tuple[str, list[Row]]]:
    """Lists of records by path; of messages of callbacks, those of each event by themselves."""
    events: dict[str, list[Any]] = {}
    for one in content if isinstance(content, list) else []:
        message = one.get("xml") if isinstance(one, dict) else None
        events.setdefault(str(message.get("Event", "")) if isinstance(message, dict) else "", []).append(one)
    for event, part in events.items() if len(events) > 1 else [("", content)]:
        found: dict[str, list[Row]] = {}
        _walk(part, "", {}, found)
        yield from ((f"{event}.{path}".strip("."), rows) for path, rows in found.items())


def _walk(node: Any, path: str, around: Row, found: dict[str, list[Row]], *, within: bool = False) -> None:
    """Take the records below a node. around: fields of what holds it, but for those that say how many records there
    are. within: the node is a record itself, or part of one."""
    if isinstance(node, dict):
        aside = () if within else of_paging(node)
        held = around | {f"{path}.{name}".lstrip("."): text for name, text in _fields(node) if name not in aside}
        for name, value in node.items():
            _walk(value, f"{path}.{name}".lstrip("."), held, found, within=within)
    elif isinstance(node, list):
        for record in node:
            if isinstance(record, dict):
                found.setdefault(path, []).append(around | dict(_fields(record)))
                _walk(record, path, around, found, within=True)


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


def as_csv(rows: Sequence[Row]) -> bytes:
    """Records as a table with a column for each of their names."""
    out = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(out, list(names), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
