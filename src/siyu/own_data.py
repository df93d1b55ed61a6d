"""What a subject's own exports hold, as notebooks read it: tables and frames that know the files behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siyu import reads
from siyu.engines.choice import HERE, Engine, chosen
from siyu.engines.tables import Source
from siyu.figure import Absent, Figure
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.problems import Trouble
from siyu.intake.reading.sources import EXPORTS
from siyu.intake.store.client_tables import Books, books
from siyu.language import Text
from siyu.messages import msg
from siyu.observed import Span, notes, overall
from siyu.orders.frames import NO_ORDERS, NO_PURCHASES, Frames, opened
from siyu.orders.labels import PLATFORMS
from siyu.orders.settlements import by_order
from siyu.record import NO_INPUT, Both, OrdersEntry
from siyu.subjects import Subject

MISSING = msg(
    "No exports yet: put the platform's order export (CSV, XLSX or ZIP), or the totals of the live dashboard, into "
    "this subject's folder exports"
)
UNREAD = msg("None of the exports that are there can be used for this: siyu check says why, file by file")
NO_RULE = msg("No fee rule is as old as this report: put dated rules with their source into this subject's fees.csv")
UNDATED = msg("The order exports have no column {column}: when orders were paid is not known")
UNTOLD = msg("Some order export has no column {column}: what came back is not known, and net figures are left out")
CANONICAL = "canonical"  # what orders of an engine are called in artefacts
LINES = ("orders", "buyer_keys")  # kinds of export that order lines and their buyers come from


@dataclass(frozen=True)
class NoInput:
    """Why a section has nothing to work on: one message, shown in place of its findings."""

    reason: str | Mapping[str, Any]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        plain = self.reason if isinstance(self.reason, str) else str(self.reason["id"])
        return {"text/plain": plain, NO_INPUT: reads.conclude({"reason": self.reason})}


@dataclass(frozen=True)
class Holdings:
    """books: of the subject, see `siyu.intake.store.client_tables`. k: smallest number of orders or buyers shown.
    spans: what was observed, by scope. engine: that counts orders."""

    books: Books
    as_of: date
    k: int
    spans: Mapping[str, Span] = field(default_factory=dict)
    engine: Engine = HERE

    @classmethod
    def of(cls, subject: Subject, as_of: date) -> Holdings:
        """The holdings of a subject. Raises UsageError, see `books` and `chosen`."""
        held = books(subject.id)
        return cls(held, as_of, subject.suppress_below, subject.spans(held.observed), chosen(subject.engine))

    @property
    def observed(self) -> dict[str, str] | None:
        """First and last observed day of the orders by the date, see `siyu.observed.overall`."""
        return overall(self.spans, self.as_of)

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a finding on orders has to say about its span, see `siyu.observed.notes`."""
        untold = [one.absent[need] for one in self.books.counts for need in ("refund", "gross") if need in one.absent]
        return (*notes(self.spans, self.as_of), *([_lacks(UNTOLD, *untold)] if untold else []))

    def missing(self, *kinds: str, buyers: bool = False, otherwise: str = MISSING) -> NoInput | None:
        """Shown in a notebook: why there is nothing to work on, when no export of any of these kinds is there.

        buyers: whether orders that name their buyer are needed as well; otherwise: what to say when none is there."""
        if not any(self.refs(kind) for kind in kinds):
            refused = {one.kind for one in self.books.accounts if one.refused}
            unknown = "" in refused and all(one.refused for one in self.books.accounts)
            return NoInput(UNREAD if unknown or refused & {*kinds} else otherwise)
        undated = [one.absent["paid_at"] for one in self.books.counts if "paid_at" in one.absent]
        if undated and len(undated) == len(self.books.counts) and not self.refs(*(set(kinds) - {"orders"})):
            return NoInput(_lacks(UNDATED, *undated))
        return NoInput(why) if buyers and (why := self.largest().nobody) else None

    def refs(self, *kinds: str, platform: str = "") -> tuple[str, ...]:
        """`orders:<file>` of each export of these kinds (see `formats`) that is used; of one platform's orders."""
        used = [one for one in self.books.accounts if not one.refused and one.kind in kinds]
        own = [one for one in used if not platform or (one.entry is not None and one.entry.platform == platform)]
        told = [f"orders:{CANONICAL}"] if self.engine.orders and "orders" in kinds else []
        return tuple(sorted([*told, *(f"orders:{name(one)}" for one in own)]))

    @property
    def records(self) -> Mapping[str, OrdersEntry]:
        """ref -> what the references say about the file."""
        found = {}
        for file, label in ((name(one), one.format_name) for one in self.books.accounts):
            named, ref = Both(en=f"{label['en']} {file}", zh=f"{label['zh']} {file}"), f"orders:{file}"
            found[ref] = OrdersEntry(ref=ref, kind="orders", path=file, source=None, name=named)
        for ref in self.refs("orders") if self.engine.orders else ():
            named = Both(en="Canonical orders", zh="标准订单表")
            found.setdefault(ref, OrdersEntry(ref=ref, kind="orders", path=CANONICAL, source=None, name=named))
        return found

    @cached_property
    def files(self) -> pd.DataFrame:
        """A row per table: file and format ({en, zh}), kind, completeness (key of `labels.COMPLETENESS`), records,
        accepted, quarantined, ignored, unpriced (int64), accepted_yuan (null where the format has no amount), refused
        (bool), sources."""
        rows = [
            {"file": _verbatim(name(account)), "kind": account.kind or "unknown", "format": account.format_name,
             "records": account.total, **account.records, "unpriced": account.unpriced, "refused": account.refused,
             "accepted_yuan": account.fen["accepted"] / 100 if account.control else None,
             "completeness": "not_verified" if account.refused else account.completeness,
             "sources": [f"orders:{name(account)}"]}
            for account in self.books.accounts
        ]  # fmt: skip
        columns = ["file", "kind", "format", "records", "accepted", "quarantined", "ignored", "unpriced", "refused",
                   "accepted_yuan", "completeness", "sources"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row per problem listed: file, column (null for the line), reason (message), line (int64), sources."""
        columns = ["file", "line", "column", "reason", "sources"]
        rows = [
            (_verbatim(name(own)), one.line, one.column and _verbatim(one.column), one.public, [f"orders:{name(own)}"])
            for own in self.books.accounts
            for one in sorted(own.problems, key=Trouble.place)
        ]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def order_files(self) -> pd.DataFrame:
        """Rows of `files` that hold orders and are used."""
        return self.files[(self.files["kind"] == "orders") & ~self.files["refused"]].reset_index(drop=True)

    def count(self, column: str, kind: str = "orders") -> Figure | Absent:
        """Sum of a column of `files` over the exports of a kind, refused ones too; Absent without any."""
        own = self.files[self.files["kind"] == kind]
        return Absent(("paid_orders",)) if own.empty else _counted(own[column].sum(), own["sources"].explode())

    @property
    def problem_count(self) -> Figure | Absent:
        """Problems of all files, listed here or only counted."""
        if not self.books.accounts:
            return Absent(("paid_orders",))
        return _counted(sum(len(one.problems) + one.left_out for one in self.books.accounts), self.records)

    @property
    def accepted_share(self) -> Figure | Absent:
        """Accepted records of the order exports over those that are records at all."""
        if isinstance(held := self.count("records"), Absent):
            return Absent(("accepted_share",))
        own = self.files[self.files["kind"] == "orders"]
        share = own["accepted"].sum() / max(held.value - own["ignored"].sum(), 1)
        return Figure.exact(float(share), "accepted_share", held.sources, int(held.value))

    def identified(self, platform: str = "") -> Figure | Absent:
        """Order lines that name a usable buyer, of all or of one platform. Complete counts: no interval."""
        counts = [one for one in self.books.counts if platform in ("", one.platform)]
        lines, usable = sum(one.records for one in counts), sum(one.usable for one in counts)
        if not lines:
            return Absent(("identity_share",))
        return Figure.exact(usable / lines, "identity_share", self.refs(*LINES), lines)

    def identified_by_platform(self) -> dict[str, Figure | Absent]:
        """platform -> `identified`, of each platform with orders."""
        return {one.platform: self.identified(one.platform) for one in self.books.counts}

    @property
    def platforms(self) -> dict[str, Text]:
        """platform -> its name, of each platform with orders; those that only the client knows by their key."""
        return {one.platform: PLATFORMS.get(one.platform, _verbatim(one.platform)) for one in self.books.counts}

    @property
    def free(self) -> tuple[str, ...]:
        """Platforms whose lines of nothing are purchases, as their format says; elsewhere they are presents."""
        used = [one.entry for one in self.books.accounts if one.entry is not None and one.kind == "orders"]
        return tuple(sorted({entry.platform for entry in used if entry.zero_lines == "purchase"}))

    @property
    def stored_lines(self) -> int:
        """Order lines of the newest exports."""
        return sum(one.records for one in self.books.counts)

    def frames(self, *kinds: str, platform: str = "") -> Frames:
        """Orders and purchases, and of `members`, `follows`, `sessions`, `assignments` those named, as of the date,
        as long as all platforms were observed.

        platform: that one alone, as long as it was observed; figures carry its files, else the files of all kinds.
        Empty tables where there are no orders."""
        return self.every(*kinds, platform=platform).on(platform or "all")

    def largest(self, *kinds: str) -> Frames:
        """The same of the platform with most orders, whose figures carry the files of all kinds."""
        return self.every(*kinds).on(self._leading)

    @cached_property
    def _leading(self) -> str:
        return self.every().platforms[0]

    def every(self, *kinds: str, platform: str = "") -> Frames:
        """The same of all platforms together, as long as any was observed."""
        held, (orders, purchases) = self.books, self.lines
        if self.engine.orders:  # whose buyers are not those of the store
            kinds = tuple(kind for kind in kinds if kind not in ("members", "follows"))
        more: dict[str, Any] = {kind: getattr(held, kind) for kind in kinds}
        sources = self.refs("orders", platform=platform) if platform else self.refs(*LINES, *kinds)
        more |= {"sources": sources, "spans": self.spans, "absent": held.absent, "engine": self.engine}
        days = NO_PURCHASES if purchases is None else purchases
        return opened(self.as_of, days, NO_ORDERS if orders is None else orders, **more)

    @property
    def lines(self) -> tuple[Source | None, Source | None]:
        """Orders and purchases of the exports, or of the canonical orders that the engine holds in their place."""
        if not self.engine.orders:
            return self.books.orders, self.books.purchases
        from siyu.orders.canonical import canonical  # here: for few subjects

        return canonical(self.engine)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """A row per order line, see `siyu.intake.store.canonical`; `attrs["refs"]` names the files."""
        return self._frame(self.books.orders, NO_ORDERS, *LINES)

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """A row per buyer and purchase day, see `siyu.intake.store.canonical`; `attrs["refs"]` names the files."""
        return self._frame(self.books.purchases, NO_PURCHASES, *LINES, "members")

    @cached_property
    def charges(self) -> pd.DataFrame | None:
        """A row per charge of its settlement, see `siyu.orders.measured.settled`; None without. An order whose export
        is there has its form of traffic from it."""
        if (booked := self.reported("charges")) is None:
            return None
        forms = None
        if self.books.orders is not None and "traffic_form" in pq.read_schema(self.books.orders).names:
            reads.opens(self.books.orders)
            known = [("order_id", "in", set(booked["order_id"].dropna()))]
            forms = pq.read_table(self.books.orders, columns=["order_id", "traffic_form"], filters=known).to_pandas()
        return by_order(booked, forms)

    def reported(self, kind: str) -> pd.DataFrame | None:
        """A table as the subject's exports report it (`ad_days`, `sends` …, see `tables.yml`); None without one.
        `attrs["refs"]` names the files."""
        if (frame := self.books.frame(kind)) is not None:
            frame.attrs["refs"] = self.refs(kind)
        return frame

    def tables(self, *kinds: str) -> dict[str, pd.DataFrame]:
        """`reported` of those of the kinds that some export holds."""
        return {kind: frame for kind in kinds if (frame := self.reported(kind)) is not None}

    def stored(self, kind: str) -> tuple[Path | None, tuple[str, ...]]:
        """A reported table as the engine reads it, None without one, and the refs of its files."""
        return self.books.reported.get(kind), self.refs(kind)

    def _frame(self, path: Path | None, empty: pa.Table, *kinds: str) -> pd.DataFrame:
        if path is not None:
            reads.opens(path)
        frame: pd.DataFrame = (empty if path is None else pq.read_table(path)).to_pandas()
        frame.attrs["refs"] = self.refs(*kinds)
        return frame


def _counted(total: float, refs: Iterable[str]) -> Figure:
    return Figure(float(total), float(total), float(total), "count", sources=tuple(sorted(refs)))


def name(account: Account) -> str:
    """What an export is called in artefacts: its own name may be a person's."""
    return f"{EXPORTS}/{account.public}"


def _lacks(message: str, *headers: str) -> Mapping[str, Any]:
    return {"id": message, "args": {"column": {"value": ", ".join(dict.fromkeys(headers))}}}


def _verbatim(text: str) -> dict[str, str]:
    """Text of a file, which is no message whatever stands in it."""
    return {"en": text, "zh": text}
