"""What the result becomes at the low and the high end of each input; bars start at the base case."""

from siyu import theme
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, end_label, horizontal
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import rgb


def plot(frame: Frame) -> Plot:
    """A series for each end; the base case stands in the sheet."""
    rows, sheet, series = frame.rows, ChartSheet(), []
    names = frame.labels()
    category = (sheet.add(frame.word("Label"), names), names)
    for at, (end, word, colour) in enumerate((("low", "Input low", theme.RIVAL), ("high", "Input high", theme.MAIN))):
        cells, name = [row.at(end) for row in rows], frame.word(word)
        points = xml.labels(
            [end_label(frame, place, row, end, bare=True) for place, row in enumerate(rows)], frame.size
        )
        series.append(bar(at, sheet.add(name, cells), name, cells, points, category, look=rgb(colour)))
    base, room = rows[0].value, 0.22 if frame.width > 500 else 0.3
    sheet.add(frame.word("Base case"), [base] * len(rows))
    return horizontal(frame, sheet, series, across=base, ends=frame.ends(room, room), legend=True)
