"""The sheet of sources: every claim, data set and rule the findings rest on, with its document."""

from collections.abc import Sequence

from siyu.definitions import Definition
from siyu.record import AssumptionEntry, Both, FeeEntry, FindingRecord, Mark, Message, Quantity
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.report import Report
from siyu.render.said import Said, untrusted
from siyu.render.tables.book import Book, BookSheet


def write_sources(book: Book, report: Report, citations: Citations) -> BookSheet:
    """Entries in the order of their refs; assumptions and fees have a sheet of their own."""
    speech, said = book.speech, book.speech.language.message
    widths = (22, 52, 18, 14, 14, 14, 14, 8, 30, 44, 30, 12, 26, 60, 44, 60)
    sheet = book.table("sources", widths, frozen=2)
    for ref, entry in sorted(report.sources.items()):
        if isinstance(entry, AssumptionEntry | FeeEntry):
            continue
        claim, source = citations.claim(ref), entry.source
        texts: dict[int, Said | str] = {0: untrusted(ref, 120), 1: citations.called(ref), 7: untrusted(entry.trust, 2)}
        if source:
            texts |= {9: speech.label(source.title), 10: untrusted(said(source.publisher or ""), 200)}
            texts |= {11: untrusted(source.published, 20), 12: untrusted(said(source.locator or ""), 300)}
            texts |= {13: speech.label(source.reason, 4000), 14: speech.label(source.interest, 4000)}
        if claim:
            texts |= {2: citations.printed(claim), 6: speech.language.unit(claim.unit)}
            texts[8] = ", ".join(speech.named(labels.QUALIFIERS, name) for name in claim.not_stated)
            texts |= {12: untrusted(said(claim.locator), 300)} if claim.locator else {}
            texts[15] = speech.label(claim.note, 31_000)
        sheet.texts(texts.get(column, "") for column in range(16))
        if claim:
            sheet.figure(3, (claim.value, claim.low, claim.high), claim.unit)
        sheet.row += 1
    return sheet


def write_sensitivity(book: Book, findings: Sequence[FindingRecord]) -> BookSheet:
    """Inputs by what they make of a result, the widest first. findings: those with a tornado."""
    speech, sheet = book.speech, book.table("sensitivity", (52, 14, 14, 18, 18, 14, 18, 14, 22, 30))
    for finding in findings:
        for row in finding.chart.rows:
            told = row.label.args if isinstance(row, Mark) and isinstance(row.label, Message) else {}
            if not isinstance(row, Mark) or not isinstance(ends := told.get("range"), Quantity):
                continue
            sheet.text(0, speech.label(told["input"]) if isinstance(told["input"], Both | Message) else "")
            sheet.figure(1, (ends.low, ends.high), ends.unit)
            sheet.text(3, speech.language.unit(ends.unit))
            sheet.figure(4, (row.low, row.value, row.high, row.high - row.low), row.unit)
            sheet.text(8, speech.language.unit(row.unit))
            sheet.text(9, speech.metric(row.definition))
            sheet.row += 1
    return sheet


def write_conflicts(book: Book, report: Report, citations: Citations) -> BookSheet:
    """Where sources disagree, and what was adopted; contradictions first."""
    label, sheet = book.speech.label, book.table("conflicts", (44, 44, 34, 30, 90))
    for entry in sorted(report.disputes, key=lambda entry: (entry.type != "rival", entry.ref)):
        claims = [claim for ref in entry.refs if (claim := citations.claim(ref))]
        printed = " / ".join(str(citations.figure(claim)) for claim in claims)
        outcome = book.speech.named(labels.RESOLUTIONS, entry.resolution)
        sheet.texts([label(entry.name), printed, citations.adopted(entry), outcome, label(entry.reason, 4000)])
        sheet.row += 1
    return sheet


def write_definitions(book: Book, terms: Sequence[Definition]) -> BookSheet:
    """What each metric counts, over what."""
    language, sheet = book.speech.language, book.table("definitions", (36, 20, 60, 44, 44))
    for term in terms:
        about = map(language.say, (term.formula, term.denominator, term.basis))
        sheet.texts([language.metric(term.key), language.unit(term.unit), *about])
        sheet.row += 1
    return sheet
