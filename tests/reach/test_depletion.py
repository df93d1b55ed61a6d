"""A pool that messages deplete: the closed sum against the recursion, and what no draw may break."""

import math

import numpy as np
import pandas as pd
import pytest

from siyu.figure import Absent, Figure
from siyu.formulas import depletion as d
from siyu.reach import reading
from siyu.reach.capacity import Team, before_after, tool_fee
from siyu.reach.pool import Depletion

WORTH = d.value_of(d.stays("group"), d.brings("group"))  # of a year, per member of the first week


def by_recursion(inputs, pushes):
    """Value and members after 52 weeks, week by week."""
    h0 = -math.log(1 - inputs["base_exit"]) / (365 / 84)
    h1 = -math.log(1 - inputs["opt_out_wecom"])
    kept = inputs["order_value"] * (1 - inputs["refund_rate"]) * inputs["gross_margin"] - inputs["fulfilment"]
    seen = inputs["seen_wecom"] * inputs["seen_orders"] * kept
    week = inputs["quiet_orders"] / (365 / 84) * kept + (seen - inputs["push_cost_wechat"]) * pushes
    week -= seen * inputs["message_fatigue"] * pushes**2
    members, value = 1.0, 0.0
    for at in range(52):
        value += members * week * math.exp(-inputs["capital_cost"] * 7 / 365 * at)
        members = members * math.exp(-(h0 + h1 * pushes)) + inputs["pool_joins"] / (365 / 84)
    return value, members


@pytest.mark.parametrize("pushes", [0, 1, 3.5, 14])
def test_closed_sum_is_the_recursion(reach, pushes):
    drawn = {name: float(values[7]) for name, values in reach.inputs.drawn.items()}
    found = reach.inputs.values(WORTH, d.held("group"), at={"week_pushes": float(pushes)})
    assert [float(one[7]) for one in found] == pytest.approx(by_recursion(drawn, pushes))


def test_whoever_counts_a_year_never_messages_more_than_whoever_counts_a_week(reach):
    pool = reach.group
    assert (pool.optimum <= pool.greedy + 1e-9).all()
    assert (pool.at(2, pool.optimum) >= pool.at(2, pool.greedy) - 1e-9).all()


def test_more_exits_by_message_lower_the_best_frequency(reach):
    dearer = reach.inputs.drawn | {"opt_out_wecom": reach.inputs.drawn["opt_out_wecom"] * 2}
    worse = Depletion(
        type(reach.inputs)(reach.inputs.rows, reach.inputs.refs, measured=dearer), d.stays("group"), d.brings("group")
    )
    assert worse.optimum.mean() < reach.group.optimum.mean()
    assert (worse.optimum <= reach.group.optimum + 1e-6).mean() > 0.99


def test_optimum_is_the_highest_point_of_each_draw(reach):
    pool = reach.group
    inside = (pool.optimum > 0.5) & (pool.optimum < pool.most - 0.5)
    step = 0.05
    for nearby in (pool.optimum - step, pool.optimum + step):
        here, there = (reach.inputs.values(WORTH, at={"week_pushes": at})[0] for at in (pool.optimum, nearby))
        assert (here[inside] >= there[inside] - 1e-3 * np.abs(here[inside])).all()


def test_two_hundred_to_163_in_a_month():
    """Hazard 0.2046 a month; 13.7 to 24.5% by Wilson; a hundred joins more than double the exits."""
    start, end = (Figure.exact(n, "group_members", ("claim:S3-20",)) for n in (200, 163))
    loss = reading.net_loss(start, end)
    assert (loss.value, loss.low, loss.high) == pytest.approx((0.185, 0.1373, 0.2446), abs=5e-5)
    assert reading.hazard(loss).value == pytest.approx(-math.log(163 / 200))
    assert reading.gross(start, end, 100).value == pytest.approx(137 / 300)
    assert reading.per_message(loss, 10).value == pytest.approx(1 - 0.815 ** (1 / 300))


def test_the_own_group_that_was_watched_longest_is_read():
    """200 members become 163 in thirty days; a larger group that was watched for a week does not count."""
    days = pd.to_datetime(["2025-01-01", "2025-01-31", "2025-01-08", "2025-01-01", "2025-01-08"])
    rows = pd.DataFrame({"day": days, "group_id": ["a", "a", "a", "b", "b"], "members": [200, 163, 180, 500, 480]})
    found = reading.watched(rows)
    assert {name: one.value for name, one in found.items()} == {"start": 200, "end": 163, "window": 1}
    assert all(isinstance(one, Absent) for one in reading.watched(None).values())
    assert all(isinstance(one, Absent) for one in reading.watched(rows.drop(columns="members")).values())


def test_a_place_costs_by_its_parts_and_more_where_fewer_see(reach):
    for scene in d.SCENES:
        terms = reach.inputs.values(*d.price_terms(scene).values())
        (price, seen) = reach.inputs.values(d.price(scene), d.price_seen(scene))
        assert np.sum([np.broadcast_to(one, price.shape) for one in terms], 0) == pytest.approx(price)
        assert (seen >= price).all()


def test_each_loosening_helps_and_each_limit_hurts(reach):
    """Days to onboard by hand: 10,000 / (4 accounts * 20 * 0.25) = 500."""
    pairs = {
        change: before_after(reach.inputs, change, Team())
        for change in ("folded", "permission", "adds", "cap", "switch", "timed")
    }
    better = {change: before.value < after.value for change, (before, after) in pairs.items()}
    assert better == {"folded": False, "permission": False, "adds": True, "cap": True, "switch": False, "timed": False}
    at = {"switch_accounts": 4.0, "friend_adds_limit": 20.0, "friend_acceptance": 0.25, "friend_cap": 10_000.0}
    assert reach.inputs.figure("capacity_days", Team().days, at).value == pytest.approx(500)
    hourly = {"wage": 8_700.0, "minutes_per_month": 10_440.0}
    assert reach.inputs.figure("tool_fee_limit", tool_fee(40), hourly).value == pytest.approx(40 * 50)


def test_names_of_inputs_are_known():
    with pytest.raises(ValueError, match="base_exit"):
        d.s("base_exits")
