"""Bars from zero, with ranges as whiskers."""

from collections.abc import Sequence

from siyu import theme
from siyu.record import Mark, ReferenceLine
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import Categories, bar, end_label, horizontal
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet, quoted
from siyu.render.deck.tags import each, rgb, tag
from siyu.render.number_codes import number_code


def plot(frame: Frame) -> Plot:
    """A bar for each label; where there are ranges, whiskers, and the numbers stand beside the labels."""
    sheet, rows = ChartSheet(), [*frame.rows, *map(_muted, frame.lines)]
    names, values = [frame.text(row.label) for row in rows], [row.value for row in rows]
    category: Categories = (sheet.add(frame.word("Label"), names), names)
    value = sheet.add(frame.word("Value"), values)
    inside = "".join(_coloured(at, frame.tone(row)) for at, row in enumerate(rows))
    if any(_ranged(frame, row) for row in rows):
        whiskers, category = _whiskers(frame, sheet, rows, names)
        inside += whiskers
    else:
        inside += xml.labels([end_label(frame, at, row, "value") for at, row in enumerate(rows)], frame.size)
    ends: xml.Ends = (0 if min(values, default=0) >= 0 else None, None)
    return horizontal(frame, sheet, [bar(0, value, frame.word("Value"), values, inside, category)], ends=ends)


def _whiskers(frame: Frame, sheet: ChartSheet, rows: Sequence[Mark], names: Sequence[str]) -> tuple[str, Categories]:
    """Error bars, and labels that carry value and range."""
    ends = {end: [row.at(end) for row in rows] for end in ("low", "high")}
    for end, word in (("low", "Low"), ("high", "High")):
        sheet.add(frame.word(word), ends[end])
    down = [row.value - low for row, low in zip(rows, ends["low"], strict=True)]
    up = [high - row.value for row, high in zip(rows, ends["high"], strict=True)]
    below = sheet.add(frame.word("down to low"), down, lambda row: f"=B{row}-C{row}")
    above = sheet.add(frame.word("up to high"), up, lambda row: f"=D{row}-B{row}")
    said = [f"{name}  {_said(frame, row)}" for name, row in zip(names, rows, strict=True)]
    column = sheet.add(frame.word("Label and number"), said, lambda row: _formula(frame, rows[row - 2], row))
    look = xml.stroke(theme.INK, 1.25)
    bars = xml.error_bars(look, minus=xml.numbers(below, down), plus=xml.numbers(above, up), direction=None)
    return bars, (column, said)


def _said(frame: Frame, row: Mark) -> str:
    """The value and its range in words."""
    value, low, high = (frame.language.number(row.at(end), row.unit) for end in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


def _formula(frame: Frame, row: Mark, line: int) -> str:
    """The formula that writes label, value and range, as `_said` does."""
    value, low, high = (
        f"TEXT({letter}{line},{quoted(number_code(row.at(end), row.unit, frame.language))})"
        for letter, end in zip("BCD", ("value", "low", "high"), strict=True)
    )
    return f'=A{line}&"  "&{value}&" ("&{low}&"–"&{high}&")"'


def _ranged(frame: Frame, row: Mark) -> bool:
    return frame.differ(row.low, row.high, row.unit)


def _coloured(at: int, colour: str) -> str:
    head = each("c", idx=at, invertIfNegative=0, bubble3D=0)
    return tag("c:dPt", head, xml.shape(rgb(colour)))


def _muted(line: ReferenceLine) -> Mark:
    """A reference mark as one more bar."""
    low, high = (line.value if end is None else end for end in (line.low, line.high))
    return Mark(label=line.label, value=line.value, low=low, high=high, unit=line.unit, tone="muted")
