"""The report as an Excel appendix: every finding in numbers, sources, assumptions, live economics."""

from siyu.language import Language
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.report import Report
from siyu.render.said import untrusted
from siyu.render.speech import Speech
from siyu.render.tables.book import Book, BookSheet
from siyu.render.tables.economics import Economics
from siyu.render.tables.findings import FindingSheets
from siyu.render.tables.sources import write_sources


def tables_bytes(code: str, report: Report) -> bytes:
    """The workbook of a report in `zh` or `en` as .xlsx. The same report gives the same bytes."""
    speech = Speech(Language(code))
    name = str(speech.label(report.subject.name, 60))
    book = Book(speech, name, report.as_of)
    citations = Citations(report, speech)
    contents = _contents(book, report, name)
    economics = Economics(book, report, citations)
    listed: list[tuple[BookSheet, str]] = []
    if economics.inputs:
        listed.append((economics.economics(), speech.message("Platform economics, recalculated from the assumptions")))
    listed.append((economics.assumptions(), speech.message("Assumptions and fees")))
    listed.append((write_sources(book, report, citations), speech.message("Sources")))
    sheets = FindingSheets(book, citations)
    listed += [(sheets.write(finding), str(speech.title(finding))) for finding in report.findings]
    for sheet, words in listed:
        contents.link(0, sheet.name, sheet.name)
        contents.text(1, untrusted(words, 400))
        contents.row += 1
    return book.content()


def _contents(book: Book, report: Report, name: str) -> BookSheet:
    """The first sheet: what this is, and where everything stands."""
    say = book.speech.message
    sheet = book.sheet(say("Contents"))
    sheet.widths(34, 110)
    kind = say(labels.SUBJECTS[report.subject.kind])
    sheet.text(0, f"{name}  ·  {kind}", "title")
    sheet.row += 1
    sheet.text(0, f"{say('as of')} {untrusted(report.as_of, 20)}", "mute")
    sheet.row += 1
    sheet.text(0, say("Numbers of the findings are fixed; only the sheet of the economics recalculates."), "mute")
    sheet.row += 2
    return sheet
