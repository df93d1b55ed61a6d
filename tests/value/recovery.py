"""Do the intervals of the models cover the truth in 95 of 100 worlds? Seeds 0 to 999 of each world; `make calibrate`.

Exact binomial tests against 95%, Holm over the targets, level 0.001. What is covered is what the models estimate: their
parameters, a new buyer's purchases in a year, the spend of a purchase. Where the world differs from the model (a group
that changes rates, a season), nothing is promised: the gate is what has to close, see `test_gate.py`.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from siyu.value import forecast
from siyu.value.bg_nbd import BG, MBG
from siyu.value.spend import GAMMA_GAMMA, Spending

TRUTH, BUYERS, DAYS, SEEDS, LEVEL = (0.6, 45.0, 0.8, 2.5), 2_000, 540, 1_000, 0.001
MONEY = (6.0, 4.0, 5_000.0)


def covered(shops, seed, buyers=BUYERS):
    """target -> whether its interval holds the truth."""
    random, found = np.random.default_rng([15, 100, seed]), {}
    for model in (BG, MBG):
        fitted = model.fit(shops.continuous(random, buyers, DAYS, *TRUTH, chances=model.chances))
        for name, value in zip(model.names, TRUTH, strict=True):
            one = fitted.parameter(name)
            found[f"{model.key}: {name}"] = one.low <= value <= one.high
        year = forecast.repeats(fitted, 0.0)
        found[f"{model.key}: purchases in a year"] = (
            year.low <= forecast.discounted(fitted, TRUTH, 0.0, 365) <= year.high
        )
    x = random.integers(1, 8, buyers).astype(float)
    p, q, gamma = MONEY
    fitted = GAMMA_GAMMA.fit(Spending(x, random.gamma(p * x) / x / random.gamma(q, 1 / gamma, buyers), np.ones(buyers)))
    for name, value, one in (
        ("q", q, fitted.parameter("q")),
        ("spend", p * gamma / (q - 1) / 100, forecast.spend(fitted)),
    ):
        found[f"gamma_gamma: {name}"] = one.low <= value <= one.high
    return found


def rejected(hits, n):
    """Targets whose coverage differs from 95%, Holm over all of them."""
    chances = {name: binomtest(held, n, 0.95).pvalue for name, held in hits.items()}
    found = []
    for rank, (name, p) in enumerate(sorted(chances.items(), key=lambda item: item[1])):
        if p * (len(chances) - rank) > LEVEL:
            break
        found.append(name)
    return found


def counted(shops, seeds, buyers=BUYERS):
    """target -> seeds whose interval holds the truth."""
    rows = [covered(shops, seed, buyers) for seed in seeds]
    return {name: sum(row[name] for row in rows) for name in rows[0]}


def main():
    spec = importlib.util.spec_from_file_location("shops", Path(__file__).parent / "shops.py")
    shops = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shops)
    hits = counted(shops, range(SEEDS))
    for name, held in hits.items():
        print(f"{name:32} {held / SEEDS:.1%} of {SEEDS}")  # noqa: T201
    faults = rejected(hits, SEEDS)
    print("differs from 95%:", ", ".join(faults) or "none")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
