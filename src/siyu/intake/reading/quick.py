"""Plain cells of a column read all at once. What is not plain is left to `cells`, one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.identities import EMPTY_HASHES
from siyu.intake.formats.times import EPOCH

Flags = npt.NDArray[np.bool_]
_MONEY = r"^\d{1,12}(\.\d{1,2})?$"
_PHONE = r"^1[3-9]\d{9}(?:\.0*)?$"  # of a mobile; as an amount it is somebody's number
_ID = r"^[A-Za-z_\-]*\d[0-9A-Za-z_\-]{0,50}$"
_KEY = r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,60}$"
_POWER = r"^\d+[eE]\d+$"
# plain letters and digits that may mean nobody, or a telephone: without a digit (a word), zeros, one sign repeated,
# a number with its country, one with hyphens
_ODD = (
    r"^[A-Za-z_\-]*$|^[0_\-]*$|^1{8,}$|^2{8,}$|^3{8,}$|^4{8,}$|^5{8,}$|^6{8,}$|^7{8,}$|^8{8,}$|^9{8,}$"
    r"|^(?:(?:00)?860?|0)1[3-9]\d{9}$|^[0-9_\-]*\d[-_][0-9_\-]*$|^\d{2,7}(?:x{2,}|X{2,})|^\d+[eE]\d+$"
    r"|^0?1234567890*$|^0x0+$|^(?i:guest|anon|visitor|test|unknown|tel|phone|mobile)"
)
_EMPTY = pa.array(sorted(EMPTY_HASHES))


def _quick_money(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Plain amounts. Twelve digits and two decimals are exact in a double, so rounding restores them."""
    if _usual(text):
        return _fen(text), np.ones(len(text), bool)
    fine = pc.match_substring_regex(text, _MONEY)
    if (pc.max(pc.binary_length(text)).as_py() or 0) >= 11:
        fine = pc.and_not(fine, pc.match_substring_regex(text, _PHONE))
    plain = text if pc.all(fine).as_py() else pc.if_else(fine, text, "0")
    return _fen(plain), fine.to_numpy(zero_copy_only=False)


def _usual(text: pa.Array) -> bool:
    """Whether every cell is one to ten digits and two decimals: no expression is needed to tell that."""
    _, offsets, signs = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    sizes = np.diff(ends)
    if not len(text) or text.null_count or sizes.min() < 4 or sizes.max() > 13:
        return False
    raw = np.frombuffer(signs, np.uint8)[: ends[-1]]
    held, dots = raw[ends[0] :], raw[ends[1:] - 3]
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
    if pc.all(pc.ascii_is_decimal(text)).as_py() and (pc.max(pc.binary_length(text)).as_py() or 0) <= 50:
        return text, np.ones(len(text), bool)
    fine = pc.and_(pc.match_substring_regex(text, _ID), pc.invert(pc.match_substring_regex(text, _POWER)))
    return text, fine.to_numpy(zero_copy_only=False)


def _quick_buyer(text: pa.Array) -> tuple[pa.Array, Flags]:
    """Keys of plain letters and digits; what may be nobody, or a telephone, goes cell by cell."""
    plain = pc.match_substring_regex(text, _KEY)
    odd = pc.match_substring_regex(text, _ODD)
    if (pc.max(pc.binary_length(text)).as_py() or 0) >= 32:
        odd = pc.or_(odd, pc.is_in(text, value_set=_EMPTY))
    return text, pc.and_not(plain, odd).to_numpy(zero_copy_only=False)


QUICK: dict[str, Callable[[Any], tuple[pa.Array, Flags]]] = {
    "money": _quick_money,
    "fee": _quick_money,
    "time": _quick_time,
    "id": _quick_id,
    "buyer": _quick_buyer,
}
