"""Draws of groups: known effects are found, nothing is found where messages do nothing, and no draw means no effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from siyu.reach.counts import from_days, uneven
from siyu.reach.hazards import associations, lines, rates
from siyu.reach.trial import needed, trial
from siyu.simulator.audiences.messaging import MessagingWorld, messaged

LOT, IDLE = MessagingWorld("lot"), MessagingWorld("idle")


def test_a_known_effect_is_found(groups):
    found, _ = groups.tried(LOT, 5)
    assert found.code == "tested"
    assert found.harms
    assert found.sells
    assert found.tried == (2, 7)
    truths = groups.truths(LOT)
    held = [one.low <= truths[name] <= one.high for name, one in groups.estimates(found).items()]
    assert sum(held) >= 4


def test_intervals_and_claims_over_fixed_seeds(recovery, groups):
    """A sample of `make calibrate`: a block of trials holds its truth in most, and claims nothing without an effect."""
    for name in ("callbacks switched on late", "null: dying groups are pushed more"):
        found, n, claims = recovery.counted(groups, name, 1)
        assert n == recovery.BLOCK
        assert not recovery.rejected({target: (int(rows[:, 1].sum()), n) for target, rows in found.items()})
        assert recovery.excess(claims, n) == (name != "null: dying groups are pushed more")


def test_the_guard_finds_intervals_that_are_too_narrow(recovery):
    assert recovery.rejected({"narrow": (850, 1_000), "fine": (950, 1_000)}) == ["narrow"]
    assert recovery.rejected({"wide": (990, 1_000), f"{recovery.WIDE}: sales": (990, 1_000)}) == ["wide"]
    assert recovery.rejected({f"{recovery.WIDE}: sales": (900, 1_000)})
    assert recovery.excess(120, 1_000)
    assert not recovery.excess(50, 1_000)


@pytest.mark.parametrize("kind", ["dying", "promotion"])
def test_what_staff_choose_is_no_effect_whatever_goes_together(groups, kind):
    found, days = groups.tried(MessagingWorld(kind), 3)
    assert found.code == "not_drawn"
    assert not found.harms
    assert not found.sells
    ratios, n = associations(days)
    assert n == 24
    assert {"posts", "last_7", "last_28"} <= ratios.keys()


def test_pushed_groups_that_die_anyway_look_driven_out(groups):
    """Why an association may not be called an effect: here messages do nothing."""
    _, days = groups.tried(replace(MessagingWorld("dying"), spread=0.8), 1)
    assert associations(days)[0]["last_28"].low > 1


def test_under_twenty_groups_are_too_few(groups):
    assert groups.tried(replace(LOT, groups=19), 1)[0].code == "too_few"
    assert groups.tried(replace(LOT, arms=(3,)), 1)[0].code == "too_few"
    assert groups.tried(replace(LOT, groups=20), 1)[0].code == "tested"


def test_merged_groups_are_left_out_for_their_day(groups):
    made = messaged(replace(LOT, merges=5), 2)
    by_day, *_ = groups.tables(made)
    assert uneven(by_day) == 5
    assert len(from_days(by_day)) == 24 * 363 - 5


def test_lines_are_least_squares_where_what_was_drawn_was_done():
    random = np.random.default_rng(1)
    x, y = random.random(40), random.random(40)
    found, plain = lines(y, x[:, None], x[:, None]), linregress(x, y)
    assert [found.estimate(at).value for at in (0, 1)] == pytest.approx([plain.intercept, plain.slope])
    assert found.estimate(1).error == pytest.approx(plain.stderr, rel=0.3)


def test_lines_read_the_effect_off_what_was_drawn():
    """What staff did beyond the draw goes with the outcome; the draw does not (two-stage least squares)."""
    random = np.random.default_rng(2)
    drawn, mood = random.choice([2.0, 7.0], 4_000), random.standard_normal(4_000)
    done = drawn + mood
    outcome = 0.5 * done + 3 * mood
    assert lines(outcome, done[:, None], drawn[:, None]).estimate(1).value == pytest.approx(0.5, abs=0.06)
    assert lines(outcome, done[:, None], done[:, None]).estimate(1).value > 0.7


def test_rates_of_two_kinds_of_days_by_hand():
    """30 exits of 1,000 member-days without a message, 90 of 1,000 with: three times as many."""
    events, risk = np.array([10.0, 20, 30, 60]), np.full(4, 500.0)
    fit = rates(events, risk, np.array([[0.0], [0], [1], [1]]), np.arange(4))
    assert np.exp(fit.values) == pytest.approx([0.03, 3.0])


def test_groups_needed_by_the_formula():
    """2 arms of 2 (2.8016 * 0.01 / 0.005)^2 = 62.8 groups."""
    assert needed(0.01) == 126


def test_messages_a_week_are_counted_over_the_days_that_were_seen():
    """Four messages in ten days are 2.8 a week, though the second week was not seen to its end."""
    days = pd.DataFrame({"group": "a", "day": pd.date_range("2025-01-01", periods=10), "risk": 10.0, "left": 1.0,
                         "joined": 0.0, "posts": [1.0, 0] * 4 + [0, 0]})  # fmt: skip
    arms = pd.DataFrame({"group_id": ["a"], "planned": [3], "started_at": [pd.Timestamp("2025-01-01")]})
    rows = trial(days, arms).rows
    assert (rows["posts"] / rows["weeks"]).tolist() == pytest.approx([2.8])
    assert (rows["left"] / rows["risk"]).tolist() == pytest.approx([0.7])


def test_orders_of_members_are_part_of_the_exposures():
    """Members with one order leave half as often, those with more a quarter as often, whatever they are sent."""
    random, rows = np.random.default_rng(3), []
    for group in range(24):
        for day in pd.date_range("2025-01-01", periods=60):
            posts = float(random.integers(0, 3))
            rows += [(f"g{group}", day, level, posts, random.binomial(200, 0.02 * share), 200.0)
                     for level, share in (("none", 1), ("one", 0.5), ("more", 0.25))]  # fmt: skip
    days = pd.DataFrame(rows, columns=["group", "day", "level", "posts", "left", "risk"])
    found, n = associations(days.assign(last_7=days["posts"], last_28=days["posts"]))
    assert n == 24
    assert found["one"].low < 0.5 < found["one"].high
    assert found["more"].low < 0.25 < found["more"].high
    assert found["posts"].low < 1 < found["posts"].high


def test_no_table_of_a_draw_is_no_draw():
    days = pd.DataFrame({"group": ["a"], "day": [pd.Timestamp("2025-01-01")]})
    assert trial(days, None).code == "not_drawn"
