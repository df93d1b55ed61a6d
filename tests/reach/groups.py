"""Made-up groups as the tables that a client's exports become."""

import numpy as np
import pandas as pd

from siyu.reach import counts
from siyu.reach.trial import trial
from siyu.simulator.audiences.messaging import MessagingWorld, messaged

START = pd.Timestamp("2025-01-02")


def tables(made):
    """group_days, send_days and group_arms (None without a draw)."""
    groups, days = made.members.shape
    name = np.array([f"g{at:02d}" for at in range(groups)])
    group, day = np.repeat(name, days), START + pd.to_timedelta(np.tile(np.arange(days), groups), unit="D")
    members, joined, left, posts, selling, orders = (
        part.ravel() for part in (made.members, made.joined, made.left, made.posts, made.selling, made.orders)
    )
    by_day = pd.DataFrame({"group_id": group, "day": day, "members": members, "joined": joined, "left": left})
    sent = pd.DataFrame({"group_id": group, "day": day, "messages": posts, "selling": selling, "orders": orders,
                         "paid_fen": orders * made.world.order_fen})  # fmt: skip
    if not made.world.drawn:
        return by_day, sent, None
    since = START + pd.Timedelta(days=7 * made.world.trial_from)
    return by_day, sent, pd.DataFrame({"group_id": name, "planned": made.arm, "started_at": since})


def tried(world, seed):
    """The trial of a world, and its days."""
    by_day, sent, arms = tables(messaged(world, seed))
    days = counts.exposed(counts.from_days(by_day), counts.from_send_days(sent))
    return trial(days, arms), days


def truths(world):
    """name -> what an estimate of the trial is held against; sales in yuan a member and week."""
    lost, won = world.effect
    yuan = world.order_fen / 100
    return {"exits without a message": world.base * world.in_trial, "exits by a message": lost * world.in_trial,
            "sales without a message": world.quiet * yuan, "sales by a message": won * yuan,
            "fatigue of sales": -won * world.fatigue * yuan}  # fmt: skip


def estimates(one):
    """name -> Estimate of the same."""
    found = [one.exits.estimate(0), one.exits.estimate(1), *(one.sales.estimate(at) for at in range(3))]
    return dict(zip(truths(MessagingWorld()), found, strict=True))
