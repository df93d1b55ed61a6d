"""Bars from zero, with ranges as whiskers."""

from siyu.record import Mark, ReferenceLine
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, end_label, horizontal, labelled
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import INK, each, scheme, tag


def plot(frame: Frame) -> Plot:
    """A bar for each label; where there are ranges, whiskers, and the numbers stand beside the labels."""
    sheet, rows = ChartSheet(), [*frame.rows, *(_muted(frame, line) for line in frame.lines)]
    ranged = any(frame.differ(row.low, row.high, row.unit) for row in rows)
    names, values = [frame.text(row.label) for row in rows], [row.value for row in rows]
    category = labelled(frame, sheet, rows) if ranged else (sheet.add(frame.word("Label"), names), names)
    value = sheet.add(frame.word("Value"), values)
    inside = "".join(_coloured(at, frame.tone(row)) for at, row in enumerate(rows))
    if ranged:
        inside += _whiskers(frame, sheet, rows, value)
    else:
        inside += xml.labels([end_label(frame, at, row, "value") for at, row in enumerate(rows)], frame.size)
    ends: xml.Ends = (0 if min(values, default=0) >= 0 else None, None)
    return horizontal(
        frame, sheet, [bar(0, value, frame.word("Value"), values, inside, category)], category[1], ends=ends
    )


def _whiskers(frame: Frame, sheet: ChartSheet, rows: list[Mark], value: str) -> str:
    """Error bars from low to high."""
    low, high = (
        sheet.add(frame.word(word), [row.at(end) for row in rows]) for end, word in (("low", "Low"), ("high", "High"))
    )
    down, up = [row.value - row.low for row in rows], [row.high - row.value for row in rows]
    below = sheet.add(frame.word("down to low"), down, lambda row: f"={value}{row}-{low}{row}")
    above = sheet.add(frame.word("up to high"), up, lambda row: f"={high}{row}-{value}{row}")
    ends = {"minus": xml.numbers(below, down), "plus": xml.numbers(above, up)}
    return xml.error_bars(xml.stroke(INK, 1.25), **ends, direction=None)


def _coloured(at: int, colour: str) -> str:
    head = each("c", idx=at, invertIfNegative=0, bubble3D=0)
    return tag("c:dPt", head, xml.shape(scheme(colour)))


def _muted(frame: Frame, line: ReferenceLine) -> Mark:
    """A reference mark as one more bar."""
    low, high = frame.ends_of(line)
    return Mark(label=line.label, value=line.value, low=low, high=high, unit=line.unit, tone="muted")
