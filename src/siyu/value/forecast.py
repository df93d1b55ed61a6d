"""What buyers will do, by the models that passed the gate. Intervals come from the uncertainty of the parameters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from siyu.estimates.likelihood import Fitted
from siyu.estimates.sampling import Z95, Estimate, Floats
from siyu.value.fitting import Histories
from siyu.value.gate import Purchasing
from siyu.value.patrons import histories_of
from siyu.value.spend import GammaGamma

YEAR, MONTHS, FEN = 365, 12, 100


def outlook(fitted: Purchasing, rows: pd.DataFrame) -> dict[str, Estimate]:
    """Means of `patrons`: `p_alive`, and `expected_purchases_365d`."""
    held = histories_of(rows)
    alive = cache(lambda values: fitted.model.alive(values, held))  # the larger part of what is expected
    still = fitted.forecast(lambda values: _mean(alive(values), held)).clipped(0, 1)
    ahead = fitted.forecast(lambda at: _mean(fitted.model.expected(at, YEAR, held, alive(at)), held))
    return {"expected_purchases_365d": ahead, "p_alive": still}


def spend(fitted: Fitted[GammaGamma]) -> Estimate:
    """Expected spend of a repeat purchase of a new buyer, in whole units of money."""
    return fitted.forecast(lambda values: fitted.model.typical(values) / FEN)


def repeats(fitted: Purchasing, rate: float, days: float = YEAR) -> Estimate:
    """Repeat purchases of a new buyer in so many days, those of each twelfth discounted. rate: a year."""
    return fitted.forecast(lambda values: float(discounted(fitted, values, rate, days)))


def discounted(fitted: Purchasing, values: tuple[float, ...], rate: float, days: float) -> float:
    """The same at given parameters."""
    ends = np.arange(1, MONTHS + 1) * days / MONTHS
    zero = np.zeros(MONTHS)
    by_then = fitted.model.expected(values, ends, Histories(zero, zero, zero, np.ones(MONTHS)))
    return float(np.diff(by_then, prepend=0.0) @ (1 + rate) ** -(ends / YEAR))


def new_buyer(first: Estimate, again: Estimate, each: Estimate) -> Estimate:
    """Net sales of a new buyer: the first purchase, then repeats at the spend of each. Errors are independent: of the
    mean first purchase, of the purchase model, of the spend model."""
    value = first.value + again.value * each.value
    error = float(np.linalg.norm([first.error, again.error * each.value, again.value * each.error]))
    return Estimate(value, value - Z95 * error, value + Z95 * error, error)


def per_row(fitted: Purchasing, money: Fitted[GammaGamma], rows: pd.DataFrame, days: float = YEAR) -> pd.DataFrame:
    """`patrons` with alive (P(alive)), ahead (expected net sales in the days to come) and at_stake (the same of those
    who are still customers), in whole units of money."""
    held = Histories(*(rows[name].to_numpy(float) for name in ("frequency", "recency", "T", "buyers")))
    chance = fitted.model.alive(fitted.values, held)
    each = money.model.expected(money.values, held.x, rows["repeat_fen"].to_numpy(float) / np.maximum(held.x, 1)) / FEN
    ahead = fitted.model.expected(fitted.values, days, held) * each
    return rows.assign(alive=chance, ahead=ahead, at_stake=ahead / np.maximum(chance, 1e-9))


def _mean(each: Floats, held: Histories) -> float:
    return float(held.w @ each / held.buyers)
