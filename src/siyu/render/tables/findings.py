"""A sheet for a finding: its values with ranges, its chart's rows, what it does not say, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siyu.render.citations import Citations
from siyu.render.number_codes import column_code
from siyu.render.plain import Plain, untrusted
from siyu.render.table_text import NOTHING, cell_words
from siyu.render.tables.book import Book, Sheet

Record = Mapping[str, Any]
_ENDS = ("value", "low", "high")


class FindingSheets:
    """Writes one sheet a finding."""

    def __init__(self, book: Book, citations: Citations) -> None:
        self.book, self.citations, self.plain = book, citations, book.plain

    def write(self, finding: Record) -> Sheet:
        """The sheet of a finding, named by section and key."""
        say = self.plain.message
        sheet = self.book.sheet(f"{finding['section'][:2]} {finding['key']}")
        sheet.widths(44, 18, 14, 14, 14, 18, 22, 22, 60)
        sheet.text(0, self.plain.title(finding), "title")
        sheet.row += 1
        sheet.text(0, self.plain.subtitle(finding), "mute")
        sheet.row += 2
        if finding["values"]:
            self._values(sheet, finding)
        if finding["chart"]["rows"]:
            self._rows(sheet, finding)
        for caveat in self.plain.caveats(finding):
            sheet.text(0, f"{say('What this does not say')}{say(': ')}{caveat}", "mute")
            sheet.row += 1
        sheet.row += 1
        refs = self.citations.cited(finding)
        if refs:
            sheet.heads([say("Rests on"), say("As printed"), say("Entry")])
        for ref in refs:
            sheet.text(0, self.citations.name(ref))
            sheet.text(1, self.citations.printed(ref))
            sheet.text(2, untrusted(ref, 120))
            sheet.row += 1
        return sheet

    def _values(self, sheet: Sheet, finding: Record) -> None:
        say = self.plain.message
        heads = ("Figure", "Name", "Value", "Low", "High", "Unit", "Kind of range", "Observations", "Sources")
        sheet.heads([say(head) for head in heads])
        for value in finding["values"]:
            sheet.text(0, self.plain.metric(str(value.get("definition") or "")) or untrusted(value["name"]))
            sheet.text(1, untrusted(value["name"], 80))
            self._figure(sheet, 2, value, value["unit"])
            sheet.text(5, self.plain.unit(value["unit"]))
            sheet.text(6, self.plain.interval(value["interval_kind"])[0])
            sheet.number(7, value.get("n"), "#,##0")
            sheet.text(8, ", ".join(untrusted(ref, 120) for ref in value["sources"]))
            sheet.row += 1
        sheet.row += 1

    def _rows(self, sheet: Sheet, finding: Record) -> None:
        chart = finding["chart"]
        if chart["kind"] in ("table", "matrix"):
            self._table(sheet, finding)
        else:
            self._marks(sheet, chart)
        sheet.row += 1

    def _marks(self, sheet: Sheet, chart: Record) -> None:
        """Marks of a chart: a row each; reference lines below them."""
        say = self.plain.message
        x = chart.get("x") or {}
        heads = [say("Mark"), say("Series"), *(say(head) for head in ("Value", "Low", "High", "Unit", "Kind of range"))]
        sheet.heads([*heads, self.plain.label(x.get("label")) or "", say("Sources")])
        for row in [*chart["rows"], *chart["lines"]]:
            sheet.text(0, self.plain.label(row.get("label")))
            sheet.text(1, self.plain.label(row.get("series")))
            unit = str(row.get("unit") or chart["unit"])
            self._figure(sheet, 2, row, unit)
            sheet.text(5, self.plain.unit(unit))
            sheet.text(6, self.plain.interval(str(row.get("interval_kind")))[0])
            if isinstance(row.get("x"), int | float):
                sheet.number(7, row["x"], column_code([row["x"]], str(x.get("unit", ""))))
            sheet.text(8, ", ".join(untrusted(ref, 120) for ref in row.get("sources") or ()))
            sheet.row += 1

    def _table(self, sheet: Sheet, finding: Record) -> None:
        """A table finding: figures with a range take three columns."""
        chart, say = finding["chart"], self.plain.message
        words = [[cell_words(self.plain, finding, row, column) for column in chart["columns"]] for row in chart["rows"]]
        ranged = [any(len(row[at].numbers) == 3 for row in words) for at in range(len(chart["columns"]))]
        heads: list[str] = []
        for column, wide in zip(chart["columns"], ranged, strict=True):
            unit = self.plain.unit(str(column.get("unit") or ""))
            head = self.plain.label(column["label"]) + (f" ({unit})" if unit else "")
            heads += [head, *((f"{head}, {say('Low')}", f"{head}, {say('High')}") if wide else ())]
        sheet.heads(heads)
        for row in words:
            at = 0
            for cell, wide in zip(row, ranged, strict=True):
                for place, number in enumerate(cell.numbers):
                    sheet.number(at + place, number, column_code([number], cell.unit))
                if not cell.numbers and cell.text != NOTHING:
                    sheet.text(at, cell.text)
                at += 3 if wide else 1
            sheet.row += 1

    def _figure(self, sheet: Sheet, column: int, entry: Record, unit: str) -> None:
        known = [entry[end] for end in _ENDS if entry.get(end) is not None]
        code = column_code(known, unit)
        for at, end in enumerate(_ENDS):
            sheet.number(column + at, entry.get(end), code)


__all__ = ["FindingSheets", "Plain"]
