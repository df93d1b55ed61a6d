"""The order of the slides: cover, summary, agenda, the findings of each question, where the rest stands.

A question opens on its first finding, with its answer beside it: a slide without exhibit would take a chart's room.
What does not fit the fifteen slides of a talk is in the workbook, and on request in the appendix of the deck."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from siyu.record import FindingRecord, NextStep, Summary
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.deck import grids, metrics
from siyu.render.deck.finding_slides import FindingSlides
from siyu.render.deck.grids import GridCell, SlideGrid
from siyu.render.deck.layouts import COVER, SUMMARY, WIDE
from siyu.render.deck.slide import Deck, Slide
from siyu.render.deck.sourcing import Sourcing
from siyu.render.deck.writing import Paragraph, Run, fitting, plain_paragraphs
from siyu.render.outline import Chapter, outline
from siyu.render.page.markdown import cell
from siyu.render.report import OK, Report
from siyu.render.speech import Speech, trial_text
from siyu.render.summary import summarised

MOST = 15  # slides of a talk
_AROUND = 4  # cover, summary, agenda, and where the rest stands
_QUESTIONS = 4  # beside what to measure next
_SMALL = 0.85  # of the size of a text, for what stands below it


@dataclass
class Passage:
    """A section of the deck: its question, the answer, the findings on its slides, those that may be, and its first
    slide."""

    name: str
    answer: FindingRecord | None
    offered: list[FindingRecord]
    findings: list[FindingRecord] = field(default_factory=list)
    first: int = 0


class Story:
    """Puts a report on slides."""

    def __init__(self, report: Report, speech: Speech, deck: Deck) -> None:
        self.report, self.speech, self.deck = report, speech, deck
        self.outline = outline(report)
        self.sourcing = Sourcing(Citations(report, speech))
        self.slides = FindingSlides(deck, speech, self.sourcing)
        self.name = str(speech.label(report.subject.name, 40))
        self.kind = speech.message(labels.SUBJECTS[report.subject.kind])

    def tell(self, *, full: bool) -> None:
        """All slides. full: with an appendix that holds whatever the talk leaves out."""
        say = self.speech.message
        parts = self._parts()
        self.deck.section(say("Overview"))
        self._cover()
        if told := summarised(self.report):
            self._summary(told)
        answers = say("This talk answers {count:# question|# questions}", count=len(parts))
        agenda = self.deck.add(WIDE, "agenda", self._kicker(), answers) if parts else None
        for number, part in enumerate(parts, start=1):
            self.deck.section(part.name)
            part.first = len(self.deck.slides) + 1
            kicker = self._kicker(f"{number}  {part.name}")
            self.slides.add(part.findings[0], kicker, self._opening(part), part.answer)
            for finding in part.findings[1:]:
                self.slides.add(finding, kicker)
        if agenda is not None:
            self._agenda(agenda, parts)
        shown = {finding.full_key for part in parts for finding in (part.answer, *part.findings) if finding}
        rest = [one for one in self.report.findings if one.role != "absent" and one.full_key not in shown]
        self.deck.section(say("Where the rest stands"))
        self._rest(rest)
        for finding in rest if full else ():
            self.slides.add(finding, self._kicker(say("Appendix")))

    def _parts(self) -> list[Passage]:
        """The questions of the talk, the first of them with the most slides: of the section that leads, then of those
        that the summary takes a reason from, which come before others there, too."""
        told = summarised(self.report)
        reasons = told.reasons if told else ()
        parts = []
        for chapter in self.outline.chapters:
            answer = chapter.answer.finding if chapter.answer else None
            offered = [block.finding for block in (*chapter.blocks, *chapter.more)]
            # a figure without a chart or table would leave its slide nearly empty
            offered.sort(key=lambda one: (not one.chart.rows, one.full_key not in reasons))
            shown = [answer] if answer and answer.chart.rows else []
            held = [*shown, *offered] or ([answer] if answer else [])
            if chapter.section.status == OK and held:
                parts.append(Passage(self._question(chapter), answer, held))
        given = sorted(parts[1:], key=lambda part: not any(one.full_key in reasons for one in part.offered))
        parts = [part for part in parts if any(part is one for one in (*parts[:1], *given[: _QUESTIONS - 1]))]
        if self.outline.measurements:
            found = [block.finding for block in self.outline.measurements]
            parts.append(Passage(self.speech.message("What to measure next"), None, found))
        for part in parts:
            if part.answer and part.answer.plan:  # the next quarter is told whole
                part.findings, part.offered = part.offered, []
        room = MOST - _AROUND - sum(len(part.findings) for part in parts)
        while room > 0 and any(part.offered for part in parts):
            for part in parts:
                if part.offered and room > 0:
                    part.findings.append(part.offered.pop(0))
                    room -= 1
        return [part for part in parts if part.findings]

    def _question(self, chapter: Chapter) -> str:
        """The question of a section, from its first cell."""
        heading = cell(chapter.question, self.speech.language).heading if chapter.question else ""
        return heading or self.speech.sheet(chapter.section.notebook)

    def _kicker(self, text: str = "") -> str:
        """The line above a title: subject, kind of report, and where the slide belongs."""
        return "  ·  ".join(part for part in (self.name, self.kind, text) if part)

    def _cover(self) -> None:
        """The answer, whose it is, and of what day."""
        lead = self.outline.lead.finding if self.outline.lead else None
        title = self.slides.title(lead, self.deck.masters.spots[COVER]["Title"]) if lead else self.name
        slide = self.deck.add(COVER, "cover", self.kind, title)
        as_of = f"{self.speech.message('as of')} {self.report.as_of}"
        moves, spot = self._moves(), slide.spots["Subtitle"]
        since = metrics.shortened("; ".join(moves), spot.width, spot.size * _SMALL, 1)
        slide.put("Subtitle", [*plain_paragraphs(self.name, as_of), Paragraph([Run(since, scale=_SMALL)], before=4)])
        slide.notes([title, self._kicker(as_of), *moves])

    def _moves(self) -> list[str]:
        """What moved since the report before, and why; or that nothing did, or that there is none."""
        say, before = self.speech.message, self.report.previous
        if before is None:
            return [say("First report: nothing to compare with yet")]
        lines = [say("Since the report as of {date}", date=before.as_of)]
        for one, name in zip(self.report.moved, self.speech.moved(self.report.moved), strict=True):
            ends = [self.speech.point(end, one.unit, one.definition) for end in (one.from_, one.to) if end is not None]
            shown = " → ".join(ends) or say("moved; too few buyers to say by how much")
            why = say("because of {what}", what=self.sourcing.citations.causes(one.because))
            lines.append(f"{name} {shown}{self.speech.detail(why)}")
        return lines if self.report.moved else [*lines, say("No headline number moved.")]

    def _summary(self, told: Summary) -> None:
        """The answer, three reasons, what would change it, what to do next: as on the page."""
        say, held = self.speech.message, self.report.by_key
        lead, reasons = held[told.answer], [held[key] for key in told.reasons]
        title = self.slides.title(lead, self.deck.masters.spots[SUMMARY]["Title"])
        slide = self.deck.add(SUMMARY, "summary", self._kicker(say("Summary")), title)
        cards = {f"Card {at}": self._reason(reason) for at, reason in enumerate(reasons, start=1)}
        texts = {place: self.slides.fitted(text, slide.spots[place]) for place, text in cards.items()}
        size = min((fitting(text, slide.spots[place]) for place, text in texts.items()), default=0)
        for place, text in texts.items():
            slide.put(place, text, size)
        turns = [str(self.speech.of(held[turn.finding], turn.text)) for turn in told.turns]
        steps = [self._step(step) for step in told.steps]
        changes = turns or [str(one) for one in self.speech.caveats(lead)]
        self._list(slide, "List 1", say("What would change the answer"), changes)
        self._list(slide, "List 2", say("Next steps"), steps)
        slide.put("Source", self.sourcing.line([lead, *reasons], slide.spots["Source"]))
        read = [run.text for text in texts.values() for line in text for run in line.runs]
        slide.notes([title, *read, *turns, *steps])

    def _reason(self, finding: FindingRecord) -> list[Paragraph]:
        caveat = next(iter(self.speech.caveats(finding)), None)
        head = Paragraph([Run(str(self.speech.title(finding)), bold=True), Run("  →", link=finding.full_key)])
        return [head, *([Paragraph([Run(str(caveat), colour="tx2", scale=0.85)], before=6)] if caveat else [])]

    def _step(self, one: NextStep) -> str:
        """What to do, who does it, what it takes, until when."""
        say, quantity = self.speech.message, self.speech.language.quantity
        if one.step is None:
            return f"{say('Measure')}{say(': ')}{self.speech.label(one.about)}  ·  {say('cost unknown')}"
        effort, days = f"{quantity(one.step.effort)} {say('person-days')}", f"{quantity(one.step.days)} {say('days')}"
        return "  ·  ".join([*(str(self.speech.label(text)) for text in (one.step.name, one.step.who)), effort, days])

    def _list(self, slide: Slide, name: str, head: str, lines: Sequence[str]) -> None:
        if lines:
            shown = [Paragraph([Run(f"{at}  {line}")], before=5) for at, line in enumerate(lines[:3], start=1)]
            slide.put(name, self.slides.fitted([Paragraph([Run(head, bold=True)]), *shown], slide.spots[name]))

    def _agenda(self, slide: Slide, parts: Sequence[Passage]) -> None:
        """Questions with their answers, and the slides that hold them."""
        say = self.speech.message
        rows = []
        for number, part in enumerate(parts, start=1):
            answer = str(self.speech.title(part.answer)) if part.answer else ""
            last = part.first + len(part.findings) - 1
            pages = f"{part.first}–{last}" if last > part.first else str(part.first)
            jump = GridCell(pages, link=part.findings[0].full_key)
            rows.append([GridCell(str(number), bold=True, colour="accent1"), *_row(part.name, answer), jump])
        heads = ["", say("Question"), say("Answer"), say("Slides")]
        self._table(slide, SlideGrid(heads, rows, weights=[0.4, 3, 5, 0.9]), "agenda")

    def _opening(self, part: Passage) -> list[Paragraph]:
        """What stands beside the first exhibit of a question: its answer, and the figures of its cards that the exhibit
        does not give; of what to measure next, the experiment."""
        told = summarised(self.report)
        if part.answer is None:
            if told is None or told.trial is None:
                return []
            head = self.speech.message("How it is read as a trial") + self.speech.message(": ")
            trial = Paragraph([Run(f"{head}{self.speech.label(told.trial.name)}", bold=True)])
            return [trial, Paragraph([Run(str(trial_text(self.speech, told.trial)))], before=5)]
        if part.answer is part.findings[0]:
            return []
        said = [Paragraph([Run(str(self.speech.title(part.answer)), bold=True)])]
        told_there = [(one.value, one.low, one.high, one.unit) for one in part.findings[0].values]
        for name, caption in list(part.answer.cards.items())[:3]:
            value = part.answer.by_name[name]
            if (value.value, value.low, value.high, value.unit) not in told_there:
                figure = Run(str(self.speech.figure(value)), bold=True, colour="accent1")
                said.append(Paragraph([figure, Run(f"  {self.speech.of(part.answer, caption)}")], before=6))
        return said

    def _rest(self, rest: Sequence[FindingRecord]) -> None:
        """What the workbook holds beyond the slides, sheet by sheet, and what cannot be answered yet."""
        say, label = self.speech.message, self.speech.label
        rows = []
        for section in self.report.sections:
            left = [one for one in rest if one.section == section.notebook]
            named = next((one for one in left if one.main), left[0] if left else None)
            if named is not None:
                title, count = str(self.speech.title(named)), say("{count:# finding|# findings}", count=len(left))
                rows.append(_row(self.speech.sheet(section.notebook), title, count))
        missing = say("not stated") + say(": ")
        for chapter in self.outline.chapters:
            status = chapter.section.status
            if status != OK:
                reason = str(label(chapter.section.reason)) or self.speech.named(labels.STATUSES, status)
                rows.append(_row(self._question(chapter), reason, say("no data yet")))
        for block in (one for one in self.outline.absent if not one.section.aside):
            names = self.speech.language.comma.join(self.speech.metric(key) or key for key in block.finding.needs)
            asked = str(self.speech.of(block.finding, block.finding.subtitle))
            rows.append(_row(asked or self.speech.sheet(block.section.notebook), missing + names, say("no data yet")))
        title = say("The workbook holds what is not on the slides: all figures, sources and a case of your own")
        slide = self.deck.add(WIDE, "rest", self._kicker(), title)
        if rows:
            heads = [say("Sheet or question"), say("What stands there, or what is missing"), say("Count")]
            self._table(slide, SlideGrid(heads, rows, weights=[2.2, 6, 1.2]), "rest")

    def _table(self, slide: Slide, grid: SlideGrid, name: str) -> None:
        """The rows that fit, with a note for the speaker."""
        page = grids.first_page(grid, slide.spots["Content"], self.deck.code)
        slide.table("Content", page.xml, page.height, f"Table {name}", slide.title)
        source = self.speech.message("Source: ") + self.speech.message("all entries of the evidence ledger")
        slide.put("Source", plain_paragraphs(source))
        slide.notes([slide.title, *(" ".join(cell.text for cell in row) for row in grid.rows)])


def _row(head: str, *texts: str) -> list[GridCell]:
    return [GridCell(head, bold=True), *map(GridCell, texts)]
