"""A client's tables as Ibis expressions, and the counting that every table here goes through.

The engine (DuckDB, or Spark) returns integers only; whatever divides, weighs or bootstraps works on those.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siyu import reads
from siyu.engine import HERE, Engine
from siyu.observed import Span, next_month, of_orders, whole
from siyu.orders import spark
from siyu.orders.sampling import GROUPS, SMALL

Source: TypeAlias = Path | pd.DataFrame | pa.Table | ir.Table
Ints: TypeAlias = npt.NDArray[np.int64]
Absences: TypeAlias = Mapping[str, Mapping[str, str]]
MEMORY = "1GB"
_BEGINS = {"orders": "paid_at", "members": "joined_at", "follows": "followed_at"}
HELD = 10_000_000  # purchases up to which they are decoded once and kept: 46 bytes each, half of MEMORY
# what a held purchase takes is half of what it takes as the store writes it, and is summed faster
_NARROW = dict.fromkeys(("buyer_id", "orders", "purchase_no", "days_to_next"), "int32")


@dataclass(frozen=True)
class Frames:
    """Tables of one identity scope (a platform or shop), cut at the end of `as_of`: the date asked for, or the last
    observed day if that is earlier.

    purchases: a row per buyer and purchase day: buyer_id (dense from 0), cluster (0 to GROUPS - 1), day date, orders,
    paid_fen and net_fen int64, purchase_no (from 1), days_to_next (null: none by as_of), first_day date; whole numbers
    without a type are int64, or int32 where the engine holds them, see `opened`.
    orders: a row per order line, or None; members, follows: a row per stay, or None; sessions: a row per
    broadcast, or None. Columns as the store of `siyu.intake` writes them. sources: refs that figures carry.
    assignments: a row per buyer of a draw: order_id, arm (`invited`, `control`), invited_at (null: not), or None.
    spans: what was observed by scope (platforms, `members`, `follows`); without any, all that the tables hold.
    absent: of a platform, what some export of it has no column for (`paid_at`, `refund`, `buyer_id`) and its header."""

    as_of: date
    purchases: ir.Table
    orders: ir.Table | None = None
    members: ir.Table | None = None
    follows: ir.Table | None = None
    sessions: ir.Table | None = None
    sources: tuple[str, ...] = ()
    spans: Mapping[str, Span] = field(default_factory=dict)
    assignments: ir.Table | None = None
    absent: Absences = field(default_factory=dict)

    @cached_property
    def span(self) -> Span | None:
        """What was observed of orders, of all their scopes together."""
        return whole(self.spans)

    @cached_property
    def buyers(self) -> int:
        """Buyers with a purchase by as_of."""
        return int(self._ids[0])

    @cached_property
    def groups(self) -> int:
        """Clusters that intervals resample: GROUPS, or each buyer when ids stay below SMALL."""
        return GROUPS if self._ids[1] >= SMALL else self._ids[1] + 1

    @cached_property
    def first_day(self) -> date:
        """The first observed day, else that of the earliest purchase."""
        return min(self.span.since, self.as_of) if self.span else date.fromordinal(int(self._ids[2]))

    def known_since(self, day: date) -> date:
        """The first day of the stretch without a missing month that `day` lies in."""
        return max([self.first_day, *(next_month(one) for one in self.missing if one < day)])

    @property
    def missing(self) -> tuple[date, ...]:
        """First days of the months without any order that nobody has confirmed as zero."""
        return tuple(month for month in self.span.missing if month <= self.as_of) if self.span else ()

    @property
    def broken(self) -> tuple[date, ...]:
        """First days of the months whose own first days are missing."""
        return self.span.broken if self.span else ()

    @cached_property
    def _ids(self) -> tuple[int, int, int]:
        firsts = self.purchases.filter(self.purchases.purchase_no == 1)
        since = firsts.day.delta(ibis.date(1970, 1, 1), unit="day")
        last = firsts.buyer_id.max() if firsts.buyer_id.type().is_integer() else ibis.literal(SMALL)  # keys: many
        found = run(firsts.aggregate(n=firsts.count(), last=last, day=since.min())).iloc[0]
        if not found["n"]:
            return 0, 0, self.as_of.toordinal()
        return int(found["n"]), int(found["last"]), int(found["day"]) + date(1970, 1, 1).toordinal()

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """Where paid orders come from, most orders first; one name, `all`, when some buyer is known on several:
        then a key table links them and they are one identity scope."""
        if self.orders is None:
            return ("all",)
        known = self.orders.filter(self.orders.buyer_id.notnull())
        spans = known.group_by("buyer_id").aggregate(n=known.platform.cast("string").nunique())
        linked = int(run(spans.aggregate(n=(spans.n > 1).cast("int64").sum())).iloc[0].fillna(0)["n"])
        return ("all",) if linked or len(self._named) <= 1 else self._named

    @cached_property
    def _named(self) -> tuple[str, ...]:
        """Platforms of the orders at hand, most orders first."""
        if self.orders is None:
            return ()
        held = run(self.orders.group_by(platform=self.orders.platform.cast("string")).aggregate(n=self.orders.count()))
        return tuple(held.sort_values(["n", "platform"], ascending=[False, True])["platform"])

    @cached_property
    def lacks(self) -> Mapping[str, str]:
        """Of the platforms at hand, what some export has no column for, and its header."""
        if not self.absent:
            return {}
        return {need: head for name in self._named for need, head in self.absent.get(name, {}).items()}

    @cached_property
    def undated(self) -> Mapping[str, str]:
        """Platforms of which some export does not tell when orders were paid, and the header that would."""
        return {name: lacks["paid_at"] for name, lacks in self.absent.items() if "paid_at" in lacks}

    @property
    def dated(self) -> bool:
        """Whether the orders at hand are of platforms all of whose exports tell when orders were paid."""
        return not self.undated or (bool(self._named) and not set(self._named) & set(self.undated))

    def on(self, platform: str) -> Frames:
        """The same of one of `platforms`."""
        if platform == "all" or self.orders is None:
            return self.until(self.span.until) if self.span else self
        others = [name for name in of_orders(self.spans) if name != platform]
        lines = self.orders.filter(self.orders.platform.cast("string") == platform)
        kept = {name: span for name, span in self.spans.items() if name not in others}
        return replace(self, orders=lines, purchases=self.purchases.semi_join(lines, "buyer_id"), spans=kept).on("all")

    def beside(self, *kinds: str) -> Frames:
        """The same as long as these tables (`members`, `follows`) were observed, too."""
        ends = [self.spans[kind].until for kind in kinds if kind in self.spans and getattr(self, kind) is not None]
        return self.until(min(ends, default=self.as_of))

    def until(self, day: date) -> Frames:
        """The same, cut at the end of an earlier day."""
        if day >= self.as_of:
            return self
        cut: dict[str, Any] = {name: _begun(getattr(self, name), since, day) for name, since in _BEGINS.items()}
        return replace(self, as_of=day, purchases=_by(day, self.purchases), **cut)

    def cluster(self, table: ir.Table) -> ir.IntegerColumn:
        """The cluster of a row: its buyer where they are few, else that of `opened`."""
        return (table.buyer_id % self.groups if self._ids[1] < SMALL else table.cluster).cast("int64")

    def observed(self, day: ir.DateColumn) -> ir.IntegerColumn:
        """Days from `day` to as_of, or to the next missing month."""
        end: ir.DateValue = ibis.date(self.as_of.isoformat())
        for month in reversed(self.missing):
            last = ibis.date((month - timedelta(days=1)).isoformat())
            end = ibis.ifelse(day <= last, last, end)
        return end.delta(day, unit="day")

    @cached_property
    def followed(self) -> ir.Table:
        """Purchases whose next one is known (days_to_next) only where no month is missing in between."""
        days = self.purchases
        if not self.missing:
            return days
        seen = days.days_to_next <= self.observed(days.day)
        return days.mutate(days_to_next=ibis.ifelse(seen, days.days_to_next, ibis.null("int64")))

    @cached_property
    def firsts(self) -> ir.Table:
        """`followed` first purchases, without those of a month whose first days are missing."""
        first = self.followed.filter(self.followed.purchase_no == 1)
        for month in self.broken:
            after = ibis.date(next_month(month).isoformat())
            first = first.filter((first.day < ibis.date(month.isoformat())) | (first.day >= after))
        return first


def opened(
    as_of: date, purchases: Source, orders: Source | None = None, members: Source | None = None,
    follows: Source | None = None, sessions: Source | None = None, sources: tuple[str, ...] = (),
    spans: Mapping[str, Span] = MappingProxyType({}), assignments: Source | None = None,
    absent: Absences = MappingProxyType({}), engine: Engine = HERE,
) -> Frames:  # fmt: skip
    """Frames of Parquet files, pandas frames or Arrow tables, as they stood at the end of `as_of`; no platform is
    observed longer than the longest of `spans`, and `Frames.on` ends each with its own.

    Purchases of a file are read once, up to HELD of them; of a larger one, every count reads what it needs. Where no
    `cluster` is told, it is the buyer_id mod GROUPS."""
    as_of = min(as_of, max((span.until for span in of_orders(spans).values()), default=as_of))
    days = None
    if isinstance(purchases, Path) and engine.kind == "duckdb":
        days = _held(purchases, purchases.stat().st_mtime_ns, as_of)
    days = _by(as_of, _clustered(table(purchases, engine))) if days is None else days
    given = {"orders": orders, "members": members, "follows": follows, "sessions": sessions, "assignments": assignments}
    held = {name: None if source is None else table(source, engine) for name, source in given.items()}
    held |= {name: _begun(held[name], since, as_of) for name, since in _BEGINS.items()}
    if (lines := held["orders"]) is not None:
        held["orders"] = _clustered(lines)
    return Frames(as_of, days, **held, sources=sources, spans=spans, absent=absent)


def _clustered(rows: ir.Table) -> ir.Table:
    """With `cluster`."""
    return rows if "cluster" in rows.columns else rows.mutate(cluster=(rows.buyer_id % GROUPS).cast("int8"))


def _begun(rows: ir.Table | None, since: str, day: date) -> ir.Table | None:
    """Rows whose time `since` lies before the end of a day."""
    return None if rows is None else rows.filter(rows[since] < ibis.timestamp((day + timedelta(days=1)).isoformat()))


def _by(as_of: date, days: ir.Table) -> ir.Table:
    """Purchases up to a day, which know nothing of later ones."""
    end = ibis.date(as_of.isoformat())
    days = days.filter(days.day <= end)
    seen = days.days_to_next <= end.delta(days.day, unit="day")
    return days.mutate(days_to_next=ibis.ifelse(seen, days.days_to_next, ibis.null("int64")))


@lru_cache
def _held(path: Path, _written: int, as_of: date) -> ir.Table | None:
    """Purchases of a file, kept in the engine; None when there are too many. The key tells a file made anew."""
    if pq.read_metadata(path).num_rows > HELD:
        return None
    return kept(_by(as_of, _clustered(table(path))).cast(_NARROW))


def kept(rows: ir.Table, engine: Engine = HERE) -> ir.Table:
    """The same, computed once and held by the engine."""
    if engine.kind == "spark":
        return spark.kept(rows, engine.master)
    return duckdb().create_table(ibis.util.gen_name("kept"), rows, temp=True)


def table(source: Source, engine: Engine = HERE) -> ir.Table:
    """An Ibis table over a Parquet file or a folder of them, a pandas frame or an Arrow table; a table as it
    is."""
    if isinstance(source, ir.Table):
        return source
    if isinstance(source, Path):
        reads.opens(source)
        if engine.kind == "spark":
            return spark.stored(source, engine.master)
        # DuckDB globs paths: brackets, stars and question marks of a name are put in brackets of their own
        below = "/**/*.parquet" if source.is_dir() else ""
        return duckdb().read_parquet(re.sub(r"([\[*?])", r"[\1]", str(source)) + below)
    held = pa.Table.from_pandas(source, preserve_index=False) if isinstance(source, pd.DataFrame) else source
    return ibis.memtable(held)


def run(expression: ir.Table) -> pd.DataFrame:
    """The rows of an expression, by the engine that its tables lie in."""
    stored = expression.op().find(ops.DatabaseTable)
    # by way of Arrow: to_pandas of ibis sets an option that pandas has deprecated
    rows: pd.DataFrame = (stored[0].source if stored else duckdb()).to_pyarrow(expression).to_pandas()
    return rows


def counted(grouped: ir.Table, keys: Sequence[str], **sums: Any) -> pd.DataFrame:
    """Sums of integer expressions by `keys`: a row per combination that occurs, sorted by keys; integers int64."""
    rows = run(grouped.group_by(list(keys)).aggregate(**sums).order_by(list(keys)))
    return rows.astype(dict.fromkeys([*rows.select_dtypes("integer"), *sums], "int64"))


def spread(counts: pd.DataFrame, groups: int, cells: Sequence[str], sums: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """(cells, array): the distinct cells in order, and sums as int64 of shape (groups, cells, sums)."""
    keys = counts[list(cells)]
    distinct = keys.drop_duplicates().sort_values(list(cells), ignore_index=True)
    return distinct, dense(counts, sums, (groups, len(distinct)), counts["cluster"], places(keys, distinct))


def summed(counts: pd.DataFrame, groups: int, sums: Sequence[str]) -> Ints:
    """The same without cells: (groups, sums)."""
    return dense(counts, sums, (groups,), counts["cluster"])


def dense(counts: pd.DataFrame, sums: Sequence[str], shape: tuple[int, ...], *at: npt.ArrayLike) -> Ints:
    """Sums of rows added up at their places, an index for each axis of `shape`: int64 (*shape, sums)."""
    filled = np.zeros((*shape, len(sums)), np.int64)
    np.add.at(filled, tuple(np.asarray(index) for index in at), counts[list(sums)].to_numpy())
    return filled


def places(keys: pd.DataFrame, distinct: pd.DataFrame) -> Ints:
    """Where each row of `keys` stands in `distinct`, of the same columns."""
    found: Ints = pd.MultiIndex.from_frame(distinct).get_indexer(pd.MultiIndex.from_frame(keys))
    return found


@lru_cache(maxsize=1)
def duckdb() -> Any:
    """DuckDB's connection of this process. It keeps every table that was opened or queried, see `let_go`."""
    # what does not fit in memory goes to a folder of its own: kernels that share one would overwrite each other
    spill = Path(tempfile.gettempdir()) / f"siyu-spill-{os.getpid()}"
    return ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=spill)


def let_go() -> None:
    """Free the memory of every table opened so far; frames made of them can no longer be counted."""
    _held.cache_clear()
    duckdb.cache_clear()
