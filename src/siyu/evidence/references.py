"""References: everything a reader may want to know about a source ref, ready for any rendering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from siyu import reads, record
from siyu.evidence.assumptions import Assumption
from siyu.evidence.claims import QUALIFIERS, Claim
from siyu.evidence.conflicts import Conflict
from siyu.evidence.fee_rule import FeeRule
from siyu.evidence.fees import FeeRules
from siyu.evidence.ledger import Ledger
from siyu.evidence.sources import Source
from siyu.evidence.table import Row
from siyu.record import SOURCES, SPAN, Both, Entry, OrdersEntry, RecordPart

Made = TypeVar("Made", bound=RecordPart)


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
                records[ref] = _sourced(record.AssumptionEntry, ref, assumptions[key], ledger)
            elif kind == "fee":
                records[ref] = _sourced(record.FeeEntry, ref, fees[key], ledger)
            elif kind == "data":
                source = ledger.sources[f"D-{key}"]
                name = source.both("title")
                records[ref] = record.DataEntry(ref=ref, kind="data", name=name, source=source_entry(source))
            else:
                raise KeyError(f"{ref}: not a ref this workbook knows")
        return cls(dict(sorted(records.items())))

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        payload = {ref: entry.as_json() for ref, entry in self.records.items()}
        span = {SPAN: dict(self.observed)} if self.observed else {}
        # for whoever publishes the notebook: what its workbooks have made
        return {"text/plain": "\n".join(self.records), SOURCES: payload, **span}, {
            SOURCES: {"concluded": reads.concluded()}
        }


def source_entry(source: Source) -> record.SourceEntry:
    """A source with both languages, grade and what it gains."""
    return _made(record.SourceEntry, source, id=source.source_id)


def claim_entry(claim: Claim, ledger: Ledger) -> record.ClaimEntry:
    """A claim as printed and as parsed, its grade, what it leaves unsaid, and its rivals."""
    low, value, high = claim.span if claim.numeric else (None, claim.value, None)
    conflicts = ledger.conflicts_of(claim.claim_id)
    rivals = [_rival(other, entry, ledger) for entry in conflicts for other in entry.claims if other != claim.claim_id]
    parsed = {"value": value, "low": low, "high": high}
    judged = {"grade": ledger.grade(claim), "rejected": ledger.rejected(claim), "rivals": rivals}
    judged["not_stated"] = [name for name in QUALIFIERS if getattr(claim, name) == "not_stated"]
    judged["conflicts"] = [entry.conflict_id for entry in conflicts]
    judged["source"] = source_entry(ledger.sources[claim.source_id])
    told: dict[str, Any] = {"ref": f"claim:{claim.claim_id}", "kind": "claim", "name": claim.both("entity_name")}
    return _made(record.ClaimEntry, claim, **told, **parsed, **judged)


def conflict_entry(entry: Conflict) -> record.ConflictEntry:
    """A conflict with what was adopted and why."""
    told = {"ref": f"conflict:{entry.conflict_id}", "kind": "conflict", "type": entry.kind}
    return _made(record.ConflictEntry, entry, **told, name=entry.both("topic"))


def _rival(claim_id: str, entry: Conflict, ledger: Ledger) -> record.RivalEntry:
    claim = ledger.claims[claim_id]
    told: dict[str, Any] = {"ref": f"claim:{claim_id}", "conflict": entry.conflict_id}
    told |= {"name": claim.both("entity_name"), "as_printed": claim.as_printed, "grade": ledger.grade(claim)}
    return _made(record.RivalEntry, entry, **told, adopted=claim_id in entry.adopted)


def _ledger_entry(ref: str, ledger: Ledger) -> record.LedgerEntry:
    """All claims of a case (`ledger:<case>`), all claims (`ledger:all`) or all channels, counted."""
    case = ref.partition(":")[2]
    name = Both(en="All claims in the ledger that the count runs over", zh="计数所涉的全部台账条目")
    if case == "channels":
        name = Both(en="All channels that the count runs over", zh="计数所涉的全部渠道")
    claims = () if case == "channels" else ledger.claims if case == "all" else ledger.ids(case)
    return record.LedgerEntry(ref=ref, kind="ledger", name=name, claims=tuple(claims))


def _sourced(entry: type[Made], ref: str, row: Assumption | FeeRule, ledger: Ledger) -> Made:
    """An assumption or a fee rule with the first of its sources in full."""
    known = [ledger.sources[key] for key in str(row.source).split() if key in ledger.sources]
    kind = {} if isinstance(row, FeeRule) else {"kind": "assumption"}
    source, grade = (source_entry(known[0]), known[0].grade) if known else (None, None)
    return _made(entry, row, ref=ref, source=source, grade=grade, **kind)


def _made(entry: type[Made], row: Row, **more: Any) -> Made:
    """An entry with the columns of a row that it has; columns in both languages become one."""
    columns = row.model_dump(mode="json", include={*entry.model_fields, *(f"{key}_zh" for key in entry.model_fields)})
    bilingual = [key for key in columns if f"{key}_zh" in columns]
    pairs = {key: Both(en=columns[key] or "", zh=columns.pop(f"{key}_zh") or "") for key in bilingual}
    return entry.model_validate({**columns, **pairs, **more})
