"""A band for the range of each value, reference marks as bands above them."""

from siyu.render.deck.plots.bands import banded
from siyu.render.deck.plots.frame import Frame, Plot


def plot(frame: Frame) -> Plot:
    """A row for each mark."""
    rows = [*map(frame.muted, frame.chart.lines), *frame.chart.rows]
    return banded(frame, rows, [frame.text(row.label) for row in rows], [frame.tone(row) for row in rows])
