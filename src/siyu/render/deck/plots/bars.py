"""Plain bars and the tornado. The rows stand in order from the top."""

from __future__ import annotations

from collections.abc import Sequence

from siyu import theme
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, Record, bare_unit
from siyu.render.deck.plots.sheet import ChartSheet, quoted
from siyu.render.deck.tags import each, rgb, tag
from siyu.render.number_codes import number_code

Categories = tuple[str, Sequence[str]]  # column of the sheet, and its texts


def bar_plot(frame: Frame) -> Plot:
    """A bar for each label; where there are ranges, whiskers, and the numbers stand beside the labels."""
    sheet, rows = ChartSheet(), [*frame.rows, *({**line, "tone": "muted"} for line in frame.lines)]
    names, values = [frame.plain.label(row.get("label")) for row in rows], [row["value"] for row in rows]
    category: Categories = (sheet.add(frame.word("Label"), names), names)
    value = sheet.add(frame.word("Value"), values)
    inside = "".join(_coloured(at, frame.tone(row)) for at, row in enumerate(rows))
    if any(_ranged(frame, row) for row in rows):
        whiskers, category = _whiskers(frame, sheet, rows, names)
        inside += whiskers
    else:
        inside += xml.labels([_label(frame, at, row, "value") for at, row in enumerate(rows)], frame.size)
    ends: xml.Ends = (0 if min(values, default=0) >= 0 else None, None)
    return horizontal(frame, sheet, [bar(0, value, frame.word("Value"), values, inside, category)], ends=ends)


def tornado_plot(frame: Frame) -> Plot:
    """What the result becomes at the low and the high end of each input; bars start at the base case."""
    rows, sheet, series = frame.rows, ChartSheet(), []
    names = frame.labels()
    category = (sheet.add(frame.word("Label"), names), names)
    for at, (end, word, colour) in enumerate((("low", "Input low", theme.RIVAL), ("high", "Input high", theme.MAIN))):
        cells, name = [row[end] for row in rows], frame.word(word)
        points = xml.labels([_label(frame, place, row, end, bare=True) for place, row in enumerate(rows)], frame.size)
        series.append(bar(at, sheet.add(name, cells), name, cells, points, category, look=rgb(colour)))
    base, room = rows[0]["value"], 0.22 if frame.width > 500 else 0.3
    sheet.add(frame.word("Base case"), [base] * len(rows))
    return horizontal(frame, sheet, series, across=base, ends=frame.ends(room, room), legend=True)


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


def _whiskers(frame: Frame, sheet: ChartSheet, rows: Sequence[Record], names: Sequence[str]) -> tuple[str, Categories]:
    """Error bars, and labels that carry value and range."""
    ends = {end: [row.get(end, row["value"]) for row in rows] for end in ("low", "high")}
    for end, word in (("low", "Low"), ("high", "High")):
        sheet.add(frame.word(word), ends[end])
    down = [row["value"] - low for row, low in zip(rows, ends["low"], strict=True)]
    up = [high - row["value"] for row, high in zip(rows, ends["high"], strict=True)]
    below = sheet.add(frame.word("down to low"), down, lambda row: f"=B{row}-C{row}")
    above = sheet.add(frame.word("up to high"), up, lambda row: f"=D{row}-B{row}")
    said = [f"{name}  {_said(frame, row)}" for name, row in zip(names, rows, strict=True)]
    column = sheet.add(frame.word("Label and number"), said, lambda row: _formula(frame, rows[row - 2], row))
    look = xml.stroke(theme.INK, 1.25)
    bars = xml.error_bars(look, minus=xml.numbers(below, down), plus=xml.numbers(above, up), direction=None)
    return bars, (column, said)


def _said(frame: Frame, row: Record) -> str:
    """The value and its range in words."""
    value, low, high = (
        frame.language.number(row.get(end, row["value"]), row["unit"]) for end in ("value", "low", "high")
    )
    return f"{value} ({low}–{high})"


def _formula(frame: Frame, row: Record, line: int) -> str:
    """The formula that writes label, value and range, as `_said` does."""
    value, low, high = (
        f"TEXT({letter}{line},{quoted(number_code(row.get(end, row['value']), row['unit'], frame.language))})"
        for letter, end in zip("BCD", ("value", "low", "high"), strict=True)
    )
    return f'=A{line}&"  "&{value}&" ("&{low}&"–"&{high}&")"'


def _ranged(frame: Frame, row: Record) -> bool:
    return row.get("low") is not None and frame.differ(row["low"], row["high"], row["unit"])


def _coloured(at: int, colour: str) -> str:
    head = each("c", idx=at, invertIfNegative=0, bubble3D=0)
    return tag("c:dPt", head, xml.shape(rgb(colour)))


def _label(frame: Frame, at: int, row: Record, end: str, *, bare: bool = False) -> str:
    unit = bare_unit(row["unit"]) if bare else row["unit"]
    code = number_code(row[end], unit, frame.language)
    return xml.label(at, code, "outEnd", frame.size, theme.INK)
