"""Bars from zero, with ranges as whiskers."""

from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, coloured, end_label, horizontal, labelled
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import INK


def plot(frame: Frame) -> Plot:
    """A bar for each label; where there are ranges, whiskers, and the numbers stand beside the labels."""
    sheet, rows = ChartSheet(), [*frame.chart.rows, *map(frame.muted, frame.chart.lines)]
    number = frame.speech.language.number
    ranged = any(number(row.low, row.unit) != number(row.high, row.unit) for row in rows)
    names, values = [frame.text(row.label) for row in rows], [row.value for row in rows]
    category = labelled(frame, sheet, rows, names) if ranged else (sheet.add(frame.word("Label"), names), names)
    value = sheet.add(frame.word("Value"), values)
    inside = "".join(coloured(at, frame.tone(row)) for at, row in enumerate(rows))
    if ranged:
        inside += _whiskers(frame, sheet, rows, value)
    else:
        inside += xml.labels([end_label(frame, at, row, "value") for at, row in enumerate(rows)], frame.size)
    ends: xml.Ends = (0 if min(values, default=0) >= 0 else None, None)
    series = [bar(0, value, frame.word("Value"), values, inside, category)]
    return horizontal(frame, sheet, series, category[1], ends=ends)


def _whiskers(frame: Frame, sheet: ChartSheet, rows: list[Mark], value: str) -> str:
    """Error bars from low to high."""
    low, high = (sheet.add(frame.word(end.title()), [row.at(end) for row in rows]) for end in ("low", "high"))
    down, up = [row.value - row.low for row in rows], [row.high - row.value for row in rows]
    below = sheet.add(frame.word("down to low"), down, f"={value}{{row}}-{low}{{row}}")
    above = sheet.add(frame.word("up to high"), up, f"={high}{{row}}-{value}{{row}}")
    return xml.error_bars(xml.stroke(INK, 1.25), xml.numbers(below, down), xml.numbers(above, up))
