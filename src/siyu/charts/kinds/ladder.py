"""Levels as a staircase, the chance of the next step between them."""

from siyu import theme
from siyu.charts.plate import HALO, Kind, Plate
from siyu.charts.wrapping import wrapped


def paint(plate: Plate) -> None:
    """A step a level, as high as its place, with its name and number; arrows (second series) from step to step."""
    axes, language = plate.axes, plate.language
    steps = [row for row in plate.chart.rows if row.series == plate.chart.rows[0].series]
    moves = {str(row.label): row for row in plate.chart.rows if row.series != plate.chart.rows[0].series}
    room = {("zh", False): 12, ("zh", True): 6, ("en", False): 20, ("en", True): 10}[language.data_code, plate.narrow]
    for at, row in enumerate(steps):
        axes.bar(at, 1 + at, width=0.96, color=theme.MAIN, alpha=0.25 + 0.2 * min(at, 3))
        text = f"{wrapped(language.say(row.label), room, language)}\n{plate.number_of(row)}"
        colour = theme.PAPER if at > 2 else theme.INK
        axes.text(at, 0.5, text, ha="center", va="center", fontsize=9 - plate.narrow, color=colour)
    for at, row in enumerate(steps[:-1]):
        if (move := moves.get(str(row.label))) is None:
            continue
        look = {"arrowstyle": "-|>", "color": theme.RIVAL, "lw": 1.6, "connectionstyle": "arc3,rad=-0.35"}
        axes.annotate("", (at + 0.85, at + 2.02), (at, at + 1.05), arrowprops=look)
        number = language.number(move.value, move.unit)
        axes.text(at + 0.2, at + 1.72, number, ha="right", fontsize=9.5, color=theme.RIVAL, path_effects=HALO)
    axes.set_xlim(-0.75, len(steps) - 0.5)
    axes.set_ylim(0, len(steps) + 0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_axis_off()


KIND = Kind(paint, lambda chart, narrow, deepest: 3.0 if narrow else 3.4, "", grid=True, pictured=True)
