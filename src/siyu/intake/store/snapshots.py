"""Order lines that several exports hold: which of them is the newest, and where exports contradict each other.

The unit is the line. Orders whose lines cannot be told apart by the columns at hand are taken whole.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.format import tables
from siyu.intake.reading.lines import Flags, Ints
from siyu.intake.store.buyers import Keys
from siyu.intake.store.parts import Part

# what two exports have to agree on where nothing tells which is newer
COMPARED = ("status", "refund_state", "paid_fen", "order_paid_fen", "net_fen", "refunded_fen", "paid_at", "quantity")
LINE_KEYS = ("line_id", "product_id", "product_spec")


class Clash(NamedTuple):
    """A file that cannot be used beside another one, and why: a code of `problems.REASONS`."""

    file: str
    code: str
    other: str


class ContradictionError(ValueError):
    """Exports that cannot stand beside each other, and nothing tells which of them is to go."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__("exports contradict each other")


def _both(one: Part, other: Part, code: str) -> list[Clash]:
    return [Clash(one.name, code, other.name), Clash(other.name, code, one.name)]


def age(part: Part) -> tuple[int, list[int], str]:
    """What exports are sorted by, the oldest first: their date, then the numbers in their names, then these."""
    known = part.exported.last if part.exported is not None else -1
    return known, [int(number) for number in re.findall(r"\d{1,18}", part.name)], part.name


def line_key(part: Part) -> tuple[str, ...]:
    """The columns that tell the lines of an order apart in this export, () when each order is one line; ("?",)
    when they cannot be told apart."""
    wanted = part.format.line_key
    if wanted and set(wanted) <= set(part.columns):
        return tuple(key for key in wanted if key != "order_id")
    present = [key for key in wanted if key in part.columns]
    return () if present == ["order_id"] and part.format.duplicates == "drop" else ("?",)


def newest(table: pa.Table, order: Ints, part: Ints, parts: Sequence[Part]) -> Flags:
    """Which rows stand: of each line the one of the newest export. Raises ContradictionError.

    order: number of each row's order; part: which of `parts` each row is from, these from the oldest to the newest.
    """
    keep = np.ones(len(order), bool)
    first, last = (np.full(int(order.max(initial=-1)) + 1, at, np.int64) for at in (len(parts), -1))
    np.minimum.at(first, order, part)
    np.maximum.at(last, order, part)
    rows = np.flatnonzero((first != last)[order])  # only orders that more than one export holds
    if not rows.size:
        return keep
    unit = _units(table.take(pa.array(rows)), order[rows], part[rows], parts)
    inorder = np.lexsort((part[rows], unit))
    rows, unit = rows[inorder], unit[inorder]
    ends = np.append(np.flatnonzero(np.diff(unit)), len(unit) - 1)
    standing = part[rows[ends]][np.searchsorted(ends, np.arange(len(unit)))]  # the newest export of each unit
    older = part[rows] < standing
    keep[rows[older]] = False
    pairs = [
        (int(a), int(b))
        for a, b in {(a, b) for a, b in zip(part[rows[older]], standing[older], strict=True)}
        if not parts[a].exported_before(parts[b]) and _differ(table, rows, unit, part, (a, b), standing)
    ]
    if pairs:
        raise ContradictionError([one for a, b in sorted(pairs) for one in _both(parts[a], parts[b], "contradiction")])
    return keep


def _units(table: pa.Table, order: Ints, part: Ints, parts: Sequence[Part]) -> Ints:
    """A number for what must be compared: a line, or an order whose exports do not tell lines alike."""
    keys = [line_key(one) for one in parts]
    kinds = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    kind = np.array([kinds[key] for key in keys])[part]
    low, high = (np.full(int(order.max()) + 1, at, np.int64) for at in (len(kinds), -1))
    np.minimum.at(low, order, kind)
    np.maximum.at(high, order, kind)
    loose = np.array([key == ("?",) for key in kinds])
    whole = (low != high) | loose[np.maximum(low, 0) * (low < len(kinds))]
    lines = np.zeros(len(order), np.int64)
    for key in LINE_KEYS:
        if key in table.column_names:
            used = np.array([key in one for one in keys])[part]
            codes = table[key].combine_chunks()
            codes = codes if pa.types.is_dictionary(codes.type) else codes.dictionary_encode()
            values = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
            lines = lines * (int(values.max(initial=0)) + 1) + np.where(used, values, 0)
    lines = np.where(whole[order], -1, lines)
    _, found = np.unique(np.stack([order, lines]), axis=1, return_inverse=True)
    return found.reshape(-1)


def _differ(table: pa.Table, rows: Ints, unit: Ints, part: Ints, pair: tuple[int, int], standing: Ints) -> bool:
    """Whether two exports tell otherwise about the units that the second is the newest of."""
    sides = []
    shared = np.intersect1d(*(unit[(part[rows] == one) & (standing == pair[1])] for one in pair))
    for one in pair:
        mine = (part[rows] == one) & np.isin(unit, shared)
        sides.append(sorted(_told(table.take(pa.array(rows[mine])), unit[mine])))
    return sides[0] != sides[1]


def _told(lines: pa.Table, unit: Ints) -> Iterator[tuple[str, ...]]:
    held = [lines[name].cast(pa.string()).to_pylist() for name in COMPARED if name in lines.column_names]
    for values in zip(unit.tolist(), *held, strict=True):
        yield tuple(map(str, values))


def contradicting(parts: Sequence[Part], keys: Keys) -> list[Clash]:
    """Exports of other kinds than orders that tell otherwise about the same row of their table."""
    found: list[Clash] = []
    for place, one in enumerate(parts):
        for other in parts[place + 1 :]:
            kind = one.format.kind
            if (
                kind == "orders"
                or kind != other.format.kind
                or one.exported_before(other)
                or other.exported_before(one)
            ):
                continue
            frames = [_frame(part, keys) for part in (one, other)]
            shared = [name for name in frames[0] if name in frames[1]]
            row = ["key" if name == "buyer_id" else name for name in tables()[kind].keys]
            on = [name for name in row if name in shared]
            if not on:
                continue
            both = frames[0][shared].merge(frames[1][shared], on=on, suffixes=("", " of the other"))
            told = [name for name in shared if name not in on]
            if any(_unlike(both[name], both[f"{name} of the other"]) for name in told):
                found += _both(one, other, "contradiction")
    return found


def _unlike(one: pd.Series, other: pd.Series) -> bool:
    return bool((one.ne(other) & ~(one.isna() & other.isna())).any())


def _frame(part: Part, keys: Keys) -> pd.DataFrame:
    rows = part.rows()
    frame: pd.DataFrame = rows.drop_columns(["buyer_no", "line"]).to_pandas()
    return frame.assign(key=keys.of_rows(part, rows))


def overlapping(parts: Sequence[Part]) -> list[Clash]:
    """Order exports without order numbers that hold the same records: what is counted twice, nobody could tell.

    Of two that are the same in another dress, the later one goes.
    """
    loose = [at for at, part in enumerate(parts) if part.format.kind == "orders" and "order_id" not in part.columns]
    held = {at: _records(parts[at]) for at in loose} if len(loose) > 1 else {}
    found: list[Clash] = []
    for place, a in enumerate(loose):
        for b in loose[place + 1 :]:
            mine, theirs = held[a], held[b]
            if mine == theirs:
                found.append(Clash(parts[b].name, "same_file", parts[a].name))
                continue
            since, until = max(mine[1], theirs[1]), min(mine[2], theirs[2])
            inside = [
                sum(n for record, n in one.items() if since <= record[0] <= until) for one in (mine[0], theirs[0])
            ]
            both = sum(min(n, theirs[0].get(record, 0)) for record, n in mine[0].items())
            if both and both >= SHARED * min(inside):
                found += _both(parts[a], parts[b], "overlap")
    return found


SHARED = 0.2  # of the records of the shorter one that may be alike by chance


def _records(part: Part) -> tuple[dict[tuple[Any, ...], int], Any, Any]:
    rows = part.rows()
    keys = part.keys()
    who = keys.take(rows["buyer_no"].combine_chunks()).to_pylist() if len(keys) else [None] * len(rows)
    columns = [
        name for name in ("paid_at", "created_at", "paid_fen", "net_fen", "quantity") if name in rows.column_names
    ]
    when = columns[0]
    # to the minute: a spreadsheet that saves a file again may drop the seconds
    minutes = pc.floor_temporal(rows[when], unit="minute").to_pylist()
    values = [minutes, *(rows[name].to_pylist() for name in columns[1:])]
    counted = Counter(row for row in zip(*values, who, strict=True) if row[0] is not None)
    span = pc.min_max(rows[when]).as_py()
    return dict(counted), span["min"], span["max"]
