"""The level of a client goes up where its months do, and seldom by chance."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from siyu.playbook.standing import indices


def raised(months, growth, seed):
    """Whether the level goes up of a made-up record that grows by so much a month."""
    random = np.random.default_rng([4, seed])
    common = np.exp(growth * np.arange(months) + random.normal(0, 0.1, months))
    firsts, repeats = random.poisson(200 * common), random.poisson(80 * common)
    rows = pd.DataFrame({"firsts": firsts, "repeats": repeats, "net_fen": (firsts + repeats) * 10_000})
    frames = SimpleNamespace(sources=("assumption:months",))
    return indices(SimpleNamespace(known=SimpleNamespace(orders=True, months=rows, frames=frames))).up


@pytest.mark.parametrize("months", [9, 24])
def test_a_shop_that_stays_as_it_is_seldom_goes_up(months):
    """One of twenty by chance; while the middle of the own history was all it took, it was one of five."""
    assert sum(raised(months, 0.0, seed) for seed in range(200)) <= 19


def test_a_shop_that_grows_goes_up():
    assert sum(raised(24, 0.05, seed) for seed in range(20)) >= 19
