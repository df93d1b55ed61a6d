"""Tables of a made-up brand, as the store writes them, from plain rows or from the simulator's lives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from siyu.orders.frames import Frames, opened
from siyu.simulator.worlds import Lives


def purchases(rows: pd.DataFrame) -> pa.Table:
    """Purchases by plain pandas from orders: buyer_id, day (datetime64), paid_fen, net_fen."""
    days = rows.groupby(["buyer_id", "day"], as_index=False).agg(
        orders=("paid_fen", "size"), paid_fen=("paid_fen", "sum"), net_fen=("net_fen", "sum")
    )
    by_buyer = days.groupby("buyer_id")["day"]
    after, before = (by_buyer.diff(step).dt.days.abs().astype("Int64") for step in (-1, 1))
    return pa.table({
        "buyer_id": pa.array(days["buyer_id"], pa.int64()), "day": dates(days["day"]), "orders": days["orders"],
        "paid_fen": days["paid_fen"], "net_fen": days["net_fen"], "purchase_no": by_buyer.cumcount() + 1,
        "days_to_next": pa.array(after), "days_from_previous": pa.array(before),
        "first_day": dates(by_buyer.transform("min")),
    })  # fmt: skip


def dates(days: pd.Series) -> pa.Array:
    return pa.array(days.to_numpy().astype("datetime64[D]")).cast(pa.date32())


def moments(lives: Lives, day: pd.Series, minute: pd.Series) -> np.ndarray:
    since = np.datetime64(lives.world.start, "s")
    return since + (day.to_numpy() * 1440 + minute.to_numpy()) * np.timedelta64(60, "s")


def tables(lives: Lives) -> dict[str, pa.Table]:
    """orders, purchases, members, follows and sessions (every evening from 19 to 23) of these lives."""
    rows = lives.orders
    paid_at = moments(lives, rows["day"], rows["minute"])
    number = pd.Series(np.arange(len(rows)))
    orders = pa.table({
        "buyer_id": rows["buyer"], "order_id": ("A" + number.astype(str)).to_numpy(object), "line_no": 0 * number,
        "platform": ["douyin"] * len(rows), "status": ["paid"] * len(rows), "refund_state": ["none"] * len(rows),
        "paid_at": paid_at, "traffic_channel": rows["channel"], "paid_fen": rows["paid_fen"],
        "net_fen": rows["paid_fen"],
    })  # fmt: skip
    plain = pd.DataFrame({
        "buyer_id": rows["buyer"], "day": paid_at.astype("datetime64[D]").astype("datetime64[s]"),
        "paid_fen": rows["paid_fen"], "net_fen": rows["paid_fen"],
    })  # fmt: skip
    follows, joins = lives.follows, lives.joins
    until = np.where(follows["end"] < 0, np.datetime64("NaT"), moments(lives, follows["end"], 0 * follows["end"]))
    evening = pd.Series(np.arange(lives.world.days))
    return {
        "orders": orders,
        "purchases": purchases(plain),
        "members": pa.table({
            "buyer_id": joins["buyer"], "joined_at": moments(lives, joins["day"], joins["minute"]),
            "left_at": pa.nulls(len(joins), pa.timestamp("s")),
        }),
        "follows": pa.table({
            "buyer_id": follows["buyer"], "followed_at": moments(lives, follows["day"], follows["minute"]),
            "unfollowed_at": until,
        }),
        "sessions": pa.table({
            "started_at": moments(lives, evening, 0 * evening + 19 * 60),
            "ended_at": moments(lives, evening, 0 * evening + 23 * 60),
        }),
    }  # fmt: skip


def frames(lives: Lives) -> Frames:
    return opened(lives.world.as_of, **tables(lives))


def invitations(lives: Lives, day: int = 400) -> pa.Table:
    """Every other buyer known by a day and all who joined after, invited on it, by the newest order."""
    known = lives.orders[lives.orders["day"] < day].reset_index(names="order")
    newest = known.drop_duplicates("buyer", keep="last")
    later = lives.joins.loc[lives.joins["day"] >= day, "buyer"]
    invited = ((newest["buyer"] % 2 == 1) | newest["buyer"].isin(later)).to_numpy()
    moment = np.where(invited, np.datetime64(lives.world.start, "s") + np.timedelta64(day, "D"), np.datetime64("NaT"))
    return pa.table({
        "order_id": ("A" + newest["order"].astype(str)).to_numpy(object),
        "arm": np.where(invited, "invited", "control"), "invited_at": moment,
    })  # fmt: skip
