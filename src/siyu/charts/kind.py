"""What is known of a kind of chart, beside how it is painted."""

from collections.abc import Callable
from dataclasses import dataclass

from siyu.charts.plate import Plate
from siyu.record import Chart

Height = Callable[[Chart, bool, int], float]


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
