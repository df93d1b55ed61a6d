"""Tables of a web page: what several platforms save under the ending .xls."""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from lxml import etree

from siyu.intake.containers.marks import COLUMN_LIMIT, ROW_LIMIT, Sheet, Stroke
from siyu.intake.reading.problems import RefusedError

CELL_TEXT = 32_767  # characters that a cell of a spreadsheet holds
PIECE = 1 << 16
_AROUND = ("table", "thead", "tbody", "tfoot", "div", "body")
_STRUCK, _LINE = ("s", "strike", "del"), re.compile(r"line-through", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
DEEPEST = 200  # elements around a row
SPARE = 200_000  # elements beyond those that cells bring along


def is_page(start: bytes) -> bool:
    """Whether bytes begin a web page rather than a table of text."""
    plain = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if plain.startswith(b"<?xml") and b"<html" in plain:
        return True
    return plain.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<div"))


def tables(text: Iterable[str]) -> list[Sheet]:
    """Each table with records, and the number of each of its rows, from 1. text: the page, in pieces.

    A table in a table, or a cell over several rows, is refused: which record it belongs to cannot be told."""
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=False, no_network=True, remove_comments=True)
    try:
        for piece in text:
            parser.feed(piece)
        parser.close()
    except etree.ParserError:
        raise RefusedError("wrong_dress", found="an HTML page without a table") from None
    found = [
        Sheet("", out.getvalue().encode(), tuple(rows), tuple(hidden), struck=tuple(struck))
        for out, rows, hidden, struck in reader.tables
        if len(rows) > 1
    ]
    if not found:
        raise RefusedError("wrong_dress", found="an HTML page without a table")
    return found


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))


class _Reader:
    """Rows as they end; nothing else of the page is kept."""

    def __init__(self) -> None:
        self.tables: list[tuple[io.StringIO, list[int], list[int], list[Stroke]]] = []
        self.unseen: list[tuple[str, bool]] = []  # open elements around rows, and whether they are hidden
        self.depth = self.elements = self.cells = self.number = self.length = 0
        self.row: list[str] = []
        self.cell: list[str] | None = None
        self.span, self.dark, self.line, self.struck = 1, False, False, set[int]()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.elements += 1
        if self.elements > 20 * self.cells + SPARE:
            raise RefusedError("too_large")
        if tag in _AROUND:
            self.unseen.append((tag, _is_hidden(attributes)))
            if len(self.unseen) > DEEPEST:
                raise RefusedError("too_large")
        if tag == "table":
            self._table()
        elif tag == "tr" and self.depth:
            self._end_row()
            self.number += 1
            self.dark = _is_hidden(attributes) or any(hidden for _, hidden in self.unseen)
            self.line = bool(_LINE.search(attributes.get("style", "")))
            if self.number > ROW_LIMIT:
                raise RefusedError("too_large")
        elif tag in ("td", "th") and self.depth:
            self._cell(attributes)
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")
        if self.cell is not None and (self.line or tag in _STRUCK or _LINE.search(attributes.get("style", ""))):
            self.struck.add(len(self.row))

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
        if tag == "table":
            self.depth = max(0, self.depth - 1)
        if self.unseen and self.unseen[-1][0] == tag:
            self.unseen.pop()

    def data(self, data: str) -> None:
        """Text."""
        if self.cell is not None:
            self.cell.append(data)
            self.length += len(data)
            if self.length > CELL_TEXT:
                raise RefusedError("too_large")

    def close(self) -> None:
        """The page ends."""
        self._end_row()

    def _table(self) -> None:
        self.depth += 1
        if self.depth > 1:
            raise RefusedError("wrong_dress", found="an HTML page with tables in tables")
        self.tables.append((io.StringIO(), [], [], []))
        self.number = 0

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self._end_cell()
        self.cells += 1
        if attributes.get("rowspan", "1") != "1":
            raise RefusedError("wrong_dress", found="an HTML page with cells over several rows")
        wide = attributes.get("colspan", "1")
        self.span = int(wide) if wide.isascii() and wide.isdigit() and len(wide) < 6 else 1
        if len(self.row) + self.span > COLUMN_LIMIT:
            raise RefusedError("too_large")
        self.cell, self.length = [], 0

    def _end_cell(self) -> None:
        if self.cell is not None:
            self.row += [" ".join("".join(self.cell).split()), *[""] * (self.span - 1)]
        self.cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if any(self.row):
            out, rows, hidden, struck = self.tables[-1]
            csv.writer(out, lineterminator="\n").writerow(self.row)
            rows.append(max(self.number, 1))
            hidden += rows[-1:] if self.dark else []
            struck += [(column, rows[-1], rows[-1]) for column in sorted(self.struck)]
        self.row, self.struck = [], set()
