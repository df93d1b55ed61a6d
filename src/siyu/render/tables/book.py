"""A workbook being written: styles, cells that stay what they are, names, links between its own sheets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siyu import theme
from siyu.messages import tables
from siyu.render.number_codes import column_code
from siyu.render.packing import PLAIN
from siyu.render.said import Said, untrusted
from siyu.render.speech import Speech

LABELS = tables(__file__)
LONGEST = 32_767  # characters a cell can hold
_KEPT = 32_000
_STYLES: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 15},
    "mute": {"font_color": theme.MUTE, "valign": "top"},
    "note": {"font_color": theme.MUTE, "text_wrap": True, "valign": "top"},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "bottom_color": theme.MUTE},
    "group": {"bold": True, "font_color": theme.MAIN, "bottom": 1, "bottom_color": theme.MAIN},
    "number": {"valign": "top"},
    "input": {"valign": "top", "bg_color": "#FFF8E1", "locked": False},
    "live": {"valign": "top", "bg_color": theme.SOFT},
    "warning": {"bold": True, "font_color": theme.RIVAL},
    "total": {"bold": True, "valign": "top", "top": 1},
    "link": {"font_color": theme.MAIN, "underline": 1, "valign": "top"},
}
# a text that starts like a formula is marked as text, so that it stays one when its cell is edited
_FORMULA = re.compile(r"\s*[=+\-@]")


class Book:
    """An .xlsx in memory. Text of data files is only ever written as text."""

    def __init__(self, speech: Speech, title: str, as_of: str) -> None:
        self.speech = speech
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, PLAIN)
        fixed = datetime.fromisoformat(as_of)  # no clock: the same report gives the same bytes
        self._book.set_properties({"title": title[:200], "author": "Siyu", "created": fixed})
        self._formats: dict[tuple[str, str, bool], Format] = {}
        self._names: dict[str, str] = {}

    def sheet(self, name: str) -> BookSheet:
        """A new sheet; its name is made to fit Excel's rules and to be the only one."""
        base = re.sub(r"[\[\]:*?/\\']", " ", untrusted(name, 60)).strip()[:31] or "-"
        found, number = base, 1
        while found.lower() in self._names or found.lower() == "history":
            number += 1
            found = f"{base[: 31 - len(str(number)) - 1]} {number}"
        self._names[found.lower()] = found
        return BookSheet(self, self._book.add_worksheet(found), found)

    def table(self, kind: str, widths: Sequence[float], *notes: str, frozen: int = 1) -> BookSheet:
        """A new sheet that holds one table. kind: in SHEETS of `labels.yml`; frozen: columns kept in sight."""
        about, say = LABELS["SHEETS"][kind], self.speech.message
        sheet = self.sheet(say(about["name"]))
        sheet.widths(*widths)
        sheet.opening(say(about.get("title", about["name"])), *notes)
        sheet.freeze(frozen)
        sheet.heads(map(say, about["heads"]))
        return sheet

    def define(self, name: str, sheet: str, row: int, column: int) -> None:
        """A name for one cell."""
        self._book.define_name(name, f"='{sheet}'!{xlsxwriter.utility.xl_rowcol_to_cell(row, column, True, True)}")

    def style(self, name: str, code: str = "", *, quoted: bool = False) -> Format:
        """A format, made once."""
        key = (name, code, quoted)
        if key not in self._formats:
            properties = {**_STYLES[name], "font_name": "Arial", "font_size": _STYLES[name].get("font_size", 10)}
            properties |= {"num_format": code} if code else {}
            self._formats[key] = self._book.add_format(properties | ({"quote_prefix": True} if quoted else {}))
        return self._formats[key]

    @property
    def marked(self) -> Format:
        """A format for cells that a condition marks as wrong."""
        return self._book.add_format({"font_color": "#b3261e", "bold": True})

    def content(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._buffer.getvalue()


class BookSheet:
    """One sheet, written from the top; `row` is the next free one."""

    def __init__(self, book: Book, page: Worksheet, name: str) -> None:
        self.book, self.page, self.name, self.row = book, page, name, 0
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&8&A&R&8&P / &N")

    def text(self, column: int, content: Said | str, style: str = "text") -> None:
        """A text, whole as far as a cell can hold it; what is cut says so."""
        if content:
            kept = self.fitting(str(content))
            shape = self.book.style(style, "@" if style == "text" else "", quoted=bool(_FORMULA.match(kept)))
            self.page.write_string(self.row, column, kept, shape)

    def number(self, column: int, value: float | None, code: str = "", style: str = "number") -> None:
        """A number as the findings hold it."""
        if value is not None:
            self.page.write_number(self.row, column, value, self.book.style(style, code))

    def figure(self, column: int, ends: Iterable[object], unit: str) -> None:
        """Value, low and high in a column and the next two, all in one format; what is no number is left out."""
        known = {at: end for at, end in enumerate(ends, start=column) if isinstance(end, int | float)}
        code = column_code(known.values(), unit)
        for at, end in known.items():
            self.number(at, end, code)

    def formula(self, column: int, formula: str, value: float | str, code: str = "", style: str = "number") -> None:
        """A formula of ours with the value it had when the report was made."""
        self.page.write_formula(self.row, column, f"={formula}", self.book.style(style, code), value)

    def texts(self, contents: Iterable[Said | str], style: str = "text") -> None:
        """Texts from the left; an empty one leaves its cell."""
        for column, content in enumerate(contents):
            self.text(column, content, style)

    def line(self, content: Said | str, style: str) -> None:
        """A text on a row of its own."""
        self.text(0, content, style)
        self.row += 1

    def group(self, content: Said | str, last: int, aside: str = "") -> None:
        """A heading over the columns up to `last`, where the aside stands."""
        for column in range(last + 1):
            self.page.write_blank(self.row, column, None, self.book.style("group"))
        self.text(0, content, "group")
        self.text(last, aside, "group")
        self.row += 1

    def opening(self, title: Said | str, *notes: Said | str) -> None:
        """Title and notes on top."""
        self.line(title, "title")
        for note in notes:
            self.line(note, "mute")
        self.row += 1

    def freeze(self, column: int = 1) -> None:
        """Keep what stands above the next row's headings in sight, and on every printed page."""
        self.page.freeze_panes(self.row + 1, column)
        self.page.repeat_rows(self.row)

    def heads(self, words: Iterable[str]) -> None:
        """A row of headings."""
        self.texts(words, "head")
        self.row += 1

    def link(self, sheet: str) -> None:
        """A link to another sheet of this workbook, in the first column."""
        self.page.write_url(self.row, 0, f"internal:'{sheet}'!A1", self.book.style("link"), sheet)

    def protect(self) -> None:
        """Lock what is not for the reader to change; a password would only be in the way."""
        self.page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})

    def widths(self, *widths: float) -> None:
        """Widths of the columns from the left, in characters."""
        for at, width in enumerate(widths):
            self.page.set_column(at, at, width)

    def fitting(self, content: str) -> str:
        """A text that a cell can hold."""
        if len(content.encode("utf-16-le")) // 2 <= LONGEST:
            return content
        note = self.book.speech.message("[shortened: the text has {count} characters]", count=len(content))
        return f"{content[: _KEPT // 2]}… {note}"
