"""The lines of a client's orders, each as the newest export that holds it tells."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu.engines.clusters import cluster_of
from siyu.intake.abreast import abreast
from siyu.intake.formats.format import absent
from siyu.intake.reading.lines import Flags, Ints, seconds_of
from siyu.intake.store.buyers import LINKED, NEVER, Keys, dense, linked, numbered, ordered
from siyu.intake.store.parts import COLUMNS, Part
from siyu.intake.store.purchases import Sales, purchase_days
from siyu.intake.store.snapshots import Clash, ContradictionError, line_key, newest

ALWAYS = ("order_id", "status", "refund_state")
MADE = {"paid_at", "paid_fen", "net_fen"}  # kept as arrays of their own
STATISTICS = ["buyer_id", "paid_at"]  # what a reader may skip row groups by
SLICE, SAMPLE = 125_000, 10_000  # lines of a group, about; lines by which groups are parted


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
        pa.default_memory_pool().release_unused()  # of what was read
        scope_of = {name: number for number, name in enumerate(self.platforms, 1)}
        scopes, keyed, zero, tables = [], [], [], []
        for part in parts:
            rows = part.rows()
            keyed.append(keys.of_rows(part, rows))
            scopes.append(np.full(len(rows), scope_of[part.format.platform], np.int8))
            zero.append(np.full(len(rows), part.format.zero_lines == "purchase"))
            tables.append(_in_part(_delivered(rows.drop_columns("buyer_no"))))
        table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
        self.scopes, self.zero, key = np.concatenate(scopes), np.concatenate(zero), np.concatenate(keyed)
        del tables, rows, keyed  # of ten million lines these are half a gigabyte
        single = len(parts) == 1 and (line_key(parts[0]) == () or "order_id" not in parts[0].columns)
        self.line_no, self.paid_at = np.zeros(len(table), np.int64), np.full(len(table), NEVER, np.int64)
        if "paid_at" in table.column_names:
            self.paid_at = seconds_of(table["paid_at"], NEVER)
        codes: Ints | None = None
        if not single:
            codes = self._orders(table["order_id"], several=len(parts) > 1)
            if len(parts) > 1:
                key = _told_of_the_order(codes, key)
                told = table.append_column("buyer", pa.array(key))
                kept = newest(told, codes, np.repeat(np.arange(len(parts)), [len(one) for one in scopes]), parts)
                if not kept.all():
                    table = table.filter(pa.array(kept))
                    self.scopes, self.zero = self.scopes[kept], self.zero[kept]
                    key, codes, self.paid_at = key[kept], codes[kept], self.paid_at[kept]
            self.line_no, inorder = np.zeros(len(codes), np.int64), np.sort(codes)
            if (inorder[1:] == inorder[:-1]).any():  # else each order is one line
                self.line_no = pd.Series(codes).groupby(codes, sort=False).cumcount().to_numpy().astype(np.int64)
                self._first_payment(codes)
        self.paid, self.net, self.uncertain = _amounts(table, self.line_no, codes)
        self.table = table.select([name for name in COLUMNS if name in {*table.column_names} - MADE]).combine_chunks()
        del table
        pa.default_memory_pool().release_unused()
        width = len(self.platforms) + 1
        self.identity = np.where(key >= 0, key * width + self.scopes, -1)
        del key
        if key_tables:
            tabled = linked(keys, key_tables, self.table["order_id"])
            if (tabled < 0).all() and not any(part.erased for part in key_tables):  # of sub-orders, of another shop
                raise ContradictionError([Clash(part.name, "no_such_orders", "") for part in key_tables])
            self.identity = np.where(tabled >= 0, tabled * width + LINKED, self.identity)
        ids = dense(self.identity, keys.count * width, self.paid_at, self.table["order_id"], self.scopes)
        self.ids = ids.reshape(keys.count, width)

    def _first_payment(self, codes: Ints) -> None:
        """An order counts on the day of its first payment, whatever the days of its lines."""
        paid = pd.Series(self.paid_at).groupby(codes, sort=False).transform("min").to_numpy()
        self.paid_at = np.where(self.paid_at < NEVER, paid, NEVER)

    def _orders(self, order_ids: pa.ChunkedArray, *, several: bool) -> Ints:
        """A number per order: equal ids on one platform. Of several exports one may have lost the zeros before them."""
        if several and pc.any(pc.starts_with(order_ids, "0")).as_py():
            order_ids = pc.utf8_ltrim(order_ids, "0")
        if len(self.platforms) == 1 and (numbers := numbered(order_ids)) is not None:
            return numbers
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

    def write(self, orders: Path, purchases: Path, joined: pa.Table | None) -> None:
        """Write the lines by buyer, payment, order, line, and the purchases among them. joined: see `purchase_days`."""
        none = self.ids.size
        primary = np.append(self.ids.ravel(), none)[self.identity]  # no identity: the last place, after all buyers
        primary <<= 32
        primary |= self.paid_at
        del self.identity, self.paid_at

        def made(rows: Ints) -> tuple[pa.Table, pa.Table]:
            lines, sales = self._group(rows, primary[rows], none)
            return lines, purchase_days(sales, joined)

        with ExitStack() as files:
            writers = list[pq.ParquetWriter]()
            for lines, days in abreast(made, _groups(primary, none), ahead=2):
                if not writers:
                    words = [field.name for field in lines.schema if pa.types.is_dictionary(field.type)]
                    how = {"use_dictionary": words, "write_statistics": STATISTICS}
                    writers.append(files.enter_context(pq.ParquetWriter(orders, lines.schema, **how)))
                    # numbers that hardly repeat: a dictionary of them would only cost time
                    writers.append(files.enter_context(pq.ParquetWriter(purchases, days.schema, use_dictionary=False)))
                for writer, table in zip(writers, (lines, days), strict=True):
                    writer.write_table(table)

    def _group(self, rows: Ints, primary: Ints, none: int) -> tuple[pa.Table, Sales]:
        """The lines of some buyers in order, as they are stored, and those that are sales."""
        inorder = ordered(primary, self.table["order_id"], self.line_no, rows)
        rows, primary = rows[inorder], primary[inorder]
        held = self.table.take(pa.array(rows))
        buyer, paid_at = primary >> 32, primary & NEVER
        ids = held["order_id"].combine_chunks()
        firsts = np.flatnonzero(np.diff(buyer, prepend=-1))
        each = np.array([cluster_of(one or "") for one in ids.take(pa.array(firsts)).to_pylist()], np.int8)
        cluster = np.repeat(each, np.diff(firsts, append=len(rows)))
        nobody = buyer == none
        columns = {"buyer_id": pa.array(buyer, mask=nobody), "cluster": pa.array(cluster, mask=nobody)}
        columns["platform"] = pa.DictionaryArray.from_arrays(pa.array(self.scopes[rows] - 1), pa.array(self.platforms))
        for name, kind in COLUMNS.items():
            if name == "paid_at":
                columns[name] = pa.array(paid_at, mask=paid_at >= NEVER).cast(kind)
            elif name in {*ALWAYS, *held.column_names}:
                columns[name] = held[name] if name in held.column_names else pa.nulls(len(rows), kind)
        paid, net = self.paid[rows], self.net[rows]
        columns |= {"paid_fen": paid, "net_fen": net, "net_uncertain": self.uncertain[rows],
                    "line_no": self.line_no[rows]}  # fmt: skip
        order = np.ones(len(rows), np.int64)
        order[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
        sold = self._sold(held, rows) & ~nobody & (paid_at < NEVER)
        told = (buyer, cluster, paid_at, np.cumsum(order), paid, net)
        return pa.table(columns), Sales(*(one[sold] for one in told))

    def _sold(self, held: pa.Table, rows: Ints) -> Flags:
        """Not fully refunded; zero-value lines only where their format counts them."""
        paid, net = self.paid[rows], self.net[rows]
        sold: Flags = ((paid > 0) | self.zero[rows]) & ((net > 0) | (paid == 0))
        for name, never in (("status", "unpaid"), ("refund_state", "refunded")):
            if name in held.column_names:
                sold &= pc.not_equal(held[name], never).fill_null(True).to_numpy()
        return sold


def _told_of_the_order(order: Ints, key: Ints) -> Ints:
    """The keys of lines; where one export names no buyer or masks him, the one whom all others name of the order."""
    some = np.flatnonzero(np.isin(order, order[key < 0])) if (key >= 0).any() else np.zeros(0, np.int64)
    if not some.size:
        return key
    known = pd.Series(np.where(key[some] < 0, np.nan, key[some])).groupby(order[some])
    least, most = (known.transform(end).to_numpy() for end in ("min", "max"))
    found = key.copy()
    found[some] = np.where((key[some] < 0) & (least == most), np.nan_to_num(least), key[some]).astype(np.int64)
    return found


def _groups(primary: Ints, none: int) -> list[Ints]:
    """Rows in groups of about SLICE, ascending by `primary`: no buyer is parted; lines of nobody are, by time."""
    some = np.sort(primary[:: max(1, len(primary) // SAMPLE)])
    cuts = some[np.arange(1, len(primary) // SLICE + 1) * len(some) // (len(primary) // SLICE + 1)]
    cuts = np.unique(np.where(cuts >> 32 < none, cuts >> 32 << 32, cuts))
    group = np.searchsorted(cuts, primary, side="right").astype(np.uint16)
    ends = np.cumsum(np.bincount(group, minlength=len(cuts) + 1))[:-1]
    return np.split(np.argsort(group, kind="stable"), ends)


def _absent(parts: Sequence[Part]) -> dict[str, str]:
    """What exports of one platform have no column for, and how the column would be called. One that names buyers is
    enough for those it holds."""
    each = [absent(part.format, part.held) for part in parts]
    found = {need: header for lacks in each for need, header in lacks.items()}
    return {need: found[need] for need in found if need != "buyer_id" or all(need in lacks for lacks in each)}


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


def _amounts(table: pa.Table, line_no: Ints, codes: Ints | None) -> tuple[Ints, Ints, Flags]:
    """Paid and net fen of each line, and whether net is only an upper bound. codes: a number per order, where some have
    several lines.

    An amount of the order counts on its first line; amounts net of refunds are made gross again, and only once. A
    closed order was paid back: platforms close a paid order no other way."""

    def fen(name: str) -> tuple[Ints, Flags]:
        if name not in table.column_names:
            return np.zeros(len(table), np.int64), np.zeros(len(table), bool)
        return table[name].fill_null(0).to_numpy(), table[name].is_valid().to_numpy()

    def says(name: str, word: str) -> Flags:
        if name not in table.column_names:
            return np.zeros(len(table), bool)
        return pc.equal(table[name], word).fill_null(False).to_numpy()  # type: ignore[no-any-return]

    paid, has_paid = fen("paid_fen")
    net, has_net = fen("net_fen")
    refunded, has_refunded = fen("refunded_fen")
    whole = ~has_paid & ~has_net  # lines that tell what was paid for their order
    if not has_paid.all():
        of_order, _ = fen("order_paid_fen")
        paid = np.where(has_paid, paid, np.where(has_net, net + refunded, np.where(line_no == 0, of_order, 0)))
    closed = says("status", "closed")
    gone = says("refund_state", "refunded") | closed
    unsure = says("refund_state", "part_refunded") & ~has_refunded & ~has_net & ~gone
    if codes is not None and whole.any() and line_no.any():
        refunded, gone, unsure = _of_orders(codes, whole, line_no == 0, refunded, gone, unsure, has_refunded)
    left = np.maximum(paid - refunded, 0)
    left[gone] = 0
    left[has_net & ~closed] = net[has_net & ~closed]
    back = np.flatnonzero(paid < 0)  # lines that take back another one: refunds of their own
    if back.size:
        left[back], paid = paid[back], np.maximum(paid, 0)
    return paid, left, unsure


def _of_orders(
    codes: Ints, whole: Flags, first: Flags, refunded: Ints, gone: Flags, unsure: Flags, told: Flags
) -> tuple[Ints, Flags, Flags]:
    """Refunds where the amount is that of the order, as its first line has it: on that line stands what came back of
    all of them. It is gone where all are, and unsure where one of them is that does not say how much."""
    lines = pd.DataFrame({"back": refunded, "gone": gone, "unsure": unsure | (gone & ~told)})[whole]
    orders = lines.groupby(codes[whole], sort=False)
    at = first[whole]
    refunded, gone, unsure = refunded.copy(), gone.copy(), unsure.copy()
    every = orders["gone"].transform("all").to_numpy()
    refunded[whole] = np.where(at, orders["back"].transform("sum").to_numpy(), 0)
    gone[whole] = every
    unsure[whole] = at & ~every & orders["unsure"].transform("any").to_numpy()
    return refunded, gone, unsure
