"""Intervals cover the truth of worlds that follow the models; a sample of `recovery.py`."""

from pathlib import Path

import pytest
from beside import module_at


@pytest.fixture(scope="module")
def recovery():
    return module_at(Path(__file__).with_name("recovery.py"))


def test_a_sample_of_seeds_covers_the_truth(shops, recovery, monkeypatch):
    monkeypatch.setattr(recovery, "CROWD", 20_000)
    found = recovery.tried(shops, range(12), 800)
    assert min(recovery.adjusted(found["held"], 12).values()) > recovery.LEVEL
    assert found["held"].sum() / (12 * len(found)) > 0.9
    assert 0.7 < found["spread"].median() < 1.3


def test_intervals_that_are_too_narrow_or_too_wide_are_found(recovery):
    p = recovery.adjusted({"narrow": 850, "wide": 999, "fine": 951}, 1_000)
    assert [name for name, one in p.items() if one < recovery.LEVEL] == ["narrow", "wide"]


def test_the_family_is_that_of_the_package(recovery):
    source = (Path(__file__).parents[1] / "orders" / "calibration.py").read_text(encoding="utf-8")
    assert source.count("    Target(") == recovery.ELSEWHERE
