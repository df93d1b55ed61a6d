"""Levels as a staircase, the chance of the next step between them."""

from siyu import theme
from siyu.charts.arrows import arrow
from siyu.charts.kind import Kind
from siyu.charts.plate import Plate
from siyu.charts.scale import Scale
from siyu.charts.wrapping import wrapped


def paint(plate: Plate) -> None:
    """A step a level, as high as its place, with its name and number; arrows (second series) from step to step."""
    language = plate.language
    steps = [row for row in plate.chart.rows if row.series == plate.chart.rows[0].series]
    moves = {str(row.label): row for row in plate.chart.rows if row.series != plate.chart.rows[0].series}
    room = {("zh", False): 12, ("zh", True): 6, ("en", False): 20, ("en", True): 10}[language.data_code, plate.narrow]
    for at, row in enumerate(steps):
        left, right = at - 0.48, at + 0.48
        corners = [(left, 0.0), (right, 0.0), (right, 1.0 + at), (left, 1.0 + at)]
        plate.area(corners, theme.MAIN, alpha=0.25 + 0.2 * min(at, 3))
        text = f"{wrapped(language.say(row.label), room, language)}\n{plate.number_of(row)}"
        colour = theme.PAPER if at > 2 else theme.INK
        plate.note(text, (at, 0.5), side="middle", size=9 - plate.narrow, colour=colour)
    for at, row in enumerate(steps[:-1]):
        if (move := moves.get(str(row.label))) is None:
            continue
        arrow(plate, (at, at + 1.05), (at + 0.85, at + 2.02), -0.35, theme.RIVAL, 1.6)
        number = language.number(move.value, move.unit)
        plate.note(number, (at + 0.2, at + 1.72), side="end", colour=theme.RIVAL, middle=False, halo=True)
    plate.across, plate.up = Scale(-0.75, len(steps) - 0.5), Scale(0, len(steps) + 0.6)


KIND = Kind(paint, lambda chart, narrow, deepest: 3.0 if narrow else 3.4, "", grid=True, pictured=True)
