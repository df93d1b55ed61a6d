"""Three domains and what flows between them: a wheel, if the last arrow is there."""

from siyu import theme
from siyu.charts.arrows import arrow, boxed
from siyu.charts.kind import Kind
from siyu.charts.plate import Plate
from siyu.charts.scale import Scale
from siyu.charts.wrapping import wrapped

DOMAINS = {"plays": (0.22, 0.8), "impressions": (0.78, 0.8), "fans": (0.5, 0.2)}
# from, to, bend, where its number stands
ARROWS: dict[str, tuple[tuple[float, float], tuple[float, float], float, tuple[float, float]]] = {
    "won": ((0.3, 0.68), (0.44, 0.33), 0.0, (0.48, 0.53)),
    "bought": ((0.72, 0.68), (0.56, 0.33), 0.0, (0.78, 0.5)),
    "k": ((0.34, 0.2), (0.12, 0.67), -0.45, (0.27, 0.43)),
    "churn": ((0.67, 0.2), (0.93, 0.12), 0.2, (0.86, 0.24)),
}
CODES = (*DOMAINS, *ARROWS)  # the `x` of a mark is its place here


def paint(plate: Plate) -> None:
    """A box for each domain, an arrow for each rate, with what they are called and their numbers."""
    language = plate.language
    room = {("zh", False): 11, ("zh", True): 6, ("en", False): 22, ("en", True): 11}[language.data_code, plate.narrow]
    size = 9 - 1.5 * plate.narrow
    plate.across, plate.up = Scale(0, 1), Scale(0, 1)
    for row in plate.chart.rows:
        code = CODES[int(row.x or 0)]
        number = language.number(row.value, row.unit) if code in DOMAINS else plate.number_of(row)
        text = f"{wrapped(language.say(row.label), room, language)}\n{number}"
        if code in DOMAINS:
            colour = {"fans": theme.MAIN, "impressions": theme.WEAK}.get(code, theme.INK)
            boxed(plate, text, DOMAINS[code], size + 0.5, colour)
            continue
        start, end, bend, place = ARROWS[code]
        colour = theme.RIVAL if code in ("k", "churn") else theme.MUTE
        arrow(plate, start, end, bend, colour, 1.8)
        plate.note(text, place, side="middle", size=size, colour=colour, halo=True)


KIND = Kind(paint, lambda chart, narrow, deepest: 3.6 if narrow else 4.0, "", grid=True, pictured=True)
