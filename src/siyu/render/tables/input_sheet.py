"""The sheet of inputs: a yellow column for a case of one's own, beside what is published, bounds and source."""

from collections.abc import Mapping

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from siyu.record import AssumptionEntry, FeeEntry
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.number_codes import column_code
from siyu.render.report import Report
from siyu.render.said import Said, untrusted
from siyu.render.tables.book import Book, BookSheet
from siyu.render.tables.inputs import Input

_WIDTHS = (46, 14, 14, 12, 12, 18, 12, 12, 12, 16, 14, 11, 40, 70, 34, 30)
_CASE, _PUBLISHED, _COUNTED, _LEAST, _MOST = 1, 2, 6, 7, 8


class InputSheet:
    """Every assumption and fee rule of the report; those the formulas use come first, with a cell for the reader."""

    def __init__(self, book: Book, report: Report, citations: Citations) -> None:
        self.book, self.report, self.citations, self.speech = book, report, citations, book.speech
        self.warning = '""'

    def write(self, inputs: Mapping[str, Input], used: list[str]) -> BookSheet:
        """The sheet. used: symbols of the formulas, in order."""
        say = self.speech.message
        note = "Fill in the yellow cells only; an empty one counts as published. Shares are entered as percent."
        sheet = self.book.table("inputs", _WIDTHS, say(note) if used else "")
        first = sheet.row
        for symbol in used:
            self._row(sheet, inputs[symbol].ref, inputs[symbol])
        if used:
            self._guard(sheet, first, sheet.row - 1)
        bound = {inputs[symbol].ref for symbol in used}
        for ref in sorted(self.report.sources.keys() - bound):
            self._row(sheet, ref, None)
        sheet.page.print_area(0, 0, sheet.row, _MOST)
        sheet.protect()
        return sheet

    def _row(self, sheet: BookSheet, ref: str, entry: Input | None) -> None:
        if not isinstance(row := self.report.sources[ref], AssumptionEntry | FeeEntry):
            return
        low, mode, high = row.ends
        code = column_code(row.ends, row.unit)
        sheet.text(0, self.citations.called(ref))
        for column, value in ((_PUBLISHED, mode), (3, low), (4, high)):
            sheet.number(column, value, code)
        if entry:
            self._own(sheet, entry, code)
        texts: dict[int, Said | str] = {
            5: self.speech.language.unit(row.unit),
            9: self.speech.named(labels.FAMILIES, row.family),
            10: self.speech.named(labels.CONFIDENCES, row.confidence),
            11: untrusted(self.speech.message(row.since), 20),
            12: self.speech.label(row.source.title) if row.source else "",
            13: self.speech.label(row.why, 4000),
            14: untrusted(ref, 120),
            15: f"{entry.symbol}_case" if entry else "",
        }
        for column, text in texts.items():
            sheet.text(column, text)
        sheet.row += 1

    def _own(self, sheet: BookSheet, entry: Input, code: str) -> None:
        """The cell for the reader's own value, what it may hold, and what then counts."""
        say, (least, most) = self.speech.message, entry.bounds
        case, published, low, high = (xl_rowcol_to_cell(sheet.row, at) for at in (_CASE, _PUBLISHED, _LEAST, _MOST))
        sheet.page.write_blank(sheet.row, _CASE, None, self.book.style("input", code))
        sheet.number(_LEAST, least, column_code([least], entry.unit))
        sheet.number(_MOST, most, column_code([most], entry.unit))
        inside = f"IF(AND({case}>={low},{case}<={high}),{case},{published})"
        sheet.formula(_COUNTED, f"IF(ISNUMBER({case}),{inside},{published})", entry.mode, code, "live")
        self.book.define(f"{entry.symbol}_case", sheet.name, sheet.row, _COUNTED)
        sheet.page.data_validation(
            sheet.row, _CASE, sheet.row, _CASE,
            {"validate": "decimal", "criteria": "between", "minimum": f"={low}", "maximum": f"={high}",
             "error_title": say("Outside its bounds"), "error_message": say("See the columns of bounds in this row.")},
        )  # fmt: skip

    def _guard(self, sheet: BookSheet, first: int, last: int) -> None:
        """What is outside its bounds stands in red, and the results say that it does not count."""
        case, low, high = (xl_rowcol_to_cell(first, at, col_abs=True) for at in (_CASE, _LEAST, _MOST))
        bad = f'AND({case}<>"",OR(NOT(ISNUMBER({case})),{case}<{low},{case}>{high}))'
        rule = {"type": "formula", "criteria": f"={bad}", "format": self.book.marked}
        sheet.page.conditional_format(first, _CASE, last, _CASE, rule)
        given, least, most = (f"'{sheet.name}'!{xl_range_abs(first, at, last, at)}" for at in (_CASE, _LEAST, _MOST))
        outside = f'SUMPRODUCT(({given}<>"")*(1-ISNUMBER({given})*({given}>={least})*({given}<={most})))'
        words = self.speech.message("Inputs outside their bounds count as published: ")
        self.warning = f'IF({outside}>0,"{words}"&{outside},"")'
