"""A shop's best day in three counts, against plain pandas."""

from __future__ import annotations

from dataclasses import replace

import ibis
import pytest

from siyu.figure import Absent
from siyu.orders.measured import best_day
from siyu.simulator.worlds import World, lived


@pytest.fixture(scope="module")
def shop(brand):
    """(lives, frames)."""
    lives = lived(World("coin", buyers=120), 4)
    return lives, brand.frames(lives)


def test_the_day_with_most_paid_is_counted_three_times(shop):
    lives, frames = shop
    lines = frames.orders.mutate(
        net_fen=frames.orders.paid_fen * 9 // 10,
        traffic_form=ibis.ifelse(frames.orders.traffic_channel == "live", "live", "card"),
    )
    found = best_day(replace(frames, orders=lines), "CNY")
    days = lives.orders.groupby("day")["paid_fen"].sum()
    best = lives.orders[lives.orders["day"] == days.idxmax()]
    assert found["paid"].value == best["paid_fen"].sum() / 100
    assert found["paid"].n == len(best)
    assert found["kept"].value == (best["paid_fen"] * 9 // 10).sum() / 100
    assert found["live"].value == best.loc[best["channel"] == "live", "paid_fen"].sum() / 100


def test_where_no_export_tells_the_form_nothing_is_said_of_live_rooms(shop):
    found = best_day(shop[1], "CNY")
    assert isinstance(found["live"], Absent)
    assert found["paid"].value > 0
    assert all(isinstance(one, Absent) for one in best_day(replace(shop[1], orders=None), "CNY").values())
