"""The workbook behind a chart: what `Edit Data` opens. Columns that follow from others are live formulas."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from siyu.render.deck.plots.xml import SHEET
from siyu.render.packing import PLAIN

CREATED = datetime(2021, 1, 1)  # noqa: DTZ001 - a fixed date: the same chart gives the same bytes
Cell = str | float | None


def quoted(text: str) -> str:
    """A text inside a formula."""
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True)
class SheetColumn:
    """A column: heading and cells. formula: row number (from 2) -> formula whose results the cells are."""

    name: str
    cells: Sequence[Cell]
    formula: Callable[[int], str] | None = None


@dataclass
class ChartSheet:
    """Columns in order; `add` returns the letter of the new one.

    formula: of a row by its number, or with `{row}` in place of it."""

    columns: list[SheetColumn] = field(default_factory=list)

    def add(self, name: str, cells: Sequence[Cell], formula: Callable[[int], str] | str | None = None) -> str:
        """Append a column and return its letter."""
        said = (lambda row: formula.format(row=row)) if isinstance(formula, str) else formula
        self.columns.append(SheetColumn(name, cells, said))
        letter: str = xl_col_to_name(len(self.columns) - 1)
        return letter

    def workbook(self) -> bytes:
        """The .xlsx. The same columns give the same bytes."""
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, PLAIN)
        book.set_properties({"created": CREATED})
        page = book.add_worksheet(SHEET)
        for across, column in enumerate(self.columns):
            page.write_string(0, across, column.name)
            for down, cell in enumerate(column.cells, start=1):
                if column.formula is not None and cell is not None:
                    page.write_formula(down, across, column.formula(down + 1), value=cell)
                elif isinstance(cell, str):
                    page.write_string(down, across, cell)
                elif cell is not None:
                    page.write_number(down, across, cell)
        page.set_column(0, 0, 32)
        page.set_column(1, max(1, len(self.columns) - 1), 14)
        book.close()
        return buffer.getvalue()
