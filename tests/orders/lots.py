"""Do the intervals of invitations by lot hold? Worlds with an effect, with partial uptake and with a leak.

    make calibrate        1,000 runs a cell: coverage of the difference as invited and of the effect on those who
                          joined because of it, and how often no interval can be had; prints a table
    tests/orders          two cells

Worlds of a cell are lived as one crowd, dealt out at random. Seeds are fixed: [place of the world, first run].
"""

# ruff: noqa: T201

from __future__ import annotations

import math
import sys
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from siyu.orders.experiment.effects import WINDOW, joining
from siyu.orders.groups.intervals import hybrid
from siyu.simulator.kinds import World
from siyu.simulator.purchasing import lived_purchases, lot
from siyu.simulator.worlds import lot_truth

BUYERS, RUNS, CROWD = 2_000, 1_000, 500_000
LEAST = 0.93  # coverage below which a cell is a fault, beyond chance at level 0.001
WORLDS = {
    "no effect, half join": World("experiment", effect=1.0),
    "effect, half join": World("experiment"),
    "effect, all join": World("experiment", uptake=0.99, tilt=0.0),
    "effect, half join, a tenth of the others": World("experiment", leak=0.1),
    "effect, one in twenty joins": World("experiment", uptake=0.05),
    "strong effect, keen ones join": World("experiment", effect=3.0, tilt=2.0),
}


def arms(world: World, seed: list[int], worlds: int) -> npt.NDArray[np.int64]:
    """Counts as `effects.arms` has them, (worlds, 2, 4), of so many worlds with BUYERS each."""
    crowd = replace(world, buyers=BUYERS * worlds)
    random = np.random.default_rng(seed)
    gaps, joins = lived_purchases(crowd, random)
    day, known = world.invited_day, gaps.groupby("buyer")["day"].min() < world.invited_day
    bought = np.zeros(crowd.buyers, bool)
    bought[gaps.loc[gaps["day"].between(day, day + WINDOW - 1), "buyer"]] = True
    joined = np.zeros(crowd.buyers, bool)
    joined[joins["buyer"]] = True
    where = random.permutation(crowd.buyers) % worlds
    held = known.to_numpy()
    found = np.zeros((worlds, 2, 4), np.int64)
    values = np.stack([np.ones(crowd.buyers), bought, joined, bought & joined], -1).astype(np.int64)
    np.add.at(found, (where[held], lot(crowd)[held].astype(int)), values[held])
    return found


def cell(place: int, runs: int) -> tuple[int, int, int]:
    """(intervals as invited that hold the truth, the same of those who joined, runs without the latter)."""
    world = list(WORLDS.values())[place]
    as_invited, effect = lot_truth(world)
    covered = np.zeros(3, int)
    for first in range(0, runs, CROWD // BUYERS):
        for sums in arms(world, [place, first], min(CROWD // BUYERS, runs - first)):
            one, other = hybrid(sums[None, :, [1, 0]]).difference, joining(sums)
            none = math.isnan(other.low)
            covered += [one.low <= as_invited <= one.high, none or other.low <= effect <= other.high, none]
    return int(covered[0]), int(covered[1]), int(covered[2])


def faulty(covered: int, runs: int) -> bool:
    return bool(stats.binomtest(covered, runs, LEAST, alternative="less").pvalue < 0.001)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(
        "| world | as invited: truth, coverage | joined because invited: truth, coverage | no interval |\n|---|---|---|---|"
    )
    faults = 0
    for place, (name, world) in enumerate(WORLDS.items()):
        one, other, none = cell(place, runs)
        faults += faulty(one, runs) + faulty(other, runs)
        first, second = lot_truth(world)
        print(f"| {name} | {first:+.3f}, {one / runs:.1%} | {second:+.3f}, {other / runs:.1%} | {none / runs:.1%} |")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
