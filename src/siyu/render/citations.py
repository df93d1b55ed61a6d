"""Sources as renderings name them: entries, the documents they were read from, and the figures that disagree."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

from siyu.record import Entry, FindingRecord, Quantity, Value, kind_of
from siyu.record.entries import AssumptionEntry, ClaimEntry, ConflictEntry, FeeEntry, RivalEntry, SourceEntry
from siyu.render import labels
from siyu.render.report import Report
from siyu.render.said import NAME_LENGTH, Piece, Said, joined
from siyu.render.speech import NOTHING, Speech

KINDS = ("claim", "orders", "data", "fee", "assumption", "parameter")  # in the order of a source line
CODE = "code"
NAMED = ("claim", "assumption", "fee")  # kinds of changed inputs that are told by name
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_LINKED_GRADES = ("A", "B", "C")
_SIGNS = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "~": "≈"}
_UNSAID_UNITS = ("CNY", "USD", "multiple", "ratio")  # the number says them


@dataclass(frozen=True)
class Document:
    """A source document. refs: entries read from it that findings rest on; finding_keys: `section.key` of
    those findings, in order."""

    source: SourceEntry
    refs: tuple[str, ...]
    finding_keys: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it can be opened: a plain web address of a source that deserves trust, else empty."""
        return web_address(self.source.locator) if self.source.grade in _LINKED_GRADES else ""


class Citations:
    """The source entries of one report in one language."""

    def __init__(self, report: Report, speech: Speech) -> None:
        self.report, self.speech, self.entries = report, speech, report.sources

    # --- which ------------------------------------------------------------------------------------

    def known(self, ref: str) -> bool:
        """Whether the report holds an entry for this ref."""
        return ref in self.entries

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Entries of these kinds, in order of their refs."""
        return [entry for ref, entry in sorted(self.entries.items()) if kind_of(ref) in kinds]

    def claims(self) -> list[ClaimEntry]:
        """All claims, in order of their refs."""
        return [entry for _, entry in sorted(self.entries.items()) if isinstance(entry, ClaimEntry)]

    def claim(self, ref: str) -> ClaimEntry | None:
        """The claim of a ref, None for one that is none or not known."""
        entry = self.entries.get(ref)
        return entry if isinstance(entry, ClaimEntry) else None

    def cited(self, finding: FindingRecord) -> list[str]:
        """Refs of a finding as its source line names them: claims first; conflicts are shown beside claims."""
        refs = [ref for ref in finding.sources if kind_of(ref) in KINDS]
        return sorted(refs, key=lambda ref: (KINDS.index(kind_of(ref)), ref))

    def documents_of(self, finding: FindingRecord) -> list[Document]:
        """Documents a finding rests on, in the order of its refs."""
        ids = dict.fromkeys(source.id for ref in self.cited(finding) if (source := self._source(ref)))
        return [self.documents[one] for one in ids if one in self.documents]

    @cached_property
    def documents(self) -> dict[str, Document]:
        """id -> document that a finding rests on; those that claims were read from first."""
        found: dict[str, tuple[SourceEntry, dict[str, None], dict[str, None]]] = {}
        for finding in self.report.findings:
            for ref in self.cited(finding):
                if source := self._source(ref):
                    _, refs, keys = found.setdefault(source.id, (source, {}, {}))
                    refs[ref] = keys[finding.full_key] = None
        order = sorted(found, key=lambda one: (min(KINDS.index(kind_of(ref)) for ref in found[one][1]), one))
        return {one: Document(found[one][0], tuple(found[one][1]), tuple(found[one][2])) for one in order}

    def by_source(self) -> list[tuple[SourceEntry, list[ClaimEntry]]]:
        """Every source document with the claims read from it; the best graded first."""
        sources = {entry.source.id: entry.source for _, entry in sorted(self.entries.items()) if entry.source}
        claims = {one: [entry for entry in self.claims() if entry.source and entry.source.id == one] for one in sources}
        order = sorted(sources, key=lambda one: (not claims[one], sources[one].grade or "Z", one))
        return [(sources[one], claims[one]) for one in order]

    def conflicts(self, findings: Iterable[FindingRecord]) -> list[ConflictEntry]:
        """Conflicts that touch a claim one of these findings rests on; contradictions first, agreements left out."""
        used = {ref for finding in findings for ref in finding.sources}
        near = [entry for entry in self.report.disputes if used & {*entry.refs}]
        return sorted(near, key=lambda entry: entry.type != "rival")

    def grade(self, ref: str) -> str:
        """Grade letter of a ref, empty when it has none."""
        return self.entries[ref].trust if ref in self.entries else ""

    def weak(self, value: Value) -> bool:
        """Whether a value rests on a garbled or contradicted claim, or its range on an assumption without source."""
        rests = [self.entries[ref] for ref in value.sources if ref in self.entries]
        ranges = [one for one in rests if isinstance(one, AssumptionEntry | FeeEntry)]
        unsourced = value.interval_kind == "assumption90" and any(one.confidence == "none" for one in ranges)
        return unsourced or any(one.trust == "E" for one in rests)

    def rivals(self, ref: str) -> list[RivalEntry]:
        """Claims that say otherwise or are not comparable, each once; those that merely agree are left out."""
        claim, found = self.claim(ref), dict[str, RivalEntry]()
        for rival in claim.rivals if claim else ():
            if rival.kind != "corroboration":
                found.setdefault(rival.ref, rival)
        return sorted(found.values(), key=lambda rival: list(labels.CONFLICTS).index(rival.kind))

    def rival_groups(self, ref: str) -> list[tuple[RivalEntry, list[RivalEntry]]]:
        """The rivals of a claim by conflict: (any of them, for kind and reason; all of them)."""
        groups: dict[str, list[RivalEntry]] = {}
        for rival in self.rivals(ref):
            groups.setdefault(rival.conflict, []).append(rival)
        return [(group[0], group) for group in groups.values()]

    def disputed(self, ref: str) -> bool:
        """Whether another claim contradicts this one, beyond a difference of definition."""
        return any(rival.kind == "rival" for rival in self.rivals(ref))

    # --- in words ---------------------------------------------------------------------------------

    def name(self, entry: Entry) -> Said:
        """The name of an entry; a fee rule is named by its route and kind."""
        if isinstance(entry, FeeEntry):
            where = labels.ROUTES.get(entry.route) or labels.PLATFORMS.get(entry.platform, entry.route)
            kind = [self.speech.message(labels.FEES[entry.kind])] if entry.kind in labels.FEES else []
            return joined(self.speech.message(": ").join([self.speech.message(where), *kind]))
        return self.speech.label(entry.name) if entry.name else self.speech.data(entry.ref, NAME_LENGTH)

    def metric(self, claim: ClaimEntry) -> str:
        """The metric of a claim, with its statistic where that is not its level; empty for one not in the registry."""
        said = self.speech.metric(claim.metric)
        marked = claim.statistic in labels.MARKED
        return said + self.speech.detail(self.speech.message(labels.STATISTICS[claim.statistic]) if marked else "")

    def called(self, ref: str) -> Said:
        """What a list calls a ref: whose metric a claim is, the name of an assumption, route and kind of a fee."""
        if (claim := self.claim(ref)) is None:
            return self.name(self.entries[ref]) if ref in self.entries else self.speech.data(ref, NAME_LENGTH)
        return joined(self.name(claim), self.speech.message(": "), self.metric(claim) or self.speech.data(claim.metric))

    def label(self, ref: str) -> Said:
        """What a source line calls a ref: metric and figure of a claim, route and rate of a fee, or a name."""
        if isinstance(entry := self.entries.get(ref), ClaimEntry):
            metric = self.metric(entry)
            words = joined(metric[:1].upper() + metric[1:]) if metric else self.name(entry)
            return joined(words, "" if str(words).endswith("）") else " ", self.figure(entry))
        return joined(self.name(entry), " ", self.rate(entry)) if isinstance(entry, FeeEntry) else self.called(ref)

    def rate(self, fee: FeeEntry) -> Said:
        """A fee rule's share, as a range where it is one."""
        span = Quantity(value=fee.rate_low, low=fee.rate_low, high=fee.rate_high, unit="ratio")
        return self.speech.figure(span, f"{fee.ref}.low")

    def printed(self, claim: ClaimEntry) -> Said:
        """A claim's figure as its source prints it; what a source only lists is given as our count."""
        if claim.as_printed not in labels.PASSAGES:
            return self.speech.data(claim.as_printed, NAME_LENGTH)
        if isinstance(claim.value, int | float):
            count = self.speech.number(claim.value, "count", f"{claim.ref}.value")
            return joined(count, self.speech.language.gap, self._mute(labels.COUNTED))
        return self._mute(labels.PASSAGES[claim.as_printed])

    def figure(self, claim: ClaimEntry) -> Said:
        """A claim's figure: as printed where the reader can read it, else as it was read."""
        value, ref = claim.value, f"{claim.ref}.value"
        if value is None or not self._unreadable(claim):
            return self.printed(claim)
        if isinstance(value, str):
            return self.speech.data(value, NAME_LENGTH)
        low, high = claim.low, claim.high
        if low is not None and high is not None and low < high and claim.comparator in ("=", "~"):
            return self.speech.figure(_quantity(claim), ref)
        return self.speech.number(value, claim.unit, ref)

    def quoted(self, claim: ClaimEntry) -> Said:
        """A claim's figure as printed, with what it says for a reader who cannot read it."""
        printed, said = self.printed(claim), self.figure(claim)
        if self.speech.language.data_code == "zh" or str(printed) == str(said):
            return said
        return joined(printed, " ", Said(replace(piece, style="mute") for piece in said))

    def read(self, claim: ClaimEntry) -> Said:
        """A claim's figure as it was read, with its comparator and unit; empty for claims in words."""
        if not isinstance(claim.value, int | float):
            return Said()
        gap, sign, ref = self.speech.language.gap, _SIGNS.get(claim.comparator, ""), f"{claim.ref}.value"
        ranged = claim.low != claim.high and not sign
        number = self.speech.number(claim.value, claim.unit, ref)
        figure = self.speech.figure(_quantity(claim), ref) if ranged else number
        words = self.speech.language.unit(claim.unit, str(figure)) if claim.unit not in _UNSAID_UNITS else ""
        return joined(*((sign, gap) if sign else ()), figure, *((gap, words) if words else ()))

    def adopted(self, entry: ConflictEntry) -> Said:
        """What a conflict's resolution left standing: the judged figure, or the adopted claims as printed."""
        low, high = entry.adopted_low, entry.adopted_high
        if low is None:
            figures = [self.figure(claim) for ref in entry.adopted_refs if (claim := self.claim(ref))]
            return joined(*figures, by=" / ") or joined(NOTHING)
        first = next((claim for ref in entry.refs if (claim := self.claim(ref))), None)
        unit = first.unit if first else ""
        ref = f"{entry.ref.removeprefix('conflict:')}.adopted"
        if high is None or high == low:
            return self.speech.number(low, unit, f"{ref}_low")
        return self.speech.figure(Quantity(value=(low + high) / 2, low=low, high=high, unit=unit), ref)

    def not_stated(self, refs: Sequence[str]) -> list[str]:
        """What the claims among these refs leave unsaid, in words, each once."""
        names = {name for ref in refs if (claim := self.claim(ref)) for name in claim.not_stated}
        return [self.speech.message(labels.QUALIFIERS[name]) for name in labels.QUALIFIERS if name in names]

    def line(self, document: Document) -> str:
        """Title, date and grade of a document, for a source line."""
        source = document.source
        grade = self.speech.message("grade {grade}", grade=source.grade) if source.grade else ""
        dated = source.published != "undated"  # as data/README.md has it, which is a word
        date = str(self.speech.data(source.published, 20)) if dated else self.speech.message("undated")
        about = [part for part in (date, grade) if part]
        return f"{self.speech.label(source.title)}{self.speech.detail(self.speech.message(', ').join(about))}"

    def causes(self, because: Sequence[str]) -> str:
        """Changed inputs in words: by name where there are one or two of a kind, else how many."""
        kinds: dict[str, list[str]] = {}
        for ref in because:
            kinds.setdefault(kind_of(ref), []).append(ref)
        told = []
        for kind, refs in kinds.items():
            word = self.speech.message(labels.CAUSES[kind])
            names = [str(self.called(ref)) for ref in refs if kind in NAMED]
            told.append(f"{word}{self.speech.detail(self.speech.language.comma.join(names[:2]))}" if names else word)
        return self.speech.language.comma.join(told) or self.speech.message(labels.CAUSES[CODE])

    def _unreadable(self, claim: ClaimEntry) -> bool:
        """Whether the printed characters are of the other language: Chinese, or a date in English words."""
        latin = claim.as_printed.isascii()
        return not latin if self.speech.language.data_code == "en" else latin and claim.unit == "date"

    def _mute(self, message_id: str) -> Said:
        return Said([Piece(self.speech.message(message_id), style="mute")])

    def _source(self, ref: str) -> SourceEntry | None:
        return self.entries[ref].source if ref in self.entries else None


def web_address(locator: object) -> str:
    """The locator when it is a plain http(s) address, else empty. Nothing else ever becomes a link."""
    text = str(locator or "")
    if not text.isascii() or any(char.isspace() or char in "\"'<>\\^`{|}" or not char.isprintable() for char in text):
        return ""
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "")
    return text if plain and port_is_fine and len(text) < 500 else ""


def _quantity(claim: ClaimEntry) -> Quantity:
    return Quantity(value=claim.value, low=claim.low, high=claim.high, unit=claim.unit)
