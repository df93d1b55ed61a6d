"""What a rendering gets: one subject's sections, findings and the entries its sources resolve to.

Built once per run from the executed notebooks and the ledger. It holds no language and no clock:
every rendering, in every language, reads the same `Report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from siyu.language import Text

OK, NO_INPUT, NOT_APPLICABLE, FAILED = "ok", "no_input", "not_applicable", "failed"
STATUSES = (OK, NO_INPUT, NOT_APPLICABLE, FAILED)


@dataclass(frozen=True)
class SectionReport:
    """One notebook as it was executed.

    notebook: stem, such as `02_case_study`.   status: one of STATUSES; reason: why it is not `ok`.
    markdown: the markdown cells in notebook order, each with the key of the finding it follows, None for
        those before the first finding. The first cell holds the question; a section that was not executed
        may carry only that.
    findings: records as in findings.json, in notebook order.
    pngs: finding key -> (language code, PNG bytes) drawn by the notebook.
    question: what the section asks, for those that were not executed. lead: key of the answer that may stand for the
        whole report; rank: how near it comes to that, the best is 1.
    """

    notebook: str
    status: str = OK
    reason: Text | None = None
    markdown: Sequence[tuple[Text, str | None]] = ()
    findings: Sequence[Mapping[str, Any]] = ()
    pngs: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    question: Text = ""
    lead: str = ""
    rank: int = 100

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"section {self.notebook}: status {self.status!r} is none of {', '.join(STATUSES)}")


@dataclass(frozen=True)
class Report:
    """Everything a rendering may print about one subject.

    subject: {id, name: {zh, en}, kind: case|client}.   case: the same of the published case compared with.
    as_of: ISO date, printed as the date of the report.
    sections: in notebook order.
    sources: ref -> entry. Each has ref, kind (claim|assumption|fee|data|orders|parameter), name: {zh, en};
        claim: as_printed, value, low, high, unit, comparator, period, grade, garble, locator, note,
            not_stated [denominator|window|refunds|selection], rivals [{ref, as_printed, grade, conflict,
            kind: rival|definition|reading|corroboration, adopted, reason}],
            source {id, title, publisher, published, locator, interest, reason};
        assumption: low, mode, high, family, unit, confidence, vintage, rationale, source;
        fee: low, high, unit, valid_from, valid_to, confidence, note, source;
        data and orders: license or path, source.
    parameters: [{name, default, value, overridden, meaning}] of the sections that were run.
    conflicts: [{id, kind, topic, claims [ref], adopted [ref], adopted_low, adopted_high, unit, resolution,
        differing_field, reason, confidence, corroboration [source title]}], those of the case.
    """

    subject: Mapping[str, Any]
    as_of: str
    sections: Sequence[SectionReport]
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parameters: Sequence[Mapping[str, Any]] = ()
    case: Mapping[str, Any] = field(default_factory=dict)
    conflicts: Sequence[Mapping[str, Any]] = ()

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """All findings in reading order."""
        return [finding for section in self.sections for finding in section.findings]
