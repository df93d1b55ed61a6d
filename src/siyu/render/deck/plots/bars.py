"""Parts that the charts of bars share. The rows stand in order from the top."""

from collections.abc import Sequence

from siyu import theme
from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, bare_unit
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import each, rgb, tag
from siyu.render.number_codes import number_code

Categories = tuple[str, Sequence[str]]  # column of the sheet, and its texts


def bar(
    at: int, column: str, name: str, values: Sequence[float], inside: str, category: Categories, look: str = ""
) -> str:
    """A series of bars. inside: points, labels and error bars, in the order of the schema."""
    head = xml.shape(look or rgb(theme.MAIN)) + tag("c:invertIfNegative", val=0)
    data = tag("c:cat", xml.texts(*category)) + tag("c:val", xml.numbers(column, values))
    return xml.series(at, column, name, head, inside, data)


def horizontal(
    frame: Frame,
    sheet: ChartSheet,
    series: Sequence[str],
    *,
    stacked: bool = False,
    ends: xml.Ends = (None, None),
    across: float | None = None,
    legend: bool = False,
) -> Plot:
    """The chart of such series. across: where the bars start, if not at zero."""
    count = len(frame.rows)
    gap = 45 if count > 6 else 70 if count > 4 else 130  # few bars are not to look like blocks
    head = each("c", barDir="bar", grouping="stacked" if stacked else "clustered", varyColors=0)
    tail = each("c", gapWidth=gap, overlap=100) + tag("c:axId", val=1) + tag("c:axId", val=2)
    meets = "min" if frame.log else "autoZero" if across is None else across
    group = tag("c:barChart", head, *series, tail)
    group += xml.category_axis(frame.size, side="l", across=meets, upside_down=True)
    shown = frame.ends() if frame.log else ends
    group += xml.value_axis(frame.size * 0.88, "General", side="b", ends=shown, log=frame.log, hidden=True)
    return Plot(xml.chart_space(xml.plot_area(group), frame.size, legend=legend), sheet.workbook())


def end_label(frame: Frame, at: int, row: Mark, end: str, *, bare: bool = False) -> str:
    """The number at an end of a mark."""
    unit = bare_unit(row.unit) if bare else row.unit
    code = number_code(row.at(end), unit, frame.language)
    return xml.label(at, code, "outEnd", frame.size, theme.INK)
