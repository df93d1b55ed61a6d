"""Made-up buyers with a known truth: who buys when, who joins a group when, and what joining changed."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from siyu.simulator import KINDS
from siyu.simulator.baskets import follows_of, orders_of
from siyu.simulator.kinds import CHANNELS, Ints, World, seventy
from siyu.simulator.purchasing import lived_purchases

__all__ = ["CHANNELS", "Lives", "World", "lived", "lot_truth", "seventy", "truth"]
MOST_PURCHASES = 5  # purchase numbers from here on are one stratum
CROWD = 400_000  # buyers behind a population truth: its standard error is near 0.0005


@dataclass(frozen=True)
class Lives:
    """What happened in a world.

    orders: a row per order, sorted by buyer, day, minute: buyer int64, day int64, minute int64 (of the day),
    purchase_no int64 (of the day, from 1), paid_fen int64, channel text, fan bool (followed before it paid).
    joins: buyer, day, minute of those who joined, one row a buyer; a join on a purchase day follows its orders.
    follows: buyer, day (below 0: before the start), minute, end (day of unfollowing, -1 never).
    gaps: a row per purchase day (see `lived_purchases`), what potential outcomes are read from.
    """

    world: World
    orders: pd.DataFrame
    joins: pd.DataFrame
    follows: pd.DataFrame
    gaps: pd.DataFrame

    @cached_property
    def naive(self) -> dict[str, float]:
        """Share with at least two purchase days among those who ever joined (members) and the others."""
        days = self.gaps.groupby("buyer").size()
        again = days.gt(1)
        member = days.index.isin(self.joins["buyer"])
        return {"members": float(again[member].mean()), "others": float(again[~member].mean())}

    def counterfactual(self, window: int = 90, gap: int = 7) -> float:
        """U(window, gap) of these buyers: chance of a purchase in (gap, gap + window] days after purchase day k,
        had they joined at k, minus had they not joined then; each among those without a purchase within `gap`.

        Over purchases k of buyers in no group before, weighted by the chance of joining there; days after
        which the window is not observed do not count; standardised over min(k, 5), quarter and entry channel
        to the joiners still without a purchase after `gap`. Shares; nan when nobody could join.
        Random through the buyers drawn: `truth` is the value of the world itself.
        """
        rows = self.gaps[(self.gaps["day"] + gap + window < self.world.days) & (self.gaps["chance"] > 0)]
        if rows.empty or self.world.kind == "experiment":  # there, no purchase is what joining starts from
            return float("nan")
        quarter = _quarters(rows["day"].to_numpy(), self.world.start)
        stratum = (np.minimum(rows["purchase_no"], MOST_PURCHASES) * 1_000 + quarter) * 10 + rows["entry"]
        code, _ = pd.factorize(stratum)
        chance = rows["chance"].to_numpy()
        shares, risk = {}, {}
        for arm in ("joined", "apart"):
            to_next = rows[arm].to_numpy()
            at_risk = np.where(to_next > gap, chance, 0.0)
            bought = np.where(to_next <= gap + window, at_risk, 0.0)
            risk[arm] = np.bincount(code, at_risk)
            with np.errstate(invalid="ignore"):
                shares[arm] = np.bincount(code, bought) / risk[arm]
        held = (risk["joined"] > 0) & (risk["apart"] > 0)
        difference = (shares["joined"] - shares["apart"])[held]
        return float(np.average(difference, weights=risk["joined"][held])) if held.any() else float("nan")


def lived(world: World, seed: int) -> Lives:
    """The lives of a world's buyers; the same seed gives the same lives."""
    random = np.random.default_rng([seed, KINDS.index(world.kind)])
    gaps, joins = lived_purchases(world, random)
    follows = follows_of(world, gaps, random)
    return Lives(world, orders_of(world, gaps, follows, random), joins, follows, gaps)


@lru_cache(maxsize=64)
def truth(world: World, window: int = 90, gap: int = 7) -> float:
    """U(window, gap) of a world, whatever its number of buyers: what an estimate is to be held against.

    From `CROWD` buyers of their own; 0 in worlds without an effect, nan when nobody joins.
    """
    crowd = replace(world, buyers=CROWD)
    gaps, joins = lived_purchases(crowd, np.random.default_rng(20_060_102))
    return Lives(crowd, pd.DataFrame(), joins, pd.DataFrame(), gaps).counterfactual(window, gap)


@lru_cache(maxsize=64)
def lot_truth(world: World, window: int = 90) -> tuple[float, float]:
    """Of an `experiment`: what inviting changes in the share with a purchase within `window` days, of all buyers known
    before, and what joining changes for those who join because they are invited. From `CROWD` buyers of their own."""
    gaps, _ = lived_purchases(replace(world, buyers=CROWD), np.random.default_rng(20_060_102))
    day = world.invited_day
    rows = gaps[gaps["chance"] > 0]
    bought = [(rows["day"] == day) | (rows["day"] + rows[life] < day + window) for life in ("joined", "apart")]
    gain = rows["chance"] * (bought[0].astype(float) - bought[1].astype(float))
    return float(gain.mean()), float(gain.sum() / rows["chance"].sum())


def _quarters(day: Ints, start: date) -> Ints:
    dates = np.datetime64(start) + day.astype("timedelta64[D]")
    return (dates.astype("datetime64[M]").astype(np.int64) // 3).astype(np.int64)
