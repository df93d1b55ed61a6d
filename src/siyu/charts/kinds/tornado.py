"""What the result becomes at the two ends of each input."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from siyu import theme
from siyu.charts import axis
from siyu.charts.kind import Kind, rows_high
from siyu.language import Language
from siyu.record import Chart


def paint(axes: Axes, chart: Chart, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """What the result becomes at the low and the high end of each input; the line is the base."""
    places = list(range(len(labels)))[::-1]
    for place, row in zip(places, chart.rows, strict=True):
        base = row.value
        for end, colour in ((row.low, theme.RIVAL), (row.high, theme.MAIN)):
            axes.barh(place, end - base, left=base, color=colour, height=0.55, alpha=0.85)
            right = end >= base
            axis.note(
                axes,
                language.number(end, row.unit),
                (end, place),
                (5 if right else -5, 0),
                ha="left" if right else "right",
                fontsize=8.5,
                color=theme.MUTE,
            )
    axes.axvline(chart.rows[0].value, color=theme.INK, lw=1)
    axis.label_rows(axes, labels, chart, language)
    axes.margins(x=0.22 if not narrow else 0.6)


KIND = Kind(paint, rows_high(0.38), wide_from=11, ends=("low", "high"))
