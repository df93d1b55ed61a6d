"""A grid of values, label by series."""

import numpy as np

from siyu import theme
from siyu.charts.plate import Kind, Plate, rows_high
from siyu.charts.wrapping import wrapped


def paint(plate: Plate) -> None:
    """A grid of values (label × series), centred on zero, with the number in each cell."""
    axes, chart, language = plate.axes, plate.chart, plate.language
    across, down = plate.series, list(dict.fromkeys(plate.labels))
    grid = np.full((len(down), len(across)), np.nan)
    for row, label in zip(chart.rows, plate.labels, strict=True):
        grid[down.index(label), across.index(language.say(row.series or ""))] = row.value
    bound = float(np.nanmax(np.abs(grid))) or 1.0
    axes.pcolormesh(grid, cmap="BrBG", vmin=-bound, vmax=bound, edgecolors="white", lw=2)
    for (down_at, across_at), value in np.ndenumerate(grid):
        if np.isfinite(value):
            colour = theme.PAPER if abs(value) > 0.62 * bound else theme.INK
            text = language.number(float(value), chart.unit if chart.unit == "ratio" else "")
            axes.text(across_at + 0.5, down_at + 0.5, text, ha="center", va="center", color=colour, fontsize=9)
    room = {("zh", False): 44, ("zh", True): 20, ("en", False): 86, ("en", True): 40}[language.data_code, plate.narrow]
    room = max(4, room // len(across))  # characters that fit above one column
    axes.set_xticks(np.arange(len(across)) + 0.5, [wrapped(head, room, language) for head in across])
    axes.set_yticks(np.arange(len(down)) + 0.5, down)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(language.say(chart.x.label if chart.x else ""))


KIND = Kind(paint, rows_high(0.42), "", grid=True)
