"""Lines over a numeric axis, with their ranges as bands."""

from collections.abc import Sequence
from itertools import cycle

from siyu import theme
from siyu.charts.kind import Kind
from siyu.charts.plate import DASH, Plate
from siyu.charts.scale import Along, Scale
from siyu.record import Mark

_APART = 13  # points between the names of two lines


def paint(plate: Plate) -> None:
    """One line per series with its band; the name stands at the line's end."""
    chart, say = plate.chart, plate.language.say
    names = list(dict.fromkeys(str(row.series) for row in chart.rows))
    ends = []
    for name, colour in zip(names, cycle(theme.SERIES), strict=False):
        rows = sorted((row for row in chart.rows if str(row.series) == name), key=lambda row: row.x or 0)
        _curve(plate, rows, colour)
        ends.append((rows[-1].value, rows[-1].x or 0, say(rows[-1].series or ""), colour))
    for line in chart.lines:
        plate.line([(Along(0), line.value), (Along(1), line.value)], theme.INK, 1, dash=DASH)
        plate.note(plate.line_text(line), (Along(0.01), line.value), (0, 4), size=9, middle=False)
    left, right = plate.extent(0, 0.04)
    longest = max((text for _, _, text, _ in ends), key=len, default="")
    share = max(0.35 if plate.narrow else 0.22, plate.share_beside(longest))
    plate.across = Scale(left, right + (right - left) * share)
    _name_ends(plate, ends)
    _name_ticks(plate, Scale(left, right))


def _curve(plate: Plate, rows: Sequence[Mark], colour: str) -> None:
    if any(row.low != row.high for row in rows):
        band = [(row.x or 0, row.low) for row in rows] + [(row.x or 0, row.high) for row in reversed(rows)]
        plate.area(band, colour, alpha=0.15)
    points = [(row.x or 0, row.value) for row in rows]
    plate.line(points, colour, 2)
    for point in points:
        plate.dot(point, colour, 5)


def _name_ticks(plate: Plate, shown: Scale) -> None:
    """No ticks under the names beside the lines."""
    share = bool(plate.chart.x and plate.chart.x.unit == "ratio")
    ticks = shown.ticks(whole=not share)
    said = [plate.language.number(tick, "ratio") if share else f"{tick:g}" for tick in ticks]
    plate.name_columns(
        list(zip(ticks, said, strict=True)), plate.language.say(plate.chart.x.label if plate.chart.x else "")
    )


def _name_ends(plate: Plate, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names (value, x, text, colour) beside the ends of lines, moved apart where the lines end together."""
    low, high = plate.extent(1, 0.05)
    scale = (2.2 if plate.narrow else 2.8) * 72 / (high - low)  # points a unit, on axes of about that many inches
    taken = float("-inf")
    for value, x, text, colour in sorted(ends):
        taken = max(value * scale, taken + _APART)
        plate.note(text, (x, value), (8, taken - value * scale), colour=colour, halo=True)


KIND = Kind(paint, lambda chart, narrow, deepest: 3.0 if narrow else 3.6, "y")
