"""Charts as data: a kind, tidy rows, and a picture drawn from them in any language and width.

A chart holds no arithmetic: rows are figures, placed as they are. The same rows become the PNG of the
page, the native chart of the slide and the sheet of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from siyu.charts.drawing import DRAWN, png
from siyu.errors import nearest
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.record import Chart, Table

__all__ = ["DRAWN", "NOTHING", "Chart", "Table", "bars", "matrix", "of", "pairs", "png", "ranges", "series", "table"]

# What a mark may carry beside its label and value; everything else in a frame stays behind.
MARKS = (
    "label",
    "series",
    "x",
    "value",
    "low",
    "high",
    "interval_kind",
    "unit",
    "definition",
    "tone",
    "sources",
)


NOTHING = Chart(kind="none", unit="", scale="linear", rows=(), lines=(), columns=())
Labelled = Mapping[str, Figure | Absent] | Iterable[tuple[Text, Figure | Absent]]


def ranges(figures: Labelled, *, scale: str = "linear", tones: Sequence[str] = (), **more: Any) -> Chart:
    """A dot and its range for each label. Labels are message ids or other texts; figures share one unit."""
    return _chart("range", [(label, None, figure) for label, figure in _items(figures)], scale, tones, **more)


def bars(figures: Labelled, *, scale: str = "linear", tones: Sequence[str] = (), **more: Any) -> Chart:
    """A bar for each label, with its range as a whisker."""
    return _chart("bar", [(label, None, figure) for label, figure in _items(figures)], scale, tones, **more)


def pairs(
    figures: Iterable[tuple[Text, Mapping[str, Figure | Absent]]], *, scale: str = "linear", **more: Any
) -> Chart:
    """Several series on each label's line (label, series -> figure), joined: the gap is the message."""
    flat = [(label, name, figure) for label, group in figures for name, figure in group.items()]
    return _chart("pairs", flat, scale, (), **more)


def series(
    curves: Mapping[str, Iterable[tuple[float, Figure | Absent]]],
    *,
    x: Mapping[str, Any],
    scale: str = "linear",
    **more: Any,
) -> Chart:
    """Lines over a numeric x (series -> (x, figure) points), with their ranges as bands."""
    flat = [(at, name, figure) for name, points in curves.items() for at, figure in points]
    places = [at for at, _, figure in flat if isinstance(figure, Figure)]
    return _chart("line", [("", name, figure) for _, name, figure in flat], scale, (), x=x, places=places, **more)


def of(kind: str, frame: pd.DataFrame, *, unit: str = "", scale: str = "linear", **more: Any) -> Chart:
    """A chart of a tidy frame, one mark a row, in the frame's order.

    Columns: label (text) and value; optional series (text), low and high (default: the value), tone,
    interval_kind, definition, x, sources (list of refs). more: fields of Chart, such as x.
    Raises ValueError for a kind without picture or a frame without label or value.
    """
    if kind not in DRAWN:
        raise ValueError(f"chart kind {kind!r}. {nearest(kind, DRAWN)}")
    if missing := {"label", "value"} - set(frame.columns):
        raise ValueError(f"a chart needs the columns label and value, this frame lacks {', '.join(sorted(missing))}")
    plain = frame[["value"]].assign(low=frame["value"], high=frame["value"], interval_kind="none", tone="main")
    marks = frame.join(plain[[name for name in plain if name not in frame]]).assign(unit=unit)
    rows = _records(marks[[name for name in MARKS if name in marks]])
    return _made(kind, rows, unit, scale, **more)


def table(frame: pd.DataFrame, columns: Mapping[str, Text], units: Mapping[str, str] | None = None) -> Table:
    """A table: the frame's rows, `columns` key -> heading in order. A `sources` column holds refs."""
    return _table("table", frame, columns, units or {})


def matrix(frame: pd.DataFrame, columns: Mapping[str, Text]) -> Table:
    """A table of yes/no/na cells, shown as marks."""
    return _table("matrix", frame, columns, {})


def _items(figures: Labelled) -> Iterable[tuple[Text, Figure | Absent]]:
    return figures.items() if isinstance(figures, Mapping) else figures


def _table(kind: str, frame: pd.DataFrame, columns: Mapping[str, Text], units: Mapping[str, str]) -> Table:
    heads = [{"key": key, "label": label, "unit": units.get(key, "")} for key, label in columns.items()]
    content = {"kind": kind, "unit": "", "scale": "linear", "rows": _records(frame), "lines": (), "columns": heads}
    return Table.model_validate(content)


def _made(
    kind: str, rows: Sequence[Any], unit: str, scale: str, lines: Sequence[Any] = (), x: Any = None, needs: Any = ()
) -> Chart:
    content = {"kind": kind, "unit": unit, "scale": scale, "rows": rows, "lines": lines, "columns": ()}
    return Chart.model_validate({**content, **({"x": x} if x else {}), "needs": needs})


def _records(frame: pd.DataFrame) -> tuple[Mapping[str, Any], ...]:
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return tuple({str(key): value for key, value in record.items()} for record in records)


def _chart(
    kind: str,
    entries: Sequence[tuple[Any, Any, Figure | Absent]],
    scale: str,
    tones: Sequence[str],
    lines: Mapping[str, Figure | Absent] | None = None,
    x: Mapping[str, Any] | None = None,
    places: Sequence[float] = (),
) -> Chart:
    """Rows of the figures that are there; when none is, the chart needs what they need."""
    rows, units = [], []
    for place, (label, name, figure) in enumerate(entries):
        if isinstance(figure, Absent):
            continue
        row = _mark(figure) | {"label": label, "tone": tones[place] if place < len(tones) else "main"}
        rows.append(row | ({"series": name} if name is not None else {}))
        units.append(figure.unit)
    if len(set(units)) > 1:
        raise ValueError(f"one chart, one unit; found {', '.join(sorted(set(units)))}")
    absent = [figure for _, _, figure in entries if isinstance(figure, Absent)]
    needs = tuple(sorted({need for figure in absent for need in figure.needs})) if not rows else ()
    rows = [row | {"x": at} for row, at in zip(rows, places, strict=True)] if places else rows
    marks = [_mark(figure) | {"label": label} for label, figure in (lines or {}).items() if isinstance(figure, Figure)]
    return _made(kind, rows, units[0] if units else "", scale, marks, x, needs)


def _mark(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "interval_kind": figure.interval_kind,
        "unit": figure.unit,
        "definition": figure.definition,
        "sources": list(figure.sources),
    }
