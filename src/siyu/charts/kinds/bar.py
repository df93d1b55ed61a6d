"""Bars from zero, with ranges as whiskers."""

import math

from siyu import theme
from siyu.charts.plate import Kind, Plate, rows_high


def paint(plate: Plate) -> None:
    """Bar for the value, whisker for the range."""
    axes, rows = plate.axes, plate.chart.rows
    colours = [theme.TONES[row.tone or "main"] for row in rows]
    axes.barh(plate.places, [row.value for row in rows], color=colours, height=0.56, alpha=0.85)
    for place, row in plate.placed:
        if row.low != row.high:
            axes.plot([row.low, row.high], [place, place], color=theme.INK, lw=1.2)
        plate.note(plate.language.number(row.value, row.unit), (max(row.value, row.high, 0), place), (6, 0))
    axes.axvline(0, color=theme.MUTE, lw=0.8)
    plate.label_rows()
    plate.room(0.4 if plate.narrow else 0.2, zero=math.inf)


KIND = Kind(paint, rows_high(0.40), wide_from=11)
