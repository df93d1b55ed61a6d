"""A dot for each value and a band for its range, on a line of its own."""

from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import horizontal, labelled
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.points import BLANK, band, dots, unseen, zones
from siyu.render.deck.plots.sheet import ChartSheet

_ENDS = (("value", "Value"), ("low", "Low"), ("high", "High"))


def plot(frame: Frame) -> Plot:
    """Label and number stand on the left of the mark; reference marks are zones behind the rows."""
    rows, sheet, blank = frame.rows, ChartSheet(), len(frame.lines)
    category = labelled(frame, sheet, rows, [BLANK] * blank)
    cells = {end: [*[None] * blank, *(row.at(end) for row in rows)] for end, _ in _ENDS}
    letters = {end: sheet.add(frame.word(word), cells[end]) for end, word in _ENDS}
    spread = [None if low is None else high - low for low, high in zip(cells["low"], cells["high"], strict=True)]
    widths = sheet.add(
        frame.word("Width of range"), spread, lambda row: f"={letters['high']}{row}-{letters['low']}{row}"
    )
    series = zones(frame, sheet, category)
    inside = {"high": band(xml.numbers(widths, spread)), "low": ""}
    for end, word in (("high", "High"), ("low", "Low")):
        series.append(unseen(len(series), letters[end], frame.word(word), cells[end], inside[end], category))
    tones = {frame.tone(row) for row in rows}
    for tone in sorted(tones):  # error bars have one colour a series
        own = [
            cell if at >= blank and frame.tone(rows[at - blank]) == tone else None
            for at, cell in enumerate(cells["value"])
        ]
        name = frame.word("Value")
        letter = letters["value"] if len(tones) == 1 else sheet.add(f"{name} {tone}", own)
        series.append(unseen(len(series), letter, name, own, dots(frame, sheet, letter, name, own, tone), category))
    return horizontal(frame, sheet, series, category[1], shown=True)
