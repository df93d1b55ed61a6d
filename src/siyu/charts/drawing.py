"""The picture of a chart: one axes, labels on the marks, no legend where a label will do."""

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from PIL import Image

from siyu import theme
from siyu.charts.kinds import KINDS
from siyu.charts.palette import reduced
from siyu.charts.plate import Plate
from siyu.charts.wrapping import wrapped
from siyu.language import Language
from siyu.record import Chart

DRAWN = tuple(KINDS)


def draw(chart: Chart, language: Language, width: str = "desktop") -> Canvas:
    """A chart as a matplotlib figure. width: `desktop` or `phone`.

    Raises KeyError for a kind that has no picture (`table`, `matrix`, `none`).
    """
    theme.apply()
    kind = KINDS[chart.kind]
    narrow = width == "phone"
    labels = wrapped_labels(chart, language, narrow)
    high = kind.height(chart, narrow, max((label.count("\n") + 1 for label in labels), default=1))
    canvas = Canvas(figsize=(theme.WIDTHS[width], high))  # no pyplot: nothing to close, nothing shown twice
    plate = Plate(canvas.add_subplot(), chart, labels, language, narrow)
    kind.paint(plate)
    if kind.value_axis:
        _finish(plate, kind.value_axis)
    return canvas


def png(chart: Chart, language: Language, width: str = "desktop") -> bytes:
    """The chart as PNG bytes, the same on every run (no date, no software version inside)."""
    buffer = io.BytesIO()
    picture(chart, language, width).save(buffer, "PNG", bits=4, compress_level=3)
    return buffer.getvalue()


def picture(chart: Chart, language: Language, width: str = "desktop") -> Image.Image:
    """The chart in few colours, rendered once, at the sharpness of screens; `savefig` would lay it out twice."""
    canvas = draw(chart, language, width)
    canvas.set_dpi(theme.DPI)
    agg: Any = FigureCanvasAgg(canvas)
    agg.draw()
    return reduced(Image.fromarray(np.asarray(agg.buffer_rgba())).convert("RGB"))


def wrapped_labels(chart: Chart, language: Language, narrow: bool) -> list[str]:
    """Row labels broken for the width at hand; Chinese breaks after fewer characters."""
    wide = {("zh", False): 14, ("zh", True): 8, ("en", False): 30, ("en", True): 16}[language.data_code, narrow]
    return [wrapped(language.say(row.label), wide, language) for row in chart.rows]


def _finish(plate: Plate, value_axis: str) -> None:
    """Grid, axis title and tick numbers along the value axis."""
    axes, unit, language = plate.axes, plate.chart.unit, plate.language
    axis = axes.xaxis if value_axis == "x" else axes.yaxis
    title = language.unit(unit) if unit not in ("ratio", "multiple") else ""
    if plate.chart.scale == "log":
        (axes.set_xscale if value_axis == "x" else axes.set_yscale)("log")
        note = language.message("logarithmic scale")
        title = f"{title} ({note})" if title else note
    axis.grid(True)
    axes.set_axisbelow(True)
    axis.set_label_text(title)
    plate.number_ticks(axis, unit, plate.chart.scale)
