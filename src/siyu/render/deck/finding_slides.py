"""A finding on a slide: its takeaway, a native chart or table, what it does not say, sources, what to say to it."""

from collections.abc import Sequence

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

_ROWS = 7  # of a table on a slide; the workbook has all of them


class FindingSlides:
    """Puts findings on slides of their own."""

    def __init__(self, deck: Deck, speech: Speech, sourcing: Sourcing) -> None:
        self.deck, self.speech, self.sourcing = deck, speech, sourcing

    def add(self, finding: FindingRecord, kicker: str) -> None:
        """One slide."""
        page = self._page(finding) if exhibits.tabled(finding) else None
        notes = self._panel_notes(finding)
        wide = page is not None or not notes or self._crowded(finding)
        layout = WIDE if wide else FINDING
        title = self.title(finding, self.deck.masters.spots[layout]["Title"])
        slide = self.deck.add(layout, finding.full_key, kicker, title)
        subtitle = str(self.speech.of(finding, finding.subtitle))
        alt = str(self.speech.alt(finding))
        if page is not None:
            left = len(exhibits.grid(finding, self.speech).rows) - page.rows
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
            slide.put("Panel", self.fitted(notes, slide.spots["Panel"]))
        slide.put("Source", self.sourcing.line([finding], slide.spots["Source"]))
        slide.notes(self.sourcing.notes(finding))

    def title(self, finding: FindingRecord, spot: Spot) -> str:
        """The takeaway, names from data files in it cut until it takes few lines."""
        for most in (ARGUMENT_LENGTH, 40, 24, 12):
            text = self.speech.title(finding).plain(most)
            size = fitting(plain_paragraphs(text), spot)
            if len(metrics.lines(text, spot.width, size, bold=spot.bold)) <= spot.most:
                break
        return text

    def _page(self, finding: FindingRecord) -> GridPage:
        """What of a table is shown: all of it where it fits, else its first rows."""
        grid = exhibits.grid(finding, self.speech)
        if isinstance(finding.chart, Table):
            rows = grid.rows if len(grid.rows) <= _ROWS + 1 else grid.rows[:_ROWS]
            grid = SlideGrid(grid.heads, rows, grid.size + (1 if len(grid.heads) < 6 else 0))
        return grids.first_page(grid, self.deck.masters.spots[WIDE]["Content"], self.deck.code)

    def _left(self, finding: FindingRecord, rows: int) -> str:
        """Where the rest of a table stands."""
        if not rows:
            return ""
        sheet = self.speech.sheet(finding.section)
        return self.speech.message("{count} more rows in the workbook, sheet {sheet}", count=rows, sheet=sheet)

    def _figures(self, finding: FindingRecord) -> list[Paragraph]:
        """The values of a finding that has no chart, in words."""
        found = []
        for value in finding.values:
            name = self.speech.metric(value.definition) or self.speech.value_name(value.name)
            figure = Run(str(self.speech.figure(value)), bold=True, colour="accent1")
            found.append(Paragraph([figure, Run(f"  {name or value.name.replace('_', ' ')}")], before=6))
        return found or plain_paragraphs(str(self.speech.title(finding)))

    def _panel_notes(self, finding: FindingRecord) -> list[Paragraph]:
        """What the figures do not say, and what kind of range they have."""
        caveats = self.speech.caveats(finding)
        found = [Paragraph([Run(self.speech.message("What this does not say"), bold=True)])] if caveats else []
        found += [Paragraph([Run(str(caveat))], before=5) for caveat in caveats]
        for name, meaning in self.speech.intervals(finding):
            found += [Paragraph([Run(name, bold=True)], before=12 if found else 0), Paragraph([Run(meaning)], before=5)]
        return found

    def fitted(self, paragraphs: Sequence[Paragraph], spot: Spot) -> list[Paragraph]:
        """As many paragraphs as fit at a readable size; the notes have them all."""
        kept = list(paragraphs)
        more = Paragraph([Run(self.speech.message("More in the notes."), colour="tx2")], before=5)
        while len(kept) > 1:
            if text_height([*kept, more] if len(kept) < len(paragraphs) else kept, spot, spot.least) <= spot.height:
                break
            kept.pop()
            while len(kept) > 1 and all(run.bold for run in kept[-1].runs):
                kept.pop()
        return [*kept, more] if len(kept) < len(paragraphs) else kept

    def _crowded(self, finding: FindingRecord) -> bool:
        """Whether the label axis of a chart has so many places that it takes the whole width."""
        places = {str(self.speech.label(row.label)) for row in finding.chart.rows if isinstance(row, Mark)}
        kind = KINDS.get(finding.chart.kind)
        return kind is not None and len(places) >= kind.wide_from
