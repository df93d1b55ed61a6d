"""The picture of a chart: one plate, labels on the marks, no legend where a label will do."""

from siyu import theme
from siyu.charts.kinds import KINDS
from siyu.charts.plate import Plate
from siyu.charts.shapes import Drawing
from siyu.charts.wrapping import wrapped
from siyu.language import Language
from siyu.record import Chart

DRAWN = tuple(KINDS)
INCH = 72  # points


def draw(chart: Chart, language: Language, width: str = "desktop") -> Drawing:
    """A chart as shapes. width: `desktop` or `phone`.

    Raises KeyError for a kind that has no picture (`table`, `matrix`, `none`).
    """
    kind = KINDS[chart.kind]
    narrow = width == "phone"
    labels = wrapped_labels(chart, language, narrow)
    high = kind.height(chart, narrow, max((label.count("\n") + 1 for label in labels), default=1))
    plate = Plate(chart, labels, language, narrow, theme.WIDTHS[width] * INCH, high * INCH)
    kind.paint(plate)
    if kind.value_axis:
        plate.grid("xy".index(kind.value_axis))
    return plate.drawing()


def wrapped_labels(chart: Chart, language: Language, narrow: bool) -> list[str]:
    """Row labels broken for the width at hand; Chinese breaks after fewer characters."""
    wide = {("zh", False): 14, ("zh", True): 8, ("en", False): 30, ("en", True): 16}[language.data_code, narrow]
    return [wrapped(language.say(row.label), wide, language) for row in chart.rows]
