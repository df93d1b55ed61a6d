"""Records that stand in a file more than once, and amounts of an order that repeat on its lines."""

from dataclasses import dataclass, field
from functools import cache

import duckdb
import numpy as np

from siyu.intake.formats.format import Layout
from siyu.intake.reading.lines import Hashes, Ints
from siyu.intake.reading.records import Records

_RAW = "whole record"


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
    """64-bit fingerprints of accepted records, block by block: 24 bytes a record, whatever its width."""

    layout: Layout
    parts: list[dict[str, Hashes]] = field(default_factory=list)

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

    def of(self, records: Records) -> dict[str, Hashes]:
        """The fingerprints of one block. Safe to call from several threads."""
        wanted, table = dict[str, str](), records.accepted
        if self._check:
            record = _hash(list(self.layout.places))
            blank = [f"{_quoted(key)} IS NULL" for key in self._key if table[key].null_count]
            if not self.whole or blank:
                table = table.append_column(_RAW, records.text.texts(records.at))
                raw = f"hash({_quoted(_RAW)})"
                record = f"CASE WHEN {' OR '.join(blank)} THEN {raw} ELSE {record} END" if self.whole else raw
            wanted = {"key": _hash(self._key, self._texts) if self._key else record, "record": record}
        if self._order:
            wanted |= {"order": _hash(["order_id"]), "amounts": _hash(self._order)}
        if "buyer_id" in self.layout.places:
            wanted["buyer"] = _hash(["buyer_id"])
            if "order_id" in self.layout.places and self._key != ["order_id"]:
                wanted["order"] = _hash(["order_id"])
        if not wanted:
            return {}
        columns = ", ".join(f"{expression} AS {name}" for name, expression in wanted.items())
        with _engine().cursor() as cursor:
            cursor.register("records", table)
            found = cursor.execute(f"SELECT {columns} FROM records").fetchnumpy()  # noqa: S608 - quoted
        return {name: np.asarray(values, np.uint64) for name, values in found.items()}

    def repeats(self) -> Repeats:
        """All repeats of the file."""
        same = other = carried = torn = np.zeros(0, np.int64)
        if self.parts and self._check:
            record = self._joined("record")
            same, other = _later(self._joined("key"), record)
            again, _ = _later(record[other], record[other])  # of a record that itself is another one
            same, other = np.union1d(same, other[again]), np.delete(other, again)
        if self.parts and self._order:
            carried, torn = _later(self._joined("order"), self._joined("amounts"))
            gone = np.union1d(same, other)
            carried, torn = np.setdiff1d(carried, gone), np.setdiff1d(torn, gone)
        return Repeats(same, other, carried, torn)

    def pairs(self, later: Ints) -> dict[int, int]:
        """The first record with the same key, by the position of some that came later."""
        keys = self._joined("key")
        firsts: dict[int, int] = {}
        for at in np.flatnonzero(np.isin(keys, keys[later])).tolist():
            firsts.setdefault(int(keys[at]), at)
        return {at: firsts[int(keys[at])] for at in later.tolist()}

    def buyers(self, at: Ints) -> tuple[Hashes, Hashes | None]:
        """Hashes of the buyer and of the order of records; None where each is an order of its own."""
        orders = self._joined("order")[at] if self.parts and "order" in self.parts[0] else None
        return self._joined("buyer")[at], orders

    def forget(self, *names: str) -> None:
        """Let go of what is not needed any more: of ten million records each is eighty megabytes."""
        self.parts = [{name: part[name] for name in part.keys() - names} for part in self.parts]

    def _joined(self, name: str) -> Hashes:
        if len(self.parts) > 1:
            names = [*self.parts[0]]
            self.parts = [{one: np.concatenate([part.pop(one) for part in self.parts]) for one in names}]
        return self.parts[0][name]


def _hash(keys: list[str], texts: frozenset[str] = frozenset()) -> str:
    """texts: columns of words, in which a stray comma or blank makes no other line."""
    plain = (f"translate({_quoted(key)}, ',，; ', '')" if key in texts else _quoted(key) for key in keys)
    return f"hash({', '.join(plain)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _later(keys: Hashes, values: Hashes) -> tuple[Ints, Ints]:
    """Positions whose key was seen before: with the values of the first such record, or with others."""
    inorder = np.sort(keys)
    twice = inorder[1:][inorder[1:] == inorder[:-1]]
    if not twice.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    some = np.flatnonzero(np.isin(keys, twice)) if twice.size < keys.size // 10 else np.arange(keys.size)
    order = some[np.argsort(keys[some], kind="stable")]
    ordered = keys[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = np.flatnonzero(new)[np.cumsum(new) - 1]
    agree = values[order] == values[order[first]]
    return np.sort(order[~new & agree]), np.sort(order[~new & ~agree])
