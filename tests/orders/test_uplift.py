"""The comparison of joiners: shown for what it is in worlds whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from siyu.language import Language
from siyu.orders.joins import comparisons
from siyu.orders.uplift import GAP, WINDOW, uplift
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
    assert not coin.flagged
    assert coin.message.startswith("No difference shows")


@pytest.mark.parametrize("kind", ["selection", "calendar"])
def test_selection_is_flagged_and_the_message_says_so(found, kind):
    assert found[kind].flagged
    assert "no credit to the group" in found[kind].message
    assert found[kind].difference.value > 0


def test_a_planted_effect_is_recovered(found):
    planted = found["planted"]
    assert covers(planted.difference, truth(World("planted")))
    assert planted.difference.low > 0
    assert not planted.flagged
    assert planted.message.endswith("{placebo} before joining: may be chance")


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
    assert one.placebo is None
    assert one.before is None
    assert not one.flagged


def test_few_joiners_give_no_comparison(brand):
    one = uplift(brand.frames(lived(World("coin", buyers=60), 1)), k=500)
    assert one.difference is None
    assert one.message == "Too few buyers joined to compare them with others"


def test_a_difference_without_a_placebo_says_that_it_is_unchecked(found):
    assert "is unknown" in replace(found["planted"], placebo=None).message


def test_smallest_difference_shrinks_with_buyers(brand):
    small, large = (uplift(brand.frames(lived(World("coin", buyers=n), 3))).detectable.value for n in (2_500, 10_000))
    assert large == pytest.approx(small / 2, rel=0.3)


def test_members_are_needed(brand):
    frames = replace(brand.frames(lived(World("coin", buyers=50), 1)), members=None)
    with pytest.raises(ValueError, match="no table of group members"):
        uplift(frames)
    with pytest.raises(ValueError, match="window >= 1"):
        uplift(frames, window=0)
