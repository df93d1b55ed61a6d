"""The worlds there are: who joins a group when, and whether joining changes anything.

A buyer comes by a first order, then buys on days whose gaps are exponential in the buyer's own rate (gamma
over buyers) until a lifetime in calendar days ends (Schmittlein, Morrison, Colombo 1987). Only the planted worlds and
the experiment have an effect.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from siyu.messages import tables
from siyu.simulator import Kind

_KINDS = tables(__file__, "kinds.yml")
PARAMETERS: dict[Kind, list[str]] = _KINDS["parameters"]
CHANNELS = ("live", "video", "card", "search")
SALES = ((110, 138), (330, 358))  # days of the two sales, the later end excluded
LATE = 92  # days of the last quarter
EVE = 21  # days before a sale in which a shop recruits
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Positive = Annotated[float, Field(gt=0)]
Chance = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class World:
    """What is true of a made-up brand. Days count from `start` (0); the last day observed is `days - 1`.

    Raises ValueError for values outside their range.
    """

    kind: Kind
    buyers: Annotated[int, Field(gt=0)] = 5_000
    days: int = 540
    start: date = date(2024, 7, 10)
    arrival_days: Annotated[int, Field(gt=0)] = 420  # first orders fall evenly on these, in `season` more on sales
    gap_days: Positive = 90.0  # mean gap between purchase days of a buyer of mean rate
    spread: Positive = 0.8  # gamma shape of rates, small is uneven
    life_days: Positive = 160.0  # mean lifetime
    join_chance: Chance = 0.2  # of joining at a toss
    tilt: float = 1.0  # power of the rate in the odds of joining
    joiner_share: Chance = 0.7  # who would ever join
    patience_days: Positive = 30.0  # how long they wait on average
    effect: Positive = 1.6  # factor on the rate after joining
    late_from: int = 3  # purchase number before which the odds are a quarter
    sale_factor: Positive = 2.5  # on all rates during SALES
    delay_days: Positive = 3.0  # mean from purchase to join
    win_back: float = 1.0  # power of the last gap, in the buyer's mean gaps, in the odds
    recruiting: Positive = 6.0  # factor on the odds in the EVE of a sale
    swing: Positive = 3.0  # hot rate over cold rate
    keep: Chance = 0.0  # that a buyer's next gap is as hot as the last
    invited_day: int = 430
    uptake: Chance = 0.5  # that an invited buyer of mean rate joins
    leak: Chance = 0.0  # that another one does, at most the former
    fan_share: Chance = 0.65  # buyers who ever follow
    basket_fen: Annotated[int, Field(gt=0)] = 16_900  # median amount of an order
    lift: Positive = 1.0  # factor on it in the last LATE days

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.arrival_days > self.days:
            raise ValueError("arrival_days must not exceed days")
        if self.kind == "experiment" and (self.leak > self.uptake or not 0 < self.invited_day < self.days):
            raise ValueError("leak must not exceed uptake, and invited_day lie within the days")
        return self

    @property
    def as_of(self) -> date:
        """The last day observed."""
        return self.start + timedelta(days=self.days - 1)

    def own(self, name: str, otherwise: float = 0.0) -> float:
        """A parameter where the kind has it, what does nothing otherwise."""
        return float(getattr(self, name)) if name in PARAMETERS[self.kind] else otherwise


def seventy(kind: Kind, **parameters: Any) -> World:
    """A world in which about 70% of those who ever joined buy again, and far fewer of the others.

    parameters: of World, where they shall differ. In `null` members and others are alike, near 55%.
    """
    return World(kind, **{**_KINDS["seventy"].get(kind, {}), **parameters})
