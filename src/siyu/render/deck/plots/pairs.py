"""Series as coloured dots on each label, a band between them: the gap is the message."""

from collections.abc import Callable, Sequence

from siyu import theme
from siyu.record import Mark
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.points import BAND, BLANK, dotted, reference_lines, upright
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.number_codes import number_code


def plot(frame: Frame) -> Plot:
    """One column of the sheet a series; the first label names them."""
    sheet = ChartSheet()
    said = [frame.text(row.label) for row in frame.rows]
    of = [frame.text(row.series) for row in frame.rows]
    labels, names = list(dict.fromkeys(said)), list(dict.fromkeys(of))
    held = dict(zip(zip(said, of, strict=True), frame.rows, strict=True))
    groups = [{name: held[label, name] for name in names if (label, name) in held} for label in labels]
    texts = [*labels, *([BLANK] if frame.lines else [])]
    shown = (sheet.add(frame.word("Label"), texts), texts)
    cells = {name: [group[name].value if name in group else None for group in groups] for name in names}
    columns = {name: sheet.add(name, cells[name]) for name in names}
    series = [_band(frame, sheet, groups, (columns[names[0]], columns[names[-1]]), shown)]
    for at, name in enumerate(names):
        colour = theme.SERIES[at % len(theme.SERIES)]
        points = [_label(frame, place, name, group, colour) for place, group in enumerate(groups) if name in group]
        inside = xml.labels(points, frame.size) + _sampling(frame, sheet, groups, name, columns[name], colour)
        series.append(dotted(at + 1, columns[name], name, cells[name], inside, shown, dot=10, colour=colour))
    return upright(frame, sheet, [*series, *reference_lines(frame, sheet, len(series), shown)])


def _band(
    frame: Frame,
    sheet: ChartSheet,
    groups: Sequence[dict[str, Mark]],
    ends: tuple[str, str],
    labels: tuple[str, list[str]],
) -> str:
    """From the lowest to the highest dot of each label."""
    known = [[row.value for row in group.values()] for group in groups]
    lowest, spread = [min(group) for group in known], [max(group) - min(group) for group in known]
    first, last = ends
    base = sheet.add(frame.word("Lowest"), lowest, lambda row: f"=MIN({first}{row}:{last}{row})")
    gap = sheet.add(
        frame.word("Gap"), spread, lambda row: f"=MAX({first}{row}:{last}{row})-MIN({first}{row}:{last}{row})"
    )
    bars = xml.error_bars(xml.stroke(BAND, 6), plus=xml.numbers(gap, spread))
    return dotted(0, base, frame.word("Lowest"), lowest, bars, labels)


def _label(frame: Frame, at: int, name: str, group: dict[str, Mark], colour: str) -> str:
    """The number of a dot, above the highest and below the lowest."""
    row, values = group[name], sorted(other.value for other in group.values())
    side = "t" if row.value == values[-1] else "b" if row.value == values[0] else "r"
    if values[0] == values[-1] and len(group) > 1:
        side = "t" if name == list(group)[-1] else "b"
    code = number_code(row.value, row.unit, frame.language)
    return xml.label(at, code, side, frame.size, colour, name=at == 0, bold=True)


def _sampling(
    frame: Frame, sheet: ChartSheet, groups: Sequence[dict[str, Mark]], name: str, own: str, colour: str
) -> str:
    """Thin bars from low to high of a series, where it has ranges."""
    rows = [group.get(name) for group in groups]
    ranges = [row if row is not None and frame.differ(row.low, row.high, row.unit) else None for row in rows]
    if not any(ranges):
        return ""
    ends = {}
    for end, word in (("low", "Low"), ("high", "High")):
        letter = sheet.add(f"{name} ({frame.word(word)})", [row.at(end) if row else None for row in ranges])
        away = [abs(row.value - row.at(end)) if row else 0 for row in ranges]
        column = sheet.add(f"{name}: {frame.word('to the end')} ({frame.word(word)})", away, _distance(own, letter))
        ends[end] = xml.numbers(column, away)
    return xml.error_bars(xml.stroke(colour, 1.5), minus=ends["low"], plus=ends["high"])


def _distance(own: str, end: str) -> Callable[[int], str]:
    return lambda row: f'=IF({end}{row}="",0,ABS({own}{row}-{end}{row}))'
