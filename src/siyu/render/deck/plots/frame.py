"""What every kind of chart starts from: a finding's rows with their words, and what becomes of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu import theme
from siyu.language import Language
from siyu.render.deck.plots.sheet import Sheet
from siyu.render.plain import Plain

Record = Mapping[str, Any]
Number = float | int


@dataclass(frozen=True)
class Plot:
    """A native chart: its XML part and the workbook behind it."""

    xml: bytes
    workbook: bytes


@dataclass(frozen=True)
class Frame:
    """A chart record in one language. size: of labels in points; width, height: of the chart in points."""

    chart: Record
    plain: Plain
    size: float
    width: float
    height: float

    @property
    def language(self) -> Language:
        """The language of the labels."""
        return self.plain.language

    @property
    def rows(self) -> Sequence[Record]:
        """The marks, as findings.json holds them."""
        rows: Sequence[Record] = self.chart["rows"]
        return rows

    @property
    def lines(self) -> Sequence[Record]:
        """The reference marks."""
        lines: Sequence[Record] = self.chart["lines"]
        return lines

    @property
    def log(self) -> bool:
        """Whether the value axis is logarithmic, which takes numbers above zero."""
        return bool(self.chart["scale"] == "log" and min(self.values(), default=0) > 0)

    @property
    def unit(self) -> str:
        """The unit of the value axis."""
        return str(self.chart["unit"])

    def labels(self) -> list[str]:
        """Row labels."""
        return [self.plain.label(row.get("label")) for row in self.rows]

    def tone(self, row: Record) -> str:
        """The colour of a mark."""
        return theme.TONES[row.get("tone") or "main"]

    def values(self) -> list[float]:
        """Every number on the value axis."""
        marks = [row[end] for row in self.rows for end in ("low", "value", "high") if row.get(end) is not None]
        return marks + [line["value"] for line in self.lines]

    def ends(self) -> tuple[float | None, float | None]:
        """Ends of the value axis; None leaves one to Office. A logarithmic axis runs from power to power of ten."""
        values = self.values()
        if not values:
            return None, None
        least, most = min(values), max(values)
        if self.log:
            low = math.floor(math.log10(least) - 0.05)
            return 10.0**low, 10.0 ** max(math.ceil(math.log10(most) + 0.05), low + 1)
        return (0, None) if 0 <= least < 0.6 * most or least == most >= 0 else (None, None)

    def word(self, message_id: str) -> str:
        """A heading of the sheet or a note on an axis."""
        return self.plain.message(message_id)

    def axis_note(self) -> str:
        """What an axis has to say about itself: that it is logarithmic."""
        return self.word("logarithmic scale") if self.log else ""


def differ(frame: Frame, first: Number, second: Number, unit: str) -> bool:
    """Whether two numbers read differently."""
    return frame.language.number(first, unit) != frame.language.number(second, unit)
