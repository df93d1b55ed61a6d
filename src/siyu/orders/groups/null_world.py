"""A world in which joining a group changes nothing, and what the usual comparison shows in it.

At each purchase day a buyer joins with the same chance, whatever the buyer did or will do. Frequent buyers
flip the coin more often, so members look loyal although joining had no effect. Expectations are exact sums
over buyers, not simulations.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siyu.estimates.sampling import GROUPS, folded, ratio
from siyu.figure import Figure


def repeat_shares(orders: pd.DataFrame, join_chance: Figure) -> dict[str, Figure]:
    """Share of `members` and of `others` with at least two purchase days, at the chance's own value.

    orders: columns customer, date (text), `attrs["ref"]` naming where they came from; sampling95 over buyers.
    """
    days = purchase_days(orders).groupby("buyer").size().to_numpy()
    sources, stayed_out = (*join_chance.sources, orders.attrs["ref"]), (1 - join_chance.value) ** days
    chances, key = {"members": 1 - stayed_out, "others": stayed_out}, "naive_repeat_share"  # to be one at the end
    return {name: _ratio(chance * (days > 1), chance, key, sources) for name, chance in chances.items()}


def contrasts(orders: pd.DataFrame, join_chance: Figure, aligned: Figure) -> dict[str, dict[str, Figure]]:
    """`repeat_shares` where `few`, the `usual` share or `many` join, and `aligned`, one share for both."""
    parts = {"few": "low", "usual": "value", "many": "high"}
    found = {name: repeat_shares(orders, join_chance.at(part)) for name, part in parts.items()}
    found["aligned"] = {"others": aligned, "members": aligned}
    return {name: {"others": shares["others"], "members": shares["members"]} for name, shares in found.items()}


def spanned(worlds: dict[str, dict[str, Figure]]) -> dict[str, Figure]:
    """Shares of `members` and `others` of `contrasts`, `few` to `many` joining: the ends of all intervals."""
    found = {}
    for name, usual in worlds["usual"].items():
        held = [worlds[share][name] for share in ("few", "usual", "many")]
        low, high = min(one.low for one in held), max(one.high for one in held)
        found[name] = replace(usual, low=low, high=high, interval_kind="assumption90", left=())
    return found


def aligned_share(orders: pd.DataFrame, join_chance: Figure, window_days: int, as_of: str) -> Figure:
    """Share who buy again within `window_days` of the purchase at which members join.

    Only purchases whose window is observed by `as_of` (ISO date) count. Members and others as experienced
    share this one number: the coin does not look at what follows, so there is no difference to find.
    """
    purchases = purchase_days(orders)
    number = purchases.groupby("buyer").cumcount().to_numpy()
    gap = purchases.groupby("buyer")["day"].shift(-1) - purchases["day"]
    window = pd.Timedelta(days=window_days)
    again = (gap <= window).to_numpy()
    mature = (purchases["day"] + window <= pd.Timestamp(as_of)).to_numpy()
    weight = np.where(mature, join_chance.value * (1 - join_chance.value) ** number, 0.0)
    buyers = purchases["buyer"].factorize()[0]
    tops, bottoms = np.bincount(buyers, weight * again), np.bincount(buyers, weight)
    return _ratio(tops, bottoms, "aligned_repeat_share", (*join_chance.sources, orders.attrs["ref"]))


def purchase_days(orders: pd.DataFrame) -> pd.DataFrame:
    """Distinct purchase days: columns buyer, day (datetime64); sorted by both."""
    days = pd.DataFrame({"buyer": orders["customer"], "day": pd.to_datetime(orders["date"])})
    return days.drop_duplicates().sort_values(["buyer", "day"], ignore_index=True)


def _ratio(top: NDArray[Any], bottom: NDArray[Any], key: str, sources: tuple[str, ...]) -> Figure:
    """sum(top) / sum(bottom) over buyers, with the interval of a jackknife over groups of them."""
    if len(top) < 2 * GROUPS:
        raise ValueError(f"at least {2 * GROUPS} buyers for an interval, found {len(top)}")
    share = ratio(folded(np.stack([top, bottom], -1))).figure(key, len(top), tuple(sorted(sources)))
    if share is None:
        raise ValueError("nobody could buy again")
    return share
