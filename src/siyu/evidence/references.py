"""References: everything a reader may want to know about a source ref, ready for any rendering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from siyu.evidence.assumptions import Assumption
from siyu.evidence.claims import QUALIFIERS, Claim
from siyu.evidence.conflicts import Conflict
from siyu.evidence.fees import FeeRule, FeeRules
from siyu.evidence.ledger import Ledger
from siyu.evidence.sources import Source
from siyu.record import (
    AssumptionEntry,
    Both,
    ClaimEntry,
    ConflictEntry,
    DataEntry,
    Entry,
    FeeEntry,
    LedgerEntry,
    OrdersEntry,
    RivalEntry,
    SourceEntry,
)

MIME = "application/vnd.siyu.sources+json"
OBSERVED = "application/vnd.siyu.observed+json"


@dataclass(frozen=True)
class References:
    """ref -> entry. As a notebook output it is one JSON payload and a list of refs as text.

    observed: first and last observed day of the subject's own orders, where a source is one of its files."""

    records: Mapping[str, Entry]
    observed: Mapping[str, str] | None = None

    @classmethod
    def collect(
        cls, refs: Iterable[str], ledger: Ledger, assumptions: Mapping[str, Assumption], fees: FeeRules,
        own: Mapping[str, OrdersEntry] | None = None,
    ) -> References:  # fmt: skip
        """Entries of `refs`, of the rivals of their claims and of the conflicts between them.

        own: entries of the subject's own files. Raises KeyError for a ref that no ledger holds."""
        records: dict[str, Entry] = {}
        pending = list(refs)
        while pending:
            ref = pending.pop(0)
            if ref in records:
                continue
            kind, _, key = ref.partition(":")
            if kind == "orders" and own and ref in own:
                records[ref] = own[ref]
            elif kind == "claim":
                records[ref] = claim_entry(ledger.claims[key], ledger)
                pending += [f"conflict:{entry.conflict_id}" for entry in ledger.conflicts_of(key)]
            elif kind == "conflict":
                records[ref] = conflict_entry(ledger.conflicts[key])
                pending += [f"claim:{claim_id}" for claim_id in ledger.conflicts[key].claims]
            elif kind == "ledger":
                records[ref] = _ledger_entry(ref, ledger)
            elif kind == "assumption":
                records[ref] = AssumptionEntry.model_validate(_columns(ref, assumptions[key], ledger))
            elif kind == "fee":
                records[ref] = FeeEntry.model_validate(_columns(ref, fees.rules[key], ledger))
            elif kind == "data":
                source = ledger.sources[f"D-{key}"]
                records[ref] = DataEntry(ref=ref, kind="data", name=_name(source), source=source_entry(source))
            else:
                raise KeyError(f"{ref}: not a ref this workbook knows")
        return cls(dict(sorted(records.items())))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        payload = {ref: entry.as_json() for ref, entry in self.records.items()}
        span = {OBSERVED: dict(self.observed)} if self.observed else {}
        return {"text/plain": "\n".join(self.records), MIME: payload, **span}


def source_entry(source: Source) -> SourceEntry:
    """A source with both languages, grade and what it gains."""
    return SourceEntry(
        id=source.source_id,
        title=_name(source),
        publisher=source.publisher,
        published=source.published,
        locator=source.locator,
        grade=source.grade,
        garbling=source.garbling,
        interest=Both(en=source.interest, zh=source.interest_zh),
        reason=Both(en=source.reason, zh=source.reason_zh),
    )


def claim_entry(claim: Claim, ledger: Ledger) -> ClaimEntry:
    """A claim as printed and as parsed, its grade, what it leaves unsaid, and its rivals."""
    low, value, high = claim.span if claim.numeric else (None, claim.value, None)
    conflicts = ledger.conflicts_of(claim.claim_id)
    rivals = [_rival(other, entry, ledger) for entry in conflicts for other in entry.claims if other != claim.claim_id]
    return ClaimEntry(
        ref=f"claim:{claim.claim_id}",
        kind="claim",
        name=Both(en=claim.entity_name, zh=claim.entity_name_zh),
        metric=claim.metric,
        statistic=claim.statistic,
        as_printed=claim.as_printed,
        comparator=claim.comparator,
        value=value,
        low=low,
        high=high,
        unit=claim.unit,
        period=claim.period,
        grade=ledger.grade(claim),
        garble=claim.garble,
        rejected=ledger.rejected(claim),
        locator=claim.locator,
        note=_both(claim.note, claim.note_zh),
        not_stated=tuple(name for name in QUALIFIERS if getattr(claim, name) == "not_stated"),
        conflicts=tuple(entry.conflict_id for entry in conflicts),
        rivals=tuple(rivals),
        source=source_entry(ledger.sources[claim.source_id]),
    )


def conflict_entry(entry: Conflict) -> ConflictEntry:
    """A conflict with what was adopted and why."""
    return ConflictEntry(
        ref=f"conflict:{entry.conflict_id}",
        kind="conflict",
        type=entry.kind,
        name=Both(en=entry.topic, zh=entry.topic_zh),
        claims=entry.claims,
        adopted=entry.adopted,
        adopted_low=entry.adopted_low,
        adopted_high=entry.adopted_high,
        resolution=entry.resolution,
        differing_field=entry.differing_field,
        reason=Both(en=entry.reason, zh=entry.reason_zh),
        corroboration=entry.corroboration,
        confidence=entry.confidence,
    )


def _rival(claim_id: str, entry: Conflict, ledger: Ledger) -> RivalEntry:
    claim = ledger.claims[claim_id]
    return RivalEntry(
        ref=f"claim:{claim_id}",
        name=Both(en=claim.entity_name, zh=claim.entity_name_zh),
        as_printed=claim.as_printed,
        grade=ledger.grade(claim),
        conflict=entry.conflict_id,
        kind=entry.kind,
        adopted=claim_id in entry.adopted,
        reason=Both(en=entry.reason, zh=entry.reason_zh),
    )


def _ledger_entry(ref: str, ledger: Ledger) -> LedgerEntry:
    """All claims of a case (`ledger:<case>`), all claims (`ledger:all`) or all channels, counted."""
    case = ref.partition(":")[2]
    if case == "channels":
        whole = Both(en="All channels that the count runs over", zh="计数所涉的全部渠道")
        return LedgerEntry(ref=ref, kind="ledger", name=whole, claims=())
    claims = tuple(ledger.claims if case == "all" else ledger.ids(case))
    name = Both(en="All claims in the ledger that the count runs over", zh="计数所涉的全部台账条目")
    return LedgerEntry(ref=ref, kind="ledger", name=name, claims=claims)


def _columns(ref: str, row: Assumption | FeeRule, ledger: Ledger) -> dict[str, Any]:
    """An assumption or a fee rule: all its columns, bilingual ones as pairs, its source in full."""
    columns = row.model_dump(mode="json", exclude={"line"})
    entry: dict[str, Any] = {"ref": ref, "kind": ref.partition(":")[0]}
    for key, value in columns.items():
        if key.endswith("_zh"):
            continue
        entry[key] = _both(value, columns[f"{key}_zh"]) if f"{key}_zh" in columns else value
    sources = [ledger.sources[key] for key in str(row.source).split() if key in ledger.sources]
    entry["source"] = source_entry(sources[0]) if sources else None
    entry["grade"] = sources[0].grade if sources else None
    return entry


def _name(source: Source) -> Both:
    return Both(en=source.title, zh=source.title_zh)


def _both(en: str | None, zh: str | None) -> Both:
    return Both(en=en or "", zh=zh or "")
