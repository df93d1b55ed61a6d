"""Native charts: a finding's rows as an Office chart, with the workbook behind it."""

from __future__ import annotations

from siyu.render.deck.plots.bars import bar_plot, tornado_plot
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.lines import line_plot
from siyu.render.deck.plots.pairs import pairs_plot
from siyu.render.deck.plots.ranges import range_plot
from siyu.render.deck.plots.waterfall import waterfall_plot

__all__ = ["KINDS", "Frame", "Plot"]

KINDS = {
    "range": range_plot,
    "pairs": pairs_plot,
    "line": line_plot,
    "bar": bar_plot,
    "waterfall": waterfall_plot,
    "tornado": tornado_plot,
}
