"""Bars from zero, with ranges as whiskers."""

import math

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate


def paint(plate: Plate) -> None:
    """Bar for the value, whisker for the range."""
    for place, row in plate.placed:
        plate.bar(place, (0, row.value), theme.TONES[row.tone or "main"])
        if row.low != row.high:
            plate.line([(row.low, place), (row.high, place)], theme.INK, 1.2)
        plate.note(plate.language.number(row.value, row.unit), (max(row.value, row.high, 0), place), (6, 0))
    plate.rule(0, theme.MUTE, 0.8)
    plate.label_rows()
    plate.room(0.4 if plate.narrow else 0.2, zero=math.inf)


KIND = Kind(paint, rows_high(0.40), wide_from=11)
