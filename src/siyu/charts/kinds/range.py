"""A dot for each value, a bar for its range."""

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate


def paint(plate: Plate) -> None:
    """Dot for the value, bar for the range, the number beside the mark."""
    for place, row in plate.placed:
        colour = theme.TONES[row.tone or "main"]
        if row.low != row.high:
            plate.line([(row.low, place), (row.high, place)], colour, 9, alpha=0.22)
            for end in (row.low, row.high):
                plate.tick((end, place), colour, 9)
        plate.dot((row.value, place), colour, 8)
        said = theme.MUTE if row.tone == "muted" else colour  # marks may be paler than what is read
        plate.note(plate.number_of(row), (row.high, place), (9, 0), colour=said, halo=True)
    plate.label_rows()
    longest = max(map(plate.number_of, plate.chart.rows), key=len, default="")
    plate.room(max(0.55 if plate.narrow else 0.30, plate.share_beside(longest)), zero=0.5)


KIND = Kind(paint, rows_high(0.42), wide_from=7)
