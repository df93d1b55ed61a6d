"""Series beside each other on each label, told apart by colour, with the ranges that they have."""

from siyu.render.deck.plots.bands import banded
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.tags import SERIES


def plot(frame: Frame) -> Plot:
    """A row for each mark; those of a label stand together."""
    lines, rows = [frame.muted(line) for line in frame.chart.lines], list(frame.chart.rows)
    places = list(dict.fromkeys(frame.text(row.label) for row in rows))
    rows.sort(key=lambda row: places.index(frame.text(row.label)))
    series = list(dict.fromkeys(frame.text(row.series) for row in frame.chart.rows))
    names = [frame.text(line.label) for line in lines]
    names += [" · ".join(part for part in (frame.text(row.label), frame.text(row.series)) if part) for row in rows]
    colours = [frame.tone(line) for line in lines]
    colours += [SERIES[series.index(frame.text(row.series)) % len(SERIES)] for row in rows]
    return banded(frame, [*lines, *rows], names, colours)
