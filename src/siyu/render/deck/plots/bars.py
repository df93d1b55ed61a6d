"""Charts of bars: plain, waterfall and tornado. The rows stand in order from the top."""

from __future__ import annotations

from collections.abc import Callable

from siyu import theme
from siyu.render.deck.plots import xml
from siyu.render.deck.plots.frame import Frame, Plot, Record, differ
from siyu.render.deck.plots.sheet import Sheet
from siyu.render.number_codes import number_code


def bar_plot(frame: Frame) -> Plot:
    """A bar for each label; where there are ranges, whiskers, and the numbers stand beside the labels."""
    sheet, rows = Sheet(), [*frame.rows, *({**line, "tone": "muted"} for line in frame.lines)]
    names = [frame.plain.label(row.get("label")) for row in rows]
    values = [row["value"] for row in rows]
    ranged = any(_ranged(frame, row) for row in rows)
    label = sheet.add(frame.word("Label"), names)
    value = sheet.add(frame.word("Value"), values)
    inside = "".join(_coloured(at, frame.tone(row)) for at, row in enumerate(rows))
    category, said = label, names
    if ranged:
        ends = [(row.get("low", row["value"]), row.get("high", row["value"])) for row in rows]
        low = sheet.add(frame.word("Low"), [one for one, _ in ends])
        high = sheet.add(frame.word("High"), [two for _, two in ends])
        down = [row["value"] - one for row, (one, _) in zip(rows, ends, strict=True)]
        up = [two - row["value"] for row, (_, two) in zip(rows, ends, strict=True)]
        below = sheet.add(frame.word("down to low"), down, lambda row: f"={value}{row}-{low}{row}")
        above = sheet.add(frame.word("up to high"), up, lambda row: f"={high}{row}-{value}{row}")
        said = [f"{name}  {_said(frame, row)}" for name, row in zip(names, rows, strict=True)]
        codes = [tuple(_text_code(number, row["unit"], frame) for number in (row["value"], *pair)) for row, pair in zip(rows, ends, strict=True)]
        category = sheet.add(frame.word("Label and number"), said, lambda row: _ranged_text(codes[row - 2], row))
        inside += xml.error_bars(
            xml.stroke(theme.INK, 1.25), minus=xml.numbers(below, down), plus=xml.numbers(above, up), direction=""
        )
    else:
        points = [_label(frame, at, row, "value", "outEnd") for at, row in enumerate(rows)]
        inside += xml.labels(points, frame.size)
    series = _bar(0, value, frame.word("Value"), values, inside, (category, said))
    return _finished(frame, sheet, [series], gap=55, low=0 if min(values, default=0) >= 0 and not frame.log else None)


def waterfall_plot(frame: Frame) -> Plot:
    """Steps from the first total to the last, as stacked bars; rows with tone `muted` are totals.

    The numbers stand beside the labels, as bars that cross zero have two parts."""
    rows, sheet = frame.rows, Sheet()
    totals = [row.get("tone") == "muted" for row in rows]
    steps, names = [row["value"] for row in rows], frame.labels()
    starts, ends = _running(steps, totals)
    said = [f"{name}  {frame.language.number(step, '')}" for name, step in zip(names, steps, strict=True)]
    codes = [number_code(step, "", frame.language).replace('"', '""') for step in steps]
    sheet.add(frame.word("Label"), names)
    sheet.add(frame.word("Step"), steps)
    sheet.add(frame.word("Total"), [int(total) for total in totals])
    sheet.add(frame.word("From"), starts, lambda row: f"=IF(C{row}=1,0,{f'E{row - 1}' if row > 2 else 0})")
    sheet.add(frame.word("To"), ends, lambda row: f"=IF(C{row}=1,B{row},D{row}+B{row})")
    category = sheet.add(frame.word("Label and number"), said, lambda row: f'=A{row}&"  "&TEXT(B{row},"{codes[row - 2]}")')
    pairs = list(zip(starts, ends, strict=True))
    base = [min(pair) if min(pair) > 0 else max(pair) if max(pair) < 0 else 0 for pair in pairs]
    hidden = sheet.add(frame.word("Base"), base, _base)
    series = [_bar(0, hidden, frame.word("Base"), base, "", (category, said), look="<a:noFill/>" + xml.NO_LINE)]
    parts = [("above zero", [max(0, max(pair)) - max(0, min(pair)) for pair in pairs], _above)]
    below = [min(0, min(pair)) - min(0, max(pair)) for pair in pairs]
    if any(below):
        parts.append(("below zero", below, _below))
    for where, lengths, formula in parts:
        for kind, colour in (("Rise", theme.MAIN), ("Fall", theme.RIVAL), ("Total", theme.INK)):
            cells = [
                length if kind == _kind(total, step) else 0 for length, total, step in zip(lengths, totals, steps, strict=True)
            ]
            if not any(cells):
                continue
            name = f"{frame.word(kind)}, {frame.word(where)}" if len(parts) > 1 else frame.word(kind)
            letter = sheet.add(name, cells, _kept(kind, formula))
            series.append(_bar(len(series), letter, name, cells, "", (category, said), look=xml.fill(colour)))
    return _finished(frame, sheet, series, gap=40, stacked=True)


def tornado_plot(frame: Frame) -> Plot:
    """What the result becomes at the low and the high end of each input; bars start at the base."""
    rows, sheet = frame.rows, Sheet()
    names = frame.labels()
    category = sheet.add(frame.word("Label"), names)
    series = []
    for at, (end, word, colour) in enumerate((("low", "Input low", theme.RIVAL), ("high", "Input high", theme.MAIN))):
        cells = [row[end] for row in rows]
        letter = sheet.add(frame.word(word), cells)
        points = xml.labels([_label(frame, place, row, end, "outEnd") for place, row in enumerate(rows)], frame.size)
        series.append(_bar(at, letter, frame.word(word), cells, points, (category, names), look=xml.fill(colour)))
    sheet.add(frame.word("Base"), [row["value"] for row in rows])
    return _finished(frame, sheet, series, gap=45, across=rows[0]["value"])


def _finished(
    frame: Frame,
    sheet: Sheet,
    series: list[str],
    *,
    gap: int,
    stacked: bool = False,
    low: float | None = None,
    across: float | None = None,
) -> Plot:
    grouping = "stacked" if stacked else "clustered"
    group = (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="{grouping}"/><c:varyColors val="0"/>{"".join(series)}'
        f'<c:gapWidth val="{gap}"/><c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    )
    meets = "autoZero" if across is None else repr(across)
    group += xml.category_axis(frame.size, side="l", across="min" if frame.log else meets, upside_down=True)
    ends = frame.ends() if frame.log else (low, None)
    group += xml.value_axis(frame.size * 0.88, "General", side="b", ends=ends, log=frame.log, hidden=True)
    return Plot(xml.chart_space(xml.plot_area(group), frame.size), sheet.workbook())


def _bar(at: int, column: str, name: str, values: list[float], inside: str, categories: tuple[str, list[str]], look: str = "") -> str:
    """inside: points, labels and error bars, in the order of the schema."""
    head = f'<c:idx val="{at}"/><c:order val="{at}"/>{xml.called(column, name)}{xml.shape(look or xml.fill(theme.MAIN))}<c:invertIfNegative val="0"/>'
    return f"<c:ser>{head}{inside}<c:cat>{xml.texts(*categories)}</c:cat><c:val>{xml.numbers(column, values)}</c:val></c:ser>"


def _coloured(at: int, colour: str) -> str:
    return f'<c:dPt><c:idx val="{at}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>{xml.shape(xml.fill(colour))}</c:dPt>'


def _label(frame: Frame, at: int, row: Record, end: str, place: str) -> str:
    return xml.label(at, number_code(row[end], row["unit"], frame.language), place, frame.size, theme.INK)


def _ranged(frame: Frame, row: Record) -> bool:
    return row.get("low") is not None and differ(frame, row["low"], row["high"], row["unit"])


def _said(frame: Frame, row: Record) -> str:
    """The value and its range in words, as the formula beside it writes them."""
    value, low, high = (frame.language.number(row.get(end, row["value"]), row["unit"]) for end in ("value", "low", "high"))
    return f"{value} ({low}–{high})"


def _text_code(value: float, unit: str, frame: Frame) -> str:
    return number_code(value, unit, frame.language).replace('"', '""')


def _ranged_text(codes: tuple[str, ...], row: int) -> str:
    value, low, high = (f'TEXT({letter}{row},"{code}")' for letter, code in zip("BCD", codes, strict=True))
    return f'=A{row}&"  "&{value}&" ("&{low}&"–"&{high}&")"'


def _running(steps: list[float], totals: list[bool]) -> tuple[list[float], list[float]]:
    """Where each step starts and ends."""
    starts: list[float] = []
    ends: list[float] = []
    for step, total in zip(steps, totals, strict=True):
        start = 0 if total or not ends else ends[-1]
        starts.append(start)
        ends.append(step if total else start + step)
    return starts, ends


def _kind(total: bool, step: float) -> str:
    return "Total" if total else "Rise" if step >= 0 else "Fall"


def _base(row: int) -> str:
    least, most = f"MIN(D{row}:E{row})", f"MAX(D{row}:E{row})"
    return f"=IF({least}>0,{least},IF({most}<0,{most},0))"


def _above(row: int) -> str:
    return f"MAX(0,MAX(D{row}:E{row}))-MAX(0,MIN(D{row}:E{row}))"


def _below(row: int) -> str:
    return f"MIN(0,MIN(D{row}:E{row}))-MIN(0,MAX(D{row}:E{row}))"


def _kept(kind: str, part: Callable[[int], str]) -> Callable[[int], str]:
    """The part of a step that belongs to a series of this kind, else zero."""
    tests = {"Total": "C{row}=1", "Rise": "AND(C{row}<>1,B{row}>=0)", "Fall": "AND(C{row}<>1,B{row}<0)"}
    return lambda row: f"=IF({tests[kind].format(row=row)},{part(row)},0)"
