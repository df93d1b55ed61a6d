"""Charts of dots: a value with its range, several series on each label, lines over a numeric axis."""

from __future__ import annotations

from collections.abc import Callable

from siyu import theme
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, Record, differ
from siyu.render.deck.plots.sheet import LETTERS, Sheet
from siyu.render.number_codes import axis_code, number_code

BAND = "#b9d3d6"


def range_plot(frame: Frame) -> Plot:
    """Dot for the value, band for the range; the numbers stand at the marks. Columns: low, value, high, width."""
    rows, sheet = frame.rows, Sheet()
    sheet.add(frame.word("Label"), frame.labels())
    lows, values, highs = ([row[end] for row in rows] for end in ("low", "value", "high"))
    low, value, high = (
        sheet.add(frame.word(name), cells) for name, cells in (("Low", lows), ("Value", values), ("High", highs))
    )
    spread = [top - bottom for top, bottom in zip(highs, lows, strict=True)]
    width = sheet.add(frame.word("Width of range"), spread, lambda row: f"={high}{row}-{low}{row}")
    band = xml.error_bars(xml.stroke(BAND, 9), minus=xml.numbers(width, spread))
    place = "t" if len(rows) > 8 else "r"
    top = [_point(frame, at, row, "high", "t") for at, row in enumerate(rows) if _apart(frame, row, "high")]
    bottom = [_point(frame, at, row, "low", "b") for at, row in enumerate(rows) if _apart(frame, row, "low")]
    middle = [_point(frame, at, row, "value", place, bold=True) for at, row in enumerate(rows)]
    dots = "".join(
        f'<c:dPt><c:idx val="{at}"/>{xml.marker(frame.tone(row), 11)}<c:bubble3D val="0"/></c:dPt>' for at, row in enumerate(rows)
    )
    series = [
        _series(0, high, frame.word("High"), highs, frame, xml.labels(top, frame.size) + band),
        _series(1, low, frame.word("Low"), lows, frame, xml.labels(bottom, frame.size)),
        _series(2, value, frame.word("Value"), values, frame, dots + xml.labels(middle, frame.size), dot=11),
    ]
    series += _reference_lines(frame, sheet, len(series), len(rows))
    return _finished(frame, sheet, _line_group(series))


def pairs_plot(frame: Frame) -> Plot:
    """Series as coloured dots on each label, a band between them; the first label names the series."""
    sheet = Sheet()
    said = [frame.plain.label(row.get("label")) for row in frame.rows]
    names = list(dict.fromkeys(frame.plain.label(row["series"]) for row in frame.rows))
    labels = list(dict.fromkeys(said))
    held = {(text, frame.plain.label(row["series"])): row for text, row in zip(said, frame.rows, strict=True)}
    sheet.add(frame.word("Label"), labels)
    cells = {name: [_cell(held.get((text, name)), "value") for text in labels] for name in names}
    columns = {name: sheet.add(name, cells[name]) for name in names}
    first, last = columns[names[0]], columns[names[-1]]
    known = [[cell for cell in group if cell is not None] for group in zip(*cells.values(), strict=True)]
    lowest = [min(group) for group in known]
    spread = [max(group) - min(group) for group in known]
    area = lambda row: f"{first}{row}:{last}{row}"  # noqa: E731
    base = sheet.add(frame.word("Lowest"), lowest, lambda row: f"=MIN({area(row)})")
    gap = sheet.add(frame.word("Gap"), spread, lambda row: f"=MAX({area(row)})-MIN({area(row)})")
    band = xml.error_bars(xml.stroke(BAND, 6), plus=xml.numbers(gap, spread))
    series = [_series(0, base, frame.word("Lowest"), lowest, frame, band, labels)]
    for at, name in enumerate(names):
        points = [
            _pair_label(frame, place, held[text, name], [held[text, other] for other in names if (text, other) in held], theme.SERIES[at])
            for place, text in enumerate(labels)
            if (text, name) in held
        ]
        inside = xml.labels(points, frame.size)
        inside += _sampling(frame, sheet, [held.get((text, name)) for text in labels], name, theme.SERIES[at])
        series.append(_series(at + 1, columns[name], name, cells[name], frame, inside, labels, dot=10, colour=theme.SERIES[at]))
    series += _reference_lines(frame, sheet, len(series), len(labels), labels)
    return _finished(frame, sheet, _line_group(series))


def line_plot(frame: Frame) -> Plot:
    """Lines over a numeric axis, each with the ends of its range as thin lines; a name stands at the line's end."""
    sheet, series = Sheet(), []
    names = list(dict.fromkeys(frame.plain.label(row["series"]) for row in frame.rows))
    about = frame.chart.get("x") or {}
    for at, name in enumerate(names):
        rows = sorted((row for row in frame.rows if frame.plain.label(row["series"]) == name), key=lambda row: row["x"])
        colour = theme.SERIES[at % len(theme.SERIES)]
        across = sheet.add(frame.plain.label(about.get("label")) or "x", [row["x"] for row in rows])
        xs = xml.numbers(across, [row["x"] for row in rows])
        column = sheet.add(name, [row["value"] for row in rows])
        code = number_code(rows[-1]["value"], rows[-1]["unit"], frame.language)
        end = xml.labels([xml.label(len(rows) - 1, code, "r", frame.size, colour, name=True, bold=True)], frame.size)
        look = xml.shape(xml.stroke(colour, 2.5)) + xml.marker(colour, 6)
        series.append(_curve(len(series), column, name, xs, [row["value"] for row in rows], look + end))
        if any(row["low"] != row["high"] for row in rows):
            for part in ("low", "high"):
                called = f"{name} ({frame.word('Low' if part == 'low' else 'High')})"
                ends = [row[part] for row in rows]
                thin = xml.shape(xml.stroke(colour, 1, dash="sysDash")) + xml.marker(colour, 0)
                series.append(_curve(len(series), sheet.add(called, ends), called, xs, ends, thin))
    places = sorted({row["x"] for row in frame.rows})
    for line in frame.lines:
        xs = xml.numbers(sheet.add(frame.plain.label(about.get("label")) or "x", [places[0], places[-1]]), [places[0], places[-1]])
        name, ends = frame.plain.label(line["label"]), [line["value"], line["value"]]
        code = number_code(line["value"], line["unit"], frame.language)
        note = xml.labels([xml.label(1, code, "r", frame.size, theme.INK, name=True)], frame.size)
        look = xml.shape(xml.stroke(theme.INK, 1.25, dash="dash")) + xml.marker(theme.INK, 0) + note
        series.append(_curve(len(series), sheet.add(name, ends), name, xs, ends, look))
    group = f'<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{"".join(series)}<c:axId val="1"/><c:axId val="2"/></c:scatterChart>'
    small = frame.size * 0.88
    x_code = axis_code(places, str(about.get("unit", "")), frame.language, logarithmic=False)
    ends = (None, None) if places[0] > 0.3 * places[-1] else (0, None)
    group += xml.value_axis(small, x_code, side="b", ends=ends, title=frame.plain.label(about.get("label")), ids=(1, 2), between="midCat")
    group += _values_on_the_left(frame, between="midCat")
    longest = max((len(name) for name in (*names, *(frame.plain.label(line["label"]) for line in frame.lines))), default=0)
    room = min(0.34, 0.1 + 0.009 * longest * (2 if frame.language.data_code == "zh" else 1))
    return _plot(frame, sheet, xml.plot_area(group, (0.08, 0.04, 0.9 - room, 0.76)))


def _curve(at: int, column: str, name: str, xs: str, values: list[float], inside: str) -> str:
    """inside: shape, marker and labels, in the order of the schema."""
    head = f'<c:idx val="{at}"/><c:order val="{at}"/>{xml.called(column, name)}'
    return f'<c:ser>{head}{inside}<c:xVal>{xs}</c:xVal><c:yVal>{xml.numbers(column, values)}</c:yVal><c:smooth val="0"/></c:ser>'


def _series(
    at: int,
    column: str,
    name: str,
    values: list[float | None],
    frame: Frame,
    inside: str,
    labels: list[str] | None = None,
    dot: int = 0,
    colour: str = theme.MAIN,
    line: str = "",
) -> str:
    """A series of a line chart without its line: dots, labels and error bars."""
    categories = xml.texts("A", labels if labels is not None else frame.labels())
    look = xml.shape(line or xml.NO_LINE) + xml.marker(colour, dot)
    head = f'<c:idx val="{at}"/><c:order val="{at}"/>{xml.called(column, name)}{look}{inside}'
    return f'<c:ser>{head}<c:cat>{categories}</c:cat><c:val>{xml.numbers(column, values)}</c:val><c:smooth val="0"/></c:ser>'


def _line_group(series: list[str]) -> str:
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{"".join(series)}<c:marker val="1"/>'
        '<c:axId val="1"/><c:axId val="2"/></c:lineChart>'
    )


def _reference_lines(frame: Frame, sheet: Sheet, first: int, count: int, labels: list[str] | None = None) -> list[str]:
    """Reference marks as dashed lines across all labels, named at their end."""
    series = []
    for at, line in enumerate(frame.lines, start=first):
        name, values = frame.plain.label(line["label"]), [line["value"]] * count
        column = sheet.add(name, values)
        code = number_code(line["value"], line["unit"], frame.language)
        note = xml.labels([xml.label(count - 1, code, "r", frame.size * 0.92, theme.INK, name=True)], frame.size)
        dashed = xml.stroke(theme.INK, 1.25, dash="dash")
        series.append(_series(at, column, name, values, frame, note, labels, line=dashed))
    return series


def _sampling(frame: Frame, sheet: Sheet, rows: list[Record | None], name: str, colour: str) -> str:
    """Thin bars from low to high of a series, where it has ranges."""
    ranges = [row if row is not None and differ(frame, row["low"], row["high"], row["unit"]) else None for row in rows]
    if not any(ranges):
        return ""
    own = LETTERS[next(at for at, column in enumerate(sheet.columns) if column.name == name)]
    ends = {}
    for end, word in (("low", "Low"), ("high", "High")):
        cells = [_cell(row, end) for row in ranges]
        letter = sheet.add(f"{name} ({frame.word(word)})", cells)
        away = [abs(row["value"] - row[end]) if row else 0 for row in ranges]
        column = sheet.add(f"{name}: {frame.word('to the end')} ({frame.word(word)})", away, _distance(own, letter))
        ends[end] = xml.numbers(column, away)
    return xml.error_bars(xml.stroke(colour, 1.5), minus=ends["low"], plus=ends["high"])


def _distance(own: str, end: str) -> Callable[[int], str]:
    return lambda row: f'=IF({end}{row}="",0,ABS({own}{row}-{end}{row}))'


def _finished(frame: Frame, sheet: Sheet, group: str) -> Plot:
    right = 0.84 if frame.lines else 0.93
    axes = xml.category_axis(frame.size, side="b") + _values_on_the_left(frame)
    return _plot(frame, sheet, xml.plot_area(group + axes, (0.08, 0.05, right - 0.08, 0.76)))


def _values_on_the_left(frame: Frame, between: str = "between") -> str:
    code = axis_code(frame.values(), frame.unit, frame.language, logarithmic=frame.log)
    small = frame.size * 0.88
    return xml.value_axis(small, code, side="l", ends=frame.ends(), log=frame.log, title=frame.axis_note(), between=between)


def _plot(frame: Frame, sheet: Sheet, area: str) -> Plot:
    return Plot(xml.chart_space(area, frame.size), sheet.workbook())


def _point(frame: Frame, at: int, row: Record, end: str, place: str, *, bold: bool = False) -> str:
    code = number_code(row[end], row["unit"], frame.language)
    return xml.label(at, code, place, frame.size, frame.tone(row) if bold else theme.MUTE, bold=bold)


def _apart(frame: Frame, row: Record, end: str) -> bool:
    """Whether an end of the range needs a number of its own."""
    return differ(frame, row[end], row["value"], row["unit"])


def _pair_label(frame: Frame, at: int, row: Record, group: list[Record], colour: str) -> str:
    values = sorted(other["value"] for other in group)
    place = "t" if row["value"] == values[-1] else "b" if row["value"] == values[0] else "r"
    if values[0] == values[-1] and len(group) > 1:
        place = "t" if row is group[-1] else "b"
    return xml.label(at, number_code(row["value"], row["unit"], frame.language), place, frame.size, colour, name=at == 0, bold=True)


def _cell(row: Record | None, end: str) -> float | None:
    return None if row is None else row[end]
