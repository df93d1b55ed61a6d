"""A dot for each value and a band for its range."""

from siyu import theme
from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, bare_unit
from siyu.render.deck.plots.points import BAND, BLANK, dotted, reference_lines, upright
from siyu.render.deck.plots.sheet import ChartSheet, quoted
from siyu.render.deck.tags import each, rgb, tag
from siyu.render.number_codes import number_code

_ENDS = (("value", "Value"), ("low", "Low"), ("high", "High"))


def plot(frame: Frame) -> Plot:
    """The numbers stand at the marks, or where those are too close, under the labels."""
    rows, sheet = frame.rows, ChartSheet()
    blank = [BLANK] if frame.lines else []
    names = [*frame.labels(), *blank]
    label = sheet.add(frame.word("Label"), names)
    cells = {end: [row.at(end) for row in rows] for end, _ in _ENDS}
    letters = {end: sheet.add(frame.word(word), cells[end]) for end, word in _ENDS}
    low, high = letters["low"], letters["high"]
    spread = [top - bottom for top, bottom in zip(cells["high"], cells["low"], strict=True)]
    width = sheet.add(frame.word("Width of range"), spread, lambda row: f"={high}{row}-{low}{row}")
    band = xml.error_bars(xml.stroke(BAND, 9), minus=xml.numbers(width, spread))
    labels = (label, names)
    points: dict[str, list[str]] = {"low": [], "value": [], "high": []}
    if any(_too_close(frame, row) for row in rows):
        said = [*(f"{name}\n{_said(frame, row)}" for name, row in zip(names, rows, strict=False)), *blank]
        column = sheet.add(frame.word("Label and number"), said, lambda row: _formula(frame, row - 2))
        labels = (column, said)
    else:
        points = {end: _points(frame, end, side) for end, side in (("low", "b"), ("value", "r"), ("high", "t"))}
    dots = "".join(_dot(at, frame.tone(row)) for at, row in enumerate(rows))
    series = []
    # the value comes last: later series are drawn over earlier ones
    for at, (end, word, before, after) in enumerate(
        (("high", "High", "", band), ("low", "Low", "", ""), ("value", "Value", dots, ""))
    ):
        inside = before + xml.labels(points[end], frame.size) + after
        dot = 11 if end == "value" else 0
        series.append(dotted(at, letters[end], frame.word(word), cells[end], inside, labels, dot=dot))
    return upright(frame, sheet, [*series, *reference_lines(frame, sheet, len(series), labels)])


def _points(frame: Frame, end: str, side: str) -> list[str]:
    """Labels of one end; the value's stand in the colour of its dot."""
    found = []
    for at, row in enumerate(frame.rows):
        if end == "value" or _apart(frame, row, end):
            code = number_code(row.at(end), row.unit, frame.language)
            colour = frame.tone(row) if end == "value" else theme.MUTE
            found.append(xml.label(at, code, side, frame.size, colour, bold=end == "value"))
    return found


def _dot(at: int, colour: str) -> str:
    look = xml.shape(rgb(colour), xml.NO_LINE)
    return tag("c:dPt", tag("c:idx", val=at), xml.marker(colour, 11), each("c", bubble3D=0), look)


def _apart(frame: Frame, row: Mark, end: str) -> bool:
    """Whether an end of the range needs a number of its own."""
    return frame.differ(row.at(end), row.value, row.unit)


def _too_close(frame: Frame, row: Mark) -> bool:
    """Whether the numbers at a mark would stand on each other, or on the axis."""
    low, value, high = (frame.place(row.at(end)) for end in ("low", "value", "high"))
    near = 1.35 * frame.size / (frame.height * 0.76)
    bottom = _apart(frame, row, "low") and (value - low < near or low < near)
    return bottom or (_apart(frame, row, "high") and high - value < near)


def _said(frame: Frame, row: Mark) -> str:
    """The value, and its range on the next line."""
    value, low, high = (frame.bare(row.at(end), row.unit) for end, _ in _ENDS)
    return value if low == high else f"{value}\n{low}{_joint(frame, row)}{high}"


def _joint(frame: Frame, row: Mark) -> str:
    return "–" if row.low >= 0 else f" {frame.word('to')} "


def _formula(frame: Frame, at: int) -> str:
    """The formula that writes label, value and range of row `at`, as `_said` does."""
    if at >= len(frame.rows):
        return f'="{BLANK}"'
    row, line = frame.rows[at], at + 2
    value, low, high = (
        f"TEXT({letter}{line},{quoted(number_code(row.at(end), bare_unit(row.unit), frame.language))})"
        for letter, (end, _) in zip("BCD", _ENDS, strict=True)
    )
    text = f"=A{line}&CHAR(10)&{value}"
    if frame.bare(row.low, row.unit) == frame.bare(row.high, row.unit):
        return text
    return f"{text}&CHAR(10)&{low}&{quoted(_joint(frame, row))}&{high}"
