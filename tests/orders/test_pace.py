"""Pace: count tables and estimates against loops over buyers, by hand, and the checks that a claim takes."""

import math
from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from siyu.orders.frames import opened
from siyu.orders.groups.joins import comparisons
from siyu.orders.groups.pace import MILLION, pace, paces
from siyu.orders.groups.uplift import GAP, WINDOW, beyond
from siyu.simulator.worlds import CHANNELS, lived, seventy


def rows(lives, gap=GAP):
    """A row per purchase compared: buyer, number, quarter, member, v of the gap after and of the last before."""
    joins = dict(zip(lives.joins["buyer"], lives.joins["day"], strict=True))
    found = []
    for buyer, days in lives.gaps.groupby("buyer")["day"]:
        days = days.tolist()
        gaps = [b - a for a, b in pairwise(days)]
        for at, day in enumerate(days):
            wait = joins.get(buyer, math.inf) - day
            if at == 0 or wait < 0:
                continue
            after = gaps[at] if at < len(gaps) else math.inf
            member = wait <= gap and wait < after
            lag = wait if member else 0
            excess = [one - lag for one in gaps[:at] if one > lag]
            when = pd.Timestamp(lives.world.start) + pd.Timedelta(days=day)
            found.append({
                "buyer": buyer, "number": min(at + 1, 5), "quarter": when.year * 4 + when.quarter - 1, "member": int(member),
                "pace": v(after - lag, excess) if excess and after < math.inf else math.nan,
                "last_pace": v(gaps[at - 1], gaps[: at - 1]) if at > 1 else math.nan,
            })  # fmt: skip
    return pd.DataFrame(found)


def v(gap, earlier):
    return 1 - (len(earlier) + 1) * gap / (sum(earlier) + gap)


def millionths(values):
    scaled = values * MILLION
    return np.where(scaled < 0, -np.floor(-scaled + 0.5), np.floor(scaled + 0.5))


@pytest.fixture(scope="module", params=["delayed", "selection", "calendar", "season"])
def case(brand, request):
    lives = lived(seventy(request.param, buyers=2_200, gap_days=40.0), 4)
    return SimpleNamespace(lives=lives, frames=brand.frames(lives), rows=rows(lives))


def test_counts_are_those_of_a_loop_over_buyers(case):
    cells, sums = paces(case.frames, GAP)
    plain = case.rows.assign(
        n=case.rows["pace"].notna(), n_last=case.rows["last_pace"].notna(), cluster=case.rows["buyer"] % 100
    )
    plain["pace"], plain["last_pace"] = (millionths(plain[name].fillna(0)) for name in ("pace", "last_pace"))
    expected = plain.groupby(["cluster", "number", "quarter", "member"])[["pace", "n", "last_pace", "n_last"]].sum()
    assert len(cells) == len(plain.drop_duplicates(["number", "quarter"]))
    place = {(number, quarter): at for at, number, quarter in cells.itertuples()}
    for (cluster, number, quarter, member), *row in expected.itertuples():
        assert sums[cluster, place[number, quarter], member].tolist() == [int(value) for value in row]
    assert sums.sum((0, 1, 2)).tolist() == expected.sum().astype("int64").tolist()


def test_counts_are_those_of_numpy_that_the_table_of_verdicts_stands_on(case, plain):
    held = plain.crowd(case.lives.world, 1, case.lives.gaps, case.lives.joins, np.arange(case.lives.world.buyers))
    strata, sums = plain.paces(held, GAP)
    cells, found = paces(case.frames, GAP)
    assert strata.to_numpy().tolist() == cells.to_numpy().tolist()
    assert (found == sums[0]).all()
    cells, found = comparisons(case.frames, WINDOW, GAP)
    expected = plain.comparisons(held, WINDOW, GAP)[0]
    entry = cells["entry"].map({name: code for code, name in enumerate(CHANNELS)})
    order = np.lexsort((entry, cells["quarter"], cells["number"]))
    both = found.sum(0)[order][..., :2]
    assert both[both.any((1, 2))].tolist() == expected.tolist()


def standardised(part, strata, value):
    part = part[part[value].notna()]
    stratum = part.groupby(strata).ngroup().to_numpy()
    arms = [part["member"].to_numpy() == member for member in (0, 1)]
    n = [np.bincount(stratum[arm], minlength=stratum.max() + 1) for arm in arms]
    total = [np.bincount(stratum[arm], part[value].to_numpy()[arm], stratum.max() + 1) for arm in arms]
    both = (n[0] > 0) & (n[1] > 0)
    return np.average(total[1][both] / n[1][both] - total[0][both] / n[0][both], weights=n[1][both])


@pytest.mark.parametrize(
    ("name", "strata", "value"),
    [
        ("by_number", ["number"], "pace"),
        ("by_quarter", ["number", "quarter"], "pace"),
        ("before", ["number"], "last_pace"),
    ],
)
def test_estimates_are_those_of_plain_pandas_with_each_cluster_left_out(case, name, strata, value):
    found = getattr(pace(case.frames, GAP), name)
    left = np.array([standardised(case.rows[case.rows["buyer"] % 100 != g], strata, value) for g in range(100)])
    error = np.sqrt(0.99 * ((left - left.mean()) ** 2).sum())
    assert found.value == pytest.approx(standardised(case.rows, strata, value), abs=1e-6)
    assert found.error == pytest.approx(error, abs=1e-6)
    assert found.high - found.value == pytest.approx(stats.t(99).ppf(0.975) * error, abs=1e-5)


def test_joining_late_is_held_against_the_gaps_that_lasted_as_long(brand):
    # gaps of 3, 10 and 30 days, joined 4 days after the third purchase: 10 - 4 = 6 before, 30 - 4 = 26 after
    days = [0, 3, 13, 43]
    bought = brand.purchases(pd.DataFrame({
        "buyer_id": 0, "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, "D"), "paid_fen": 1, "net_fen": 1,
    }))  # fmt: skip
    joined = pa.table({"buyer_id": [0], "joined_at": pa.array([np.datetime64("2024-01-18T10:00:00", "s")])})
    cells, sums = paces(opened(date(2024, 12, 31), bought, members=joined), GAP)
    assert cells["number"].tolist() == [2, 3]
    third = round(MILLION * (1 - 2 * 26 / 32))
    assert sums[0, 1, 1].tolist() == [third, 1, round(MILLION * (1 - 2 * 10 / 13)), 1]
    assert sums[0, 0, 0].tolist() == [round(MILLION * (1 - 2 * 10 / 13)), 1, 0, 0]


def test_steady_habits_have_no_pace_whatever_the_rates():
    random = np.random.default_rng(8)
    rate = random.gamma(0.4, 1, 200_000)
    gaps = random.exponential(1 / rate, (4, rate.size))
    values = 1 - 4 * gaps[3] / gaps.sum(0)
    frequent = rate > np.quantile(rate, 0.9)
    for chosen in (values, values[frequent]):
        assert abs(chosen.mean()) < 4 * chosen.std() / chosen.size**0.5


def limits(low, high=1.0):
    return SimpleNamespace(low=low, high=high)


def test_a_claim_takes_every_check():
    sure, unsure, undefined = limits(0.01), limits(-0.01), limits(math.nan, math.nan)
    assert beyond(sure, sure, sure, unsure)
    assert beyond(sure, sure, sure, None)
    for place in range(3):
        for missing in (unsure, undefined, None):
            checks = [sure, sure, sure]
            checks[place] = missing
            assert not beyond(*checks, unsure)
    assert not beyond(sure, sure, sure, limits(-0.2, -0.01))


def test_who_joins_at_the_first_purchase_has_no_past(brand):
    found = pace(brand.frames(lived(seventy("null", buyers=2_500), 1)), GAP)
    assert found.n[1] == 0
    assert math.isnan(found.by_number.value)
