"""Raw text: where records and fields end.

Every physical line is one record. That makes a stray quotation mark a fault of its own line: it cannot swallow the
lines after it, as it does in readers that let a quoted field run on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.reading.problems import PLAUSIBLE_LINE

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Small = npt.NDArray[np.int32]
SHORT = 4  # bytes of cells that are looked at whether they are all alike
_FEED, _RETURN, _QUOTE, _EQUALS = 10, 13, 34, 61


def seconds_of(times: Any, none: int) -> Ints:
    """A column of times as seconds, `none` where there is no time."""
    found: Ints = times.cast(pa.int64()).fill_null(none).to_numpy()
    return found


def distinct(hashes: Hashes) -> int:
    """How many of them differ. Sorted: `np.unique` puts them into a table, which takes five times as long."""
    inorder = np.sort(hashes)
    return int(np.count_nonzero(inorder[1:] != inorder[:-1])) + bool(hashes.size)


@dataclass(frozen=True)
class Lines:
    """The lines of a block. starts, stops: byte offsets without line end; fault: code per line, "" = sound.

    A sound line has the header's number of fields, and its quotation marks enclose whole fields."""

    block: bytes
    starts: Ints
    stops: Ints
    sound: Flags
    faults: dict[int, str]
    inner: Ints  # (sound lines, fields - 1): where the delimiters between fields stand

    def text(self, line: int) -> str:
        """One line without its end."""
        return self.block[self.starts[line] : self.stops[line]].decode()

    def texts(self, lines: Ints) -> pa.Array:
        """Some lines whole, with their ends."""
        ends = np.append(self.starts, len(self.block)).astype(np.int32)
        every = pa.StringArray.from_buffers(len(self.starts), pa.py_buffer(ends), pa.py_buffer(self.block))
        return every if len(lines) == len(every) else every.take(pa.array(lines))

    def cells(self, fields: Sequence[int]) -> list[pa.Array]:
        """Some fields of every sound line, of which there are some, without their quotation marks; coded where all
        cells are alike."""
        raw, width, marked = np.frombuffer(self.block, np.uint8), self.inner.shape[1], b'"' in self.block
        firsts, lasts = self.starts[self.sound], self.stops[self.sound]
        # every second one is what lies between the edges of a cell
        edges, places = np.empty(2 * len(firsts), np.int32), pa.array(np.arange(0, 2 * len(firsts), 2, dtype=np.int32))
        none, found = pa.array(np.zeros(len(firsts), np.int32)), list[pa.Array]()
        for field in fields:
            edges[::2] = self.inner[:, field - 1] + 1 if field else firsts
            edges[1::2] = self.inner[:, field] if field < width else lasts
            if alike := _alike(raw, edges[::2], edges[1::2]):
                cells = pa.array([self.block[edges[0] : edges[1]].decode()])
            else:
                every = pa.StringArray.from_buffers(edges.size - 1, pa.py_buffer(edges), pa.py_buffer(self.block))
                cells = every.take(places)
            cells = _bare(cells) if marked else cells
            found.append(pa.DictionaryArray.from_arrays(none, cells, safe=False) if alike else cells)
        return found


def _alike(raw: Any, begins: Small, ends: Small) -> bool:
    """Whether short cells are all the same."""
    size = ends[0] - begins[0]
    return bool(size <= SHORT and (ends - begins == size).all()) and all(
        raw[begins[0] + at] == raw[begins[-1] + at] and (raw.take(begins + at) == raw[begins[0] + at]).all()
        for at in range(size)
    )


def _bare(cells: pa.StringArray) -> pa.StringArray:
    inner = pc.replace_substring(pc.utf8_slice_codeunits(cells, 1, -1), '""', '"')
    return pc.if_else(pc.starts_with(cells, '"'), inner, cells)


def scan(block: bytes, delimiter: bytes, fields: int) -> Lines:
    """Lines of a block of UTF-8 (the last may lack its line end) that should have `fields` fields."""
    if not block.endswith(b"\n"):
        block += b"\r\n" if b"\r\n" in block else b"\n"  # like the lines before, so that equal ones are equal
    raw = np.frombuffer(block, np.uint8)
    feed = raw == _FEED
    ends = np.flatnonzero((raw == delimiter[0]) | feed)  # of fields
    last = np.arange(fields - 1, ends.size, fields)
    if ends.size != fields * np.count_nonzero(feed) or not feed[ends[last]].all():  # else every line has its fields
        last = np.flatnonzero(feed[ends])
    feeds, counts, faults = ends[last], np.diff(last, prepend=-1), dict[int, str]()
    starts = np.concatenate([[0], feeds[:-1] + 1])
    stops = feeds - ((feeds > starts) & (raw[feeds - 1] == _RETURN))
    if b'"' in block:
        quotes = np.flatnonzero(raw == _QUOTE)
        outside = _outside(raw, np.delete(ends, last), quotes, feeds, delimiter[0], faults)
        last = np.searchsorted(outside, feeds)
        ends, counts = np.insert(outside, last, feeds), np.diff(last, prepend=0) + 1
    blank = stops == starts
    for line in np.flatnonzero((counts != fields) & ~blank):
        faults.setdefault(int(line), "field_count")
    for line in np.flatnonzero(stops - starts > PLAUSIBLE_LINE):
        faults[int(line)] = "too_long"
    if _stray_controls(block, raw, feeds, int((feeds - stops).sum()), faults) and b"\r\r\n" in block:
        return scan(re.sub(rb"\r{2,}\n", b"\r\n", block), delimiter, fields)  # what was saved as text, and once more
    sound = ~blank
    sound[list(faults)] = False
    kept = ends if sound.all() else ends[np.repeat(sound, counts)]
    return Lines(block, starts, stops, sound, faults, kept.reshape(int(sound.sum()), fields)[:, :-1])


def _outside(raw: Any, delimiters: Ints, quotes: Ints, feeds: Ints, delimiter: int, faults: dict[int, str]) -> Ints:
    """Delimiters outside quotation marks; lines with misplaced marks are put among the faults."""
    line = np.searchsorted(feeds, quotes)
    before_line = np.searchsorted(quotes, np.concatenate([[0], feeds[:-1] + 1]))
    opening = (np.arange(quotes.size) - before_line[line]) % 2 == 0
    before = raw[np.maximum(quotes - 1, 0)]
    after = raw[np.minimum(quotes + 1, raw.size - 1)]
    begins = (quotes == 0) | np.isin(before, [delimiter, _FEED, _QUOTE])
    begins |= (before == _EQUALS) & (
        (quotes < 2) | np.isin(raw[np.maximum(quotes - 2, 0)], [delimiter, _FEED])
    )  # ="69…"
    fits = np.where(opening, begins, np.isin(after, [delimiter, _FEED, _RETURN, _QUOTE]))
    odd = np.bincount(line, minlength=feeds.size) % 2 == 1
    for bad in np.union1d(line[~fits], np.flatnonzero(odd)):
        faults[int(bad)] = "stray_quote"
    of_line = np.searchsorted(feeds, delimiters)
    inside = (np.searchsorted(quotes, delimiters) - before_line[of_line]) % 2 == 1
    outside: Ints = delimiters[~inside]
    return outside


def _stray_controls(block: bytes, raw: Any, feeds: Ints, ended: int, faults: dict[int, str]) -> bool:
    """Whether returns stand elsewhere than once at the end of a line. ended: lines that end in a return and a feed."""
    if stray := b"\r" in block and np.count_nonzero(raw == _RETURN) != ended:
        returns = np.flatnonzero(raw == _RETURN)
        for place in returns[raw[np.minimum(returns + 1, raw.size - 1)] != _FEED]:
            faults[int(np.searchsorted(feeds, place))] = "line_break"
    if b"\0" in block or b"\x1a" in block:
        for place in np.flatnonzero((raw == 0) | (raw == 0x1A)):
            faults[int(np.searchsorted(feeds, place))] = "control_character"
    return stray
