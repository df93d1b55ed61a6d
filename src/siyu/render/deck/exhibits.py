"""What a finding shows on a slide: a native chart, or a native table in pages."""

from dataclasses import replace

from siyu.record import Chart, FindingRecord, Mark, Table, TableColumn
from siyu.render.deck.grids import GridCell, SlideGrid
from siyu.render.deck.plots import PLOTS
from siyu.render.deck.tags import INK, MAIN, PAPER, RIVAL, WEAK
from siyu.render.speech import NOTHING, Speech

_CHECKED = {"yes": MAIN, "stated": MAIN, "no": RIVAL, "not_stated": RIVAL, "partly": WEAK}
_COLD, _WARM = "accent3", "accent1"  # ends of the heat scale
_DARK = 0.62  # from this level on text stands light on it


def plotted(finding: FindingRecord) -> Chart | None:
    """The chart of a finding that has a native one."""
    chart = finding.chart
    return chart if isinstance(chart, Chart) and chart.rows and chart.kind in PLOTS else None


def tabled(finding: FindingRecord) -> bool:
    """Whether a finding has a native table."""
    return bool(finding.chart.rows) and plotted(finding) is None


def grid(finding: FindingRecord, speech: Speech) -> SlideGrid:
    """The finding's table."""
    if isinstance(table := finding.chart, Chart):
        return _heat(table, speech)
    heads = [str(speech.label(column.label)) for column in table.columns]
    rows = [[_cell(finding, table, at, speech, column) for column in table.columns] for at in range(len(table.rows))]
    numeric = [
        any(row[at].number for row in rows) and all(row[at].number or row[at].text == NOTHING for row in rows)
        for at in range(len(heads))
    ]
    return SlideGrid(heads, [[replace(cell, number=n) for cell, n in zip(row, numeric, strict=True)] for row in rows])


def _cell(finding: FindingRecord, table: Table, at: int, speech: Speech, column: TableColumn) -> GridCell:
    words = speech.cell(finding, table, at, column)
    return GridCell(str(words.said), colour=_CHECKED.get(words.check, ""), number=bool(words.numbers))


def _heat(chart: Chart, speech: Speech) -> SlideGrid:
    """label x series, coloured by value: one colour of the theme below zero, another above."""
    down, across, held = chart.grid()
    bound = max((abs(row.value) for row in chart.rows), default=0.0) or 1.0

    def cell(row: Mark | None) -> GridCell:
        if row is None:
            return GridCell(NOTHING, centred=True)
        fill, ink = shade(row.value / bound)
        unit = "ratio" if (row.unit or chart.unit) == "ratio" else ""
        return GridCell(speech.language.number(row.value, unit), fill, ink, centred=True)

    rows = [[GridCell(str(speech.label(head))), *(cell(held.get((head, one))) for one in across)] for head in down]
    corner = f"{speech.label(chart.x.label)} →" if chart.x and chart.x.label else ""
    heads, weights = [corner, *(str(speech.label(one)) for one in across)], [2.2, *([1.0] * len(across))]
    return SlideGrid(heads, rows, weights=weights)


def shade(level: float) -> tuple[str, str]:
    """(fill, text colour) of a value between -1 and 1, in colours of the theme."""
    share = round(100 * min(1.0, abs(level)) ** 0.8 * 0.9)
    end, light = (_WARM, abs(level) >= _DARK) if level > 0 else (_COLD, False)
    return f"{end} {share} {100 - share}", PAPER if light else INK
