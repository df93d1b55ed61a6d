"""A client's tables as Ibis expressions, cut at a date, with what was observed of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from siyu.engines.choice import HERE, Engine
from siyu.engines.tables import Source, kept, let_go_all, run, table
from siyu.estimates.sampling import GROUPS, SMALL
from siyu.observed import Span, next_month, of_orders, whole
from siyu.orders import labels

Absences: TypeAlias = Mapping[str, Mapping[str, str]]
_BEGINS = {"orders": "paid_at", "members": "joined_at", "follows": "followed_at"}
HELD = 10_000_000  # purchases up to which they are decoded once and kept: 33 bytes each, a third of MEMORY

# tables of a client without any
_TEXT, _FEN, _TIME = pa.string(), pa.int64(), pa.timestamp("s")
NO_ORDERS = pa.schema([
    ("buyer_id", pa.int64()), ("platform", _TEXT), ("order_id", _TEXT), ("line_no", pa.int64()), ("paid_at", _TIME),
    ("status", _TEXT), ("refund_state", _TEXT), ("paid_fen", _FEN), ("net_fen", _FEN),
]).empty_table()  # fmt: skip
NO_PURCHASES = pa.schema([
    ("buyer_id", pa.int64()), ("day", pa.date32()), ("orders", _FEN), ("paid_fen", _FEN), ("net_fen", _FEN),
    ("purchase_no", pa.int64()), ("days_to_next", pa.int64()), ("days_from_previous", pa.int64()),
    ("first_day", pa.date32()),
]).empty_table()  # fmt: skip


@dataclass(frozen=True)
class Frames:
    """Tables of one identity scope (a platform or shop), cut at the end of `as_of`: the date asked for, or the last
    observed day if that is earlier.

    purchases: a row per buyer and purchase day: buyer_id (dense from 0), cluster (0 to GROUPS - 1), day date, orders,
    paid_fen and net_fen int64, purchase_no (from 1), days_to_next (null: none by as_of), days_from_previous (null: the
    first), first_day date; whole numbers without a type are int64, or as small as they can be where the engine holds
    them, see `opened`.
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

    @property
    def nobody(self) -> str:
        """Why no buyer is counted, "" where one is: none is named, or none kept what was bought."""
        if self.buyers:
            return ""
        if self.orders is None or run(self.orders.aggregate(n=self.orders.buyer_id.count())).iloc[0]["n"] == 0:
            return str(labels.NO_KEYS)
        return str(labels.NO_SALES)

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
        return ("all",) if linked or len(self.named) <= 1 else self.named

    @cached_property
    def named(self) -> tuple[str, ...]:
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
        return {need: head for name in self.named for need, head in self.absent.get(name, {}).items()}

    @cached_property
    def undated(self) -> Mapping[str, str]:
        """Platforms of which some export does not tell when orders were paid, and the header that would."""
        return {name: lacks["paid_at"] for name, lacks in self.absent.items() if "paid_at" in lacks}

    @property
    def dated(self) -> bool:
        """Whether the orders at hand are of platforms all of whose exports tell when orders were paid."""
        return not self.undated or (bool(self.named) and not set(self.named) & set(self.undated))

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

    def some(self, most: int) -> Frames:
        """The same with purchases of about so many buyers: those of whole clusters, of one at least."""
        share = max(self.groups * most // max(self.buyers, 1), 1)
        return replace(self, purchases=self.purchases.filter(self.cluster(self.purchases) < share))

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
    parts = [group.statistics for part in ds.dataset(path).get_fragments() for group in part.row_groups]
    later = any("day" not in part or part["day"]["max"] > as_of for part in parts)
    days = _by(as_of, table(path)) if later else table(path)  # a cut takes as long as a count
    return _clustered(kept(days.cast(_least(parts))))


def _least(parts: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """The smallest types from int16 on that hold the whole numbers of a file, by what it says of its parts: they take
    half of what they take there, and are summed faster."""
    reach: dict[str, int] = {}
    for name, ends in (column for part in parts for column in part.items()):
        if isinstance(ends["max"], int):
            reach[name] = max(reach.get(name, 0), ends["max"], -1 - ends["min"])
    return {name: np.result_type(np.int16, np.min_scalar_type(-1 - most)).name for name, most in reach.items()}


def let_go() -> None:
    """Free the memory of every table opened so far; frames made of them can no longer be counted."""
    _held.cache_clear()
    let_go_all()
