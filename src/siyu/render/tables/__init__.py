"""The report as an Excel workbook: a case of one's own, every finding in numbers, sources and definitions."""

from siyu.language import Language
from siyu.messages import msg
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.report import Report
from siyu.render.said import Said
from siyu.render.speech import Speech, definitions
from siyu.render.summary import summarised
from siyu.render.tables.book import Book, BookSheet
from siyu.render.tables.customer_cost import CustomerCost
from siyu.render.tables.economics import Economics
from siyu.render.tables.findings import FindingSheets
from siyu.render.tables.input_sheet import InputSheet
from siyu.render.tables.sources import write_conflicts, write_definitions, write_sensitivity, write_sources
from siyu.render.tables.tasks import write_tasks

_CHANGE, _LOOK, _CHECK = msg("To change"), msg("To look up"), msg("To check")
Listed = tuple[str, BookSheet, Said | str, str]  # group, sheet, what it holds, whether it can be changed


def tables_bytes(code: str, report: Report) -> bytes:
    """The workbook of a report in `zh` or `en` as .xlsx. The same report gives the same bytes."""
    speech = Speech(Language(code))
    name = str(speech.label(report.subject.name, 60))
    book = Book(speech, name, report.as_of)
    _list(book.sheet(speech.message("Contents")), _written(book, report), report, name)
    return book.content()


def _written(book: Book, report: Report) -> list[Listed]:
    """All sheets but the first, in their order."""
    speech, say = book.speech, book.speech.message
    citations, economics = Citations(report, speech), Economics(book, report)
    inputs = InputSheet(book, report, citations)
    used = economics.used if economics.live else []
    listed: list[Listed] = []
    if economics.inputs:
        given = inputs.write(economics.inputs, used)
        changed = say("yellow cells can be changed") if used else ""
        listed.append((_CHANGE, given, say("All inputs with bounds and sources, and a column for your case"), changed))
        results = economics.write(inputs.warning)
        words = say("Your case, the published one and the difference: where the answer turns")
        listed.append((_CHANGE, results, words, say("follows the inputs")))
    if (cost := CustomerCost(book, report)).inputs:
        words = say(msg("What a new buyer may cost and when that is paid back, with your own margin and spend"))
        listed.append((_CHANGE, cost.write(), words, say("yellow cells can be changed")))
    if plan := next((one.plan for one in report.findings if one.plan), None):
        words = say(msg("What to do next, to be filtered and ticked off"))
        listed.append((_LOOK, write_tasks(book, report, plan), words, ""))
    if swings := [one for one in report.findings if one.chart.kind == "tornado"]:
        words = say("How far each input moves a result on its own")
        listed.append((_LOOK, write_sensitivity(book, swings), words, say("published values")))
    sheets = FindingSheets(book, citations)
    for section in report.sections:
        if findings := [one for one in report.findings if one.section == section.notebook]:
            named = next((one for one in findings if one.role == "answer"), findings[0])
            sheet = sheets.write(section.notebook, findings)
            listed.append((_LOOK, sheet, speech.title(named), say("published values")))
    if not economics.inputs and any(ref.startswith(("assumption:", "fee:")) for ref in report.sources):
        listed.append((_CHECK, inputs.write({}, []), say("All inputs with bounds and sources"), ""))
    if report.disputes:
        words = say("Where sources disagree, and what was adopted")
        listed.append((_CHECK, write_conflicts(book, report, citations), words, ""))
    if terms := {term.key: term for finding in report.findings for term in definitions(finding)}:
        words = say("What each figure counts, over what")
        listed.append((_CHECK, write_definitions(book, [*terms.values()]), words, ""))
    listed.append((_CHECK, write_sources(book, report, citations), say("Every entry with its document and grade"), ""))
    return listed


def _list(sheet: BookSheet, listed: list[Listed], report: Report, name: str) -> None:
    """The first sheet: what this is, the answer, and where everything stands."""
    speech, say = sheet.book.speech, sheet.book.speech.message
    sheet.widths(26, 100, 28)
    kind = say(labels.SUBJECTS[report.subject.kind])
    told = summarised(report)
    answer = speech.title(report.by_key[told.answer]) if told else ""
    sheet.opening(f"{name}  ·  {kind}", f"{say('as of')} {report.as_of}", answer)
    sheet.freeze()
    sheet.heads([say("Sheet"), say("What it holds"), say("Can it be changed?")])
    before = ""
    for group, target, words, change in listed:
        if group != before:
            before = group
            sheet.line(say(group), "group")
        sheet.link(target.name)
        sheet.text(1, words)
        sheet.text(2, change, "mute")
        sheet.row += 1
