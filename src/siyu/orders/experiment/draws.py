"""Whom to invite: one row per buyer who is in no group yet, drawn within strata of purchases and value."""

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import run
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames

INVITED, OTHERS = "invited", "control"
MOST = 3  # purchases from here on are one stratum


def candidates(frames: Frames) -> pd.DataFrame:
    """order_id (the buyer's newest) and stratum (text) of buyers with a purchase who never joined a group by the end
    of observation, by order_id. Stratum: number of purchases, and whether all of them come to the median of buyers
    with as many or more. Raises ValueError without a table of orders."""
    days = frames.purchases
    buyers = days.group_by("buyer_id").aggregate(number=days.count(), paid_fen=days.paid_fen.sum())
    if frames.members is not None:
        buyers = buyers.anti_join(frames.members, "buyer_id")
    found = run(buyers.join(_newest(frames), "buyer_id").select("order_id", "number", "paid_fen"))
    number = found["number"].clip(upper=MOST)
    high = found["paid_fen"] >= found.groupby(number)["paid_fen"].transform("median")
    stratum = [f"{n}{'+' if n == MOST else ''} {'high' if up else 'low'}" for n, up in zip(number, high, strict=True)]
    return found.assign(stratum=stratum).sort_values("order_id", ignore_index=True)[["order_id", "stratum"]]


def drawn(rows: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """The rows of `candidates` with an arm: `share` of each stratum is INVITED, and of all together to the last
    buyer. Equal rows and seed give an equal draw."""
    random = np.random.default_rng(seed)
    arm = np.full(len(rows), OTHERS, object)
    before = 0
    for _, places in sorted(rows.groupby("stratum").indices.items()):
        after = before + len(places)
        arm[random.permutation(places)[: round(after * share) - round(before * share)]] = INVITED
        before = after
    return rows.assign(arm=arm)[["order_id", "arm", "stratum"]]


def base_share(frames: Frames, window: int) -> float | None:
    """Share of buyers in no group who came back within the last `window` days of observation, of those with a
    purchase before; None when nothing was observed before."""
    cut = frames.as_of - timedelta(days=window)
    days = frames.purchases
    late = days.day > ibis.date(cut.isoformat())
    buyers = days.group_by("buyer_id").aggregate(known=(~late).max(), again=late.max())
    if frames.members is not None:
        stays = frames.members
        buyers = buyers.anti_join(stays.filter(stays.joined_at.date() <= ibis.date(cut.isoformat())), "buyer_id")
    known = buyers.filter(buyers.known)
    counts = run(known.aggregate(again=known.again.cast("int64").sum(), n=known.count())).fillna(0).iloc[0]
    return float(counts["again"] / counts["n"]) if counts["n"] else None


def _newest(frames: Frames) -> ir.Table:
    """buyer_id and order_id of each buyer's newest paid order."""
    lines = paid_orders(frames)
    lines = lines.filter(lines.buyer_id.notnull())
    order = ibis.window(group_by="buyer_id", order_by=[ibis.desc("paid_at"), ibis.desc("order_id")])
    ranked = lines.select("buyer_id", "order_id", place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).drop("place")
