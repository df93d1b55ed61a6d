"""A dot for each value, a bar for its range."""

from siyu import theme
from siyu.charts.plate import HALO, Kind, Plate, rows_high


def paint(plate: Plate) -> None:
    """Dot for the value, bar for the range, the number beside the mark."""
    axes = plate.axes
    for place, row in plate.placed:
        colour = theme.TONES[row.tone or "main"]
        if row.low != row.high:
            ends = [row.low, row.high]
            axes.plot(ends, [place, place], color=colour, alpha=0.22, lw=9, solid_capstyle="butt")
            axes.plot(ends, [place, place], "|", color=colour, ms=9, mew=1.6)
        axes.plot(row.value, place, "o", color=colour, ms=7)
        plate.note(plate.number_of(row), (row.high, place), (9, 0), color=colour, path_effects=HALO)
    plate.label_rows()
    longest = max(map(plate.number_of, plate.chart.rows), key=len, default="")
    plate.room(max(0.55 if plate.narrow else 0.30, plate.share_beside(longest)), zero=0.5)


KIND = Kind(paint, rows_high(0.42), wide_from=7)
