"""Canonical tables of a client, as Parquet sorted by buyer.

orders: a row per order line: buyer_id (int64, null without an identity), platform, the columns of `parts.COLUMNS` that
some export holds, paid_fen and net_fen (fen, always), net_uncertain (a part refund of unknown amount, so that net_fen
is an upper bound), line_no (0: the order's first line). purchases: see `purchases.purchase_days`. members: buyer_id,
group, joined_at, left_at, channel, observed_from, observed_to. follows: buyer_id, followed_at, unfollowed_at. Every
other table of `tables.yml` that some export holds: its columns there, buyer_id (int64) in place of the key. Buyer ids
are 0, 1, 2 … by first (paid_at, order_id): the secret of `keys` changes none of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu.intake.formats.canonical_tables import tables
from siyu.intake.reading.lines import Ints, seconds_of
from siyu.intake.store.buyers import NEVER, Keys, standing_for, strangers
from siyu.intake.store.order_lines import Counts, OrderLines
from siyu.intake.store.parts import Part
from siyu.intake.store.snapshots import Clash, ContradictionError, age, contradicting, overlapping

_SPELLS = {
    "members": {"buyer_id": "buyer_id", "group": "group_id", "joined_at": "joined_at", "left_at": "left_at",
                "channel": "scene", "observed_from": "observed_from", "observed_to": "observed_to"},
    "follows": {name: name for name in ("buyer_id", "followed_at", "unfollowed_at")},
}  # fmt: skip
SOME = 10  # people, and buyers, among whom it is no chance that none is both
_OWN = {"orders", "buyer_keys"}  # made into tables of their own


def standing_tables(parts: Sequence[Part], folder: Path) -> tuple[list[Counts], list[Clash]]:
    """Write the tables of all parts that do not contradict each other; the clashes of the others."""
    clashes: list[Clash] = []
    while True:
        try:
            counts, noted = write_tables(parts, folder)
            return counts, clashes + noted
        except ContradictionError as error:
            clashes += error.clashes
            out = {clash.file for clash in clashes}
            parts = [part for part in parts if part.name not in out]


def write_tables(parts: Sequence[Part], folder: Path) -> tuple[list[Counts], list[Clash]]:
    """Write the tables that these parts allow into `folder`; from the oldest part to the newest. What is to be said of
    some that are used all the same.

    Raises ContradictionError when parts tell otherwise about the same and none is known to be newer."""
    parts = sorted({part.folder: part for part in parts}.values(), key=age)
    of_kind: dict[str, list[Part]] = {}
    for part in parts:
        of_kind.setdefault(part.format.kind, []).append(part)
    keys = Keys.collect(parts)
    if clashes := [*overlapping(parts), *contradicting(parts, keys)]:
        raise ContradictionError(clashes)
    with ThreadPoolExecutor(1) as beside:
        orders, key_tables = of_kind.get("orders"), of_kind.get("buyer_keys", [])
        read = beside.submit(OrderLines, orders, keys, key_tables) if orders else None
        reported = {kind: Reported(kind, of_kind[kind], keys) for kind in tables() if kind in of_kind.keys() - _OWN}
        lines = read.result() if read else None
        ids = lines.ids if lines else np.full((keys.count, 1), -1, np.int64)
        unmet = [kind for kind in _SPELLS if kind in reported and lines and _unmet(reported[kind].who, ids)]
        if reported:
            people = (one.people() for one in reported.values())
            who, moments = (np.concatenate(one) for one in zip(*people, strict=True))
            ids = strangers(who, moments, ids)
        held = {kind: _kept(kind, one.table(ids)) for kind, one in reported.items()}
        written = [beside.submit(_write, table, folder / f"{kind}.parquet") for kind, table in held.items()]
        counts = lines.counts() if lines else []
        if lines:
            lines.write(folder / "orders.parquet", folder / "purchases.parquet", held.get("members"))
        for one in written:
            one.result()
    return counts, [Clash(part.name, "no_such_buyers", "") for kind in unmet for part in of_kind[kind]]


def _unmet(who: Ints, ids: Ints) -> bool:
    """Whether none of the people of a list is among the buyers, of whom there are some."""
    keys = np.unique(who[who >= 0])
    return bool(keys.size >= SOME and (ids >= 0).sum() >= SOME and not (ids[keys] >= 0).any())


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _kept(kind: str, table: pa.Table) -> pa.Table:
    """A table as it is stored: spells of people have all their columns."""
    if kind not in _SPELLS:
        return table
    if "person" in table.column_names:
        table = table.filter(pc.not_equal(table["person"], "staff").fill_null(True))
    nothing = {"group": pa.string(), "channel": pa.string()}
    return pa.table({
        name: table[key] if key in table.column_names else pa.nulls(len(table), nothing.get(name, pa.timestamp("s")))
        for name, key in _SPELLS[kind].items()
    })  # fmt: skip


class Reported:
    """The rows of a table that is kept as its exports report it, from the oldest export to the newest."""

    def __init__(self, kind: str, parts: Sequence[Part], keys: Keys) -> None:
        rows = [part.rows() for part in parts]
        self.named = any(part.named for part in parts)
        self.ragged = len({part.columns for part in parts}) > 1  # some platforms give one metric a file
        self.who = np.concatenate([keys.of_rows(*both) for both in zip(parts, rows, strict=True)])
        self.part = np.repeat(np.arange(len(parts)), [len(one) for one in rows])
        whole = pa.concat_tables(rows, promote_options="default").unify_dictionaries().drop_columns("buyer_no")
        wanted = [key for key in tables()[kind].keys if key != "buyer_id"]
        self.keys = ["platform", *(key for key in wanted if key in whole.column_names)]
        self.whole = len(self.keys) == len(wanted) + 1
        platforms = np.array([part.format.platform for part in parts])[self.part]
        self.rows = whole.append_column("platform", pa.array(platforms, pa.string()))

    def people(self) -> tuple[Ints, Ints]:
        """Key and first time (seconds) of each row that names somebody."""
        named = self.who >= 0
        times = [self.rows[one.name] for one in self.rows.schema if pa.types.is_timestamp(one.type)]
        moments = seconds_of(times[0], NEVER) if times else np.full(len(named), NEVER)
        return self.who[named], moments[named]

    def table(self, ids: Ints) -> pa.Table:
        """Each row once, as the newest export that holds it tells; with what only an older one tells of it."""
        rows, who = self.rows, self.who
        if self.whole or (self.part.max(initial=0) and (len(self.keys) > 1 or self.named)):
            frame = rows.to_pandas().assign(who=who, part=self.part)
            by = frame.groupby([*self.keys, "who"], dropna=False, observed=True, sort=False)
            last = by.cumcount(ascending=False).to_numpy() == 0  # without the whole key, rows of one export are many
            stays = np.flatnonzero(last if self.whole else self.part == by["part"].transform("max").to_numpy())
            told = [name for name in rows.column_names if name not in self.keys]
            if self.ragged and told:
                frame[told] = by[told].ffill()
            rows = pa.Table.from_pandas(frame.iloc[stays][rows.column_names], rows.schema, preserve_index=False)
            who = who[stays]
        by_key = [(name, "ascending") for name in reversed(self.keys)]
        if not self.named:
            return _sorted(rows, by_key)
        places, buyer = standing_for(who, np.vstack([ids, np.full(ids.shape[1], -1)]))
        nobody = np.flatnonzero(who < 0)
        taken = rows.take(pa.array(np.concatenate([places, nobody])))
        buyers = pa.array(np.append(buyer, np.full(len(nobody), -1)), mask=np.arange(len(taken)) >= len(places))
        return _sorted(taken.add_column(0, "buyer_id", buyers), [("buyer_id", "ascending"), *by_key])


def _sorted(rows: pa.Table, keys: Sequence[tuple[str, str]]) -> pa.Table:
    """Rows by keys; Arrow itself sorts no dictionaries."""
    columns = {name: rows[name] for name, _ in keys}
    plain = {name: one.cast(pa.string()) if pa.types.is_dictionary(one.type) else one for name, one in columns.items()}
    return rows.take(pc.sort_indices(pa.table(plain), sort_keys=list(keys)))
