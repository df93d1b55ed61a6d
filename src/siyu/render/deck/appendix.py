"""The lists at the end of the deck: sources with their grades, conflicts, what could not be computed."""

from collections.abc import Iterable
from typing import Any

from siyu.record import ClaimEntry, ConflictEntry
from siyu.render import labels
from siyu.render.citations import Document
from siyu.render.deck import grids
from siyu.render.deck.grids import GridCell, SlideGrid
from siyu.render.deck.layouts import WIDE
from siyu.render.deck.sourcing import EVIDENCE
from siyu.render.deck.story import Story
from siyu.render.deck.tags import EMU
from siyu.render.deck.writing import plain_paragraphs
from siyu.render.report import OK
from siyu.render.said import untrusted

_MOST_PAGES = 3


class Appendix:
    """Adds the lists to a story that has been told."""

    def __init__(self, story: Story) -> None:
        self.story, self.speech, self.deck = story, story.speech, story.deck
        self.kicker = story.kicker(self.speech.message("Appendix"))

    def tell(self) -> None:
        """Sources, conflicts, gaps."""
        self._evidence()
        self._conflicts()
        self._gaps()

    def _evidence(self) -> None:
        say = self.speech.message
        main = {finding.full_key for finding in self.story.report.findings if finding.main}
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
                self.deck.places.setdefault(f"{EVIDENCE}:{one.source.id}", slide)
            if page == 0:
                self.deck.places.setdefault(EVIDENCE, slide)
        # documents that only the appendix rests on lead to the first of these slides
        for key in self.story.citations.documents if pages else ():
            self.deck.places.setdefault(f"{EVIDENCE}:{key}", pages[0][0])

    def _document(self, one: Document) -> list[GridCell]:
        label, source = self.speech.label, one.source
        return [
            GridCell(str(label(source.title)), bold=True),
            GridCell(source.published or ""),
            GridCell(source.grade, bold=True),
            GridCell(str(label(source.reason))),
            GridCell(str(label(source.interest))),
        ]

    def _slides(self, one: Document) -> str:
        numbers = [
            str(number)
            for number, slide in enumerate(self.deck.slides, start=1)
            if set(slide.key.split("+")) & set(one.finding_keys)
        ]
        return ", ".join(numbers[:6]) + (" …" if len(numbers) > 6 else "")

    def _conflicts(self) -> None:
        say = self.speech.message
        main = [finding for finding in self.story.report.findings if finding.main]
        entries = sorted(self.story.citations.conflicts(main), key=lambda entry: (entry.type != "rival", entry.ref))
        if not entries:
            return
        rows = [
            [
                GridCell(str(self.speech.label(entry.name)), bold=True),
                GridCell(self._figures(entry.refs)),
                GridCell(self._outcome(entry)),
                GridCell(str(self.speech.label(entry.reason, 400))),
            ]
            for entry in entries
        ]
        heads = [say("Matter"), say("As printed"), say("Adopted"), say("Why")]
        grid = SlideGrid(heads, rows, size=10, weights=[2.0, 1.7, 1.9, 5.0])
        self._spread(grid, "conflicts", say("Where the sources of the headlines disagree, and what was adopted"), "")

    def _figures(self, refs: Iterable[str]) -> str:
        """Claims' figures as printed; where that is in Chinese characters, other languages read them."""
        claims = [claim for ref in refs if (claim := self.story.citations.claim(ref))]
        return " / ".join(self._figure(claim) for claim in claims)

    def _figure(self, claim: ClaimEntry) -> str:
        printed = str(self.story.citations.printed(claim))
        if self.speech.language.code == "zh" or printed.isascii():
            return printed
        read = str(self.story.citations.read(claim))
        return read or (untrusted(claim.value, 80) if isinstance(claim.value, str) else printed)

    def _outcome(self, entry: ConflictEntry) -> str:
        judged = entry.adopted_low is not None
        adopted = str(self.story.citations.adopted(entry)) if judged else self._figures(entry.adopted_refs)
        outcome = self.speech.named(labels.RESOLUTIONS, entry.resolution)
        return adopted + self.speech.detail(outcome) if adopted else outcome

    def _gaps(self) -> None:
        """Questions without input and findings that could not be computed."""
        say, story = self.speech.message, self.story
        rows = [
            [
                GridCell(story.question(chapter), bold=True),
                GridCell(
                    str(self.speech.label(chapter.section.reason))
                    or self.speech.named(labels.STATUSES, chapter.section.status)
                ),
            ]
            for chapter in story.outline.chapters
            if chapter.section.status != OK
        ]
        questions = {chapter.section.notebook: story.question(chapter) for chapter in story.outline.chapters}
        for block in story.outline.absent:
            names = self.speech.language.comma.join(self.speech.metric(key) or key for key in block.finding.needs)
            rows.append(
                [
                    GridCell(
                        str(self.speech.of(block.finding, block.finding.subtitle))
                        or questions.get(block.section.notebook, ""),
                        bold=True,
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
                more = self.speech.message("{count} more rows in the workbook", count=left)
            slide.put("Subtitle", plain_paragraphs("  ·  ".join(part for part in (subtitle, more) if part)))
            slide.put(
                "Source",
                plain_paragraphs(
                    self.speech.message("Source: ") + self.speech.message("all entries of the evidence ledger")
                ),
            )
            slide.table("Content", batch.xml, batch.height, f"Table {key}", title)
            slide.notes([title, subtitle])
            made.append((slide, first, first + batch.rows))
            first += batch.rows
        return made
