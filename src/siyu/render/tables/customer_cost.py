"""What a new buyer may cost: what buyers bring, against the reader's own margin and spend."""

from pathlib import Path

import numpy as np
import yaml
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from siyu.plain_yaml import LOADER
from siyu.record import Chart
from siyu.render.report import Report
from siyu.render.tables.arithmetic import evaluated, replaced
from siyu.render.tables.book import LABELS, Book, BookSheet

_WORDS = LABELS["CUSTOMER_COST"]
_RULES = yaml.load(Path(__file__).with_suffix(".yml").read_bytes(), LOADER)  # noqa: S506 - both are safe ones
_CASE, _PUBLISHED, _COUNTED = 1, 2, 3  # columns
_CODES = {"money": "#,##0.00", "ratio": "0.0%", "count": "#,##0", "multiple": "0.00", "months": "0.0"}


class CustomerCost:
    """The sheet; `inputs` is empty where section 08 does not state them all, or nothing was spent or earned."""

    def __init__(self, book: Book, report: Report) -> None:
        found = [report.by_key.get(f"08_customer_value.value_{key}") for key in ("answer", "cost", "observed")]
        held = {name: value for one in found if one for name, value in one.by_name.items()}
        seen = found[-1].chart if found[-1] else None
        rows = seen.rows if isinstance(seen, Chart) else ()
        self.book, self.curve = book, [(row.x or 0, row.value) for row in rows]
        self.inputs: dict[str, float] = {}
        stated = {"margin", "conversion", "cac", "value"} <= held.keys()
        if self.curve and stated and min(held["cac"].value, held["value"].value) > 0:  # both are divided by
            self.inputs = {name: held[name].value for name in ("margin", "conversion", "value")}
            buyers = held["cac"].n or 1  # an assumed cost is that of one
            self.inputs |= {"buyers": buyers, "spend": held["cac"].value * buyers}

    def write(self) -> BookSheet:
        """Inputs, what follows from them, and the net sales by day that the months are read from."""
        say, values = self.book.speech.message, dict[str, float]()
        sheet = self.book.table("cost", (58, 16, 16, 16), say(_WORDS["note"]))
        cells = {name: self._input(sheet, name, *row) for name, row in _RULES["inputs"].items()}
        for key, (code, formula) in _RULES["results"].items():
            values[key] = evaluated(formula, self.inputs, values)
            live = replaced(formula, cells.__getitem__, cells.__getitem__)
            cells[key] = self._line(sheet, key, live, values[key], code)
        days, net = (xl_range_abs(sheet.row + 3, at, sheet.row + 2 + len(self.curve), at) for at in (0, 1))
        known, never = zip(*self.curve, strict=True), say(_WORDS["never"])
        day, earned = (np.array(one) for one in known)
        months = float(np.interp(values["needed"], earned, day)) * 12 / 365 if values["needed"] <= earned[-1] else never
        names = {"needed": cells["needed"], "days": days, "net": net, "never": f'"{never}"'}
        self._line(sheet, "months", _RULES["reached"].format(**names), months, "months")
        sheet.row += 1
        sheet.heads(map(say, _WORDS["heads"]))
        for at, money in self.curve:
            sheet.number(0, at, "0")
            live = f"{money}*{cells['value']}/{self.inputs['value']}"
            sheet.formula(1, live, money, _CODES["money"])
            sheet.row += 1
        sheet.protect()
        return sheet

    def _input(self, sheet: BookSheet, name: str, code: str, least: float, most: float) -> str:
        """A row with a cell for the reader; the cell that counts."""
        case, published = (xl_rowcol_to_cell(sheet.row, at) for at in (_CASE, _PUBLISHED))
        sheet.page.write_blank(sheet.row, _CASE, None, self.book.style("input", _CODES[code]))
        rule = {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}
        sheet.page.data_validation(sheet.row, _CASE, sheet.row, _CASE, rule)
        inside = f"IF(AND({case}>={least},{case}<={most}),{case},{published})"
        return self._line(sheet, name, f"IF(ISNUMBER({case}),{inside},{published})", self.inputs[name], code)

    def _line(self, sheet: BookSheet, name: str, formula: str, value: float | str, code: str) -> str:
        """A row with what is published and what counts; the cell of the latter."""
        sheet.text(0, self.book.speech.message(_WORDS[name]))
        if isinstance(value, str):
            sheet.text(_PUBLISHED, value)
        else:
            sheet.number(_PUBLISHED, value, _CODES[code])
        sheet.formula(_COUNTED, formula, value, _CODES[code], "live")
        sheet.row += 1
        return str(xl_rowcol_to_cell(sheet.row - 1, _COUNTED))
