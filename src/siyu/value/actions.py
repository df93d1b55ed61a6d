"""Whom to act on: classes by recency, frequency and amount, moves between them, and who is worth winning back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import counted, run
from siyu.orders.frames import Frames
from siyu.value.forecast import per_row
from siyu.value.gate import Believed, Gate
from siyu.value.patrons import each, patrons

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


def standings(buyers: pd.DataFrame) -> pd.DataFrame:
    """Distinct rows of SCORED with the number of `buyers`, of `patrons`: days since the last purchase, purchase days,
    net_fen; int64."""
    net = buyers["repeat_fen"] + buyers["first_fen"]
    told = buyers.assign(purchases=buyers["frequency"] + 1, net_fen=net)
    return told.groupby(list(SCORED), as_index=False)[["buyers"]].sum()


def mean_cuts(rows: pd.DataFrame) -> Cuts:
    """The usual convention: high is better than the mean of all buyers, of `standings`."""
    return Cuts(*(float(np.average(rows[name], weights=rows["buyers"])) if len(rows) else 0.0 for name in SCORED))


def classed(frames: Frames, cuts: Cuts, days: int = 0) -> ir.Table:
    """buyer_id, net_fen and class (`rfm`, one of CLASSES) of all buyers; as of so many days before the date also the
    class `then`, null for those not known yet."""
    rows = frames.purchases
    found = {"rfm": _scored(rows, frames.as_of), "then": _scored(rows, frames.as_of - timedelta(days=days))}
    sums = {f"{at}_{name}": one for at, scores in found.items() for name, one in scores.items()}
    table = rows.group_by("buyer_id").aggregate(**sums)
    marks = {at: _marked([table[f"{at}_{name}"] for name in SCORED], cuts, ibis.ifelse) for at in found}
    marks["then"] = ibis.ifelse(table.then_purchases > 0, marks["then"], ibis.null("string"))
    return table.select("buyer_id", net_fen="rfm_net_fen", **marks)


def _scored(rows: ir.Table, day: date) -> dict[str, Any]:
    """SCORED by the end of a day; no purchases of buyers who come later."""
    end = ibis.date(day.isoformat())
    known = rows.day <= end
    since = end.delta(rows.day.max(where=known), unit="day")
    return dict(zip(SCORED, (since, rows.count(where=known), rows.net_fen.sum(where=known)), strict=True))


def _marked(scores: Sequence[Any], cuts: Cuts, pick: Callable[..., Any]) -> Any:
    """Classes by scores. pick: (condition, where it holds, where not) -> letters."""
    high = scores[0] <= cuts.recency_days, scores[1] >= cuts.purchases, scores[2] >= cuts.net_fen
    recent, often, much = (pick(one, "h", "l") for one in high)
    return recent + often + much


def classes(rows: pd.DataFrame, cuts: Cuts) -> pd.DataFrame:
    """A row per class that holds buyers, of `standings`, in the order of CLASSES: rfm, buyers, net_fen (int64)."""
    marks = _marked([rows[name] for name in SCORED], cuts, lambda *of: pd.Series(np.where(*of), rows.index, object))
    found = rows.assign(rfm=marks, net_fen=rows["net_fen"] * rows["buyers"]).groupby("rfm")[["buyers", "net_fen"]].sum()
    return found.reindex([one for one in CLASSES if one in found.index]).reset_index()


def moves(frames: Frames, cuts: Cuts, days: int = APART) -> pd.DataFrame:
    """Buyers known so many days before the date, by class then (`before`) and now (`after`), cut alike; int64."""
    both = classed(frames, cuts, days)
    both = both.filter(ibis._.then.notnull()).select(before="then", after="rfm")
    return counted(both, ["before", "after"], buyers=both.count())


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
        table = classed(frames, mean_cuts(standings(patrons(frames))))
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
