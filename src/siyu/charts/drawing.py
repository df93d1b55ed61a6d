"""The picture of a chart: one plate, labels on the marks, no legend where a label will do."""

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from PIL import Image, ImageDraw

from siyu import theme
from siyu.charts.kinds import KINDS
from siyu.charts.palette import reduced
from siyu.charts.plate import Plate
from siyu.charts.shapes import Caption, Drawing, Fill, Point, Stroke, face
from siyu.charts.wrapping import wrapped
from siyu.language import Language
from siyu.record import Chart

DRAWN = tuple(KINDS)
HALO = 1.5  # points of paper around a text that stands on a line
_INCH = 72
_SCALE = theme.DPI / _INCH
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def draw(chart: Chart, language: Language, width: str = "desktop") -> Drawing:
    """A chart as shapes. width: `desktop` or `phone`.

    Raises KeyError for a kind that has no picture (`table`, `matrix`, `none`).
    """
    kind = KINDS[chart.kind]
    narrow = width == "phone"
    labels = wrapped_labels(chart, language, narrow)
    high = kind.height(chart, narrow, max((label.count("\n") + 1 for label in labels), default=1))
    plate = Plate(chart, labels, language, narrow, theme.WIDTHS[width] * _INCH, high * _INCH)
    kind.paint(plate)
    if kind.value_axis:
        plate.grid("xy".index(kind.value_axis))
    return plate.drawing()


def png(chart: Chart, language: Language, width: str = "desktop") -> bytes:
    """The chart as PNG bytes, the same on every run (no date, no software version inside)."""
    buffer = io.BytesIO()
    reduced(printed(draw(chart, language, width))).save(buffer, "PNG", bits=4, compress_level=3)
    return buffer.getvalue()


def printed(drawing: Drawing) -> Image.Image:
    """Shapes at the sharpness of screens: strokes and fills by Agg, texts by FreeType."""
    wide, high = (round(side * _SCALE) for side in (drawing.width, drawing.height))
    agg: Any = RendererAgg(wide, high, _INCH)  # type: ignore[no-untyped-call]
    sheet = [Point(0, 0), Point(drawing.width, 0), Point(drawing.width, drawing.height), Point(0, drawing.height)]
    for shape in (Fill(sheet, theme.PAPER), *drawing.shapes):
        if not isinstance(shape, Caption):
            _paint(agg, shape, high)
    image = Image.fromarray(np.asarray(agg.buffer_rgba())).convert("RGB")
    pen = ImageDraw.Draw(image)
    for text in drawing.captions:
        place, letters = (text.at.x * _SCALE, text.at.y * _SCALE), face(text.size * _SCALE)
        halo = HALO * _SCALE * text.halo
        pen.text(
            place, text.text, text.colour, letters, _ANCHORS[text.anchor], stroke_width=halo, stroke_fill=theme.PAPER
        )
    return image


def _paint(agg: Any, shape: Stroke | Fill, high: int) -> None:
    look = agg.new_gc()
    look.set_alpha(shape.alpha)
    look.set_linewidth(shape.width * _SCALE)
    points = [(x * _SCALE, high - y * _SCALE) for x, y in shape.points]
    if isinstance(shape, Fill):
        look.set_foreground(shape.edge or shape.colour)
        agg.draw_path(look, Path([*points, points[0]]), IdentityTransform(), to_rgb(shape.colour))
        return
    if shape.dot:
        look.set_linewidth(0)
        disc = Path.circle(points[0], shape.width * _SCALE / 2)
        agg.draw_path(look, disc, IdentityTransform(), to_rgb(shape.colour))
        return
    look.set_foreground(shape.colour)
    look.set_capstyle("round" if shape.round else "butt")
    look.set_joinstyle("round")
    if shape.dash:
        look.set_dashes(0, [part * _SCALE for part in shape.dash])
    codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3] if shape.bent else None
    agg.draw_path(look, Path(points, codes), IdentityTransform())


def wrapped_labels(chart: Chart, language: Language, narrow: bool) -> list[str]:
    """Row labels broken for the width at hand; Chinese breaks after fewer characters."""
    wide = {("zh", False): 14, ("zh", True): 8, ("en", False): 30, ("en", True): 16}[language.data_code, narrow]
    return [wrapped(language.say(row.label), wide, language) for row in chart.rows]
