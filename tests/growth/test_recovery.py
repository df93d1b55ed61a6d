"""Intervals cover the truth of worlds with a wheel and a ladder; a sample of `recovery.py`."""

import re
from pathlib import Path

import pytest
from beside import module_at

PRINTED = Path(__file__).parents[2] / "benchmarks" / "printed" / "growth.txt"


@pytest.fixture(scope="module")
def recovery():
    return module_at(Path(__file__).with_name("recovery.py"), "growth_recovery")


def test_a_sample_of_seeds_covers_the_truth(recovery):
    hits = recovery.counted(recovery.wheel("switched", seed) for seed in range(60))
    hits |= recovery.counted(recovery.climbs(seed, 500, 30) for seed in range(3))
    assert recovery.rejected(hits) == []
    assert sum(held for held, _ in hits.values()) / sum(n for _, n in hits.values()) > 0.9


def test_intervals_that_are_too_narrow_are_found(recovery):
    assert recovery.rejected({"narrow": (850, 1_000), "fine": (951, 1_000)}) == ["narrow"]
    assert recovery.rejected({"wide": (999, 1_000), "fine": (940, 1_000)}) == ["wide"]


def test_what_was_printed_is_adjusted_for_all_targets_of_the_package(recovery):
    rows = re.findall(r"(?m)^(\S.*?) +([\d.]+)% of (1000), p ([\d.]+)$", PRINTED.read_text(encoding="utf-8"))
    p = recovery.adjusted({name: (round(float(share) * 10), int(n)) for name, share, n, _ in rows})
    assert {name: f"{one:.3f}" for name, one in p.items()} == {name: said for name, *_, said in rows}
    assert len(rows) == 39
