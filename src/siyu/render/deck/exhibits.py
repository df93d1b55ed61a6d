"""What a finding shows on a slide: a native chart, or a native table in pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from siyu import theme
from siyu.render.deck.grids import GridCell, SlideGrid
from siyu.render.deck.plots import KINDS, Frame, Plot
from siyu.render.plain import Plain
from siyu.render.table_text import NOTHING, cell_words

Record = Mapping[str, Any]
_CHECKED = {"yes": theme.MAIN, "stated": theme.MAIN, "no": theme.RIVAL, "not_stated": theme.RIVAL, "partly": theme.WEAK}
# ends of the heat scale and the grey between, told apart by lightness too
_COLD, _WARM = (166, 97, 26), (31, 111, 120)


def plotted(finding: Record) -> bool:
    """Whether a finding has a native chart."""
    return finding["chart"]["kind"] in KINDS and bool(finding["chart"]["rows"])


def tabled(finding: Record) -> bool:
    """Whether a finding has a native table."""
    return finding["chart"]["kind"] in ("table", "matrix", "heat") and bool(finding["chart"]["rows"])


def plot(finding: Record, plain: Plain, size: float, width: float, height: float) -> Plot:
    """The finding's chart for a place of this size, in points."""
    return KINDS[finding["chart"]["kind"]](Frame(finding["chart"], plain, size, width, height))


def grid(finding: Record, plain: Plain) -> SlideGrid:
    """The finding's table."""
    if finding["chart"]["kind"] == "heat":
        return _heat(finding["chart"], plain)
    columns = finding["chart"]["columns"]
    heads = [plain.label(column["label"]) for column in columns]
    rows = []
    for row in finding["chart"]["rows"]:
        cells = []
        for column in columns:
            words = cell_words(plain, finding, row, column)
            cells.append(GridCell(words.text, colour=_CHECKED.get(words.check, ""), number=bool(words.numbers)))
        rows.append(cells)
    numeric = [
        any(row[at].number for row in rows) and all(row[at].number or row[at].text == NOTHING for row in rows)
        for at in range(len(heads))
    ]
    aligned = [
        [
            GridCell(cell.text, cell.fill, cell.colour, cell.bold, number)
            for cell, number in zip(row, numeric, strict=True)
        ]
        for row in rows
    ]
    return SlideGrid(heads, aligned)


def _heat(chart: Record, plain: Plain) -> SlideGrid:
    """label x series, coloured by value: brown below zero, teal above."""
    said = [(plain.label(row["label"]), plain.label(row["series"])) for row in chart["rows"]]
    down, across = (list(dict.fromkeys(pair[at] for pair in said)) for at in (0, 1))
    held = dict(zip(said, chart["rows"], strict=True))
    bound = max((abs(row["value"]) for row in chart["rows"]), default=0.0) or 1.0
    x = chart.get("x") or {}
    rows = []
    for label in down:
        cells = [GridCell(label)]
        for name in across:
            row = held.get((label, name))
            if row is None:
                cells.append(GridCell(NOTHING, centred=True))
                continue
            fill, ink = shade(row["value"] / bound)
            cells.append(
                GridCell(
                    plain.language.number(row["value"], "ratio" if chart["unit"] == "ratio" else ""),
                    fill,
                    ink,
                    centred=True,
                )
            )
        rows.append(cells)
    corner = f"{plain.label(x.get('label'))} →" if x.get("label") else ""
    return SlideGrid(
        [corner, *across], rows, size=12, weights=[2.2, *([1.0] * len(across))], least=min(44.0, 280 / (len(rows) + 1))
    )


def shade(level: float) -> tuple[str, str]:
    """(fill, text colour) of a value between -1 and 1."""
    end = _WARM if level > 0 else _COLD
    share = min(1.0, abs(level)) ** 0.8 * 0.9
    mixed = tuple(round(255 + (part - 255) * share) for part in end)
    dark = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2] < 150
    return "#{:02x}{:02x}{:02x}".format(*mixed), theme.PAPER if dark else theme.INK
