"""Whom to act on: classes by recency, frequency and amount, moves between them, and who is worth winning back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import counted, run
from siyu.orders.frames import Frames
from siyu.value.forecast import per_row
from siyu.value.gate import Believed, Gate
from siyu.value.patrons import each

CLASSES = ("hhh", "hlh", "lhh", "llh", "hhl", "hll", "lhl", "lll")  # recent, often, much: high or low
SCORED = ("recency_days", "purchases", "net_fen")
APART = 90  # days between the two dates that movement is shown for
GONE, SAFE = 0.2, 0.8  # chances of being a customer: below, let go; above, leave alone
DEEDS = ("leave_alone", "win_back", "watch", "let_go")


@dataclass(frozen=True)
class Cuts:
    """Where high begins: last purchase at most `recency_days` ago, at least so many purchase days, so much net_fen."""

    recency_days: float
    purchases: float
    net_fen: float

    def at(self, given: Cuts) -> Cuts:
        """The same where nothing (0) is given."""
        return Cuts(*(getattr(given, name) or getattr(self, name) for name in SCORED))


NOWHERE = Cuts(0, 0, 0)


def buyers_at(frames: Frames) -> ir.Table:
    """A row per buyer: recency_days, purchases (days) and net_fen by the date of the frames."""
    days = frames.purchases
    end = ibis.date(frames.as_of.isoformat())
    return days.group_by("buyer_id").aggregate(
        recency_days=end.delta(days.day.max(), unit="day"), purchases=days.count(), net_fen=days.net_fen.sum()
    )


def standings(frames: Frames) -> pd.DataFrame:
    """Distinct rows of `buyers_at` with the number of `buyers`; int64."""
    table = buyers_at(frames)
    return counted(table, list(SCORED), buyers=table.count())


def mean_cuts(rows: pd.DataFrame) -> Cuts:
    """The usual convention: high is better than the mean of all buyers, of `standings`."""
    return Cuts(*(float(np.average(rows[name], weights=rows["buyers"])) if len(rows) else 0.0 for name in SCORED))


def classed(frames: Frames, cuts: Cuts) -> ir.Table:
    """`buyers_at` with `rfm`, one of CLASSES."""
    table = buyers_at(frames)
    high = table.recency_days <= cuts.recency_days, table.purchases >= cuts.purchases, table.net_fen >= cuts.net_fen
    recent, often, much = (ibis.ifelse(one, "h", "l") for one in high)
    return table.mutate(rfm=recent + often + much)


def classes(rows: pd.DataFrame, cuts: Cuts) -> pd.DataFrame:
    """A row per class that holds buyers, of `standings`, in the order of CLASSES: rfm, buyers, net_fen (int64)."""
    high = (
        rows["recency_days"] <= cuts.recency_days,
        rows["purchases"] >= cuts.purchases,
        rows["net_fen"] >= cuts.net_fen,
    )
    recent, often, much = (np.where(one, "h", "l").astype(object) for one in high)
    told = rows.assign(rfm=recent + often + much, net_fen=rows["net_fen"] * rows["buyers"])
    found = told.groupby("rfm")[["buyers", "net_fen"]].sum()
    return found.reindex([one for one in CLASSES if one in found.index]).reset_index()


def moves(frames: Frames, cuts: Cuts, days: int = APART) -> pd.DataFrame:
    """Buyers known so many days before the date, by class then (`before`) and now (`after`), cut alike; int64."""
    earlier = frames.until(frames.as_of - timedelta(days=days))
    then = classed(earlier, cuts).select("buyer_id", before="rfm")
    now = classed(frames, cuts).select("buyer_id", after="rfm")
    joined = then.join(now, "buyer_id")
    return counted(joined, ["before", "after"], buyers=joined.count())


def quintile_best(rows: pd.DataFrame) -> tuple[int, int]:
    """The other convention, scores of one to five by rank, of `standings`: buyers scored four or five on all three, and
    net_fen of theirs."""
    high = np.ones(len(rows), bool)
    for name, sign in zip(SCORED, (-1, 1, 1), strict=True):
        worth = sign * rows[name]
        alike = rows["buyers"].groupby(worth).sum()  # equals get one score
        high &= (worth.map(alike.cumsum() - alike) >= 0.6 * rows["buyers"].sum()).to_numpy()
    best = rows[high]
    return int(best["buyers"].sum()), int((best["net_fen"] * best["buyers"]).sum())


def deeds(gate: Gate) -> pd.DataFrame | None:
    """A row per deed that concerns buyers, in the order of DEEDS: deed, buyers, ahead (net sales expected of them in a
    year), at_stake (the same if all were still customers). None while the gate is closed."""
    if (held := gate.believed) is None:
        return None
    rows = per_row(held.purchasing, held.spend, held.rows)
    rows = rows.assign(deed=_deeds(rows))
    sums = rows.assign(**{name: rows[name] * rows["buyers"] for name in ("ahead", "at_stake")})
    found = sums.groupby("deed")[["buyers", "ahead", "at_stake"]].sum()
    return found.reindex([one for one in DEEDS if one in found.index]).reset_index()


def _deeds(rows: pd.DataFrame) -> pd.Series:
    middle = np.average(rows["at_stake"], weights=rows["buyers"])
    chance, worth = rows["alive"], rows["at_stake"] >= middle
    found = np.select([chance >= SAFE, chance < GONE, worth], ["leave_alone", "let_go", "win_back"], "watch")
    return pd.Series(found, rows.index)


def to_win_back(frames: Frames, gate: Gate) -> pd.DataFrame:
    """Newest order id (text) of each buyer to win back, platform, and by what (`model` or `rfm`), most at stake first.

    Through the gate: those between GONE and SAFE with more than the mean at stake. Else the class of those who paid
    much and have not come for long. Raises ValueError without a table of orders."""
    if frames.orders is None:
        raise ValueError("no table of orders")
    if gate.believed is not None:
        chosen = _by_model(frames, gate.believed)
    else:
        table = classed(frames, mean_cuts(standings(frames)))
        rows = run(table.filter(table.rfm.isin(["lhh", "llh"])).select("buyer_id", worth="net_fen"))
        chosen = rows.assign(by="rfm")
    lines = frames.orders.semi_join(frames.purchases, "buyer_id")
    newest = lines.group_by("buyer_id").aggregate(
        order_id=lines.order_id.cast("string").argmax(lines.paid_at),
        platform=lines.platform.cast("string").argmax(lines.paid_at),
    )  # fmt: skip
    found = chosen.merge(run(newest), on="buyer_id").sort_values(["worth", "buyer_id"], ascending=[False, True])
    return found[["order_id", "platform", "by"]].reset_index(drop=True)


def _by_model(frames: Frames, held: Believed) -> pd.DataFrame:
    rows = run(each(frames).order_by("buyer_id")).assign(buyers=1)
    scored = per_row(held.purchasing, held.spend, rows)
    chosen = scored[_deeds(scored) == "win_back"]
    return chosen[["buyer_id"]].assign(worth=chosen["at_stake"] * (1 - chosen["alive"]), by="model")
