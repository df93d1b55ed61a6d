"""The lines of a client's orders, each as the newest export that holds it tells."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu.engines.clusters import cluster_of
from siyu.intake.formats.format import absent
from siyu.intake.reading.lines import Flags, Ints, seconds_of
from siyu.intake.store.buyers import LINKED, NEVER, Keys, dense, linked, ordered
from siyu.intake.store.parts import COLUMNS, Part
from siyu.intake.store.purchases import Sales
from siyu.intake.store.snapshots import line_key, newest

ALWAYS = ("order_id", "paid_at", "status", "refund_state")
STATISTICS = ["buyer_id", "paid_at"]  # what a reader may skip row groups by
SLICE = 250_000  # rows taken into order at a time, and of a row group


@dataclass(frozen=True)
class Counts:
    """Order lines of a platform: all, those with a usable identity, part refunds of unknown amount and their fen.

    absent: what some export of the platform has no column for (`paid_at`, `refund`, `buyer_id`), and its header."""

    platform: str
    records: int
    usable: int
    net_uncertain: int
    net_uncertain_fen: int
    absent: Mapping[str, str] = field(default_factory=dict)


class OrderLines:
    """The lines of all order exports, and who bought them."""

    def __init__(self, parts: Sequence[Part], keys: Keys, key_tables: Sequence[Part]) -> None:
        self.platforms = sorted({part.format.platform for part in parts})
        self.absent = {name: _absent([one for one in parts if one.format.platform == name]) for name in self.platforms}
        scope_of = {name: number for number, name in enumerate(self.platforms, 1)}
        scopes, keyed, zero, tables = [], [], [], []
        for part in parts:
            rows = part.rows()
            keyed.append(keys.of_rows(part, rows))
            scopes.append(np.full(len(rows), scope_of[part.format.platform], np.int8))
            zero.append(np.full(len(rows), part.format.zero_lines == "purchase"))
            tables.append(_in_part(_delivered(rows.drop_columns("buyer_no"))))
        table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
        del tables
        self.scopes, self.zero, key = np.concatenate(scopes), np.concatenate(zero), np.concatenate(keyed)
        single = len(parts) == 1 and (line_key(parts[0]) == () or "order_id" not in parts[0].columns)
        self.line_no, self.paid_at = np.zeros(len(table), np.int64), np.full(len(table), NEVER, np.int64)
        if "paid_at" in table.column_names:
            self.paid_at = seconds_of(table["paid_at"], NEVER)
        if not single:
            codes = self._orders(table["order_id"], several=len(parts) > 1)
            if len(parts) > 1:
                kept = newest(table, codes, np.repeat(np.arange(len(parts)), [len(one) for one in scopes]), parts)
                if not kept.all():
                    table = table.filter(pa.array(kept))
                    self.scopes, self.zero = self.scopes[kept], self.zero[kept]
                    key, codes, self.paid_at = key[kept], codes[kept], self.paid_at[kept]
            self.line_no = pd.Series(codes).groupby(codes, sort=False).cumcount().to_numpy().astype(np.int64)
            table = self._first_payment(table, codes)
        self.table = table
        width = len(self.platforms) + 1
        self.identity = np.where(key >= 0, key * width + self.scopes, -1)
        order_ids, tabled = linked(keys, key_tables)
        if len(order_ids):
            at = pc.index_in(table["order_id"], value_set=order_ids).fill_null(-1).to_numpy()
            self.identity = np.where(at >= 0, tabled[at] * width + LINKED, self.identity)
        ids = dense(self.identity, keys.count * width, self.paid_at, table["order_id"], self.scopes.astype(np.int64))
        self.ids = ids.reshape(keys.count, width)
        self.paid, self.net, self.uncertain = _amounts(table, self.line_no)

    def _first_payment(self, table: pa.Table, codes: Ints) -> pa.Table:
        """An order counts on the day of its first payment, whatever the days of its lines."""
        paid = pd.Series(self.paid_at).groupby(codes, sort=False).transform("min").to_numpy()
        if ((self.paid_at != paid) & (self.paid_at < NEVER)).any():
            self.paid_at = np.where(self.paid_at < NEVER, paid, NEVER)
            when = pa.array(self.paid_at, mask=self.paid_at >= NEVER).cast(pa.timestamp("s"))
            table = table.set_column(table.column_names.index("paid_at"), "paid_at", when)
        return table

    def _orders(self, order_ids: pa.ChunkedArray, *, several: bool) -> Ints:
        """A number per order: equal ids on one platform. Of several exports one may have lost the zeros before them."""
        if several and pc.any(pc.starts_with(order_ids, "0")).as_py():
            order_ids = pc.utf8_ltrim(order_ids, "0")
        codes = order_ids.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        result: Ints = codes * (len(self.platforms) + 1) + self.scopes
        return result

    def counts(self) -> list[Counts]:
        """What each platform's lines hold."""
        found = []
        for scope, platform in enumerate(self.platforms, 1):
            mine = self.scopes == scope
            unsure = mine & self.uncertain
            found.append(Counts(platform, int(mine.sum()), int((mine & (self.identity >= 0)).sum()),
                                int(unsure.sum()), int(self.paid[unsure].sum()), self.absent[platform]))  # fmt: skip
        return found

    def write(self, target: Path) -> Sales:
        """Write the lines by buyer, payment, order, line; returns those that are sales. The lines are gone then."""
        none = len(self.ids.ravel())
        buyer = np.append(self.ids.ravel(), none)[self.identity]  # no identity: the last place, after all buyers
        counts = self._sold() & (buyer < none)
        inorder = ordered(buyer << 32 | self.paid_at, self.table["order_id"], self.line_no)
        buyer = buyer[inorder]
        clusters = self._clusters(inorder, buyer, none)
        starts = range(0, max(len(inorder), 1), SLICE)  # of no lines at all, an empty table
        cuts = [slice(start, start + SLICE) for start in starts]
        slices = [(inorder[cut], buyer[cut], clusters[buyer[cut]]) for cut in cuts]
        changes, last, writer = list[Flags](), None, None
        with ThreadPoolExecutor(max_workers=1) as pool:  # the next slice is put in order while one is written
            made = [pool.submit(self._piece, *part, none) for part in slices[:1]]
            for following in [*slices[1:], None]:
                piece = made.pop().result()
                if following is not None:
                    made.append(pool.submit(self._piece, *following, none))
                changes.append(_changed(piece["order_id"].combine_chunks(), last))
                last = piece["order_id"][-1].as_py() if len(piece) else None
                if writer is None:
                    words = [field.name for field in piece.schema if pa.types.is_dictionary(field.type)]
                    how = {"compression": "snappy", "use_dictionary": words, "write_statistics": STATISTICS}
                    writer = pq.ParquetWriter(target, piece.schema, **how)
                writer.write_table(piece)
        if writer is not None:
            writer.close()
        order: Ints = np.cumsum(np.concatenate(changes), dtype=np.int64)
        # ten million lines are half a gigabyte: let go of them before the purchases are made
        del piece, self.table, self.identity, self.line_no
        pa.default_memory_pool().release_unused()
        sold = counts[inorder]
        at = inorder[sold]
        who = buyer[sold]
        return Sales(who, clusters[who], self.paid_at[at], order[sold], self.paid[at], self.net[at])

    def _clusters(self, inorder: Ints, buyer: Ints, none: int) -> npt.NDArray[np.int8]:
        """The cluster of each buyer id, of lines in order and the buyer of each."""
        firsts = np.flatnonzero(np.diff(buyer, prepend=-1))
        found = np.zeros(none + 1, np.int8)
        ids = self.table["order_id"].take(pa.array(inorder[firsts])).to_pylist()
        found[buyer[firsts]] = [cluster_of(one or "") for one in ids]
        return found

    def _piece(self, rows: Ints, buyer: Ints, cluster: npt.NDArray[np.int8], none: int) -> pa.Table:
        """These rows of the lines as they are stored."""
        held = self.table.take(pa.array(rows)).combine_chunks()
        platforms = pa.DictionaryArray.from_arrays(pa.array(self.scopes[rows] - 1), pa.array(self.platforms))
        nobody = buyer == none
        columns = {"buyer_id": pa.array(buyer, mask=nobody), "cluster": pa.array(cluster, mask=nobody)}
        columns["platform"] = platforms
        for name, kind in COLUMNS.items():
            if name not in ("paid_fen", "net_fen") and name in {*ALWAYS, *held.column_names}:
                columns[name] = held[name] if name in held.column_names else pa.nulls(len(rows), kind)
        columns |= {"paid_fen": self.paid[rows], "net_fen": self.net[rows], "net_uncertain": self.uncertain[rows],
                    "line_no": self.line_no[rows]}  # fmt: skip
        return pa.table(columns)

    def _sold(self) -> Flags:
        """Paid, not fully refunded; zero-value lines only where their format counts them."""
        names = self.table.column_names
        sold: Flags = (self.paid_at < NEVER) & ((self.paid > 0) | self.zero) & ((self.net > 0) | (self.paid == 0))
        for name, never in (("status", "unpaid"), ("refund_state", "refunded")):
            if name in names:
                sold &= pc.not_equal(self.table[name], never).fill_null(True).to_numpy()
        return sold


def _absent(parts: Sequence[Part]) -> dict[str, str]:
    """What exports of one platform have no column for, and how the column would be called. One that names buyers is
    enough for those it holds."""
    each = [absent(part.format, part.held) for part in parts]
    found = {need: header for lacks in each for need, header in lacks.items()}
    return {need: found[need] for need in found if need != "buyer_id" or all(need in lacks for lacks in each)}


def _changed(order_ids: pa.Array, before: str | None) -> Flags:
    """Whether each order id differs from the one before it."""
    changed = np.ones(len(order_ids), bool)
    changed[1:] = pc.not_equal(order_ids[1:], order_ids[:-1]).to_numpy(zero_copy_only=False)
    changed[:1] = [one.as_py() != before for one in order_ids[:1]]
    return changed


def _delivered(table: pa.Table) -> pa.Table:
    """Orders that were completed were paid, on delivery where no payment is dated: they count on the day of the order,
    for a completion may lie after the last day that the export covers."""
    if not {"paid_at", "status"} <= set(table.column_names) or not table["paid_at"].null_count:
        return table
    done = pc.and_(pc.equal(table["status"], "completed").fill_null(False), table["paid_at"].is_null())
    for name in ("created_at", "completed_at"):
        if name in table.column_names:
            when = pc.if_else(pc.and_(done, table["paid_at"].is_null()), table[name], table["paid_at"])
            table = table.set_column(table.column_names.index("paid_at"), "paid_at", when)
    return table


def _in_part(table: pa.Table) -> pa.Table:
    """A refund that succeeded with less than the amount is one in part, whatever its state is called."""
    if not {"refund_state", "refunded_fen", "paid_fen"} <= set(table.column_names):
        return table
    less = pc.and_(pc.greater(table["refunded_fen"], 0), pc.less(table["refunded_fen"], table["paid_fen"]))
    part = pc.and_(pc.equal(table["refund_state"], "refunded"), less).fill_null(False)
    if not pc.any(part).as_py():
        return table
    state = pc.if_else(part, "part_refunded", table["refund_state"].cast(pa.string())).dictionary_encode()
    return table.set_column(table.column_names.index("refund_state"), "refund_state", state)


def _amounts(table: pa.Table, line_no: Ints) -> tuple[Ints, Ints, Flags]:
    """Paid and net fen of each line, and whether net is only an upper bound.

    An amount of the order counts on its first line; amounts net of refunds are made gross again, and only once. A
    closed order was paid back: platforms close a paid order no other way."""
    count = len(table)

    def fen(name: str) -> tuple[Ints, Flags]:
        if name not in table.column_names:
            return np.zeros(count, np.int64), np.zeros(count, bool)
        column = table[name]
        if not column.null_count:
            return column.to_numpy(), np.ones(count, bool)
        return column.fill_null(0).to_numpy(), column.is_valid().to_numpy()

    def says(name: str, word: str) -> Flags:
        if name not in table.column_names:
            return np.zeros(count, bool)
        return pc.equal(table[name], word).fill_null(False).to_numpy()  # type: ignore[no-any-return]

    paid, has_paid = fen("paid_fen")
    net, has_net = fen("net_fen")
    refunded, has_refunded = fen("refunded_fen")
    if not has_paid.all():
        of_order, _ = fen("order_paid_fen")
        paid = np.where(has_paid, paid, np.where(has_net, net + refunded, np.where(line_no == 0, of_order, 0)))
    back = paid < 0  # a line that takes back another one: a refund of its own
    gone = says("refund_state", "refunded") | says("status", "closed")
    unsure = says("refund_state", "part_refunded") & ~has_refunded & ~has_net & ~gone
    net = np.where(has_net, net, np.where(gone, 0, np.maximum(paid - refunded, 0)))
    return np.where(back, 0, paid), np.where(back, paid, net), unsure
