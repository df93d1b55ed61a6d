"""A sheet for a section: of each finding its values with ranges, its chart's rows, what it rests on."""

from collections.abc import Sequence

from siyu.record import Chart, FindingRecord, Mark, Table
from siyu.render.citations import Citations
from siyu.render.number_codes import column_code
from siyu.render.said import untrusted
from siyu.render.tables.book import LABELS, Book, BookSheet

_KEY = 9  # column of the key under which a finding can be traced


class FindingSheets:
    """Writes one sheet a section, its findings one below the other."""

    def __init__(self, book: Book, citations: Citations) -> None:
        self.book, self.citations, self.speech = book, citations, book.speech

    def write(self, notebook: str, findings: Sequence[FindingRecord]) -> BookSheet:
        """The sheet of a section, named as in the deck."""
        sheet = self.book.sheet(self.speech.sheet(notebook))
        sheet.widths(44, 18, 14, 14, 14, 18, 22, 22, 60, 34)
        sheet.opening(self.speech.sheet(notebook))
        sheet.page.freeze_panes(1, 1)
        for finding in findings:
            self._block(sheet, finding)
        return sheet

    def _block(self, sheet: BookSheet, finding: FindingRecord) -> None:
        """Takeaway and key, values, rows, what they do not say, what they rest on."""
        say = self.speech.message
        sheet.group(self.speech.title(finding), _KEY, finding.full_key)
        sheet.line(self.speech.of(finding, finding.subtitle), "mute")
        if finding.values:
            self._values(sheet, finding)
        if isinstance(finding.chart, Table) and finding.chart.rows:
            self._table(sheet, finding, finding.chart)
        elif isinstance(finding.chart, Chart) and finding.chart.rows:
            self._marks(sheet, finding.chart)
        for caveat in self.speech.caveats(finding):
            sheet.line(f"{say('What this does not say')}{say(': ')}{caveat}", "mute")
        refs = self.citations.cited(finding)
        if refs:
            sheet.heads(map(say, ("Based on", "As printed", "Entry")))
        for ref in refs:
            claim = self.citations.claim(ref)
            printed = self.citations.printed(claim) if claim else ""
            sheet.texts([self.citations.called(ref), printed, untrusted(ref, 120)])
            sheet.row += 1
        sheet.row += 1

    def _values(self, sheet: BookSheet, finding: FindingRecord) -> None:
        sheet.heads(map(self.speech.message, LABELS["VALUES"]))
        for value in finding.values:
            sheet.text(0, self.speech.metric(value.definition) or untrusted(value.name))
            sheet.text(1, untrusted(value.name, 80))
            sheet.figure(2, (value.value, value.low, value.high), value.unit)
            sheet.text(5, self.speech.language.unit(value.unit))
            sheet.text(6, self.speech.interval(value.interval_kind)[0])
            sheet.number(7, value.n, "#,##0")
            sheet.text(8, ", ".join(untrusted(ref, 120) for ref in value.sources))
            sheet.row += 1
        sheet.row += 1

    def _marks(self, sheet: BookSheet, chart: Chart) -> None:
        """Marks of a chart: a row each; reference lines below them."""
        x, say = chart.x, self.speech.message
        heads = [*LABELS["MARKS"]]
        if chart.kind == "tornado":
            heads[3:5] = LABELS["SWINGS"]
        sheet.heads([*map(say, heads), str(self.speech.label(x.label)) if x else "", say("Sources")])
        for row in (*chart.rows, *chart.lines):
            mark = row if isinstance(row, Mark) else None
            sheet.text(0, self.speech.label(row.label))
            sheet.text(1, self.speech.label(mark.series) if mark else "")
            unit = row.unit or chart.unit
            sheet.figure(2, (row.value, row.low, row.high), unit)
            sheet.text(5, self.speech.language.unit(unit))
            sheet.text(6, self.speech.interval(row.interval_kind)[0] if row.interval_kind else "")
            if mark and mark.x is not None:
                sheet.number(7, mark.x, column_code([mark.x], x.unit if x else ""))
            sheet.text(8, ", ".join(untrusted(ref, 120) for ref in row.sources))
            sheet.row += 1
        sheet.row += 1

    def _table(self, sheet: BookSheet, finding: FindingRecord, table: Table) -> None:
        """A table finding: figures with a range take three columns."""
        say, columns = self.speech.message, table.columns
        rows = [[self.speech.cell(finding, table, at, column) for column in columns] for at in range(len(table.rows))]
        ranged = [any(len(row[at].numbers) == 3 for row in rows) for at in range(len(columns))]
        heads: list[str] = []
        for column, wide in zip(columns, ranged, strict=True):
            unit = self.speech.language.unit(column.unit)
            head = f"{self.speech.label(column.label)}{f' ({unit})' if unit else ''}"
            heads += [head, *((f"{head}, {say('Low')}", f"{head}, {say('High')}") if wide else ())]
        sheet.heads(heads)
        for row in rows:
            at = 0
            for cell, wide in zip(row, ranged, strict=True):
                for place, number in enumerate(cell.numbers):
                    sheet.number(at + place, number, column_code([number], cell.unit))
                if not cell.numbers and not cell.empty:
                    sheet.text(at, cell.said)
                at += 3 if wide else 1
            sheet.row += 1
        sheet.row += 1
