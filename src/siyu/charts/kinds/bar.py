"""Bars from zero, with ranges as whiskers."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from siyu import theme
from siyu.charts import axis
from siyu.charts.kind import Kind, rows_high
from siyu.language import Language
from siyu.record import Chart


def paint(axes: Axes, chart: Chart, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Bar for the value, whisker for the range."""
    places = list(range(len(labels)))[::-1]
    rows = chart.rows
    colours = [theme.TONES[row.tone or "main"] for row in rows]
    axes.barh(places, [row.value for row in rows], color=colours, height=0.56, alpha=0.85)
    for place, row in zip(places, rows, strict=True):
        if row.low != row.high:
            axes.plot([row.low, row.high], [place, place], color=theme.INK, lw=1.2)
        end = max(row.value, row.high, 0)
        text = language.number(row.value, row.unit)
        axis.note(axes, text, (end, place), (6, 0))
    axes.axvline(0, color=theme.MUTE, lw=0.8)
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, chart, 0.2 if not narrow else 0.4, zero=math.inf)


KIND = Kind(paint, rows_high(0.40), wide_from=11)
