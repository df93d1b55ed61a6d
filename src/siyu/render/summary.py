"""The summary of a report, put together from what its findings say of themselves; page, deck and index read it."""

from collections.abc import Iterator
from itertools import zip_longest

from siyu.language import PROBABILITY
from siyu.record import MOST, Both, Chance, FindingRecord, Message, NextStep, Opening, Quantity, Summary, Table, Turn
from siyu.render.report import OK, Report
from siyu.verdict import SURE


def summarised(report: Report) -> Summary | None:
    """The summary, None for a report without any answer."""
    if not (answers := ranked_answers(report)):
        return None
    lead, beside = answers[0], answers[1].full_key if len(answers) > 1 else ""
    turns = [Turn(finding=one.full_key, text=text) for one in answers for text in _opening(one).turns]
    reasons, steps = tuple(_reasons(report, answers)), tuple(_distinct(_steps(report, answers)))
    told = {"reasons": reasons[:MOST], "turns": tuple(turns)[:MOST], "steps": steps[:MOST]}
    return Summary(answer=lead.full_key, beside=beside, chance=_chance(lead), **told)


def ranked_answers(report: Report) -> list[FindingRecord]:
    """The answers of the sections, those that their section says may lead first; without those of the appendix."""
    sections = [section for section in report.sections if section.status == OK and not section.aside]
    told = [(section, finding) for section in sections or report.sections for finding in section.findings]
    found = [(finding.key != section.lead, section.rank, finding) for section, finding in told]
    return [one for *_, one in sorted(found, key=lambda one: one[:2]) if one.role == "answer"]


def _opening(finding: FindingRecord) -> Opening:
    return finding.opening or Opening()


def _chance(lead: FindingRecord) -> Chance | None:
    name = next((value.name for value in lead.values if value.definition == PROBABILITY), None)
    return Chance(finding=lead.full_key, value=name, sure=SURE) if name else None


def _reasons(report: Report, answers: list[FindingRecord]) -> Iterator[str]:
    """Reasons of the answers in their order, then headlines of the same sections; absent ones give none."""
    told = {finding.full_key for finding in report.findings if finding.role != "absent"}
    named = [key if "." in key else f"{one.section}.{key}" for one in answers for key in _opening(one).reasons]
    sections = [one.section for one in answers]
    others = [one for one in report.findings if one.role == "headline" and one.section in sections]
    others.sort(key=lambda one: sections.index(one.section))
    yield from dict.fromkeys(key for key in [*named, *(one.full_key for one in others)] if key in told)


def _steps(report: Report, answers: list[FindingRecord]) -> Iterator[NextStep]:
    """The first step of each answer, then the second of each, and so on; then what the sources do not state."""
    for several in zip_longest(*(_asked(report, finding) for finding in answers)):
        yield from (one for one in several if one)
    for need in (need for finding in report.findings for need in finding.needs):
        if step := report.steps.get(need):
            yield NextStep(about=step.name, step=step)


def _asked(report: Report, answer: FindingRecord) -> Iterator[NextStep]:
    """What an answer asks for, then the unknowns of its section by what knowing them is worth."""
    for code in _opening(answer).asks:
        yield NextStep(about=report.steps[code].name, step=report.steps[code], finding=answer.full_key)
    for finding in report.findings:
        if "next" in finding.feeds and finding.section == answer.section and isinstance(finding.chart, Table):
            yield from _ranked(report, finding)


def _ranked(report: Report, finding: FindingRecord) -> Iterator[NextStep]:
    """Rows of a ranking of unknowns; those that are worth nothing end it."""
    for row in finding.chart.rows if isinstance(finding.chart, Table) else ():
        if not (worth := row.number("both")):
            return
        code, cell = str(row.cell("code")), row.cell("unknown")
        about = cell if isinstance(cell, str | Both | Message) else code
        worthy = Quantity(value=worth, unit="CNY_per_1000_people")
        yield NextStep(about=about, step=report.steps.get(code), worth=worthy, finding=finding.full_key)


def _distinct(steps: Iterator[NextStep]) -> Iterator[NextStep]:
    """Each step once: one may settle several unknowns."""
    seen: set[str] = set()
    for one in steps:
        name = one.step.key if one.step else str(one.about)
        if name not in seen:
            seen.add(name)
            yield one
