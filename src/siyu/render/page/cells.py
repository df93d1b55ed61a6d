"""Cells of a chart shown as a table: numbers as `<data>`, checks as marks, sources as refs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from siyu.render import labels
from siyu.render.page.prose import NAME_LENGTH, Prose

Record = Mapping[str, Any]
_ENDS = ("value", "low", "high")
_NOTES = ("reason",)  # columns of running text, which is not cut to the length of a name


def is_number(cell: Any) -> bool:
    """Whether a table cell is set as a number."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def column_is_numeric(finding: Record, key: str) -> bool:
    """Whether a column holds numbers only (and at least one)."""
    cells = [row.get(key) for row in finding["chart"]["rows"] if row.get(key) is not None]
    return bool(cells) and all(is_number(cell) for cell in cells)


def table_cell(prose: Prose, finding: Record, place: int, column: Record) -> Markup:  # noqa: PLR0911 - one return a kind of cell
    """One cell of a table or matrix finding. A `value` cell with its own low and high shows the range."""
    row = finding["chart"]["rows"][place]
    key = column["key"]
    cell = row.get(key)
    ref = f"{finding['key']}.rows[{place}].{key}"
    if cell is None or cell == "":
        return Markup("—")
    if isinstance(cell, bool) or (finding["chart"]["kind"] == "matrix" and str(cell) in labels.CHECKS):
        return _check(prose, {True: "yes", False: "no"}.get(cell, cell))
    if is_number(cell):
        unit = column.get("unit") or row.get("unit") or ""
        if key == "value" and row.get("low") is not None and row["low"] != row["high"]:
            return prose.span({**{end: row[end] for end in _ENDS}, "unit": unit}, ref)
        return prose.number(cell, unit, ref)
    if isinstance(cell, list | tuple):
        return Markup("{}").format(prose.language.comma).join(prose.untrusted(entry, NAME_LENGTH) for entry in cell)
    if isinstance(cell, Mapping) and "value" in cell:
        return prose.span(cell, ref)
    say = prose.rich if key in _NOTES else prose.name
    # a bare string is a message id or a code; it is looked up but never formatted
    return prose.untrusted(prose.language.message(cell)) if isinstance(cell, str) else say(cell)


def _check(prose: Prose, key: str) -> Markup:
    mark, word = labels.CHECKS[key]
    return Markup('<span class="check {}" aria-hidden="true">{}</span> {}').format(
        "no" if key in ("no", "not_stated") else "", mark, prose.language.message(word)
    )
