"""Axes: where values stand between the two ends, and which of them have names."""

import math
from dataclasses import dataclass

from matplotlib import ticker


class Along(float):
    """A place along an axis as a share of its length, instead of a value."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`. log: equal ratios are equally far apart; both ends are positive then."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value stands, 0 to 1; what is not positive stands at the start of a log axis."""
        if isinstance(value, Along):
            return float(value)
        if self.log:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / ((self.high - self.low) or 1.0)

    def ticks(self, *, whole: bool = False, narrow: bool = False) -> list[float]:
        """Few round values within the axis. whole: whole numbers only. narrow: fewer on a log axis."""
        if self.log:
            # matplotlib drops all ticks when steps within a decade meet a stride over decades
            subs = (1.0, 3.0) if self.high / self.low < (300 if narrow else 1e4) else (1.0,)
            found = ticker.LogLocator(subs=subs, numticks=7).tick_values(self.low, self.high)
        else:
            found = ticker.MaxNLocator(5, integer=whole).tick_values(self.low, self.high)
        slack = 1e-9 * abs(self.high - self.low)
        return [float(tick) for tick in found if self.low - slack <= tick <= self.high + slack]
