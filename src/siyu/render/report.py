"""What a rendering gets: one subject's sections, findings and the entries its sources resolve to.

Built once per run from the executed notebooks and the ledger. It holds no language and no clock:
every rendering, in every language, reads the same `Report`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from siyu.record import Both, ClaimEntry, ConflictEntry, Entry, FindingRecord, Moved, Previous, Step, Wording

OK, NO_INPUT, NOT_APPLICABLE, FAILED = "ok", "no_input", "not_applicable", "failed"
STATUSES = (OK, NO_INPUT, NOT_APPLICABLE, FAILED)


@dataclass(frozen=True)
class SectionReport:
    """One notebook as it was executed.

    notebook: stem, such as `02_case_study`.   status: one of STATUSES; reason: why it is not `ok`.
    markdown: the markdown cells in notebook order, each with the key of the finding it follows, None for
        those before the first finding. The first cell holds the question; a section that was not executed
        may carry only that.
    findings: in notebook order.
    question: what the section asks, for those that were not executed. lead: key of the answer that may stand for the
        whole report; rank: how near it comes to that, the best is 1. aside: whether it is only about published figures
        that a client did not ask for, and so stands in the appendix.
    """

    notebook: str
    status: str = OK
    reason: Wording | None = None
    markdown: Sequence[tuple[Wording, str | None]] = ()
    findings: Sequence[FindingRecord] = ()
    question: Wording | Mapping[str, str] = ""
    lead: str = ""
    rank: int = 100
    aside: bool = False

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"section {self.notebook}: status {self.status!r} is none of {', '.join(STATUSES)}")


@dataclass(frozen=True)
class About:
    """A subject, or the published case it is compared with. kind: case, client. currency: of its figures."""

    id: str
    name: Both
    kind: str = "case"
    currency: str = "CNY"


@dataclass(frozen=True)
class Setting:
    """A parameter of the sections that were run. meaning: what it does, in words."""

    name: str
    default: str | int | float | bool
    value: str | int | float | bool
    overridden: bool
    meaning: str


@dataclass(frozen=True)
class Report:
    """Everything a rendering may print about one subject.

    as_of: ISO date, printed as the date of the report.   sections: in notebook order.
    entries: ref -> entry of everything the findings rest on, conflicts included.
    steps: code of an unknown or a metric -> what makes it known. previous: the report before; moved: since then.
    """

    subject: About
    as_of: str
    sections: Sequence[SectionReport]
    entries: Mapping[str, Entry] = field(default_factory=dict)
    settings: Sequence[Setting] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    previous: Previous | None = None
    moved: Sequence[Moved] = ()

    @property
    def findings(self) -> list[FindingRecord]:
        """All findings that say something, in reading order."""
        return [finding for section in self.sections for finding in section.findings if finding.role != "empty"]

    @cached_property
    def set_aside(self) -> list[FindingRecord]:
        """What a client finds in the workbook alone: published figures, where anything else has been found."""
        if all(one.aside for one in self.sections if one.status == OK):
            return []
        aside = {one.notebook for one in self.sections if one.aside}
        return [finding for finding in self.findings if finding.section in aside and not finding.own]

    def on_page(self) -> "Report":
        """Without what is set aside, and without entries that nothing else rests on or disputes."""
        if not (left := {finding.full_key for finding in self.set_aside}):
            return self
        sections = [replace(one, findings=[f for f in one.findings if f.full_key not in left]) for one in self.sections]
        refs = {ref for section in sections for finding in section.findings for ref in finding.sources}
        claims = [one for ref in refs if isinstance(one := self.entries.get(ref), ClaimEntry)]
        disputes = {f"conflict:{name}" for claim in claims for name in claim.conflicts}
        refs |= disputes.union(*(one.refs for one in self.disputes if one.ref in disputes))
        return replace(
            self, sections=sections, entries={ref: self.entries[ref] for ref in sorted(refs & {*self.entries})}
        )

    @cached_property
    def by_key(self) -> dict[str, FindingRecord]:
        """`section.key` -> finding."""
        return {finding.full_key: finding for finding in self.findings}

    @cached_property
    def sources(self) -> dict[str, Entry]:
        """Entries that findings are read from."""
        return {ref: entry for ref, entry in self.entries.items() if not isinstance(entry, ConflictEntry)}

    @cached_property
    def disputes(self) -> list[ConflictEntry]:
        """Conflicts of claims; claims that agree are none."""
        conflicts = [entry for entry in self.entries.values() if isinstance(entry, ConflictEntry)]
        return [entry for entry in conflicts if entry.type != "corroboration"]
