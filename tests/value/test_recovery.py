"""Intervals cover the truth of worlds that follow the models; a sample of `recovery.py`."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def recovery():
    spec = importlib.util.spec_from_file_location("recovery", Path(__file__).parent / "recovery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_sample_of_seeds_covers_the_truth(shops, recovery):
    hits = recovery.counted(shops, range(25), 1_000)
    assert recovery.rejected(hits, 25) == []
    assert sum(hits.values()) / (25 * len(hits)) > 0.88


def test_intervals_that_are_too_narrow_are_found(recovery):
    assert recovery.rejected({"narrow": 850, "fine": 951}, 1_000) == ["narrow"]
    assert recovery.rejected({"wide": 999, "fine": 940}, 1_000) == ["wide"]
