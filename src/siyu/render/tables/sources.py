"""The sheet of sources: every claim, data set and rule the findings rest on, with its document."""

from __future__ import annotations

from siyu.render import labels
from siyu.render.citations import Citations, kind_of
from siyu.render.number_codes import column_code
from siyu.render.plain import untrusted
from siyu.render.report import Report
from siyu.render.tables.book import Book, Sheet

_HEADS = (
    "Entry", "Figure", "As printed", "Value", "Low", "High", "Unit", "Grade", "Not stated",
    "Source", "Publisher", "Published", "Where", "Why this grade", "Interest", "Note",
)  # fmt: skip


def write_sources(book: Book, report: Report, citations: Citations) -> Sheet:
    """Entries in the order of their refs; assumptions and fees have a sheet of their own."""
    plain = book.plain
    sheet = book.sheet(plain.message("Sources"))
    sheet.widths(22, 52, 18, 14, 14, 14, 14, 8, 30, 44, 30, 12, 26, 60, 44, 60)
    sheet.text(0, plain.message("Sources"), "title")
    sheet.row += 2
    sheet.page.freeze_panes(sheet.row + 1, 2)
    sheet.heads([plain.message(head) for head in _HEADS])
    for ref, record in sorted(report.sources.items()):
        if kind_of(ref) in ("assumption", "fee"):
            continue
        source = record.get("source") or {}
        sheet.text(0, untrusted(ref, 120))
        sheet.text(1, citations.name(ref))
        sheet.text(2, citations.printed(ref))
        numbers = [record.get(end) for end in ("value", "low", "high")]
        known = [number for number in numbers if isinstance(number, int | float)]
        for at, number in enumerate(numbers, start=3):
            if isinstance(number, int | float):
                sheet.number(at, number, column_code(known, str(record.get("unit") or "")))
        sheet.text(6, plain.unit(str(record.get("unit") or "")))
        sheet.text(7, untrusted(record.get("grade") or source.get("grade"), 2))
        sheet.text(8, ", ".join(plain.named(labels.QUALIFIERS, name) for name in record.get("not_stated", ())))
        sheet.text(9, plain.label(source.get("title")))
        sheet.text(10, untrusted(source.get("publisher"), 200))
        sheet.text(11, untrusted(source.get("published"), 20))
        sheet.text(12, untrusted(record.get("locator") or source.get("locator"), 300))
        sheet.text(13, plain.label(source.get("reason"), 4000))
        sheet.text(14, plain.label(source.get("interest"), 4000))
        sheet.text(15, plain.label(record.get("note"), 31_000))
        sheet.row += 1
    return sheet
