"""Line breaks inside fields where a format declares them: notes that buyers and sellers type.

Every other physical line stays a record of its own, so a stray quotation mark cannot swallow its neighbours: lines are
joined only when the open field is a declared one, no joined line could be a record by itself, and the whole has the
header's number of fields."""

import re
from collections.abc import Iterable, Iterator

from siyu.intake.reading import non_records

REACH = 50  # lines a single note may run over


def mended(block: bytes, places: frozenset[int], delimiter: str, fields: int) -> bytes:
    """The block with breaks of declared fields as blanks; lines are kept in number, as empty ones."""
    if not places or b'"' not in block:
        return block
    lines = block.split(b"\n")
    odd = {at for at, line in enumerate(lines) if line.count(b'"') % 2}
    done = -1
    for start in sorted(odd):
        if start > done and _open_field(lines[start], delimiter.encode()) in places:
            stop = _end(lines, start, odd, delimiter, fields)
            if stop:
                lines[start] = _joined(lines[start : stop + 1])
                lines[start + 1 : stop + 1] = [b""] * (stop - start)
                done = stop
    return b"\n".join(lines)


def uncut(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that a note which a block would part stands whole in the next one."""
    rest = b""
    for more in blocks:
        block = rest + more
        rest = b""
        if b'"' in block and block.count(b'"') % 2:
            cut = len(block)
            for _ in range(REACH):
                cut = block.rfind(b"\n", 0, max(cut - 1, 0)) + 1
                if not cut or block[cut:].count(b'"') % 2:
                    break
            block, rest = block[:cut], block[cut:]
        if block:
            yield block
    if rest:
        yield rest


def _open_field(line: bytes, delimiter: bytes) -> int:
    """The field that a line leaves open, counted from 0; -1 when its mark does not open a field."""
    sign = re.escape(delimiter)
    found = re.fullmatch(rb'((?:(?:"[^"]*")*+[^"%b]*+%b)*+)(?:"[^"]*")*+"[^"]*' % (sign, sign), line)
    return re.sub(rb'"[^"]*"', b"", found[1]).count(delimiter) if found else -1


def _end(lines: list[bytes], start: int, odd: set[int], delimiter: str, fields: int) -> int:
    """The line that closes the record which `start` leaves open; 0 when none does."""
    first = delimiter.encode() not in lines[start]  # the first field is open, so the last of its lines holds the rest
    for at in range(start + 1, min(start + REACH, len(lines))):
        if lines[at].count(delimiter.encode()) >= fields - 1 and not (first and at in odd):
            return 0
        if at in odd:
            cells = non_records.split(_joined(lines[start : at + 1]).decode().rstrip("\r"), delimiter)
            return at if cells is not None and len(cells) == fields else 0
    return 0


def _joined(lines: list[bytes]) -> bytes:
    return b" ".join([*(line.rstrip(b"\r") for line in lines[:-1]), lines[-1]])
