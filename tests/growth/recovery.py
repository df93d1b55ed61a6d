"""Do intervals of the wheel and of the ladder cover the truth in 95 of 100 worlds, and how often do worlds without a wheel
look like one? Seeds from 0 on of each world; `make calibrate`.

Exact binomial tests against 95%, Holm over the targets, level 0.001; of the worlds without a wheel, against at most 5%.
Covered is what switched weeks, and the moves of people, tell; a watched slope has no truth but in its own world.
"""

import sys
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from siyu.growth.flywheel import Flywheel
from siyu.growth.ladder import RANKS, Ladder
from siyu.growth.people import people
from siyu.models import chain
from siyu.orders.frames import let_go
from siyu.simulator.audiences.climbs import LadderWorld, did
from siyu.simulator.audiences.flywheels import WheelWorld, turned

SEEDS, PEOPLE_SEEDS, LEVEL, MOST = 1_000, 1_000, 0.001, 0.05
WEEKS = 104
NULLS = ("trend", "season", "sticky", "following")
MONDAY = pd.Timestamp("2024-12-30")
INTEREST = 0.08


def wheel(kind, seed, weeks=WEEKS):
    """target -> whether its interval holds the truth."""
    account = WheelWorld(kind, weeks=weeks)
    rows = turned(account, seed)
    own = Flywheel(rows if kind == "switched" else rows.drop(columns="on"), kind == "switched")
    truth = {"won": account.won, "bought": account.bought, "churn": account.churn}
    found = {f"{kind}: {name}": own.rates[name].estimate for name in truth}
    found |= {f"{kind}: k": own.k.estimate, f"{kind}: gain": own.gain.estimate}
    truth = {f"{kind}: {name}": value for name, value in truth.items()}
    truth |= {f"{kind}: k": account.loop, f"{kind}: gain": account.gain}
    return {name: one.low <= truth[name] <= one.high for name, one in found.items()}


def climbs(seed, size=2_000, weeks=40):
    """The same of moves between levels and of what a level is worth."""
    audience = LadderWorld(size, weeks)
    events = did(audience, seed, int(MONDAY.timestamp()))
    table = pd.DataFrame({
        "buyer_id": events["person"], "at": pd.to_datetime(events["at"], unit="s").astype("datetime64[s]"),
        "event": events["event"], "paid_fen": events["paid_fen"],
    })  # fmt: skip
    own = Ladder(people(table, date(2026, 1, 1)), 1)
    truth = np.column_stack([audience.chances, 1 - audience.chances.sum(1)])
    names = (*RANKS, "left")
    held = {}
    for (before, after), one in own.chances().items():
        at, to = names.index(before), names.index(after)
        held[f"ladder: {before} to {after}"] = one.low <= truth[at, to] <= one.high
    worth = chain.worth(audience.chances, audience.spent, (1 + INTEREST) ** (7 / 365.25) - 1)
    for level, one, value in zip(RANKS, own.worth(INTEREST)[0], worth, strict=True):
        held[f"ladder: worth of {level}"] = one.low <= value <= one.high
    if not seed % 50:
        let_go()
    return held


def passed(kind, seed, weeks):
    """Whether a world without a wheel is called consistent with one."""
    return Flywheel(turned(WheelWorld(kind, weeks=weeks), seed).drop(columns="on")).verdict == "consistent_with"


def rejected(hits):
    """Targets (name -> (held, seeds)) whose coverage differs from 95%, Holm over all of them."""
    chances = {name: binomtest(held, n, 0.95).pvalue for name, (held, n) in hits.items()}
    found = []
    for rank, (name, p) in enumerate(sorted(chances.items(), key=lambda item: item[1])):
        if p * (len(chances) - rank) > LEVEL:
            break
        found.append(name)
    return found


def counted(rows):
    """target -> (seeds whose interval holds the truth, seeds)."""
    held = {}
    for row in rows:
        for name, hit in row.items():
            n = held.get(name, (0, 0))
            held[name] = (n[0] + hit, n[1] + 1)
    return held


def main(seeds=SEEDS, people_seeds=PEOPLE_SEEDS):
    hits = counted(wheel(kind, seed) for kind in ("switched", "turning") for seed in range(seeds))
    hits |= counted(climbs(seed) for seed in range(people_seeds))
    for name, (held, n) in hits.items():
        print(f"{name:36} {held / n:.1%} of {n}")  # noqa: T201
    faults = rejected(hits)
    for kind in NULLS:
        for weeks in (56, WEEKS):
            false = sum(passed(kind, seed, weeks) for seed in range(seeds))
            print(f"{kind}, {weeks} weeks: consistent with a wheel in {false / seeds:.1%} of {seeds}")  # noqa: T201
            if binomtest(false, seeds, MOST, alternative="greater").pvalue < LEVEL:
                faults.append(f"{kind}, {weeks} weeks")
    print("differs:", ", ".join(faults) or "none")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
