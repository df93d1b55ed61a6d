"""A finding on a slide: its takeaway, a native chart or table, what it does not say, sources, what to say to it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from siyu.charts.kinds import KINDS
from siyu.record import FindingRecord, Mark, Table
from siyu.render.deck import exhibits, grids, metrics
from siyu.render.deck.grids import GridPage, SlideGrid
from siyu.render.deck.layouts import FINDING, WIDE
from siyu.render.deck.plots import PLOTS, Frame
from siyu.render.deck.slide import Deck
from siyu.render.deck.sourcing import Sourcing
from siyu.render.deck.spots import Spot
from siyu.render.deck.tags import EMU
from siyu.render.deck.writing import Paragraph, Run, fitting, plain_paragraphs, text_height
from siyu.render.said import ARGUMENT_LENGTH
from siyu.render.speech import Speech

_APART = 9.0  # points before what begins something else beside an exhibit
_READABLE = 0.87  # of the size of the text beside an exhibit; what does not fit in it is in the notes
_LEGIBLE = 11.0  # points of type in which a table leaves room beside it
_ROWS = 7  # of a table on a slide; the workbook has all of them


class FindingSlides:
    """Puts findings on slides of their own."""

    def __init__(self, deck: Deck, speech: Speech, sourcing: Sourcing) -> None:
        self.deck, self.speech, self.sourcing = deck, speech, sourcing

    def add(
        self,
        finding: FindingRecord,
        kicker: str,
        opening: Sequence[Paragraph] = (),
        answer: FindingRecord | None = None,
    ) -> None:
        """One slide. opening: what stands first beside the exhibit where a question begins; answer: to the question."""
        grid = exhibits.grid(finding, self.speech) if exhibits.tabled(finding) else None
        caveats, ranges = self._caveats(finding), self._ranges(finding)
        if opening:
            beside = self._page(finding, grid, FINDING) if grid is not None else None
            wide = beside is not None and beside.size < _LEGIBLE
        else:
            wide = grid is not None or not (caveats or ranges) or self._crowded(finding)
        layout = WIDE if wide else FINDING
        told = [*([answer] if answer and opening else []), finding]
        title = self.title(finding, self.deck.masters.spots[layout]["Title"])
        slide = self.deck.add(layout, finding.full_key, kicker, title)
        subtitle = str(self.speech.of(finding, finding.subtitle))
        alt = str(self.speech.alt(finding))
        if grid is not None:
            page = self._page(finding, grid, layout)
            left = len(grid.rows) - page.rows
            subtitle = "  ·  ".join(part for part in (subtitle, self._left(finding, left)) if part)
            slide.table("Content", page.xml, page.height, f"Table {finding.full_key}", alt)
        elif chart := exhibits.plotted(finding):
            *_, width, height = slide.spots["Content"].box
            plot = PLOTS[chart.kind](Frame(chart, self.speech, 12, width / EMU, height / EMU))
            slide.chart("Content", plot, f"Chart {finding.full_key}", alt)
        else:
            slide.put("Content", self._figures(finding))
        slide.put("Subtitle", plain_paragraphs(subtitle))
        if not wide:
            spot = slide.spots["Panel"]
            readable = replace(spot, least=max(spot.least, _READABLE * spot.size))
            slide.put("Panel", self.fitted([*opening, *caveats], readable, ranges))
        slide.put("Source", self.sourcing.line([finding] if wide else told[::-1], slide.spots["Source"]))
        slide.notes(line for one in told for line in self.sourcing.notes(one))

    def title(self, finding: FindingRecord, spot: Spot) -> str:
        """The takeaway, names from data files in it cut until it takes few lines; else its first sentence."""
        for most in (ARGUMENT_LENGTH, 40, 24, 12):
            text = self.speech.title(finding).plain(most)
            size = fitting(plain_paragraphs(text), spot)
            if len(metrics.lines(text, spot.width, size, bold=spot.bold)) <= spot.most:
                return text
        return re.split(r"\. |。", text)[0]

    def _page(self, finding: FindingRecord, grid: SlideGrid, layout: str) -> GridPage:
        """What of a table is shown: all of it where it fits, else its first rows."""
        if isinstance(finding.chart, Table) and len(grid.rows) > _ROWS + 1:
            grid = replace(grid, rows=grid.rows[:_ROWS])
        return grids.first_page(grid, self.deck.masters.spots[layout]["Content"], self.deck.code)

    def _left(self, finding: FindingRecord, rows: int) -> str:
        """Where the rest of a table stands."""
        if not rows:
            return ""
        sheet = self.speech.sheet(finding.section)
        return self.speech.message(
            "{count:# more row|# more rows} in the workbook, sheet {sheet}", count=rows, sheet=sheet
        )

    def _figures(self, finding: FindingRecord) -> list[Paragraph]:
        """The values of a finding that has no chart, in words."""
        found = []
        for value in finding.values:
            name = self.speech.metric(value.definition) or self.speech.value_name(value.name)
            figure = Run(str(self.speech.figure(value)), bold=True, colour="accent1")
            found.append(Paragraph([figure, Run(f"  {name or value.name.replace('_', ' ')}")], before=6))
        return found or plain_paragraphs(str(self.speech.title(finding)))

    def _caveats(self, finding: FindingRecord) -> list[Paragraph]:
        """What the figures do not say."""
        caveats = self.speech.caveats(finding)
        head = Paragraph([Run(self.speech.message("What this does not say"), bold=True)], before=_APART)
        found = [head] if caveats else []
        return found + [Paragraph([Run(str(caveat))], before=5) for caveat in caveats]

    def _ranges(self, finding: FindingRecord) -> list[Paragraph]:
        """What kinds of range they have."""
        colon, said = self.speech.message(": "), self.speech.intervals(finding)
        return [Paragraph([Run(name + colon, bold=True), Run(meaning)], before=_APART) for name, meaning in said]

    def fitted(self, paragraphs: Sequence[Paragraph], spot: Spot, last: Sequence[Paragraph] = ()) -> list[Paragraph]:
        """As many paragraphs as fit at a readable size, and the last ones; the notes have them all."""
        kept, cut = (
            list(paragraphs),
            [Paragraph([Run(self.speech.message("More in the notes."), colour="tx2")], before=5)],
        )
        while len(kept) > 1:
            shown = [*kept, *(cut if len(kept) < len(paragraphs) else ()), *last]
            if text_height(shown, spot, spot.least) <= spot.height:
                break
            kept.pop()
            while len(kept) > 1 and all(run.bold for run in kept[-1].runs):
                kept.pop()
        return [*kept, *(cut if len(kept) < len(paragraphs) else ()), *last]

    def _crowded(self, finding: FindingRecord) -> bool:
        """Whether the label axis of a chart has so many places that it takes the whole width."""
        places = {str(self.speech.label(row.label)) for row in finding.chart.rows if isinstance(row, Mark)}
        kind = KINDS.get(finding.chart.kind)
        return kind is not None and len(places) >= kind.wide_from
