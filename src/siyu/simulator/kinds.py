"""The worlds there are: who joins a group when, and whether joining changes anything.

A buyer comes by a first order, then buys on days whose gaps are exponential in the buyer's own rate (gamma
over buyers) until a lifetime in calendar days ends (Schmittlein, Morrison, Colombo 1987). Ways to join:

null       a coin at the first order only: even the naive comparison is fair
coin       a coin at each purchase day: frequent buyers toss more often
selection  the same, with a chance that rises with the buyer's own rate
calendar   at a random moment after the first order, if one is still a customer then (immortal time)
planted    like coin, and joining multiplies the rate from then on
planted_selection  like selection, and joining multiplies the rate
late       like selection, but seldom before some purchase
season     like selection, in a shop with two sales a year, in which more join too
delayed    like selection, days after the purchase
win_back   like selection, and more readily after a gap that was long for the buyer
promotion  like selection, and far more readily in the weeks before a sale
moving     the rate changes from gap to gap, and the chance of joining with it
experiment half of the buyers are invited by lot, on one day; some of them join, and some of the others; joining
           multiplies the rate from then on

Only the planted ones and the experiment have an effect.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from siyu.simulator import KINDS, Kind

# the parameters that a kind has beside those of every world; in other kinds they do nothing
PARAMETERS: dict[Kind, tuple[str, ...]] = {
    "null": (),
    "coin": (),
    "selection": ("tilt",),
    "calendar": ("joiner_share", "patience_days"),
    "planted": ("effect",),
    "planted_selection": ("effect", "tilt"),
    "late": ("tilt", "late_from"),
    "season": ("tilt", "sale_factor"),
    "delayed": ("tilt", "delay_days"),
    "win_back": ("tilt", "win_back"),
    "promotion": ("tilt", "sale_factor", "recruiting"),
    "moving": ("tilt", "swing", "keep"),
    "experiment": ("effect", "tilt", "invited_day", "uptake", "leak"),
}
CHANNELS = ("live", "video", "card", "search")
SALES = ((110, 138), (330, 358))  # days of the two sales, the later end excluded
EVE = 21  # days before a sale in which a shop recruits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What is true of a made-up brand. Days count from `start` (0); the last day observed is `days - 1`.

    arrival_days: first orders fall evenly on days 0 to arrival_days - 1, in `season` more on sales.   gap_days: mean
    gap between purchase days of a buyer of mean rate.   spread: gamma shape of rates, small is uneven.   life_days:
    mean lifetime.   join_chance: of joining at a toss.   tilt: power of the rate in the odds of joining.
    joiner_share, patience_days: in `calendar` who would ever join, and how long they wait on average.
    effect: in the planted worlds the factor on the rate after joining.   late_from: purchase number before which the
    odds are a quarter.   sale_factor: on all rates during SALES.   delay_days: mean days from purchase to join.
    win_back: power of the last gap, in the buyer's mean gaps, in the odds.   recruiting: factor on the odds in the
    EVE of a sale.   swing: hot rate over cold rate; keep: chance that a buyer's next gap is as hot as the last.
    invited_day: on which half of the buyers are invited.   uptake: chance that an invited buyer of mean rate joins;
    leak: that another one does, at most the former.   fan_share: buyers who ever follow.   basket_fen: median amount
    of an order.
    Raises ValueError for values outside their range.
    """

    kind: Kind
    buyers: int = 5_000
    days: int = 540
    start: date = date(2024, 7, 10)
    arrival_days: int = 420
    gap_days: float = 90.0
    spread: float = 0.8
    life_days: float = 160.0
    join_chance: float = 0.2
    tilt: float = 1.0
    joiner_share: float = 0.7
    patience_days: float = 30.0
    effect: float = 1.6
    late_from: int = 3
    sale_factor: float = 2.5
    delay_days: float = 3.0
    win_back: float = 1.0
    recruiting: float = 6.0
    swing: float = 3.0
    keep: float = 0.0
    invited_day: int = 430
    uptake: float = 0.5
    leak: float = 0.0
    fan_share: float = 0.65
    basket_fen: int = 16_900

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        if self.buyers < 1 or not 0 < self.arrival_days <= self.days:
            raise ValueError("a world needs buyers >= 1 and 0 < arrival_days <= days")
        positive = ("gap_days", "spread", "life_days", "patience_days", "effect", "basket_fen", "sale_factor",
                    "delay_days", "recruiting", "swing")  # fmt: skip
        if faulty := [name for name in positive if not getattr(self, name) > 0]:
            raise ValueError(f"{', '.join(faulty)} must be positive")
        shares = ("join_chance", "joiner_share", "keep", "uptake", "leak", "fan_share")
        if faulty := [name for name in shares if not 0 <= getattr(self, name) <= 1]:
            raise ValueError(f"{', '.join(faulty)} must lie between 0 and 1")
        if self.kind == "experiment" and (self.leak > self.uptake or not 0 < self.invited_day < self.days):
            raise ValueError("leak must not exceed uptake, and invited_day lie within the days")

    @property
    def as_of(self) -> date:
        """The last day observed."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def multiplier(self) -> float:
        """What joining does to a buyer's rate: 1 in every world without an effect."""
        return self.own("effect", 1.0)

    def own(self, name: str, otherwise: float = 0.0) -> float:
        """A parameter where the kind has it, what does nothing otherwise."""
        return float(getattr(self, name)) if name in PARAMETERS[self.kind] else otherwise


# what lets about 70% of members buy again where the defaults do not
_RARE = {"gap_days": 150.0, "life_days": 180.0}
_SEVENTY: dict[Kind, dict[str, float]] = {
    "selection": _RARE,
    "calendar": {"gap_days": 40.0, "life_days": 120.0, "spread": 1.2, "joiner_share": 0.6},
    "late": _RARE,
    "season": _RARE,
    "delayed": _RARE,
    "win_back": _RARE,
    "promotion": {**_RARE, "join_chance": 0.08, "sale_factor": 3.0},
}


def seventy(kind: Kind, **parameters: Any) -> World:
    """A world in which about 70% of those who ever joined buy again, and far fewer of the others.

    parameters: of World, where they shall differ. In `null` members and others are alike, near 55%.
    """
    return World(kind, **{**_SEVENTY.get(kind, {}), **parameters})
