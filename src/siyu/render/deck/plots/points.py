"""Lying charts of dots and bands. Each mark is a bar that nobody sees, with its dot and its band as error bars: so
rows keep their labels on the category axis, and every number stays in the sheet behind the chart."""

from collections.abc import Sequence

from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import Categories, bar
from siyu.render.deck.plots.frame import Frame
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import BAND, MUTE

BLANK = " "  # label of the rows on top in which reference marks are named
BAND_HIGH, DOT = 12.0, 11.0  # points
_ZONE, _LINE = "bg1 90", "tx2 75 25"
_SHORT = 400  # a dot is a line this much shorter than the span of the values, with round ends

Cells = Sequence[float | None]


def unseen(at: int, letter: str, name: str, cells: Cells, inside: str, category: Categories) -> str:
    """A series that only its labels and error bars show. inside: those, in the order of the schema."""
    return bar(at, letter, name, cells, inside, category, look=xml.NO_FILL + xml.NO_LINE)


def band(widths: str, colour: str = BAND, high: float = BAND_HIGH) -> str:
    """From the end of a mark down by `widths`."""
    return xml.error_bars(xml.stroke(colour, high), minus=widths, direction=None)


def dots(frame: Frame, sheet: ChartSheet, letter: str, name: str, cells: Cells, colour: str) -> str:
    """A dot at each mark of the column `letter`."""
    known = [cell for cell in cells if cell is not None]
    span = (max(known) - min(known)) or abs(known[0]) or 1.0
    if frame.log:
        short, formula = [cell and cell / _SHORT for cell in cells], f"={letter}{{row}}/{_SHORT}"
    else:
        short = [None if cell is None else span / _SHORT for cell in cells]
        area = f"{letter}$2:{letter}${len(cells) + 1}"
        spread = f"(MAX({area})-MIN({area}))"
        rest = f"IF({spread}=0,IF(MAX({area})=0,1,ABS(MAX({area}))),{spread})"
        formula = f"={rest}/{_SHORT}"
    column = sheet.add(f"{name}: {frame.word('Dot')}", short, lambda row: formula.format(row=row))
    ends = xml.numbers(column, short)
    return xml.error_bars(xml.stroke(colour, DOT, cap="rnd"), minus=ends, plus=ends, direction=None)


def zones(frame: Frame, sheet: ChartSheet, category: Categories) -> list[str]:
    """Reference marks as grey zones behind all rows, thin where they are no ranges; each named in a row on top."""
    count, series = len(category[1]), []
    high = frame.inner(category[1])[3] * frame.height / count + 0.5
    for at, line in enumerate(frame.lines):
        name, (low, top) = f"{frame.text(line.label)} {frame.said(line)}", frame.ends_of(line)
        start, end = ([cell] * count for cell in (low, top))
        first, last = (
            sheet.add(f"{name} ({frame.word(word)})", cells) for word, cells in (("Low", start), ("High", end))
        )
        thin = top / 100 if frame.log else frame.span / 300
        widths = [max(top - low, thin)] * count
        formula = f"=MAX({last}{{row}}-{first}{{row}},{thin!r})"
        column = sheet.add(
            f"{name}: {frame.word('Width of range')}", widths, lambda row, way=formula: way.format(row=row)
        )
        label = xml.labels(
            [xml.label(at, "General", "outEnd", frame.size * 0.92, MUTE, name=True, value=False)], frame.size
        )
        bars = band(xml.numbers(column, widths), _ZONE if low < top else _LINE, high)
        series.append(unseen(len(series), last, name, end, label + bars, category))
    return series
