"""A ledger file: a CSV table whose every row is checked, with all problems reported at once."""

import csv
import io
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from siyu import reads
from siyu.errors import LedgerError, Problem, nearest, several, shown_path
from siyu.language import Text
from siyu.paths import address


class Row(BaseModel):
    """Base of all ledger rows. Empty cells are None; `line` is the physical line, header = 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    optional_columns: ClassVar[frozenset[str]] = frozenset()  # those that a file may leave out
    line: int

    def both(self, column: str) -> Text:
        """What a column says, in both languages."""
        return {"en": getattr(self, column), "zh": getattr(self, f"{column}_zh")}


class Reasoned(Row):
    """A row that says where it is from and why it is so."""

    source: str
    grade: str
    rationale: str
    rationale_zh: str


RowT = TypeVar("RowT", bound=Row)
# a cell of names, separated by spaces
Words = Annotated[tuple[str, ...], BeforeValidator(lambda cell: tuple(str(cell).split()) if cell else ())]


class Faults:
    """What is wrong between the rows of a ledger file and elsewhere, gathered and raised together."""

    def __init__(self, path: Path) -> None:
        self.file = shown_path(path)
        self.problems: list[Problem] = []

    def add(self, row: Row | None, column: str, found: str, expected: str, step: str) -> None:
        """A fault of a row, or of the whole file."""
        self.problems.append(Problem(self.file, row.line if row else 0, column, found, expected, step))

    def unknown(self, row: Row, column: str, known: Collection[str], expected: str = "", more: str = "") -> None:
        """Names of a cell that are not `known`. expected: what they should be. more: the step behind the nearest."""
        cell = getattr(row, column)
        for name in (cell,) if isinstance(cell, str) else cell or ():
            if name not in known:
                self.add(row, column, name, expected or f"a known {column}", f"{nearest(name, known)}{more}")

    def by_id(self, rows: Iterable[RowT], column: str, noun: str) -> dict[str, RowT]:
        """id -> row; ids used twice are faults, and all faults so far are raised as LedgerError."""
        found: dict[str, RowT] = {}
        for row in rows:
            key = getattr(row, column)
            if key in found:
                seen = f"{key}, also on line {found[key].line}"
                self.add(row, column, seen, "an id used once", f"Give each {noun} its own id.")
            found.setdefault(key, row)
        self.end()
        return found

    def end(self) -> None:
        """Raise what was found."""
        if self.problems:
            raise LedgerError(self.problems)


def read_table(path: Path, model: type[RowT]) -> list[RowT]:
    """Rows of a UTF-8 CSV in file order, each validated by `model`.

    The header must hold exactly the model's fields (without `line`; some may be optional), in any order.
    Raises LedgerError with every problem of the file: encoding, header, field counts, cell values.
    """
    file = shown_path(path)
    try:
        text = reads.table(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        missing = Problem(file, 0, "", "no file", "a CSV table", "Restore it from version control.")
        raise LedgerError([missing]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x}"
        raise LedgerError([Problem(file, line, "", found, "UTF-8 text", "Save the file as UTF-8.")]) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = [name for name in model.model_fields if name != "line"]
    rows: list[RowT] = []
    try:
        header = next(reader, [])
        if problems := _header_problems(file, header, columns, model.optional_columns):
            raise LedgerError(problems)
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not cells:
                continue
            if len(cells) != len(header):
                found, expected = several(len(cells), "field"), several(len(header), "field")
                step = "Quote fields that hold a comma; remove stray quotes."
                problems.append(Problem(file, line, "", found, expected, step))
                continue
            values: dict[str, Any] = {k: v.strip() or None for k, v in zip(header, cells, strict=True)}
            try:
                rows.append(model(line=line, **values))
            except ValidationError as error:
                problems += [_cell_problem(file, line, detail) for detail in error.errors()]
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, "", str(error), "well-formed CSV", "Mend the quotes."))
    if problems:
        raise LedgerError(problems)
    return rows


def layered(
    read: Callable[[Path], dict[str, RowT]], path: Path, *overrides: Path
) -> tuple[dict[str, RowT], tuple[str, ...], frozenset[str]]:
    """(rows by id, addresses of the files, ids that overrides bring). Rows of the overrides, files that may be
    missing, replace rows of the same id or are added."""
    rows, own = read(path), dict[str, RowT]()
    for override in overrides:
        if override.exists():
            own |= read(override)
        else:
            reads.no_table(override)
    return rows | own, tuple(map(address, (path, *overrides))), frozenset(own)


def _header_problems(file: str, header: list[str], columns: list[str], optional: frozenset[str]) -> list[Problem]:
    found, known = f"columns {', '.join(header) or 'nothing'}", f"one each of {', '.join(columns)}"
    lacking = [name for name in columns if name not in header and name not in optional]
    strange = [name for name in header if name not in columns or header.count(name) > 1]
    return [
        *(Problem(file, 1, name, found, "this column", "Add it to the header.") for name in lacking),
        *(Problem(file, 1, name, "this column", known, "Rename or remove it.") for name in strange),
    ]


def _cell_problem(file: str, line: int, detail: Any) -> Problem:
    column = ".".join(str(part) for part in detail["loc"])
    given = detail["input"]
    found = "a row with contradicting cells" if isinstance(given, dict) else "nothing" if given is None else repr(given)
    expected = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem(file, line, column, found, expected, "Mend this cell; data/README.md lists what is allowed.")
