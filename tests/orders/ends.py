"""Do the limits of a difference of shares hold near 0 and 1, and with few joiners? Shares are alike, the truth is 0.

    make calibrate        5,000 runs a cell: coverage and mean width; prints a table
    tests/orders          a few cells

A cell has n joiners and four times as many others, in strata of which they have different parts and whose base rates
differ (odds half and double).
"""

# ruff: noqa: T201

from __future__ import annotations

import sys

import numpy as np
from scipy import stats

from siyu.orders.groups.intervals import hybrid

JOINERS = (30, 100, 500, 5_000)
RATES = (0.02, 0.10, 0.50, 0.98)
RUNS = 5_000
LEAST = 0.93  # coverage below which a cell is a fault, beyond chance at level 0.001
_PARTS = np.array([[0.5, 0.2], [0.3, 0.3], [0.2, 0.5]])  # of others and joiners, by stratum
_ODDS = np.array([[0.5], [1.0], [2.0]])


def cell(n: int, rate: float, runs: int) -> tuple[int, float]:
    """(intervals that hold the truth, mean width); the seed is [n, rate in percent]."""
    random = np.random.default_rng([n, round(100 * rate)])
    odds = rate / (1 - rate) * _ODDS
    size = np.round(_PARTS * [4 * n, n]).astype(int)
    drawn = random.binomial(size, odds / (1 + odds), (runs, *size.shape))
    ends = np.array([(one.low, one.high) for one in (hybrid(np.stack([top, size], -1)).difference for top in drawn)])
    return int(((ends[:, 0] <= 0) & (ends[:, 1] >= 0)).sum()), float((ends[:, 1] - ends[:, 0]).mean())


def faulty(covered: int, runs: int) -> bool:
    return bool(stats.binomtest(covered, runs, LEAST, alternative="less").pvalue < 0.001)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print("| joiners | " + " | ".join(f"base rate {rate:.0%}" for rate in RATES) + " |\n|---|" + "---|" * len(RATES))
    faults = 0
    for n in JOINERS:
        row = [cell(n, rate, runs) for rate in RATES]
        faults += sum(faulty(covered, runs) for covered, _ in row)
        print(f"| {n:,} | " + " | ".join(f"{covered / runs:.1%}, {100 * width:.1f}" for covered, width in row) + " |")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
