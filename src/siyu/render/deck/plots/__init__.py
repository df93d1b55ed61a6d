"""Native charts: a finding's rows as an Office chart, with the workbook behind it.

`plot(frame)` of a kind stands in the module of its name; a kind without one is a table on its slide."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from siyu.charts.kinds import NAMES
from siyu.render.deck.plots.frame import Frame, Plot

__all__ = ["PLOTS", "Frame", "Plot"]

PLOTS: dict[str, Callable[[Frame], Plot]] = {
    name: import_module(f"{__name__}.{name}").plot for name in NAMES if find_spec(f"{__name__}.{name}")
}
