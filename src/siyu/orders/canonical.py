"""Canonical orders in place of exports: Parquet files, or a table of the engine, made where the orders lie.

A row per order line: order_id text, line_no integer, buyer_key text (64 hexadecimal digits of a keyed hash, or null),
paid_at of the order in UTC (null: not paid), paid_fen and refunded_fen integers, status text (`closed`: paid back,
`unpaid`, else paid); optionally platform and `traffic.WAYS`, text. Nothing is sorted as a whole, and no key is told.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu import reads
from siyu.engines import spark
from siyu.engines.choice import Engine
from siyu.engines.clusters import GROUPS, cluster_of
from siyu.engines.tables import kept, run, table
from siyu.errors import Problem, UsageError, several
from siyu.estimates.sampling import SMALL
from siyu.orders.traffic import WAYS

COLUMNS = {"order_id": "string", "line_no": "int64", "buyer_key": "string", "paid_at": "timestamp", "paid_fen": "int64",
           "refunded_fen": "int64", "status": "string"}  # fmt: skip
HASHED = "^[0-9a-f]{64}$"
BEIJING = 8  # hours before UTC, all year


@lru_cache(maxsize=4)
def canonical(engine: Engine) -> tuple[ir.Table, ir.Table]:
    """Orders and purchases as the store writes them, kept by the engine; buyer_id is dense where buyers are few, else
    the key.

    Raises UsageError for columns that lack, keys that are no keyed hashes, and lines that stand there twice."""
    lines = _lines(engine)
    faults = run(lines.aggregate(
        keys=(~lines.buyer_key.re_search(HASHED)).fill_null(False).sum(), rows=lines.count(),
        lines=(lines.platform + " " + lines.order_id + " " + lines.line_no.cast("string")).nunique(),
    )).iloc[0]  # fmt: skip
    if faults["keys"]:
        raise _refused(
            engine, "buyer_key", f"{several(faults['keys'], 'row')} with another key", "keyed hashes, 64 hex digits"
        )
    if faults["rows"] != faults["lines"]:
        twice = faults["rows"] - faults["lines"]
        raise _refused(engine, "line_no", f"{several(twice, 'line')} twice", "each line of an order once")
    orders = kept(_numbered(lines, engine.kind), engine)
    return orders, kept(_purchases(orders), engine)


def _lines(engine: Engine) -> ir.Table:
    """The rows, dated by the Beijing wall clock, with net_fen."""
    path = Path(engine.orders)
    reads.opens(path / "lines")  # nobody can look up again what lies there: what is made of it is never taken over
    if engine.kind == "duckdb" or path.exists():
        rows = table(path, engine)
    else:
        rows = spark.there(engine.orders, engine.master)
    if lacks := [name for name in COLUMNS if name not in rows.columns]:
        raise _refused(engine, ", ".join(lacks), f"the columns {', '.join(rows.columns)}", "canonical orders")
    rows = rows.mutate(**{name: rows[name].cast(kind) for name, kind in COLUMNS.items()})
    if "platform" not in rows.columns:
        rows = rows.mutate(platform=ibis.literal("shop"))
    kept = ibis.ifelse(rows.status == "closed", 0, rows.paid_fen - rows.refunded_fen.fill_null(0))
    ways = [name for name in WAYS if name in rows.columns]
    local = rows.paid_at + ibis.interval(hours=BEIJING)
    rows = rows.mutate(paid_at=local, net_fen=kept, refund_state=ibis.null("string"))
    return rows.select(*COLUMNS, "platform", "net_fen", "refund_state", *ways)


def _numbered(lines: ir.Table, kind: str) -> ir.Table:
    """With buyer_id and cluster, by the first order of each buyer; lines without a key have neither."""
    given = lines.columns
    # nobody's lines are no one's partition: each order is one of its own
    apart = ibis.ifelse(lines.buyer_key.isnull(), lines.order_id, ibis.null("string"))
    mine = ibis.window(group_by=[lines.buyer_key, apart], order_by=[lines.paid_at, lines.order_id])
    lines = lines.mutate(first_order=lines.order_id.first().over(mine), first_paid=lines.paid_at.first().over(mine))
    known = lines.filter(lines.buyer_key.notnull())
    buyers = known.group_by("buyer_key").aggregate(first=known.first_order.min(), at=known.first_paid.min())
    if int(run(buyers.aggregate(n=buyers.count()))["n"].iloc[0]) < SMALL:
        number = ibis.row_number().over(ibis.window(order_by=[buyers["at"], buyers["first"]]))
        lines = lines.left_join(buyers.mutate(buyer_id=number).select("buyer_key", "buyer_id"), "buyer_key")
    else:
        lines = lines.mutate(buyer_id=lines.buyer_key)
    lines = _clustered(lines.mutate(first_order=ibis.ifelse(lines.buyer_key.isnull(), None, lines.first_order)), kind)
    return lines.select("buyer_id", "cluster", *(name for name in given if name != "buyer_key"))


def _clustered(lines: ir.Table, kind: str) -> ir.Table:
    """With `cluster`, see `siyu.engines.clusters`. DuckDB knows no such hash: it is made here."""
    if kind == "spark":
        return lines.mutate(cluster=crc32(lines.first_order) % GROUPS)
    firsts = run(lines.filter(lines.first_order.notnull()).select("first_order").distinct())["first_order"].to_list()
    told = pa.table({"first_order": pa.array(firsts, pa.string()), "cluster": [cluster_of(one) for one in firsts]})
    return lines.left_join(ibis.memtable(told), "first_order")


def _purchases(orders: ir.Table) -> ir.Table:
    """A row per buyer and day with a paid order that was not paid back as a whole."""
    sold = orders.filter(orders.buyer_id.notnull(), orders.paid_at.notnull(), orders.paid_fen > 0, orders.net_fen > 0)
    sold = sold.filter(sold.status.fill_null("paid") != "unpaid").mutate(day=ibis._.paid_at.date())
    order = sold.platform + " " + sold.order_id
    sums: dict[str, Any] = {name: sold[name].sum() for name in ("paid_fen", "net_fen")}
    days = sold.group_by("buyer_id", "cluster", "day").aggregate(orders=order.nunique(), **sums)
    mine = ibis.window(group_by="buyer_id", order_by="day")
    to_next = days.day.lead().over(mine).delta(days.day, unit="day")
    previous = days.day.delta(days.day.lag().over(mine), unit="day")
    number, first = ibis.row_number().over(mine) + 1, days.day.first().over(mine)
    return days.mutate(purchase_no=number, days_to_next=to_next, days_from_previous=previous, first_day=first)


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis has no types
def crc32(text: str) -> int:  # type: ignore[empty-body]
    """Of Spark."""


def _refused(engine: Engine, column: str, found: str, expected: str) -> UsageError:
    step = "Make the table anew; data/README.md says of what."
    return UsageError([Problem(f"orders of the engine {engine.kind}", 0, column, found, expected, step)])
