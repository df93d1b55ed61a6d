"""XLSX sheets as lines of text, after a look at the archive that no bomb survives."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any, BinaryIO

from siyu.intake.reading.problems import RefusedError

CELL_LIMIT = 30_000_000  # cells of one sheet: 400,000 orders of 75 columns
ROW_LIMIT, COLUMN_LIMIT = 1_048_576, 600
PART_LIMIT = 1_500_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,8})"')
DAMAGED = "1.0E+16"  # what a reader of ids must see where a spreadsheet has rounded a number


def sheet_tables(file: BinaryIO, archive: zipfile.ZipFile) -> list[tuple[str, bytes, tuple[int, ...]]]:
    """Title, UTF-8 CSV and sheet rows of every sheet with content. Raises RefusedError."""
    from python_calamine import CalamineError, CalamineWorkbook

    _inspect(archive)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        tables = [
            (name, *_lines(book.get_sheet_by_name(name).to_python(skip_empty_area=False))) for name in book.sheet_names
        ]
    except (CalamineError, ValueError, OSError) as error:
        raise RefusedError("bad_archive") from error
    filled = [table for table in tables if table[2]]
    if not filled:
        raise RefusedError("empty")
    return filled


def _inspect(archive: zipfile.ZipFile) -> None:
    """Refuse entities, and sheets whose outermost cell would make a reader allocate the whole sheet."""
    for info in archive.infolist():
        if not info.filename.endswith((".xml", ".rels")):
            continue
        if info.file_size > PART_LIMIT:
            raise RefusedError("too_large")
        sheet = "worksheets/" in info.filename
        last_row, last_column, tail = 0, 0, b""
        try:
            with archive.open(info) as part:
                while block := part.read(1 << 20):
                    window = tail + block
                    if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                        raise RefusedError("entities")
                    if sheet:
                        last_row = max([last_row, *map(int, set(_ROW.findall(window)))])
                        cells = _CELL.findall(window)
                        last_row = max([last_row, *(int(row) for _, row in cells)])
                        last_column = max([last_column, *(_number(name) for name in {c for c, _ in cells})])
                        if last_column > COLUMN_LIMIT or last_row > ROW_LIMIT:
                            raise RefusedError("too_large")
                    tail = window[-256:]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise RefusedError("bad_archive") from error
        # a sheet that is mostly empty costs as much as a full one
        if last_row * last_column > max(1_000_000, min(CELL_LIMIT, info.file_size)):
            raise RefusedError("too_large")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _lines(rows: list[list[Any]]) -> tuple[bytes, tuple[int, ...]]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    numbers = []
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            writer.writerow(cells)
            numbers.append(number)
    return text.getvalue().encode(), tuple(numbers)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        if abs(cell) >= 10**15:
            return DAMAGED
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date | time):
        return cell.isoformat()
    # a sheet knows its cells, so a break inside one is no danger: it becomes a blank
    return " ".join(str(cell).split()) if re.search(r"[\r\n\0]", str(cell)) else str(cell)
