"""What a shop shows whose classes are too small to be shown."""

import numpy as np
import pytest

from siyu.figure import Absent
from siyu.value import exhibits
from siyu.value.worth import Worth


@pytest.fixture(scope="module")
def small(shops):
    """A shop of twenty buyers."""
    return shops.frames(shops.lives(np.random.default_rng(3), 20, 400), 400)


def test_classes_too_small_to_show_leave_no_moves(small):
    marks, left = exhibits.moves(Worth(small, 10, "CNY"))
    assert marks.empty
    assert left == Absent(("rfm_share",))


def test_moves_of_a_class_add_up(small):
    marks, _ = exhibits.moves(Worth(small, 0, "CNY"))
    assert marks.groupby("label")["value"].sum().tolist() == pytest.approx([1.0] * marks["label"].nunique())
