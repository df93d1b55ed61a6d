"""Which playbook a shop's buyers call for: days between purchases and days to decide, with the ellipse of a bootstrap.

The documents name five playbooks on four cells and disagree on the axes; distances are in logarithms of days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import run
from siyu.estimates.survival import at_risk, survivors
from siyu.evidence.table import Reasoned, Words, read_table
from siyu.figure import Absent, Figure
from siyu.orders.frames import Frames
from siyu.paths import data_dir

SAMPLE, DRAWS = 4_000, 300
NINE_TENTHS = 4.605  # chi-square with two degrees of freedom
Floats = npt.NDArray[np.float64]


class Quadrant(Reasoned):
    """A playbook with the middle of its cell. online: 1 where the deal closes on line."""

    quadrant: str
    name: str
    name_zh: str
    gap_days: float
    decision_days: float
    online: int
    systems: Words


@dataclass(frozen=True)
class Placement:
    """gap: median days between purchases; decision: from follow to first payment; outline: ellipse as (x, middle, low,
    high) in days, none without both; nearest: the playbook by its cell."""

    gap: Figure | Absent
    decision: Figure | Absent
    nearest: Quadrant | None
    outline: tuple[tuple[float, float, float, float], ...] = ()


@lru_cache(maxsize=1)
def quadrants() -> tuple[Quadrant, ...]:
    """The playbooks that the documents name."""
    return tuple(read_table(data_dir() / "playbook" / "quadrants.csv", Quadrant))


def placed(frames: Frames, online: bool = True) -> Placement:
    """Where the buyers of a shop stand. online: whether its deals close on line."""
    some = frames.some(SAMPLE)
    gaps, waits = _gaps(some), _waits(some)
    draws = np.column_stack([_resampled(gaps, _median_gap), _resampled(waits, _median_wait)])
    buyers = gaps["buyer"].nunique()
    gap = _figure("purchase_gap", _median_gap(gaps, np.ones(len(gaps))), draws[:, 0], buyers, frames)
    decision = _figure("decision_days", _median_wait(waits, np.ones(len(waits))), draws[:, 1], len(waits), frames)
    nearest = None
    if isinstance(gap, Figure):
        own = [gap.value, decision.value if isinstance(decision, Figure) else np.nan]
        nearest = min(quadrants(), key=lambda one: _apart(one, own, online))
    both = isinstance(gap, Figure) and isinstance(decision, Figure)
    return Placement(gap, decision, nearest, _ellipse(draws) if both else ())


def _apart(one: Quadrant, own: list[float], online: bool) -> float:
    steps = np.log1p([one.gap_days, one.decision_days]) - np.log1p(own)
    return float(np.nansum(steps**2)) + 10 * (bool(one.online) != online)


def _gaps(frames: Frames) -> pd.DataFrame:
    """A row per purchase: buyer (by deeds: ids play no part), days to the next one or the end, whether it came."""
    days = frames.followed
    rows = run(days.select("buyer_id", "days_to_next", seen=frames.observed(days.day)))
    came, days = rows["days_to_next"].notna(), rows["days_to_next"].fillna(rows["seen"]).astype(float)
    told = pd.DataFrame({"buyer_id": rows["buyer_id"], "days": days, "came": came})
    told["lasted"] = days.where(came, -1 - days)
    deeds = told.sort_values("lasted").groupby("buyer_id")["lasted"].agg(tuple).sort_values()
    told["buyer"] = told["buyer_id"].map(pd.Series(np.arange(len(deeds)), deeds.index))
    return told.sort_values(["days", "lasted", "buyer"], ascending=[True, False, True], ignore_index=True)


def _waits(frames: Frames) -> pd.DataFrame:
    """A row per buyer who followed before the first purchase: buyer, days; by days."""
    if frames.follows is None:
        return pd.DataFrame({"buyer": [], "days": []}, dtype=float)
    first = frames.purchases.filter(frames.purchases.purchase_no == 1).select("buyer_id", "day")
    follows = frames.follows.group_by("buyer_id").aggregate(since=frames.follows.followed_at.min())
    both = first.inner_join(follows, "buyer_id")
    wait = both.day.delta(both.since.date(), unit="day")
    days = np.sort(run(both.select(days=wait).filter(ibis._.days >= 0))["days"].to_numpy(float))
    return pd.DataFrame({"buyer": np.arange(len(days)), "days": days})


def _median_gap(rows: pd.DataFrame, weights: Floats) -> float:
    """Kaplan-Meier median of the days to the next purchase; nan where it is not reached."""
    if rows.empty:
        return float("nan")
    alive = survivors(weights * rows["came"].to_numpy(float), at_risk(weights))
    below = np.flatnonzero(alive <= 0.5)
    return float(rows["days"].iloc[below[0]]) if len(below) else float("nan")


def _median_wait(rows: pd.DataFrame, weights: Floats) -> float:
    """Weighted median of days."""
    if rows.empty or not weights.sum():
        return float("nan")
    order = np.argsort(rows["days"].to_numpy())
    total = np.cumsum(weights[order])
    return float(rows["days"].to_numpy()[order][np.searchsorted(total, total[-1] / 2)])


def _resampled(rows: pd.DataFrame, statistic: Callable[[pd.DataFrame, Floats], float]) -> Floats:
    """A statistic over DRAWS bootstrap samples of buyers."""
    random = np.random.default_rng(6)
    if rows.empty:
        return np.full(DRAWS, np.nan)
    buyer, n = rows["buyer"].to_numpy(int), rows["buyer"].nunique()
    drawn = (random.multinomial(n, np.full(n, 1 / n)) for _ in range(DRAWS))
    return np.array([statistic(rows, times[buyer].astype(float)) for times in drawn])


def _figure(key: str, value: float, draws: Floats, n: int, frames: Frames) -> Figure | Absent:
    if np.isnan(value) or np.isnan(draws).mean() > 0.025:
        return Absent((key,))
    low, high = (float(end) for end in np.nanquantile(draws, (0.025, 0.975)))
    return Figure(value, min(low, value), max(high, value), "days", "sampling95", key, frames.sources, n)


def _ellipse(draws: Floats) -> tuple[tuple[float, float, float, float], ...]:
    """The ellipse that nine bootstrap draws of ten fall into, if they are normal."""
    draws = draws[~np.isnan(draws).any(1)]
    (x, y), cov = draws.mean(0), np.cov(draws.T) + np.eye(2) * 1e-6
    reach = float(np.sqrt(NINE_TENTHS * cov[0, 0]))
    slope, rest = cov[0, 1] / cov[0, 0], cov[1, 1] - cov[0, 1] ** 2 / cov[0, 0]
    outline = []
    for at in np.linspace(-reach, reach, 21):
        half = float(np.sqrt(max(rest * (NINE_TENTHS - at**2 / cov[0, 0]), 0.0)))
        middle = float(y + slope * at)
        outline.append((float(x + at), middle, middle - half, middle + half))
    return tuple(outline)
