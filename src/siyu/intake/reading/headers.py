"""Where the table of a file begins: titles above it, its delimiter, its header, the format it has."""

from __future__ import annotations

from dataclasses import dataclass

from siyu.intake.formats.catalogue import Layout, formats, identified, normal
from siyu.intake.reading import non_records
from siyu.intake.reading.problems import RefusedError

DELIMITERS = (",", "\t", ";", "|")
DEEPEST = 20  # lines in which the header must be found


@dataclass(frozen=True)
class Head:
    """line: index of the header line in the block; start: byte where records begin; titles: lines above and cells."""

    layout: Layout
    delimiter: str
    line: int
    start: int
    titles: tuple[tuple[int, list[str]], ...]


def head(block: bytes, wanted: str | None) -> Head:
    """The header in the first block. Raises RefusedError: unknown_format, missing_column, double_column."""
    start, above, best = 0, 0, (0, "", "")
    titles: list[tuple[int, list[str]]] = []
    for number in range(DEEPEST):
        stop = block.find(b"\n", start)
        text = block[start : stop if stop >= 0 else len(block)].decode().strip("\r")
        after = stop + 1 if stop >= 0 else len(block)
        for delimiter in DELIMITERS if len(text) < 100_000 else ():
            cells = non_records.split(text, delimiter)
            if not cells or len(cells) < 2:
                continue
            layout = formats()[wanted].layout(cells) if wanted else identified(cells)
            if layout is not None and not layout.missing:
                if layout.double:
                    raise RefusedError("double_column", line=number + 1, found=", ".join(layout.double))
                if above:
                    raise RefusedError("above_header", line=above, expected=str(number + 1))
                return Head(layout, delimiter, number, after, tuple(titles))
            best = max(best, _known(cells, layout))
        cells = non_records.split(text, ",") or []
        if len(non_records.filled(cells)) > 3 and not above:  # a title has few words; this may be a record
            above = number + 1
        if text.strip():
            titles.append((number, cells))
        if after >= len(block):
            break
        start = after
    if not titles:
        raise RefusedError("empty")
    _, names, missing = best
    if wanted:
        lacking = missing or formats()[wanted].identify[0]
        raise RefusedError("missing_column", found=lacking, expected=wanted)
    raise RefusedError("unknown_format", found=names or "–")


def _known(cells: list[str], layout: Layout | None) -> tuple[int, str, str]:
    """How many cells are headers of some format, and which: the rest may be a buyer's row, so is not said."""
    every = {
        normal(name): name
        for entry in formats().values()
        for name in [*entry.identify, *(name for column in entry.columns.values() for name in column.header)]
    }
    names = [every[normal(cell)] for cell in cells if normal(cell) in every]
    return len(names), ", ".join(names[:12]), ", ".join(layout.missing) if layout else ""
