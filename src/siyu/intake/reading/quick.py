"""Plain cells of a column read all at once. What is not plain is left to `cells`, one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.identities import EMPTY_HASHES
from siyu.intake.formats.times import EPOCH
from siyu.messages import tables

Flags = npt.NDArray[np.bool_]
_PLAIN = tables(__file__, "quick.yml")
# between the letters of a word marks may stand: those who compare words leave them out
_ODD = "|".join([*_PLAIN["odd"], f"^[_-]*(?i:{'|'.join(map('[_-]*'.join, _PLAIN['odd_words']))})"])
_EMPTY = pa.array(sorted(EMPTY_HASHES))


def _quick_money(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Plain amounts. Twelve digits and two decimals are exact in a double, so rounding restores them."""
    if _usual(text):
        return _fen(text), np.ones(len(text), bool)
    fine = pc.match_substring_regex(text, _PLAIN["money"])
    if (pc.max(pc.binary_length(text)).as_py() or 0) >= 11:
        fine = pc.and_not(fine, pc.match_substring_regex(text, _PLAIN["phone"]))
    plain = text if pc.all(fine).as_py() else pc.if_else(fine, text, "0")
    return _fen(plain), fine.to_numpy(zero_copy_only=False)


def _spread(text: pa.Array) -> tuple[Any, Any]:
    """Where cells of text begin, and the last one ends, and the signs of all."""
    _, offsets, signs = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return ends, np.frombuffer(signs or b"", np.uint8)


def are_digits(text: pa.Array) -> bool:
    """Whether there are cells, and each is digits alone, blank ones left out."""
    if text.null_count or not len(text):
        return bool(pc.all(pc.ascii_is_decimal(text)).as_py())
    ends, raw = _spread(text)  # all at once: ten times faster than cell by cell
    held = raw[ends[0] : ends[-1]]
    return bool(np.diff(ends).min() and np.count_nonzero(held - np.uint8(ord("0")) < 10) == held.size)


def _usual(text: pa.Array) -> bool:
    """Whether every cell is one to ten digits and two decimals: no expression is needed to tell that."""
    if not len(text) or text.null_count:
        return False
    ends, raw = _spread(text)
    sizes = np.diff(ends)
    if sizes.min() < 4 or sizes.max() > 13:
        return False
    held, dots = raw[ends[0] : ends[-1]], raw[ends[1:] - 3]
    digits = np.count_nonzero(held - np.uint8(ord("0")) < 10)
    return bool((dots == ord(".")).all()) and digits == held.size - dots.size


def _fen(text: pa.Array) -> pa.Array:
    return pa.array(np.rint(pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False) * 100).astype(np.int64))


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


def _quick_id(text: pa.Array) -> tuple[pa.Array, Flags]:
    if are_digits(text) and (pc.max(pc.binary_length(text)).as_py() or 0) <= 50:
        return text, np.ones(len(text), bool)
    fine = pc.and_(
        pc.match_substring_regex(text, _PLAIN["id"]), pc.invert(pc.match_substring_regex(text, _PLAIN["power"]))
    )
    return text, fine.to_numpy(zero_copy_only=False)


def _quick_buyer(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Keys of plain letters and digits; what may be nobody, or a telephone, goes cell by cell."""
    fine = _lettered(text)
    rest = text.filter(pa.array(~fine))
    plain = pc.match_substring_regex(rest, _PLAIN["key"])
    odd = pc.match_substring_regex(rest, _ODD)
    if (pc.max(pc.binary_length(rest)).as_py() or 0) >= 32:
        odd = pc.or_(odd, pc.is_in(pc.utf8_lower(rest), value_set=_EMPTY))
    fine[~fine] = pc.and_not(plain, odd).to_numpy(zero_copy_only=False)
    return text, fine


def _lettered(text: pa.Array) -> Flags:
    """Which cells are keys of 3 to 31 letters and digits that begin with a letter, and unlike any word of
    `odd_words`: no expression, ten times slower, is needed to tell that."""
    if not len(text) or text.null_count:
        return np.zeros(len(text), bool)
    ends, raw = _spread(text)
    sizes = np.diff(ends)
    if sizes.min() < 3:
        return np.zeros(len(text), bool)
    first, second = raw[ends[:-1]], raw[ends[:-1] + 1]
    held = np.bitwise_or.reduceat(_SORT[raw[ends[0] : ends[-1]]], ends[:-1] - ends[0])
    odd = np.isin((first | 32).astype(np.uint16) << 8 | second | 32, _BEGIN)
    fine: Flags = (held == 3) & (sizes < 32) & (_SORT[first] == 2) & ~odd
    return fine


def may_be_respelled(keys: pa.Array) -> bool:
    """Whether some keys hold capitals, or begin with a zero: others may be the same written in another way. Not where
    all are long and hold capitals and small letters, as those that programs make."""
    ends, raw = _spread(keys)
    firsts, sizes = ends[:-1][np.diff(ends) > 0], np.diff(ends)
    capitals = raw[ends[0] : ends[-1]] - np.uint8(ord("A")) < 26
    if not (capitals.any() or (raw[firsts] == ord("0")).any()):
        return False
    if not sizes.size or sizes.min() < OPAQUE:
        return True
    held = np.bitwise_or.reduceat(_CASE[raw[ends[0] : ends[-1]]], ends[:-1] - ends[0])
    return bool((held != 3).any())


OPAQUE = 16  # signs of a key that nobody types
_CASE = np.zeros(256, np.uint8)
_CASE[65:91], _CASE[97:123] = 1, 2
_SORT = np.full(256, 4, np.uint8)
_SORT[48:58], _SORT[65:91], _SORT[97:123] = 1, 2, 2  # digits, letters
_BEGIN = [int.from_bytes(word[:2].encode()) for word in _PLAIN["odd_words"]]


QUICK: dict[str, Callable[[Any], tuple[pa.Array, Flags]]] = {
    "money": _quick_money,
    "fee": _quick_money,
    "time": _quick_time,
    "id": _quick_id,
    "buyer": _quick_buyer,
}
