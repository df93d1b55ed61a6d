"""The ladder: people by week from events, levels by the rules, moves, worth, time to climb."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.growth.events import event_log
from siyu.growth.ladder import LEFT, RANKS, Ladder
from siyu.growth.people import people
from siyu.models import chain
from siyu.simulator.audiences.climbs import LadderWorld, walked

AS_OF = date(2025, 12, 31)
POTENTIAL, PASSER_BY, FAVOURABLE, TRUE_LOVE = range(4)


def test_every_level_of_a_made_up_audience_is_found(events, audience):
    """The world says what a level takes, the rules say it again; a window of one week sees each."""
    found = people(event_log(events, AS_OF))
    own = walked(audience, 5)[found.ids]
    seen = Ladder(found, 1).states
    assert (own != seen).sum() == 0
    other = Ladder(found, 2).states
    assert (own != other).any()  # a wider window is another ladder


def test_the_first_rule_from_the_top_decides(events_of):
    rows = [
        (0, 0, "viewed"), (1, 0, "followed"), (2, 0, "followed"), (2, 1, "liked"),
        *[(3, at, what) for at, what in enumerate(("followed", "liked", "commented"))], (3, 3, "paid", "", 900),
        (4, 0, "paid", "", 900), (4, 1, "liked"), (4, 2, "liked"), (0, 27, "viewed"),
    ]  # fmt: skip
    states = Ladder(people(event_log(events_of(rows), AS_OF)), 1).states
    assert states[:, 0].tolist() == [POTENTIAL, PASSER_BY, FAVOURABLE, TRUE_LOVE, POTENTIAL]
    assert states[:, 1].tolist() == [LEFT, PASSER_BY, PASSER_BY, PASSER_BY, LEFT]  # a fan stays one, quiet or not


def test_levels_passed_over_within_a_week_are_counted(events_of):
    rows = [
        (0, 0, "viewed"), (0, 8, "followed"), (0, 9, "liked"),  # from potential to favourable
        (1, 0, "viewed"), (1, 8, "followed"), (1, 15, "liked"),  # a level a week
        (2, 8, "followed"), (2, 9, "liked"), (0, 27, "viewed"),  # first seen there: no move
    ]  # fmt: skip
    assert Ladder(people(event_log(events_of(rows), AS_OF)), 1).skipped == 1


def test_weeks_end_with_the_last_whole_one_and_with_the_date(events_of):
    rows = [(0, 0, "viewed"), (0, 16, "viewed")]
    assert people(event_log(events_of(rows), AS_OF)).weeks == 2  # the third week is not whole
    assert people(event_log(events_of([*rows, (0, 20, "viewed")]), AS_OF)).weeks == 3
    cut = people(event_log(events_of([*rows, (0, 13, "viewed")]), date(2025, 1, 12)))
    assert (cut.weeks, cut.deeds["touched"].sum()) == (2, 2)
    assert people(event_log(events_of([(0, 0, "viewed")]), AS_OF)) is None


def test_the_last_turn_of_a_week_counts_and_an_early_unfollow_sets_aside(events_of):
    rows = [
        (0, 0, "followed"), (0, 1, "unfollowed"), (0, 2, "followed"), (1, 3, "unfollowed"), (1, 8, "followed"),
        (2, 0, "followed"), (2, 2, "unfollowed"), (2, 9, "viewed"), (0, 13, "viewed"),
    ]  # fmt: skip
    found = people(event_log(events_of(rows), AS_OF))
    assert found.ids.tolist() == [0, 2]
    assert found.early == 1
    assert found.following.tolist() == [[True, True], [False, False]]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_rows_changes_nothing(events_of, seed):
    rows = [(0, 0, "followed"), (0, 1, "liked"), (1, 2, "viewed"), (1, 9, "paid", "", 500), (0, 9, "unfollowed"),
            (1, 20, "viewed")]  # fmt: skip
    mixed = events_of(rows).sample(frac=1, random_state=seed)
    one, other = (Ladder(people(event_log(table, AS_OF))) for table in (events_of(rows), mixed))
    assert (one.states == other.states).all()
    assert (one.moves == other.moves).all()
    assert (one.spent == other.spent).all()


def test_moves_are_covered_by_their_intervals(events, audience):
    own = Ladder(people(event_log(events, AS_OF)), 1)
    truth = np.column_stack([audience.chances, 1 - audience.chances.sum(1)])
    found = own.chances()
    pairs = [(one, other) for one in range(LEFT) for other in range(LEFT + 1)]
    names = (*RANKS, "left")
    held = [found[names[a], names[b]].low <= truth[a, b] <= found[names[a], names[b]].high for a, b in pairs]
    assert sum(held) >= 17  # of 20
    assert own.upgrades["passer_by"].value == pytest.approx(0.12, abs=0.03)


def test_worth_follows_the_chain_of_the_world(events, audience):
    values, gains = Ladder(people(event_log(events, AS_OF)), 1).worth(0.08)
    weekly = 1.08 ** (7 / 365.25) - 1
    truth = chain.worth(audience.chances, audience.spent, weekly)
    for one, expected in zip(values, truth, strict=True):
        assert one.low - 0.1 * expected <= expected <= one.high + 0.1 * expected
    assert gains[2].value == pytest.approx(values[3].value - values[2].value)


def test_where_it_settles_is_the_stock_of_the_world():
    audience = LadderWorld(100, 52)
    inflow = np.array([audience.people / (audience.weeks - 1), 0, 0, 0])
    stock = chain.settled(audience.chances, inflow)
    assert stock @ audience.chances + inflow == pytest.approx(stock)


def test_settled_stock_is_near_that_of_the_world(events, audience):
    own = Ladder(people(event_log(events, AS_OF)), 1)
    inflow = np.array([audience.people / (audience.weeks - 1), 0, 0, 0])
    truth = chain.settled(audience.chances, inflow)
    for one, expected in zip(own.settled(), truth, strict=True):
        assert one.value == pytest.approx(expected, rel=0.35)


def test_who_leaves_stays_at_risk_and_never_rises(events_of):
    rows = [
        (0, 0, "followed"), (0, 8, "liked"),  # rises a week on
        (1, 0, "followed"), (1, 8, "unfollowed"),  # leaves
        (2, 14, "followed"),  # followed for two weeks
        (3, 0, "followed"), (3, 34, "viewed"),
    ]  # fmt: skip
    curve, n = Ladder(people(event_log(events_of(rows), AS_OF)), 1).climb(PASSER_BY)
    assert n == 4
    assert curve.tolist()[:2] == [0.0, 0.25]
    assert curve[3] == pytest.approx(0.25)  # one of four rose; a curve that dropped the leaver would say a third


def test_occupancy_at_entry_and_later_is_what_was_seen(events, audience):
    own = Ladder(people(event_log(events, AS_OF)), 1)
    grid = own.occupancy(10)
    assert grid[0].tolist() == [1.0, 0, 0, 0, 0]  # all begin as potential fans
    step = np.vstack([np.column_stack([audience.chances, 1 - audience.chances.sum(1)]), [0, 0, 0, 0, 1.0]])
    assert grid[10] == pytest.approx(np.linalg.matrix_power(step, 10)[0], abs=0.05)


def test_small_cells_are_blank(events):
    own = Ladder(people(event_log(events, AS_OF)), 1, k=10**6)
    assert own.chances() == {}
    assert own.upgrades == {}
    assert own.climb(PASSER_BY)[0].size == 0
