"""Several series on each label's line: the gap is the message."""

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate


def paint(plate: Plate) -> None:
    """Series as coloured dots on each label's line; the first line names the series."""
    names = plate.series
    distinct = list(dict.fromkeys(plate.labels))
    for place, label in zip(range(len(distinct))[::-1], distinct, strict=True):
        group = [row for row, own in zip(plate.chart.rows, plate.labels, strict=True) if own == label]
        ends = min(row.value for row in group), max(row.value for row in group)
        plate.line([(end, place) for end in ends], theme.BAND, 5, round=True, behind=True)
        for row in group:
            name = plate.language.say(row.series or "")
            colour, below = theme.SERIES[names.index(name) % len(theme.SERIES)], names.index(name) % 2 == 0
            plate.dot((row.value, place), colour, 9)
            text = f"{name} {plate.language.number(row.value, row.unit)}"
            side = "middle" if ends[1] > ends[0] and not plate.narrow else "start" if below else "end"
            away = (0, -17 if below else 12)
            plate.note(text, (row.value, place), away, side=side, size=9, colour=colour, middle=False, halo=True)
    plate.label_rows(distinct)
    plate.room(0.15, low=0.15)


KIND = Kind(paint, rows_high(0.85), wide_from=7)
