"""Count tables equal a plain pandas count exactly, whatever the engine does."""

import os
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from siyu.estimates.sampling import GROUPS
from siyu.estimates.survival import at_risk
from siyu.orders import counts
from siyu.orders.frames import opened
from siyu.orders.groups import joins
from siyu.simulator.worlds import World, lived

AS_OF = date(1997, 9, 30)


@pytest.fixture(scope="module", params=["table", "file, held", "file, too large to hold"])
def frames(purchases, request, tmp_path_factory):
    if request.param == "table":
        return opened(AS_OF, purchases)
    path = tmp_path_factory.mktemp("purchases") / "purchases.parquet"
    pq.write_table(purchases, path)
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "file, held":
            patch.setattr("siyu.orders.frames.HELD", len(purchases) - 1)
        return opened(AS_OF, path)


@pytest.fixture(scope="module")
def days(purchases):
    rows = purchases.to_pandas()
    for name in ("day", "first_day"):
        rows[name] = pd.to_datetime(rows[name])
    rows = rows[rows["day"] <= pd.Timestamp(AS_OF)].copy()
    nxt = rows.groupby("buyer_id")["day"].shift(-1)
    rows["days_to_next"] = (nxt - rows["day"]).dt.days
    rows["cluster"] = rows["buyer_id"] % GROUPS
    return rows


def test_clusters_are_groups_of_buyers(frames, days):
    assert frames.groups == GROUPS
    assert frames.buyers == days["buyer_id"].nunique()
    assert frames.first_day == date(1997, 1, 1)


def test_few_buyers_are_clusters_each(purchases):
    few = purchases.filter(np.asarray(purchases["buyer_id"]) < 150)
    assert opened(AS_OF, few).groups == 150


def test_a_file_is_read_once_until_it_is_made_anew(purchases, tmp_path):
    path = tmp_path / "purchases.parquet"
    pq.write_table(purchases, path)
    before = opened(AS_OF, path)
    assert opened(AS_OF, path).purchases.equals(before.purchases)
    early = opened(date(1997, 3, 31), path)
    pq.write_table(purchases.filter(np.asarray(purchases["buyer_id"]) < 1_000), path)
    os.utime(path, ns=(0, 0))
    assert opened(AS_OF, path).buyers == 1_000
    assert before.buyers == purchases["buyer_id"].to_pandas().nunique()
    assert counts.histories(early)["T"].max() < counts.histories(before)["T"].max()


@pytest.mark.parametrize(
    ("most", "kind"), [(2**15 - 1, "int16"), (2**15, "int32"), (2**31 - 1, "int32"), (2**31, "int64")]
)
def test_held_amounts_fit_their_type_to_the_last_fen(purchases, tmp_path, most, kind):
    rows = purchases.slice(0, 300)
    amounts = pa.array(np.resize([1, most, -1 - most], 300), pa.int64())
    rows = rows.set_column(rows.column_names.index("paid_fen"), "paid_fen", amounts)
    pq.write_table(rows, tmp_path / "purchases.parquet", row_group_size=100)
    held = opened(AS_OF, tmp_path / "purchases.parquet")
    assert str(held.purchases.paid_fen.type()) == kind
    sums = (counts.buyer_sums(one, date(1997, 1, 1), AS_OF) for one in (held, opened(AS_OF, rows)))
    assert np.array_equal(*sums)


@pytest.mark.parametrize(("since", "until"), [
    (date(1997, 2, 1), date(1997, 6, 30)), (date(1997, 4, 1), AS_OF), (date(1996, 1, 1), date(1997, 3, 31)),
    (date(1997, 5, 7), date(1997, 5, 7)),
])  # fmt: skip
def test_buyer_sums(frames, days, since, until):
    inside = days[days["day"].between(pd.Timestamp(since), pd.Timestamp(until))]
    buyers = inside.groupby("buyer_id").agg(
        days=("day", "size"), orders=("orders", "sum"), paid=("paid_fen", "sum"), net=("net_fen", "sum")
    )
    cluster = buyers.index % GROUPS
    expected = pd.DataFrame({
        "buyers": 1, "twice_by_day": buyers["days"] > 1, "twice_by_order": buyers["orders"] > 1,
        "orders": buyers["orders"], "days": buyers["days"], "paid_fen": buyers["paid"], "net_fen": buyers["net"],
        "repeat_paid_fen": buyers["paid"].where(buyers["orders"] > 1, 0),
    }).groupby(cluster).sum()[list(counts.BUYER_SUMS)]  # fmt: skip
    found = counts.buyer_sums(frames, since, until)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected.reindex(range(GROUPS), fill_value=0).to_numpy())


def test_returning_buyers(frames, days):
    earlier, later = (date(1997, 1, 1), date(1997, 3, 31)), (date(1997, 4, 1), date(1997, 6, 30))
    early, late = (set(days[days["day"].between(*map(pd.Timestamp, ends))]["buyer_id"]) for ends in (earlier, later))
    found = counts.returning(frames, earlier, later)
    assert found.sum(0).tolist() == [len(early & late), len(early)]
    assert found[:, 1].tolist() == [sum(b % GROUPS == g for b in early) for g in range(GROUPS)]


def test_followed_first_purchases(frames, days):
    firsts = days[days["purchase_no"] == 1]
    cells, found = counts.followed(frames, [90, 200])
    assert cells["month"].tolist() == [counts.month_of(date(1997, month, 1)) for month in (1, 2, 3)]
    for place, month in enumerate((1, 2, 3)):
        rows = firsts[firsts["day"].dt.month == month]
        observed = (pd.Timestamp(AS_OF) - rows["day"]).dt.days
        expected = [len(rows)]
        for window in (90, 200):
            seen = observed >= window
            expected += [int(seen.sum()), int((seen & (rows["days_to_next"] <= window)).sum())]
        assert found.sum(0)[place].tolist() == expected


def test_first_gaps_leave_every_buyer_once(frames, days):
    firsts = days[days["purchase_no"] == 1]
    horizon = 100
    left = firsts["days_to_next"].fillna((pd.Timestamp(AS_OF) - firsts["day"]).dt.days).clip(upper=horizon)
    again = firsts["days_to_next"] <= horizon
    found = counts.first_gaps(frames, horizon).sum(0)
    assert found[:, 0].tolist() == [int((left == day).sum()) for day in range(horizon + 1)]
    assert found[:, 1].tolist() == [int((again & (left == day)).sum()) for day in range(horizon + 1)]


def test_cohort_rows_sum_to_buyers(frames, days):
    found = counts.cohorts(frames)
    months = days.assign(
        cohort=days["first_day"].dt.year * 12 + days["first_day"].dt.month - 1,
        month=days["day"].dt.year * 12 + days["day"].dt.month - 1,
    )
    expected = months.groupby(["cohort", "month"]).agg(
        orders=("orders", "sum"), paid_fen=("paid_fen", "sum"), net_fen=("net_fen", "sum"),
        buyers=("buyer_id", "nunique"),
    ).reset_index()  # fmt: skip
    pd.testing.assert_frame_equal(found, expected[found.columns], check_dtype=False)
    assert found.loc[found["cohort"] == found["month"], "buyers"].sum() == frames.buyers


def test_histories_are_frequency_recency_and_age(frames, days):
    buyers = days.groupby("buyer_id")["day"].agg(["min", "max", "size"])
    expected = pd.DataFrame({
        "frequency": buyers["size"] - 1, "recency": (buyers["max"] - buyers["min"]).dt.days,
        "T": (pd.Timestamp(AS_OF) - buyers["min"]).dt.days,
    }).value_counts().sort_index()  # fmt: skip
    found = counts.histories(frames)
    assert list(found.itertuples(index=False, name=None)) == [(*key, n) for key, n in expected.items()]


@pytest.fixture(scope="module")
def lives():
    return lived(World("planted", buyers=2_500, days=400, arrival_days=300), 3)


@pytest.fixture(scope="module")
def moves(brand, lives):
    """Purchases of buyers in no group before, by plain pandas; days as numbers."""
    rows = lives.orders.drop_duplicates(["buyer", "day"])[["buyer", "day"]].reset_index(drop=True)
    entry = lives.orders.drop_duplicates("buyer").set_index("buyer")["channel"]
    rows["number"] = (rows.groupby("buyer").cumcount() + 1).clip(upper=5)
    rows["next"] = rows.groupby("buyer")["day"].shift(-1) - rows["day"]
    rows["last"] = rows["day"] - rows.groupby("buyer")["day"].shift()
    rows["after"] = rows["buyer"].map(lives.joins.set_index("buyer")["day"]) - rows["day"]
    when = pd.Timestamp(lives.world.start) + pd.to_timedelta(rows["day"], "D")
    rows["quarter"] = when.dt.year * 4 + when.dt.quarter - 1
    rows["entry"] = rows["buyer"].map(entry)
    rows["observed"] = lives.world.days - 1 - rows["day"]
    return rows[~(rows["after"] < 0)]


def test_comparisons_equal_a_plain_count(brand, lives, moves):
    window, gap = 60, 5
    rows = moves[moves["observed"] >= window + gap]
    quiet = ~(rows["next"] <= gap)
    expected = rows.assign(
        member=((rows["after"] <= gap) & ~(rows["next"] <= rows["after"])).astype(int),
        n=quiet, again=quiet & (rows["next"] <= gap + window),
        before=(rows["last"] > gap) & (rows["last"] <= gap + window), earlier=rows["last"] > gap,
    ).groupby(["number", "quarter", "entry", "member"])[list(joins.COMPARED)].sum()  # fmt: skip
    strata, found = joins.comparisons(brand.frames(lives), window, gap)
    assert len(strata) > 20
    for place, stratum in enumerate(strata.itertuples(index=False, name=None)):
        for member in (0, 1):
            counted = expected.loc[(*stratum, member)].tolist() if (*stratum, member) in expected.index else [0] * 4
            assert found.sum(0)[place, member].tolist() == counted


def test_risk_sets_equal_a_plain_count(brand, lives, moves):
    horizon = 50
    rows = moves.assign(end=moves["next"].fillna(moves["observed"]).clip(upper=horizon))
    expected = []
    for _, stratum in rows.groupby(["number", "quarter"]):
        for day in range(1, horizon + 1):
            inside = stratum[stratum["end"] >= day]
            member = inside["after"] < day
            bought = inside["next"] == day
            if bought.any():
                expected.append([int((bought & ~member).sum()), int((bought & member).sum()),
                                 int((~member).sum()), int(member.sum())])  # fmt: skip
    events, risk = joins.risk_sets(brand.frames(lives), horizon)
    assert np.concatenate([events.sum(0), risk.sum(0)], axis=1).tolist() == expected


def test_at_risk_are_those_who_leave_later():
    assert at_risk(np.array([2, 0, 3, 1])).tolist() == [6, 4, 4, 1]
