"""Lines over a numeric axis, with their ranges as bands."""

import math
from collections.abc import Sequence

from matplotlib import ticker

from siyu import theme
from siyu.charts.plate import Kind, Plate


def paint(plate: Plate) -> None:
    """One line per series with its band; the name stands at the line's end."""
    axes, chart, say = plate.axes, plate.chart, plate.language.say
    names = list(dict.fromkeys(str(row.series) for row in chart.rows))
    ends = []
    for name, colour in zip(names, theme.SERIES * 3, strict=False):
        rows = sorted((row for row in chart.rows if str(row.series) == name), key=lambda row: row.x or 0)
        xs = [row.x or 0 for row in rows]
        if any(row.low != row.high for row in rows):
            axes.fill_between(xs, [r.low for r in rows], [r.high for r in rows], color=colour, alpha=0.15, lw=0)
        axes.plot(xs, [row.value for row in rows], "o-", color=colour, lw=2, ms=4)
        ends.append((rows[-1].value, xs[-1], say(rows[-1].series or ""), colour))
    for line in chart.lines:
        axes.axhline(line.value, color=theme.INK, lw=1, ls=(0, (3, 3)))
        look = {"xycoords": ("axes fraction", "data"), "fontsize": 9, "va": "baseline"}
        plate.note(plate.line_text(line), (0.01, line.value), (0, 4), **look)
    axes.margins(x=0.04)
    left, right = axes.get_xlim()
    longest = max((text for _, _, text, _ in ends), key=len, default="")
    share = max(0.35 if plate.narrow else 0.22, plate.share_beside(longest))
    axes.set_xlim(left, right + (right - left) * share)
    _name_ends(plate, ends)
    axes.set_xlabel(say(chart.x.label if chart.x else ""))
    if chart.x and chart.x.unit == "ratio":
        plate.number_ticks(axes.xaxis, "ratio")
    else:  # no ticks under the names beside the lines
        ticks = ticker.MaxNLocator(5, integer=True).tick_values(left, right)
        axes.set_xticks([tick for tick in ticks if left <= tick <= right])


def _name_ends(plate: Plate, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Names (value, x, text, colour) beside the ends of lines, moved apart where the lines end together."""
    low, high = plate.axes.get_ylim()
    scale = (2.2 if plate.narrow else 2.8) * 72 / (high - low)  # points a unit, on axes of about that many inches
    taken = -math.inf
    for value, x, text, colour in sorted(ends):
        taken = max(value * scale, taken + 13)
        plate.note(text, (x, value), (8, taken - value * scale), color=colour)


KIND = Kind(paint, lambda chart, narrow, deepest: 3.0 if narrow else 3.6, "y")
