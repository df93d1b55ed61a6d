"""The picture of a chart: one axes, labels on the marks, no legend where a label will do."""

import io
import json
from functools import lru_cache
from typing import Any

import babel
import matplotlib as mpl
import numpy as np
import PIL
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from PIL import Image

from siyu import reads, theme
from siyu.charts.kinds import KINDS
from siyu.charts.palette import reduced
from siyu.charts.plate import Plate
from siyu.charts.wrapping import wrapped
from siyu.language import Language
from siyu.paths import data_dir, kept, package_dir
from siyu.reads.digests import digest, sha256_of
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
    """The chart as PNG bytes, the same on every run (no date, no software version inside): as it was drawn before from
    the same, in the same look."""
    theme.apply()
    # a notebook may have set another look than the theme's
    look = digest({name: value for name, value in dict.items(mpl.rcParams) if not name.startswith("backend")})
    what = f"{drawn_by(language.code)} {look} {width} {json.dumps(chart.as_json())}"
    noted, _, image = kept("pictures", what, lambda: _drawn(chart, language, width)).partition(b"\n")
    for address, found in json.loads(noted).items():  # a picture taken over is made from the same
        reads.note(address, found)
    return image


@lru_cache(maxsize=4)
def drawn_by(language: str) -> str:
    """All that a drawing follows from beside its chart: what draws it, and the words and numbers of a language."""
    package = package_dir()
    parts = ("charts/**/*.py", "record/*.py", "*.py", "*.yml", "fonts/*.md", f"locale/{language}/**/*.po")
    with reads.reader():  # nothing of it is an input: it says what may be taken over
        files = [*(one for part in parts for one in sorted(package.glob(part))), data_dir() / "definitions.yml"]
        return digest([mpl.__version__, PIL.__version__, babel.__version__, language, *map(sha256_of, files)])


def _drawn(chart: Chart, language: Language, width: str) -> bytes:
    """What was read for a picture, as a line of JSON, and the picture."""
    buffer = io.BytesIO()
    with reads.overheard() as noted:
        picture(chart, language, width).save(buffer, "PNG", bits=4, compress_level=3)
    return json.dumps(noted).encode() + b"\n" + buffer.getvalue()


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
