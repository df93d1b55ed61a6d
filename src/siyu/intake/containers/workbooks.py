"""Sheets of a workbook as lines of text, after a look that no bomb survives."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from siyu.intake.containers import xls, xlsx
from siyu.intake.containers.marks import Marks, Sheet
from siyu.intake.containers.number_formats import shown
from siyu.intake.reading.problems import RefusedError

DAMAGED = "1.0E+16"  # what a reader of ids must see where a spreadsheet has rounded a number


def sheets(file: BinaryIO, archive: zipfile.ZipFile | None) -> list[Sheet]:
    """Every sheet with content; archive: of an XLSX, None for the old kind. Raises RefusedError."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    seen, styles = xlsx.marks(archive) if archive is not None else xls.marks(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        found = []
        for number, about in enumerate(book.sheets_metadata):
            rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
            marks = seen.get(about.name if archive is not None else str(number), Marks())
            if about.visible != SheetVisibleEnum.Visible:
                marks.hidden = list(range(1, len(rows) + 1))
            found.append(replace(_sheet(about.name, rows, marks), shown=tuple(shown(marks.styled, styles))))
    except RefusedError:
        raise
    except (CalamineError, ValueError, OSError) as error:
        raise RefusedError("bad_archive") from error
    if not (filled := [sheet for sheet in found if sheet.rows]):
        raise RefusedError("empty")
    return filled


def _sheet(title: str, rows: Sequence[Sequence[Any]], marks: Marks) -> Sheet:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    instead: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text_of in marks.instead.items():
        instead.setdefault(row, []).append((column, text_of))
    numbers = []
    for number, line in enumerate(rows, 1):
        cells = [_text(cell) for cell in line]
        for column, text_of in instead.get(number, ()):
            if column <= len(cells):
                cells[column - 1] = text_of
        if any(cells):
            writer.writerow(cells)
            numbers.append(number)
    filled = set(numbers)
    hidden = tuple(row for row in marks.hidden if row in filled)
    return Sheet(title, text.getvalue().encode(), tuple(numbers), hidden, struck=marks.strikes)


def _number(value: float) -> str:
    if abs(value) >= 10**15:
        return DAMAGED
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"  # what a spreadsheet shows


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        # a sheet knows its cells, so a break inside one is no danger: it becomes a blank
        return " ".join(cell.split()) if re.search(r"[\r\n\0]", cell) else cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return (cell + timedelta(microseconds=500_000)).strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
