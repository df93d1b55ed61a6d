"""One block of lines as records: which are accepted, which are quarantined or ignored, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.abreast import abreast
from siyu.intake.formats.cells import bare, signed_fen
from siyu.intake.formats.format import Column, Layout, normal
from siyu.intake.reading import non_records
from siyu.intake.reading.columns import Typed, made, told_beside, typed
from siyu.intake.reading.encodings import Encoding, blocks, texts
from siyu.intake.reading.lines import Flags, Hashes, Ints, Lines, scan
from siyu.intake.reading.multiline import mended, uncut
from siyu.intake.reading.plausible import out_of_order
from siyu.intake.reading.problems import PLAUSIBLE_LINE, RefusedError, Trouble, masked, tellable
from siyu.intake.reading.sources import TableSource

Reader = Callable[[pa.Array], Typed]


@dataclass
class Records:
    """What a block holds. Lines are counted from 0 inside the block.

    accepted: the typed columns of accepted records; at, fen: their line and control amount (0 if none). notes: cells
    that were read and deserve a word: line, header, code. text: the lines themselves."""

    lines: int
    accepted: pa.Table
    at: Ints
    fen: Ints
    text: Lines
    quarantined: list[tuple[int, int | None, list[Trouble]]] = field(default_factory=list)
    ignored: list[tuple[int, int | None, str, list[str]]] = field(default_factory=list)
    notes: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Again:
    """Where lines of a file that was read are looked at once more. start: byte where records begin in its first block.

    Raises RefusedError, `changed`, where lines are not there any more."""

    source: TableSource
    encoding: Encoding
    layout: Layout
    delimiter: str
    start: int

    def cut(self, first: bytes, stream: Iterator[bytes]) -> Iterator[bytes]:
        """The records in blocks, each of which stands whole in its block."""
        whole = chain([rest] if (rest := first[self.start :]) else [], stream)
        return uncut(whole) if self.layout.breaks else whole

    def cells(self, lines: list[int]) -> list[list[str]]:
        """The cells of some lines."""
        if len(rows := texts(blocks(self.source, self.encoding), lines)) < len(lines):
            raise RefusedError("changed")
        return [[bare(cell) for cell in non_records.split(rows[line], self.delimiter) or []] for line in lines]

    def column(self, key: str, lines: Ints) -> list[str]:
        """The cells of a column on some lines."""
        place = self.layout.places.get(key, -1)
        rows = self.cells(lines.tolist()) if place >= 0 else []
        return [cells[place] for cells in rows if place < len(cells)]

    def whole(self, lines: Ints, bases: list[int], of: Callable[[Records, Ints], Hashes]) -> Hashes:
        """What `of` gives for the records on some lines, ascending; their blocks, which begin at `bases`, are read."""
        how = readers(self.layout)

        def work(one: tuple[bytes, Ints]) -> Hashes:
            records = read_block(one[0], self.layout, self.delimiter, how)
            return of(records, np.flatnonzero(np.isin(records.at, one[1])))

        stream, ends = blocks(self.source, self.encoding), np.searchsorted(lines, bases[1:])
        of_block = zip(self.cut(next(stream, b""), stream), bases, np.split(lines, ends), strict=False)
        here = ((block, some - base) for block, base, some in of_block if some.size)
        found = np.concatenate([np.zeros(0, np.uint64), *abreast(work, here, ahead=4)])
        if found.size != lines.size:
            raise RefusedError("changed")
        return found


def readers(layout: Layout) -> dict[str, Reader]:
    """How each column is read that stands in the file or beside it."""
    return {key: partial(typed, column=_as_read(layout, key), known={}) for key in layout.format.columns
            if key in layout.places or key in layout.given}  # fmt: skip


def _as_read(layout: Layout, key: str) -> Column:
    column = layout.format.columns[key]
    if key not in layout.places:
        return column
    wanted = key == layout.control or (key == "order_id" and layout.format.kind == "orders")
    changed: dict[str, object] = {"required": True} if wanted else {}  # else a silent zero, or orders that are one
    back = layout.format.negative_lines == "refund"
    if column.read == "money" and (key == "refunded_fen" or (key == "paid_fen" and back)):
        changed["read"] = "fee"
    elif key == "quantity" and back:  # pieces that came back
        changed["read"] = "signed"
    return column.model_copy(update=changed)


def read_block(block: bytes, layout: Layout, delimiter: str, how: Mapping[str, Reader]) -> Records:
    """All records of a block. how: see `readers`."""
    text = mended(block, layout.breaks, delimiter, len(layout.header))
    lines = scan(text, delimiter.encode(), len(layout.header))
    sound = np.flatnonzero(lines.sound)
    texts = _texts(lines, layout) if sound.size else {key: pa.array([], pa.string()) for key in layout.places}
    columns = _typed(texts, layout, sound.size, how)
    faults = dict[int, list[tuple[str, str]]]()
    for key, one in columns.items():
        for row, code in one.faults.items():
            faults.setdefault(row, []).append((key, code))
    for key, rows in out_of_order(columns):
        for row in rows:
            faults.setdefault(int(row), []).append((key, "date_order"))
    amounts, priced = _priced(texts, columns, layout, sound.size)
    keep = np.ones(sound.size, bool)
    keep[list(faults)] = False
    totals = dict(_totals(texts, layout, np.flatnonzero(keep), lines, sound, delimiter))
    keep[list(totals)] = False
    whole = pa.table({key: one.values for key, one in columns.items()})
    accepted = whole if keep.all() else whole.filter(pa.array(keep))
    records = Records(len(lines.starts), accepted, sound[keep], amounts[keep], lines)
    records.notes = [(int(sound[row]), layout.title(key), code) for key, one in columns.items()
                     for row, code in one.notes.items() if keep[row]]  # fmt: skip
    for row, cells in totals.items():
        records.ignored.append((int(sound[row]), int(amounts[row]) if priced[row] else None, "total", cells))
    for row in sorted(faults):
        line = int(sound[row])
        amount = int(amounts[row]) if priced[row] else None
        cells = non_records.split(lines.text(line), delimiter) or []
        if kind := _kind(cells, layout):
            records.ignored.append((line, amount, kind, cells))
        else:
            troubles = [_trouble(layout, key, code, cells) for key, code in faults[row]]
            records.quarantined.append((line, amount, troubles))
    _unsound(lines, layout, delimiter, records)
    return records


def _totals(
    texts: Mapping[str, pa.Array], layout: Layout, rows: Ints, lines: Lines, sound: Ints, delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """Records without a fault that are totals: where nothing that a total lacks is required, it has none."""
    columns = {key: layout.format.columns[key] for key in texts}
    if any(column.required and column.read in ("id", "time", "choice") for column in columns.values()):
        return
    said = np.zeros(sound.size, bool)
    for key in (key for key, column in columns.items() if column.read in ("buyer", "text")):
        summed = pc.match_substring_regex(texts[key].cast(pa.string()), _SUMMED).fill_null(False)
        said |= summed.to_numpy(zero_copy_only=False)
    for row in rows[said[rows]]:
        cells = non_records.split(lines.text(int(sound[row])), delimiter) or []
        if _kind(cells, layout) == "total":
            yield int(row), cells


_SUMMED = (
    r"^\W*[^,，]{0,10}(合[计計]|[总總][计計]|小[计計]|共[计計]|[总總]和|[汇匯彙][总總]|累[计計]|[总總][额額]|[总總][数數])\W*$"
    r"|(?i)^\W*[a-z]{0,8}[ -]?(sub)?totals?\W*$"
)


def _texts(lines: Lines, layout: Layout) -> dict[str, pa.Array]:
    """The mapped columns of sound lines; only these are ever decoded."""
    keys = sorted(layout.places, key=layout.places.__getitem__)
    return dict(zip(keys, lines.cells([layout.places[key] for key in keys]), strict=True))


def _typed(texts: dict[str, pa.Array], layout: Layout, size: int, how: Mapping[str, Reader]) -> dict[str, Typed]:
    """Every column that the file holds or that is made of two of them."""
    columns = {key: how[key](texts[key]) for key in layout.places}
    for key, column in layout.format.columns.items():
        if column.made:
            columns[key] = made([columns[of] for of in column.of if of in columns], column)
        elif key in layout.given:
            columns[key] = how[key](pa.array([layout.given[key]] * size, pa.string()))
        if column.also in texts and key in texts:
            columns[key].values = told_beside(columns[key].values, texts[column.also], column)
    return columns


def _priced(texts: dict[str, pa.Array], columns: dict[str, Typed], layout: Layout, size: int) -> tuple[Ints, Flags]:
    """Fen of the control column of every sound line, and whether it is an amount."""
    if layout.control is None:
        return np.zeros(size, np.int64), np.zeros(size, bool)
    values = columns[layout.control].values
    amounts = values.fill_null(0).to_numpy(zero_copy_only=False).copy()
    priced = values.is_valid().to_numpy(zero_copy_only=False).copy()
    for row in np.flatnonzero(~priced) if layout.control in texts else ():  # a fault may be one all the same
        value, _ = signed_fen(texts[layout.control][row].as_py())
        if isinstance(value, int):
            amounts[row], priced[row] = value, True
    return amounts, priced


def _kind(cells: Sequence[str], layout: Layout) -> str:
    """What a line is that is no record; "" for a record."""
    if not non_records.filled(cells):
        return "blank"
    if non_records.is_header(cells, layout.header):
        read = (place for place in layout.places.values() if place < len(cells) and cells[place].strip())
        same = all(normal(cells[place]) == normal(layout.header[place]) for place in read)
        return "header" if same else "other_header"  # below it columns mean something else
    if non_records.is_total(cells):
        return "total"
    return "note" if non_records.is_note(cells) else ""


def _unsound(lines: Lines, layout: Layout, delimiter: str, records: Records) -> None:
    for line, code in sorted(lines.faults.items()):
        cells = non_records.split("" if code == "too_long" else lines.text(line), delimiter)
        kind = _kind(cells, layout) if cells is not None and code == "field_count" else ""
        if kind:
            records.ignored.append((line, amount_of(cells or [], layout), kind, cells or []))
            continue
        told = {"field_count": (f"{len(cells or [])}", f"{len(layout.header)}"), "too_long": ("", f"{PLAUSIBLE_LINE}")}
        records.quarantined.append((line, None, [Trouble(line, None, code, *told.get(code, ()))]))


def amount_of(cells: Sequence[str], layout: Layout) -> int | None:
    """The control amount of a line that is no record, where one stands in its column."""
    if layout.control not in layout.places or len(cells) <= layout.places[layout.control]:
        return None
    value, _ = signed_fen(cells[layout.places[layout.control]])
    return value if isinstance(value, int) else None


def _trouble(layout: Layout, key: str, code: str, cells: Sequence[str]) -> Trouble:
    place = layout.places.get(key, len(cells))
    cell = cells[place] if place < len(cells) else ""
    told = code == "cell_error" or tellable(layout, key, cell)  # what a spreadsheet wrote names nobody
    return Trouble(0, layout.title(key), code, cell.strip() if told else masked(cell))
