"""Wide tables as long ones: headers that are values (days, shops) become cells, where a format says so.

A dashboard with a row a metric and a column a day becomes a record a day with a column a metric."""

import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from siyu.intake.containers.documents import as_csv
from siyu.intake.formats.catalogue import catalogue
from siyu.intake.formats.cells import bare
from siyu.intake.formats.format import Format, Wide, normal
from siyu.intake.formats.identities import is_big5
from siyu.intake.reading import non_records
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.headers import DEEPEST, DELIMITERS
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource

LARGEST, START = 1 << 25, 1 << 15  # bytes: dashboards are small, and so are their headers
Record = dict[str, str]


def unfolded(source: TableSource) -> TableSource:
    """The source, as a long table where it has headers that a format of the client takes for values. Each record keeps
    the line that it comes from. Raises RefusedError where the bytes are no text, or a line has more or fewer fields."""
    formats = [entry for entry in catalogue(source.own).formats.values() if entry.wide is not None]
    if not formats or source.open is None or source.size > LARGEST:
        return source
    for (at, line), delimiter, entry in product(enumerate(_top(source)), DELIMITERS, formats):
        header = [bare(cell) for cell in non_records.split(line, delimiter) or []]
        if entry.wide is not None and (spread := _spread(header, entry.wide)):
            lines = b"".join(blocks(source, encoding_of(source))).decode().splitlines()
            rows = ((number, non_records.split(lines[number], delimiter)) for number in range(at + 1, len(lines)))
            told = [(number, cells) for number, cells in rows if cells is None or non_records.filled(cells)]
            whole = [(number, cells) for number, cells in told if cells and len(cells) == len(header)]
            kept = [name for name in header if normal(name) not in _aside(entry)]
            records = _long(header, whole, spread, entry.wide, kept)
            names = list(dict.fromkeys(name for _, record in records for name in record))
            if records and not entry.layout(names).missing:
                _all_whole(source, told, len(header))
                shown = tuple(_line(source, number) for number in (at, *(number for number, _ in records)))
                text = as_csv([record for _, record in records])
                foreign = tuple(one._replace(column=-1) for one in source.shown if one.code == "foreign_currency")
                struck = tuple((-1, first, last) for _, first, last in source.struck)
                return replace(
                    source,
                    open=partial(io.BytesIO, text),
                    size=len(text),
                    rows=shown,
                    shown=foreign,
                    struck=struck,
                    digest="",
                )
    return source


def _line(source: TableSource, number: int) -> int:
    return source.rows[number] if source.rows is not None else number + 1


def _all_whole(source: TableSource, told: Sequence[tuple[int, list[str] | None]], width: int) -> None:
    """Refuse lines of another width: a metric of a dashboard, or a total, would be missing without a word."""
    for number, cells in told:
        if cells is None or (len(cells) != width and not non_records.is_note(cells)):
            line = _line(source, number)
            if cells is None:
                raise RefusedError("stray_quote", line=line)
            raise RefusedError("field_count", line=line, found=f"{len(cells)}", expected=f"{width}")


def _top(source: TableSource) -> list[str]:
    """The first lines as they look; whether every byte fits an encoding is told elsewhere."""
    if source.open is None:
        return []
    with source.open() as file:
        start = file.read(START)
    codec = "utf-16" if start[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    try:
        text = getincrementaldecoder(codec)("strict").decode(start)
    except UnicodeDecodeError:
        text = start.decode(is_big5(start) or "gb18030", "replace")
    return text.splitlines()[:DEEPEST]


def _aside(entry: Format) -> set[str]:
    """Headers that the format leaves aside, such as the unit of a metric."""
    return set(map(normal, [*entry.ignored, *entry.ignored_personal, *entry.waived]))


def _spread(header: Sequence[str], wide: Wide) -> dict[int, Record]:
    """What headers say that are values, by their place; nothing where the metric stands nowhere."""
    if wide.metric and wide.metric not in {*header, *re.compile(wide.headers).groupindex}:
        return {}
    matched = ((place, re.fullmatch(wide.headers, name)) for place, name in enumerate(header))
    return {place: found.groupdict() for place, found in matched if found}


def _long(
    header: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    spread: dict[int, Record],
    wide: Wide,
    kept: Sequence[str],
) -> list[tuple[int, Record]]:
    """A record for each line and each value among the headers, or for each of these that lines of other metrics share.

    kept: headers that the format does not leave aside."""
    plain = [place for place, name in enumerate(header) if place not in spread and name in kept]
    made: dict[tuple[object, ...], tuple[int, Record]] = {}
    for (number, cells), said in product(rows, spread.items()):
        record = {header[place]: cells[place] for place in plain} | said[1]
        metric = bare(record.pop(wide.metric)) if wide.metric else wide.value
        key: tuple[object, ...] = tuple(record.items())
        if metric in made.get(key, (0, {}))[1]:  # told twice: two records, which the reader holds against each other
            key += (number,)
        made.setdefault(key, (number, record))[1][metric] = cells[said[0]]
    return list(made.values())
