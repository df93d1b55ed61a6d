"""Which cells of a table stay blank, so that its totals give no few people away."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy  # its optimize is loaded when a table of two ways is asked about

Bools = npt.NDArray[np.bool_]


def hidden(n: npt.NDArray[Any], k: int) -> Bools:
    """Cells of counts to leave blank, of a line or of a table (rows, columns): those of 1 to k - 1, and of the smallest
    others as many as it takes that blank cells of a line are k together, and that who knows all totals of k or more
    cannot tell that a cell holds fewer, nor that several together do. What totals and empty cells are enough to tell,
    no blank keeps. An empty cell hides nobody.
    """
    blank: Bools = (small := (n > 0) & (n < k)).copy()
    for line, lost in [(n, blank)] if n.ndim == 1 else [*zip(n, blank, strict=True), *zip(n.T, blank.T, strict=True)]:
        for at in line.argsort(kind="stable"):
            lost[at] |= 0 < line[lost].sum() < k and line[at] > 0
    if n.ndim > 1:
        lines = _lines(n, k)
        for at in np.flatnonzero(small):
            blank.flat[_moved(n.ravel(), blank.ravel(), lines, at, k - n.flat[at])] = True
    return blank


def hidden_rows(n: npt.NDArray[Any], k: int) -> Bools:
    """Rows of counts (rows, columns) to leave blank where each row tells of the same people, column by column: those
    that `hidden` takes out of any column."""
    return np.asarray(np.any([hidden(column, k) for column in n.T], axis=0))


def _lines(n: npt.NDArray[Any], k: int) -> npt.NDArray[Any]:
    """(lines, cells) of 1 where a cell counts to a row or column whose total is known."""
    places = np.indices(n.shape).reshape(2, -1)
    every = [np.arange(length)[:, None] == place for length, place in zip(n.shape, places, strict=True)]
    return np.concatenate(every)[np.concatenate([n.sum(1), n.sum(0)]) >= k].astype(float)


def _moved(
    n: npt.NDArray[Any], blank: Bools, lines: npt.NDArray[Any], at: np.intp, lacks: float
) -> npt.NDArray[np.intp]:
    """Cells that change where the one `at` holds as many more as it lacks, or as totals allow, and they stay: of blank
    ones any, of others few (Kelly, Golden and Assad 1992)."""
    held = np.flatnonzero(n)
    own, cost = held == at, np.where(blank[held], 0, n[held]) / n.sum()
    most = np.concatenate([np.where(own, lacks, np.inf), np.where(own, 0, n[held])])  # each may rise, and fall
    found = scipy.optimize.linprog(
        np.concatenate([cost - 2 * own, cost]), A_eq=np.hstack([lines[:, held], -lines[:, held]]),
        b_eq=np.zeros(len(lines)), bounds=np.column_stack([np.zeros(len(most)), most]),
    )  # fmt: skip
    return np.asarray(held[np.abs(found.x).reshape(2, -1).sum(0) > 1e-6])
