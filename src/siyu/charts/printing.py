"""A drawing as PNG: strokes and fills by Agg, texts by FreeType, in few colours."""

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from PIL import Image, ImageDraw

from siyu import theme
from siyu.charts.drawing import INCH, draw
from siyu.charts.palette import reduced
from siyu.charts.shapes import HALO, Caption, Drawing, Fill, Point, Stroke, face
from siyu.language import Language
from siyu.record import Chart

_SCALE = theme.DPI / INCH
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(chart: Chart, language: Language, width: str = "desktop") -> bytes:
    """The chart as PNG bytes, the same on every run (no date, no software version inside)."""
    buffer = io.BytesIO()
    reduced(printed(draw(chart, language, width))).save(buffer, "PNG", bits=4, compress_level=3)
    return buffer.getvalue()


def printed(drawing: Drawing) -> Image.Image:
    """Shapes at the sharpness of screens: strokes and fills by Agg, texts by FreeType."""
    wide, high = (round(side * _SCALE) for side in (drawing.width, drawing.height))
    agg: Any = RendererAgg(wide, high, INCH)  # type: ignore[no-untyped-call]
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
