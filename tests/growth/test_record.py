"""The weeks of dashboards, and what is odd about them: named, never mended."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from siyu.growth.record import Record


def account(weeks=60, **changes):
    """Days of one account from a Monday on: a hundred fans come each day and forty go."""
    days = pd.date_range("2024-01-01", periods=7 * weeks)
    rows = pd.DataFrame({"day": days, "net_fans": 60, "lost_fans": 40, "plays": 1_000})
    return rows.assign(fans=10_000 + 60 * np.arange(1, len(rows) + 1), **changes)


def record(**tables):
    return Record({"account_days": account(), **tables})


def test_new_fans_are_net_and_lost_together():
    weeks = record().weeks
    assert len(weeks) == 60
    assert set(weeks["new_fans"]) == {700}
    assert set(weeks["lost_fans"]) == {280}
    assert weeks["fans"].iloc[0] == 10_420
    assert not any(record().faults.values())


def test_days_that_are_parted_by_source_are_their_sum():
    """Unless the day itself is told beside: then its parts are in it."""
    rows = account().drop(columns=["net_fans", "plays"])
    parts = [
        rows.assign(source=source, new_fans=n, lost_fans=20).drop(columns="fans")
        for source, n in (("0", 90), ("1", 10))
    ]
    weeks = Record({"account_days": pd.concat([rows[["day", "fans"]], *parts])}).weeks
    assert (set(weeks["new_fans"]), set(weeks["lost_fans"])) == ({700}, {280})
    assert weeks["fans"].iloc[0] == 10_420
    told = Record({"account_days": pd.concat([account(), *parts])}).weeks
    assert (set(told["new_fans"]), set(told["lost_fans"])) == ({700}, {280})


def test_missing_weeks_are_named_and_the_longest_run_is_used():
    rows = account()
    rows = rows[~rows["day"].between("2024-03-04", "2024-03-06")]  # week 10, so fifty are left behind it
    own = Record({"account_days": rows})
    assert own.faults["weeks_missing"] == 1
    assert len(own.weeks) == 50


def test_two_accounts_in_one_file_are_not_added_up():
    both = pd.concat([account(account_id="a"), account(account_id="b")])
    own = Record({"account_days": both})
    assert own.faults["accounts"] == 1
    assert own.weeks.empty


def test_a_count_that_falls_by_itself_is_named():
    rows = account()
    rows.loc[100:, "fans"] -= 5_000
    assert Record({"account_days": rows}).faults["stock"] == 1


def test_shares_above_one_are_named():
    rooms = pd.DataFrame({"started_at": [pd.Timestamp("2024-01-01 19:00")], "viewers": [10], "fan_viewer_share": [1.3]})
    assert record(sessions=rooms).faults["above_one"] == 1
    ads = pd.DataFrame({"day": [pd.Timestamp("2024-01-02")], "impressions": [9], "new_fans": [800], "spend_fen": [1]})
    assert record(ad_days=ads).faults["above_one"] == 1


def test_reports_that_mix_in_what_nobody_paid_for_are_no_bought_reach():
    ads = pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=420), "impressions": 9, "new_fans": 1, "spend_fen": 1}
    )
    assert "impressions" in record(ad_days=ads.assign(scope="paid")).weeks
    assert "impressions" not in record(ad_days=ads.assign(scope="mixed")).weeks
    assert "impressions" not in record(ad_days=ads.assign(until=ads["day"] + pd.Timedelta(days=2))).weeks


def test_ads_told_for_half_a_year_do_not_shorten_the_record():
    ads = pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=180), "impressions": 9, "new_fans": 1, "spend_fen": 1}
    )
    own = record(ad_days=ads).weeks
    assert len(own) == 60
    assert own["impressions"].isna().any()


def test_nothing_after_the_date_counts():
    assert len(Record({"account_days": account()}, date(2024, 6, 30)).weeks) == 26


@pytest.mark.parametrize(("drawn", "expected"), [(["lot", "turn"], True), (["lot", "chosen"], False)])
def test_switches_last_until_the_next_one(drawn, expected):
    days = pd.to_datetime(["2024-01-08", "2024-01-15"])
    own = record(switches=pd.DataFrame({"day": days, "state": ["on", "off"], "drawn": drawn}))
    assert own.weeks["on"].iloc[1:4].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(own.weeks["on"].iloc[0])
    assert own.drawn is expected
