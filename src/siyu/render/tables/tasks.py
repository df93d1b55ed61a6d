"""The sheet of tasks: the plan of the next quarter, a row a task, to be filtered and ticked off."""

from siyu.record import Plan, PlannedTask, Quantity, Step
from siyu.render.report import Report
from siyu.render.said import Said
from siyu.render.tables.book import LABELS, Book, BookSheet

_WIDTHS = (60, 12, 18, 14, 14, 14, 16, 14, 14, 48, 14, 34, 14, 34, 14)


def write_tasks(book: Book, report: Report, plan: Plan) -> BookSheet:
    """Tasks in the order of the plan, then what to stop."""
    sheet = book.table("tasks", _WIDTHS)
    top = sheet.row - 1
    for task in plan.tasks:
        _row(sheet, report.steps[task.key], task.kind, plan.currency, task)
    for key in plan.stops:
        _row(sheet, report.steps[key], "stop", plan.currency)
    sheet.page.autofilter(top, 0, max(sheet.row - 1, top), len(_WIDTHS) - 1)
    return sheet


def _row(sheet: BookSheet, step: Step, kind: str, currency: str, task: PlannedTask | None = None) -> None:
    """A task with what it takes, and, where it was planned, what it brings and the rule behind it."""
    speech = sheet.book.speech
    words = LABELS["TASKS"]
    told: dict[int, Said | str] = {0: speech.label(step.name), 1: speech.message(words[kind]),
             2: speech.label(step.who), 9: speech.label(step.decides), 14: speech.message(words["open"])}  # fmt: skip
    if task:
        told |= {10: task.review, 11: speech.metric(task.metric), 13: _asked(sheet, task)}
    sheet.texts(told.get(column, "") for column in range(len(_WIDTHS)))
    expected, worth, now = (task.expected, task.worth, task.now) if task else (None, None, None)
    if expected:
        sheet.figure(3, (expected.value, expected.low, expected.high), currency)
    for column, one, unit in ((6, worth, currency), (7, step.cost, "CNY"), (8, step.effort, "days"), (12, now, "")):
        _number(sheet, column, one, unit)
    sheet.row += 1


def _asked(sheet: BookSheet, task: PlannedTask) -> str:
    """The rule behind a task: where its metric lies, its type of client, or that something is not known."""
    say, words = sheet.book.speech.message, LABELS["TASKS"]
    if not task.metric:
        return say(words["typed" if task.rule.startswith("client") else "unknown"])
    _, sense, threshold = task.rule.split()
    return say(words[sense], threshold=threshold)


def _number(sheet: BookSheet, column: int, one: Quantity | None, unit: str) -> None:
    if one:
        sheet.figure(column, (one.value,), unit or one.unit)
