"""Charts as data: a kind, tidy rows, and a picture drawn from them in any language and width.

A chart holds no arithmetic: rows are figures, placed as they are. The same rows become the PNG of the
page, the native chart of the slide and the sheet of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siyu.charts.drawing import DRAWN
from siyu.charts.kinds.cycle import CODES
from siyu.errors import nearest
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.messages import msg
from siyu.record import Chart, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DRAWN", "NOTHING", "Chart", "Table", "bars", "cycle", "frame", "ladder", "matrix", "of", "pairs", "ranges",
    "series", "table",
]  # fmt: skip

# What a mark may carry beside its label and value; everything else in a frame stays behind.
MARKS = ("label", "series", "x", "value", "low", "high", "interval_kind", "unit", "definition", "tone", "sources")
NOTHING = Chart(kind="none", unit="", scale="linear", rows=(), lines=(), columns=())
ON_LEVEL, MOVES_UP = msg("On the level"), msg("Moves up in a week")
STOCK, RATE = msg("In a usual week"), msg("Rate")
Coded = Mapping[str, Figure | Absent] | Iterable[tuple[Text, Figure | Absent]]
Labels = Mapping[str, Text]


def ranges(figures: Coded, labels: Labels | None = None, **more: Any) -> Chart:
    """A dot and its range for each label. labels: code -> label, where figures are keyed by code; they share a unit.

    more: `scale`; `tones` of the marks, the first ones first; `lines` across, label -> figure."""
    return _chart("range", _items(figures, labels), **more)


def bars(figures: Coded, labels: Labels | None = None, **more: Any) -> Chart:
    """A bar for each label, with its range as a whisker; labels and more as for `ranges`."""
    return _chart("bar", _items(figures, labels), **more)


def pairs(figures: Mapping[str, Mapping[str, Figure | Absent]], labels: Labels | None = None, **more: Any) -> Chart:
    """Several series on each label's line (label -> series -> figure), joined: the gap is the message.

    labels: code -> label, of the lines and of the series."""
    lines = [(_said(code, labels), group) for code, group in figures.items()]
    entries = [(line, _said(name, labels), None, one) for line, group in lines for name, one in group.items()]
    return _chart("pairs", entries, **more)


def series(
    curves: Mapping[str, Iterable[tuple[float, Figure | Absent]]], labels: Labels | None = None, *,
    x: Mapping[str, Any], **more: Any,
) -> Chart:  # fmt: skip
    """Lines over a numeric x (series -> (x, figure) points), with their ranges as bands; labels as for `ranges`."""
    named = [(_said(code, labels), points) for code, points in curves.items()]
    return _chart("line", [("", name, at, figure) for name, points in named for at, figure in points], x=x, **more)


def ladder(steps: Mapping[str, Figure | Absent], moves: Mapping[str, Figure | Absent], labels: Labels) -> Chart:
    """Levels from the lowest with their stocks, and chances to leave them upwards (level -> figure)."""
    rows = [(_said(code, labels), ON_LEVEL, one) for code, one in steps.items()]
    return _grid("ladder", rows + [(_said(code, labels), MOVES_UP, one) for code, one in moves.items()])


def cycle(domains: Mapping[str, Figure | Absent], flows: Mapping[str, Figure | Absent], labels: Labels) -> Chart:
    """Stocks of domains and rates between them, by the codes of `kinds.cycle`; others are left out."""
    parts = ((STOCK, domains), (RATE, flows))
    found = [
        (_said(code, labels), name, one, code) for name, part in parts for code, one in part.items() if code in CODES
    ]
    return _grid("cycle", [row[:3] for row in found], [CODES.index(code) for *_, code in found])


def of(
    kind: str, frame: pd.DataFrame, labels: Mapping[str, Labels] | None = None, *, unit: str = "", **more: Any
) -> Chart:
    """A chart of a tidy frame, one mark a row, in the frame's order.

    Columns: label (text) and value; optional series (text), low and high (default: the value), tone,
    interval_kind, definition, x, sources (list of refs). labels: column -> code -> label, of columns that hold
    codes. more: fields of Chart, such as x.
    Raises ValueError for a kind without picture or a frame without label or value, KeyError for a code without label.
    """
    if kind not in DRAWN:
        raise ValueError(f"chart kind {kind!r}. {nearest(kind, DRAWN)}")
    if missing := {"label", "value"} - set(frame.columns):
        raise ValueError(f"a chart needs the columns label and value, this frame lacks {', '.join(sorted(missing))}")
    plain = frame[["value"]].assign(low=frame["value"], high=frame["value"], interval_kind="none", tone="main")
    marks = frame.join(plain[[name for name in plain if name not in frame]]).assign(unit=unit)
    return _made(kind, _records(marks[[name for name in MARKS if name in marks]], labels), unit, **more)


def table(
    frame: pd.DataFrame, columns: Labels, units: Mapping[str, str] | None = None,
    labels: Mapping[str, Labels] | None = None, kind: str = "table",
) -> Table:  # fmt: skip
    """A table: the frame's rows, `columns` key -> heading in order; a `sources` column holds refs. labels: see `of`."""
    heads = [{"key": key, "label": label, "unit": (units or {}).get(key, "")} for key, label in columns.items()]
    rows = _records(frame, labels)
    content = {"kind": kind, "unit": "", "scale": "linear", "rows": rows, "lines": (), "columns": heads}
    return Table.model_validate(content)


def matrix(frame: pd.DataFrame, columns: Labels) -> Table:
    """A table of yes/no/na cells, shown as marks."""
    return table(frame, columns, kind="matrix")


def frame(figures: Mapping[str, Figure | Absent | Iterable[tuple[float, Figure | Absent]]]) -> pd.DataFrame:
    """Figures to look at: a row per code, or per code and x of a curve, with low, value, high, unit, n (observations),
    or what is missing."""
    import pandas as pd  # here: renderings do without it

    rows = [
        {"code": code, **({} if x is None else {"x": x}), **_seen(figure)}
        for code, entry in figures.items()
        for x, figure in ([(None, entry)] if isinstance(entry, Figure | Absent) else entry)
    ]
    columns = ["code", "x", "low", "value", "high", "unit", "n", "missing"]
    seen = pd.DataFrame(rows, columns=columns).astype({"n": "Int64"}).set_index("code")
    return seen.dropna(axis="columns", how="all")


def _seen(figure: Figure | Absent) -> dict[str, Any]:
    if isinstance(figure, Absent):
        return {"missing": ", ".join(figure.needs)}
    return {name: getattr(figure, name) for name in ("low", "value", "high", "unit", "n")}


def _said(code: Text, labels: Labels | None) -> Text:
    return labels[str(code)] if labels else code


def _items(figures: Coded, labels: Labels | None) -> list[tuple[Text, None, None, Figure | Absent]]:
    items = figures.items() if isinstance(figures, Mapping) else figures
    return [(_said(code, labels), None, None, figure) for code, figure in items]


def _made(
    kind: str, rows: Sequence[Any], unit: str, scale: str = "linear", lines: Sequence[Any] = (), x: Any = None,
    needs: Sequence[str] = (),
) -> Chart:  # fmt: skip
    content = {"kind": kind, "unit": unit, "scale": scale, "rows": rows, "lines": lines, "columns": ()}
    return Chart.model_validate({**content, **({"x": x} if x else {}), "needs": needs})


def _records(frame: pd.DataFrame, labels: Mapping[str, Labels] | None) -> tuple[Mapping[str, Any], ...]:
    import pandas as pd

    said = frame.astype(object).where(frame.notna(), None)
    for key, words in (labels or {}).items():
        if key in said:
            said[key] = pd.Series([cell if cell is None else words[cell] for cell in said[key]], said.index, object)
    return tuple({str(key): cell for key, cell in record.items()} for record in said.to_dict("records"))


def _chart(
    kind: str, entries: Sequence[tuple[Text, Text | None, float | None, Figure | Absent]], scale: str = "linear",
    tones: Sequence[str] = (), lines: Mapping[str, Figure | Absent] | None = None, x: Mapping[str, Any] | None = None,
) -> Chart:  # fmt: skip
    """Rows of the figures that are there (label, series, x, figure); when none is, the chart needs what they need."""
    rows = []
    for place, (label, name, at, figure) in enumerate(entries):
        if isinstance(figure, Figure):
            more = {key: value for key, value in {"series": name, "x": at}.items() if value is not None}
            tone = tones[place] if place < len(tones) else "main"
            rows.append(_mark(figure) | {"label": label, "tone": tone, **more})
    units = sorted({row["unit"] for row in rows})
    if len(units) > 1:
        raise ValueError(f"one chart, one unit; found {', '.join(units)}")
    absent = [figure for *_, figure in entries if isinstance(figure, Absent)]
    needs = sorted({need for figure in absent for need in figure.needs}) if not rows else ()
    marks = [_mark(figure) | {"label": label} for label, figure in (lines or {}).items() if isinstance(figure, Figure)]
    return _made(kind, rows, units[0] if units else "", scale, marks, x, needs)


def _grid(kind: str, entries: Sequence[tuple[Text, Text, Figure | Absent]], places: Sequence[int] = ()) -> Chart:
    """Marks of units of their own."""
    held = [(at, *entry) for at, entry in enumerate(entries) if isinstance(entry[2], Figure)]
    rows = [
        _mark(one) | {"label": label, "series": name, **({"x": places[at]} if places else {})}
        for at, label, name, one in held if isinstance(one, Figure)
    ]  # fmt: skip
    needs = sorted({need for *_, one in entries if isinstance(one, Absent) for need in one.needs}) if not rows else ()
    return _made(kind, rows, "", needs=needs)


def _mark(figure: Figure) -> dict[str, Any]:
    names = ("value", "low", "high", "interval_kind", "unit", "definition")
    return {**{name: getattr(figure, name) for name in names}, "sources": list(figure.sources)}
