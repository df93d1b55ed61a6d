"""The funnel by dashboards: counts of rooms by week, the account where rooms are silent, the mini program for who stays."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from siyu.growth.dashboards import Dashboards
from siyu.growth.flywheel import Flywheel
from siyu.growth.funnel import COSTS
from siyu.growth.record import Record
from siyu.models.ranges import Range

AS_OF = date(2025, 12, 31)
EVEN = {name: Range(1.0, 1.0, 1.0, "fixed", None, np.inf) for name in COSTS}


def rooms(weeks=10, **changes):
    """A broadcast a week: of a thousand shown a tenth enter, of these three follow and two buy."""
    start = pd.date_range("2025-01-07 19:00", periods=weeks, freq="7D")
    rows = {"started_at": start, "exposed": 1_000, "viewers": 100, "new_fans": 3, "buyers": 2, "fan_viewer_share": 0.5}
    return pd.DataFrame({**rows, **changes})


def account(weeks=10):
    days = pd.date_range("2025-01-06", periods=7 * weeks)
    return pd.DataFrame({"day": days, "net_fans": 0, "lost_fans": 10, "plays": 1_000, "fans": 5_000})


def told(**tables):
    record = Record(tables, AS_OF)
    return Dashboards(record, Flywheel(record.weeks))


def values(own):
    return {step: rate.value for step, (rate, _) in own.steps.items()}


def test_rates_of_rooms_are_sums_over_sums():
    own = told(sessions=rooms(buyers=[2] * 9 + [12]))
    assert values(own) == {"seen": 0.1, "deposit": 0.03, "convert": 0.03}
    assert own.steps["convert"][1] == 100  # viewers a week


def test_the_account_tells_what_rooms_do_not():
    own = told(sessions=rooms().drop(columns=["new_fans", "exposed"]), account_days=account())
    assert values(own) == pytest.approx({"convert": 0.02, "deposit": 70 / 7_000, "activate": 50 / 5_000})
    assert own.steps["deposit"][1] == 7_000  # views


def test_channels_are_parts_of_the_day_and_no_rooms_of_their_own():
    days = pd.DataFrame({"day": pd.date_range("2025-01-06", periods=6, freq="7D"), "viewers": 50, "buyers": 5,
                         "repeat_buyers": 1, "channel": None})  # fmt: skip
    parts = days.assign(channel="推荐", viewers=40, buyers=0)
    assert values(told(funnel_days=pd.concat([days, parts]))) == {"convert": 0.1, "again": 0.2}


def test_fewer_weeks_tell_no_rate():
    assert values(told(sessions=rooms(4))) == {}


def test_newcomers_who_are_back_within_a_month():
    rows = [(day, cohort, lag, people) for day in pd.date_range("2025-01-06", periods=40)
            for cohort, lag, people in (("new", 0, 50), ("new", 1, 20), ("new", 30, 5), ("new", 60, 1), ("all", 30, 40))]  # fmt: skip
    own = told(retention_days=pd.DataFrame(rows, columns=["day", "cohort", "lag", "people"]))
    assert values(own) == {"kept": 0.1}  # not the sixtieth day, nor of all visitors


def test_the_step_to_move_first_is_that_where_least_people_stand_for_most_of_the_odds():
    """Of even costs: 7,000 views, 5,000 fans, 100 viewers."""
    own = told(sessions=rooms().drop(columns="new_fans"), account_days=account())
    assert own.tightest(EVEN)["convert"] == 1.0
    dear = {**EVEN, "convert_cost": Range(1e3, 1e3, 1e3, "fixed", None, np.inf)}
    assert own.tightest(dear)["activate"] == 1.0
    assert told(sessions=rooms()).tightest(EVEN) == {}  # who comes back is not told
