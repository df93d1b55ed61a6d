"""Cells of a table finding in plain text, for deck and workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siyu.render import labels
from siyu.render.page.prose import NAME_LENGTH, NOTE_LENGTH
from siyu.render.plain import Plain

Record = Mapping[str, Any]
_ENDS = ("value", "low", "high")
NOTHING = "—"


@dataclass(frozen=True)
class CellWords:
    """text: what is read. numbers: value, low, high where the cell is a figure. check: key of a yes/no mark."""

    text: str
    numbers: tuple[float, ...] = ()
    unit: str = ""
    check: str = ""


def cell_words(  # noqa: PLR0911 - one return for each kind of cell
    plain: Plain, finding: Record, row: Record, column: Record
) -> CellWords:
    """One cell of a table or matrix finding. A `value` cell with its own low and high is a range."""
    key, cell = column["key"], row.get(column["key"])
    unit = str(column.get("unit") or row.get("unit") or "")
    if cell is None or cell == "":
        return CellWords(NOTHING)
    if isinstance(cell, bool) or (finding["chart"]["kind"] == "matrix" and str(cell) in labels.CHECKS):
        check = {True: "yes", False: "no"}.get(cell, str(cell))
        mark, word = labels.CHECKS[check]
        return CellWords(f"{mark} {plain.message(word)}", check=check)
    if isinstance(cell, int | float):
        if key == "value" and row.get("low") is not None and row["low"] != row["high"]:
            return _figure(plain, {end: row[end] for end in _ENDS}, unit)
        return CellWords(plain.language.number(cell, unit), (cell,), unit)
    if isinstance(cell, Mapping) and "value" in cell:
        return _figure(plain, cell, str(cell.get("unit") or unit))
    if isinstance(cell, list | tuple):
        return CellWords(plain.language.comma.join(plain.label(entry, NAME_LENGTH) for entry in cell))
    if isinstance(cell, str):
        return CellWords(plain.label(cell, NOTE_LENGTH))
    return CellWords(plain.label(cell, NOTE_LENGTH))


def _figure(plain: Plain, entry: Record, unit: str) -> CellWords:
    numbers = tuple(entry[end] for end in _ENDS if entry.get(end) is not None)
    return CellWords(plain.figure(entry, unit), numbers, unit)
