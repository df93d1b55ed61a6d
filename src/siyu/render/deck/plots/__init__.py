"""Native charts: a finding's rows as an Office chart, with the workbook behind it."""

from __future__ import annotations

from siyu.render.deck.plots.bars import bar_plot, tornado_plot, waterfall_plot
from siyu.render.deck.plots.dots import line_plot, pairs_plot, range_plot
from siyu.render.deck.plots.frame import Frame, Plot

__all__ = ["KINDS", "Frame", "Plot"]

KINDS = {
    "range": range_plot,
    "pairs": pairs_plot,
    "line": line_plot,
    "bar": bar_plot,
    "waterfall": waterfall_plot,
    "tornado": tornado_plot,
}
