"""Buyers as models and tables of value see them: what each has bought and paid, as integer count tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import Ints, counted, run, spread
from siyu.estimates.sampling import DRAWS, LEVEL, Estimate, Floats, divided, estimated
from siyu.orders.counts import followed
from siyu.orders.frames import Frames
from siyu.value.fitting import Histories
from siyu.value.spend import Spending

WINDOWS = (30, 90, 180, 365)
POINTS = (*range(0, WINDOWS[-1], 30), WINDOWS[-1])  # of the curve of value; every window is one


def patrons(frames: Frames) -> pd.DataFrame:
    """Distinct frequency, recency, T, recency_days (days), net_fen of repeat purchases and of the first one, cluster,
    with the number of `buyers`; all int64."""
    buyers = each(frames)
    keys = ["frequency", "recency", "T", "repeat_fen", "first_fen", "recency_days", "cluster"]
    buyers = buyers.mutate(cluster=frames.cluster(buyers))
    return counted(buyers, keys, buyers=buyers.count())


def each(frames: Frames) -> ir.Table:
    """The same by buyer_id."""
    days, end = frames.purchases, ibis.date(frames.as_of.isoformat())
    repeat = (days.purchase_no > 1).cast("int64")
    buyers = days.group_by("buyer_id").aggregate(
        frequency=repeat.sum(), first=days.first_day.min(), last=days.day.max(), cluster=days.cluster.min(),
        repeat_fen=(days.net_fen * repeat).sum(), first_fen=(days.net_fen * (1 - repeat)).sum(),
    )  # fmt: skip
    recency, since = buyers["last"].delta(buyers["first"], unit="day"), end.delta(buyers["last"], unit="day")
    return buyers.mutate(recency=recency, recency_days=since, T=frames.observed(buyers["first"]))


def spending(rows: pd.DataFrame) -> Spending:
    """Mean spend (fen) of repeat purchases, of `patrons` who paid for one; those who only got free lines have none.

    Raises ValueError for amounts below zero."""
    paid = rows[(rows["frequency"] > 0) & (rows["repeat_fen"] != 0)]
    back = paid.groupby(["frequency", "repeat_fen"])["buyers"].sum().reset_index()
    x = back["frequency"].to_numpy(float)
    return Spending(x, back["repeat_fen"].to_numpy(float) / np.maximum(x, 1), back["buyers"].to_numpy(float))


def histories_of(rows: pd.DataFrame) -> Histories:
    """Purchase histories of `patrons`, whatever they paid."""
    same = rows.groupby(["frequency", "recency", "T"], as_index=False)["buyers"].sum()
    return Histories(*(same[name].to_numpy(float) for name in ("frequency", "recency", "T", "buyers")))


@dataclass(frozen=True)
class Earned:
    """What first-time buyers have paid by days since the first purchase, that day included. rows: cluster; month of the
    first purchase, since year 0; over and whole, how many of the rising `windows` are over by then and how many the
    buyer was followed for; all (first purchases) and net (fen)."""

    rows: pd.DataFrame
    windows: tuple[int, ...]
    groups: int

    def within(self, windows: Sequence[int] = WINDOWS, least: int = 0) -> tuple[pd.DataFrame, Ints]:
        """(cells: `month`, array (groups, months, 1 + 2 * windows)): all buyers; then per window those followed for it,
        and net_fen that these paid within it. least: days that buyers of every window have to be followed for."""
        rows, found = self.rows.copy(), ["all"]
        for window in windows:
            counts = rows["whole"] > self.windows.index(max(window, least))
            rows[f"seen_{window}"] = rows["all"].where(counts, 0)
            rows[f"net_{window}"] = rows["net"].where(counts & (rows["over"] <= self.windows.index(window)), 0)
            found += [f"seen_{window}", f"net_{window}"]
        return spread(rows, self.groups, ["month"], found)


def earned(frames: Frames) -> Earned:
    """Counted in one scan, by all POINTS and WINDOWS."""
    windows = tuple(sorted({*WINDOWS, *POINTS}))
    days = frames.purchases.semi_join(frames.firsts, "buyer_id") if frames.broken else frames.purchases
    after, seen = days.day.delta(days.first_day, unit="day"), frames.observed(days.first_day)
    days = days.mutate(
        cluster=frames.cluster(days), month=(days.first_day.year() * 12 + days.first_day.month() - 1).cast("int64"),
        over=sum((after > one).cast("int64") for one in windows), first=(days.purchase_no == 1).cast("int64"),
        whole=sum((seen >= one).cast("int64") for one in windows),
    )  # fmt: skip
    sums = {"all": days["first"].sum(), "net": days.net_fen.sum()}
    return Earned(counted(days, ["cluster", "month", "over", "whole"], **sums), windows, frames.groups)


def mean_paid(sums: Ints) -> Estimate:
    """Net yuan a buyer, of (groups, 2): buyers and net_fen of theirs.

    Few buyers spend much: the interval is that of the studentised bootstrap of the logarithm (Hall 1988), where a plain
    bootstrap, or a jackknife of groups, holds the truth in nine of ten cohorts."""
    plain = estimated(sums, lambda one: divided(one[..., 1], 100 * one[..., 0]))
    buyers, yuan = sums[sums[:, 0] > 0].T / np.array([[1], [100]])
    if not (yuan.sum() > 0 and np.ptp(yuan / buyers)):
        return plain
    drawn = np.vstack([np.full(len(yuan), 1 / len(yuan)), _drawn(len(yuan))])  # the sample, and draws of it
    people, means = drawn @ buyers, drawn @ yuan / (drawn @ buyers)
    squares = drawn @ yuan**2 - 2 * means * (drawn @ (yuan * buyers)) + means**2 * (drawn @ buyers**2)
    errors = np.sqrt(np.maximum(squares, 0) / len(yuan)) / people
    known = (means > 0) & (errors > 0)
    turned = (np.log(means[known] / means[0]) * means[known] / errors[known])[1:]
    low, high = np.exp(-np.quantile(turned, [0.5 + LEVEL / 2, 0.5 - LEVEL / 2]) * errors[0] / means[0]) * means[0]
    return replace(plain, low=float(low), high=float(high), error=float(errors[0]))


@lru_cache(maxsize=2)
def _drawn(n: int) -> Floats:
    """Shares of a bootstrap's draws that each of n buyers, or groups, has, (DRAWS, n)."""
    drawn = np.random.default_rng(n).integers(n, size=(DRAWS, n)) + n * np.arange(DRAWS)[:, None]
    return np.bincount(drawn.ravel(), minlength=DRAWS * n).reshape(DRAWS, n) / n


def amounts(rows: pd.DataFrame, groups: int) -> tuple[Floats, Ints]:
    """(distinct yuan, falling; buyers who paid so much net over the record, (groups, yuan)), of `patrons`."""
    yuan = (rows["repeat_fen"] + rows["first_fen"] + 50) // 100
    counts = rows.assign(yuan=yuan).groupby(["cluster", "yuan"], as_index=False)[["buyers"]].sum()
    cells, sums = spread(counts, groups, ["yuan"], ["buyers"])
    return cells["yuan"].to_numpy(float)[::-1], sums[:, ::-1, 0]


def cohort_rates(frames: Frames, windows: tuple[int, ...]) -> dict[int, Ints]:
    """window -> (2, months): buyers, and those who bought again within it, of the months all of whose buyers it has
    passed for."""
    totals = followed(frames, windows)[1].sum(0)
    pairs = {window: totals[:, 1 + 2 * place : 3 + 2 * place] for place, window in enumerate(windows)}
    return {window: pair[pair[:, 0] == totals[:, 0]].T for window, pair in pairs.items()}


def repeats_by_day(frames: Frames, first_by: int) -> tuple[Ints, Ints]:
    """Of buyers first seen within `first_by` days of the record's first day: (those whose first purchase fell on each
    day, their repeat purchases on each day), (days,)."""
    start = ibis.date(frames.first_day.isoformat())
    days = frames.purchases
    since, at = days.first_day.delta(start, unit="day"), days.day.delta(start, unit="day")
    days = days.mutate(since=since, at=at, repeat=(days.purchase_no > 1).cast("int64"))
    days = days.filter(days.since <= first_by)
    rows = run(days.group_by("at").aggregate(repeats=days.repeat.sum(), firsts=(1 - days.repeat).sum()))
    found = np.zeros((2, (frames.as_of - frames.first_day).days + 1), np.int64)
    found[:, rows["at"].to_numpy(int)] = rows[["firsts", "repeats"]].to_numpy(np.int64).T
    return found[0], found[1]


def median_gap(frames: Frames) -> float:
    """Median days between a purchase and the next; nan without any."""
    rows = counted(frames.followed, ["days_to_next"], n=frames.followed.count()).dropna()
    if rows.empty:
        return float("nan")
    half = np.searchsorted(rows["n"].cumsum().to_numpy(), rows["n"].sum() / 2)
    return float(rows["days_to_next"].iloc[half])
