"""Several series on each label's line: the gap is the message."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from siyu import theme
from siyu.charts import axis
from siyu.charts.kind import HALO, Kind, rows_high
from siyu.language import Language
from siyu.record import Chart


def paint(axes: Axes, chart: Chart, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Series as coloured dots on each label's line; the first line names the series."""
    distinct = list(dict.fromkeys(labels))
    names = list(dict.fromkeys(language.say(row.series or "") for row in chart.rows))
    for place, label in zip(range(len(distinct))[::-1], distinct, strict=True):
        group = [row for row, own in zip(chart.rows, labels, strict=True) if own == label]
        ends = [row.value for row in group]
        axes.plot([min(ends), max(ends)], [place, place], color=theme.BAND, lw=5, solid_capstyle="round", zorder=1)
        for row in group:
            name = language.say(row.series or "")
            colour = theme.SERIES[names.index(name)]
            axes.plot(row.value, place, "o", color=colour, ms=8, zorder=3)
            below = names.index(name) % 2 == 0
            text = f"{name} {language.number(row.value, row.unit)}"
            side = "center" if max(ends) - min(ends) > 0 and not narrow else "left" if below else "right"
            axis.note(
                axes,
                text,
                (row.value, place),
                (0, -17 if below else 12),
                ha=side,
                color=colour,
                fontsize=9,
                path_effects=HALO,
                va="baseline",
            )
    axis.label_rows(axes, distinct, chart, language)
    axis.room(axes, chart, 0.15, low=0.15)


KIND = Kind(paint, rows_high(0.85), wide_from=7)
