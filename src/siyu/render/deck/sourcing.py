"""Source lines and speaker notes of a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siyu.render.citations import Citations, Document, kind_of
from siyu.render.deck import metrics
from siyu.render.deck.masters import Spot
from siyu.render.deck.writing import Paragraph, Run
from siyu.render.plain import Plain, definitions, intervals

Record = Mapping[str, Any]
EVIDENCE = "evidence"  # key of the slides that list the sources; with the id of a source for its row
_ENTRIES = 12  # of a finding in its notes; the workbook has them all


class Sourcing:
    """Says where the numbers of a finding come from."""

    def __init__(self, citations: Citations) -> None:
        self.citations = citations
        self.plain: Plain = citations.plain

    def line(self, findings: Sequence[Record], spot: Spot) -> list[Paragraph]:
        """`Source: …` with each document linked; what does not fit two lines is counted and left to the appendix."""
        documents = list({one.id: one for finding in findings for one in self.citations.documents_of(finding)}.values())
        others = [
            ref
            for finding in findings
            for ref in self.citations.cited(finding)
            if kind_of(ref) in ("orders", "parameter")
        ]
        items = [(self.citations.line(document), _target(document)) for document in documents]
        items += [(self.citations.name(ref), "") for ref in dict.fromkeys(others)]
        if not items:
            items = [(self.plain.message("all entries of the evidence ledger"), EVIDENCE)]
        head, joint = self.plain.message("Source: "), self.plain.message("; ")
        for kept in range(len(items), 0, -1):
            rest = len(items) - kept
            tail = (
                joint + self.plain.message("{count} more in the appendix").replace("{count}", str(rest)) if rest else ""
            )
            text = head + joint.join(text for text, _ in items[:kept]) + tail
            if kept == 1 or len(metrics.lines(text, spot.width, spot.size)) <= 2:
                break
        runs = [Run(head)]
        for at, (text, target) in enumerate(items[:kept]):
            runs += [Run(joint)] if at else []
            runs.append(Run(metrics.shortened(text, spot.width, spot.size, 1), link=target))
        return [Paragraph([*runs, Run(tail, link=EVIDENCE)] if tail else runs)]

    def notes(self, finding: Record) -> list[str]:
        """Definitions, kinds of range, caveats and the entries behind a finding, for the speaker."""
        say = self.plain.message
        colon = say(": ")
        found = [self.plain.title(finding), self.plain.subtitle(finding)]
        for term in definitions(finding):
            parts = [self.plain.language.metric(term.key)]
            parts += [say("unit") + colon + self.plain.unit(term.unit)] if self.plain.unit(term.unit) else []
            for word, text in (("Formula", term.formula), ("Denominator", term.denominator), ("Basis", term.basis)):
                if said := self._words(text):
                    parts.append(say(word) + colon + said)
            found.append(say("Definition") + colon + say("; ").join(parts))
        for kind in intervals(finding):
            name, meaning = self.plain.interval(kind)
            found.append(f"{name}{colon}{meaning}")
        found += [say("What this does not say") + colon + caveat for caveat in self.plain.caveats(finding)]
        refs = self.citations.cited(finding)
        cited = [self._entry(ref) for ref in refs[:_ENTRIES]]
        if len(refs) > _ENTRIES:
            cited.append(say("{count} more in the workbook").replace("{count}", str(len(refs) - _ENTRIES)))
        return found + [say("Rests on") + colon + entry for entry in cited]

    def _words(self, text: Any) -> str:
        """Words of the definitions; English ones without a translation are left out elsewhere."""
        said = self.plain.say(text)
        untranslated = isinstance(text, str) and said == text and self.plain.language.code == "zh"
        if untranslated:
            self.plain.missed.discard(text)
        return "" if untranslated else said

    def _entry(self, ref: str) -> str:
        record = self.citations.report.sources.get(ref) or {}
        parts = [self.citations.name(ref)]
        if kind_of(ref) == "claim":
            parts.append(self.citations.printed(ref))
        elif kind_of(ref) == "assumption" and "mode" in record:
            span = {"value": record["mode"], "low": record["low"], "high": record["high"]}
            parts.append(
                f"{self.plain.figure(span, str(record['unit']))} {self.plain.unit(str(record['unit']))}".strip()
            )
        if grade := record.get("grade"):
            parts.append(self.plain.message("grade {grade}").replace("{grade}", str(grade)))
        return self.plain.message(", ").join(part for part in parts if part)


def _target(document: Document) -> str:
    return document.address or f"{EVIDENCE}:{document.id}"
