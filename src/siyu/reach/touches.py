"""Messages around purchases: whether service or selling came last before one, and what came next after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from siyu.engines.tables import Source, run, table
from siyu.estimates.sampling import LEVEL, Estimate, wilson
from siyu.figure import Figure
from siyu.orders.frames import Frames

TOUCH_DAYS = 30
FEWEST = 10  # days of messages below which their order is not judged


def touches(sends: Source | None, frames: Frames | None) -> pd.DataFrame | None:
    """A row per purchase of a person who was sent anything, between the first and the last message: before, after
    (whether the last delivered message within TOUCH_DAYS before and the next one after sells, yes or no, nan for none),
    on (day of that last one, or else of the next), whole (whether both windows lie between the first and the last
    message). None where the messages do not say.

    The day of the purchase is on neither side: days do not tell which of the two came first, and an order brings
    messages."""
    needs = {"buyer_id", "sent_at", "selling"}
    rows = None if sends is None else table(sends)
    if rows is None or frames is None or not needs <= set(rows.columns):
        return None
    rows = rows.filter(rows.sent_at.notnull(), rows.buyer_id.notnull(), rows.selling.notnull())
    rows = rows.select("buyer_id", day=rows.sent_at.date(), sells=rows.selling.cast("string"))
    people = rows.group_by("buyer_id").aggregate(since=rows.day.min(), until=rows.day.max())
    held = run(frames.purchases.select("buyer_id", bought="day").inner_join(people, "buyer_id"))
    held = held.assign(**{name: pd.to_datetime(held[name]) for name in ("bought", "since", "until")})
    held = held[held["bought"].between(held["since"], held["until"])].reset_index(drop=True)
    both = held[["buyer_id", "bought"]].assign(row=held.index).merge(run(rows), on="buyer_id")
    both["day"] = pd.to_datetime(both["day"])
    gap = (both["bought"] - both["day"]).dt.days
    sides = []
    for side in (gap, -gap):
        near = both[side.between(1, TOUCH_DAYS)].assign(gap=side).sort_values("gap").drop_duplicates("row")
        sides.append(near.set_index("row")[["sells", "day"]].reindex(held.index))
    margin = pd.Timedelta(days=TOUCH_DAYS)
    return pd.DataFrame({
        "before": sides[0]["sells"], "after": sides[1]["sells"], "on": sides[0]["day"].fillna(sides[1]["day"]),
        "whole": (held["bought"] >= held["since"] + margin) & (held["bought"] <= held["until"] - margin),
    })  # fmt: skip


def sequence(rows: pd.DataFrame, sources: tuple[str, ...], k: int) -> dict[str, Figure]:
    """Of the purchases, the share before which service came last (`served`), or selling (`pushed`), or nothing did
    (`unasked`); `after`: the share after which service came next, which cannot have led to it."""
    counts = {
        "served": int((rows["before"] == "no").sum()),
        "pushed": int((rows["before"] == "yes").sum()),
        "after": int((rows["after"] == "no").sum()),
        "unasked": int(rows["before"].isna().sum()),
    }
    found = {name: wilson(one, len(rows)).figure("touched_order_share", len(rows), sources, max(k, 10))
             for name, one in counts.items()}  # fmt: skip
    return {name: one for name, one in found.items() if one is not None}


def lead(rows: pd.DataFrame) -> Estimate | None:
    """Of purchases with both windows whole, the share with service last before minus that with service next after;
    None from fewer than FEWEST days of messages.

    Whoever sends to many at once has as many trials as days of messages, not as purchases: the error is that of a
    ratio of sums over these days (Cochran 1977, ch. 6), with t."""
    held = rows[rows["whole"] & rows["on"].notna()]
    moved = (held["before"] == "no").astype(int) - (held["after"] == "no").astype(int)
    by_day = moved.groupby(held["on"]).agg(["sum", "size"])
    days, n = len(by_day), len(held)
    if days < FEWEST:
        return None
    value = float(by_day["sum"].sum()) / n
    left = by_day["sum"] - value * by_day["size"]
    error = float(np.sqrt(days / (days - 1) * (left**2).sum())) / n
    half = float(stdtrit(days - 1, 0.5 + LEVEL / 2)) * error
    return Estimate(value, value - half, value + half, error)
