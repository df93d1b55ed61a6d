"""Parts that lying charts share. The rows stand in order from the top."""

from collections.abc import Sequence

from siyu.record import Mark
from siyu.render.deck import metrics
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, bare_unit
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import INK, MAIN, each, scheme, tag
from siyu.render.number_codes import number_code

Categories = tuple[str, Sequence[str]]  # column of the sheet, and its texts
_TWO_LINES = 6  # rows whose labels may take two


def labelled(frame: Frame, sheet: ChartSheet, rows: Sequence[Mark], names: Sequence[str]) -> Categories:
    """Names of the rows with the number of each as the page says it, below where there is room for it: behind the name
    of one that takes two lines by itself, or labels would touch."""
    low = len(rows) <= _TWO_LINES
    joints = ["\n" if low and metrics.text_width(name, frame.size) <= frame.room else "  " for name in names]
    texts = [f"{name}{joint}{frame.said(row)}" for name, joint, row in zip(names, joints, rows, strict=True)]
    return sheet.add(frame.word("Label and number"), texts), texts


def coloured(at: int, colour: str) -> str:
    """A bar of a series in a colour of its own."""
    return tag("c:dPt", each("c", idx=at, invertIfNegative=0, bubble3D=0), xml.shape(scheme(colour)))


def bar(
    at: int, column: str, name: str, values: Sequence[float], inside: str, category: Categories, look: str = ""
) -> str:
    """A series of bars. inside: points, labels and error bars, in the order of the schema."""
    head = xml.shape(look or scheme(MAIN)) + tag("c:invertIfNegative", val=0)
    data = tag("c:cat", xml.texts(*category)) + tag("c:val", xml.numbers(column, values))
    return xml.series(at, column, name, head, inside, data)


def horizontal(
    frame: Frame, sheet: ChartSheet, series: Sequence[str], labels: Sequence[str], *, stacked: bool = False,
    ends: xml.Ends = (None, None), across: float | None = None, legend: bool = False, shown: bool = False,
    title: str = "",
) -> Plot:  # fmt: skip
    """The chart of such series. across: where the bars start, if not at zero. shown: with a value axis."""
    count = len(labels)
    gap = 45 if count > 6 else 70 if count > 4 else 130  # few bars are not to look like blocks
    head = each("c", barDir="bar", grouping="stacked" if stacked else "clustered", varyColors=0)
    tail = each("c", gapWidth=gap, overlap=100) + tag("c:axId", val=1) + tag("c:axId", val=2)
    meets = "min" if frame.log or (shown and across is None) else "autoZero" if across is None else across
    group = tag("c:barChart", head, *series, tail)
    group += xml.category_axis(frame.size, meets)
    code = frame.axis_code() if shown else "General"
    limits = frame.ends() if frame.log or (shown and ends == (None, None)) else ends
    note = title or (frame.word("logarithmic scale") if frame.log and shown else "")
    size, hidden = frame.size * 0.88, not shown
    group += xml.value_axis(size, code, side="b", ends=limits, log=frame.log, hidden=hidden, title=note, crosses="max")
    box = frame.inner(labels, legend=legend) if shown else None
    return Plot(xml.chart_space(xml.plot_area(group, box), frame.size, legend=legend), sheet.workbook())


def end_label(frame: Frame, at: int, row: Mark, end: str, *, bare: bool = False) -> str:
    """The number at an end of a mark."""
    code = number_code(row.at(end), bare_unit(row.unit) if bare else row.unit, frame.speech.language)
    return xml.label(at, code, "outEnd", frame.size, INK)
