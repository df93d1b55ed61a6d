"""The assumptions with their names, and the platform economics as live formulas over them."""

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

import siyu
from siyu.messages import msg
from siyu.record import AssumptionEntry, FeeEntry, Mark, WhatIf
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.number_codes import column_code
from siyu.render.report import Report
from siyu.render.said import untrusted
from siyu.render.tables.arithmetic import evaluated, names_in, replaced
from siyu.render.tables.book import Book, BookSheet
from siyu.render.tables.inputs import Input, bound

ENDS = ("low", "mode", "high")
_BASE = "order.douyin_shop"  # the block that everything is held against
_PUBLISHED = {
    "better": msg("Share of the draws in which {says}"),
    "fee": msg("Switch fee"),
    "loss": msg("Orders that may be lost"),
}
_CODES = {"ratio": "0.00%", "CNY": "#,##0.00", "CNY_per_1000_people": "#,##0"}


@lru_cache(maxsize=1)
def formulas() -> dict[str, Any]:
    """The printed formulas: {inputs: [symbol], lines: [{key, group, label, unit, formula, total}]}."""
    path = Path(siyu.__file__).parent / "formulas" / "excel.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


class Economics:
    """Two sheets: assumptions with a name for each end, and what the formulas make of them."""

    def __init__(self, book: Book, report: Report, citations: Citations) -> None:
        self.book, self.report, self.citations, self.speech = book, report, citations, book.speech
        self.inputs, self.missing = bound(report, formulas()["inputs"])

    @property
    def live(self) -> bool:
        """Whether every input of the Douyin shop has a row, so that formulas can be written."""
        return _BASE in {line["group"] for line in self._written}

    @cached_property
    def _written(self) -> list[dict[str, Any]]:
        """Lines whose inputs all have a row; a route that may not be used has none of its own."""
        held, short = set[str](), set[str]()
        for line in formulas()["lines"]:
            inputs, others = names_in(line["formula"])
            if self.inputs.keys() >= set(inputs) and held >= set(others):
                held.add(line["key"])
            else:
                short.add(line["group"])
        return [line for line in formulas()["lines"] if line["group"] not in short]

    def assumptions(self) -> BookSheet:
        """Every assumption and fee rule of the report; those the formulas use come first, with names."""
        say = self.speech.message
        sheet = self.book.sheet(say("Assumptions"))
        sheet.widths(46, 13, 13, 13, 16, 16, 16, 11, 30, 70, 40, 34)
        sheet.text(0, say("Assumptions and fees"), "title")
        sheet.row += 1
        sheet.text(0, say("Yellow cells feed the formulas by name: change them and the economics follow."), "mute")
        sheet.row += 2
        heads = (
            "Assumption",
            "Low",
            "Most likely",
            "High",
            "Unit",
            "Wording",
            "Confidence",
            "As of",
            "Name in formulas",
            "Why",
            "Source",
            "Entry",
        )
        sheet.page.freeze_panes(sheet.row + 1, 1)
        sheet.heads([say("Kind of range") if head == "Wording" else say(head) for head in heads])
        used = {entry.ref for entry in self.inputs.values()}
        for entry in self.inputs.values():
            self._row(sheet, entry.ref, entry)
        for ref in sorted(self.report.sources):
            if ref not in used:
                self._row(sheet, ref, None)
        return sheet

    def economics(self) -> BookSheet:
        """The waterfall of an order and of a thousand people by route, and where two routes meet."""
        say = self.speech.message
        sheet = self.book.sheet(say("Economics"))
        sheet.widths(52, 24, 16, 16, 16)
        sheet.text(0, say("Platform economics, recalculated from the assumptions"), "title")
        sheet.row += 1
        for note in (
            "Three settings: all inputs at their low end, at their most likely value, at their high end.",
            "They are not a range of outcomes: that comes from draws of all inputs, on the sheets of the findings.",
        ):
            sheet.text(0, say(note), "mute")
            sheet.row += 1
        sheet.row += 1
        if not self.live:
            sheet.text(
                0,
                say("No live formulas: the report has no single row for") + f" {', '.join(self.missing[:12])}",
                "mute",
            )
            sheet.row += 2
            self._draws(sheet)
            return sheet
        sheet.page.freeze_panes(sheet.row + 1, 1)
        sheet.heads([say("Step"), say("Unit"), say("All low"), say("All most likely"), say("All high")])
        self._lines(sheet)
        self._draws(sheet)
        return sheet

    def _row(self, sheet: BookSheet, ref: str, entry: Input | None) -> None:
        row = self.report.sources[ref]
        if not isinstance(row, AssumptionEntry | FeeEntry):
            return
        sheet.text(0, self.citations.called(ref))
        code = column_code(row.ends, row.unit)
        for at, value in enumerate(row.ends, start=1):
            sheet.number(at, value, code, "input" if entry else "number")
            if entry:
                self.book.define(f"{entry.symbol}_{ENDS[at - 1]}", sheet.name, sheet.row, at)
        sheet.text(4, self.speech.language.unit(row.unit))
        sheet.text(5, self.speech.named(labels.FAMILIES, row.family))
        sheet.text(6, self.speech.named(labels.CONFIDENCES, row.confidence))
        sheet.text(7, untrusted(self.speech.message(row.since), 20))
        sheet.text(8, entry.symbol if entry else "")
        sheet.text(9, self.speech.label(row.why, 4000))
        sheet.text(10, self.speech.label(row.source.title) if row.source else "")
        sheet.text(11, untrusted(ref, 120))
        sheet.row += 1

    def _lines(self, sheet: BookSheet) -> None:
        rows: dict[str, int] = {}
        values: dict[str, dict[str, float]] = {end: {} for end in ENDS}
        group = ""
        for line in self._written:
            if line["group"] != group:
                group = line["group"]
                sheet.row += 1
                self._group(sheet, group)
            rows[line["key"]] = sheet.row
            style = "total" if line["total"] else "number"
            sheet.text(0, self.speech.message(line["label"]), "total" if line["total"] else "text")
            sheet.text(1, self.speech.language.unit(line["unit"]))
            for column, end in enumerate(ENDS, start=2):
                inputs = {name: getattr(self.inputs[name], end) for name in names_in(line["formula"])[0]}
                value = evaluated(line["formula"], inputs, values[end]) + 0.0  # no -0
                values[end][line["key"]] = value
                sheet.formula(
                    column, _excel(line["formula"], end, rows, column), value, _CODES.get(line["unit"], "0.000"), style
                )
            sheet.row += 1

    def _group(self, sheet: BookSheet, group: str) -> None:
        kind, _, route = group.partition(".")
        words = {
            "order": "One order, {route}",
            "people": "A thousand people acquired, {route}",
            "switch": "Douyin shop against {route}",
        }[kind]
        name = self.speech.message(labels.ROUTES[route])
        for column in range(5):
            sheet.page.write_blank(sheet.row, column, None, self.book.style("group"))
        sheet.text(0, self.speech.message(words, route=name), "group")
        sheet.row += 1

    def _draws(self, sheet: BookSheet) -> None:
        """Shares of draws as counted when the report was made."""
        for moved in (one.whatif for one in self.report.findings if one.whatif and one.whatif.published):
            self._published(sheet, moved)
        finding = next((one for one in self.report.findings if "draws" in one.feeds), None)
        if finding is None:
            return
        sheet.row += 1
        sheet.text(0, self.speech.of(finding, finding.subtitle), "group")
        sheet.row += 1
        sheet.text(
            0,
            self.speech.message(
                "Static: counted over the draws when the report was made. These cells do not recalculate."
            ),
            "mute",
        )
        sheet.row += 1
        for row in finding.chart.rows:
            if isinstance(row, Mark):
                sheet.text(0, self.speech.label(row.label))
                sheet.number(3, row.value, "0.0%")
                sheet.row += 1

    def _published(self, sheet: BookSheet, moved: WhatIf) -> None:
        """What the page shows until a slider is moved: low, middle and high of the same draws."""
        sheet.row += 1
        sheet.text(0, self.speech.message("Published: of all draws. A sheet cannot draw anew."), "group")
        sheet.row += 1
        says = self.speech.label(moved.says)
        for name, label in _PUBLISHED.items():
            low, middle, high = moved.published[name]
            sheet.text(0, self.speech.message(label, says=says))
            for column, value in enumerate((low, middle, high) if low < high else (None, middle, None), start=2):
                if value is not None:
                    sheet.number(column, value, "0.0%")
            sheet.row += 1


def _excel(formula: str, end: str, rows: Mapping[str, int], column: int) -> str:
    """The formula with the names of this setting and the cells of this column."""
    return replaced(formula, lambda name: f"{name}_{end}", lambda key: xl_rowcol_to_cell(rows[key], column))
