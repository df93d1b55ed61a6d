"""What the formulas make of the inputs: the reader's own case, the published one, and the difference."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

import siyu
from siyu.record import Mark, WhatIf
from siyu.render import labels
from siyu.render.report import Report
from siyu.render.tables.arithmetic import evaluated, names_in, replaced
from siyu.render.tables.book import LABELS, Book, BookSheet
from siyu.render.tables.inputs import bound

_BASE = "order.douyin_shop"  # the block that everything is held against
_CASE, _PUBLISHED, _DIFFERENCE = 2, 3, 4  # columns
_CODES = {"ratio": "0.0%", "CNY": "#,##0.00", "CNY_per_1000_people": "#,##0"}


@lru_cache(maxsize=1)
def formulas() -> dict[str, Any]:
    """The printed formulas: {inputs: [symbol], lines: [{key, group, label, unit, formula, total}]}."""
    path = Path(siyu.__file__).parent / "formulas" / "excel.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


class Economics:
    """The sheet of results, over the inputs of a sheet that names them."""

    def __init__(self, book: Book, report: Report) -> None:
        self.book, self.report, self.speech = book, report, book.speech
        self.inputs, self.missing = bound(report, formulas()["inputs"])

    @property
    def live(self) -> bool:
        """Whether every input of the Douyin shop has a row, so that formulas can be written."""
        return any(line["group"] == _BASE for line in self.lines)

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """Lines whose inputs all have a row, what changes the answer first; a route may have none of its own."""
        held, short = set[str](), set[str]()
        for line in formulas()["lines"]:
            inputs, others = names_in(line["formula"])
            if self.inputs.keys() >= set(inputs) and held >= set(others):
                held.add(line["key"])
            else:
                short.add(line["group"])
        kept = [line for line in formulas()["lines"] if line["group"] not in short]
        return sorted(kept, key=lambda line: [*LABELS["GROUPS"]].index(line["group"].partition(".")[0]))

    @cached_property
    def used(self) -> list[str]:
        """Symbols in the order in which the lines name them."""
        return list(dict.fromkeys(name for line in self.lines for name in names_in(line["formula"])[0]))

    def write(self, warning: str) -> BookSheet:
        """The lines where the answer turns, then the waterfalls. warning: formula that says what does not count."""
        say = self.speech.message
        sheet = self.book.sheet(say("Results"))
        sheet.widths(58, 22, 20, 20, 18)
        note = "Your case follows the yellow cells of the inputs; published is the same with the inputs of this report."
        sheet.opening(say("Results: your case and the published one"), say(note) if self.live else "")
        if self.live:
            sheet.formula(0, warning, "", style="warning")
            sheet.row += 1
            sheet.freeze()
            sheet.heads(map(say, LABELS["RESULTS"]))
            self._lines(sheet)
        else:
            missing = say("No live formulas: the report has no single row for") + f" {', '.join(self.missing[:12])}"
            sheet.line(missing, "mute")
        self._draws(sheet)
        sheet.protect()
        return sheet

    def _lines(self, sheet: BookSheet) -> None:
        rows, values, group = self._rows(sheet.row), self._values(), ""
        for line in self.lines:
            if line["group"] != group:
                group = line["group"]
                self._group(sheet, group)
            code = _CODES.get(line["unit"], "0.000")
            own, live, style = ("total",) * 3 if line["total"] else ("text", "live", "number")
            sheet.text(0, self.speech.message(line["label"]), own)
            sheet.text(1, self.speech.language.unit(line["unit"]))
            words = self._words(line["key"], values[line["key"]])
            sheet.formula(_CASE, self._live(line, rows), words, code, live)
            if isinstance(words, str):
                sheet.text(_PUBLISHED, words)
            else:
                sheet.number(_PUBLISHED, words, code, style)
            case, published = (xl_rowcol_to_cell(sheet.row, column) for column in (_CASE, _PUBLISHED))
            same, changed = (f'"{self.speech.message(word)}"' for word in ("the same", "different"))
            either = f"IF({case}={published},{same},{changed})"
            gone = 0.0 if not isinstance(words, str) else self.speech.message("the same")
            difference = f"IF(AND(ISNUMBER({case}),ISNUMBER({published})),{case}-{published},{either})"
            sheet.formula(_DIFFERENCE, difference, gone, f"+{code};\u2212{code};{code}", style)
            sheet.row += 1

    def _rows(self, first: int) -> dict[str, int]:
        """Row of each line; a group has a blank row and a heading above it."""
        rows, group = {}, ""
        for line in self.lines:
            first += 2 * (line["group"] != group)
            group = line["group"]
            rows[line["key"]], first = first, first + 1
        return rows

    def _values(self) -> dict[str, float]:
        """What the formulas give for the published inputs."""
        found: dict[str, float] = {}
        inputs = {name: entry.mode for name, entry in self.inputs.items()}
        order = {line["key"]: at for at, line in enumerate(formulas()["lines"])}
        for line in sorted(self.lines, key=lambda line: order[line["key"]]):
            found[line["key"]] = evaluated(line["formula"], inputs, found) + 0.0  # no -0
        return found

    def _words(self, key: str, value: float) -> float | str:
        """A result, in words where it is none that can be."""
        words = _words_of(key)
        return value if not words or 0 < value < 1 else self.speech.message(words[0] if value <= 0 else words[1])

    def _live(self, line: Mapping[str, Any], rows: Mapping[str, int]) -> str:
        """The formula over the reader's case, with words for what cannot be."""
        text = replaced(line["formula"], lambda name: f"{name}_case", lambda key: xl_rowcol_to_cell(rows[key], _CASE))
        if words := _words_of(line["key"]):
            under, over = (f'"{self.speech.message(word)}"' for word in words)
            text = f"IF(({text})<=0,{under},IF(({text})>=1,{over},{text}))"
        none = self.speech.message("cannot be computed")
        return f'IFERROR({text},"{none}")'

    def _group(self, sheet: BookSheet, group: str) -> None:
        kind, _, route = group.partition(".")
        sheet.row += 1
        words, name = LABELS["GROUPS"][kind], self.speech.message(labels.ROUTES.get(route, ""))
        sheet.group(self.speech.message(words, route=name), _DIFFERENCE)

    def _draws(self, sheet: BookSheet) -> None:
        """Shares of draws as counted when the report was made."""
        shown = [one.whatif for one in self.report.findings if one.whatif and one.whatif.published]
        finding = next((one for one in self.report.findings if "draws" in one.feeds), None)
        if not shown and finding is None:
            return
        sheet.row += 1
        sheet.line(self.speech.message("Published value: counted over all draws. A sheet cannot draw anew."), "group")
        for moved in shown:
            self._published(sheet, moved)
        for row in finding.chart.rows if finding else ():
            if isinstance(row, Mark):
                sheet.text(0, self.speech.label(row.label))
                sheet.number(_PUBLISHED, row.value, "0.0%")
                sheet.row += 1

    def _published(self, sheet: BookSheet, moved: WhatIf) -> None:
        """What the page shows until a slider is moved: the middle of the draws, and nine in ten of them."""
        says, words = self.speech.label(moved.says), LABELS["SAYS"]
        for name, (low, middle, high) in moved.published.items():
            sheet.text(0, self.speech.message(words[name], says=says))
            sheet.number(_PUBLISHED, middle, "0.0%")
            for column, end in ((_DIFFERENCE + 1, low), (_DIFFERENCE + 2, high)) if low < high else ():
                sheet.number(column, end, "0.0%")
            sheet.row += 1


def _words_of(key: str) -> Sequence[str]:
    """(at or below nothing, at or above everything) of a line whose result may be none that can be."""
    return next((words for part, words in LABELS["WORDS"].items() if f".{part}." in key), ())
