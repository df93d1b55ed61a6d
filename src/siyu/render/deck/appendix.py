"""The lists at the end of the deck: sources with their grades, conflicts, what could not be computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siyu.render import labels
from siyu.render.citations import Document
from siyu.render.deck import grids
from siyu.render.deck.grids import GridCell, SlideGrid
from siyu.render.deck.layouts import WIDE
from siyu.render.deck.sourcing import EVIDENCE
from siyu.render.deck.story import Story, key_of
from siyu.render.deck.tags import EMU
from siyu.render.deck.writing import plain_paragraphs
from siyu.render.plain import untrusted
from siyu.render.report import OK

Record = Mapping[str, Any]
_MOST_PAGES = 3


class Appendix:
    """Adds the lists to a story that has been told."""

    def __init__(self, story: Story) -> None:
        self.story, self.plain, self.deck = story, story.plain, story.deck
        self.kicker = story.kicker(self.plain.message("Appendix"))

    def tell(self) -> None:
        """Sources, conflicts, gaps."""
        self._evidence()
        self._conflicts()
        self._gaps()

    def _evidence(self) -> None:
        say = self.plain.message
        main = {key_of(f) for f in self.story.report.findings if f["role"] in ("answer", "headline")}
        documents = [one for one in self.story.citations.documents.values() if main & set(one.finding_keys)]
        if not documents:
            return
        heads = [say("Source"), say("Published"), say("Grade"), say("Why this grade"), say("Interest"), say("Slides")]
        rows = [[*self._document(one), GridCell(self._slides(one), number=False)] for one in documents]
        grid = SlideGrid(heads, rows, size=10, weights=[2.6, 0.9, 0.6, 3.0, 2.4, 1.1])
        subtitle = say(
            "Grade A: official and checkable; B: traceable; C: relayed claim; D: opinion or hearsay; "
            "E: garbled or contradicted"
        )
        pages = self._spread(
            grid, EVIDENCE, say("What the headlines rest on: every source with its grade and what it gains"), subtitle
        )
        for page, (slide, first, last) in enumerate(pages):
            for one in documents[first:last]:
                self.deck.places.setdefault(f"{EVIDENCE}:{one.id}", slide)
            if page == 0:
                self.deck.places.setdefault(EVIDENCE, slide)
        # documents that only the appendix rests on lead to the first of these slides
        for key in self.story.citations.documents if pages else ():
            self.deck.places.setdefault(f"{EVIDENCE}:{key}", pages[0][0])

    def _document(self, one: Document) -> list[GridCell]:
        text = self.plain.label
        grade = GridCell(one.grade, bold=True)
        about = (one.record.get("reason"), one.record.get("interest"))
        return [
            GridCell(self.story.citations.title(one), bold=True),
            GridCell(str(one.record.get("published") or "")),
            grade,
            *(GridCell(text(t)) for t in about),
        ]

    def _slides(self, one: Document) -> str:
        numbers = [
            str(number)
            for number, slide in enumerate(self.deck.slides, start=1)
            if set(slide.key.split("+")) & set(one.finding_keys)
        ]
        return ", ".join(numbers[:6]) + (" …" if len(numbers) > 6 else "")

    def _conflicts(self) -> None:
        say, citations = self.plain.message, self.story.citations
        main = {ref for f in self.story.report.findings if f["role"] in ("answer", "headline") for ref in f["sources"]}
        entries = [entry for entry in citations.conflicts() if main & set(entry["claims"])]
        if not entries:
            return
        rows = [
            [
                GridCell(self.plain.label(entry["topic"]), bold=True),
                GridCell(" / ".join(self._figure(ref) for ref in entry["claims"] if ref in self.story.report.sources)),
                GridCell(self._outcome(entry)),
                GridCell(self.plain.label(entry["reason"], 400)),
            ]
            for entry in entries
        ]
        heads = [say("Matter"), say("As printed"), say("Adopted"), say("Why")]
        grid = SlideGrid(heads, rows, size=10, weights=[2.0, 1.7, 1.9, 5.0])
        self._spread(grid, "conflicts", say("Where the sources of the headlines disagree, and what was adopted"), "")

    def _figure(self, ref: str) -> str:
        """A claim's figure as printed; where that is in Chinese characters, other languages read it."""
        printed, value = self.story.citations.printed(ref), self.story.report.sources[ref].get("value")
        if self.plain.language.code == "zh" or printed.isascii():
            return printed
        return self.story.citations.read(ref) or (untrusted(value, 80) if isinstance(value, str) else printed)

    def _outcome(self, entry: Record) -> str:
        known = [ref for ref in entry.get("adopted", ()) if ref in self.story.report.sources]
        judged = entry.get("adopted_low") is not None
        adopted = self.story.citations.adopted(entry) if judged else " / ".join(self._figure(ref) for ref in known)
        outcome = self.plain.named(labels.RESOLUTIONS, entry.get("resolution"))
        return outcome if not adopted else adopted + self.plain.message(" ({detail})").replace("{detail}", outcome)

    def _gaps(self) -> None:
        """Questions without input and findings that could not be computed."""
        say, story = self.plain.message, self.story
        rows = [
            [
                GridCell(story.question(chapter), bold=True),
                GridCell(
                    self.plain.label(chapter.section.reason)
                    or self.plain.named(labels.STATUSES, chapter.section.status)
                ),
            ]
            for chapter in story.outline.chapters
            if chapter.section.status != OK
        ]
        questions = {chapter.section.notebook: story.question(chapter) for chapter in story.outline.chapters}
        for block in story.outline.absent:
            names = self.plain.language.comma.join(self.plain.metric(key) or key for key in block.finding["needs"])
            rows.append(
                [
                    GridCell(
                        self.plain.subtitle(block.finding) or questions.get(block.section.notebook, ""), bold=True
                    ),
                    GridCell(say("not stated") + say(": ") + names),
                ]
            )
        if rows:
            grid = SlideGrid([say("Figure or question"), say("What is missing")], rows, size=11, weights=[3, 5])
            self._spread(grid, "gaps", say("What cannot be answered yet, and which figure it needs"), "")

    def _spread(self, grid: SlideGrid, key: str, title: str, subtitle: str) -> list[tuple[Any, int, int]]:
        """The table over slides: [(slide, first row, last row)]."""
        spot = self.deck.masters.spots[WIDE]["Content"]
        batches = grids.pages(grid, spot.box[2] / EMU, spot.box[3] / EMU, self.deck.code)
        made, first = [], 0
        for number, batch in enumerate(batches[:_MOST_PAGES]):
            slide = self.deck.add(WIDE, key + (f".{number}" if number else ""), self.kicker, title)
            left = len(grid.rows) - first - batch.rows
            more = ""
            if number + 1 == _MOST_PAGES and left:
                more = self.plain.message("{count} more rows in the workbook").replace("{count}", str(left))
            slide.put("Subtitle", plain_paragraphs("  ·  ".join(part for part in (subtitle, more) if part)))
            slide.put(
                "Source",
                plain_paragraphs(
                    self.plain.message("Source: ") + self.plain.message("all entries of the evidence ledger")
                ),
            )
            slide.table("Content", batch.xml, batch.height, f"Table {key}", title)
            slide.notes([title, subtitle])
            made.append((slide, first, first + batch.rows))
            first += batch.rows
        return made
