"""What a picture of a chart is made of: strokes, fills and captions, in points from its upper left corner.

Notebooks print them as PNG, pages as SVG; both show the same lines at the same places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from PIL.ImageFont import FreeTypeFont, Layout, truetype

from siyu import theme

HALO = 1.5  # points of paper around a text that stands on a line
_HEIGHT, _DEPTH = 0.88, 0.22  # of a line above and below its baseline, over its size
_MEASURED = 100.0  # size at which widths are measured


class Point(NamedTuple):
    """A place on the picture, in points; down is positive."""

    x: float
    y: float


@dataclass(frozen=True)
class Stroke:
    """A line through points. dash: lengths of a mark and a gap, in points. dot: a disc as wide as the line.

    bent: the middle one of its three points draws it to one side."""

    points: Sequence[Point]
    colour: str
    width: float
    alpha: float = 1.0
    dash: tuple[float, ...] = ()
    dot: bool = False
    round: bool = False
    bent: bool = False


@dataclass(frozen=True)
class Fill:
    """A filled polygon. edge: colour of the line around it, `width` points wide."""

    points: Sequence[Point]
    colour: str
    alpha: float = 1.0
    edge: str = ""
    width: float = 0.0


@dataclass(frozen=True)
class Caption:
    """A line of text on its baseline. anchor: `start`, `middle` or `end`. halo: readable across a line."""

    text: str
    at: Point
    size: float
    colour: str
    anchor: str = "start"
    halo: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what it covers."""
        wide = width_of(self.text, self.size)
        left = self.at.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.at.y - _HEIGHT * self.size, left + wide, self.at.y + _DEPTH * self.size


Shape = Stroke | Fill | Caption


@dataclass(frozen=True)
class Drawing:
    """Shapes in the order in which they cover each other; width and height in points."""

    width: float
    height: float
    shapes: Sequence[Shape]

    @property
    def captions(self) -> list[Caption]:
        """Its texts."""
        return [shape for shape in self.shapes if isinstance(shape, Caption)]


@lru_cache(maxsize=32)
def face(size: float) -> FreeTypeFont:
    """The typeface of all charts at a size in pixels; laid out alike on every machine."""
    return truetype(theme.FONTS / "NotoSansSC-Regular.ttf", size, layout_engine=Layout.BASIC)


@lru_cache(maxsize=4096)
def width_of(text: str, size: float) -> float:
    """Width of a line of text in points."""
    return face(_MEASURED).getlength(text) * size / _MEASURED
