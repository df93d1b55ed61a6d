"""Several series on each label's line: the gap is the message."""

from siyu import theme
from siyu.charts.plate import HALO, Kind, Plate, rows_high


def paint(plate: Plate) -> None:
    """Series as coloured dots on each label's line; the first line names the series."""
    axes, names = plate.axes, plate.series
    distinct = list(dict.fromkeys(plate.labels))
    for place, label in zip(range(len(distinct))[::-1], distinct, strict=True):
        group = [row for row, own in zip(plate.chart.rows, plate.labels, strict=True) if own == label]
        ends = min(row.value for row in group), max(row.value for row in group)
        axes.plot(ends, [place, place], color=theme.BAND, lw=5, solid_capstyle="round", zorder=1)
        for row in group:
            name = plate.language.say(row.series or "")
            colour, below = theme.SERIES[names.index(name) % len(theme.SERIES)], names.index(name) % 2 == 0
            axes.plot(row.value, place, "o", color=colour, ms=8, zorder=3)
            text = f"{name} {plate.language.number(row.value, row.unit)}"
            side = "center" if ends[1] > ends[0] and not plate.narrow else "left" if below else "right"
            look = {"ha": side, "color": colour, "fontsize": 9, "path_effects": HALO, "va": "baseline"}
            plate.note(text, (row.value, place), (0, -17 if below else 12), **look)
    plate.label_rows(distinct)
    plate.room(0.15, low=0.15)


KIND = Kind(paint, rows_high(0.85), wide_from=7)
