"""Where the table of a file begins: titles above it, its delimiter, its header, the format it has."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from siyu.intake.containers.marks import Stroke
from siyu.intake.containers.number_formats import Shown
from siyu.intake.formats.catalogue import Catalogue, FormatError, undecided
from siyu.intake.formats.format import Format, Layout, normal
from siyu.intake.reading import non_records
from siyu.intake.reading.lines import Flags, Ints
from siyu.intake.reading.plausible import few_lines
from siyu.intake.reading.problems import RefusedError, Trouble, masked
from siyu.intake.reading.sources import TableSource

DELIMITERS = (",", "\t", ";", "|")
SEEN = 1 << 19  # bytes of records looked at
LONGEST = 100_000  # characters of a header
MONEY, COUNTS = ("money", "fee", "charge"), ("count", "signed")  # readers of columns with a unit
DEEPEST = 20  # lines in which the header must be found
BROKEN = 5  # lines that a header may run over


@dataclass(frozen=True)
class Head:
    """line: index of the header line in the block; start: byte where records begin; titles: lines above and cells."""

    layout: Layout
    delimiter: str
    line: int
    start: int
    titles: tuple[tuple[int, list[str]], ...]


def head(block: bytes, wanted: str | None, known: Catalogue) -> Head:
    """The header in the first block. Raises RefusedError: unknown_format, missing_column, double_column, draft_open,
    undecided_columns, broken_format, no_delimiter."""
    above, best = 0, (0, "", "", list[str]())
    titles: list[tuple[int, list[str]]] = []
    for number, text, after, joined in _first_lines(block):
        for delimiter in DELIMITERS if len(text) < LONGEST else ():
            cells = non_records.split(text, delimiter)
            if not cells or len(cells) < 2:
                continue
            layout = known.formats[wanted].layout(cells) if wanted else _identified(cells, known)
            if layout is not None and not layout.missing:
                if layout.double:
                    raise RefusedError("double_column", line=number + 1, found=", ".join(layout.double))
                if above:
                    raise RefusedError("above_header", line=above, expected=str(number + 1))
                _decided(layout, number + 1, block[after : after + SEEN], delimiter)
                return Head(layout, delimiter, number, after, tuple(titles))
            best = max(best, _told(cells, layout, known))
        if joined:
            continue
        cells = (non_records.split(text, ",") if len(text) < LONGEST else None) or []
        if len(non_records.filled(cells)) > 3 and not above:  # a title has few words; this may be a record
            above = number + 1
        if text.strip():
            titles.append((number, cells))
    raise _no_header(block[:after], best, known, known.formats[wanted] if wanted else None)


def _first_lines(block: bytes) -> Iterator[tuple[int, str, int, bool]]:
    """Index, text and end of each of the first lines; before one that opens a quotation, it and those until its close
    as one, which may be a header with breaks in it (True)."""
    after = 0
    for number in range(DEEPEST):
        text, after = _line(block, after)
        whole, end = text, after
        for last in range(number + 1, min(number + 1 + BROKEN, DEEPEST)):
            if not whole.count('"') % 2 or end >= len(block):
                break
            more, end = _line(block, end)
            whole += more
            if not whole.count('"') % 2:
                yield last, whole, end, True
        yield number, text, after, False
        if after >= len(block):
            return


def _line(block: bytes, start: int) -> tuple[str, int]:
    """The line that begins here, and where the next one does."""
    stop = block.find(b"\n", start)
    text = block[start : stop if stop >= 0 else len(block)].decode().strip("\r")
    return text, stop + 1 if stop >= 0 else len(block)


def _no_header(
    top: bytes, best: tuple[int, str, str, list[str]], known: Catalogue, wanted: Format | None
) -> RefusedError:
    """Why none of the first lines is a header."""
    if not top.strip():
        return RefusedError("empty")
    if not any(sign.encode() in top for sign in DELIMITERS):
        return RefusedError("no_delimiter")
    _, names, missing, cells = best
    if wanted is not None:
        return RefusedError("missing_column", found=missing or next(iter(wanted.identify), ""), expected=wanted.key)
    return RefusedError("unknown_format", found=names, expected=_nearest(cells, known))


def _nearest(cells: list[str], known: Catalogue) -> str:
    """The format that lacks least of what it needs, and what that is; "" where the header has half or less of any."""
    layouts = (entry.layout(cells) for entry in known.formats.values() if not entry.open)
    near = [layout for layout in layouts if len(layout.places) > len(layout.missing) > 0]
    if not near:
        return ""
    best = min(near, key=lambda layout: (len(layout.missing), -len(layout.places), layout.format.key))
    return f"{best.format.key} ({', '.join(best.missing[:5])})"


def _identified(cells: list[str], known: Catalogue) -> Layout | None:
    try:
        return known.identified(cells)
    except FormatError as error:
        raise RefusedError("broken_format", found=str(error.problems[0])) from None


def _records(text: bytes, delimiter: str, fields: int) -> list[list[str]]:
    lines = text[: text.rfind(b"\n") + 1 or None].decode(errors="replace").splitlines()
    split = (non_records.split(line, delimiter) for line in lines)
    return [cells for cells in split if cells is not None and len(cells) == fields]


def _decided(layout: Layout, line: int, text: bytes, delimiter: str) -> None:
    """Refuse a format that asks, and columns that may change what counts. text: the first records."""
    entry = layout.format
    unread = layout.unknown or not all(map(normal, layout.header))
    records = _records(text, delimiter, len(layout.header)) if unread else []
    if entry.open:
        raise RefusedError("draft_open", line=line, found="; ".join(entry.open), expected=entry.key)
    if names := undecided(layout, records):
        shown = ", ".join(map(harmless, names))
        raise RefusedError("undecided_columns", line=line, found=shown, expected=entry.key,
                           layout=replace(layout, unknown=names))  # fmt: skip


def given(layout: Layout, source: TableSource) -> dict[str, str]:
    """Cells that stand beside the records: in the format, the name of the file, another sheet. Raises RefusedError."""
    found = {}
    for key, column in layout.format.columns.items():
        text = _named(column.named, source.name) or column.value or source.beside(column.sheet, column.header)
        if column.given and text:
            found[key] = text
        elif column.given and column.required:
            raise RefusedError("missing_column", found=layout.title(key), expected=layout.format.key)
    return found


def _named(pattern: str, name: str) -> str:
    """What a pattern finds in the name of a file, else in that of its archive; folders say nothing."""
    pieces = [piece.rsplit("/")[-1] for piece in reversed(name.split("!"))]
    return next((found[1] for piece in pieces if pattern and (found := re.search(pattern, piece))), "")


def displayed(layout: Layout, shown: Sequence[Shown]) -> Iterator[Trouble]:
    """Columns that show their numbers scaled. Raises RefusedError where they show another currency or unit."""
    for key, place in layout.places.items():
        reader, title = layout.format.columns[key].read, layout.title(key)
        for one in shown if reader in (*MONEY, *COUNTS) else ():
            if one.column not in (place, -1) or (one.code == "foreign_currency" and reader not in MONEY):
                continue
            if one.code != "shown_scaled":
                raise RefusedError(one.code, line=one.row, column=title, found=one.found)
            yield Trouble(0, title, one.code, one.found, f"{one.row}")


def unread_names(layout: Layout) -> Iterator[Trouble]:
    """Columns of a plain layout that a file has under several of their names, and the names that are not read. Of the
    export of a platform both are known."""
    read = set(layout.places.values())
    unread = {normal(name): name.strip() for at, name in enumerate(layout.header) if at not in read}
    for key in layout.places if not layout.format.identify else ():
        if others := [unread[name] for name in map(normal, layout.format.columns[key].header) if name in unread]:
            yield Trouble(0, layout.title(key), "unread_names", ", ".join(others))


def refuse_struck(layout: Layout, strokes: Sequence[Stroke], rows: Ints) -> None:
    """Raise RefusedError for records that somebody has struck through in a column that is read. A column of which all
    cells are is one of another kind of price. rows: of the records, as the sheet counts them."""
    crossed: dict[int, Flags] = {}
    for column, first, last in strokes:
        before = crossed.get(column, np.zeros(rows.size, bool))
        crossed[column] = before | ((rows >= first) & (rows <= last))
    read = {place: key for key, place in layout.places.items()}
    told = {read.get(at, ""): flags for at, flags in crossed.items() if (at in read or at < 0) and flags.any()}
    if some := {key: flags for key, flags in told.items() if not flags.all() or len(told) == len(read)}:
        held = rows[np.logical_or.reduce([*some.values()])].tolist()
        found, where, title = f"{len(held):,}", few_lines(held), layout.title(next(iter(some)))
        raise RefusedError("struck_rows", line=held[0], column=title, found=found, expected=where)


def harmless(name: str) -> str:
    """A header nobody mapped, as it may be shown: one that looks like a buyer's cell is masked."""
    digits = sum(sign.isdigit() for sign in name)
    return masked(name) if digits >= 5 or len(name) > 30 or "@" in name or "wxid" in name.lower() else name.strip()


def _told(cells: list[str], layout: Layout | None, known: Catalogue) -> tuple[int, str, str, list[str]]:
    """How many cells are headers of some format, and which: the rest may be a buyer's row, so is not said. What is
    missing of the format that was asked for, and the cells."""
    every = {
        normal(name): name
        for entry in known.formats.values()
        for name in [*entry.identify, *(name for column in entry.columns.values() for name in column.header)]
    }
    names = [every[normal(cell)] for cell in cells if normal(cell) in every]
    return len(names), ", ".join(names[:12]), ", ".join(layout.missing) if layout else "", cells
