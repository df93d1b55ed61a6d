"""Are the intervals what they say? Estimates in worlds whose truth is known, over many seeds.

    make calibrate        2,000 seeds: exact binomial test of the share of intervals that cover the truth, Holm
                          over the targets, level 0.001; prints a table
    tests/orders          200 seeds: mean and standard deviation of z = (estimate - truth) / standard error

Worlds of a batch are stacked into one table: buyer ids are dealt so that the clusters of a world stay together.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats
from tqdm import tqdm

from siyu.estimates.sampling import GROUPS, Estimate, estimated, ratio, wilson
from siyu.estimates.survival import log_hazard_ratio
from siyu.orders.counts import first_gaps, followed
from siyu.orders.frames import Frames, let_go, opened
from siyu.orders.groups.intervals import hybrid
from siyu.orders.groups.joins import comparisons, risk_sets
from siyu.orders.groups.uplift import GAP, WINDOW
from siyu.orders.repurchase import survival
from siyu.simulator import Kind
from siyu.simulator.worlds import World, lived, truth

BUYERS = 5_000
SEEDS, BATCH = 2_000, 25
LEVEL = 0.001
HORIZON = 60  # days of the hazard ratio: enough for its error, and quick

_spec = importlib.util.spec_from_file_location("brand", Path(__file__).parent / "brand.py")
assert _spec is not None
assert _spec.loader is not None
brand = sys.modules.get("brand") or importlib.util.module_from_spec(_spec)
if "brand" not in sys.modules:
    _spec.loader.exec_module(brand)


@dataclass(frozen=True)
class Target:
    """A quantity, the world it is estimated in, its truth there, and its estimates for a stack of worlds."""

    name: str
    kind: Kind
    truth: Callable[[], float]
    estimates: Callable[[Frames, int], Iterator[Estimate]]


@dataclass(frozen=True)
class Result:
    """covered: intervals that hold the truth, of `seeds`. z: mean and sd. p: exact binomial, against 95%."""

    name: str
    kind: str
    seeds: int
    covered: int
    mean: float
    sd: float

    @property
    def p(self) -> float:
        return float(stats.binomtest(self.covered, self.seeds, 0.95).pvalue)


def stacked(world: World, seeds: range, as_of: date | None = None) -> Frames:
    """The worlds of these seeds as one, clusters 100 i to 100 i + 99 being those of the i-th."""
    let_go()  # else the worlds of all batches stay in memory
    rows = defaultdict(list)
    for place, seed in enumerate(seeds):
        held = brand.tables(lived(world, seed))
        for name in ("orders", "purchases", "members"):
            rows[name].append(dealt(held[name], place, len(seeds)))
    tables = {name: pa.concat_tables(parts) for name, parts in rows.items()}
    frames = opened(as_of or world.as_of, **tables)
    vars(frames)["groups"] = GROUPS * len(seeds)
    return frames


def dealt(table: pa.Table, place: int, worlds: int) -> pa.Table:
    buyer = table["buyer_id"].to_numpy()
    own = buyer // GROUPS * (GROUPS * worlds) + place * GROUPS + buyer % GROUPS
    dealt_out = table.set_column(table.column_names.index("buyer_id"), "buyer_id", pa.array(own))
    return dealt_out.append_column("cluster", pa.array(own % (GROUPS * worlds)))


def split(counts: np.ndarray, worlds: int) -> np.ndarray:
    return counts.reshape(worlds, GROUPS, *counts.shape[1:])


def differences(frames: Frames, worlds: int) -> Iterator[Estimate]:
    for own in split(comparisons(frames, WINDOW, GAP)[1], worlds):
        yield hybrid(own[..., :2].sum(0)).difference


def placebos(frames: Frames, worlds: int) -> Iterator[Estimate]:
    for own in split(comparisons(frames, WINDOW, GAP)[1], worlds):
        yield hybrid(own[..., 2:].sum(0)).difference


def hazards(frames: Frames, worlds: int) -> Iterator[Estimate]:
    events, risk = (split(counts, worlds) for counts in risk_sets(frames, HORIZON))
    for bought, at_risk in zip(events, risk, strict=True):
        own = np.stack([bought, at_risk], -1)
        yield estimated(own, lambda sums: log_hazard_ratio(sums[..., 0], sums[..., 1]))


def within_window(frames: Frames, worlds: int) -> Iterator[Estimate]:
    for own in split(followed(frames, [WINDOW])[1], worlds):
        seen, again = own.sum((0, 1))[1:]
        yield wilson(int(again), int(seen))


def within_window_by_groups(frames: Frames, worlds: int) -> Iterator[Estimate]:
    for own in split(followed(frames, [WINDOW])[1], worlds):
        yield ratio(own.sum(1)[:, [2, 1]])


def kaplan_meier(frames: Frames, worlds: int) -> Iterator[Estimate]:
    for own in split(first_gaps(frames, WINDOW), worlds):
        yield survival(own, WINDOW)


def next_purchase() -> float:
    """Chance of a second purchase day within the window where joining does nothing, in closed form.

    Gaps are exponential in a gamma rate, rounded up to days; the lifetime is exponential.
    """
    world = World("coin")
    day = np.arange(WINDOW + 1)
    still_waiting = (1 + day / (world.spread * world.gap_days)) ** -world.spread
    return float((-np.diff(still_waiting) * np.exp(-day[1:] / world.life_days)).sum())


TARGETS = (
    Target("difference U(90, 7)", "null", lambda: 0.0, differences),
    Target("difference U(90, 7)", "coin", lambda: 0.0, differences),
    Target("difference U(90, 7)", "planted", lambda: truth(World("planted"), WINDOW, GAP), differences),
    Target("placebo", "coin", lambda: 0.0, placebos),
    Target("placebo", "planted", lambda: 0.0, placebos),
    Target("log hazard ratio", "coin", lambda: 0.0, hazards),
    Target("repurchase in 90 days, Wilson", "coin", next_purchase, within_window),
    Target("repurchase in 90 days, jackknife", "coin", next_purchase, within_window_by_groups),
    Target("Kaplan-Meier, 90 days", "coin", next_purchase, kaplan_meier),
)


def results(seeds: int, targets: tuple[Target, ...] = TARGETS) -> list[Result]:
    """Each target over seeds 0 to seeds - 1."""
    found: dict[Target, list[tuple[float, bool]]] = defaultdict(list)
    for kind in dict.fromkeys(target.kind for target in targets):
        own = {target: target.truth() for target in targets if target.kind == kind}
        for first in tqdm(range(0, seeds, BATCH), f"{kind}, {BATCH} seeds at a time", disable=None):
            batch = range(first, min(first + BATCH, seeds))
            frames = stacked(World(kind, buyers=BUYERS), batch)
            for target, value in own.items():
                for one in target.estimates(frames, len(batch)):
                    found[target].append(((one.value - value) / one.error, one.low <= value <= one.high))
    made = []
    for target in targets:
        z = pd.DataFrame(found[target], columns=["z", "covered"])
        mean, sd = float(z["z"].mean()), float(z["z"].std())
        made.append(Result(target.name, target.kind, len(z), int(z["covered"].sum()), mean, sd))
    return made


def holm(found: list[Result]) -> list[float]:
    """Adjusted p values: the smallest times their number, the next times one less, never falling."""
    order = np.argsort([one.p for one in found])
    adjusted, largest = [0.0] * len(found), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, found[at].p * (len(found) - rank)))
        adjusted[at] = largest
    return adjusted


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    found = results(seeds)
    print("| target | world | seeds | covered | mean z | sd z | p (Holm) |\n|---|---|---|---|---|---|---|")  # noqa: T201
    faults = 0
    for one, p in zip(found, holm(found), strict=True):
        faults += p < LEVEL
        share = one.covered / one.seeds
        row = f"| {one.name} | {one.kind} | {one.seeds} | {share:.1%} | {one.mean:+.3f} | {one.sd:.3f} | {p:.3f} |"
        print(row)  # noqa: T201
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
