"""Do intervals of what customers are worth hold the truth in 95 of 100 worlds? Seeds 0 to 999; `make calibrate`.

Exact binomial tests against 95%, Holm over all targets of the package (those of `tests/orders/calibration.py` with
them), level 0.001; z is the distance to the truth in standard errors. What is covered: parameters, what the models
expect of buyers and of a new one, net sales as observed. The last row is held to nothing: a world that differs from the
model as every shop does, its purchases counted by days. From worlds that differ more, the gate keeps: `test_gate.py`.
"""

import importlib.util
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from siyu.estimates.sampling import GROUPS
from siyu.value import forecast
from siyu.value.bg_nbd import BG, MBG
from siyu.value.fitting import of_rows
from siyu.value.pareto_nbd import PARETO
from siyu.value.patrons import mean_paid
from siyu.value.spend import GAMMA_GAMMA, Spending

BUYERS, COHORT, DAYS, SEEDS, LEVEL, ELSEWHERE = 2_000, 80, 540, 1_000, 0.001, 9
TRUTHS = {BG: (0.6, 45.0, 0.8, 2.5), MBG: (0.6, 45.0, 0.8, 2.5), PARETO: (0.6, 45.0, 0.6, 80.0)}
MONEY = (6.0, 4.0, 5_000.0)  # p, q, gamma in fen
DIFFERS = "counted by days: of a new buyer in a year"
EACH = MONEY[0] * MONEY[2] / (MONEY[1] - 1) / 100  # yuan of a purchase
CROWD = 300_000  # buyers that the truth of a world without a formula is counted from


def world(shops, random, model, until):
    """(x, t_x, T) of each buyer."""
    if model is PARETO:
        return shops.lifetimes(random, until, *TRUTHS[model])
    return shops.repeats(random, until, *TRUTHS[model], model.chances)


def purchased(shops, random, model, buyers):
    """The targets of a model of purchases: name -> (estimate, truth)."""
    truth, held = TRUTHS[model], of_rows(*world(shops, random, model, random.integers(100, DAYS, buyers) * 1.0))
    fitted = model.fit(held)
    rows = pd.DataFrame({"frequency": held.x, "recency": held.t_x, "T": held.T, "buyers": held.w})
    found = {name: (fitted.parameter(name), value) for name, value in zip(model.names, truth, strict=True)}
    found["of a new buyer in a year"] = forecast.repeats(fitted, 0.0), forecast.discounted(fitted, truth, 0.0, 365)
    means = forecast.outlook(fitted, rows)
    found["of these buyers in a year"] = (
        means["expected_purchases_365d"],
        held.w @ model.expected(truth, 365, held) / buyers,
    )
    found["still customers"] = means["p_alive"], held.w @ model.alive(truth, held) / buyers
    return {f"{model.key}: {name}": pair for name, pair in found.items()}


def paid(random, x):
    """(fen of the first purchase, of all repeats) of buyers with so many."""
    p, q, gamma = MONEY
    rate = random.gamma(q, 1 / gamma, len(x))
    return random.gamma(p, 1, len(x)) / rate, random.gamma(p * np.maximum(x, 1)) / rate * (x > 0)


def observed(random, fen, groups):
    """Net yuan a buyer as `observed.values` has it."""
    sums = np.zeros((groups, 2), np.int64)
    np.add.at(sums, np.arange(len(fen)) % groups, np.column_stack([np.ones(len(fen), np.int64), fen.astype(np.int64)]))
    return mean_paid(sums)


def earned(shops, random, buyers):
    """The targets in money, of BG/NBD buyers."""
    truth = TRUTHS[BG]
    x, t_x, until = world(shops, random, BG, random.integers(100, DAYS, buyers) * 1.0)
    fitted, (first, again) = BG.fit(of_rows(x, t_x, until)), paid(random, x)
    back = x > 0
    money = GAMMA_GAMMA.fit(Spending(x[back], again[back] / x[back], np.ones(back.sum())))
    found = {
        f"gamma_gamma: {name}": (money.parameter(name), value)
        for name, value in zip(money.model.names, MONEY, strict=True)
    }
    each, repeats = forecast.spend(money), forecast.repeats(fitted, 0.0)
    found["spend of a purchase"] = each, EACH
    new = forecast.new_buyer(observed(random, first, GROUPS), repeats, each)
    found["net sales of a new buyer in a year"] = new, EACH * (1 + forecast.discounted(fitted, truth, 0.0, 365))
    for n, groups, name in ((buyers, GROUPS, "all"), (COHORT, COHORT, "a cohort")):
        x, _, _ = world(shops, random, BG, np.full(n, 180.0))
        half = forecast.discounted(fitted, truth, 0.0, 180)
        found[f"net sales observed in half a year, {name}"] = (
            observed(random, sum(paid(random, x)), groups),
            EACH * (1 + half),
        )
    return found


@cache
def year_of_days(shops):
    """Days with a repeat purchase within a year of a buyer of `shops.lives`."""
    days, random = 1_000, np.random.default_rng([15, 101])
    rows = shops.lives(random, CROWD, days, *TRUTHS[BG])
    after = rows["day"] - rows.groupby("buyer")["day"].transform("min")
    return float(after.between(1, 365).sum()) / CROWD


def by_days(shops, random, buyers):
    """BG/NBD of a shop that counts days."""
    days = shops.lives(random, buyers, DAYS, *TRUTHS[BG]).groupby("buyer")["day"].agg(["size", "min", "max"])
    fitted = BG.fit(of_rows(days["size"] - 1, days["max"] - days["min"], DAYS - 1 - days["min"]))
    return {DIFFERS: (forecast.repeats(fitted, 0.0), year_of_days(shops))}


def targets(shops, seed, buyers=BUYERS):
    """name -> (z, whether the interval holds the truth)."""
    random, found = np.random.default_rng([15, 100, seed]), {}
    for model in TRUTHS:
        found |= purchased(shops, random, model, buyers)
    found |= earned(shops, random, buyers) | by_days(shops, random, buyers)
    return {
        name: ((one.value - truth) / one.error, one.low <= truth <= one.high) for name, (one, truth) in found.items()
    }


def tried(shops, seeds, buyers=BUYERS):
    """A row per target: covered, z and its spread."""
    rows = pd.DataFrame([targets(shops, seed, buyers) for seed in seeds])
    z, held = (rows.map(lambda pair, at=at: float(pair[at])) for at in (0, 1))
    return pd.DataFrame({"held": held.sum().astype(int), "z": z.mean(), "spread": z.std()})


def adjusted(held, n):
    """p of 95% for each target (name -> seeds that hold the truth), Holm over the package."""
    p, found, largest = {name: binomtest(int(one), n, 0.95).pvalue for name, one in held.items()}, {}, 0.0
    for rank, name in enumerate(sorted(p, key=p.get)):
        largest = max(largest, min(1.0, p[name] * (len(p) + ELSEWHERE - rank)))
        found[name] = largest
    return found


def main():
    spec = importlib.util.spec_from_file_location("shops", Path(__file__).parent / "shops.py")
    shops = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shops)
    found = tried(shops, range(SEEDS))
    p = adjusted(found["held"].drop(DIFFERS), SEEDS)
    print("| target | covered | mean z | sd z | p (Holm) |\n|---|---|---|---|---|")  # noqa: T201
    for name, held, z, spread in found.itertuples():
        said = f"{p[name]:.3f}" if name in p else "not held to it"
        print(f"| {name} | {held / SEEDS:.1%} | {z:+.3f} | {spread:.3f} | {said} |")  # noqa: T201
    return int(any(one < LEVEL for one in p.values()))


if __name__ == "__main__":
    sys.exit(main())
