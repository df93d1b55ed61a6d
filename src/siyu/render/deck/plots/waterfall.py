"""Steps from the first total to the last, as stacked bars."""

from collections.abc import Sequence

from siyu.render.deck.plots import xml
from siyu.render.deck.plots.bars import bar, horizontal
from siyu.render.deck.plots.frame import Frame, Plot
from siyu.render.deck.plots.sheet import ChartSheet, quoted
from siyu.render.deck.tags import INK, MAIN, RIVAL, scheme
from siyu.render.number_codes import number_code

_KINDS = (("Rise", MAIN), ("Fall", RIVAL), ("Total", INK))
# parts of a step above zero and below it
_ABOVE, _BELOW = "MAX(0,D{row}:E{row})-MAX(0,MIN(D{row}:E{row}))", "MIN(0,D{row}:E{row})-MIN(0,MAX(D{row}:E{row}))"
_TESTS = {"Total": "C{row}=1", "Rise": "AND(C{row}<>1,B{row}>=0)", "Fall": "AND(C{row}<>1,B{row}<0)"}


def plot(frame: Frame) -> Plot:
    """Rows with tone `muted` are totals. The numbers stand beside the labels, as a bar that crosses zero has two parts.

    Columns: label, step, whether a total, from, to; the rest follows by formulas."""
    sheet = ChartSheet()
    totals, steps = [row.tone == "muted" for row in frame.chart.rows], [row.value for row in frame.chart.rows]
    names = frame.labels()
    spans = _spans(steps, totals)
    sheet.add(frame.word("Label"), names)
    sheet.add(frame.word("Step"), steps)
    sheet.add(frame.word("Total"), [int(total) for total in totals])
    sheet.add(frame.word("From"), [start for start, _ in spans],
              lambda row: f"=IF(C{row}=1,0,{f'E{row - 1}' if row > 2 else 0})")  # fmt: skip
    sheet.add(frame.word("To"), [end for _, end in spans], "=IF(C{row}=1,B{row},D{row}+B{row})")
    said = [f"{name}  {frame.speech.language.number(step)}" for name, step in zip(names, steps, strict=True)]
    codes = [quoted(number_code(step, "", frame.speech.language)) for step in steps]
    told = sheet.add(frame.word("Label and number"), said, lambda row: f'=A{row}&"  "&TEXT(B{row},{codes[row - 2]})')
    category = (told, said)
    offsets: list[float] = [max(min(span), 0) + min(max(span), 0) for span in spans]
    word = frame.word("Offset")
    hidden = sheet.add(word, offsets, "=MAX(0,MIN(D{row}:E{row}))+MIN(0,MAX(D{row}:E{row}))")
    series = [bar(0, hidden, word, offsets, "", category, look=xml.NO_FILL + xml.NO_LINE)]
    above: list[float] = [max(0, *span) - max(0, min(span)) for span in spans]
    parts = [("above zero", above, _ABOVE)]
    if any(min(span) < 0 for span in spans):
        parts.append(("below zero", [min(0, *span) - min(0, max(span)) for span in spans], _BELOW))
    kinds = ["Total" if total else "Rise" if step >= 0 else "Fall" for total, step in zip(totals, steps, strict=True)]
    for where, lengths, formula in parts:
        for kind, colour in _KINDS:
            cells = [length if own == kind else 0 for length, own in zip(lengths, kinds, strict=True)]
            if any(cells):
                name = frame.word(kind) + (f", {frame.word(where)}" if len(parts) > 1 else "")
                column = sheet.add(name, cells, f"=IF({_TESTS[kind]},{formula},0)")
                series.append(bar(len(series), column, name, cells, "", category, look=scheme(colour)))
    return horizontal(frame, sheet, series, said, stacked=True)


def _spans(steps: Sequence[float], totals: Sequence[bool]) -> list[tuple[float, float]]:
    """Where each step starts and ends."""
    spans: list[tuple[float, float]] = []
    for step, total in zip(steps, totals, strict=True):
        start = 0 if total or not spans else spans[-1][1]
        spans.append((start, step if total else start + step))
    return spans
