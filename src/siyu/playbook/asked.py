"""What to ask a client for, file by file: what it answers, where it is found, which columns, an example row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from siyu.evidence.table import Reasoned, Words, read_table
from siyu.figure import Absent
from siyu.intake.formats.canonical_tables import tables
from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.format import Column, Format
from siyu.orders.metrics import METRICS
from siyu.paths import FORMATS, data_dir
from siyu.playbook import labels
from siyu.playbook.plan import Planning
from siyu.subjects import Subject
from siyu.value.metrics import METRICS as VALUES

PLATFORMS = ("other", "douyin", "wechat")  # asked of everybody; of other platforms only where the client sells there


class RequestRow(Reasoned):
    """A file to ask for. request: its format; priority: before others of the same worth; opens: metrics and unknowns
    that it makes known."""

    request: str
    priority: int
    found: str
    found_zh: str
    question: str
    question_zh: str
    opens: Words


@dataclass(frozen=True)
class AskedColumn:
    """A column to send. needed: whether the file is of no use without it; missing: whether an export that was sent
    lacks it; meaning: key of `labels.MEANINGS`; words: those that are known there, in Chinese where they have it."""

    header: str
    needed: bool
    missing: bool
    meaning: str
    example: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskedFile:
    """A file to send. worth: of what it makes known, CNY a quarter, 0 where nobody can say; opens: metrics that cannot
    be had without it."""

    row: RequestRow
    format: Format
    columns: tuple[AskedColumn, ...]
    leave_out: tuple[str, ...]
    worth: float
    opens: tuple[str, ...]
    partly: bool


def asked(planning: Planning) -> list[AskedFile]:
    """The files that are not there, or lack a column, the most worth first."""
    known, files = formats(), read_table(data_dir() / "playbook" / "requests.csv", RequestRow)
    missing, lacks = set(_missing(planning)), _lacks(planning)
    found = []
    for row in files:
        entry = known[row.request]
        absent = lacks.get(entry.platform, set()) if entry.kind == "orders" else set()
        if _there(planning, entry) and not absent:
            continue
        settling = (one for one in planning.measures if set(one.row.settles) & set(row.opens))
        worth = max((one.worth.value for one in settling if one.worth), default=0.0)
        columns = tuple(_columns(entry, absent))
        opens = tuple(key for key in row.opens if key in missing)
        found.append(AskedFile(row, entry, columns, tuple(entry.ignored_personal), worth, opens, bool(absent)))
    return sorted(found, key=lambda one: (-round(one.worth), -len(one.opens), one.row.priority))


def _there(planning: Planning, entry: Format) -> bool:
    """Whether the client has sent such a table, of orders from that platform."""
    held = planning.known.own.books
    if entry.kind != "orders":
        return entry.kind in planning.known.tables
    sold = {one.platform for one in held.counts}
    return bool(sold) if entry.platform == "other" else entry.platform in sold


def _lacks(planning: Planning) -> dict[str, set[str]]:
    """platform -> columns that some export of its orders lacks; buyers have a table of keys of their own."""
    return {name: set(lacks) - {"buyer_id"} for name, lacks in planning.known.own.books.absent.items()}


def _missing(planning: Planning) -> Iterator[str]:
    """Metrics that cannot be had for want of a table, and unknowns that no metric stands for."""
    known = planning.known
    entries = {one.key: one for one in (*METRICS, *VALUES)}
    for row in read_table(data_dir() / "playbook" / "requests.csv", RequestRow):
        for key in row.opens:
            if key in entries and known.orders and not entries[key].lacking(known.frames):
                continue
            if key not in entries and not isinstance(known.factors.get(key, Absent((key,))), Absent):
                continue
            yield key


def _columns(entry: Format, absent: set[str]) -> Iterator[AskedColumn]:
    meanings = tables()[entry.kind].columns
    for key, column in entry.columns.items():
        if column.header and not column.given:
            meaning = meanings[key]
            lacks = key in absent or (key in ("refunded_fen", "refund_state") and "refund" in absent)
            word = meaning if isinstance(meaning, str) else "choice"
            needed = column.required or key in entry.control
            yield AskedColumn(_header(column), needed, lacks, word, _example(column, word), _words(column))


def _header(column: Column) -> str:
    """The Chinese header where there is one: that is what the platform prints."""
    return next((name for name in column.header if not name.isascii()), column.header[0])


def _words(column: Column) -> tuple[str, ...]:
    """One word for each meaning."""
    said: dict[str, str] = {}
    for word, meaning in column.values.items():
        if said.get(meaning, "").isascii():
            said[meaning] = word if not word.isascii() else said.get(meaning, word)
    return tuple(said.values())


def _example(column: Column, meaning: str) -> str:
    if column.values:
        return next((word for word in column.values if not word.isascii()), next(iter(column.values)))
    return str(labels.EXAMPLES[meaning]["zh"])


def questions(subject: Subject) -> list[tuple[str, str]]:
    """(draft, place) of every question that is open in the client's own formats; headers of its files stay out."""
    own: Mapping[str, Format] = formats(subject.folder / FORMATS)
    return [(key, place.partition(" (")[0]) for key, entry in own.items() if entry.draft for place in entry.open]
