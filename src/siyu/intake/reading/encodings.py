"""Strict decoding: one encoding per file, named; every byte must fit it."""

import codecs
import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from siyu.intake.formats.identities import is_big5
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource

SPARSE = 200  # bytes of UTF-16 among which is at least one mark between fields
_MARKS = b",\t;|\n"
BLOCK, TOP = 1 << 22, 1 << 14  # bytes; in so many a header lies
# in a GB18030 file: four or more characters that read as UTF-8 Chinese
_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){4,}")


@dataclass(frozen=True)
class Encoding:
    """name: as shown; codec: Python's; skip: bytes of the mark at the start; bare_cr: lines end in CR.

    digest: sha256 of all bytes."""

    name: str
    codec: str
    skip: int = 0
    bare_cr: bool = False
    digest: str = ""


def encoding_of(source: TableSource) -> Encoding:
    """The one encoding all bytes of the source fit. Reads it to the end. Raises RefusedError."""
    first = next(_raw(source), b"")
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    for codec, mark in marks.items():
        if first.startswith(mark):
            found = Encoding("utf-8-sig" if codec == "utf-8" else "utf-16", codec, len(mark))
            return _quick(source, found) or _checked(source, found)
    # marks between fields, each with an empty byte before or after it; other empty bytes are damage, or Chinese signs
    pairs = Counter(zip(first[:TOP:2], first[1:TOP:2], strict=False) if b"\0" in first[:TOP] else ())
    little, big = sum(pairs[mark, 0] for mark in _MARKS), sum(pairs[0, mark] for mark in _MARKS)
    if max(little, big) > max(1, len(first[:TOP]) // SPARSE):
        half = "utf-16-le" if little > big else "utf-16-be"
        return _checked(source, Encoding("utf-16", half))
    plain = Encoding("utf-8", "utf-8")
    try:
        return _quick(source, plain) or _checked(source, plain)
    except RefusedError:
        codec = is_big5(first[:TOP])
        return _checked(source, Encoding("big5", codec) if codec else Encoding("gb18030", "gb18030"))


def _raw(source: TableSource) -> Iterator[bytes]:
    if source.open is None:
        raise source.refused or RefusedError("not_a_file")
    with source.open() as file:
        while block := file.read(BLOCK):
            yield block


def _quick(source: TableSource, encoding: Encoding) -> Encoding | None:
    """The same for lines of sound UTF-8, in whole blocks; None where something does not fit."""
    digest, rest, skip = hashlib.sha256(), b"", encoding.skip
    for block in _raw(source) if encoding.codec == "utf-8" else ():
        if not source.digest:
            digest.update(block)
        first, cut = block.find(b"\n", skip) + 1, block.rfind(b"\n") + 1
        line, skip = rest + block[skip:first], 0  # the rest of the block is checked where it lies
        if not first or not _is_utf8(line, 0, len(line)) or not _is_utf8(block, first, cut):
            return None
        rest = block[cut:]
    fits = encoding.codec == "utf-8" and _is_utf8(rest, 0, len(rest))
    return replace(encoding, digest=source.digest or digest.hexdigest()) if fits else None


def _is_utf8(text: bytes, start: int, stop: int) -> bool:
    ends = pa.py_buffer(np.array([start, stop], np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(text)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _checked(source: TableSource, encoding: Encoding) -> Encoding:
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    skip, line, feeds, returns = encoding.skip, 1, 0, 0
    tail, digest = b"", hashlib.sha256()
    for block in _raw(source):
        digest.update(block)
        data, skip = block[skip:], max(0, skip - len(block))
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError as error:
            line += data[: max(error.start, 0)].count(b"\n")
            raise RefusedError("encoding", line=line) from error
        if encoding.codec == "gb18030":
            tail = _unmixed(tail + data, line)
        wide = encoding.codec.startswith("utf-16")  # elsewhere no other sign holds these bytes
        new = text.count("\n") if wide else data.count(b"\n")
        feeds, line = feeds + new, line + new
        returns += text.count("\r") if wide else data.count(b"\r")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise RefusedError("encoding", line=line) from error
    if encoding.codec == "gb18030":
        _unmixed(tail + b"\n", line)
    return Encoding(encoding.name, encoding.codec, encoding.skip, feeds == 0 and returns > 0, digest.hexdigest())


def _unmixed(window: bytes, line: int) -> bytes:
    """Refuse a line of UTF-8 among GB18030 ones; returns the unfinished line at the end."""
    for run in _UTF8_RUN.finditer(window):
        start = window.rfind(b"\n", 0, run.start()) + 1
        stop = window.find(b"\n", run.end())
        if stop < 0:
            break
        try:
            window[start:stop].decode("utf-8")
        except UnicodeDecodeError:
            continue
        raise RefusedError("mixed_encodings", line=line + window.count(b"\n", 0, start))
    return window[window.rfind(b"\n") + 1 :][-1_000_000:]


def blocks(source: TableSource, encoding: Encoding) -> Iterator[bytes]:
    """The source as UTF-8 in blocks of whole lines; the last one may lack its line end."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    skip, rest = encoding.skip, b""
    for block in _raw(source):
        data, skip = block[skip:], max(0, skip - len(block))
        text = data if encoding.codec == "utf-8" else decoder.decode(data).encode()
        if encoding.bare_cr:
            text = text.replace(b"\r", b"\n")
        if cut := text.rfind(b"\n") + 1:
            yield b"".join((rest, memoryview(text)[:cut]))
            rest = text[cut:]
        else:
            rest += text
            if len(rest) > 4 * BLOCK:
                raise RefusedError("too_long", expected=f"{4 * BLOCK}")
    if ended := rest.rstrip(b"\x1a"):  # with which programs of old end a file
        yield ended + b"\n" * (ended != rest)


def texts(stream: Iterator[bytes], wanted: Sequence[int]) -> dict[int, str]:
    """Some lines of blocks, by their number from 0. wanted: ascending."""
    found, number = dict[int, str](), 0
    for block in stream:
        after = number + block.count(b"\n") + (not block.endswith(b"\n"))
        if here := wanted[bisect_left(wanted, number) : bisect_left(wanted, after)]:
            lines = block.split(b"\n")
            found |= {at: lines[at - number].decode().rstrip("\r") for at in here}
        number = after
    return found
