"""Canonical tables of a client, as Parquet sorted by buyer.

orders: a row per order line: buyer_id (int64, null without an identity), platform, the columns of `parts.COLUMNS` that
some export holds, paid_fen and net_fen (fen, always), net_uncertain (a part refund of unknown amount, so that net_fen
is an upper bound), line_no (0: the order's first line). purchases: see `purchases.purchase_days`. members: buyer_id,
group, joined_at, left_at, channel, observed_from, observed_to. follows: buyer_id, followed_at, unfollowed_at. Every
other table of `tables.yml` that some export holds: its columns there, buyer_id (int64) in place of the key. Buyer ids
are 0, 1, 2 … by first (paid_at, order_id): the secret of `keys` changes none of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu.intake.formats.format import tables
from siyu.intake.store.buyers import Keys, strangers
from siyu.intake.store.order_lines import Counts, OrderLines
from siyu.intake.store.parts import Part
from siyu.intake.store.purchases import purchase_days
from siyu.intake.store.reported import Reported
from siyu.intake.store.snapshots import ContradictionError, age, contradicting, overlapping

_SPELLS = {
    "members": {"buyer_id": "buyer_id", "group": "group_id", "joined_at": "joined_at", "left_at": "left_at",
                "channel": "scene", "observed_from": "observed_from", "observed_to": "observed_to"},
    "follows": {name: name for name in ("buyer_id", "followed_at", "unfollowed_at")},
}  # fmt: skip
_OWN = {"orders", "buyer_keys"}  # made into tables of their own


def write_tables(parts: Sequence[Part], folder: Path) -> list[Counts]:
    """Write the tables that these parts allow into `folder`; from the oldest part to the newest.

    Raises ContradictionError when parts tell otherwise about the same and none is known to be newer."""
    parts = sorted({part.folder: part for part in parts}.values(), key=age)
    of_kind: dict[str, list[Part]] = {}
    for part in parts:
        of_kind.setdefault(part.format.kind, []).append(part)
    keys = Keys.collect(parts)
    if clashes := [*overlapping(parts), *contradicting(parts, keys)]:
        raise ContradictionError(clashes)
    lines = OrderLines(of_kind["orders"], keys, of_kind.get("buyer_keys", [])) if "orders" in of_kind else None
    ids = lines.ids if lines is not None else np.full((keys.count, 1), -1, np.int64)
    reported = {kind: Reported(kind, of_kind[kind], keys) for kind in tables() if kind in of_kind.keys() - _OWN}
    if reported:
        who, moments = (np.concatenate(one) for one in zip(*(one.people() for one in reported.values()), strict=True))
        ids = strangers(who, moments, ids)
    held = {kind: _kept(kind, one.table(ids)) for kind, one in reported.items()}
    for kind, table in held.items():
        pq.write_table(table, folder / f"{kind}.parquet", compression="zstd")
    if lines is None:
        return []
    counts = lines.counts()
    sales = lines.write(folder / "orders.parquet")
    del lines, keys
    purchases = purchase_days(sales, held.get("members"))
    del sales
    # numbers that hardly repeat: a dictionary of them would only cost time
    pq.write_table(purchases, folder / "purchases.parquet", compression="snappy", use_dictionary=False)
    return counts


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
