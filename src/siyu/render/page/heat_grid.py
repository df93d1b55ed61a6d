"""A grid of values (label × series) as a table whose cells carry a tone, so that it reads at any width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from siyu.render.page.prose import Prose

Record = Mapping[str, Any]
TONES = 3  # steps on either side of zero; the number stands in every cell, so tone only guides the eye


@dataclass(frozen=True)
class HeatGrid:
    """across: column heads. rows: (row head, cells), a cell being (number, tone from -TONES to TONES) or None."""

    title: Markup
    across: tuple[Markup, ...]
    rows: tuple[tuple[Markup, tuple[tuple[Markup, int] | None, ...]], ...]


def grid(prose: Prose, finding: Record) -> HeatGrid:
    """The grid of a `heat` finding. Tones are relative to its largest magnitude."""
    chart = finding["chart"]
    rows = chart["rows"]
    down = {prose.name(row["label"]): None for row in rows}
    across = {prose.name(row.get("series") or ""): None for row in rows}
    bound = max((abs(row["value"]) for row in rows if row["value"] is not None), default=0) or 1
    cells: dict[tuple[Markup, Markup], tuple[Markup, int]] = {}
    for place, row in enumerate(rows):
        if row["value"] is None:
            continue
        # money and counts: the unit is said once, in the subtitle
        unit = "ratio" if (row.get("unit") or chart["unit"]) == "ratio" else ""
        number = prose.number(row["value"], unit, f"{finding['key']}.rows[{place}].value")
        at = prose.name(row["label"]), prose.name(row.get("series") or "")
        cells[at] = number, round(TONES * row["value"] / bound)
    title = prose.name((chart.get("x") or {}).get("label", ""))
    return HeatGrid(
        title, tuple(across), tuple((head, tuple(cells.get((head, one)) for one in across)) for head in down)
    )
