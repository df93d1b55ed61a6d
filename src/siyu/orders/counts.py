"""Count tables of purchases: integers per cluster of buyers, from one scan each."""

from collections.abc import Sequence
from datetime import date

import ibis
import pandas as pd
import pyarrow as pa

from siyu.engines.tables import Ints, carried, counted, dense, spread, summed
from siyu.orders.frames import Frames

BUYER_SUMS = ("buyers", "twice_by_day", "twice_by_order", "orders", "days", "paid_fen", "net_fen", "repeat_paid_fen")
NEVER = 2**15 - 1  # days in place of a gap that has no end: longer than any record, and of the smallest type


def buyer_sums(frames: Frames, since: date, until: date) -> Ints:
    """Sums over buyers with a purchase in [since, until], (groups, BUYER_SUMS).

    twice_by_day, twice_by_order: buyers with at least two purchase days, two orders; repeat_paid_fen: paid by
    the latter; days: purchase days. Money in fen.
    """
    begin, end = ibis.date(since.isoformat()), ibis.date(until.isoformat())
    days = frames.purchases.filter(frames.purchases.day.between(begin, end))
    # each day knows the one before and the next: grouping millions of buyers takes twice the time
    first = days.days_from_previous.fill_null(NEVER) > days.day.delta(begin, unit="day")
    only = first & (days.days_to_next.fill_null(NEVER) > end.delta(days.day, unit="day"))
    once = only & (days.orders == 1)
    more = {"buyers": first, "twice_by_day": first & ~only, "twice_by_order": first & ~once}
    days = days.mutate(
        cluster=frames.cluster(days), days=1, repeat_paid_fen=ibis.ifelse(once, 0, days.paid_fen),
        **{name: holds.cast("int64") for name, holds in more.items()},
    )  # fmt: skip
    sums = counted(days, ["cluster"], **{name: days[name].sum() for name in BUYER_SUMS})
    return summed(sums, frames.groups, BUYER_SUMS)


def returning(frames: Frames, earlier: tuple[date, date], later: tuple[date, date]) -> Ints:
    """Buyers of both periods and buyers of the earlier, (groups, 2). Periods are inclusive."""
    days = frames.purchases
    inside = [days.day.between(ibis.date(a.isoformat()), ibis.date(b.isoformat())) for a, b in (earlier, later)]
    buyers = days.group_by("buyer_id", "cluster").aggregate(early=inside[0].max(), late=inside[1].max())
    buyers = buyers.filter(buyers.early).mutate(cluster=frames.cluster(buyers))
    counts = counted(buyers, ["cluster"], both=buyers.late.cast("int64").sum(), early=buyers.count())
    return summed(counts, frames.groups, ["both", "early"])


def followed(frames: Frames, windows: Sequence[int]) -> tuple[pd.DataFrame, Ints]:
    """First-time buyers by month of first purchase (cells: `month`, months since year 0), and an array
    (groups, months, 1 + 2 * windows): all of them; then per window those it has passed for, and of these
    those who bought again within it.
    """
    firsts = frames.firsts
    month = (firsts.day.year() * 12 + firsts.day.month() - 1).cast("int64")
    firsts = firsts.mutate(cluster=frames.cluster(firsts), month=month, observed=frames.observed(firsts.day))
    sums = {"all": firsts.count()}
    for window in windows:
        seen = firsts.observed >= window
        again = seen & (firsts.days_to_next.fill_null(NEVER) <= window)
        sums |= {f"seen_{window}": seen.cast("int64").sum(), f"again_{window}": again.cast("int64").sum()}
    return spread(counted(firsts, ["cluster", "month"], **sums), frames.groups, ["month"], list(sums))


def first_gaps(frames: Frames, horizon: int) -> Ints:
    """First-time buyers by days until they bought again or the record ends, (groups, horizon + 1, 2).

    Last axis: all who leave observation on that day, and those of them who bought again. A gap beyond
    `horizon` days leaves on its last day.
    """
    firsts = frames.firsts
    stayed = ibis.coalesce(firsts.days_to_next, frames.observed(firsts.day))
    again = firsts.days_to_next.fill_null(NEVER) <= horizon
    firsts = firsts.mutate(cluster=frames.cluster(firsts), after=ibis.least(stayed, horizon), again=again.cast("int64"))
    counts = counted(firsts, ["cluster", "after"], left=firsts.count(), again=firsts.again.sum())
    return dense(counts, ["left", "again"], (frames.groups, horizon + 1), counts["cluster"], counts["after"])


def cohorts(frames: Frames) -> pd.DataFrame:
    """cohort and month (months since year 0) with the buyers, orders, paid_fen and net_fen of each."""
    days = frames.purchases
    # joined to a calendar of a few hundred days: taking ten million dates apart costs as much as the sums
    calendar = carried(_calendar(frames.first_day, frames.as_of), days)
    days = days.join(calendar, "day").join(calendar.select(first_day="day", cohort="month"), "first_day")
    # a buyer counts at the last purchase of the month: the next one lies in another month, or is not known
    days = days.mutate(last=(days.days_to_next.fill_null(NEVER) > days.days_left).cast("int64"))
    sums = {name: days[name].sum() for name in ("orders", "paid_fen", "net_fen")}
    return counted(days, ["cohort", "month"], buyers=days["last"].sum(), **sums)


def histories(frames: Frames) -> pd.DataFrame:
    """Distinct (frequency, recency, T) of buyers with their number `buyers`, all int64 and in days.

    frequency: repeat purchase days; recency: first to last purchase; T: first purchase to as_of.
    """
    # a buyer's last purchase by as_of knows the whole history
    last = frames.purchases.filter(frames.purchases.days_to_next.isnull())
    recency, age = last.day.delta(last.first_day, unit="day"), frames.observed(last.first_day)
    last = last.mutate(frequency=last.purchase_no - 1, recency=recency, T=age)
    return counted(last, ["frequency", "recency", "T"], buyers=last.count())


def month_of(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month counted since year 0."""
    return date(month // 12, month % 12 + 1, 1)


def _calendar(since: date, until: date) -> pa.Table:
    """A row per day: day, month (since year 0) and days_left in it, int64."""
    days = pd.Series(pd.date_range(since, until))
    month, left = days.dt.year * 12 + days.dt.month - 1, days.dt.days_in_month - days.dt.day
    return pa.table({"day": pa.array(days.to_numpy().astype("datetime64[D]")), "month": month, "days_left": left})
