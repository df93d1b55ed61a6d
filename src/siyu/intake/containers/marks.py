"""What a sheet holds beside the values that a reader of workbooks hands out."""

from dataclasses import dataclass, field

from siyu.intake.containers.number_formats import Shown
from siyu.intake.containers.paging import ListPage
from siyu.intake.formats.identities import MERGED
from siyu.intake.reading.problems import RefusedError

CELL_LIMIT = 30_000_000  # cells of one sheet: 400,000 orders of 75 columns
ROW_LIMIT, COLUMN_LIMIT = 1_048_576, 600
LISTED = 100_000  # cells of a sheet that are errors, beyond which it is no table
Stroke = tuple[int, int, int]  # of a column from 0: its first and its last row, from 1
ERROR = "#ERROR!"  # a cell whose formula failed


@dataclass(frozen=True)
class Sheet:
    """One sheet: title, its filled rows as UTF-8 CSV, the row number of each line, rows that are hidden, what its
    cells show beside their numbers, and which are struck through (column from 0, first and last row of a run). pages:
    of a list that may be a part of a longer one."""

    title: str
    text: bytes
    rows: tuple[int, ...]
    hidden: tuple[int, ...] = ()
    shown: tuple[Shown, ...] = ()
    struck: tuple[Stroke, ...] = ()
    pages: tuple[ListPage, ...] = ()


@dataclass
class Marks:
    """Of one sheet, rows and columns from 1: hidden rows, cells that hold no value: what to read instead, and the first
    row of each column and style of cells that hold numbers; runs of rows whose cells are struck through, by column.

    last_row, last_column: the outermost cell, which tells what a reader would allocate."""

    hidden: list[int] = field(default_factory=list)
    instead: dict[tuple[int, int], str] = field(default_factory=dict)
    styled: dict[tuple[int, str], int] = field(default_factory=dict)
    struck: dict[int, list[list[int]]] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0

    def cell(self, row: int, column: int) -> None:
        """A cell lies there. Raises RefusedError when no table has one."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if row > ROW_LIMIT or column > COLUMN_LIMIT:
            raise RefusedError("too_large")

    def holds(self, row: int, column: int, text: str) -> None:
        """A cell without a value."""
        self.instead[row, column] = text
        if len(self.instead) > LISTED:
            raise RefusedError("too_large")

    def number(self, row: int, column: int, style: str) -> None:
        """A cell with a number."""
        self.styled.setdefault((column, style), row)
        if len(self.styled) > LISTED:
            raise RefusedError("too_large")

    def strike(self, row: int, column: int) -> None:
        """A cell that is struck through."""
        runs = self.struck.setdefault(column, [])
        if runs and runs[-1][1] in (row, row - 1):
            runs[-1][1] = row
        else:
            runs.append([row, row])
        if len(runs) > LISTED:
            raise RefusedError("too_large")

    @property
    def strikes(self) -> tuple[Stroke, ...]:
        """Runs of cells that are struck through, as a sheet has them."""
        return tuple((column - 1, first, last) for column, runs in self.struck.items() for first, last in runs)

    def merged(self, top: int, bottom: int, left: int, right: int) -> None:
        """A merged range. Over several rows of one column it is a value that several records share; else a title."""
        for row in range(top + 1, bottom + 1) if left == right else ():
            self.holds(row, left, MERGED)

    def bounded(self, size: int) -> None:
        """Raise RefusedError when the sheet is mostly empty and would cost as much as a full one. size: its bytes."""
        if self.last_row * self.last_column > max(1_000_000, min(CELL_LIMIT, size)):
            raise RefusedError("too_large")
