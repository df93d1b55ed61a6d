"""What the result becomes at the two ends of each input."""

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate
from siyu.charts.scale import Scale


def paint(plate: Plate) -> None:
    """What the result becomes at the low and the high end of each input; the line is the base."""
    for place, row in plate.placed:
        for end, colour in ((row.low, theme.RIVAL), (row.high, theme.MAIN)):
            plate.bar(place, (row.value, end), colour, 0.55)
            away, side = (5, "start") if end >= row.value else (-5, "end")
            text = plate.language.number(end, row.unit)
            plate.note(text, (end, place), (away, 0), side=side, size=8.5, colour=theme.MUTE)
    plate.rule(plate.chart.rows[0].value, theme.INK, 1)
    plate.label_rows()
    plate.across = Scale(*plate.extent(0, 0.6 if plate.narrow else 0.22))


KIND = Kind(paint, rows_high(0.38), wide_from=11, ends=("low", "high"))
