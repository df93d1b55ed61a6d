"""A dot for each value, a bar for its range."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from siyu import theme
from siyu.charts import axis
from siyu.charts.kind import HALO, Kind, rows_high
from siyu.language import Language
from siyu.record import Chart


def paint(axes: Axes, chart: Chart, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Dot for the value, bar for the range, the number beside the mark."""
    places, longest = range(len(labels))[::-1], ""
    for place, row in zip(places, chart.rows, strict=True):
        colour = theme.TONES[row.tone or "main"]
        if row.low != row.high:
            ends = [row.low, row.high]
            axes.plot(ends, [place, place], color=colour, alpha=0.22, lw=9, solid_capstyle="butt")
            axes.plot(ends, [place, place], "|", color=colour, ms=9, mew=1.6)
        axes.plot(row.value, place, "o", color=colour, ms=7)
        text = axis.said(row, language)
        longest = max(longest, text, key=len)
        axis.note(axes, text, (row.high, place), (9, 0), color=colour, path_effects=HALO)
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, chart, max(0.30 if not narrow else 0.55, axis.share_beside(longest, narrow)), zero=0.5)


KIND = Kind(paint, rows_high(0.42), wide_from=7)
