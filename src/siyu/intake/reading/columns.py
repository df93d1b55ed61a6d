"""Columns of text as their format says."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.cells import BLANKS, READERS, Read, bare
from siyu.intake.formats.format import Column, limits
from siyu.intake.formats.identities import SIMPLE, narrow
from siyu.intake.formats.times import serial
from siyu.intake.reading.quick import QUICK, Flags, are_digits

_ARROW = (dict.fromkeys(("money", "fee", "charge", "count", "signed", "duration", "product", "sum"), pa.int64())
          | dict.fromkeys(("share", "percent"), pa.float64())
          | dict.fromkeys(("time", "epoch", "begin", "end"), pa.timestamp("s")))  # fmt: skip
SEEN, FEW = 256, 64  # cells of a column that are looked at, and how many of them may differ for each to be read once
MONTH = 31 * 86_400
MOST = 1e15  # fen of an amount that integers hold
# a mobile number, an identity card, a WeChat id
_PERSONAL = r"^(?:86)?1[3-9]\d{9}$|^[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$|^wxid_"
_PERSONS = pa.array([11, 13, 18], pa.int32())  # digits of such
_WITHIN = r"(?:^|\D)(?:86)?1[3-9]\d{9}(?:\D|$)"  # made with a mobile number; in longer numbers it is chance
_ERROR = re.compile(r"#(?:N/A|[A-Z]+[A-Z0/_]*[!?])")  # of a spreadsheet; also what `containers` puts for a lost value


@dataclass
class Typed:
    """One column: values (null where blank or faulty), the fault codes of rows, and what is worth saying of others."""

    values: pa.Array
    faults: dict[int, str]
    notes: dict[int, str] = field(default_factory=dict)


def typed(text: pa.Array, column: Column, known: dict[tuple[str, ...], Typed] | None = None) -> Typed:
    """A column of text read as its format says; required cells that are blank are faults, too.

    Where few cells differ, each different one is read once, and words stay coded. known: what was made of such cells
    before, by them; of exports by the block they are mostly the same."""
    alike, known = pa.types.is_dictionary(text.type), {} if known is None else known
    if not alike and (len(text) <= SEEN or len(text[:: len(text) // SEEN].unique()) > FEW):
        return _typed(text, column)
    coded = text if alike else text.dictionary_encode()
    if (found := known.get(words := tuple(coded.dictionary.to_pylist()))) is None:
        found = _typed(coded.dictionary, column)
        if pa.types.is_string(found.values.type):
            found.values = found.values.dictionary_encode()
        if len(words) <= FEW:
            known[words] = found
    return _spread(found, coded.indices)


def _typed(text: pa.Array, column: Column) -> Typed:
    result = _read(text, column)
    if column.read == "time" and result.faults:
        _serials(text, result)
    if column.nobody:
        nobody = pc.is_in(result.values, value_set=pa.array(column.nobody, pa.string()))
        result.values = pc.if_else(nobody, pa.scalar(None, pa.string()), result.values)
    if column.spelling == "loose":
        result.values = pc.utf8_ltrim(pc.utf8_lower(result.values), "0")
    _declared(result, column)
    return _complete(result) if column.required else result


def made(of: list[Typed], column: Column) -> Typed:
    """A sum, or the product of a price and a number of pieces; a fault of any is one of the result, and so is a blank
    of a product's."""
    combine = pc.add if column.read == "sum" else pc.multiply
    parts = [pc.fill_null(one.values, 0) if column.read == "sum" else one.values for one in of]
    values = pc.cast(reduce(combine, parts), pa.int64())
    roughly = reduce(combine, [pc.cast(part, pa.float64(), safe=False) for part in parts])
    result = Typed(values, {row: code for one in of for row, code in one.faults.items()})
    _fault(result, pc.greater_equal(pc.abs(roughly), MOST).fill_null(False).to_numpy(zero_copy_only=False), "not_fen")
    _declared(result, column)
    return _complete(result)


def _complete(result: Typed) -> Typed:
    """The same, with blank cells as faults."""
    for row in np.flatnonzero(result.values.is_null().to_numpy(zero_copy_only=False)):
        result.faults.setdefault(int(row), "missing")
    return result


def _read(text: pa.Array, column: Column) -> Typed:
    if column.read not in QUICK:
        return _each(text, column)
    first = text[0].as_py() if len(text) else ""
    wrapped = first != first.strip()  # as the rest is, then
    quick, fine = QUICK[column.read](pc.ascii_trim_whitespace(text) if wrapped else text)
    if not wrapped and not fine.all():
        quick, fine = QUICK[column.read](pc.ascii_trim_whitespace(text))
    if fine.all():
        return Typed(quick, {})
    rows = np.flatnonzero(~fine)
    left = _each(text.take(pa.array(rows)), column)
    values = pc.replace_with_mask(quick, pa.array(~fine), left.values)
    return Typed(values, *({int(rows[at]): code for at, code in one.items()} for one in (left.faults, left.notes)))


def _each(text: pa.Array, column: Column) -> Typed:
    """Cell by cell, each different text once."""
    kind, coded = _ARROW.get(column.read, pa.string()), text.dictionary_encode()
    read = [*map(_reader(column), coded.dictionary.to_pylist())]
    values = pa.array([value for value, _ in read], pa.int64() if pa.types.is_timestamp(kind) else kind).cast(kind)
    said = {place: code for place, (_, code) in enumerate(read) if code}
    faults = {place: code for place, code in said.items() if read[place][0] is None}
    return _spread(Typed(values, faults, {at: said[at] for at in said.keys() - faults}), coded.indices)


def _spread(found: Typed, which: pa.Array) -> Typed:
    """What rows hold, from what was read of each different text. which: the text of each row."""
    places = which.to_numpy()

    def at(codes: dict[int, str]) -> dict[int, str]:
        rows = np.flatnonzero(np.isin(places, [*codes])).tolist() if codes else ()
        return {row: codes[int(places[row])] for row in rows}

    same = len(found.values) == 1 and not pa.types.is_dictionary(found.values.type)
    values = pa.repeat(found.values[0], len(which)) if same else found.values.take(which)
    return Typed(values, at(found.faults), at(found.notes))


def _reader(column: Column) -> Callable[[str], Read]:
    """How a cell of the column is read."""
    known = {_plain(word).casefold(): (meaning or None, "") for word, meaning in column.values.items()}
    more = {"rounded": column.rounded} if column.read in ("money", "count", "signed") else {}

    def read(cell: str) -> Read:
        text = _plain(bare(cell)) if known else bare(cell)
        if column.read not in ("buyer", "text") and _ERROR.fullmatch(text):
            return None, "cell_error"
        if known:
            return known.get(text.casefold(), (None, "" if text in BLANKS else "unknown_value"))
        return READERS[column.read](cell, **more)

    return read


def told_beside(values: pa.Array, text: pa.Array, column: Column) -> pa.Array:
    """A column of words; where a cell is blank or says none or not yet, what the words of another mean in it."""
    coded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
    means = {_plain(word).casefold(): meaning for word, meaning in column.values.items()}
    said = pa.array(
        [means.get(_plain(bare(word)).casefold()) or None for word in coded.dictionary.to_pylist()], pa.string()
    )
    if said.null_count == len(said):
        return values
    told, plain = said.take(coded.indices), values.cast(pa.string())
    silent = pc.is_in(plain, value_set=pa.array([None, "none", "pending"], pa.string()))
    return pc.if_else(pc.and_(silent, told.is_valid()), told, plain).dictionary_encode()


def _serials(text: pa.Array, result: Typed) -> None:
    """Days that a spreadsheet counts, in a column that is otherwise dates: read where they fall among these."""
    known = result.values.drop_null()
    if not len(known):
        return
    low, high = (pc.min_max(known)[end].cast(pa.int64()).as_py() for end in ("min", "max"))
    found = {}
    for row, code in result.faults.items():
        when = serial(bare(text[row].as_py())) if code == "not_time" else None
        if when is not None and low - MONTH <= when <= high + MONTH:
            found[row] = when
    if found:
        values = pa.array([found[row] for row in sorted(found)], pa.int64()).cast(pa.timestamp("s"))
        result.values = pc.replace_with_mask(result.values, np.isin(np.arange(len(text)), [*found]), values)
        result.faults = {row: code for row, code in result.faults.items() if row not in found}


def _declared(result: Typed, column: Column) -> None:
    """Faults of values outside the declared pattern and range, and of numbers of people where ids are expected."""
    held = result.values
    if column.read == "id" and not column.pattern:
        digits = are_digits(held)
        if not digits or pc.any(pc.is_in(pc.binary_length(held), _PERSONS)).as_py():
            personal = pc.match_substring_regex(held, _PERSONAL if digits else f"{_PERSONAL}|{_WITHIN}")
            _fault(result, personal.fill_null(False).to_numpy(zero_copy_only=False), "personal_id")
            held = result.values
    if column.pattern:
        _fault(result, ~_fits(held, column.pattern).fill_null(True).to_numpy(zero_copy_only=False), "pattern")
    if column.range is not None:
        low, high = limits(column)
        numbers = held.cast(pa.int64()) if pa.types.is_timestamp(held.type) else held
        fits = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high)).fill_null(True)
        _fault(result, ~fits.to_numpy(zero_copy_only=False), "out_of_range")


def _fits(held: pa.Array, pattern: str) -> pa.Array:
    """Whether cells match a pattern. So many digits are counted, ten times faster."""
    if found := re.fullmatch(r"\\d\{(\d+),(\d+)\}", pattern):
        size, (least, most) = pc.binary_length(held), map(int, found.groups())
        digits = True if are_digits(held) else pc.ascii_is_decimal(held)
        return pc.and_(digits, pc.and_(pc.greater_equal(size, least), pc.less_equal(size, most)))
    return pc.match_substring_regex(held, f"^(?:{pattern})$")


def _fault(result: Typed, wrong: Flags, code: str) -> None:
    if wrong.any():
        for row in np.flatnonzero(wrong):
            result.faults.setdefault(int(row), code)
        result.values = pc.if_else(pa.array(wrong), pa.scalar(None, result.values.type), result.values)


def _plain(text: str) -> str:
    return "".join(narrow(text).translate(SIMPLE).split())
