"""Canonical `orders` and `purchases` of a client, as Parquet sorted by buyer.

orders: a row per order line: buyer_id (int64, null without an identity), platform, the columns ALWAYS and
those of `parts.COLUMNS` that some export holds, paid_fen and net_fen (fen, always), line_no (0: the order's
first line).
purchases: a row per buyer and day with a paid, not fully refunded order: buyer_id, day (date), orders,
paid_fen, net_fen, purchase_no (from 1), days_to_next (null for the last), first_day.
Buyer ids are 0, 1, 2 … by first (paid_at, order_id): the secret of `keys` changes none of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu.intake.accounting import Account
from siyu.intake.formats import formats
from siyu.intake.keys import secret
from siyu.intake.parts import COLUMNS, Part, part_of
from siyu.intake.reading import Progress
from siyu.intake.sources import Source

MEMORY = "600MB"
ALWAYS = ("order_id", "paid_at", "status", "refund_state")


@dataclass(frozen=True)
class Stored:
    """Accounts of all files, and the two tables (None when no order could be read)."""

    accounts: list[Account]
    orders: Path | None
    purchases: Path | None


def stored(sources: Sequence[Source], folder: Path, progress: Progress | None = None) -> Stored:
    """The store of these exports in `folder`, made anew from parts; unchanged exports are not read again."""
    key = secret(folder)
    accounts, parts = [], []
    for source in sources:
        account, part = part_of(source, folder, key, progress)
        accounts.append(account)
        if part is not None:
            parts.append(part)
    if not parts:
        return Stored(accounts, None, None)
    ordered = sorted({part.folder: part for part in parts}.values(), key=lambda part: (part.epoch, part.name))
    orders, purchases = folder / "orders.parquet", folder / "purchases.parquet"
    _write_orders(ordered, folder, orders)
    made = purchases.with_suffix(f".{os.getpid()}")
    pq.write_table(purchase_days(orders), made, compression="zstd")
    made.replace(purchases)
    return Stored(accounts, orders, purchases)


def _write_orders(parts: Sequence[Part], folder: Path, target: Path) -> None:
    making = target.with_suffix(f".{os.getpid()}")
    spill = folder / f"spill.{os.getpid()}"  # typed rows and keys only: what was personal is gone by now
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"CREATE VIEW lines AS {' UNION ALL '.join(map(_lines, range(len(parts)), parts))}")
        keys = " UNION ALL ".join(_keys(number, part) for number, part in enumerate(parts))
        connection.execute(f"CREATE VIEW keys AS {keys}")
        newest = _newest() if len(parts) > 1 else "SELECT * FROM lines"
        connection.execute(f"CREATE VIEW kept AS {newest}")
        # a buyer is a key on a platform; the first order settles his place in line
        connection.execute(_IDS)
        held = {*ALWAYS, *(name for part in parts for name in part.columns)} - {"paid_fen", "net_fen"}
        columns = ", ".join(name for name in COLUMNS if name in held)
        # names come from COLUMNS, the path is quoted
        connection.execute(f"""
            COPY (SELECT buyer_id, platform, {columns}, {_PAID} AS paid_fen, {_NET} AS net_fen, line_no
                  FROM kept LEFT JOIN ids USING (part, buyer_no)
                  ORDER BY buyer_id NULLS LAST, paid_at, order_id, line_no)
            TO '{_path(making)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000)""")  # noqa: S608
    making.replace(target)


_IDS = """
    CREATE TABLE ids AS
    WITH days AS (SELECT part, buyer_no, min(paid_at) AS paid_at FROM kept WHERE buyer_no IS NOT NULL GROUP BY ALL),
    firsts AS (
        SELECT part, buyer_no, days.paid_at, min(order_id) AS order_id FROM days JOIN kept USING (part, buyer_no)
        WHERE kept.paid_at IS NOT DISTINCT FROM days.paid_at GROUP BY ALL),
    named AS (SELECT part, buyer_no, platform, key, {'p': paid_at, 'o': order_id} AS first
              FROM firsts JOIN keys USING (part, buyer_no)),
    buyers AS (SELECT platform, key, min(first) AS first FROM named GROUP BY ALL),
    numbered AS (
        SELECT platform, key,
               row_number() OVER (ORDER BY first.p NULLS LAST, first.o, platform) - 1 AS buyer_id
        FROM buyers)
    SELECT part, buyer_no, buyer_id FROM named JOIN numbered USING (platform, key)"""
# an amount of the order counts on its first line; amounts net of refunds are made gross again, and only once
_PAID = """CASE WHEN paid_fen IS NOT NULL THEN paid_fen
                WHEN net_fen IS NOT NULL THEN net_fen + coalesce(refunded_fen, 0)
                WHEN line_no = 0 THEN order_paid_fen ELSE 0 END"""
_NET = f"""CASE WHEN net_fen IS NOT NULL THEN net_fen WHEN refund_state = 'refunded' THEN 0
                ELSE greatest(({_PAID}) - coalesce(refunded_fen, 0), 0) END"""


def _lines(number: int, part: Part) -> str:
    entry = formats()[part.format]
    several = "line_id" in part.columns or "order_paid_fen" in part.columns
    line_no = "row_number() OVER (PARTITION BY order_id ORDER BY line) - 1" if several else "0"
    kind = "'" + entry.platform.replace("'", "''") + "'"
    here, dropped = _path(part.folder / "orders.parquet"), _path(part.folder / "dropped.parquet")
    repeats = f"WHERE line NOT IN (SELECT line FROM read_parquet('{dropped}'))"  # noqa: S608 - own path, quoted
    left_out = repeats if part.repeats else ""
    shown = f"{number} AS part, {kind} AS platform, {line_no} AS line_no, *"
    return f"SELECT {shown} FROM read_parquet('{here}') {left_out}"  # noqa: S608 - own paths, quoted


def _keys(number: int, part: Part) -> str:
    here = _path(part.folder / "buyers.parquet")
    return (
        f"SELECT {number} AS part, file_row_number AS buyer_no, key, "  # noqa: S608 - own paths, quoted
        f"'{formats()[part.format].platform}' AS platform FROM read_parquet('{here}', file_row_number = true)"
    )


def _newest() -> str:
    """Lines of the newest export that holds their order: parts are numbered from the oldest."""
    return """SELECT lines.* FROM lines JOIN
              (SELECT platform, order_id, max(part) AS part FROM lines GROUP BY ALL) USING (platform, order_id, part)"""


def _path(path: Path) -> str:
    return str(path).replace("'", "''")


def purchase_days(orders: Path) -> pa.Table:
    """The purchases of a sorted `orders` table: one pass over its numbers."""
    table = pq.read_table(
        orders, columns=["buyer_id", "order_id", "paid_at", "status", "refund_state", "paid_fen", "net_fen"],
        filters=pc.field("buyer_id").is_valid() & pc.field("paid_at").is_valid(),
    )  # fmt: skip
    sold = pc.and_(pc.greater(table["paid_fen"], 0), pc.not_equal(table["status"].fill_null("paid"), "unpaid"))
    kept = pc.and_(sold, pc.not_equal(table["refund_state"].fill_null("none"), "refunded"))
    table = table.filter(pc.and_(kept, pc.or_(pc.greater(table["net_fen"], 0), pc.equal(table["paid_fen"], 0))))
    buyer = table["buyer_id"].to_numpy()
    day = table["paid_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    count = len(buyer)
    if not count:
        return _purchases(*(np.zeros(0, np.int64) for _ in range(5)))
    order_ids = table["order_id"].combine_chunks()
    new_order = np.ones(count, bool)
    new_order[1:] = pc.not_equal(order_ids[1:], order_ids[:-1]).to_numpy(zero_copy_only=False)
    new_order[1:] |= buyer[1:] != buyer[:-1]
    new_day = np.ones(count, bool)
    new_day[1:] = (buyer[1:] != buyer[:-1]) | (day[1:] != day[:-1])
    starts = np.flatnonzero(new_day)
    sums = [np.add.reduceat(values, starts) for values in
            (new_order.astype(np.int64), table["paid_fen"].to_numpy(), table["net_fen"].to_numpy())]  # fmt: skip
    return _purchases(buyer[starts], day[starts], *sums)


def _purchases(
    buyer: npt.NDArray[np.int64], day: npt.NDArray[np.int64], orders: npt.NDArray[np.int64],
    paid: npt.NDArray[np.int64], net: npt.NDArray[np.int64],
) -> pa.Table:  # fmt: skip
    new = np.ones(len(buyer), bool)
    new[1:] = buyer[1:] != buyer[:-1]
    first = np.flatnonzero(new)[np.cumsum(new) - 1] if len(buyer) else np.zeros(0, np.int64)
    last = np.ones(len(buyer), bool)
    last[:-1] = new[1:]
    to_next = np.zeros(len(buyer), np.int64)
    to_next[:-1] = np.where(new[1:], 0, day[1:] - day[:-1])
    days = pa.array(day.astype(np.int32)).cast(pa.date32())
    return pa.table({
        "buyer_id": buyer, "day": days, "orders": orders, "paid_fen": paid, "net_fen": net,
        "purchase_no": np.arange(len(buyer)) - first + 1,
        "days_to_next": pa.array(to_next, mask=last),
        "first_day": days.take(pa.array(first)),
    })  # fmt: skip
