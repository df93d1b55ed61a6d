"""Source lines of a slide, and what to say to it: the talk track in its notes, with the sources below."""

from collections.abc import Iterator, Sequence

from siyu.language import Text
from siyu.record import AssumptionEntry, FindingRecord, Quantity, kind_of
from siyu.render.citations import Citations
from siyu.render.deck import metrics
from siyu.render.deck.spots import Spot
from siyu.render.deck.writing import Paragraph, Run
from siyu.render.speech import Speech, definitions

_ENTRIES = 12  # of a finding in its notes; the workbook has them all
_FIGURES = 5  # to be said aloud
_SAID = ("CNY", "USD", "ratio", "multiple")  # units that a number carries itself


class Sourcing:
    """Says where the numbers of a finding come from, and what they mean."""

    def __init__(self, citations: Citations) -> None:
        self.citations = citations
        self.speech: Speech = citations.speech

    def line(self, findings: Sequence[FindingRecord], spot: Spot) -> list[Paragraph]:
        """`Source: …` with each document linked; what does not fit two lines is counted and left to the workbook."""
        documents = {one.source.id: one for each in findings for one in self.citations.documents_of(each)}
        refs = [ref for each in findings for ref in self.citations.cited(each)]
        others = dict.fromkeys(ref for ref in refs if kind_of(ref) in ("orders", "parameter"))
        items = [(self.citations.line(document), document.address) for document in documents.values()]
        items += [(str(self.citations.called(ref)), "") for ref in others]
        if not items:
            items = [(self.speech.message("all entries of the evidence ledger"), "")]
        head, joint = self.speech.message("Source: "), self.speech.message("; ")
        for kept in range(len(items), 0, -1):
            rest = len(items) - kept
            tail = joint + self.speech.message("{count} more in the workbook", count=rest) if rest else ""
            text = head + joint.join(text for text, _ in items[:kept]) + tail
            if kept == 1 or len(metrics.lines(text, spot.width, spot.size)) <= 2:
                break
        runs = [Run(head)]
        for at, (text, target) in enumerate(items[:kept]):
            runs += [Run(joint)] if at else []
            runs.append(Run(metrics.shortened(text, spot.width, spot.size, 1), link=target))
        return [Paragraph([*runs, Run(tail)] if tail else runs)]

    def notes(self, finding: FindingRecord) -> list[str]:
        """What to say: the takeaway, its figures, how to read them, what they do not say. Then what they rest on."""
        say, colon = self.speech.message, self.speech.message(": ")
        found = [str(self.speech.title(finding)), *self._figures(finding)]
        subtitle = str(self.speech.of(finding, finding.subtitle))
        found += [say("How to read it") + colon + subtitle] if subtitle else []
        found += [f"{name}{colon}{meaning}" for name, meaning in self.speech.intervals(finding)]
        found += [f"{say('What this does not say')}{colon}{caveat}" for caveat in self.speech.caveats(finding)]
        refs = self.citations.cited(finding)
        cited = [self._entry(ref) for ref in refs[:_ENTRIES]]
        cited += [say("{count} more in the workbook", count=len(refs) - _ENTRIES)] if len(refs) > _ENTRIES else []
        found += ["", *(say("Based on") + colon + entry for entry in cited)]
        return found + [say("Definition") + colon + meaning for meaning in self._definitions(finding)]

    def _figures(self, finding: FindingRecord) -> Iterator[str]:
        """Figures that have a name, to be said beside the takeaway."""
        for value in finding.values[:_FIGURES]:
            if name := self.speech.metric(value.definition) or self.speech.value_name(value.name):
                yield f"{name}{self.speech.message(': ')}{self.speech.figure(value)}"

    def _definitions(self, finding: FindingRecord) -> Iterator[str]:
        say = self.speech.message
        for term in definitions(finding):
            parts = [self.speech.language.metric(term.key)]
            for word, text in (("Formula", term.formula), ("Denominator", term.denominator), ("Basis", term.basis)):
                if said := self._words(text):
                    parts.append(say(word) + say(": ") + said)
            yield say("; ").join(parts)

    def _words(self, text: Text) -> str:
        """Words of the definitions; English ones without a translation are left out elsewhere."""
        said = self.speech.language.say(text)
        return "" if said == text and self.speech.language.code == "zh" else said

    def _entry(self, ref: str) -> str:
        entry, claim = self.citations.entries.get(ref), self.citations.claim(ref)
        parts = [str(self.citations.called(ref))]
        if claim:
            parts.append(str(self.citations.figure(claim)))
        elif isinstance(entry, AssumptionEntry):
            span = Quantity(value=entry.mode, low=entry.low, high=entry.high, unit=entry.unit)
            said = str(self.speech.figure(span))
            unit = "" if entry.unit.startswith(_SAID) else self.speech.language.unit(entry.unit, said)
            parts.append(f"{said}{self.speech.language.gap}{unit}".strip())
        if entry and entry.grade:
            parts.append(self.speech.message("grade {grade}", grade=entry.grade))
        return self.speech.message(", ").join(part for part in parts if part)
