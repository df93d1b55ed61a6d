"""What a chart is painted on: one axes, its rows and their labels, and room for what stands beside the marks; and
what is known of a kind of chart, beside how it is painted."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patheffects import withStroke

from siyu import theme
from siyu.language import POINTS, Language
from siyu.record import Chart, Mark, ReferenceLine

HALO = [withStroke(linewidth=3, foreground=theme.PAPER)]  # text stays readable across a reference line
Height = Callable[[Chart, bool, int], float]


@dataclass(frozen=True)
class Plate:
    """labels: of the rows, broken for the width. narrow: as on a phone."""

    axes: Axes
    chart: Chart
    labels: Sequence[str]
    language: Language
    narrow: bool

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

    def number_ticks(self, axis: Axis, unit: str, scale: str = "linear") -> None:
        """Tick labels in the reader's numbers (万, K, %); few of them."""
        shown = "ratio" if unit == "ratio" else ""
        # a share above one is room for the numbers beside the marks
        last = 1.0001 if shown and scale == "log" else math.inf

        def tick(value: float, _: int | None) -> str:
            if unit == POINTS:  # the title of the axis says what they are
                return self.language.number(float(value) * 100)
            return self.language.number(float(value), shown) if value < last else ""

        axis.set_major_formatter(ticker.FuncFormatter(tick))
        if scale == "log":
            low, high = axis.get_view_interval()
            # matplotlib drops all ticks when steps within a decade meet a stride over decades
            subs = (1.0, 3.0) if high / low < (300 if self.narrow else 1e4) else (1.0,)
            axis.set_major_locator(ticker.LogLocator(subs=subs, numticks=7))
            axis.set_minor_locator(ticker.NullLocator())
        else:
            axis.set_major_locator(ticker.MaxNLocator(5))

    def label_rows(self, labels: Sequence[str] = ()) -> None:
        """Names of the rows, and reference lines with theirs above."""
        axes, labels = self.axes, labels or self.labels
        axes.set_yticks(range(len(labels))[::-1], labels)
        axes.set_ylim(-0.65, len(labels) - 0.35)
        for line in self.chart.lines:
            axes.axvline(line.value, color=theme.INK, lw=1, ls=(0, (3, 3)), zorder=0)
            if line.low is not None and line.high is not None and line.low != line.high:
                axes.axvspan(line.low, line.high, color=theme.INK, alpha=0.07, lw=0, zorder=0)
            look = {"xycoords": ("data", "axes fraction"), "ha": "center", "fontsize": 9, "va": "baseline"}
            self.note(self.line_text(line), (line.value, 1.0), (0, 4), **look)

    def line_text(self, line: ReferenceLine) -> str:
        """What stands at a reference line."""
        return f"{self.language.say(line.label)} {self.number_of(line)}"

    def number_of(self, row: ReferenceLine) -> str:
        """The number of a mark: its range where it has one."""
        if row.low is None or row.high is None or row.low == row.high:
            return self.language.number(row.value, row.unit)
        return self.language.span(row.low, row.high, row.unit, row.interval_kind or "")

    def note(self, text: str, at: tuple[float, float], away: tuple[float, float], **look: Any) -> None:
        """A text beside a mark. away: from the mark, in points."""
        look = {"fontsize": 9.5, "va": "center", **look}
        self.axes.annotate(text, at, away, textcoords="offset points", **look)

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
        left, right = (min(values), max(values)) if values else self.axes.get_xlim()
        if self.chart.scale == "log" and left > 0:
            span = max(right / left, 10.0)
            self.axes.set_xlim(left / span ** (low + 0.03), right * span**share)
            return
        if left < zero * right:
            left = min(left, 0.0)
        span = (right - left) or abs(right) or 1.0
        self.axes.set_xlim(left - low * span * (left != 0), right + share * span)


@dataclass(frozen=True)
class Kind:
    """paint fills a plate; height (chart, narrow, lines of the longest label) is in inches.

    value_axis: `x`, `y`, or "" for none. grid: documents show it as a table of label by series, but for
    the picture on the page of one that is `pictured`.
    wide_from: labels from which on it takes the whole width of a slide.
    ends: what a document must show of every mark. switches: numbers beside them that are no figures.
    """

    paint: Callable[[Plate], None]
    height: Height
    value_axis: str = "x"
    grid: bool = False
    pictured: bool = False
    wide_from: int = 99
    ends: tuple[str, ...] = ("value",)
    switches: tuple[float, ...] = ()


def rows_high(step: float) -> Height:
    """Height by the number of labels, `step` inches each."""

    def height(chart: Chart, narrow: bool, deepest: int) -> float:
        rows = len({str(row.label) for row in chart.rows})
        return 1.0 + max(step + 0.06 * narrow, 0.19 * deepest + 0.08) * rows + 0.25 * bool(chart.lines)

    return height
