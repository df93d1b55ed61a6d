"""The sheet of sources: every claim, data set and rule the findings rest on, with its document."""

from collections.abc import Sequence

from siyu.definitions import Definition
from siyu.record import AssumptionEntry, FeeEntry
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.number_codes import column_code
from siyu.render.report import Report
from siyu.render.said import untrusted
from siyu.render.tables.book import Book, BookSheet

_HEADS = (
    "Entry", "Figure", "As printed", "Value", "Low", "High", "Unit", "Grade", "Not stated",
    "Source", "Publisher", "Published", "Where", "Why this grade", "Interest", "Note",
)  # fmt: skip


def write_sources(book: Book, report: Report, citations: Citations) -> BookSheet:
    """Entries in the order of their refs; assumptions and fees have a sheet of their own."""
    speech = book.speech
    sheet = book.sheet(speech.message("Sources"))
    sheet.widths(22, 52, 18, 14, 14, 14, 14, 8, 30, 44, 30, 12, 26, 60, 44, 60)
    sheet.opening(speech.message("Sources"))
    sheet.freeze(2)
    sheet.heads([speech.message(head) for head in _HEADS])
    for ref, entry in sorted(report.sources.items()):
        if isinstance(entry, AssumptionEntry | FeeEntry):
            continue
        claim, source = citations.claim(ref), entry.source
        sheet.text(0, untrusted(ref, 120))
        sheet.text(1, citations.called(ref))
        numbers = (claim.value, claim.low, claim.high) if claim else ()
        known = [number for number in numbers if isinstance(number, int | float)]
        sheet.text(2, citations.printed(claim) if claim else "")
        for at, number in enumerate(numbers, start=3):
            if isinstance(number, int | float):
                sheet.number(at, number, column_code(known, claim.unit if claim else ""))
        sheet.text(6, speech.language.unit(claim.unit) if claim else "")
        sheet.text(7, untrusted(entry.trust, 2))
        unsaid = [speech.named(labels.QUALIFIERS, name) for name in claim.not_stated] if claim else []
        sheet.text(8, ", ".join(unsaid))
        sheet.text(9, speech.label(source.title) if source else "")
        sheet.text(10, untrusted(source.publisher if source else "", 200))
        sheet.text(11, untrusted(source.published if source else "", 20))
        where = (claim.locator if claim else None) or (source.locator if source else None)
        sheet.text(12, untrusted(where, 300))
        sheet.text(13, speech.label(source.reason, 4000) if source else "")
        sheet.text(14, speech.label(source.interest, 4000) if source else "")
        sheet.text(15, speech.label(claim.note, 31_000) if claim else "")
        sheet.row += 1
    return sheet


def write_conflicts(book: Book, report: Report, citations: Citations) -> BookSheet:
    """Where sources disagree, and what was adopted; contradictions first."""
    say, label = book.speech.message, book.speech.label
    sheet = book.sheet(say("Disagreements"))
    sheet.widths(44, 44, 34, 30, 90)
    sheet.opening(say("Where sources disagree, and what was adopted"))
    sheet.freeze()
    sheet.heads([say(head) for head in ("Matter", "As printed", "Adopted", "Outcome", "Why")])
    for entry in sorted(report.disputes, key=lambda entry: (entry.type != "rival", entry.ref)):
        claims = [claim for ref in entry.refs if (claim := citations.claim(ref))]
        sheet.text(0, label(entry.name))
        sheet.text(1, " / ".join(str(citations.figure(claim)) for claim in claims))
        sheet.text(2, citations.adopted(entry))
        sheet.text(3, book.speech.named(labels.RESOLUTIONS, entry.resolution))
        sheet.text(4, label(entry.reason, 4000))
        sheet.row += 1
    return sheet


def write_definitions(book: Book, terms: Sequence[Definition]) -> BookSheet:
    """What each metric counts, over what."""
    say, language = book.speech.message, book.speech.language
    sheet = book.sheet(say("Definitions"))
    sheet.widths(36, 20, 60, 44, 44)
    sheet.opening(say("Definitions"))
    sheet.freeze()
    sheet.heads([say(head) for head in ("Name", "Unit", "Formula", "Denominator", "Basis")])
    for term in terms:
        cells = (
            language.metric(term.key),
            language.unit(term.unit),
            *map(language.say, (term.formula, term.denominator, term.basis)),
        )
        for column, text in enumerate(cells):
            sheet.text(column, text)
        sheet.row += 1
    return sheet
