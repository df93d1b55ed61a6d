"""One block of lines as records: which are accepted, which are quarantined or ignored, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.catalogue import Layout
from siyu.intake.formats.cells import fen
from siyu.intake.reading import non_records
from siyu.intake.reading.columns import tables, typed
from siyu.intake.reading.lines import Ints, Lines, scan
from siyu.intake.reading.problems import PLAUSIBLE_LINE, RefusedError, Trouble, masked

DAMAGED = r"^\d{15}0+$"


@dataclass
class Records:
    """What a block holds. Lines are counted from 0 inside the block.

    accepted: the typed columns of accepted records; lines, fen: their line and control amount (0 if none).
    raw_fen: the control column's sum over all sound lines, found by both tokenizers.
    """

    lines: int
    accepted: pa.Table
    at: Ints
    fen: Ints
    raw_fen: int
    quarantined: list[tuple[int, int | None, list[Trouble]]] = field(default_factory=list)
    ignored: list[tuple[int, int | None, str, list[str]]] = field(default_factory=list)


def read_block(block: bytes, layout: Layout, delimiter: str) -> Records:
    """All records of a block. Raises RefusedError when the two tokenizers disagree."""
    lines = scan(block, delimiter.encode(), len(layout.header))
    sound = np.flatnonzero(lines.sound)
    if not sound.size:
        empty = pa.table({key: pa.array([], pa.string()) for key in layout.places})
        records = Records(len(lines.starts), empty, sound, np.zeros(0, np.int64), 0)
        _unsound(lines, layout, delimiter, records)
        return records
    table = tables(lines.sound_bytes(), layout, delimiter, lines.longest)
    if table.num_rows != sound.size:
        raise RefusedError("unbalanced")
    columns, faults = {}, dict[int, list[tuple[str, str]]]()
    for key in layout.places:
        column = layout.format.columns[key]
        if key == layout.control:  # a record without its amount would be a silent zero
            column = column.model_copy(update={"required": True})
        one = typed(table[key], column)
        columns[key] = one.values
        for row, code in one.faults.items():
            faults.setdefault(row, []).append((key, code))
    amounts, priced = np.zeros(sound.size, np.int64), np.zeros(sound.size, bool)
    if layout.control is not None:
        amounts, priced = lines.control(layout.places[layout.control])
        amounts[~priced] = 0
        _balance(columns[layout.control], int(amounts.sum()), int(priced.sum()))
    keep = np.ones(sound.size, bool)
    keep[list(faults)] = False
    whole = pa.table(columns)
    accepted = whole if keep.all() else whole.filter(pa.array(keep))
    records = Records(len(lines.starts), accepted, sound[keep], amounts[keep], int(amounts.sum()))
    for row in sorted(faults):
        line = int(sound[row])
        amount = int(amounts[row]) if priced[row] else None
        cells = non_records.split(lines.text(line), delimiter) or []
        if kind := _kind(cells, layout.header):
            records.ignored.append((line, amount, kind, cells))
        else:
            troubles = [_trouble(layout, key, code, cells) for key, code in faults[row]]
            records.quarantined.append((line, amount, troubles))
    _unsound(lines, layout, delimiter, records)
    return records


def _balance(control: pa.Array, total: int, priced: int) -> None:
    """The control column as pyarrow and the readers see it must equal the count on the raw text."""
    same = (pc.sum(control).as_py() or 0) == total and len(control) - control.null_count == priced
    if not same:
        raise RefusedError("unbalanced")


def _kind(cells: Sequence[str], header: Sequence[str]) -> str:
    """What a line is that is no record; "" for a record."""
    if not non_records.filled(cells):
        return "blank"
    if non_records.is_header(cells, header):
        return "header"
    if non_records.is_total(cells):
        return "total"
    return "note" if non_records.is_note(cells) else ""


def _unsound(lines: Lines, layout: Layout, delimiter: str, records: Records) -> None:
    for line, code in sorted(lines.faults.items()):
        text = "" if code == "too_long" else lines.text(line)
        cells = non_records.split(text, delimiter)
        kind = _kind(cells, layout.header) if cells is not None and code == "field_count" else ""
        if kind:
            records.ignored.append((line, amount_of(cells or [], layout), kind, cells or []))
            continue
        found, expected = "", ""
        if code == "field_count":
            found, expected = str(len(cells or [])), str(len(layout.header))
        elif code == "too_long":
            expected = str(PLAUSIBLE_LINE)
        records.quarantined.append((line, None, [Trouble(line, None, code, found, expected)]))


def amount_of(cells: Sequence[str], layout: Layout) -> int | None:
    """The control amount of a line that is no record, where one stands in its column."""
    if layout.control is None or len(cells) <= layout.places[layout.control]:
        return None
    value, _ = fen(cells[layout.places[layout.control]])
    return value if isinstance(value, int) else None


def _trouble(layout: Layout, key: str, code: str, cells: Sequence[str]) -> Trouble:
    place = layout.places[key]
    found = masked(cells[place]) if place < len(cells) else ""
    return Trouble(0, layout.title(key), code, found)


def damaged(records: pa.Table, layout: Layout) -> str | None:
    """The first id column whose values mostly end in zeros after fifteen digits: a spreadsheet was there."""
    for key in layout.places:
        if layout.format.columns[key].read in ("id", "buyer") and len(records) >= 3:
            hits = pc.sum(pc.match_substring_regex(records[key], DAMAGED)).as_py() or 0
            long = pc.sum(pc.match_substring_regex(records[key], r"^\d{16,}$")).as_py() or 0
            if long >= 3 and hits > long / 2:
                return key
    return None
