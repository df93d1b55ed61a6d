"""A retailer whose buyers nearly all come back, read when its record ends and two months later.

    make calibrate        400 worlds: how often the difference and the placebo of joiners hold the truth, which is 0
    tests/orders          40 of them

Joining is by a coin and changes nothing. Read late means what went wrong once: the date of the report was taken for
the end of the record, so that buyers without an order in the two months between count as gone. Seeds are 0 to 399.
"""

# ruff: noqa: T201

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from scipy import stats

from siyu.estimates.sampling import estimated
from siyu.orders.groups.intervals import difference, hybrid
from siyu.orders.groups.joins import comparisons
from siyu.orders.groups.uplift import GAP, WINDOW
from siyu.simulator.kinds import World

_spec = importlib.util.spec_from_file_location("calibration", Path(__file__).parent / "calibration.py")
assert _spec is not None
assert _spec.loader is not None
calibration = sys.modules.get("calibration") or importlib.util.module_from_spec(_spec)
if "calibration" not in sys.modules:
    sys.modules["calibration"] = calibration
    _spec.loader.exec_module(calibration)

WORLD = World("coin", buyers=600, gap_days=10.0, spread=3.0, life_days=5_000.0, join_chance=0.01)
LATE = 60  # days from the end of the record to the report
RUNS, BATCH = 400, 20
LEAST = 0.93  # coverage below which a cell is a fault, beyond chance at level 0.001


@dataclass(frozen=True)
class Read:
    """Runs whose interval holds the truth: difference, placebo, and both by the jackknife; mean base rate, joiners."""

    runs: int
    difference: int
    placebo: int
    jackknifed: tuple[int, int]
    base: float
    joiners: float

    @property
    def faulty(self) -> bool:
        """Whether an interval holds the truth less often than it says."""
        held = min(self.difference, self.placebo)
        return bool(stats.binomtest(held, self.runs, LEAST, alternative="less").pvalue < 0.001)


def worlds(days_late: int, runs: int) -> Iterator[np.ndarray]:
    """Counts of `comparisons` of each world: (groups, strata, 2, 4)."""
    for first in range(0, runs, BATCH):
        seeds = range(first, min(first + BATCH, runs))
        frames = calibration.stacked(WORLD, seeds, WORLD.as_of + timedelta(days=days_late))
        yield from calibration.split(comparisons(frames, WINDOW, GAP)[1], len(seeds))


def read(days_late: int, runs: int) -> Read:
    """Both intervals in these worlds."""
    held, base, joiners = np.zeros(4, int), [], []
    for counts in worlds(days_late, runs):
        parts = counts[..., :2], counts[..., 2:]
        ends = [hybrid(part.sum(0)).difference for part in parts] + [estimated(part, difference) for part in parts]
        held += [one.low <= 0 <= one.high for one in ends]
        again, n = parts[0].sum((0, 1)).T
        base.append(again[0] / n[0])
        joiners.append(n[1])
    return Read(
        runs, int(held[0]), int(held[1]), (int(held[2]), int(held[3])), float(np.mean(base)), float(np.mean(joiners))
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(
        "| record of a retailer | base rate | joiners | difference holds 0 | placebo holds 0 | the same by the jackknife |"
        "\n|---|---|---|---|---|---|"
    )
    found = {"read when it ends": read(0, runs), "date taken for its end, two months late": read(LATE, runs)}
    for name, one in found.items():
        cells = [f"{held / runs:.1%}" for held in (one.difference, one.placebo)]
        cells.append(", ".join(f"{held / runs:.1%}" for held in one.jackknifed))
        print(f"| {name} | {one.base:.1%} | {one.joiners:.0f} | {' | '.join(cells)} |")
    sys.exit(found["read when it ends"].faulty)


if __name__ == "__main__":
    main()
