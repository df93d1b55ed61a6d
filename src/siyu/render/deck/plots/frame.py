"""What every kind of chart starts from: a finding's rows with their words, and what becomes of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from siyu.record import Chart, Mark, ReferenceLine, Wording
from siyu.render.deck import metrics
from siyu.render.deck.tags import TONES
from siyu.render.number_codes import axis_code
from siyu.render.speech import Speech

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plot:
    """A native chart: its XML part and the workbook behind it."""

    xml: bytes
    workbook: bytes


HEIGHT = 0.76  # of the marks beside numbers on the left, a share of the chart's


@dataclass(frozen=True)
class Frame:
    """A chart record in one language. size: of labels in points; width, height: of the chart in points."""

    chart: Chart
    speech: Speech
    size: float
    width: float
    height: float

    @property
    def room(self) -> float:
        """Points that the label of a row may take before it breaks."""
        return 0.42 * self.width - 2 * self.size

    @property
    def log(self) -> bool:
        """Whether the value axis is logarithmic, which takes numbers above zero."""
        return bool(self.chart.scale == "log" and min(self.values(), default=0) > 0)

    def labels(self) -> list[str]:
        """Row labels."""
        return [self.text(row.label) for row in self.chart.rows]

    def text(self, label: Wording | None) -> str:
        """A label in words."""
        return str(self.speech.label(label))

    def tone(self, row: Mark) -> str:
        """The colour of a mark."""
        return TONES[row.tone or "main"]

    def values(self) -> list[float]:
        """Every number on the value axis."""
        marks = [end for row in self.chart.rows for end in (row.low, row.value, row.high)]
        return marks + [end for line in self.chart.lines for end in (*self.ends_of(line), line.value)]

    def ends_of(self, line: ReferenceLine) -> tuple[float, float]:
        """Low and high of a reference mark, its value where it is no range."""
        return (line.value if line.low is None else line.low, line.value if line.high is None else line.high)

    def muted(self, line: ReferenceLine) -> Mark:
        """A reference mark as one more row."""
        low, high = self.ends_of(line)
        return Mark(label=line.label, value=line.value, low=low, high=high, unit=line.unit, tone="muted")

    def said(self, row: ReferenceLine) -> str:
        """The number of a mark as the page says it: its range where it has one."""
        low, high = self.ends_of(row)
        language = self.speech.language
        if language.number(low, row.unit) == language.number(high, row.unit):
            return language.number(row.value, row.unit)
        return language.span(low, high, row.unit, row.interval_kind or "")

    def ends(self, below: float = 0.1, above: float = 0.1) -> tuple[float, float]:
        """Ends of the value axis, round numbers with room for labels: shares of the span below and above.

        A logarithmic axis runs from power to power of ten; a linear one from zero where that is near."""
        values = self.values() or [0.0, 1.0]
        least, most = min(values), max(values)
        whole = self.chart.unit == "ratio" and most <= 1 and above < 0.2  # no share is more than all
        if self.log:
            power = math.floor(math.log10(least) - 0.05)
            high = max(math.ceil(math.log10(most) + 0.05), power + 1)
            return 10.0**power, 1.0 if whole else 10.0**high
        if 0 <= least < 0.6 * most or least == most >= 0:
            return 0, min(_round_up((most or 1.0) * (1 + above), (most or 1.0) / 4), 1.0 if whole else math.inf)
        span = (most - least) or abs(most)
        top = min(_round_up(most + above * span, span / 4), 1.0 if whole else math.inf)
        return -_round_up(-(least - below * span), span / 4), top

    def inner(self, labels: Sequence[str], *, legend: bool = False) -> Box:
        """Where the marks of a lying chart stand: left, top, width, height as shares, with room for the labels of the
        rows, the numbers of the axis and a legend above. Fixed, so that bands and zones meet the rows."""
        wide = max(metrics.text_width(line, self.size) for label in labels for line in label.split("\n"))
        left = (min(wide, self.room) + 2 * self.size) / self.width
        top, bottom = 0.02 + legend * 2.2 * self.size / self.height, (4.4 * self.size) / self.height
        return left, top, 0.98 - left, 1 - top - bottom

    def beside(self, right: float, name: str = "") -> Box:
        """The same of a chart with its numbers on the left, and beside them a name. right: end of the marks."""
        lines = max(len(metrics.lines(name, HEIGHT * self.height, self.size)) if name else 0, int(self.log))
        left = (5.2 + 1.5 * lines) * self.size / self.width
        return left, 0.05, right - left, HEIGHT

    def axis_code(self) -> str:
        """The format of the ticks of the value axis."""
        return axis_code(self.values(), self.chart.unit, self.speech.language, logarithmic=self.log)

    def word(self, message_id: str) -> str:
        """A heading of the sheet or a note on an axis."""
        return self.speech.message(message_id)


def bare_unit(unit: str) -> str:
    """The unit of a number whose currency is said elsewhere."""
    return "" if unit.startswith(("CNY", "USD")) else unit


def _round_up(value: float, step: float) -> float:
    """The next multiple of a round step near `step`: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    nice = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * 0.999)
    return float(f"{math.ceil(value / nice - 1e-9) * nice:.10g}")
