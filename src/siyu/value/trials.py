"""Product testers and presales: what few people say, and what deposits foretell.

Likes of testers are binomial; the prior is even, and of several options also what the others say. A batch is the
quantile of demand at the critical ratio (newsvendor; Cachon and Terwiesch 2013, ch. 14).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv, betaln
from scipy.stats import betabinom, norm

from siyu.estimates.sampling import LEVEL, Z95
from siyu.figure import Figure
from siyu.messages import msg

TOLERATED = 0.01  # expected loss of like rate that one decides with
HALF_WIDTH = 0.05
COUNTS = msg("The table of testers has more likes than testers, or none at all: correct it, nothing is computed")
PRICES = msg("A presale needs a price above the cost, and the cost above what a piece left over brings")
STAGES = msg("A presale has more final payments than deposits, or more deposits than people reached: correct it")
NO_RATE = msg("No presale has come to its final payments yet: how many deposits become orders is not known")


@dataclass(frozen=True)
class Posterior:
    """Of a share after `likes` of `n`; prior: likes and dislikes. Raises ValueError for counts that cannot be."""

    likes: int
    n: int
    prior: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if not 0 <= self.likes <= self.n or not self.n:
            raise ValueError(COUNTS)

    @property
    def ends(self) -> tuple[float, float]:
        """Parameters of the beta."""
        return float(self.likes + self.prior[0]), float(self.n - self.likes + self.prior[1])

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return self.ends[0] / sum(self.ends)

    def figure(self, key: str, sources: tuple[str, ...]) -> Figure:
        """Posterior mean with its 95% range."""
        low, high = (float(betaincinv(*self.ends, 0.5 + sign * LEVEL / 2)) for sign in (-1, 1))
        return Figure(self.mean, low, high, "ratio", "sampling95", key, sources, self.n)

    def at_least(self, target: float) -> float:
        """P(share >= target)."""
        return 1 - float(betainc(*self.ends, target))

    def losses(self, target: float) -> tuple[float, float]:
        """Expected like rate lost by launching below the target, and by dropping above it."""
        a, b = self.ends
        launch = target * float(betainc(a, b, target)) - self.mean * float(betainc(a + 1, b, target))
        return launch, launch + self.mean - target

    def decision(self, target: float, tolerated: float = TOLERATED) -> str:
        """`launch` or `drop` where the expected loss of it is tolerated, the smaller first; else `retest`."""
        launch, drop = self.losses(target)
        if min(launch, drop) > tolerated:
            return "retest"
        return "launch" if launch <= drop else "drop"


def better(one: Posterior, other: Posterior) -> float:
    """P(share of one > share of the other), in closed form (Miller 2015)."""
    (a, b), (c, d) = one.ends, other.ends
    i = np.arange(int(a))
    logs = betaln(c + i, b + d) - np.log(b + i) - betaln(1 + i, b) - betaln(c, d)
    return float(np.exp(logs).sum())


def panel(rate: float, half_width: float = HALF_WIDTH) -> int:
    """Testers for a 95% range of the rate that reaches so far to each side."""
    return int(np.ceil(Z95**2 * rate * (1 - rate) / half_width**2))


@dataclass(frozen=True)
class Lot:
    """ratio: critical ratio; quantity: pieces to make; left: pieces expected to be left over."""

    ratio: float
    quantity: float
    left: float


def critical_ratio(price: float, cost: float, salvage: float) -> float:
    """(price - cost) / (price - salvage). Raises ValueError unless price > cost > salvage >= 0."""
    if not price > cost > salvage >= 0:
        raise ValueError(PRICES)
    return (price - cost) / (price - salvage)


def newsvendor(mean: float, sd: float, price: float, cost: float, salvage: float) -> Lot:
    """The batch for normal demand."""
    ratio = critical_ratio(price, cost, salvage)
    z = float(norm.ppf(ratio))
    return Lot(ratio, mean + z * sd, sd * float(z * ratio + norm.pdf(z)))


@dataclass(frozen=True)
class Presale:
    """Demand of deposits whose final payments are still to come: beta-binomial by the share seen in others.

    Raises ValueError for stages that cannot be."""

    deposits: int
    paid: int
    of_deposits: int

    def __post_init__(self) -> None:
        if not 0 <= self.paid <= self.of_deposits or self.deposits < 0:
            raise ValueError(STAGES)
        if not self.of_deposits:
            raise ValueError(NO_RATE)

    def _chances(self) -> np.ndarray:
        ends = self.paid + 1, self.of_deposits - self.paid + 1
        return np.asarray(betabinom.pmf(np.arange(self.deposits + 1), self.deposits, *ends))

    def demand(self) -> tuple[float, float, float]:
        """Mean, and the ends of its 95% range."""
        chances = self._chances()
        below = chances.cumsum()
        low, high = (float(np.searchsorted(below, 0.5 + sign * LEVEL / 2)) for sign in (-1, 1))
        return float(chances @ np.arange(len(chances))), low, high

    def batch(self, price: float, cost: float, salvage: float) -> Lot:
        """The batch to make."""
        ratio = critical_ratio(price, cost, salvage)
        chances = self._chances()
        quantity = int(np.searchsorted(chances.cumsum(), ratio))
        return Lot(ratio, quantity, float(chances @ np.maximum(quantity - np.arange(len(chances)), 0)))


def presales(rows: pd.DataFrame) -> dict[str, Presale]:
    """product_id -> demand, of presales without final payments yet; the share comes from all that have them."""
    paid = rows["final_paid"] if "final_paid" in rows else pd.Series(np.nan, rows.index)
    reached = rows["exposed"].fillna(np.inf) if "exposed" in rows else np.inf
    if ((rows["deposits"] > reached) | (paid > rows["deposits"])).any():
        raise ValueError(STAGES)
    share = int(paid.sum()), int(rows["deposits"][paid.notna()].sum())
    waiting = rows[paid.isna()].set_index("product_id")["deposits"]
    return {str(product): Presale(int(deposits), *share) for product, deposits in waiting.items()}
