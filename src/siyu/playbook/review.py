"""What became of the plan before: its numbers against what their own trend and season would have led to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from siyu.definitions import ahead
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.playbook import labels
from siyu.playbook.exhibits import cell, counted, name_of, point, refs
from siyu.playbook.form import SOURCE
from siyu.playbook.plan import Planning
from siyu.record import Plan, PlannedGoal
from siyu.verdict import Verdict

LEAST_MONTHS, YEARS = 8, 24  # of a record, for a trend and for a season
SEASON = 0.2  # standard deviation of a quarter's season in logarithms, a prior while two years are not recorded
Floats = npt.NDArray[np.float64]
Months = npt.NDArray[np.int64]
# metrics that a month has by itself; of others only then and now are known
MONTHLY: Mapping[str, Callable[[pd.DataFrame], Any]] = {
    "net_gmv": lambda months: months["net_fen"] / 100,
    "gmv": lambda months: months["paid_fen"] / 100,
    "paid_orders": lambda months: months["orders"],
    "buyers": lambda months: months["buyers"],
    "aov": lambda months: months["paid_fen"] / 100 / months["orders"],
    "repeat_order_share": lambda months: months["repeats"] / (months["repeats"] + months["firsts"]),
}


@dataclass(frozen=True)
class Baseline:
    """What a month would have been on average, and the 95% prediction interval."""

    value: float
    low: float
    high: float

    def verdict(self, seen: float) -> str:
        """Code of `labels.VERDICTS`."""
        return "beyond_up" if seen > self.high else "beyond_down" if seen < self.low else "within"


def baseline(before: Floats, calendar: Months, ahead: Months, several: int = 1) -> Baseline | None:
    """The mean of some months after a record, by its trend in logarithms, and its season where two years are known.

    before: values of the record's months, above 0. calendar, ahead: calendar months of both. several: numbers judged at
    once, all of which their intervals hold in 95% (Bonferroni). None where the record is too short or not above 0.
    Residuals of neighbouring months may go together: the interval knows, by their first autocorrelation. While the
    season is not known, its prior SEASON widens the interval."""
    n, m = len(before), len(ahead)
    if n < LEAST_MONTHS or not m or (before <= 0).any():
        return None
    design = np.column_stack([np.ones(n), np.arange(n)])
    future = np.column_stack([np.ones(m), np.arange(n, n + m)])
    if seasonal := n >= YEARS:
        known = sorted(set(calendar.tolist()))[1:]
        design = np.column_stack([design, *((calendar == month).astype(float) for month in known)])
        future = np.column_stack([future, *((ahead == month).astype(float) for month in known)])
    logs, inverse = np.log(before), np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ logs
    rest, free = logs - design @ beta, n - design.shape[1]
    rho = float(np.clip(float(rest[1:] @ rest[:-1]) / max(float(rest @ rest), 1e-12) + 2 / n, 0, 0.9))
    spread, at = float(rest @ rest) / free, future.mean(0)
    together = 1 + 2 * sum((1 - lag / m) * rho**lag for lag in range(1, m))
    error = spread * (float(at @ inverse @ at) * (1 + rho) / (1 - rho) + together / m) / (1 - rho**2)
    reach = float(stdtrit(free, 1 - 0.025 / several)) * float(np.sqrt(error + (0 if seasonal else SEASON**2)))
    middle = float(at @ beta)
    return Baseline(*(float(np.exp(end)) for end in (middle, middle - reach, middle + reach)))


def shown(planning: Planning) -> str:
    """Kind of subject that a review is for: none where there is no plan before, or it is too young."""
    return "client" if planning.before and not planning.too_early else "none"


def reviewed(planning: Planning) -> tuple[pd.DataFrame, Verdict]:
    """A row per goal and task of the plan before."""
    rows = [] if planning.before is None or planning.too_early else list(_rows(planning, planning.before))
    table = pd.DataFrame(rows, columns=["code", *labels.REVIEW, "sources"])
    judged = {row["metric"]["en"]: row["code"] for row in rows if row["expected"]}  # goals and tasks may share a metric
    beyond = sum(code != "within" for code in judged.values())
    figures = {"beyond": counted(beyond), "count": counted(len(judged))}
    said = labels.SAID["review" if beyond else "review_none" if judged else "review_untold"]
    day = planning.before.as_of if planning.before else ""
    return table, Verdict({"id": said, "args": {"date": {"value": day}}}, figures)


def _rows(planning: Planning, before: Plan) -> list[dict[str, Any]]:
    """Goals first; a task with the metric that its rule looked at."""
    tasks = [(one.metric, None, planning.library[one.key].both("name"), one.now)
             for one in before.tasks if one.metric and one.key in planning.library]  # fmt: skip
    asked = [(one.metric, one, name_of(one.metric), one.now) for one in before.goals]
    several = len({one[0] for one in (*asked, *tasks)} & MONTHLY.keys())
    return [_row(planning, before, several, *one) for one in (*asked, *tasks)]


def _row(
    planning: Planning, before: Plan, several: int, metric: str, goal: PlannedGoal | None, name: Text, then: Any
) -> dict[str, Any]:
    now = planning.known.figures([metric])[metric]
    held = _held(planning, metric, date.fromisoformat(before.as_of), several)
    row = {"what": name, "metric": name_of(metric), "then": then.as_json() if then else None, "now": cell(now),
           "expected": None, "sources": refs(now, more=(SOURCE,))}  # fmt: skip
    if held is None:
        return row | {"code": (code := _goal(goal, now, planning.as_of)), "verdict": labels.VERDICTS[code]}
    was, seen, line = held
    unit = now.unit if isinstance(now, Figure) else ""
    code = line.verdict(seen)
    return row | {"then": point(was, unit), "now": point(seen, unit), "code": code, "verdict": labels.VERDICTS[code],
                  "expected": {"value": line.value, "low": line.low, "high": line.high, "unit": unit}}  # fmt: skip


def _goal(goal: PlannedGoal | None, now: Figure | Absent, as_of: date) -> str:
    if goal is None or isinstance(now, Absent):
        return "cannot_tell"
    if ahead(goal.metric, now.value, goal.target) >= 0:
        return "reached"
    return "open" if date.fromisoformat(goal.by) > as_of else "missed"


def _held(planning: Planning, metric: str, since: date, several: int) -> tuple[float, float, Baseline] | None:
    """(mean month of the quarter before, mean month after, baseline) of a metric that months have; else None."""
    if metric not in MONTHLY or not planning.known.orders:
        return None
    months = planning.known.months
    values = MONTHLY[metric](months).to_numpy(float)
    late = (months["month"] > pd.Timestamp(since)).to_numpy()
    calendar = months["month"].dt.month.to_numpy(np.int64)
    line = baseline(values[~late], calendar[~late], calendar[late], several)
    return (float(values[~late][-3:].mean()), float(np.exp(np.log(values[late]).mean())), line) if line else None
