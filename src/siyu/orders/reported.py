"""Fan shares as findings show them: what orders say under each definition, beside what dashboards report.

Different definitions stand side by side; nothing here subtracts one from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from siyu.definitions import definition
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.orders.fans import Share

Labelled = list[tuple[Text, Figure]]
FANS = ("fan_gmv_share_paid", "fan_gmv_share_paid_live", "fan_gmv_share_start_live", "fan_gmv_share_export",
        "fan_gmv_share_export_live")  # fmt: skip


def of_dashboard(rows: pd.DataFrame | None, key: str, sources: tuple[str, ...]) -> Figure | Absent:
    """The fan share that a dashboard reports over all its rows, as metric `key`.

    rows: gmv_fen and fan_gmv_share, or fan_gmv_fen. Weighted by gmv_fen, rows without a share left out;
    Absent where no row has one. n: rows.
    """
    found = _fans(rows)
    total = int(found["gmv_fen"].sum())
    if not total:
        return Absent((key,))
    share = float(found["fans"].sum() / total)
    return Figure(share, share, share, "ratio", "none", key, sources, len(found))


def by_definition(shares: Iterable[Share], *reports: Figure | Absent) -> Labelled:
    """Gross fan shares of all months, one per definition, then the reports that there are; each under the
    name of its metric."""
    own = [share.figure for share in shares if share.month is None and share.key in FANS and share.figure]
    held = [*own, *(report for report in reports if isinstance(report, Figure))]
    return [(_name(figure.definition), figure) for figure in held]


def ends(labelled: Sequence[tuple[Any, Figure | Absent]]) -> tuple[Figure | Absent, Figure | Absent]:
    """The least and the most of labelled figures, each as it is and with its own files."""
    figures = [figure.at("value") for _, figure in labelled if isinstance(figure, Figure)]
    if not figures:
        return Absent(("fan_gmv_share",)), Absent(("fan_gmv_share",))
    return min(figures, key=lambda one: one.value), max(figures, key=lambda one: one.value)


def monthly(
    shares: Iterable[Share], rows: pd.DataFrame | None, sources: tuple[str, ...]
) -> dict[str, list[tuple[float, Figure | Absent]]]:
    """Series of fan shares at payment by month of the exports (the first is 1): from orders, and as the
    dashboard reports them. sources: of the dashboard rows."""
    own = [(share.month, share.figure) for share in shares if share.month and share.figure and share.key == FANS[0]]
    told = [(when.date(), _plain(float(fans) / gmv, sources)) for when, fans, gmv in _rows(rows)]
    numbers = [month.year * 12 + month.month for month, _ in [*own, *told]]
    first = min(numbers, default=0)
    points = {"From orders": own, "As reported": told}
    return {
        name: [(month.year * 12 + month.month - first + 1, figure) for month, figure in found]
        for name, found in points.items()
        if found
    }


def _plain(share: float, sources: tuple[str, ...]) -> Figure:
    return Figure(share, share, share, "ratio", "none", "fan_gmv_share_reported_periods", sources)


def _rows(rows: pd.DataFrame | None) -> list[tuple[pd.Timestamp, float, int]]:
    found = _fans(rows)
    return list(zip(found["period_start"], found["fans"], found["gmv_fen"], strict=True))


def _fans(rows: pd.DataFrame | None) -> pd.DataFrame:
    """Rows with fan sales known: gmv_fen, fans (fen, rounded where only the share is reported), period_start."""
    if rows is None or rows.empty:
        return pd.DataFrame({"gmv_fen": [], "fans": [], "period_start": pd.to_datetime([])})
    reports = rows.reindex(columns=["gmv_fen", "fan_gmv_fen", "fan_gmv_share", "period_start"])
    fans = reports["fan_gmv_fen"].astype(float).fillna(reports["fan_gmv_share"].astype(float) * reports["gmv_fen"])
    return reports.assign(fans=fans)[fans.notna() & (reports["gmv_fen"] > 0)]


def _name(metric: str) -> dict[str, str]:
    entry = definition(metric)
    return {"en": entry.en, "zh": entry.zh}
