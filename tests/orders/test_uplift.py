"""The comparison of joiners: shown for what it is in worlds whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from siyu.language import Language
from siyu.orders.groups.joins import comparisons
from siyu.orders.groups.uplift import GAP, WINDOW, uplift
from siyu.simulator.worlds import World, lived, truth

WORLDS = ("coin", "selection", "calendar", "planted")


@pytest.fixture(scope="module")
def found(brand):
    """Of one seed, the comparison in every world."""
    return {kind: uplift(brand.frames(lived(World(kind, buyers=6_000), 7))) for kind in WORLDS}


def covers(figure, value):
    return figure.low <= value <= figure.high


def test_the_naive_contrast_sees_loyal_members_where_joining_does_nothing(found):
    for kind in ("coin", "selection", "calendar"):
        assert found[kind].members.low > found[kind].never.high


def test_the_coin_world_shows_nothing(found):
    coin = found["coin"]
    assert covers(coin.difference, 0)
    assert covers(coin.hazard, 1)
    assert covers(coin.placebo, 0)
    assert coin.verdict == "no_difference"
    assert coin.message.startswith("No difference shows")


def test_selection_is_called_selection(found):
    assert found["selection"].difference.low > 0
    assert found["selection"].verdict == "selection_possible"
    assert found["selection"].message.endswith("the same would show: these data cannot tell")
    assert found["calendar"].verdict != "beyond_selection_seen"


def test_a_planted_effect_is_recovered(found):
    planted = found["planted"]
    assert covers(planted.difference, truth(World("planted")))
    assert planted.difference.low > 0
    assert planted.verdict == "beyond_selection_seen"
    assert planted.message.endswith("more than a habit, but no proof of the group")
    assert "{dip}" in planted.message
    assert "{dip}" not in replace(planted, dip=None).message


def test_a_placebo_no_longer_vetoes_and_a_dip_does(found):
    planted = found["planted"]
    apart = replace(planted.placebo, value=0.1, low=0.05, high=0.2)
    slowed = replace(planted.dip, value=-0.1, low=-0.2, high=-0.05)
    assert replace(planted, placebo=apart).verdict == "beyond_selection_seen"
    assert replace(planted, dip=slowed).verdict == "selection_possible"


def test_fewer_who_come_back_are_not_said_to_be_more(found):
    fewer = replace(
        found["selection"], difference=replace(found["selection"].difference, value=-0.1, low=-0.2, high=-0.05)
    )
    assert fewer.verdict == "selection_possible"
    assert "higher" not in fewer.message
    assert "{selection}" not in replace(found["selection"], selection=None).message


def test_no_message_speaks_of_a_cause(found):
    for one in found.values():
        text = Language("en").say(one.message, {name: {"value": 0.1, "unit": "ratio"} for name in vars(one)})
        assert not {"because", "effect", "lift", "thanks", "caused", "drives", "increases"} & set(text.split())


def test_the_difference_is_made_of_its_two_shares(found):
    for one in found.values():
        assert one.joined.value - one.others.value == pytest.approx(one.difference.value)


def test_selection_that_alone_would_do_it_gives_the_share_of_joiners(found):
    one = found["planted"]
    rate_of_others = -np.log1p(-one.others.value)
    assert 1 - np.exp(-one.selection.value * rate_of_others) == pytest.approx(one.joined.value)


def test_others_are_standardised_to_the_joiners_mix(brand):
    frames = brand.frames(lived(World("selection", buyers=2_500), 2))
    one = uplift(frames)
    counts = comparisons(frames, WINDOW, GAP)[1].sum(0)
    both = (counts[..., 1] > 0).all(-1)
    again, n = counts[both][..., 0], counts[both][..., 1]
    expected = (n[:, 1] * again[:, 0] / n[:, 0]).sum() / n[:, 1].sum()
    assert one.others.value == pytest.approx(expected)
    plain = again[:, 0].sum() / n[:, 0].sum()
    assert one.others.value != pytest.approx(plain, abs=1e-3)


def test_joins_on_the_first_order_alone_leave_nothing_to_check(brand):
    one = uplift(brand.frames(lived(World("null", buyers=2_500), 1)))
    assert (one.placebo, one.before, one.pace, one.dip) == (None, None, None, None)
    more = replace(one, difference=replace(one.difference, value=0.2, low=0.1, high=0.3))
    assert more.verdict == "selection_possible"


def test_few_joiners_give_no_comparison(brand):
    one = uplift(brand.frames(lived(World("coin", buyers=60), 1)), k=500)
    assert one.difference is None
    assert one.verdict == "too_few"
    assert one.message == "Too few buyers joined to compare them with others"


def test_smallest_difference_shrinks_with_buyers(brand):
    small, large = (uplift(brand.frames(lived(World("coin", buyers=n), 3))).detectable.value for n in (2_500, 10_000))
    assert large == pytest.approx(small / 2, rel=0.3)


def test_members_are_needed(brand):
    frames = replace(brand.frames(lived(World("coin", buyers=50), 1)), members=None)
    with pytest.raises(ValueError, match="no table of group members"):
        uplift(frames)
    with pytest.raises(ValueError, match="window >= 1"):
        uplift(frames, window=0)
