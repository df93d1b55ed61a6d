"""Boxes and the arrows between them."""

import math
from collections.abc import Iterator

from siyu import theme
from siyu.charts.box import PITCH, Box, Values
from siyu.charts.plate import Plate
from siyu.charts.shapes import Fill, Point, Shape, Stroke, width_of

_HEAD, _HALF = 7.0, 3.2  # length and half the width of an arrow's head, in points
_PAD = 0.6  # around the text of a box, over its size
_CORNER = 5  # points of a quarter of a round corner


def arrow(plate: Plate, start: Values, end: Values, bend: float, colour: str, width: float) -> None:
    """An arrow; bend: how far its middle is drawn aside, over its length (positive: to the right of its way)."""

    def placed(box: Box) -> Iterator[Shape]:
        tail, tip = box.at(start), box.at(end)
        across, down = tip.x - tail.x, tip.y - tail.y
        middle = Point((tail.x + tip.x) / 2 - bend * down, (tail.y + tip.y) / 2 + bend * across)
        turn = math.atan2(tip.y - middle.y, tip.x - middle.x)
        along, aside = Point(math.cos(turn), math.sin(turn)), Point(-math.sin(turn), math.cos(turn))
        neck = Point(tip.x - _HEAD * along.x, tip.y - _HEAD * along.y)
        sides = [Point(neck.x + side * _HALF * aside.x, neck.y + side * _HALF * aside.y) for side in (-1, 1)]
        yield Stroke([tail, middle, neck], colour, width, bent=True)
        yield Fill([tip, *sides], colour)

    plate.shaped(placed)


def boxed(plate: Plate, text: str, at: Values, size: float, colour: str) -> None:
    """Text in a box with round corners."""
    lines = text.split("\n")

    def placed(box: Box) -> Iterator[Shape]:
        x, y = box.at(at)
        half = max(width_of(line, size) for line in lines) / 2 + _PAD * size
        high = len(lines) * PITCH * size / 2 + _PAD * size
        yield Fill(
            list(_rounded(x - half, y - high, x + half, y + high, _PAD * size)), theme.SOFT, edge=colour, width=1.8
        )

    plate.shaped(placed)
    plate.note(text, at, side="middle", size=size)


def _rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Iterator[Point]:
    corners = ((right, bottom, -1, -1), (left, bottom, 1, -1), (left, top, 1, 1), (right, top, -1, 1))
    for quarter, (x, y, inwards, up) in enumerate(corners):
        for step in range(_CORNER + 1):
            angle = (quarter + step / _CORNER) * math.pi / 2
            yield Point(x + inwards * radius + radius * math.cos(angle), y + up * radius + radius * math.sin(angle))
