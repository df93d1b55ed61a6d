"""A grid of values (label × series) as a table whose cells carry a tone, so that it reads at any width."""

from dataclasses import dataclass

from siyu.record import Chart, FindingRecord, Mark
from siyu.render.said import Said
from siyu.render.speech import Speech

TONES = 3  # steps on either side of zero; the number stands in every cell, so tone only guides the eye


@dataclass(frozen=True)
class HeatGrid:
    """across: column heads. rows: (row head, cells), a cell being (number, tone from -TONES to TONES) or None."""

    title: Said
    across: tuple[Said, ...]
    rows: tuple[tuple[Said, tuple[tuple[Said, int] | None, ...]], ...]


def grid(speech: Speech, finding: FindingRecord) -> HeatGrid:
    """The grid of a `heat` finding. Tones are relative to its largest magnitude."""
    if not isinstance(chart := finding.chart, Chart):
        raise ValueError(f"finding {finding.key} is a {chart.kind}, not a grid")
    bound = max((abs(row.value) for row in chart.rows), default=0) or 1

    def cell(row: Mark | None) -> tuple[Said, int] | None:
        if row is None:
            return None
        # money and counts: the unit is said once, in the subtitle
        unit = "ratio" if (row.unit or chart.unit) == "ratio" else ""
        ref = f"{finding.key}.rows[{chart.rows.index(row)}].value"
        return speech.number(row.value, unit, ref), round(TONES * row.value / bound)

    down, across, held = chart.grid()
    rows = [(speech.label(head), tuple(cell(held.get((head, one))) for one in across)) for head in down]
    title = speech.label(chart.x.label) if chart.x else Said()
    return HeatGrid(title, tuple(speech.label(one) for one in across), tuple(rows))
