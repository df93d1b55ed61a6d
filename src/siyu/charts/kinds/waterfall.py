"""Steps from the first total to the last."""

import math

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate


def paint(plate: Plate) -> None:
    """Steps from the first total to the last; rows with tone `muted` are totals."""
    running = 0.0
    for place, row in plate.placed:
        total = row.tone == "muted"
        start = 0.0 if total else running
        running = start + row.value
        colour = theme.INK if total else theme.MAIN if row.value >= 0 else theme.RIVAL
        plate.bar(place, (start, running), colour, 0.6)
        plate.note(plate.language.number(row.value, row.unit), (max(start, running), place), (6, 0), colour=colour)
    plate.rule(0, theme.MUTE, 0.8)
    plate.label_rows()
    plate.room(0.35 if plate.narrow else 0.18, zero=math.inf, marks=False)


KIND = Kind(paint, rows_high(0.38), wide_from=11, ends=("value",), switches=(0, 1))
