"""Tables of a web page: what several platforms save under the ending .xls."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

from siyu.intake.reading.problems import RefusedError

WIDEST = 600  # columns that a span may fill
LARGEST = 200_000_000


def is_page(start: bytes) -> bool:
    """Whether bytes begin a web page rather than a table of text."""
    plain = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return plain.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<div"))


def tables(text: str) -> list[tuple[bytes, tuple[int, ...]]]:
    """Each table with records as UTF-8 CSV, and the number of each of its rows, from 1.

    A table in a table, or a cell over several rows, is refused: which record it belongs to cannot be told.
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    found = []
    for rows in reader.tables:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        numbers = []
        for number, row in enumerate(rows, 1):
            if any(row):
                writer.writerow(row)
                numbers.append(number)
        if len(numbers) > 1:
            found.append((out.getvalue().encode(), tuple(numbers)))
    if not found:
        raise RefusedError("wrong_dress", found="an HTML page without a table")
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.depth = 0
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth > 1:
                raise RefusedError("wrong_dress", found="an HTML page with tables in tables")
            self.tables.append([])
        elif tag == "tr" and self.depth:
            self._end()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.depth:
            self._end()
            given = dict(attrs)
            if given.get("rowspan") not in (None, "1"):
                raise RefusedError("wrong_dress", found="an HTML page with cells over several rows")
            wide = given.get("colspan") or "1"
            self.span = min(int(wide), WIDEST) if wide.isdigit() and len(wide) < 6 else 1
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end()
        if tag == "table":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _end(self) -> None:
        if self.cell is not None and self.tables:
            rows = self.tables[-1]
            if not rows:
                rows.append([])
            rows[-1] += [" ".join("".join(self.cell).split()), *[""] * (self.span - 1)]
        self.cell = None
