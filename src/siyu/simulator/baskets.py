"""What the buyers of a world put into their orders, and when they follow the shop."""

import numpy as np
import pandas as pd

from siyu.simulator.kinds import CHANNELS, LATE, World

_REPEAT = (0.35, 0.1, 0.2, 0.35)  # where later orders of members and others alike come from


def follows_of(world: World, gaps: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Who follows the shop and since when: a third each long before, minutes before and after the first order."""
    first = gaps.loc[gaps["purchase_no"] == 1, "day"].to_numpy()
    fans = random.random(first.size) < world.fan_share
    when = random.choice(3, first.size, p=(0.45, 0.3, 0.25))
    shift = np.select([when == 0, when == 1], [-random.integers(1, 120, first.size), np.zeros(first.size)],
                      random.integers(1, 60, first.size)).astype(np.int64)  # fmt: skip
    day = first + shift
    minute = np.where(when == 1, 0, random.integers(0, 24 * 60, first.size))  # see orders_of: minutes before paying
    stop = day + random.integers(30, 400, first.size)
    end = np.where((random.random(first.size) < 0.12) & (stop < world.days), stop, -1)
    rows = pd.DataFrame({"buyer": np.arange(first.size), "day": day, "minute": minute, "end": end, "close": when == 1})
    return rows[fans & (day < world.days)].reset_index(drop=True)


def orders_of(
    world: World, gaps: pd.DataFrame, follows: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:  # fmt: skip
    """A row per order; `follows` of buyers who followed minutes before their first order get that minute."""
    count = 1 + (random.random(len(gaps)) < 0.06)  # now and then two orders a day
    rows = gaps.loc[gaps.index.repeat(count), ["buyer", "day", "purchase_no", "entry"]]
    size = len(rows)
    channel = np.where(rows["purchase_no"] == 1, rows["entry"], random.choice(len(CHANNELS), size, p=_REPEAT))
    # live rooms sell in the evening, the rest all day
    minute = np.where(channel == 0, random.integers(19 * 60, 23 * 60, size), random.integers(8 * 60, 23 * 60, size))
    taste = np.exp(0.35 * random.standard_normal(world.buyers))[rows["buyer"]]
    late = np.where(rows["day"] >= world.days - LATE, world.lift, 1.0)
    paid = world.basket_fen * taste * np.exp(0.3 * random.standard_normal(size)) * late
    orders = pd.DataFrame({
        "buyer": rows["buyer"].to_numpy(), "day": rows["day"].to_numpy(), "minute": minute,
        "purchase_no": rows["purchase_no"].to_numpy(), "paid_fen": (np.round(paid / 100) * 100 + 90).astype(np.int64),
        "channel": np.asarray(CHANNELS)[channel],
    }).sort_values(["buyer", "day", "minute"], ignore_index=True)  # fmt: skip
    start = orders.drop_duplicates("buyer").set_index("buyer")["minute"]
    close = follows.pop("close").to_numpy()
    follows.loc[close, "minute"] = start.reindex(follows.loc[close, "buyer"]).to_numpy() - 4
    since = follows.set_index("buyer")
    when = orders["buyer"].map(since["day"] * 1440 + since["minute"])
    until = orders["buyer"].map(since["end"].where(since["end"] >= 0)) * 1440
    at = orders["day"] * 1440 + orders["minute"]
    return orders.assign(fan=when.lt(at) & ~until.le(at))
