"""Workbooks of the old kind: an OLE container with one stream of records, walked before a reader may open it.

Source: [MS-CFB] and [MS-XLS], the open specifications of both layouts."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from siyu.intake.containers.marks import ERROR, LISTED, Marks
from siyu.intake.reading.problems import RefusedError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 300_000_000  # bytes of a file
_FREE = 0xFFFFFFFA  # sector numbers from here on have a meaning of their own
_LOCKED = ("EncryptedPackage", "EncryptionInfo", "DataSpaces")
# records whose data begin with row and column; the last holds several columns
_CELLS = {0x0203, 0x027E, 0x00FD, 0x0204, 0x0201, 0x0006, 0x0205, 0x00D6}
_SEVERAL = {0x00BD, 0x00BE}
_NUMBERS, _RUN = {0x0203, 0x027E, 0x0006}, 0x00BD
_FORMAT, _STYLE, _FONT = 0x041E, 0x00E0, 0x0031
_LINE = 0x8  # of a font: struck through
_UNUSED = 4  # no font has this number
_BOF, _EOF, _LOCK, _ROW, _ERROR, _MERGED = 0x0809, 0x000A, 0x002F, 0x0208, 0x0205, 0x00E5


def marks(file: BinaryIO) -> tuple[dict[str, Marks], dict[str, str]]:
    """The marks of every sheet by its number, "0" the first, and the number formats of cells by style. Raises
    RefusedError: locked_workbook, too_large, bad_archive."""
    file.seek(0)
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise RefusedError("too_large")
    try:
        return _sheets(_stream(data), len(data))
    except (struct.error, IndexError) as error:
        raise RefusedError("bad_archive") from error


def _stream(data: bytes) -> bytes:
    """The stream of the workbook. Raises RefusedError when it is locked or not there."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise RefusedError("bad_archive")
    (first_directory,) = struct.unpack_from("<I", data, 48)
    cutoff, first_mini, _, first_difat, _ = struct.unpack_from("<5I", data, 56)
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [one for one in struct.unpack_from("<109I", data, 76) if one < _FREE]
    while first_difat < _FREE and len(tables) * size < len(data):
        numbers = struct.unpack(f"<{size // 4}I", sector(first_difat))
        tables += [one for one in numbers[:-1] if one < _FREE]
        first_difat = numbers[-1]
    table = [one for number in tables for one in struct.unpack(f"<{size // 4}I", sector(number))]

    def chain(start: int, links: list[int]) -> Iterator[int]:
        for _ in range(len(links)):
            if start >= _FREE:
                return
            yield start
            start = links[start]
        raise RefusedError("bad_archive")  # a chain that bites its tail

    directory = b"".join(map(sector, chain(first_directory, table)))
    entries = {}
    for at in range(0, len(directory) - 127, 128):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<IQ", directory, at + 116)
    if any(name.strip("\x06") in _LOCKED for name in entries):
        raise RefusedError("locked_workbook")
    book = entries.get("Workbook") or entries.get("Book")
    if book is None:
        raise RefusedError("wrong_dress", found="an Office document without sheets")
    start, length = book
    length = min(length, len(data))
    if length >= cutoff:
        return b"".join(map(sector, chain(start, table)))[:length]
    minis = b"".join(map(sector, chain(next(iter(entries.values()))[0], table)))
    links = [one for number in chain(first_mini, table) for one in struct.unpack(f"<{size // 4}I", sector(number))]
    return b"".join(minis[one * 64 : one * 64 + 64] for one in chain(start, links))[:length]


def _sheets(stream: bytes, size: int) -> tuple[dict[str, Marks], dict[str, str]]:
    found, styles, codes = list[Marks](), list[str](), dict[str, str]()
    lines, crossed = list[bool](), set[int]()  # of fonts whether they are struck through, and the styles of such
    at, depth = 0, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if kind == _LOCK:
            raise RefusedError("locked_workbook")
        if kind == _BOF:
            depth += 1
            (sort,) = struct.unpack_from("<H", stream, at + 2)
            if sort == 0x0010 and depth == 1:
                found.append(Marks())
        elif kind == _EOF:
            depth -= 1
            if found and not depth:
                found[-1].bounded(size)
        elif found:
            _record(found[-1], kind, stream[at : at + length], crossed)
        elif kind == _FORMAT:
            codes[str(struct.unpack_from("<H", stream, at)[0])] = _code(stream[at + 2 : at + length])
        elif kind == _STYLE and len(styles) < LISTED:
            font, number = struct.unpack_from("<HH", stream, at)
            crossed |= {len(styles)} if lines[font - (font > _UNUSED) :][:1] == [True] else set()
            styles.append(str(number))
        elif kind == _FONT:
            lines.append(bool(struct.unpack_from("<H", stream, at + 2)[0] & _LINE))
        at += length
    by_style = {str(place): codes.get(number, number) for place, number in enumerate(styles)}
    return {str(number): one for number, one in enumerate(found)}, by_style


def _code(data: bytes) -> str:
    """A number format: its length, how it is written, its signs."""
    length, wide = struct.unpack_from("<HB", data)
    return (
        data[3 : 3 + 2 * length].decode("utf-16-le", "replace") if wide & 1 else data[3 : 3 + length].decode("latin-1")
    )


def _record(sheet: Marks, kind: int, data: bytes, crossed: set[int]) -> None:
    if kind in _CELLS or kind in _SEVERAL:
        row, column = struct.unpack_from("<HH", data)
        last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind in _SEVERAL else column
        sheet.cell(row + 1, last + 1)
        for place in range(column, last + 1) if crossed else ():
            wide = 0 if kind not in _SEVERAL else 6 if kind == _RUN else 2  # a run of numbers, or of blanks
            if struct.unpack_from("<H", data, 4 + wide * (place - column))[0] in crossed:
                sheet.strike(row + 1, place + 1)
        if kind in _NUMBERS:
            sheet.number(row + 1, column + 1, str(struct.unpack_from("<H", data, 4)[0]))
        elif kind == _RUN:  # several numbers of a row, each with its style
            for place in range(column, last + 1):
                sheet.number(row + 1, place + 1, str(struct.unpack_from("<H", data, 4 + 6 * (place - column))[0]))
        if (kind == _ERROR and data[7]) or (kind == 0x0006 and data[6] == 2 and data[12:14] == b"\xff\xff"):
            sheet.holds(row + 1, column + 1, ERROR)
    elif kind == _MERGED:
        for at in range(2, len(data) - 7, 8):
            top, bottom, left, right = struct.unpack_from("<4H", data, at)
            sheet.merged(top + 1, bottom + 1, left + 1, right + 1)
    elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & 0x20:
        sheet.hidden.append(struct.unpack_from("<H", data)[0] + 1)
