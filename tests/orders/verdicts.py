"""How often a comparison of joiners claims a difference that selection does not make, in worlds whose truth is known.

    make calibrate        400 runs a cell: percent of runs with the verdict `beyond_selection_seen` at each size, beside
                          what was measured when the rule was made (by another program); prints a table
    tests/orders          a few cells of it, held to binomial bounds

Worlds of a cell are lived as one crowd, dealt out at random: buyers are independent of each other. Seeds are fixed:
[place of the world in WORLDS, size, first run of the batch].
"""

# ruff: noqa: T201

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from siyu.orders.groups.intervals import hybrid
from siyu.orders.groups.pace import judged
from siyu.orders.groups.uplift import GAP, WINDOW, beyond
from siyu.simulator import Kind
from siyu.simulator.kinds import World, seventy
from siyu.simulator.purchasing import lived_purchases

_spec = importlib.util.spec_from_file_location("plain", Path(__file__).parent / "plain.py")
assert _spec is not None
assert _spec.loader is not None
plain = sys.modules.get("plain") or importlib.util.module_from_spec(_spec)
if "plain" not in sys.modules:
    sys.modules["plain"] = plain
    _spec.loader.exec_module(plain)

SIZES = (500, 1_126, 2_000, 5_000)
RUNS = 400
CROWD = 500_000  # buyers lived at a time
MOST, POOLED = 0.08, 0.05  # claims in a world without effect: in any cell, in all steady worlds together


@dataclass(frozen=True)
class Row:
    """A world and percent of claims as first measured at each of SIZES, None where that was not printed."""

    name: str
    world: World
    before: tuple[int, int, int, int] | None = None


def world(kind: Kind, **parameters: float) -> World:
    return seventy(kind, **parameters)


# nobody's joining changes anything, and habits are steady
STEADY = (
    Row("coin", world("coin"), (0, 0, 0, 0)),
    Row("selection, tilt 0.5", world("selection", tilt=0.5), (1, 1, 1, 2)),
    Row("selection, tilt 1", world("selection"), (2, 2, 3, 2)),
    Row("selection, tilt 2", world("selection", tilt=2.0), (0, 1, 0, 1)),
    Row("tilt 1, gaps of 40 days", world("selection", gap_days=40.0, life_days=160.0)),
    Row("tilt 1, gaps of 20 days", world("selection", gap_days=20.0, life_days=160.0)),
    Row("tilt 2, gaps of 40 days", world("selection", tilt=2.0, gap_days=40.0, life_days=160.0)),
    Row("tilt 2, spread 0.4", world("selection", tilt=2.0, spread=0.4)),
    Row("tilt 1, spread 2", world("selection", spread=2.0)),
    Row("late joiners", world("late")),
    Row("season", world("season")),
    Row("delayed joins", world("delayed")),
    Row("delayed joins, tilt 2", world("delayed", tilt=2.0)),
)
CALENDAR = Row("joining by the calendar", world("calendar"), (0, 0, 0, 0))
PLANTED = (
    Row("+3 points (rate × 1.18)", world("planted", effect=1.18), (0, 1, 5, 18)),
    Row("+6 points (× 1.38)", world("planted", effect=1.38), (2, 18, 39, 86)),
    Row("+12 points (× 1.95)", world("planted", effect=1.95), (32, 87, 98, 100)),
    Row("+6 points and tilt 1", world("planted_selection", effect=1.38), (12, 25, 53, 83)),
)
# nobody's joining changes anything, and the rule is known to err
ERRING = (
    Row("intent moves with joining", world("moving"), (5, 13, 24, 54)),
    Row(
        "recruiting before an extreme sale",
        World("promotion", recruiting=20.0, sale_factor=5.0, join_chance=0.04, gap_days=120.0),
        (8, 5, 12, 18),
    ),
    Row("recruiting before a sale", world("promotion")),
    Row("mild winning back, tilt 1", world("win_back", win_back=0.5), (6, 15, 5, 0)),
    Row("winning back, tilt 1", world("win_back")),
)
WORLDS = (*STEADY, CALENDAR, *PLANTED, *ERRING)


def claimed(row: Row, buyers: int, runs: int) -> int:
    """Runs that claim, of `runs`."""
    found = 0
    batch = max(CROWD // buyers, 1)
    for first in range(0, runs, batch):
        worlds = min(batch, runs - first)
        random = np.random.default_rng([WORLDS.index(row), buyers, first])
        found += sum(verdicts(crowd(replace(row.world, buyers=buyers), worlds, random)))
    return found


def crowd(world: World, worlds: int, random: np.random.Generator) -> plain.Crowd:
    """So many worlds as one: buyer_id mod `worlds` is the world, by first purchase within it."""
    n = world.buyers
    gaps, joins = lived_purchases(replace(world, buyers=n * worlds), random)
    place = random.permutation(np.repeat(np.arange(worlds), n))
    identity = np.empty(place.size, np.int64)
    identity[np.argsort(place, kind="stable")] = np.add.outer(np.arange(worlds), worlds * np.arange(n)).ravel()
    return plain.crowd(world, worlds, gaps, joins, identity)


def verdicts(held: plain.Crowd) -> Iterator[bool]:
    """Whether each world of a crowd claims."""
    cells, sums = plain.paces(held, GAP)
    for total, own in zip(plain.comparisons(held, WINDOW, GAP), sums, strict=True):
        pace = judged(cells, own)
        yield beyond(hybrid(total).difference, pace.by_number, pace.by_quarter, pace.before)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print("| world | " + " | ".join(f"{n:,}" for n in SIZES) + " | as first measured |\n|---|" + "---|" * 5)
    shares = {}
    for row in tqdm(WORLDS, disable=None):
        shares[row] = np.array([claimed(row, n, runs) / runs for n in SIZES])
        before = " / ".join(map(str, row.before)) if row.before else ""
        print(f"| {row.name} | " + " | ".join(f"{x:.0%}" for x in shares[row]) + f" | {before} |", flush=True)
    steady = np.array([shares[row] for row in STEADY])
    pooled = steady.mean(0)
    print("| steady worlds pooled | " + " | ".join(f"{x:.1%}" for x in pooled) + " | 0.7 / 1.3 / 1.5 / 1.6 |")
    sys.exit(bool(steady.max() > MOST or pooled.max() > POOLED))


if __name__ == "__main__":
    main()
