"""A grid of values, label by series."""

import matplotlib as mpl
from matplotlib.colors import to_hex

from siyu import theme
from siyu.charts.kind import Kind, rows_high
from siyu.charts.plate import Plate
from siyu.charts.scale import Scale
from siyu.charts.wrapping import wrapped


def paint(plate: Plate) -> None:
    """A grid of values (label × series), centred on zero, with the number in each cell."""
    chart, language = plate.chart, plate.language
    across, down = plate.series, list(dict.fromkeys(plate.labels))
    plate.across, plate.up = Scale(0, len(across)), Scale(len(down), 0)
    bound = max(abs(row.value) for row in chart.rows) or 1.0
    shades = mpl.colormaps["BrBG"]
    for row, label in zip(chart.rows, plate.labels, strict=True):
        x, y = across.index(language.say(row.series or "")), down.index(label)
        corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        plate.area(corners, to_hex(shades((row.value / bound + 1) / 2)), edge=theme.PAPER, width=2)
        colour = theme.PAPER if abs(row.value) > 0.62 * bound else theme.INK
        text = language.number(row.value, chart.unit if chart.unit == "ratio" else "")
        plate.note(text, (x + 0.5, y + 0.5), side="middle", size=9, colour=colour)
    room = {("zh", False): 44, ("zh", True): 20, ("en", False): 86, ("en", True): 40}[language.data_code, plate.narrow]
    room = max(4, room // len(across))  # characters that fit above one column
    heads = [(at + 0.5, wrapped(head, room, language)) for at, head in enumerate(across)]
    plate.name_columns(heads, language.say(chart.x.label if chart.x else ""))
    plate.name_rows([(at + 0.5, label) for at, label in enumerate(down)])


KIND = Kind(paint, rows_high(0.42), "", grid=True)
