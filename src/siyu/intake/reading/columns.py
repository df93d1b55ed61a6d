"""Sound lines as typed columns: pyarrow splits them, only mapped columns are ever decoded.

A second tokenizer beside `lines`: the two must agree on records and on the control column's total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from siyu.intake.formats.catalogue import Column, Layout
from siyu.intake.formats.cells import BLANKS, EPOCH, NOBODY, READERS, Read, bare
from siyu.intake.reading.problems import RefusedError

Flags = npt.NDArray[np.bool_]
_MONEY = r"^\d{1,12}(\.\d{1,2})?$"
_ID = r"^[A-Za-z_\-]*\d[0-9A-Za-z_\-]{0,50}$"
_KEY = r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,60}$"
_POWER = r"^\d+[eE]\d+$"
_WORDS = pa.array(sorted(BLANKS | NOBODY))
_ARROW = {"money": pa.int64(), "fee": pa.int64(), "count": pa.int64(), "share": pa.float64(),
          "time": pa.timestamp("s")}  # fmt: skip


@dataclass
class Typed:
    """One column: values (null where blank or faulty), and the fault codes of rows."""

    values: pa.Array
    faults: dict[int, str]


def tables(block: bytes, layout: Layout, delimiter: str, longest: int) -> pa.Table:
    """The mapped columns of sound lines as text, named by their keys; everything else stays undecoded.

    longest: bytes of the longest line.
    """
    names = [f"c{place}" for place in range(len(layout.header))]
    wanted = {key: names[place] for key, place in layout.places.items()}
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=max(1 << 21, longest + 2)),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=False),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=sorted(set(wanted.values())),
                column_types=dict.fromkeys(wanted.values(), pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        raise RefusedError("unbalanced") from None  # its text would quote the row
    columns = [table[name].combine_chunks() for name in wanted.values()]
    return pa.table(columns, names=list(wanted))


def typed(text: pa.Array, column: Column) -> Typed:
    """A column of text read as its format says; required cells that are blank are faults, too."""
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    result = _choices(text, column) if column.read == "choice" else _read(text, column)
    if column.required:
        for row in np.flatnonzero(result.values.is_null().to_numpy(zero_copy_only=False)):
            result.faults.setdefault(int(row), "missing")
    return result


def _read(text: pa.Array, column: Column) -> Typed:
    if column.read == "text":
        return _each(text, column, None, np.ones(len(text), bool))
    quick, fine = _QUICK[column.read](text) if column.read in _QUICK else (None, np.zeros(len(text), bool))
    if not fine.all() and column.read in _QUICK:
        trimmed = pc.ascii_trim_whitespace(text)
        quick, fine = _QUICK[column.read](trimmed)
    return _each(text, column, quick, ~fine)


def _each(text: pa.Array, column: Column, quick: pa.Array | None, left: Flags) -> Typed:
    """Rows that the quick way left are read cell by cell, each different text once."""
    kind = _ARROW.get(column.read, pa.string())
    if quick is not None and not left.any():
        return Typed(quick, {})
    rows = np.flatnonzero(left)
    coded = pc.dictionary_encode(text.take(pa.array(rows)))
    read: list[Read] = [_one(cell, column) for cell in coded.dictionary.to_pylist()]
    which = coded.indices.to_numpy(zero_copy_only=False)
    bad = {place: code for place, (_, code) in enumerate(read) if code}
    faults = {}
    if bad:
        hit = np.isin(which, list(bad))
        faults = {int(rows[at]): bad[int(which[at])] for at in np.flatnonzero(hit)}
    values = pa.array([value for value, _ in read], pa.int64() if column.read == "time" else kind)
    part = values.take(pa.array(which))
    part = part.cast(kind) if column.read == "time" else part
    if quick is None:
        return Typed(part, faults)
    return Typed(pc.replace_with_mask(quick, pa.array(left), part), faults)


def _one(cell: str, column: Column) -> Read:
    value, code = READERS[column.read](cell)
    if column.pattern and isinstance(value, str) and not _fits(value, column.pattern):
        return None, "not_id"
    return value, code


def _fits(value: str, pattern: str) -> bool:
    import re

    return re.fullmatch(pattern, value) is not None


def _choices(text: pa.Array, column: Column) -> Typed:
    known = {"".join(key.split()): value for key, value in column.values.items()}
    coded = pc.dictionary_encode(text)
    read: list[Read] = []
    for cell in coded.dictionary.to_pylist():
        plain = "".join(bare(cell).split())
        if plain in known:
            read.append((known[plain] or None, ""))
        else:
            read.append((None, "" if plain in BLANKS else "unknown_value"))
    which = coded.indices.to_numpy(zero_copy_only=False)
    bad = [place for place, (_, code) in enumerate(read) if code]
    faults = {int(row): "unknown_value" for row in np.flatnonzero(np.isin(which, bad))} if bad else {}
    return Typed(pa.array([value for value, _ in read], pa.string()).take(pa.array(which)), faults)


def _quick_money(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Plain amounts. Twelve digits and two decimals are exact in a double, so rounding restores them."""
    fine = pc.match_substring_regex(text, _MONEY)
    plain = text if pc.all(fine).as_py() else pc.if_else(fine, text, "0")
    fen = np.rint(pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False) * 100).astype(np.int64)
    return pa.array(fen), fine.to_numpy(zero_copy_only=False)


def _quick_time(text: pa.Array) -> tuple[pa.Array, Flags]:
    """`YYYY-MM-DD HH:MM:SS`; a column with any impossible date of that shape goes cell by cell."""
    fine = pc.equal(pc.binary_length(text), 19)
    try:
        plain = text if pc.all(fine).as_py() else pc.if_else(fine, text, "2000-01-01 00:00:00")
        when = pc.cast(plain, pa.timestamp("s"))
    except pa.ArrowInvalid:
        return pa.nulls(len(text), pa.timestamp("s")), np.zeros(len(text), bool)
    sane = pc.and_(fine, pc.and_(pc.greater(when, _SANE[0]), pc.less(when, _SANE[1])))
    return when, sane.to_numpy(zero_copy_only=False)


_SANE = (pa.scalar(EPOCH.replace(year=1990), pa.timestamp("s")),
         pa.scalar(EPOCH.replace(year=2100), pa.timestamp("s")))  # fmt: skip


def _signs(text: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of all cells one after the other, and where each begins in them (one more: the end)."""
    ends = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    data = text.buffers()[2]
    signs = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]] if data is not None else np.zeros(0, np.uint8)
    return signs, ends - ends[0]


def _all(text: pa.Array, allowed: npt.NDArray[np.bool_]) -> bool:
    """Whether every cell has one to fifty signs, all of them allowed: a tenth of the cost of a pattern."""
    if not len(text):
        return False
    signs, ends = _signs(text)
    lengths = np.diff(ends)
    return bool(lengths.min() >= 1 and lengths.max() <= 50 and allowed[signs].all())


_DIGITS = np.isin(np.arange(256), np.frombuffer(b"0123456789", np.uint8))
_LETTERS = np.isin(np.arange(256), np.frombuffer(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8))
_PLAIN = _DIGITS | _LETTERS | np.isin(np.arange(256), np.frombuffer(b"_-", np.uint8))


def _quick_id(text: pa.Array) -> tuple[pa.Array, Flags]:
    if _all(text, _DIGITS):
        return text, np.ones(len(text), bool)
    fine = pc.and_(pc.match_substring_regex(text, _ID), pc.invert(pc.match_substring_regex(text, _POWER)))
    return text, fine.to_numpy(zero_copy_only=False)


def _quick_buyer(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Keys of plain letters and digits; words such as `unknown` and everything else go cell by cell."""
    if _all(text, _PLAIN):
        signs, ends = _signs(text)
        if _LETTERS[signs[ends[:-1]]].all():  # no number in scientific notation
            return text, ~pc.is_in(text, value_set=_WORDS).to_numpy(zero_copy_only=False)
    plain = pc.match_substring_regex(text, _KEY)
    odd = pc.or_(pc.match_substring_regex(text, _POWER), pc.is_in(text, value_set=_WORDS))
    return text, pc.and_(plain, pc.invert(odd)).to_numpy(zero_copy_only=False)


_QUICK: dict[str, Callable[[Any], tuple[pa.Array, Flags]]] = {
    "money": _quick_money,
    "time": _quick_time,
    "id": _quick_id,
    "buyer": _quick_buyer,
}
