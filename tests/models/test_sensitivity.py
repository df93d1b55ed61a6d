"""Sensitivity: published Ishigami indices, known sums and swings."""

import numpy as np
import pytest
from SALib.sample import sobol as salib

from siyu.models.draws import sample
from siyu.models.ranges import Range, groups_of
from siyu.models.sensitivity import design, sobol, tornado, undecidable_share

ANGLES = {name: Range(-np.pi, 0, np.pi, "uniform") for name in ("x1", "x2", "x3")}


def ishigami(v):
    """Ishigami and Homma 1990 with a = 7, b = 0.1."""
    return np.sin(v["x1"]) + 7 * np.sin(v["x2"]) ** 2 + 0.1 * v["x3"] ** 4 * np.sin(v["x1"])


def test_ishigami_indices_are_as_published():
    # S1 0.3139 0.4424 0; ST 0.5576 0.4424 0.2437 (Saltelli et al. 2008)
    found = sobol(ishigami, ANGLES, 16_384, seed=1)
    first = [found[name].first for name in ("x1", "x2", "x3")]
    total = [found[name].total for name in ("x1", "x2", "x3")]
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.003)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.003)
    assert list(found) == ["x1", "x2", "x3"]


def test_indices_of_a_sum_are_its_parts_of_the_variance():
    # variance of a uniform on a width w is w^2 / 12: 9, 16 and 0 of 25
    ranges = {"a": Range(0, 0, 3, "uniform"), "b": Range(0, 0, 4, "uniform"), "c": Range(0, 0, 9, "uniform")}
    found = sobol(lambda v: 1e6 + v["a"] + v["b"] + 0 * v["c"], ranges, 2_048)
    for name, share in (("a", 0.36), ("b", 0.64), ("c", 0.0)):
        assert found[name].first == pytest.approx(share, abs=0.01)
        assert found[name].total == pytest.approx(share, abs=0.01)


def test_a_correlated_group_has_one_index():
    pair = {name: Range(0, 1, 2, group="pair") for name in ("a", "b")}
    ranges = pair | {"c": Range(0, 1, 2), "d": Range(5, 5, 5, "fixed")}
    assert groups_of(ranges) == {"c": ("c",), "pair": ("a", "b")}
    found = sobol(lambda v: v["a"] + v["b"] + v["c"] + v["d"], ranges, 4_096)
    drawn = sample(ranges, 200_000, 3)
    share = np.var(drawn["a"] + drawn["b"]) / np.var(drawn["a"] + drawn["b"] + drawn["c"])
    assert found["pair"].first == pytest.approx(share, abs=0.02)
    assert found["pair"].first + found["c"].first == pytest.approx(1, abs=0.02)


def test_a_group_that_cancels_explains_little_when_it_moves_together():
    pair = {name: Range(0, 1, 2, group="pair") for name in ("a", "b")}
    ranges = pair | {"c": Range(0, 1, 2)}
    together = sobol(lambda v: v["a"] - v["b"] + v["c"], ranges, 4_096)
    # 2 (1 - 0.69) against 1, up to the shape of the copula
    assert together["pair"].first == pytest.approx(0.62 / 1.62, abs=0.03)


def test_sobol_refuses_what_has_no_answer():
    with pytest.raises(ValueError, match="at least two groups"):
        sobol(ishigami, {"x1": ANGLES["x1"]})
    with pytest.raises(ValueError, match="does not vary"):
        sobol(lambda v: 0 * v["x1"], ANGLES, 64)


def test_tornado_by_hand():
    ranges = {"a": Range(1, 2, 4), "b": Range(10, 10, 30), "c": Range(0, 1, 2), "d": Range(3, 3, 3, "fixed")}
    found = tornado(lambda v: v["a"] * v["d"] + v["b"] + 0 * v["c"], ranges)
    assert set(found["value"]) == {16}
    # b: 16 to 36, a: 13 to 22; c moves nothing and drops out
    assert found[["label", "low", "high"]].to_numpy().tolist() == [["b", 16, 36], ["a", 13, 22]]


def test_undecidable_share_is_what_weak_inputs_explain():
    ranges = {"weak": Range(0, 0, 4, "uniform"), "firm": Range(0, 0, 3, "uniform")}
    share = undecidable_share(lambda v: v["weak"] + v["firm"], ranges, {"weak"}, 2_048)
    assert share == pytest.approx(16 / 25, abs=0.01)
    assert undecidable_share(lambda v: v["weak"] + v["firm"], ranges, set()) == 0
    assert undecidable_share(lambda v: v["weak"] + v["firm"], ranges, {"weak", "firm"}) == 1


def test_one_weak_member_makes_its_group_weak():
    ranges = {"a": Range(0, 0, 1, "uniform", "pair"), "b": Range(0, 0, 1, "uniform", "pair")}
    ranges["c"] = Range(0, 0, 1, "uniform")
    share = undecidable_share(lambda v: v["b"] + 0.01 * v["c"], ranges, {"a"}, 2_048)
    assert share > 0.98


def test_the_design_is_the_one_of_salib():
    parts = (*((f"g{at // 3}", f"x{at}") for at in range(8)), ("g0", "shared"))
    problem, cube = design(parts, 64, seed=3)
    assert np.array_equal(cube, salib.sample(problem, 64, calc_second_order=False, seed=3))
