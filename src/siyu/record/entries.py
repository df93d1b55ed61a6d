"""Entries: everything a reader may want to know about a source ref, by kind."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter

from siyu.record.text import Both, Number, RecordPart, Ref


class SourceEntry(RecordPart):
    """A document: what it is, how far it deserves trust, what it gains by being believed."""

    id: str
    title: Both
    publisher: str | None = None
    published: str | None = None
    locator: str | None = None
    grade: str = ""
    garbling: str = ""
    interest: Both
    reason: Both


class RivalEntry(RecordPart):
    """A claim that says otherwise. conflict: the id of their conflict; kind and reason: of it."""

    ref: Ref
    name: Both
    as_printed: str
    grade: str
    conflict: str
    kind: str
    adopted: bool
    reason: Both


class Entry(RecordPart):
    """What all kinds share."""

    ref: Ref
    kind: str
    name: Both | None = None
    grade: str | None = None
    source: SourceEntry | None = None

    @property
    def trust(self) -> str:
        """Its grade letter, or that of its document; empty when neither has one."""
        return self.grade or (self.source.grade if self.source else "")


class ClaimEntry(Entry):
    """A claim as printed and as parsed, what it leaves unsaid (`not_stated`), and its rivals."""

    name: Both
    metric: str
    statistic: str
    as_printed: str
    comparator: str
    value: Number | str | None
    low: Number | None
    high: Number | None
    unit: str
    period: str | None
    garble: str
    rejected: bool
    locator: str | None
    note: Both
    not_stated: tuple[str, ...]
    conflicts: tuple[str, ...]
    rivals: tuple[RivalEntry, ...]


class ConflictEntry(Entry):
    """A conflict of claims (ids), what was adopted and why. type: rival, definition, reading, corroboration."""

    name: Both
    type: str
    claims: tuple[str, ...]
    adopted: tuple[str, ...]
    adopted_low: Number | None
    adopted_high: Number | None
    resolution: str
    differing_field: str | None
    reason: Both
    corroboration: tuple[str, ...]
    confidence: str

    @property
    def refs(self) -> tuple[str, ...]:
        """Refs of its claims."""
        return tuple(f"claim:{one}" for one in self.claims)

    @property
    def adopted_refs(self) -> tuple[str, ...]:
        """Refs of the claims that stand."""
        return tuple(f"claim:{one}" for one in self.adopted)


class AssumptionEntry(Entry):
    """An assumption, all its columns."""

    name: Both
    assumption_id: str
    group: str | None
    platform: str
    route: str | None
    low: Number
    mode: Number
    high: Number
    family: str
    unit: str
    rationale: Both
    confidence: str
    vintage: str

    @property
    def ends(self) -> tuple[Number, Number, Number]:
        """Low, most likely, high."""
        return self.low, self.mode, self.high

    @property
    def since(self) -> str:
        """The date of the figure."""
        return self.vintage

    @property
    def why(self) -> Both:
        """What it rests on, in words."""
        return self.rationale


class FeeEntry(Entry):
    """A fee rule, all its columns; its kind is that of the fee."""

    rule_id: str
    platform: str
    route: str
    category: str
    traffic_form: str
    rate_low: Number
    rate_mode: Number | None
    rate_high: Number
    day_from: int | None
    day_to: int | None
    valid_from: str
    valid_to: str | None
    confidence: str
    note: Both

    family: ClassVar[str] = ""
    unit: ClassVar[str] = "ratio"

    @property
    def ends(self) -> tuple[Number, Number, Number]:
        """Low, most likely, high; the middle where none is likelier."""
        middle = (self.rate_low + self.rate_high) / 2 if self.rate_mode is None else self.rate_mode
        return self.rate_low, middle, self.rate_high

    @property
    def since(self) -> str:
        """The first day of the rule."""
        return self.valid_from

    @property
    def until(self) -> str:
        """Its last day, empty for one that has no end; `valid_to` is the day after."""
        return str(date.fromisoformat(self.valid_to) - timedelta(days=1)) if self.valid_to else ""

    @property
    def why(self) -> Both:
        """What it rests on, in words."""
        return self.note


class DataEntry(Entry):
    """A bundled data set."""

    name: Both


class OrdersEntry(Entry):
    """One of the subject's own files."""

    name: Both
    path: str


class LedgerEntry(Entry):
    """All claims or channels that a count runs over."""

    name: Both
    claims: tuple[str, ...]


def kind_of(ref: str) -> str:
    """What a ref points to: claim, conflict, assumption, fee, data, orders, parameter, ledger."""
    return ref.partition(":")[0]


def _kind(content: Mapping[str, Any] | BaseModel) -> str:
    return kind_of(str(content.get("ref") if isinstance(content, Mapping) else getattr(content, "ref", "")))


_Any = Annotated[
    Annotated[ClaimEntry, Tag("claim")]
    | Annotated[ConflictEntry, Tag("conflict")]
    | Annotated[AssumptionEntry, Tag("assumption")]
    | Annotated[FeeEntry, Tag("fee")]
    | Annotated[DataEntry, Tag("data")]
    | Annotated[OrdersEntry, Tag("orders")]
    | Annotated[LedgerEntry, Tag("ledger")],
    Discriminator(_kind),
]
_ENTRIES: TypeAdapter[dict[str, _Any]] = TypeAdapter(dict[str, _Any], config=ConfigDict(defer_build=True))


def entries(content: Mapping[str, Any]) -> dict[str, Entry]:
    """ref -> entry, from the JSON of a notebook's references. Raises ValidationError."""
    return dict(_ENTRIES.validate_python(dict(content)))
