"""The order of the slides: the answer, one slide for each headline, what to measure next, the appendix."""

from collections.abc import Sequence
from typing import Any

from siyu.charts.kinds import KINDS
from siyu.record import Chart, FindingRecord, Mark, Value
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.deck import exhibits, grids, metrics
from siyu.render.deck.layouts import ANSWER, FINDING, PAIR, WIDE
from siyu.render.deck.slide import Deck, Slide
from siyu.render.deck.sourcing import Sourcing
from siyu.render.deck.tags import EMU
from siyu.render.deck.writing import Paragraph, Run, cut, fitting, plain_paragraphs, text_height
from siyu.render.outline import Block, Chapter, Outline, outline
from siyu.render.page.markdown import cell
from siyu.render.report import Report
from siyu.render.said import ARGUMENT_LENGTH, Said
from siyu.render.speech import Speech

_PAGES = {"answer": 4, "headline": 4, "appendix": 2}  # slides a table may take; the workbook has all of its rows


class Story:
    """Puts a report on slides."""

    def __init__(self, report: Report, speech: Speech, deck: Deck) -> None:
        self.report, self.speech, self.deck = report, speech, deck
        self.citations = Citations(report, speech)
        self.sourcing = Sourcing(self.citations)
        self.outline: Outline = outline(report)

    def tell(self) -> None:
        """All slides but the lists of the appendix."""
        for chapter in self.outline.chapters:
            kicker = self.kicker(self.question(chapter))
            if chapter.answer is not None:
                self._answer(chapter, chapter.answer, kicker)
            for block in chapter.blocks:
                self._finding(block.finding, kicker)
        for block in self.outline.measurements:
            self._finding(block.finding, self.kicker(self.speech.message("What to measure next")))
        self._appendix(self.outline.appendix)

    def question(self, chapter: Chapter) -> str:
        """The question of a section, from its first cell."""
        heading = cell(chapter.question, self.speech.language).heading if chapter.question else ""
        return heading or chapter.section.notebook

    def title(self, slide_finding: FindingRecord, spot: Any) -> str:
        """The takeaway, names from data files in it cut until it takes two lines."""
        for most in (ARGUMENT_LENGTH, 40, 24, 12):
            text = self.speech.title(slide_finding).plain(most)
            size = fitting(plain_paragraphs(text), spot)
            if len(metrics.lines(text, spot.width, size, bold=spot.bold)) <= 2:
                break
        return text

    def kicker(self, text: str) -> str:
        """The line above a title: subject, kind of report, and where the slide belongs."""
        name = str(self.speech.label(self.report.subject.name, 40))
        kind = self.speech.message(labels.SUBJECTS[self.report.subject.kind])
        return "  ·  ".join(part for part in (name, kind, text) if part)

    def _open(self, layout: str, finding: FindingRecord, kicker: str, number: int = 0) -> Slide:
        spot = self.deck.masters.spots[layout]["Title"]
        suffix = f".{number}" if number else ""
        slide = self.deck.add(layout, finding.full_key + suffix, kicker, self.title(finding, spot))
        slide.put("Source", self.sourcing.line([finding], slide.spots["Source"]))
        slide.notes(self.sourcing.notes(finding))
        return slide

    def _answer(self, chapter: Chapter, block: Block, kicker: str) -> None:
        finding = block.finding
        cards = list(finding.cards.items())[:3]
        if cards:
            slide = self._open(ANSWER, finding, kicker)
            texts = [self._card(finding.by_name[name], self.speech.of(finding, caption)) for name, caption in cards]
            places = [f"Card {place}" for place in range(1, len(texts) + 1)]
            size = min(fitting(text, slide.spots[place]) for text, place in zip(texts, places, strict=True))
            for text, place in zip(texts, places, strict=True):
                slide.put(place, text, size)
            notes = [*self._panel_notes(finding, with_ranges=False), *self._ahead(chapter)]
            slide.put("Panel", self._fitted(notes, slide, "Panel"))
        if exhibits.plotted(finding) or exhibits.tabled(finding) or not cards:
            self._finding(finding, kicker)

    def _ahead(self, chapter: Chapter) -> list[Paragraph]:
        """What the answer rests on, each headline a link; on the first slide the other answers too."""
        findings = [block.finding for block in chapter.blocks]
        if self.outline.lead is not None and chapter.section is self.outline.lead.section:
            findings += [
                other.answer.finding for other in self.outline.chapters if other.answer and other is not chapter
            ]
        if not findings:
            return []
        head = Paragraph([Run(self.speech.message("What the answer rests on"), bold=True)], before=6)
        spot = self.deck.masters.spots[ANSWER]["Panel"]
        room = spot.width - metrics.text_width("→ ", spot.size)
        said = [(f.full_key, metrics.shortened(str(self.speech.title(f)), room, spot.size, 1)) for f in findings]
        return [head, *(Paragraph([Run("→ "), Run(text, link=key)], before=4) for key, text in said)]

    def _card(self, value: Value, caption: Said) -> list[Paragraph]:
        name, _ = self.speech.interval(value.interval_kind)
        entries = [self.report.sources[ref] for ref in value.sources if ref in self.report.sources]
        grades = {entry.grade for entry in entries if entry.grade}
        grade = self.speech.message("evidence grade {grade}", grade=max(grades)) if grades else ""
        chip = " · ".join(part for part in (name, grade) if part)
        return [
            Paragraph([Run(str(self.speech.figure(value)), bold=True, colour="accent1", scale=2.1)], level=True),
            Paragraph([Run(str(caption))], before=6),
            Paragraph([Run(chip, colour="tx2", scale=0.8)], before=8),
        ]

    def _finding(self, finding: FindingRecord, kicker: str) -> None:
        if exhibits.tabled(finding):
            self._table(finding, kicker)
            return
        notes = self._panel_notes(finding)
        wide = not notes or self._crowded(finding)
        slide = self._open(WIDE if wide else FINDING, finding, kicker)
        slide.put("Subtitle", plain_paragraphs(self._subtitle(finding)))
        if chart := exhibits.plotted(finding):
            self._plot(slide, "Content", finding, chart, 12)
        else:
            slide.put("Content", self._figures(finding))
        if not wide:
            slide.put("Panel", self._fitted(notes, slide, "Panel"))

    def _plot(self, slide: Slide, name: str, finding: FindingRecord, chart: Chart, size: float) -> None:
        spot = slide.spots[name]
        plot = exhibits.plot(chart, self.speech, size, spot.box[2] / EMU, spot.box[3] / EMU)
        slide.chart(name, plot, f"Chart {finding.full_key}", str(self.speech.alt(finding)))

    def _table(self, finding: FindingRecord, kicker: str) -> None:
        spot = self.deck.masters.spots[WIDE]["Content"]
        width, height = spot.box[2] / EMU, spot.box[3] / EMU
        grid = exhibits.grid(finding, self.speech)
        batches = grids.pages(grid, width, height, self.deck.code)
        shown = batches[: _PAGES[finding.role]]
        rows = sum(batch.rows for batch in shown)
        for number, batch in enumerate(shown):
            slide = self._open(WIDE, finding, kicker, number)
            note = ""
            if len(batches) > 1:
                note = self.speech.message("page {page} of {pages}", page=number + 1, pages=len(shown))
            if len(shown) < len(batches) and number + 1 == len(shown):
                left = self.speech.message("{count} more rows in the workbook", count=len(grid.rows) - rows)
                note = f"{note}; {left}"
            subtitle = self._subtitle(finding)
            slide.put("Subtitle", plain_paragraphs(f"{subtitle}  ·  {note}" if note and subtitle else subtitle or note))
            slide.table("Content", batch.xml, batch.height, f"Table {finding.full_key}", str(self.speech.alt(finding)))

    def _figures(self, finding: FindingRecord) -> list[Paragraph]:
        """The values of a finding that has no chart, in words."""
        found = []
        for value in finding.values:
            name = self.speech.metric(value.definition) or self.speech.value_name(value.name)
            figure = Run(str(self.speech.figure(value)), bold=True, colour="accent1")
            found.append(Paragraph([figure, Run(f"  {name or value.name.replace('_', ' ')}")], before=6))
        return found or plain_paragraphs(self._subtitle(finding))

    def _panel_notes(self, finding: FindingRecord, *, with_ranges: bool = True) -> list[Paragraph]:
        """What the figures do not say, and what kind of range they have."""
        caveats = self.speech.caveats(finding)
        found = [Paragraph([Run(self.speech.message("What this does not say"), bold=True)])] if caveats else []
        found += [Paragraph([Run(str(caveat))], before=5) for caveat in caveats]
        for name, meaning in self.speech.intervals(finding) if with_ranges else ():
            found += [Paragraph([Run(name, bold=True)], before=12 if found else 0), Paragraph([Run(meaning)], before=5)]
        return found

    def _fitted(self, paragraphs: Sequence[Paragraph], slide: Slide, name: str) -> list[Paragraph]:
        """As many paragraphs as fit at a readable size; the notes have them all."""
        spot = slide.spots[name]
        kept = list(paragraphs)
        more = Paragraph([Run(self.speech.message("More in the notes."), colour="tx2")], before=5)
        while (
            len(kept) > 1
            and text_height([*kept, more] if len(kept) < len(paragraphs) else kept, spot, spot.size * 0.85)
            > spot.height
        ):
            kept.pop()
            while len(kept) > 1 and all(run.bold for run in kept[-1].runs):
                kept.pop()
        return [*kept, more] if len(kept) < len(paragraphs) else kept

    def _appendix(self, blocks: Sequence[Block]) -> None:
        """Charts two on a slide, tables on their own."""
        kicker = self.kicker(self.speech.message("Appendix"))
        pending: list[FindingRecord] = []
        for block in blocks:
            if not exhibits.plotted(block.finding) or self._crowded(block.finding):
                self._finding(block.finding, kicker)
                continue
            pending.append(block.finding)
            if len(pending) == 2:
                self._pair(pending, kicker)
                pending = []
        for finding in pending:
            self._finding(finding, kicker)

    def _crowded(self, finding: FindingRecord) -> bool:
        """Whether the label axis of a chart has so many places that it takes the whole width."""
        places = {str(self.speech.label(row.label)) for row in finding.chart.rows if isinstance(row, Mark)}
        kind = KINDS.get(finding.chart.kind)
        return kind is not None and len(places) >= kind.wide_from

    def _subtitle(self, finding: FindingRecord) -> str:
        return str(self.speech.of(finding, finding.subtitle))

    def _pair(self, findings: Sequence[FindingRecord], kicker: str) -> None:
        slide = self.deck.add(
            PAIR,
            "+".join(finding.full_key for finding in findings),
            kicker,
            self.speech.message("Further findings"),
        )
        for place, finding in enumerate(findings, start=1):
            slide.put(f"Heading {place}", plain_paragraphs(str(self.speech.title(finding))))
            slide.put(
                f"Subtitle {place}",
                cut(plain_paragraphs(self._subtitle(finding)), slide.spots[f"Subtitle {place}"], 2),
            )
            if chart := exhibits.plotted(finding):
                self._plot(slide, f"Content {place}", finding, chart, 10)
        slide.put("Source", self.sourcing.line(findings, slide.spots["Source"]))
        slide.notes([line for finding in findings for line in self.sourcing.notes(finding)])
