"""Lines over a numeric axis, each with the ends of its range as thin lines."""

import math
from collections.abc import Mapping, Sequence

from siyu.record import Mark, ReferenceLine
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import HEIGHT, Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet
from siyu.render.deck.tags import INK, SERIES, each, tag
from siyu.render.number_codes import axis_code, number_code


def plot(frame: Frame) -> Plot:
    """The name of a line stands at its end, that of a line alone along the axis; of a reference line at its start."""
    sheet, series = ChartSheet(), list[str]()
    lines: dict[str, list[Mark]] = {}
    for row in sorted(frame.chart.rows, key=lambda row: row.x or 0):
        lines.setdefault(frame.text(row.series), []).append(row)
    names = list(dict.fromkeys(frame.text(row.series) for row in frame.chart.rows))
    up = _apart(frame, {name: lines[name][-1].value for name in names})
    for at, name in enumerate(names):
        _curves(frame, sheet, series, name, lines[name], SERIES[at % 6], up[name] if len(names) > 1 else None)
    places = sorted({row.x or 0 for row in frame.chart.rows})
    for line in frame.chart.lines:
        _reference(frame, sheet, series, line, [places[0], places[-1]])
    head, axes = each("c", scatterStyle="lineMarker", varyColors=0), each("c", axId=1) + each("c", axId=2)
    group = tag("c:scatterChart", head, *series, axes) + _across(frame, places)
    alone = names[0] if len(names) == 1 else ""
    group += _values_on_the_left(frame, alone)
    wide = 2 if frame.speech.language.data_code == "zh" else 1
    room = 0.1 if alone else min(0.34, 0.1 + 0.009 * wide * max(len(name) for name in names))
    area = xml.plot_area(group, frame.beside(0.98 - room, alone))
    return Plot(xml.chart_space(area, frame.size), sheet.workbook())


def _curves(
    frame: Frame, sheet: ChartSheet, series: list[str], name: str, rows: Sequence[Mark], colour: str, up: float | None
) -> None:
    """A line with its last number, and its low and high as thin lines. up: of its name before that number, see
    `_apart`; None where it has none."""
    xs = [row.x or 0 for row in rows]
    across = xml.numbers(sheet.add(_heading(frame), xs), xs)
    code = number_code(rows[-1].value, rows[-1].unit, frame.speech.language)
    note = xml.label(len(rows) - 1, code, "r", frame.size, colour, name=up is not None, bold=True, up=up or 0)
    end = xml.labels([note], frame.size)
    look = xml.shape(xml.stroke(colour, 2.5)) + xml.marker(colour, 6)
    _add(sheet, series, name, across, [row.value for row in rows], look + end)
    if any(row.low != row.high for row in rows):
        thin = xml.shape(xml.stroke(colour, 1, "sysDash")) + xml.marker(colour, 0)
        for part, word in (("low", "Low"), ("high", "High")):
            _add(sheet, series, f"{name} ({frame.word(word)})", across, [row.at(part) for row in rows], thin)


def _apart(frame: Frame, ends: Mapping[str, float]) -> dict[str, float]:
    """Name of a line -> how far above its end the name stands, a share of the height: none touches another."""
    along = math.log if frame.log else float
    low, high = map(along, frame.ends())
    taken, up = -math.inf, dict[str, float]()
    for name in sorted(ends, key=ends.__getitem__):
        at = (along(ends[name]) - low) / (high - low) * HEIGHT
        taken = max(at, taken + 1.3 * frame.size / frame.height)
        up[name] = taken - at
    return up


def _reference(frame: Frame, sheet: ChartSheet, series: list[str], line: ReferenceLine, xs: list[float]) -> None:
    across = xml.numbers(sheet.add(_heading(frame), xs), xs)
    code = number_code(line.value, line.unit, frame.speech.language)
    note = xml.labels([xml.label(0, code, "t", frame.size, INK, name=True)], frame.size)
    look = xml.shape(xml.stroke(INK, 1.25, "dash")) + xml.marker(INK, 0)
    _add(sheet, series, frame.text(line.label), across, [line.value] * 2, look + note)


def _add(sheet: ChartSheet, series: list[str], name: str, across: str, values: Sequence[float], inside: str) -> None:
    column = sheet.add(name, values)
    data = tag("c:xVal", across) + tag("c:yVal", xml.numbers(column, values))
    series.append(xml.series(len(series), column, name, inside, data, tag("c:smooth", val=0)))


def _across(frame: Frame, places: Sequence[float]) -> str:
    """The horizontal axis."""
    code = axis_code(places, frame.chart.x.unit if frame.chart.x else "", frame.speech.language, logarithmic=False)
    low = None if places[0] > 0.3 * places[-1] else 0
    title = frame.text(frame.chart.x.label if frame.chart.x else "")
    ends = (low, None)
    return xml.value_axis(frame.size * 0.88, code, side="b", ends=ends, title=title, ids=(1, 2), between="midCat")


def _heading(frame: Frame) -> str:
    return frame.text(frame.chart.x.label if frame.chart.x else "") or "x"


def _values_on_the_left(frame: Frame, name: str) -> str:
    """The value axis, saying what it shows and when it is logarithmic."""
    size, note = frame.size * 0.88, frame.word("logarithmic scale") if frame.log else ""
    note = "  ·  ".join(part for part in (name, note) if part)
    code, ends = frame.axis_code(), frame.ends()
    return xml.value_axis(size, code, side="l", ends=ends, log=frame.log, title=note, between="midCat")
