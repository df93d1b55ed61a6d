"""Series as coloured dots on each label's line, a band between them: the gap is the message."""

from collections.abc import Callable, Sequence

from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import Categories, horizontal
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.points import BLANK, band, dots, unseen, zones
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import SERIES
from siyu.render.number_codes import number_code

Groups = Sequence[dict[str, Mark]]
_NEAR = 0.22  # of the axis: a number on the left of a dot needs this much


def plot(frame: Frame) -> Plot:
    """One column of the sheet a series; the first label names them."""
    sheet, blank = ChartSheet(), len(frame.lines)
    said = [frame.text(row.label) for row in frame.rows]
    of = [frame.text(row.series) for row in frame.rows]
    labels, names = list(dict.fromkeys(said)), list(dict.fromkeys(of))
    held = dict(zip(zip(said, of, strict=True), frame.rows, strict=True))
    groups = [
        *[{}] * blank,
        *({name: held[label, name] for name in names if (label, name) in held} for label in labels),
    ]
    texts = [*[BLANK] * blank, *labels]
    category = (sheet.add(frame.word("Label"), texts), texts)
    cells = {name: [group[name].value if name in group else None for group in groups] for name in names}
    columns = {name: sheet.add(name, cells[name]) for name in names}
    series = zones(frame, sheet, category)
    series.append(_gap(frame, sheet, len(series), groups, (columns[names[0]], columns[names[-1]]), category))
    for at, name in enumerate(names):
        colour, letter = SERIES[at % len(SERIES)], columns[name]
        ranged = _sampling(frame, sheet, groups, name, letter, colour)
        if ranged:
            series.append(unseen(len(series), letter, f"{name} ({frame.word('Range')})", cells[name], ranged, category))
        points = [
            _label(frame, place, name, group, colour, blank) for place, group in enumerate(groups) if name in group
        ]
        inside = xml.labels(points, frame.size) + dots(frame, sheet, letter, name, cells[name], colour)
        series.append(unseen(len(series), letter, name, cells[name], inside, category))
    return horizontal(frame, sheet, series, texts, shown=True)


def _gap(frame: Frame, sheet: ChartSheet, at: int, groups: Groups, ends: tuple[str, str], category: Categories) -> str:
    """From the lowest to the highest dot of each label."""
    known = [[row.value for row in group.values()] for group in groups]
    highest = [max(group) if group else None for group in known]
    spread = [max(group) - min(group) if group else None for group in known]
    first, last = ends
    top = sheet.add(frame.word("Highest"), highest, lambda row: f"=MAX({first}{row}:{last}{row})")
    gap = sheet.add(
        frame.word("Gap"), spread, lambda row: f"=MAX({first}{row}:{last}{row})-MIN({first}{row}:{last}{row})"
    )
    return unseen(at, top, frame.word("Highest"), highest, band(xml.numbers(gap, spread), high=6), category)


def _label(frame: Frame, at: int, name: str, group: dict[str, Mark], colour: str, first: int) -> str:
    """The number of a dot, on the side away from the others."""
    row = group[name]
    lowest = row.value == min(other.value for other in group.values()) and len(group) > 1
    tied = lowest and row.value == max(other.value for other in group.values())
    left = lowest and frame.place(row.value) > _NEAR and not (tied and name == list(group)[-1])
    code = number_code(row.value, row.unit, frame.language)
    side = "inEnd" if left else "outEnd"
    return xml.label(at, code, side, frame.size, colour, name=at == first, bold=True)


def _sampling(frame: Frame, sheet: ChartSheet, groups: Groups, name: str, own: str, colour: str) -> str:
    """Thin bars from low to high of a series, where it has ranges."""
    rows = [group.get(name) for group in groups]
    ranges = [row if row is not None and frame.differ(row.low, row.high, row.unit) else None for row in rows]
    if not any(ranges):
        return ""
    ends = {}
    for end, word in (("low", "Low"), ("high", "High")):
        letter = sheet.add(f"{name} ({frame.word(word)})", [row.at(end) if row else None for row in ranges])
        away = [abs(row.value - row.at(end)) if row else None for row in ranges]
        column = sheet.add(f"{name}: {frame.word('to the end')} ({frame.word(word)})", away, _distance(own, letter))
        ends[end] = xml.numbers(column, away)
    return xml.error_bars(xml.stroke(colour, 2), minus=ends["low"], plus=ends["high"], direction=None)


def _distance(own: str, end: str) -> Callable[[int], str]:
    return lambda row: f"=ABS({own}{row}-{end}{row})"
