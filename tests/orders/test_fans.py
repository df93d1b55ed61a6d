"""Shares of GMV: worked by hand on six orders, and against what the simulator knows."""

from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from siyu.orders.fans import amounts, gmv_shares, totals
from siyu.orders.frames import opened
from siyu.simulator.worlds import World, lived

AS_OF = date(2021, 3, 31)
STAMP = pa.timestamp("ms")


def at(*moments):
    return pa.array([moment and datetime.fromisoformat(moment) for moment in moments], STAMP)


@pytest.fixture(scope="module")
def shop(brand):
    """Buyer 0 follows before the broadcast, 1 during it, 2 after buying, 3 stopped following; 9 has no key."""
    paid = [
        "2021-01-05T20:10",
        "2021-01-05T20:20",
        "2021-01-05T20:30",
        "2021-01-05T12:00",
        "2021-03-20T20:00",
        "2021-01-06T09:00",
    ]
    orders = pa.table({
        "buyer_id": pa.array([0, 1, 2, 3, 0, None], pa.int64()), "order_id": list("abcdef"), "line_no": [0] * 6,
        "platform": ["douyin"] * 6, "status": ["paid"] * 5 + [None], "refund_state": ["none"] * 6, "paid_at": at(*paid),
        "paid_fen": [100, 200, 300, 400, 500, 600], "net_fen": [100, 0, 300, 400, 500, 600],
    })  # fmt: skip
    days = pd.DataFrame({"buyer_id": [0, 1, 2, 3, 0], "day": pd.to_datetime([text[:10] for text in paid[:5]]),
                         "paid_fen": [100, 200, 300, 400, 500], "net_fen": [100, 0, 300, 400, 500]})  # fmt: skip
    follows = pa.table({
        "buyer_id": [0, 1, 2, 3], "unfollowed_at": at(None, None, None, "2021-01-05T11:00"),
        "followed_at": at("2021-01-05T19:00", "2021-01-05T20:15", "2021-01-05T20:30", "2020-01-01T00:00"),
    })  # fmt: skip
    members = pa.table({
        "buyer_id": [0, 2], "joined_at": at("2021-01-05T20:10", "2021-01-05T20:00"), "left_at": at(None, "2021-01-05T20:29"),
    })  # fmt: skip
    sessions = pd.DataFrame(
        {"started_at": [pd.Timestamp("2021-01-05T20:00")], "ended_at": [pd.Timestamp("2021-01-05T21:00")]}
    )
    return opened(AS_OF, brand.purchases(days), orders, members, follows, sessions)


@pytest.fixture(scope="module")
def shares(shop):
    return {(share.key, share.month): share.figure for share in gmv_shares(shop)}


@pytest.mark.parametrize(
    ("key", "fans", "all_"),
    [
        ("fan_gmv_share_paid", 100 + 200 + 500, 1_500),  # buyer 2 follows at the moment of payment: not before
        ("fan_gmv_share_paid_live", 100 + 200, 600),
        ("fan_gmv_share_start_live", 100, 600),
        ("fan_gmv_share_export", 100 + 200 + 300 + 500, 1_500),
        ("fan_gmv_share_export_live", 600, 600),
        ("fan_gmv_share_paid_net", 100 + 0, 800),  # March is too young to know its refunds
        ("fan_gmv_share_start_live_net", 100, 400),
        ("member_gmv_share", 500, 1_500),  # buyer 0 joins when paying, buyer 2 has left by then
        ("member_gmv_share_ever", 100 + 300 + 500, 1_500),
    ],
)
def test_each_definition_by_hand(shares, key, fans, all_):
    assert shares[key, None].value == pytest.approx(fans / all_)


def test_orders_without_a_key_are_on_neither_side(shop):
    found = totals(shop)
    assert (found["orders"], found["identified"], found["paid_fen"]) == (6, 5, 2_100)
    counts = amounts(shop)
    assert counts.loc[counts["who"] == "all", "paid_fen"].sum() == 1_500


def test_months_stand_alone_and_young_net_months_are_blank(shares):
    assert shares["fan_gmv_share_paid", date(2021, 3, 1)].value == 1
    assert shares["fan_gmv_share_paid_net", date(2021, 3, 1)] is None
    assert shares["fan_gmv_share_paid_net", date(2021, 1, 1)].value == pytest.approx(100 / 800)


def test_months_without_live_orders_are_blank(shares):
    assert shares["fan_gmv_share_paid_live", date(2021, 3, 1)] is None


def test_a_broadcast_over_midnight_and_one_that_begins_during_another(brand):
    days = pd.DataFrame({"buyer_id": [0], "day": [pd.Timestamp("2021-01-05")], "paid_fen": [1], "net_fen": [1]})
    paid = ["2021-01-05T21:59", "2021-01-05T23:30", "2021-01-07T00:20", "2021-01-07T00:31", "2021-01-08T12:00"]
    orders = pa.table({
        "buyer_id": [0] * 5, "order_id": list("abcde"), "line_no": [0] * 5, "platform": ["douyin"] * 5,
        "status": ["paid"] * 5, "paid_at": at(*paid), "paid_fen": [1, 10, 100, 1_000, 10_000], "net_fen": [0] * 5,
    })  # fmt: skip
    sessions = pd.DataFrame(
        {
            "started_at": pd.to_datetime(["2021-01-05T22:00", "2021-01-05T23:00", "2021-01-08T11:00"]),
            "ended_at": pd.to_datetime(["2021-01-09T00:00", "2021-01-07T00:30", None]),
        }
    )
    found = amounts(opened(AS_OF, brand.purchases(days), orders, None, None, sessions))
    assert found.groupby("live")["paid_fen"].sum().to_dict() == {0: 11_001, 1: 110}


def test_small_cells_are_blank(shop):
    found = {(share.key, share.month): share.figure for share in gmv_shares(shop, k=3)}
    assert found["fan_gmv_share_paid", None] is not None
    assert found["fan_gmv_share_paid", date(2021, 3, 1)] is None


def test_what_is_not_held_is_not_claimed(shop, brand):
    bare = opened(
        AS_OF,
        brand.purchases(
            pd.DataFrame({"buyer_id": [0], "day": pd.to_datetime(["2021-01-05"]), "paid_fen": 1, "net_fen": 1})
        ),
    )
    with pytest.raises(ValueError, match="no table of orders"):
        gmv_shares(bare)
    orders_only = opened(
        AS_OF,
        pa.table(
            {
                "buyer_id": [0],
                "day": [AS_OF],
                "purchase_no": [1],
                "days_to_next": pa.nulls(1, pa.int64()),
                "first_day": [AS_OF],
            }
        ),
        shop.orders.to_pyarrow(),
    )
    assert gmv_shares(orders_only) == []


def test_fans_at_payment_are_those_the_simulator_knows(brand):
    lives = lived(World("null", buyers=2_200), 4)
    found = {share.key: share.figure for share in gmv_shares(brand.frames(lives)) if share.month is None}
    paid = lives.orders["paid_fen"]
    assert found["fan_gmv_share_paid"].value == pytest.approx(paid[lives.orders["fan"]].sum() / paid.sum())
    # those who follow during the broadcast count at payment, not at its start
    assert found["fan_gmv_share_start_live"].value < found["fan_gmv_share_paid_live"].value
