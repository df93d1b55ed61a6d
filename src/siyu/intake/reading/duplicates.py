"""Records that stand in a file more than once, and amounts of an order that repeat on its lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa

from siyu.intake.formats.format import Layout
from siyu.intake.reading.lines import Hashes, Ints, distinct
from siyu.intake.reading.quick import may_be_respelled
from siyu.intake.reading.records import Records

_RAW = "whole record"
PLAIN = """hash(ltrim(lower("buyer_id"), '0'))"""  # of a key as `identities.plain` writes it
ALIKE, SEVERAL = 5, 3  # orders, and different amounts of them, from which it is no chance that lines agree
COMPARED = 20_000  # repeats that are held against what they repeat, cell by cell


@dataclass(frozen=True)
class Repeats:
    """Positions among the accepted records (in file order).

    same: equal to an earlier record; other: the same key as an earlier one and other values; carried: a later line of
    an order whose amounts an earlier line has counted; torn: a line that disagrees with it."""

    same: Ints
    other: Ints
    carried: Ints
    torn: Ints


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One for all files: to open it takes longer than to read a small one."""
    return duckdb.connect(config={"threads": 1, "enable_external_access": False})


@dataclass
class Fingerprints:
    """64-bit fingerprints of accepted records, block by block: 16 bytes a record, whatever its width.

    Those of whole records are only made of records whose key stands more than once: few, in most files none."""

    layout: Layout
    parts: list[dict[str, Hashes]] = field(default_factory=list)
    plain: list[Hashes | int] = field(default_factory=list)  # of keys in small letters, or how many are so already

    def __post_init__(self) -> None:
        entry, columns = self.layout.format, self.layout.places
        self._key = [key for key in entry.line_key if key in columns]
        self._texts = frozenset(key for key in self._key if entry.columns[key].read == "text")
        self._check = entry.duplicates == "drop"
        # without a key of lines, two records are the same only when everything about them is
        self.whole = bool(entry.line_key) and set(entry.line_key) <= set(columns)
        self.whole &= entry.line_key != ["order_id"] or not self.layout.unknown  # one of these may tell lines apart
        self.numbered = entry.kind != "orders" or "line_id" in self._key
        shared = [k for k in self.layout.places if entry.columns[k].per == "order"]
        self._order = shared if "order_id" in self.layout.places else []
        # each line has an amount of its own, or one of the order that nobody has declared as such
        self._own = {"order_id", "paid_fen"} <= set(columns) and entry.kind == "orders" and self._key != ["order_id"]

    def of(self, records: Records) -> dict[str, Hashes]:
        """The fingerprints of one block. Safe to call from several threads."""
        wanted = {"key": _hash(self._key, self._texts)} if self._check and self._key else {}
        if self._order:
            wanted |= {"order": _hash(["order_id"]), "amounts": _hash(self._order)}
        if "buyer_id" in self.layout.places:
            wanted["buyer"] = _hash(["buyer_id"])
            if self._respelled(records.accepted["buyer_id"]):
                wanted["plain"] = PLAIN
            if "order_id" in self.layout.places and self._key != ["order_id"]:
                wanted["order"] = _hash(["order_id"])
        if self._own:
            wanted["order"] = _hash(["order_id"])
        found = _hashes(records.accepted, wanted) if wanted else {}
        if self._check and not self._key:
            found["key"] = self.of_whole(records, np.arange(len(records.at)))
        return found

    def take(self, part: dict[str, Hashes]) -> None:
        """Take in the fingerprints of the next block."""
        if "buyer" in part:
            self.plain.append(part.pop("plain", len(part["buyer"])))
        self.parts.append(part)

    def _respelled(self, keys: pa.ChunkedArray) -> bool:
        """Whether keys may stand for others; not where a format says that no spelling does, or that all do."""
        if self.layout.format.columns["buyer_id"].spelling or not len(keys):
            return False
        whole = keys.combine_chunks()
        return may_be_respelled(whole.dictionary if pa.types.is_dictionary(whole.type) else whole)

    def of_whole(self, records: Records, rows: Ints) -> Hashes:
        """The fingerprints of some whole records of a block. Safe to call from several threads."""
        table = records.accepted.take(pa.array(rows))
        record, blank = _hash(list(self.layout.places)), [key for key in self._key if table[key].null_count]
        if not self.whole or blank:
            table = table.append_column(_RAW, records.text.texts(records.at[rows]))
            nothing = " OR ".join(f"{_quoted(key)} IS NULL" for key in blank) if self.whole else "true"
            record = f"CASE WHEN {nothing} THEN {_hash([_RAW])} ELSE {record} END"
        return _hashes(table, {"record": record})["record"]

    def repeats(self, whole: Callable[[Ints], Hashes]) -> Repeats:
        """All repeats of the file. whole: the fingerprints of the whole records at some positions, ascending."""
        same = other = carried = torn = np.zeros(0, np.int64)
        if self.parts and self._check and (at := _several(keys := self._joined("key"))).size:
            record = whole(at) if self._key else keys[at]
            same, other = _later(keys[at], record)
            again, _ = _later(record[other], record[other])  # of a record that itself is another one
            same, other = at[np.union1d(same, other[again])], at[np.delete(other, again)]
        if self.parts and self._order:
            carried, torn = _later(self._joined("order"), self._joined("amounts"))
            gone = np.union1d(same, other)
            carried, torn = np.setdiff1d(carried, gone), np.setdiff1d(torn, gone)
        return Repeats(same, other, carried, torn)

    def of_one_amount(self, fen: Ints) -> Ints:
        """Positions of later lines of orders, where each order of several lines has one amount on all, and others have
        another: it may be that of the order. None of a few orders. fen: the amounts; lines of nothing are presents."""
        if not (self.parts and self._own and self._check):
            return np.zeros(0, np.int64)
        orders, paid = self._joined("order"), np.flatnonzero(fen > 0)
        same, other = _later(orders[paid], fen[paid].astype(np.uint64))
        amounts = fen[paid[same]]
        if other.size or np.unique(orders[paid[same]]).size < ALIKE or np.unique(amounts).size < SEVERAL:
            return same[:0]
        return paid[same]

    def _pairs(self, later: Ints) -> dict[int, int]:
        """The first record with the same key, by the position of some that came later."""
        keys = self._joined("key")
        firsts: dict[int, int] = {}
        for at in np.flatnonzero(np.isin(keys, keys[later])).tolist():
            firsts.setdefault(int(keys[at]), at)
        return {at: firsts[int(keys[at])] for at in later.tolist()}

    def unlike(self, same: Ints, lines: Ints, cells: Callable[[list[int]], list[list[str]]]) -> Ints:
        """Which of these repeats differ from the record that they repeat in a column that is not read: it may tell two
        lines of an order apart. cells: those of some lines."""
        pairs = {int(lines[at]): int(lines[first]) for at, first in self._pairs(same[:COMPARED]).items()}
        both = sorted({*pairs, *pairs.values()})
        unread = set(range(len(self.layout.header))) - set(self.layout.places.values())
        beside = {
            line: [row[at] for at in unread if at < len(row)] for line, row in zip(both, cells(both), strict=True)
        }
        unlike = [line for line, first in pairs.items() if beside[line] != beside[first]]
        return same[np.isin(lines[same], unlike)]

    def buyers(self, at: Ints) -> tuple[Hashes, Hashes | None]:
        """Hashes of the buyer and of the order of records; None where each is an order of its own."""
        orders = self._joined("order")[at] if self.parts and "order" in self.parts[0] else None
        return self._joined("buyer")[at], orders

    def respelled(self, at: Ints) -> tuple[Ints, int, int]:
        """Of the records at `at`, which name a buyer: the first ones of keys that differ from another one only in
        capitals or in zeros before; how many buyers that makes, if they are the same, and of how many keys."""
        if not any(isinstance(one, np.ndarray) for one in self.plain):
            return at[:0], 0, 0
        exact, start, parts = self._joined("buyer"), 0, list[Hashes]()
        for one in self.plain:
            size = one if isinstance(one, int) else one.size
            parts.append(exact[start : start + size] if isinstance(one, int) else one)
            start += size
        known, plain = exact[at], np.concatenate(parts)[at]
        if (count := distinct(known)) == distinct(plain):  # mostly, and four times faster told than which they are
            return at[:0], 0, count
        keys, firsts = np.unique(known, return_index=True)
        _, which, counts = np.unique(plain[firsts], return_inverse=True, return_counts=True)
        return np.sort(at[firsts[counts[which] > 1]]), int((counts > 1).sum()), int(keys.size)

    def forget(self, *names: str) -> None:
        """Let go of what is not needed any more: of ten million records each is eighty megabytes."""
        self.parts = [{name: part[name] for name in part.keys() - names} for part in self.parts]

    def _joined(self, name: str) -> Hashes:
        if len(self.parts) > 1:
            names = [*self.parts[0]]
            self.parts = [{one: np.concatenate([part.pop(one) for part in self.parts]) for one in names}]
        return self.parts[0][name]


def _hashes(table: pa.Table, wanted: Mapping[str, str]) -> dict[str, Hashes]:
    """Expressions of the columns of a table, by name."""
    columns = ", ".join(f"{expression} AS {name}" for name, expression in wanted.items())
    with _engine().cursor() as cursor:
        cursor.register("records", table)
        found = cursor.execute(f"SELECT {columns} FROM records").fetchnumpy()  # noqa: S608 - quoted
    return {name: np.asarray(values, np.uint64) for name, values in found.items()}


def _hash(keys: list[str], texts: frozenset[str] = frozenset()) -> str:
    """texts: columns of words, in which a stray comma or blank makes no other line."""
    plain = (f"translate({_quoted(key)}, ',，; ', '')" if key in texts else _quoted(key) for key in keys)
    return f"hash({', '.join(plain)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _several(keys: Hashes) -> Ints:
    """Positions of keys that stand more than once."""
    inorder = np.sort(keys)
    twice = inorder[1:][inorder[1:] == inorder[:-1]]
    return np.flatnonzero(np.isin(keys, twice)) if twice.size else np.zeros(0, np.int64)


def _later(keys: Hashes, values: Hashes) -> tuple[Ints, Ints]:
    """Positions whose key was seen before: with the values of the first such record, or with others."""
    some = _several(keys)
    if not some.size:
        return some, some
    order = some[np.argsort(keys[some], kind="stable")]
    ordered = keys[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = np.flatnonzero(new)[np.cumsum(new) - 1]
    agree = values[order] == values[order[first]]
    return np.sort(order[~new & agree]), np.sort(order[~new & ~agree])
