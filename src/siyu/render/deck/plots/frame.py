"""What every kind of chart starts from: a finding's rows with their words, and what becomes of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from siyu import theme
from siyu.language import Language
from siyu.record import Chart, Mark, ReferenceLine, Wording
from siyu.render.speech import Speech

Number = float | int


@dataclass(frozen=True)
class Plot:
    """A native chart: its XML part and the workbook behind it."""

    xml: bytes
    workbook: bytes


@dataclass(frozen=True)
class Frame:
    """A chart record in one language. size: of labels in points; width, height: of the chart in points."""

    chart: Chart
    speech: Speech
    size: float
    width: float
    height: float

    @property
    def language(self) -> Language:
        """The language of the labels."""
        return self.speech.language

    @property
    def rows(self) -> Sequence[Mark]:
        """The marks, as findings.json holds them."""
        return self.chart.rows

    @property
    def lines(self) -> Sequence[ReferenceLine]:
        """The reference marks."""
        return self.chart.lines

    @property
    def log(self) -> bool:
        """Whether the value axis is logarithmic, which takes numbers above zero."""
        return bool(self.chart.scale == "log" and min(self.values(), default=0) > 0)

    @property
    def unit(self) -> str:
        """The unit of the value axis."""
        return self.chart.unit

    def labels(self) -> list[str]:
        """Row labels."""
        return [self.text(row.label) for row in self.rows]

    def text(self, label: Wording | None) -> str:
        """A label in words."""
        return str(self.speech.label(label))

    def tone(self, row: Mark) -> str:
        """The colour of a mark."""
        return theme.TONES[row.tone or "main"]

    def values(self) -> list[float]:
        """Every number on the value axis."""
        marks = [end for row in self.rows for end in (row.low, row.value, row.high)]
        return marks + [line.value for line in self.lines]

    def ends(self, below: float = 0.1, above: float = 0.1) -> tuple[float, float]:
        """Ends of the value axis, round numbers with room for labels: shares of the span below and above.

        A logarithmic axis runs from power to power of ten; a linear one from zero where that is near."""
        values = self.values() or [0.0, 1.0]
        least, most = min(values), max(values)
        if self.log:
            power = math.floor(math.log10(least) - 0.05)
            high = max(math.ceil(math.log10(most) + 0.05), power + 1)
            return 10.0**power, 1.0 if self.unit == "ratio" and most <= 1 else 10.0**high
        if 0 <= least < 0.6 * most or least == most >= 0:
            return 0, _round_up((most or 1.0) * (1 + above), (most or 1.0) / 4)
        span = (most - least) or abs(most)
        low = -_round_up(-(least - below * span), span / 4)
        return low, _round_up(most + above * span, span / 4)

    def place(self, value: float) -> float:
        """Where a value stands on the axis, from 0 at its low end to 1."""
        low, high = self.ends()
        if self.log:
            return (math.log10(value) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return (value - low) / (high - low)

    def inner(self, right: float, bottom: float = 0.81) -> tuple[float, float, float, float]:
        """Where the marks stand: left, top, width, height as shares, with room for the numbers of the axis."""
        left = (5.2 * self.size + (1.5 * self.size if self.log else 0)) / self.width
        return left, 0.05, right - left, bottom - 0.05

    def bare(self, value: Number, unit: str) -> str:
        """A number without its currency, which the line under the title gives."""
        return self.language.number(value, bare_unit(unit))

    def word(self, message_id: str) -> str:
        """A heading of the sheet or a note on an axis."""
        return self.speech.message(message_id)

    def differ(self, first: Number, second: Number, unit: str) -> bool:
        """Whether two numbers read differently."""
        return self.language.number(first, unit) != self.language.number(second, unit)


def bare_unit(unit: str) -> str:
    """The unit of a number whose currency is said elsewhere."""
    return "" if unit.startswith(("CNY", "USD")) else unit


def _round_up(value: float, step: float) -> float:
    """The next multiple of a round step near `step`: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    nice = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * 0.999)
    return float(f"{math.ceil(value / nice - 1e-9) * nice:.10g}")
