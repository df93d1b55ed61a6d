"""Lying bands: from low to high of each row, with a dark mark at its value. A band is a stack of bars, so that it
stands exactly on the axis in every office program."""

from collections.abc import Sequence

from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, coloured, horizontal, labelled
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet

_THIN, _ALONE = 300, 100  # half a mark is this much thinner than the axis is long, in a band and where there is none
Edge = tuple[str, list[float]]  # letter, cells
_EDGES = ("Band from", "Mark from", "Mark to", "Band to")


def banded(frame: Frame, rows: Sequence[Mark], names: Sequence[str], colours: Sequence[str]) -> Plot:
    """A band a row. names: of the rows, each with its number below; colours: of their marks."""
    sheet = ChartSheet()
    category = labelled(frame, sheet, rows, names)
    ends = {end: [float(row.at(end)) for row in rows] for end in ("value", "low", "high")}
    letters = {end: sheet.add(frame.word(end.title()), cells) for end, cells in ends.items()}
    edges = _edges(frame, sheet, ends, letters)
    offset = [max(0.0, first) + min(0.0, last) for first, last in zip(edges[0][1], edges[3][1], strict=True)]
    first, last = edges[0][0], edges[3][0]
    letter = sheet.add(frame.word("Offset"), offset, f"=MAX(0,{first}{{row}})+MIN(0,{last}{{row}})")
    series = [bar(0, letter, frame.word("Offset"), offset, "", category, look=xml.NO_FILL + xml.NO_LINE)]
    tints = [f"{colour.split()[0]} 20 80" for colour in colours]
    pieces = list(zip(edges, edges[1:], (tints, colours, tints), ("Band, low", "Dot", "Band, high"), strict=False))
    crosses = any(cell < 0 for cell in edges[0][1])
    # below zero bars stack away from zero, so the last piece comes first
    for part, sign in [*((piece, -1) for piece in reversed(pieces) if crosses), *((piece, 1) for piece in pieces)]:
        (start, froms), (end, tos), looks, word = part
        name = f"{frame.word(word)}, {frame.word('below zero' if sign < 0 else 'above zero')}"
        cells = [sign * abs(_kept(sign, top) - _kept(sign, bottom)) for bottom, top in zip(froms, tos, strict=True)]
        way = "MAX" if sign > 0 else "MIN"
        letter = sheet.add(name, cells, f"={sign}*ABS({way}(0,{end}{{row}})-{way}(0,{start}{{row}}))")
        inside = "".join(coloured(at, colour) for at, colour in enumerate(looks))
        series.append(bar(len(series), letter, name, cells, inside, category))
    return horizontal(frame, sheet, series, category[1], stacked=True, shown=True)


def _edges(frame: Frame, sheet: ChartSheet, ends: dict[str, list[float]], letters: dict[str, str]) -> list[Edge]:
    """Letter and cells of where band and mark begin and end; on a logarithmic axis a mark is a factor wide."""
    low, high = frame.ends()
    thin = _ALONE if ends["low"] == ends["high"] else _THIN
    wide = (high / low) ** (1 / thin) if frame.log else (high - low) / thin
    before, after = (f"{letters['value']}{{row}}{sign}{wide!r}" for sign in (("/", "*") if frame.log else ("-", "+")))
    least, most = f"=MIN({letters['low']}{{row}},{before})", f"=MAX({letters['high']}{{row}},{after})"
    formulas = (least, f"={before}", f"={after}", most)
    starts = [value / wide if frame.log else value - wide for value in ends["value"]]
    stops = [value * wide if frame.log else value + wide for value in ends["value"]]
    cells = ([*map(min, ends["low"], starts)], starts, stops, [*map(max, ends["high"], stops)])
    edges = zip(_EDGES, cells, formulas, strict=True)
    return [(sheet.add(frame.word(name), held, formula), held) for name, held, formula in edges]


def _kept(sign: int, number: float) -> float:
    return max(0.0, number) if sign > 0 else min(0.0, number)
