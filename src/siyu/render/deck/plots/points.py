"""Parts that the charts of dots share: series without a line, reference lines, axes."""

from collections.abc import Sequence

from siyu import theme
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import each, tag
from siyu.render.number_codes import axis_code, number_code

BAND = "#b9d3d6"
BLANK = " "  # label of the empty place at the right, where reference lines are named
Labels = tuple[str, Sequence[str]]  # column of the sheet, and its texts


def dotted(
    at: int,
    column: str,
    name: str,
    values: Sequence[float | None],
    inside: str,
    labels: Labels,
    *,
    dot: int = 0,
    colour: str = theme.MAIN,
    line: str = xml.NO_LINE,
) -> str:
    """A series of a line chart: dots, no line. inside: points, labels and error bars, in the order of the schema."""
    data = tag("c:cat", xml.texts(*labels)) + tag("c:val", xml.numbers(column, values))
    look = xml.shape(line) + xml.marker(colour, dot)
    return xml.series(at, column, name, look, inside, data, tag("c:smooth", val=0))


def reference_lines(frame: Frame, sheet: ChartSheet, first: int, labels: Labels) -> list[str]:
    """Reference marks as dashed lines across all labels, named above their end."""
    found = []
    for at, line in enumerate(frame.lines, start=first):
        name, values = frame.text(line.label), [line.value] * len(labels[1])
        code = number_code(line.value, line.unit, frame.language)
        note = xml.label(len(values) - 1, code, "t", frame.size * 0.92, theme.INK, name=True)
        dashed = xml.stroke(theme.INK, 1.25, "dash")
        noted = xml.labels([note], frame.size)
        found.append(dotted(at, sheet.add(name, values), name, values, noted, labels, line=dashed))
    return found


def upright(frame: Frame, sheet: ChartSheet, series: Sequence[str]) -> Plot:
    """The chart of such series: labels below, values on the left."""
    head, axes = each("c", grouping="standard", varyColors=0), tag("c:axId", val=1) + tag("c:axId", val=2)
    group = tag("c:lineChart", head, *series, tag("c:marker", val=1), axes)
    group += xml.category_axis(frame.size, side="b") + values_on_the_left(frame)
    return Plot(xml.chart_space(xml.plot_area(group, frame.inner(0.98)), frame.size), sheet.workbook())


def values_on_the_left(frame: Frame, between: str = "between") -> str:
    """The value axis, saying when it is logarithmic."""
    code = axis_code(frame.values(), frame.unit, frame.language, logarithmic=frame.log)
    note = frame.word("logarithmic scale") if frame.log else ""
    return xml.value_axis(
        frame.size * 0.88, code, side="l", ends=frame.ends(), log=frame.log, title=note, between=between
    )
