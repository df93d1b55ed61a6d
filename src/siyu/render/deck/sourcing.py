"""Source lines and speaker notes of a finding."""

from collections.abc import Sequence

from siyu.language import Text
from siyu.record import AssumptionEntry, FindingRecord, Quantity, kind_of
from siyu.render.citations import Citations, Document
from siyu.render.deck import metrics
from siyu.render.deck.masters import Spot
from siyu.render.deck.writing import Paragraph, Run
from siyu.render.speech import Speech, definitions

EVIDENCE = "evidence"  # key of the slides that list the sources; with the id of a source for its row
_ENTRIES = 12  # of a finding in its notes; the workbook has them all


class Sourcing:
    """Says where the numbers of a finding come from."""

    def __init__(self, citations: Citations) -> None:
        self.citations = citations
        self.speech: Speech = citations.speech

    def line(self, findings: Sequence[FindingRecord], spot: Spot) -> list[Paragraph]:
        """`Source: …` with each document linked; what does not fit two lines is counted and left to the appendix."""
        documents = list(
            {one.source.id: one for finding in findings for one in self.citations.documents_of(finding)}.values()
        )
        others = [
            ref
            for finding in findings
            for ref in self.citations.cited(finding)
            if kind_of(ref) in ("orders", "parameter")
        ]
        items = [(self.citations.line(document), _target(document)) for document in documents]
        items += [(str(self.citations.called(ref)), "") for ref in dict.fromkeys(others)]
        if not items:
            items = [(self.speech.message("all entries of the evidence ledger"), EVIDENCE)]
        head, joint = self.speech.message("Source: "), self.speech.message("; ")
        for kept in range(len(items), 0, -1):
            rest = len(items) - kept
            tail = joint + self.speech.message("{count} more in the appendix", count=rest) if rest else ""
            text = head + joint.join(text for text, _ in items[:kept]) + tail
            if kept == 1 or len(metrics.lines(text, spot.width, spot.size)) <= 2:
                break
        runs = [Run(head)]
        for at, (text, target) in enumerate(items[:kept]):
            runs += [Run(joint)] if at else []
            runs.append(Run(metrics.shortened(text, spot.width, spot.size, 1), link=target))
        return [Paragraph([*runs, Run(tail, link=EVIDENCE)] if tail else runs)]

    def notes(self, finding: FindingRecord) -> list[str]:
        """Definitions, kinds of range, caveats and the entries behind a finding, for the speaker."""
        say = self.speech.message
        colon = say(": ")
        found = [str(self.speech.title(finding)), str(self.speech.of(finding, finding.subtitle))]
        for term in definitions(finding):
            parts = [self.speech.language.metric(term.key)]
            parts += [say("unit") + colon + unit] if (unit := self.speech.language.unit(term.unit)) else []
            for word, text in (("Formula", term.formula), ("Denominator", term.denominator), ("Basis", term.basis)):
                if said := self._words(text):
                    parts.append(say(word) + colon + said)
            found.append(say("Definition") + colon + say("; ").join(parts))
        found += [f"{name}{colon}{meaning}" for name, meaning in self.speech.intervals(finding)]
        found += [f"{say('What this does not say')}{colon}{caveat}" for caveat in self.speech.caveats(finding)]
        refs = self.citations.cited(finding)
        cited = [self._entry(ref) for ref in refs[:_ENTRIES]]
        if len(refs) > _ENTRIES:
            cited.append(say("{count} more in the workbook", count=len(refs) - _ENTRIES))
        return found + [say("Rests on") + colon + entry for entry in cited]

    def _words(self, text: Text) -> str:
        """Words of the definitions; English ones without a translation are left out elsewhere."""
        said = self.speech.language.say(text)
        return "" if said == text and self.speech.language.code == "zh" else said

    def _entry(self, ref: str) -> str:
        entry, claim = self.citations.entries.get(ref), self.citations.claim(ref)
        parts = [str(self.citations.called(ref))]
        if claim:
            parts.append(str(self.citations.printed(claim)))
        elif isinstance(entry, AssumptionEntry):
            span = Quantity(value=entry.mode, low=entry.low, high=entry.high, unit=entry.unit)
            parts.append(f"{self.speech.figure(span)} {self.speech.language.unit(entry.unit)}".strip())
        if entry and entry.grade:
            parts.append(self.speech.message("grade {grade}", grade=entry.grade))
        return self.speech.message(", ").join(part for part in parts if part)


def _target(document: Document) -> str:
    return document.address or f"{EVIDENCE}:{document.source.id}"
