"""Repurchase under every definition in use: figures side by side, each with its own key.

Keys differ where definitions differ, so `Figure` refuses to subtract one from another. A figure that its
window has not passed for yet is None, never 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from siyu.engines.tables import Ints
from siyu.estimates.cells import hidden, hidden_rows
from siyu.estimates.sampling import Estimate, Floats, divided, estimated, left_out, ratio, wilson
from siyu.estimates.survival import at_risk, survivors
from siyu.figure import Figure
from siyu.orders.counts import BUYER_SUMS, buyer_sums, cohorts, first_gaps, first_of, followed, month_of, returning
from siyu.orders.frames import Frames

WINDOWS = (30, 90, 180)
YEAR = timedelta(days=364)  # before as_of: with it, a year of whole weeks

Figures = dict[str, Figure | None]


def in_window(frames: Frames, since: date, until: date, k: int = 0) -> Figures:
    """Shares of one window [since, until]; denominators under `k` give None.

    repurchase_rate: buyers with two purchase days / buyers. repurchase_rate_orders: with two orders.
    repeat_order_share: orders beyond each buyer's first / orders. repeat_buyer_gmv_share: GMV of buyers with
    two orders / GMV. orders_per_buyer: orders / buyers.
    """
    sums = buyer_sums(frames, since, until)
    column = dict(zip(BUYER_SUMS, np.moveaxis(sums, -1, 0), strict=True))
    buyers, orders = int(column["buyers"].sum()), int(column["orders"].sum())
    pairs = {
        "repeat_order_share": (column["orders"] - column["buyers"], column["orders"], orders),
        "repeat_buyer_gmv_share": (column["repeat_paid_fen"], column["paid_fen"], buyers),
        "orders_per_buyer": (column["orders"], column["buyers"], buyers),
    }
    found: Figures = {
        key: proportion(frames, key, column[part], column["buyers"], k)
        for key, part in (("repurchase_rate", "twice_by_day"), ("repurchase_rate_orders", "twice_by_order"))
    }
    for key, (top, bottom, n) in pairs.items():
        estimate = ratio(np.stack([top, bottom], -1))
        found[key] = None if buyers < k else estimate.figure(key, n, frames.sources, k)
    return found


def between(frames: Frames, earlier: tuple[date, date], later: tuple[date, date], k: int = 0) -> Figure | None:
    """回购率: buyers of `earlier` who also buy in `later` / buyers of `earlier`; None until `later` is over, and where
    a month of either is missing."""
    if later[1] > frames.as_of or any(earlier[0] <= month <= later[1] for month in frames.missing):
        return None
    both, early = returning(frames, earlier, later).T
    return proportion(frames, "return_purchase_rate", both, early, k)


@dataclass(frozen=True)
class Cohort:
    """First-time buyers of a month. n: how many; again: share who bought again within the window, None while
    some have not been followed that long. Either is None where it is small, or would give a small one away.

    left_truncated: the record begins less than the window before the month, so some firsts may be repeats.
    """

    month: date
    window_days: int
    n: int | None
    again: Figure | None
    left_truncated: bool


def within(frames: Frames, windows: Sequence[int] = WINDOWS, k: int = 0) -> tuple[Figures, list[Cohort]]:
    """Fixed follow-up: share of first-time buyers who buy again within each window, counting only those the
    window has passed for. Keys `repurchase_<days>d`, and the same by month of first purchase. Windows are those
    of data/definitions.yml; none is shorter than a month, so a month that is not over is never mature.
    """
    cells, sums = followed(frames, windows)
    totals = sums.sum(0)
    all_seen, all_again = totals[:, 1::2], totals[:, 2::2]
    keys = [f"repurchase_{window}d" for window in windows]
    figures: Figures = {
        key: proportion(frames, key, sums[..., 2 + 2 * place].sum(1), sums[..., 1 + 2 * place].sum(1), k)
        for place, key in enumerate(keys)
    }
    mature = all_seen == totals[:, :1]
    blank = hidden_rows(np.column_stack([totals[:, 0], np.where(mature, all_seen, 0)]), k)
    rows = []
    for (row, place), open_ in np.ndenumerate(mature & ~blank[:, None]):
        month, window = first_of(int(cells["month"][row])), windows[place]
        n, again = int(totals[row, 0]), int(all_again[row, place])
        figure = proportion(frames, keys[place], again, n) if open_ else None
        short = (month - frames.known_since(month)).days < window
        rows.append(Cohort(month, window, None if blank[row] else n, figure, short))
    return figures, rows


@dataclass(frozen=True)
class Retention:
    """A cell of the cohort triangle. cohort: month of first purchase; months: later; n: buyers of the cohort;
    again: share of them with a purchase in that month, None while it is not over or the cohort is small."""

    cohort: date
    months: int
    n: int
    again: Figure | None


def retention(frames: Frames, k: int = 0) -> list[Retention]:
    """The cohort triangle, a square of cells: every cohort by every month that the oldest one has lived. Cells of
    missing months are blank, and no cohort is one whose first days are missing."""
    active = cohorts(frames).set_index(["cohort", "month"])["buyers"]
    missing, broken = ({month_of(month) for month in months} for months in (frames.missing, frames.broken))
    firsts = sorted({int(cohort) for cohort, _ in active.index} - broken)
    if not firsts:
        return []
    sizes = {cohort: int(active[cohort, cohort]) for cohort in firsts}
    blank = dict(zip(firsts, hidden(np.array([*sizes.values()]), k), strict=True))
    cells = []
    for cohort in firsts:
        for later in range(month_of(frames.as_of) - firsts[0] + 1):
            over = first_of(cohort + later + 1) - timedelta(days=1) <= frames.as_of and cohort + later not in missing
            open_ = over and not blank[cohort]
            bought = int(active.get((cohort, cohort + later), 0))
            figure = proportion(frames, "cohort_retention", bought, sizes[cohort], k) if open_ else None
            cells.append(Retention(first_of(cohort), later, sizes[cohort], figure))
    return cells


def by_survival(frames: Frames, days: Sequence[int] = WINDOWS, k: int = 0) -> Figures:
    """Kaplan-Meier share of first-time buyers who buy again within so many days, `repurchase_km_<days>d`.

    Buyers whose record ends earlier count as long as they were seen. None where nobody, or fewer than `k`, are still
    followed and without a second purchase on the last of the days: there one buyer moves the share.
    """
    gaps = first_gaps(frames, max(days))
    n = int(gaps[..., 0].sum())
    figures: Figures = {}
    for window, shown in zip(days, followed_to(gaps, days, k), strict=True):
        key = f"repurchase_km_{window}d"
        figures[key] = survival(gaps, window).figure(key, n, frames.sources, k) if shown else None
    return figures


def followed_to(gaps: Ints, days: Sequence[int], k: int) -> list[bool]:
    """Whether on each of these days at least `k` buyers, and one, are at risk, of `first_gaps`."""
    risk = at_risk(gaps[..., 0].sum(0))
    return [bool(risk[day] >= max(k, 1)) for day in days]


def survival(gaps: Ints, window: int) -> Estimate:
    """Kaplan-Meier share with the event within `window` days, of `first_gaps`."""

    def share(sums: Ints) -> Floats:
        risk = at_risk(sums[..., 0])
        return np.asarray(1 - survivors(sums[..., 1], risk)[..., window], float)

    return estimated(gaps, share).clipped(0, 1)


def proportion(frames: Frames, key: str, successes: Ints | int, n: Ints | int, k: int = 0) -> Figure | None:
    """A plain share of buyers, of numbers or of numbers per cluster, as metric `key`; None under `k` buyers or without
    any."""
    pairs = np.stack(np.atleast_1d(successes, n), -1)
    top, total = pairs.sum(0).tolist()
    left = left_out(pairs, lambda sums: divided(sums[..., 0], sums[..., 1]))
    return replace(wilson(top, total), left=left).figure(key, total, frames.sources, k)


def year_before(frames: Frames) -> date:
    """First day of the window of a year that ends with as_of, or of the record when that is shorter."""
    return max(frames.first_day, frames.as_of - YEAR)


def last_quarters(as_of: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The last two whole quarters that are over on `as_of`, each (first day, last day)."""
    quarter = month_of(as_of + timedelta(days=1)) // 3 * 3
    ends = [first_of(quarter - back) for back in (6, 3, 0)]
    return (ends[0], ends[1] - timedelta(days=1)), (ends[1], ends[2] - timedelta(days=1))
