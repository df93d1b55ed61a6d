"""The level of a client goes up where its months do, and seldom by chance or with the season."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from beside import module_at

levels = module_at(Path(__file__).parent / "levels.py")


def shops(name, months, count):
    return Counter(levels.said(name, months, shop) for shop in range(count))


@pytest.mark.parametrize("months", [9, 24])
def test_a_shop_that_stays_as_it_is_seldom_goes_up(months):
    """One of twenty by chance; while the middle of the own history was all it took, it was one of five."""
    seen = shops("no season", months, 200)
    assert seen["up"] + seen["season"] <= 19


@pytest.mark.parametrize("name", ["half more in summer, less in winter", "weekends twice as strong"])
def test_what_comes_each_year_or_week_is_no_rise(name):
    """Held against all months before, of shops with a strong season one of six went up, nearly each of a record to September."""
    assert shops(name, 24, 120)["up"] <= 13


def test_a_season_is_not_told_apart_before_it_has_come_twice():
    seen = shops("half more in summer, less in winter", 15, 60)
    assert not seen["up"]
    assert seen["season"] > 6


@pytest.mark.parametrize("name", levels.RISING)
def test_a_shop_that_grows_goes_up(name):
    assert shops(name, 24, 20)["up"] >= 12
