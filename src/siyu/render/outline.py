"""The order in which a page is read: answer, findings by section, next measurements, appendix, limits.

Arranges a `Report`; holds no language and no markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from siyu.record import FindingRecord, Wording
from siyu.render.report import NOT_APPLICABLE, OK, Report, SectionReport
from siyu.render.summary import ranked_answers, summarised

MAIN = 12  # findings that stand before the appendix


@dataclass(frozen=True)
class Block:
    """A finding and the markdown cells that lead to it."""

    section: SectionReport
    finding: FindingRecord
    cells: tuple[Wording, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A section in reading order: its first cell, its answer, its findings, its closing cells. more: those of its
    headlines that the appendix holds."""

    section: SectionReport
    question: Wording | None
    intro: tuple[Wording, ...]
    answer: Block | None
    blocks: tuple[Block, ...]
    closing: tuple[Wording, ...]
    more: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Outline:
    """Everything the page prints about findings, each finding once.

    lead: the answer of the whole report, None when no section has one.   chapters: the lead's first, then
    notebook order; they hold answers and headlines and the sections without input.   measurements: what to
    measure next.   appendix, absent, empty: as their roles say; the first holds what sections set aside say, too.
    closed: sections that do not apply.
    """

    lead: Block | None
    chapters: tuple[Chapter, ...]
    measurements: tuple[Block, ...]
    appendix: tuple[Block, ...]
    absent: tuple[Block, ...]
    empty: tuple[Block, ...]
    closed: tuple[SectionReport, ...]


def outline(report: Report) -> Outline:
    """The reading order of a report."""
    # what a failed section computed before it failed is not part of the report
    blocks = {s.notebook: tuple(_blocks(s)) if s.status == OK else () for s in report.sections}
    everything = [block for section in report.sections for block in blocks[section.notebook]]
    answers = ranked_answers(report)
    lead = next((block for block in everything if answers and block.finding is answers[0]), None)
    measurements = tuple(b for b in everything if _measures(b.finding) and b.finding.role != "absent")
    shown = [section for section in report.sections if section.status != NOT_APPLICABLE and not section.aside]
    if lead is not None:
        shown.sort(key=lambda section: section is not lead.section)
    aside = [block for block in everything if block.section.aside and block.finding.main]
    absent, empty = (tuple(b for b in everything if b.finding.role == role) for role in ("absent", "empty"))
    chapters = _shortened([_chapter(section, blocks[section.notebook]) for section in shown], report, len(measurements))
    more = {block.finding.full_key for chapter in chapters for block in chapter.more}
    appendix = [b for b in everything if b.finding.full_key in more or _appended(b.finding)]
    closed = tuple(section for section in report.sections if section.status == NOT_APPLICABLE)
    return Outline(lead, chapters, measurements, (*appendix, *aside), absent, empty, closed)


def _shortened(chapters: list[Chapter], report: Report, measurements: int) -> tuple[Chapter, ...]:
    """MAIN findings at most: all answers, then what the summary rests on, then the first headline of each chapter,
    the second of each, and so on."""
    turns = [block.finding.full_key for row in zip_longest(*(one.blocks for one in chapters)) for block in row if block]
    told = summarised(report)
    turns.sort(key=lambda key: told is None or key not in told.reasons)
    room = MAIN - measurements - sum(one.answer is not None for one in chapters)
    kept = {*turns[: max(room, 0)]}
    return tuple(_parted(chapter, kept) for chapter in chapters)


def _parted(chapter: Chapter, kept: set[str]) -> Chapter:
    """The same, with the headlines that are not kept among `more`."""
    parts = {True: list[Block](), False: list[Block]()}
    for block in chapter.blocks:
        parts[block.finding.full_key in kept].append(block)
    return replace(chapter, blocks=tuple(parts[True]), more=tuple(parts[False]))


def _appended(finding: FindingRecord) -> bool:
    return finding.role == "appendix" and not _measures(finding)


def _measures(finding: FindingRecord) -> bool:
    return "next" in finding.feeds


def _blocks(section: SectionReport) -> Iterator[Block]:
    """Findings with the cells between them and the finding before."""
    previous: str | None = None
    for finding in section.findings:
        cells = _after(section, previous)
        yield Block(section, finding, cells[1:] if previous is None else cells)
        previous = finding.key


def _chapter(section: SectionReport, blocks: tuple[Block, ...]) -> Chapter:
    opening = _after(section, None)
    answer = next((block for block in blocks if block.finding.role == "answer"), None)
    headlines = [b for b in blocks if b.finding.role in ("answer", "headline") and b is not answer]
    kept = tuple(block for block in headlines if not _measures(block.finding))
    first = blocks[0] if blocks else None
    intro = opening[1:] if first is None or first is answer else ()
    if section.status != OK:
        kept, intro, answer = (), (), None
    last = section.findings[-1].key if section.findings else None
    closing = _after(section, last) if last is not None and section.status == OK else ()
    return Chapter(section, opening[0] if opening else None, intro, answer, kept, closing)


def _after(section: SectionReport, key: str | None) -> tuple[Wording, ...]:
    return tuple(text for text, after in section.markdown if after == key)
