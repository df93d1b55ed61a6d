"""Fan shares as findings show them: what orders say under each definition, beside what dashboards report.

Different definitions stand side by side; nothing here subtracts one from another.
"""

from collections.abc import Iterable, Mapping
from statistics import median

import pandas as pd

from siyu.figure import Absent, Figure
from siyu.orders import labels
from siyu.orders.counts import month_of
from siyu.orders.fans import Share
from siyu.record import Opening
from siyu.verdict import Verdict

Points = list[tuple[float, Figure | Absent]]
FANS = ("fan_gmv_share_paid", "fan_gmv_share_paid_live", "fan_gmv_share_start_live", "fan_gmv_share_export",
        "fan_gmv_share_export_live")  # fmt: skip


def of_dashboard(rows: pd.DataFrame | None, key: str, sources: tuple[str, ...]) -> Figure | Absent:
    """The fan share that a dashboard reports over all its rows, as metric `key`.

    rows: gmv_fen and fan_gmv_share, or fan_gmv_fen. Weighted by gmv_fen, rows without a share left out;
    Absent where no row has one. n: rows.
    """
    found = _fans(rows)
    if not (total := int(found["gmv_fen"].sum())):
        return Absent((key,))
    return Figure.exact(float(found["fans"].sum() / total), key, sources, len(found))


def by_definition(shares: Iterable[Share], *reports: Figure | Absent) -> dict[str, Figure]:
    """metric -> gross fan share of all months, one per definition, then the reports that there are."""
    own = [share.figure for share in shares if share.month is None and share.key in FANS and share.figure]
    held = [*own, *(report for report in reports if isinstance(report, Figure))]
    return {figure.definition: figure for figure in held}


def ends(figures: Iterable[Figure | Absent], key: str = "fan_gmv_share") -> tuple[Figure | Absent, Figure | Absent]:
    """The least and the most of some figures, each as a point with its own files; Absent as metric `key` for none."""
    if not (points := [figure.at("value") for figure in figures if isinstance(figure, Figure)]):
        return Absent((key,)), Absent((key,))
    return min(points, key=lambda one: one.value), max(points, key=lambda one: one.value)


def months_said(months: Mapping[str, Points]) -> Verdict:
    """`ends` of the months of `monthly`: those counted from orders where there are any, with half the interval of the
    middle one (`give`), else those reported, which have none."""
    held = [one for _, one in months.get("orders") or months.get("dashboard") or [] if isinstance(one, Figure)]
    low, high = ends(held)
    widths = [(one.high - one.low) / 2 for one in held if one.interval_kind != "none"]
    if not widths:
        return Verdict(labels.FAN_MONTHS["reported"], {"low": low, "high": high})
    give = Figure.point(median(widths), "percentage_points", held[0].sources, len(widths))
    return Verdict(labels.FAN_MONTHS["counted"], {"low": low, "high": high, "give": give})


def monthly(shares: Iterable[Share], rows: pd.DataFrame | None, sources: tuple[str, ...]) -> dict[str, Points]:
    """Series of fan shares at payment by month of the exports (the first is 1): from `orders`, and as the
    `dashboard` reports them. sources: of the dashboard rows."""
    own = [(month_of(one.month), one.figure) for one in shares if one.month and one.figure and one.key == FANS[0]]
    found = _fans(rows)
    reports = zip(found["period_start"], found["fans"] / found["gmv_fen"], strict=True)
    key = "fan_gmv_share_reported_periods"
    told = [(month_of(when.date()), Figure.exact(float(share), key, sources)) for when, share in reports]
    first = min((month for month, _ in [*own, *told]), default=0)
    points = {"orders": own, "dashboard": told}
    return {name: [(month - first + 1, figure) for month, figure in held] for name, held in points.items() if held}


def answer(share: Figure | Absent, known: Figure | Absent, reports: Iterable[Figure | Absent]) -> Verdict:
    """What the exports carry. share: of records that can be used. known: order lines that name a buyer. reports:
    fan shares, all that there is where no order could be read."""
    if isinstance(known, Absent):
        least, most = ends(reports)
        return Verdict(labels.CARRIED["reports"], {"least": least, "most": most}, labels.REPORTS_CARDS)
    opening = Opening(reasons=("accounting", "fan_share", "sought"))
    message = labels.CARRIED["buyers" if known.value else "sales"]
    return Verdict(message, {"share": share, "known": known}, labels.CARRIED_CARDS, opening)


def _fans(rows: pd.DataFrame | None) -> pd.DataFrame:
    """Rows with fan sales known: gmv_fen, fans (fen, rounded where only the share is reported), period_start."""
    if rows is None or rows.empty:
        return pd.DataFrame({"gmv_fen": [], "fans": [], "period_start": pd.to_datetime([])})
    reports = rows.reindex(columns=["gmv_fen", "fan_gmv_fen", "fan_gmv_share", "period_start"])
    fans = reports["fan_gmv_fen"].astype(float).fillna(reports["fan_gmv_share"].astype(float) * reports["gmv_fen"])
    return reports.assign(fans=fans)[fans.notna() & (reports["gmv_fen"] > 0)]
