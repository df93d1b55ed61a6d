"""Do intervals of the wheel, the ladder and the funnel cover the truth in 95 of 100 worlds, how often do worlds without a
wheel look like one, and how often is a step named for sure that is not the tightest? Seeds from 0 on; `make calibrate`.

Exact binomial tests against 95%, Holm over all targets of the package (those of `tests/value`, `orders`, `reach` with
them), level 0.001; of worlds without a wheel, against at most 5%; of steps named with a chance of 90% or more, against at
most 10% wrong. Covered is what switched weeks, and the moves of people, tell; a watched slope has no truth but in its own
world. The truth of the funnel is counted from a crowd.
"""

import sys
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from siyu.evidence.assumptions import load_assumptions
from siyu.growth.events import event_log
from siyu.growth.flywheel import Flywheel
from siyu.growth.funnel import COSTS, first_times, of_times
from siyu.growth.ladder import LEFT, RANKS, Ladder
from siyu.growth.people import WeeklyPeople
from siyu.models import chain
from siyu.models.ranges import Range
from siyu.paths import data_dir
from siyu.simulator.audiences.climbs import STEPS, LadderWorld, did, walked
from siyu.simulator.audiences.flywheels import WheelWorld, turned
from siyu.verdict import SURE

SEEDS, LEVEL, MOST, ELSEWHERE = 1_000, 0.001, 0.05, 62
WEEKS, CROWD = 104, 100_000  # people of a world, 400 a seed
NULLS = ("trend", "season", "sticky", "following")
MONDAY = pd.Timestamp("2024-12-30")
AS_OF = date(2026, 1, 1)
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
    """The same of moves between levels and of what a level is worth. Levels are those that the world walked: that events
    tell them is another test's."""
    audience = LadderWorld(size, weeks)
    levels, random = walked(audience, seed), np.random.default_rng([seed, 31])
    who, week = np.nonzero((levels >= 0) & (levels < LEFT))
    pays = random.random(len(who)) < audience.pay[levels[who, week]]
    fen = random.gamma(4, audience.fen / 4, pays.sum()).astype(np.int64)
    spent = np.column_stack([who[pays], week[pays], fen])
    own = Ladder(WeeklyPeople(np.arange(size), MONDAY.date(), {}, np.zeros(levels.shape, bool), spent), 1)
    vars(own)["states"] = levels
    truth = np.column_stack([audience.chances, 1 - audience.chances.sum(1)])
    names = (*RANKS, "left")
    held = {}
    for (before, after), one in own.chances().items():
        at, to = names.index(before), names.index(after)
        held[f"ladder: {before} to {after}"] = one.low <= truth[at, to] <= one.high
    worth = chain.worth(audience.chances, audience.spent, (1 + INTEREST) ** (7 / 365.25) - 1)
    for level, one, value in zip(RANKS, own.worth(INTEREST)[0], worth, strict=True):
        held[f"ladder: worth of {level}"] = one.low <= value <= one.high
    return held


@cache
def costs():
    """What a step costs, as assumed, without its range: the step is to be found, not its cost."""
    bound = load_assumptions(data_dir() / "assumptions.csv").bind(COSTS)
    return {name: Range(one.mode, one.mode, one.mode, "fixed", None, np.inf) for name, one in bound.items()}


@cache
def times(weak, people=CROWD):
    """First times of the people of a world with a weak step."""
    events = did(LadderWorld(people, 30, weak=weak), 7, int(MONDAY.timestamp()))
    table = pd.DataFrame({
        "buyer_id": events["person"], "at": pd.to_datetime(events["at"], unit="s").astype("datetime64[s]"),
        "event": pd.Categorical(events["event"]), "channel": pd.Categorical(events["channel"]),
        "paid_fen": events["paid_fen"],
    })  # fmt: skip
    return first_times(event_log(table, AS_OF))


@cache
def crowd(weak, people=CROWD):
    """What is true of such a world: rates by step, K, and the step to move first."""
    found = of_times(times(weak, people))
    chances = found.tightest(costs())
    rates = {step: one.value for step, one in found.rates.items()}
    return {**rates, "k": found.k.value}, max(chances, key=chances.__getitem__)


def steps(seed, size=400, people=CROWD):
    """(target -> whether its interval holds the truth, whether a step is named for sure, whether that is wrong) of the
    next `size` people of a world."""
    weak = ("", *STEPS)[seed % 4]
    truth, tightest = crowd(weak, people)
    own = times(weak, people)
    first = seed // 4 * size
    found = of_times(own[own["who"].between(first, first + size - 1)])
    held = {
        f"funnel: {step}": one.low <= truth[step] <= one.high for step, one in {**found.rates, "k": found.k}.items()
    }
    chances = found.tightest(costs())
    best = max(chances, key=chances.__getitem__)
    return held, chances[best] >= SURE, chances[best] >= SURE and best != tightest


def passed(kind, seed, weeks):
    """Whether a world without a wheel is called consistent with one."""
    return Flywheel(turned(WheelWorld(kind, weeks=weeks), seed).drop(columns="on")).verdict == "consistent_with"


def adjusted(hits):
    """p of 95% for each target (name -> (held, seeds)), Holm over the package."""
    p, found, largest = {name: binomtest(held, n, 0.95).pvalue for name, (held, n) in hits.items()}, {}, 0.0
    for rank, name in enumerate(sorted(p, key=p.get)):
        largest = max(largest, min(1.0, p[name] * (len(p) + ELSEWHERE - rank)))
        found[name] = largest
    return found


def rejected(hits):
    """Targets whose coverage differs from 95%."""
    return [name for name, p in adjusted(hits).items() if p < LEVEL]


def counted(rows):
    """target -> (seeds whose interval holds the truth, seeds)."""
    held = {}
    for row in rows:
        for name, hit in row.items():
            n = held.get(name, (0, 0))
            held[name] = (n[0] + hit, n[1] + 1)
    return held


def main(seeds=SEEDS):
    faults = []
    for kind in NULLS:
        for weeks in (56, WEEKS):
            false = sum(passed(kind, seed, weeks) for seed in range(seeds))
            said = f"{kind}, {weeks} weeks: consistent with a wheel"
            print(f"{said} in {false / seeds:.1%} of {seeds}", flush=True)  # noqa: T201
            if binomtest(false, seeds, MOST, alternative="greater").pvalue < LEVEL:
                faults.append(f"{kind}, {weeks} weeks")
    found = [steps(seed) for seed in range(seeds)]
    hits = counted(held for held, _, _ in found)
    sure, wrong = sum(row[1] for row in found), sum(row[2] for row in found)
    print(f"tightest step: named for sure in {sure} of {seeds}, wrong in {wrong}", flush=True)  # noqa: T201
    if sure and binomtest(wrong, sure, 1 - SURE, alternative="greater").pvalue < LEVEL:
        faults.append("tightest step")
    hits |= counted(climbs(seed) for seed in range(seeds))
    hits |= counted(wheel(kind, seed) for kind in ("switched", "turning") for seed in range(seeds))
    for name, p in adjusted(hits).items():
        held, n = hits[name]
        print(f"{name:36} {held / n:.1%} of {n}, p {p:.3f}")  # noqa: T201
    faults += rejected(hits)
    print("differs:", ", ".join(faults) or "none")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
