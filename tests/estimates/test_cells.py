"""What may be told of a table: no cell, nor several together, shows fewer people than the limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from siyu.estimates.cells import hidden, hidden_rows

K = 10
COUNTS = st.one_of(st.integers(0, K - 1), st.integers(0, 60))


def most(n, blank, at):
    """The most people a blank cell may hold, for who knows all cells that are not and the totals of K or more."""
    unknown = np.argwhere(blank)
    lines = [unknown[:, axis] == place for axis in (0, 1) for place in range(n.shape[axis])]
    totals = [*n.sum(1), *n.sum(0)]
    known = [(of, (n[blank] * of).sum()) for of, total in zip(lines, totals, strict=True) if total >= K and of.any()]
    if not known:
        return np.inf
    a, b = (np.array(each, float) for each in zip(*known, strict=True))
    found = linprog(-(unknown == at).all(1).astype(float), A_eq=a, b_eq=b)
    return np.inf if found.status == 3 else -found.fun


def enough(line, blank):
    """Whether the total of a line and what is shown of it leave K people or more, or nobody."""
    return line[blank].sum() >= K or blank[line > 0].all() or not blank.any()


@given(arrays(int, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=COUNTS))
def test_no_blank_cell_of_a_table_can_be_told_to_hold_few(n):
    """Nor then several together, for each holds as many at most; but where totals and empty cells tell it anyway."""
    blank = hidden(n, K)
    assert (blank >= ((n > 0) & (n < K))).all()
    assert not blank[n == 0].any()
    for line, lost in [*zip(n, blank, strict=True), *zip(n.T, blank.T, strict=True)]:
        assert enough(line, lost)
    for at in np.argwhere((n > 0) & (n < K)):
        assert most(n, blank, at) >= min(K, most(n, n > 0, at)) - 1e-6


@given(arrays(int, st.integers(1, 12), elements=COUNTS))
def test_blank_cells_of_a_line_hold_enough_together(n):
    blank = hidden(n, K)
    assert (blank >= ((n > 0) & (n < K))).all()
    assert not blank[n == 0].any()
    assert enough(n, blank)
    beyond = n[blank & (n >= K)]  # no more than it takes
    assert not beyond.size or n[blank].sum() - beyond.max() < K


def test_two_small_cells_hide_a_third_where_they_are_few_together():
    assert hidden(np.array([3, 4, 40, 30]), K).tolist() == [True, True, False, True]
    assert hidden(np.array([3, 7, 40, 30]), K).tolist() == [True, True, False, False]


def test_what_hides_a_small_cell_is_hidden_itself():
    """Were there a column whose only blank cell it is, its total would tell it, and with the row's the small one."""
    n = np.array([[3, 40, 30], [50, 65, 70], [0, 80, 90]])
    assert hidden(n, K).tolist() == [[True, False, True], [True, False, True], [False, False, False]]
    assert not hidden(n, 0).any()


@pytest.mark.parametrize("n", [[], [0, 0], [12, 0, 30]])
def test_nothing_small_hides_nothing(n):
    assert not hidden(np.array(n, int), K).any()
    assert not hidden(np.array([n, n], int), K).any()


def test_rows_of_the_same_people_are_hidden_as_one():
    """The four take the twelve with them where both are told; in the other column these would have been told."""
    assert hidden_rows(np.array([[40, 40], [4, 0], [12, 12], [30, 30]]), K).tolist() == [False, True, True, False]
