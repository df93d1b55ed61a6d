"""The funnel: one cohort, every person once, and the step that was spoiled is the one to move."""

from datetime import date

import numpy as np
import pytest

from siyu.growth.events import event_log
from siyu.growth.funnel import COSTS, funnel
from siyu.models.ranges import Range
from siyu.simulator.audiences.climbs import STEPS, LadderWorld

AS_OF = date(2025, 12, 31)
EVEN = {name: Range(1.0, 1.0, 1.0, "fixed", None, np.inf) for name in COSTS}


def test_a_cohort_worked_by_hand(events_of):
    rows = [
        (0, 0, "viewed"), (0, 1, "followed"), (0, 2, "liked"), (0, 3, "paid", "", 900), (0, 3, "paid", "", 100),
        (0, 9, "paid", "", 500),  # all steps; two payments of a day are one
        (1, 0, "viewed"), (1, 1, "followed", "邀请"), (1, 120, "liked"),  # a deed too late
        (2, 0, "viewed"), (2, 5, "paid", "", 700),  # buys without following: skipped a step
        (3, 2, "viewed"), (3, 3, "messaged"),  # asked
        (4, 100, "viewed"), (4, 130, "viewed"),  # came too late to be of the cohort
    ]  # fmt: skip
    found = funnel(event_log(events_of(rows), AS_OF))
    assert found.reached == {"won": 4, "deposit": 2, "activate": 1, "convert": 1, "again": 1}
    assert found.skipped == {"deposit": 0, "activate": 0, "convert": 1, "again": 0}
    assert found.rates["deposit"].value == 0.5
    assert (found.invited, found.stays) == (1, 2)
    assert found.amplified.value == 2.0
    assert found.kinds["people"].to_dict() == {"transaction": 2, "lead": 1, "neither": 1}
    assert found.kinds["people"].sum() == found.reached["won"]  # one person, one kind
    assert found.kinds.loc["transaction", "fen"] == 900 + 100 + 500 + 700


@pytest.mark.parametrize("step", STEPS)
def test_a_spoiled_step_is_found(lived, step):
    plain = funnel(event_log(lived(LadderWorld(1_500, 52), 7), AS_OF))
    spoiled = funnel(event_log(lived(LadderWorld(1_500, 52, weak=step), 7), AS_OF))
    change = {name: spoiled.rates[name].value / plain.rates[name].value for name in STEPS}
    assert min(change, key=change.__getitem__) == step
    assert spoiled.rates[step].high < plain.rates[step].low


def test_the_tightest_step_turns_with_its_cost(lived):
    found = funnel(event_log(lived(LadderWorld(800, 40), 3), AS_OF))
    chances = found.tightest(EVEN)
    assert sum(chances.values()) == pytest.approx(1)
    best = max(chances, key=chances.__getitem__)
    dear = {**EVEN, f"{best}_cost": Range(1e4, 1e4, 1e4, "fixed", None, np.inf)}
    assert found.tightest(dear)[best] == 0


def test_invitations_are_as_many_as_the_world_has(lived):
    found = funnel(event_log(lived(LadderWorld(2_000, 52, invited=0.3), 9), AS_OF))
    assert found.k.low <= 0.3 <= found.k.high


def test_nobody_came_long_enough_ago(events_of):
    assert funnel(event_log(events_of([(0, 0, "viewed"), (1, 20, "viewed")]), AS_OF)) is None
