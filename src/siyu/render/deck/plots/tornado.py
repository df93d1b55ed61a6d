"""What the result becomes at the low and the high end of each input; bars start at the base case."""

from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, end_label, horizontal
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import MAIN, RIVAL, scheme


def plot(frame: Frame) -> Plot:
    """A series for each end; the base case is the line that they start from, and named below it."""
    rows, sheet, series = frame.chart.rows, ChartSheet(), []
    names = frame.labels()
    category = (sheet.add(frame.word("Label"), names), names)
    for at, (end, word, colour) in enumerate((("low", "Input low", RIVAL), ("high", "Input high", MAIN))):
        cells, name = [row.at(end) for row in rows], frame.word(word)
        numbers = [end_label(frame, place, row, end, bare=True) for place, row in enumerate(rows)]
        points = xml.labels(numbers, frame.size)
        series.append(bar(at, sheet.add(name, cells), name, cells, points, category, look=scheme(colour)))
    base, room = rows[0].value, 0.22 if frame.width > 500 else 0.3
    sheet.add(frame.word("Base case"), [base] * len(rows))
    title = f"{frame.word('Base case')} {frame.speech.language.number(base, rows[0].unit)}"
    ends = frame.ends(room, room)
    return horizontal(frame, sheet, series, names, across=base, ends=ends, legend=True, shown=True, title=title)
