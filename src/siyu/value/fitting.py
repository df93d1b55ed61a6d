"""The purchase histories that models of purchases are fitted to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from siyu.estimates.likelihood import Fitted, Kind, Objective, fitted
from siyu.estimates.sampling import Floats

SPAN = 10.0  # length that the longest observation is scaled to
MANY, FEW = 60_000, 20_000  # histories, above which a search begins where it has ended on a few of them


@dataclass(frozen=True)
class Histories:
    """Arrays (rows,) float64, in one unit of time. x: repeat purchases (days with one); t_x: first to last purchase;
    T: first purchase to the end of observation; w: buyers with this history.

    Raises ValueError for a history that cannot be: negative times, a last purchase after the end, none by nobody."""

    x: Floats
    t_x: Floats
    T: Floats
    w: Floats

    def __post_init__(self) -> None:
        if not len(self.x) or not self.w.sum() > 0:
            raise ValueError("no buyers")
        if not all(np.isfinite(column).all() and (column >= 0).all() for column in (self.x, self.t_x, self.T, self.w)):
            raise ValueError("x, t_x, T, w are finite and not negative: a purchase lies after the end of observation")
        if ((self.t_x > self.T) | ((self.x > 0) != (self.t_x > 0))).any():
            raise ValueError("t_x lies between 0 and T, and is 0 exactly without a repeat purchase")

    @property
    def buyers(self) -> float:
        """Buyers."""
        return float(self.w.sum())

    @property
    def repeats(self) -> float:
        """Repeat purchases of all buyers."""
        return float(self.w @ self.x)

    def in_units(self, days: float) -> Histories:
        """The same with times divided by so many days."""
        return Histories(self.x, self.t_x / days, self.T / days, self.w)

    def thinned(self, count: int) -> Histories:
        """About so many of them, evenly through their order."""
        every = slice(None, None, max(len(self.x) // count, 1))
        return Histories(self.x[every], self.t_x[every], self.T[every], self.w[every])


def once(*columns: float | Floats) -> tuple[list[Floats], npt.NDArray[np.int64]]:
    """(distinct rows of these columns, as columns; the row of each among them): what is slow is taken once for each."""
    wide = np.broadcast_arrays(*map(np.atleast_1d, columns))
    code = np.zeros(wide[0].shape, np.int64)
    for column in wide:
        values, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * len(values) + place, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return [column[first] for column in wide], code


def of_rows(x: Any, t_x: Any, T: Any, w: Any = None) -> Histories:  # noqa: N803 - as the literature calls it
    """Histories of arrays with a row per buyer, equal ones as one."""
    columns, place = once(*(np.asarray(one, float) for one in (x, t_x, T)))
    return Histories(columns[0], columns[1], columns[2], np.bincount(place, w).astype(float))


def fitted_histories(
    model: Kind, objective: Callable[[Histories], Objective], histories: Histories, start: Floats, times: Sequence[int]
) -> Fitted[Kind]:
    """The same of purchase histories, in a unit of time fit for a search. times: powers of time in the parameters.

    Raises ValueError without a repeat purchase, too."""
    if not histories.repeats:
        raise ValueError("nobody has bought again")
    unit = float(histories.T.max()) / SPAN
    constant, scales = -float(np.log(unit)) * histories.repeats, unit ** np.array(times)
    if len(histories.x) > MANY:
        with suppress(ValueError):  # too few have come back, or a ridge: from the usual start
            few = fitted_histories(model, objective, histories.thinned(FEW), start, times)
            start = np.log(np.array(few.values) / scales)
    return fitted(model, objective(histories.in_units(unit)), start, histories.buyers, constant, scales)
