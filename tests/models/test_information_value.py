"""What knowing is worth: choices worked by hand."""

import pytest

from siyu.models.draws import sample
from siyu.models.information_value import value_of_knowing
from siyu.models.ranges import Range


def known(payoffs, ranges, n=65_536, seed=0):
    drawn = sample(ranges, n, seed)
    return value_of_knowing(payoffs(drawn), ranges, drawn)


def payoffs(v):
    """Stay at nothing, or take x; y is noise on both."""
    return {"stay": v["y"], "go": v["x"] + v["y"]}


def test_value_of_knowing_by_hand():
    # x uniform on -1..1 with mean 0: going only when x > 0 is worth E[max(x, 0)] = 1/4
    ranges = {"x": Range(-1, 0, 1, "uniform"), "y": Range(-5, 0, 5, "uniform")}
    found = known(payoffs, ranges, seed=2)
    assert found.perfect == pytest.approx(0.25, abs=0.01)
    assert found.groups["x"] == pytest.approx(0.25, abs=0.01)
    # y moves both alike: knowing it changes no choice
    assert found.groups["y"] == pytest.approx(0, abs=0.005)
    assert next(iter(found.groups)) == "x"


def test_knowing_one_part_is_worth_no_more_than_knowing_all():
    ranges = {"x": Range(-1, 0.2, 1), "z": Range(-2, 0, 2), "y": Range(-5, 0, 5)}
    found = known(lambda v: {"stay": v["y"] * 0, "go": v["x"] + v["z"]}, ranges)
    assert max(found.groups.values()) <= found.perfect
    assert found.groups["z"] > found.groups["x"]
    # x + z of normal shape: the larger part is worth most of it
    assert found.best == "go"


def test_knowing_what_never_changes_the_choice_is_worth_nothing():
    ranges = {"x": Range(1, 2, 3), "y": Range(-1, 0, 1)}
    found = known(lambda v: {"stay": 0 * v["x"], "go": v["x"]}, ranges, n=8_192)
    assert found.best == "go"
    assert found.perfect == pytest.approx(0, abs=1e-6)
    assert set(found.groups.values()) == {0.0}


def test_a_choice_needs_two_rivals():
    with pytest.raises(ValueError, match="at least two rivals"):
        known(lambda v: {"go": v["x"]}, {"x": Range(0, 1, 2), "y": Range(0, 1, 2)})
