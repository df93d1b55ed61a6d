"""Workbooks and decks, read back: their numbers must be numbers of the findings they show."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from siyu.record import Chart, FindingRecord, Quantity, Table, TableRow
from siyu.runs.files.numerals import numbers_in, strange_numerals

_OFFICE = "{http://schemas.openxmlformats.org"
_A = f"{_OFFICE}/drawingml/2006/main}}"
_C = f"{_OFFICE}/drawingml/2006/chart}}"
_P = f"{_OFFICE}/presentationml/2006/main}}"
_S = f"{_OFFICE}/spreadsheetml/2006/main}}"
_RELATION = f"{_OFFICE}/officeDocument/2006/relationships}}id"
_AREA = re.compile(r"\$([A-Z]+)\$(\d+)")


def tables_faults(path: Path, findings: Sequence[FindingRecord]) -> Iterator[str]:
    """Each finding has a block under its key, which holds all of its values, and no number of its own."""
    try:
        book = CalamineWorkbook.from_path(path)
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (CalamineError, OSError) as error:
        yield f"cannot be read back ({type(error).__name__})"
        return
    blocks = _blocks(sheets, {record.full_key for record in findings})
    for record in findings:
        if record.full_key not in blocks:
            yield f"has no block of {record.full_key}"
            continue
        cells = {_rounded(number) for number in numbers_in(blocks[record.full_key])}
        if strange := sorted(cells - {_rounded(number) for number in numbers_in(record.as_json())}):
            yield f"shows {strange[0]:.10g} in the block of {record.key}, which findings.json does not hold"
        for value in record.values:
            ends = {"value": value.value, "low": value.low, "high": value.high}
            if missing := [name for name, end in ends.items() if _rounded(end) not in cells]:
                yield f"lacks {record.key}.{value.name}.{missing[0]}"


def _blocks(sheets: Sequence[Sequence[Sequence[Any]]], keys: set[str]) -> dict[str, list[Sequence[Any]]]:
    """Key -> rows from it on, to the next key or the end of its sheet."""
    found: dict[str, list[Sequence[Any]]] = {}
    for rows in sheets:
        block: list[Sequence[Any]] = []
        for row in rows:
            for key in keys.intersection(cell for cell in row if isinstance(cell, str)):
                block = found.setdefault(key, [])
            block.append(row)
    return found


def deck_faults(path: Path, findings: Sequence[FindingRecord]) -> Iterator[str]:
    """Every part is as it was written; charts and tables of findings hold their numbers and no others."""
    try:
        with zipfile.ZipFile(path) as package:
            if broken := package.testzip():
                yield f"is damaged in {broken}"
                return
            yield from _exhibit_faults(package, {one.full_key: one for one in findings})
    except (zipfile.BadZipFile, ET.ParseError, KeyError, OSError) as error:
        yield f"cannot be read back ({type(error).__name__})"


def _exhibit_faults(package: zipfile.ZipFile, findings: Mapping[str, FindingRecord]) -> Iterator[str]:
    rows: Counter[str] = Counter()  # of tables: they go on from slide to slide
    slides = [name for name in package.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
    for slide in sorted(slides, key=lambda name: int(re.sub(r"\D", "", name))):
        for frame in _xml(package, slide).iter(f"{_P}graphicFrame"):
            kind, _, key = next(frame.iter(f"{_P}cNvPr")).get("name", "").partition(" ")
            if key not in findings:  # a table of sources or words
                continue
            found: Iterator[str] = iter(())
            shown = findings[key].chart
            if kind == "Chart" and isinstance(shown, Chart):
                relation = next(frame.iter(f"{_C}chart")).get(_RELATION, "")
                found = _chart_faults(package, _target(package, slide, relation), shown)
            elif kind == "Table":
                lines = [_texts(line) for line in frame.iter(f"{_A}tr")][1:]
                found = _table_faults(lines, rows[key], shown)
                rows[key] += len(lines)
            for fault in found:
                yield f"{fault} on slide {re.sub(r'[^0-9]', '', slide)} ({key})"


def _chart_faults(package: zipfile.ZipFile, part: str, chart: Chart) -> Iterator[str]:
    """The workbook holds the rows' values and nothing typed in that is not theirs; what is drawn is the workbook."""
    from siyu.charts.kinds import KINDS  # drawing takes a second to load, which only checking a deck needs

    drawn, kind = _xml(package, part), KINDS[chart.kind]
    with zipfile.ZipFile(io.BytesIO(package.read(_target(package, part, "rId1")))) as workbook:
        cells = {cell.get("r", ""): cell for cell in _xml(workbook, "xl/worksheets/sheet1.xml").iter(f"{_S}c")}
    told = {place: cell.find(f"{_S}v") for place, cell in cells.items() if cell.get("t", "n") == "n"}
    numbers = {place: float(value.text or "nan") for place, value in told.items() if value is not None}
    known = {_rounded(number) for number in numbers_in(chart.as_json())} | {*kind.switches}
    typed = {_rounded(number) for place, number in numbers.items() if cells[place].find(f"{_S}f") is None}
    if strange := sorted(typed - known):
        yield f"has {strange[0]:.10g} behind a chart, which findings.json does not hold,"
    if missing := sorted({_rounded(row.at(end)) for row in chart.rows for end in kind.ends} - typed):
        yield f"lacks {missing[0]:.10g} behind a chart"
    for reference in drawn.iter(f"{_C}numRef"):
        area = _AREA.search(reference.findtext(f"{_C}f") or "")
        column, first = (area[1], int(area[2])) if area else ("", 0)
        for point in reference.iter(f"{_C}pt"):
            number = float(point.findtext(f"{_C}v") or "nan")
            behind = numbers.get(f"{column}{first + int(point.get('idx', 0))}")
            if behind is None or _rounded(behind) != _rounded(number):
                yield f"draws {number:.10g} where its workbook has {'nothing' if behind is None else f'{behind:.10g}'}"


def _table_faults(lines: Sequence[Sequence[str]], first: int, shown: Chart | Table) -> Iterator[str]:
    """Each cell that shows a number of the finding shows that number. lines: cells of the rows from `first` on."""
    expected = _listed(shown) if isinstance(shown, Table) else _gridded(shown)
    for at, texts in enumerate(lines, first):
        numbers = expected[at] if at < len(expected) else []
        if len(numbers) != len(texts):
            yield "has a table of another shape than in findings.json"
            return
        for text, known in zip(texts, numbers, strict=True):
            if known and strange_numerals(text, known):
                yield f"shows {text} in a table, which findings.json does not hold,"


def _listed(table: Table) -> list[list[list[float]]]:
    """Numbers of each cell of a table, row by row."""
    return [[_figures(row, column.key) for column in table.columns] for row in table.rows]


def _gridded(chart: Chart) -> list[list[list[float]]]:
    """The same of label x series; the first column names the rows."""
    down, across, held = chart.grid()
    found = [[held.get((label, name)) for name in across] for label in down]
    return [[[], *([mark.value] if mark else [] for mark in line)] for line in found]


def _figures(row: TableRow, column: str) -> list[float]:
    """The numbers that a cell shows: its own, and those of the range it belongs to."""
    if isinstance(cell := row.cell(column), Quantity):
        return numbers_in([cell.value, cell.low, cell.high])
    return numbers_in([row.number(column), *((row.number("low"), row.number("high")) if column == "value" else ())])


def _texts(line: ET.Element) -> list[str]:
    return ["".join(text.text or "" for text in cell.iter(f"{_A}t")) for cell in line.iter(f"{_A}tc")]


def _target(package: zipfile.ZipFile, part: str, relation: str) -> str:
    """The part that a relation of another leads to. Raises KeyError when there is none."""
    place = PurePosixPath(part)
    for entry in _xml(package, str(place.parent / "_rels" / f"{place.name}.rels")):
        if entry.get("Id") == relation:
            return str(place.parent.parent / entry.get("Target", "").removeprefix("../"))
    raise KeyError(relation)


def _xml(package: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(package.read(name))  # noqa: S314 - written by this run a moment ago


def _rounded(number: float) -> float:
    """As Excel keeps it, short of the digits in which two writers may differ."""
    return float(f"{number:.12g}")
