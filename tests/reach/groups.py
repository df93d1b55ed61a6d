"""Made-up groups as the tables that a client's exports become."""

import numpy as np
import pandas as pd

from siyu.engines.tables import table
from siyu.reach import counts
from siyu.reach.trial import trial
from siyu.simulator.audiences.messaging import MessagingWorld, messaged

START, DAY = pd.Timestamp("2025-01-02"), pd.Timedelta(days=1)


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


def spells(by_day, since):
    """The same groups as a list of persons (group, joined_at, left_at) that callbacks switched on at `since` make: who
    left before is not on it. Whoever came first leaves first; a group that took in another one has them join."""
    moves = by_day.sort_values(["group_id", "day"])
    first = moves.groupby("group_id").head(1)
    there = first.assign(day=START - DAY, joined=first["members"] + first["left"] - first["joined"], left=0)
    moves = pd.concat([there, moves], ignore_index=True).sort_values(["group_id", "day"], kind="stable")
    came, went = (
        moves.loc[moves.index.repeat(moves[name])].reset_index(drop=True)[["group_id", "day"]]
        for name in ("joined", "left")
    )
    came, went = (one.assign(turn=one.groupby("group_id").cumcount()) for one in (came, went))
    stays = came.merge(went, how="left", on=["group_id", "turn"])
    stays = stays.rename(columns={"group_id": "group", "day_x": "joined_at", "day_y": "left_at"})
    return stays[~(stays["left_at"] < since)]


def tried(world, seed, callbacks_from=None):
    """The trial of a world, and its days. callbacks_from: week that exits are recorded from, by lists of persons."""
    by_day, sent, arms = tables(messaged(world, seed))
    if callbacks_from is None:
        risk = counts.from_days(by_day)
    else:
        since, until = (START + week * 7 * DAY for week in (callbacks_from, world.weeks))
        risk = counts.from_spells(table(spells(by_day, since)), (until - DAY).date())
    days = counts.exposed(risk, counts.from_send_days(sent))
    return trial(days, arms), days


def truths(world, since=None):
    """name -> what an estimate of the trial is held against, from a week on; sales in yuan a member and week."""
    lost, won = world.effect
    yuan, season = world.order_fen / 100, world.season_from(since or world.trial_from)
    return {"exits without a message": world.base * season, "exits by a message": lost * season,
            "sales without a message": world.quiet * yuan, "sales by a message": won * yuan,
            "fatigue of sales": -won * world.fatigue * yuan}  # fmt: skip


def estimates(one):
    """name -> Estimate of the same."""
    found = [one.exits.estimate(0), one.exits.estimate(1), *(one.sales.estimate(at) for at in range(3))]
    return dict(zip(truths(MessagingWorld()), found, strict=True))
