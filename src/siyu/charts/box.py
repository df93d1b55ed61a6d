"""Where axes stand on a picture, and the texts at their marks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from siyu.charts.scale import Scale
from siyu.charts.shapes import Caption, Point, Shape

EDGE = 3.0  # points around everything
PITCH = 1.25  # from line to line, over the size of the text
_MIDDLE = 0.36  # of a text's size: its baseline below the middle of a line
_LEAST = 0.2  # of the picture, which axes keep whatever is written beside them
Values = tuple[float, float]  # of the horizontal axis and of the vertical one


@dataclass(frozen=True)
class Box:
    """Where the axes stand on the picture, in points."""

    left: float
    top: float
    right: float
    bottom: float
    across: Scale
    up: Scale

    def at(self, values: Values) -> Point:
        """The place of a pair of values."""
        x, y = self.across.share(values[0]), self.up.share(values[1])
        return Point(self.left + x * (self.right - self.left), self.bottom - y * (self.bottom - self.top))

    def within(self, captions: Sequence[Caption], width: float, height: float) -> "Box":
        """Axes so far inside a picture that no text leaves it, as far as it moves with them."""
        if not captions:
            return self
        left, top, right, bottom = zip(*(caption.box for caption in captions), strict=True)
        inner = replace(
            self,
            left=self.left + max(0.0, EDGE - min(left)),
            top=self.top + max(0.0, EDGE - min(top)),
            right=self.right - max(0.0, max(right) - width + EDGE),
            bottom=self.bottom - max(0.0, max(bottom) - height + EDGE),
        )
        return inner if inner.right - inner.left > _LEAST * width else self


def lines_at(text: str, at: Point, away: Values, look: Caption, middle: bool) -> Iterator[Shape]:
    """A text in lines at a place. away: from it, to the right and upwards; look: size, colour, anchor and halo."""
    lines = text.split("\n")
    last = (len(lines) - 1) / 2 * look.size * PITCH + _MIDDLE * look.size if middle else 0.0
    for number, line in enumerate(reversed(lines)):
        if line:
            y = at.y - away[1] + last - number * look.size * PITCH
            yield replace(look, text=line, at=Point(at.x + away[0], y))
