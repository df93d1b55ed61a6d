"""What the result becomes at the two ends of each input."""

from siyu import theme
from siyu.charts.plate import Kind, Plate, rows_high


def paint(plate: Plate) -> None:
    """What the result becomes at the low and the high end of each input; the line is the base."""
    axes = plate.axes
    for place, row in plate.placed:
        for end, colour in ((row.low, theme.RIVAL), (row.high, theme.MAIN)):
            axes.barh(place, end - row.value, left=row.value, color=colour, height=0.55, alpha=0.85)
            away, side = (5, "left") if end >= row.value else (-5, "right")
            text = plate.language.number(end, row.unit)
            plate.note(text, (end, place), (away, 0), ha=side, fontsize=8.5, color=theme.MUTE)
    axes.axvline(plate.chart.rows[0].value, color=theme.INK, lw=1)
    plate.label_rows()
    axes.margins(x=0.6 if plate.narrow else 0.22)


KIND = Kind(paint, rows_high(0.38), wide_from=11, ends=("low", "high"))
