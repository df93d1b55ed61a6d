"""What a chart is painted on: two axes, its rows and their labels, and room for what stands beside the marks.

Marks are given in values of the axes and placed when all are there: the margins then fit what is written in them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from siyu import theme
from siyu.charts.box import EDGE, PITCH, Box, Values, lines_at
from siyu.charts.scale import Along, Scale
from siyu.charts.shapes import Caption, Drawing, Fill, Point, Shape, Stroke
from siyu.language import POINTS, Language
from siyu.record import Chart, Mark, ReferenceLine

DASH = (3.0, 3.0)
_ROUNDS = 4  # a text beside a mark moves with the margins that it needs
_START, _END = Along(0.0), Along(1.0)


Placing = Callable[[Box], Iterator[Shape]]


@dataclass
class Plate:
    """labels: of the rows, broken for the width. narrow: as on a phone. across, up: the axes, once they are set."""

    chart: Chart
    labels: Sequence[str]
    language: Language
    narrow: bool
    width: float
    height: float
    across: Scale | None = None
    up: Scale | None = None
    _seen: list[Values] = field(default_factory=list)
    _behind: list[Placing] = field(default_factory=list)
    _marks: list[Placing] = field(default_factory=list)
    _texts: list[Placing] = field(default_factory=list)

    @property
    def places(self) -> range:
        """Where the rows stand, the first on top."""
        return range(len(self.labels))[::-1]

    @property
    def placed(self) -> Iterator[tuple[int, Mark]]:
        """The rows at their places."""
        return zip(self.places, self.chart.rows, strict=True)

    @property
    def series(self) -> list[str]:
        """Names of the series, in order."""
        return list(dict.fromkeys(self.language.say(row.series or "") for row in self.chart.rows))

    def line(self, points: Sequence[Values], colour: str, width: float, *, behind: bool = False, **look: Any) -> None:
        """A line through values. look: the other fields of a `Stroke`."""
        self._saw(points)
        to = self._behind if behind else self._marks
        to.append(lambda box: iter([Stroke([box.at(one) for one in points], colour, width, **look)]))

    def dot(self, at: Values, colour: str, width: float) -> None:
        """A disc, as many points wide."""
        self.line([at], colour, width, dot=True)

    def tick(self, at: Values, colour: str, length: float) -> None:
        """A short upright line at the end of a range."""
        self._saw([at])

        def placed(box: Box) -> Iterator[Shape]:
            x, y = box.at(at)
            yield Stroke([Point(x, y - length / 2), Point(x, y + length / 2)], colour, 1.6)

        self._marks.append(placed)

    def area(self, points: Sequence[Values], colour: str, *, behind: bool = False, **look: Any) -> None:
        """A polygon between values. look: the other fields of a `Fill`."""
        self._saw(points)
        to = self._behind if behind else self._marks
        to.append(lambda box: iter([Fill([box.at(one) for one in points], colour, **look)]))

    def bar(self, place: float, ends: Values, colour: str, height: float = 0.58) -> None:
        """A lying bar from one end to the other."""
        corners = [(end, place + side * height / 2) for end, side in zip(ends * 2, (-1, -1, 1, 1), strict=True)]
        self.area([corners[0], corners[1], corners[3], corners[2]], colour, alpha=0.85)

    def rule(self, value: float, colour: str, width: float, **look: Any) -> None:
        """A line across the plate at a value of the horizontal axis."""
        self.line([(value, _START), (value, _END)], colour, width, **look)

    def note(
        self, text: str, at: Values, away: Values = (0.0, 0.0), *, side: str = "start", size: float = 9.5,
        colour: str = theme.INK, middle: bool = True, halo: bool = False,
    ) -> None:  # fmt: skip
        """Text at a mark, one or several lines. away: from it, in points to the right and upwards. side: which part of
        it stands there: `start`, `middle`, `end`. middle: of its height, else the last line stands on the place."""
        self._texts.append(
            lambda box: lines_at(text, box.at(at), away, Caption("", Point(0, 0), size, colour, side, halo), middle)
        )

    def shaped(self, placing: Placing) -> None:
        """Shapes of a kind's own, made when places are known."""
        self._marks.append(placing)

    def label_rows(self, labels: Sequence[str] = ()) -> None:
        """Names of the rows, and reference lines with theirs above."""
        labels = labels or self.labels
        self.name_rows([(place, label) for place, label in zip(range(len(labels))[::-1], labels, strict=True)])
        self.up = Scale(-0.65, len(labels) - 0.35)
        for line in self.chart.lines:
            self.rule(line.value, theme.INK, 1, dash=DASH, behind=True)
            if line.low is not None and line.high is not None and line.low != line.high:
                ends = [(line.low, _START), (line.high, _START), (line.high, _END), (line.low, _END)]
                self.area(ends, theme.INK, alpha=0.07, behind=True)
            self.note(self.line_text(line), (line.value, _END), (0, 4), side="middle", size=9, middle=False)

    def name_rows(self, names: Sequence[tuple[float, str]], colour: str = theme.INK) -> None:
        """Texts left of the plate, at values of the upright axis."""
        for value, text in names:
            self.note(text, (_START, value), (-6, 0), side="end", size=10, colour=colour)

    def name_columns(self, names: Sequence[tuple[float, str]], title: str = "") -> None:
        """Texts below the plate, at values of the horizontal axis; the axis' title below them."""
        deep = max((text.count("\n") for _, text in names), default=-1) + 1
        for value, text in names:
            low = -13 - 9 * PITCH * text.count("\n")
            self.note(text, (value, _START), (0, low), side="middle", size=9, colour=theme.MUTE, middle=False)
        if title:
            low = -15 - 9 * PITCH * deep
            self.note(title, (Along(0.5), _START), (0, low), side="middle", colour=theme.MUTE, middle=False)

    def line_text(self, line: ReferenceLine) -> str:
        """What stands at a reference line."""
        return f"{self.language.say(line.label)} {self.number_of(line)}"

    def number_of(self, row: ReferenceLine) -> str:
        """The number of a mark: its range where it has one."""
        if row.low is None or row.high is None or self.language.alike(row):
            return self.language.number(row.value, row.unit)
        return self.language.span(row.low, row.high, row.unit, row.interval_kind or "")

    def share_beside(self, text: str) -> float:
        """Room that a number beside the longest mark takes, as a share of what is left for the marks."""
        inches = 0.15 + sum(0.13 if ord(char) > 0x2E80 else 0.072 for char in text)
        width = 2.6 if self.narrow else 5.4  # of the axes, beside labels of usual length
        return min(inches, 0.6 * width) / (width - min(inches, 0.6 * width))

    def room(self, share: float, low: float = 0.04, *, zero: float = 0.0, marks: bool = True) -> None:
        """Room on the right for the numbers beside the marks; in log space on a log axis.

        zero: the axis starts there when the least is below this share of the most. marks: whether the rows count,
        else only what is drawn."""
        values = [end for row in self.chart.rows if marks for end in (row.low, row.high, row.value)]
        values += [line.value for line in self.chart.lines]
        left, right = (min(values), max(values)) if values else self.extent(0)
        if self.chart.scale == "log" and left > 0:
            span = max(right / left, 10.0)
            self.across = Scale(left / span ** (low + 0.03), right * span**share, log=True)
            return
        if left < zero * right:
            left = min(left, 0.0)
        span = (right - left) or abs(right) or 1.0
        self.across = Scale(left - low * span * (left != 0), right + share * span)

    def extent(self, axis: int, margin: float = 0.0) -> Values:
        """Least and most of what is drawn along an axis (0: horizontal), and a margin as a share of what is between."""
        seen = [values[axis] for values in self._seen if not isinstance(values[axis], Along)] or [0.0, 1.0]
        more = margin * ((max(seen) - min(seen)) or abs(max(seen)) or 1.0)
        return min(seen) - more, max(seen) + more

    def grid(self, axis: int) -> None:
        """Lines at the ticks of the axis of values (0: horizontal), their numbers, and what they are counted in."""
        scale = self._axes()[axis]
        for tick in scale.ticks(narrow=self.narrow):
            ends = [(tick, _START), (tick, _END)] if axis == 0 else [(_START, tick), (_END, tick)]
            self.line(ends, theme.LINE, 0.7, behind=True)
        numbers = [(tick, self._number(tick, scale)) for tick in scale.ticks(narrow=self.narrow)]
        if axis == 0:
            self.name_columns(numbers, self._title())
            return
        self.name_rows(numbers)
        self.note(self._title(), (_START, _END), (-6, 8), side="middle", colour=theme.MUTE, middle=False)

    def drawing(self) -> Drawing:
        """The picture: margins as wide as what is written in them."""
        across, up = self._axes()
        box = Box(EDGE, EDGE, self.width - EDGE, self.height - EDGE, across, up)
        for _ in range(_ROUNDS):
            texts = [one for put in self._texts for one in put(box) if isinstance(one, Caption)]
            box = box.within(texts, self.width, self.height)
        layers = (self._behind, self._marks, self._texts)
        return Drawing(self.width, self.height, [one for layer in layers for put in layer for one in put(box)])

    def _axes(self) -> tuple[Scale, Scale]:
        log = self.chart.scale == "log"
        return self.across or Scale(*self.extent(0, 0.05)), self.up or Scale(*self.extent(1, 0.05), log=log)

    def _saw(self, points: Sequence[Values]) -> None:
        self._seen += points

    def _number(self, value: float, scale: Scale) -> str:
        """A tick in the reader's numbers (万, K, %)."""
        unit = self.chart.unit
        if unit == POINTS:  # the title of the axis says what they are
            return self.language.number(value * 100)
        # a share above one is room for the numbers beside the marks
        if unit == "ratio" and scale.log and value >= 1.0001:
            return ""
        return self.language.number(value, "ratio" if unit == "ratio" else "")

    def _title(self) -> str:
        unit = self.chart.unit
        title = self.language.unit(unit) if unit not in ("ratio", "multiple") else ""
        if self.chart.scale != "log":
            return title
        note = self.language.message("logarithmic scale")
        return f"{title} ({note})" if title else note
