"""Steps from the first total to the last."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from siyu import theme
from siyu.charts import axis
from siyu.charts.kind import Kind, rows_high
from siyu.language import Language
from siyu.record import Chart


def paint(axes: Axes, chart: Chart, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Steps from the first total to the last; rows with tone `muted` are totals."""
    running, places = 0.0, list(range(len(labels)))[::-1]
    for place, row in zip(places, chart.rows, strict=True):
        total = row.tone == "muted"
        start = 0.0 if total else running
        running = row.value if total else running + row.value
        colour = theme.INK if total else theme.MAIN if row.value >= 0 else theme.RIVAL
        axes.barh(place, running - start, left=start, color=colour, height=0.6, alpha=0.85)
        text = language.number(row.value, row.unit)
        axis.note(axes, text, (max(start, running), place), (6, 0), color=colour)
    axes.axvline(0, color=theme.MUTE, lw=0.8)
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, chart.model_copy(update={"rows": ()}), 0.18 if not narrow else 0.35, zero=math.inf)


KIND = Kind(paint, rows_high(0.38), wide_from=11, ends=("value",), switches=(0, 1))
