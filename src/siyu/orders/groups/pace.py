"""Did joiners come back sooner than their own past lets expect, and by more than buyers who did not join?

Whoever buys often has more occasions to join, so joiners come back sooner in a group that does nothing. Here each
buyer is held against itself: the gap after purchase k against the buyer's own gaps before. If these are
exchangeable, as they are for any steady habit of buying (recurrent gap times: Wang and Chang 1999), the mean of

    v = 1 - (m + 1) (x - L) / (S + x - L)

is 0 whatever the habit and whatever selection there is on it. x: days to the next purchase; L: days from the purchase
to the join, 0 without one; S: sum of (gap - L) over the m earlier gaps of more than L days, which are those that
a join L days later could have met. Pace is the mean of v of joiners minus that of others, standardised to the joiners'
purchase numbers, and once more by quarter: what moves everybody cancels (the design of case-time-control, Suissa
1995; each its own control: Farrington 1995).

The dip: v of the last gap before purchase k among all up to then. Joiners who had slowed down come back sooner by
themselves, as earnings do that fell before a training (Ashenfelter 1978).

Pace is no size of an effect, and needs a past: who joins at the first purchase is not in it. It cannot tell an
intent that moves with joining, or recruiting just before a very large sale.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import Ints, counted
from siyu.estimates.sampling import Estimate, estimated, folded
from siyu.orders.frames import Frames
from siyu.orders.groups.intervals import compared, difference
from siyu.orders.groups.joins import arms, with_joins

MILLION = 1_000_000  # v is counted in millionths: engines return integers
PACED = ("pace", "next", "last_pace", "last")


@dataclass(frozen=True)
class Pace:
    """by_number, by_quarter: pace within purchase numbers, and within these by quarter. before: the same of the last
    gap before the purchase (the dip check). Each with its jackknife interval, nan where it cannot be had.

    n, n_before: purchases compared, others and joiners."""

    by_number: Estimate
    by_quarter: Estimate
    before: Estimate
    n: tuple[int, int]
    n_before: tuple[int, int]


def pace(frames: Frames, gap: int) -> Pace:
    """Pace of those who join within `gap` days of a purchase. Raises ValueError without a table of members."""
    return judged(*paces(frames, gap))


def judged(cells: pd.DataFrame, sums: Ints) -> Pace:
    """The estimates of a count table of `paces`."""
    number = cells["number"].to_numpy()
    by_number = np.stack([sums[:, number == one].sum(1) for one in np.unique(number)] or [sums.sum(1)], 1)
    parts = by_number[..., :2], sums[..., :2], by_number[..., 2:]
    first, second, before = (estimated(folded(part) / np.array([MILLION, 1]), difference) for part in parts)
    return Pace(first, second, before, compared(parts[0]), compared(parts[2]))


def paces(frames: Frames, gap: int) -> tuple[pd.DataFrame, Ints]:
    """Purchases from the second on of buyers in no group before: (strata, counts of shape (groups, strata, 2, 4)).

    strata: number (k, capped), quarter (since year 0). Axis 2: not joined, joined by day k + gap and before the next
    purchase. Last axis, PACED: sum of v in millionths and number of purchases whose next one is observed and that
    have a gap to compare it with; from the third purchase on, the same of the last gap before.
    """
    days = with_joins(frames)
    days = days.filter(days.purchase_no > 1, (days.join_after >= 0).fill_null(True))
    joins_first = (days.join_after < days.days_to_next).fill_null(True)
    days = days.mutate(member=((days.join_after <= gap).fill_null(False) & joins_first).cast("int64"))
    days = days.mutate(lag=ibis.ifelse(days.member == 1, days.join_after, 0))
    days = days.mutate(past=days.day.delta(days.first_day, unit="day"))
    days = days.left_join(_lagged(frames, days), "buyer_id").drop("buyer_id_right")
    late = days.lag > 0
    earlier = ibis.ifelse(late, days.lagged, days.purchase_no - 1)
    spent = ibis.ifelse(late, days.lagged_days, days.past)
    seen, third = days.days_to_next.notnull() & (earlier > 0), days.purchase_no > 2
    last = days.days_from_previous
    days = days.mutate(
        next=seen.cast("int64"), pace=ibis.ifelse(seen, _v(days.days_to_next - days.lag, spent, earlier), 0),
        last=third.cast("int64"), last_pace=ibis.ifelse(third, _v(last, days.past - last, days.purchase_no - 2), 0),
    )  # fmt: skip
    strata = ["number", "quarter"]
    counts = counted(days, ["cluster", *strata, "member"], **{name: days[name].sum() for name in PACED})
    return arms(counts, frames.groups, strata, PACED)


def _lagged(frames: Frames, days: ir.Table) -> ir.Table:
    """buyer_id, lagged (earlier gaps of more than the days until the join) and lagged_days (their days beyond it)."""
    late = days.filter(days.lag > 0).select("buyer_id", "lag", until="day")
    gaps = frames.purchases.select("buyer_id", "days_to_next", "day").join(late, "buyer_id")
    gaps = gaps.filter(gaps.day < gaps.until)
    beyond = ibis.greatest(gaps.days_to_next - gaps.lag, 0)
    return gaps.group_by("buyer_id").aggregate(lagged=(beyond > 0).cast("int64").sum(), lagged_days=beyond.sum())


def _v(gap: ir.IntegerValue, spent: ir.IntegerValue, earlier: ir.IntegerValue) -> ir.IntegerValue:
    """1 - (earlier + 1) gap / (spent + gap), in millionths."""
    days, over = gap.cast("int64"), spent.cast("int64")
    return ((over - earlier * days) * MILLION / (over + days)).round().cast("int64")
