"""BG/NBD by maximum likelihood: this project's fit of count tables against plain fits with a row per customer.

    .venv/bin/python benchmarks/value.py [--rounds N] [--customers N] [--json]

The usual library (lifetimes) is not among what is installed here, so what it does is written out: the same
likelihood over arrays with a row per customer, by scipy. `simplex` is Nelder-Mead, as its older versions have it;
`numeric` is BFGS with numeric gradients. Each run is a process of its own on one thread, the variants take turns, and
the median of the rounds counts: CPU seconds of the fit, without imports and reading; memory is the peak resident size
of the whole process. All have to arrive at one log-likelihood. First CDNOW, then made-up customers of a known
model, whose last purchases are counted by days; of a million, the plain fits take a minute or more and take part once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

VARIANTS = ("siyu", "simplex", "numeric")
TRUTH, DAYS = (0.6, 45.0, 0.8, 2.5), 540
CLOSE = 1e-6  # share of a log-likelihood by which fits may differ


def written(path: Path, customers: int) -> None:
    """Histories of so many customers (0: of the CDNOW sample), as a count table."""
    from siyu.own_data import Holdings
    from siyu.subjects import load_subject
    from siyu.value.fitting import of_rows
    from siyu.value.patrons import histories_of, patrons

    if customers:
        held = of_rows(*_lived(np.random.default_rng(7), customers))
    else:
        about = load_subject("cdnow")
        held = histories_of(patrons(Holdings.of(about, about.as_of).every()))
    np.savez(path, x=held.x, t_x=held.t_x, T=held.T, w=held.w)


def _lived(random: np.random.Generator, n: int) -> tuple[Any, Any, Any]:
    """Repeats, day of the last one, days observed."""
    r, alpha, a, b = TRUTH
    until = random.integers(100, DAYS, n).astype(float)
    rate, drop, x, at, last = random.gamma(r, 1 / alpha, n), random.beta(a, b, n), *np.zeros((3, n))
    alive = np.arange(n)
    while alive.size:
        at[alive] += random.exponential(1 / rate[alive])
        alive = alive[at[alive] <= until[alive]]
        x[alive], last[alive] = x[alive] + 1, np.ceil(at[alive])
        alive = alive[random.random(alive.size) >= drop[alive]]
    return x, last, until


def siyu(table: dict[str, Any]) -> Callable[[], float]:
    """This project: distinct histories with weights, analytic gradients, standard errors as well."""
    from siyu.value.bg_nbd import BG
    from siyu.value.fitting import Histories

    return lambda: BG.fit(Histories(**table)).log_likelihood


def plain(table: dict[str, Any], method: str) -> Callable[[], float]:
    """A row per customer, no gradient, no standard errors."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    x, t_x, end = (np.repeat(table[name], table["w"].astype(int)) for name in ("x", "t_x", "T"))

    def loss(logs: Any) -> float:
        r, alpha, a, b = np.exp(logs)
        whole = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        whole += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        stays = -(r + x) * np.log(alpha + end)
        left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
        return float(-(whole + np.where(x > 0, np.logaddexp(stays, left), stays)).mean())

    start = np.log([1.0, 10.0, 1.0, 1.0])
    return lambda: -float(minimize(loss, start, method=method, tol=1e-8, options={"maxiter": 2_000}).fun) * len(x)


def one(variant: str, path: Path) -> None:
    """Run a variant in this process and print what it took."""
    table = dict(np.load(path))
    work = siyu(table) if variant == "siyu" else plain(table, {"simplex": "Nelder-Mead", "numeric": "BFGS"}[variant])
    before = time.process_time()
    found = work()
    seconds = time.process_time() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "found": found}))


def compared(path: Path, name: str, rounds: int, often: tuple[str, ...]) -> dict[str, float]:
    """Print medians of a table and hand on ratios; ends the program where fits arrive at different ends."""
    runs: dict[str, list[dict[str, Any]]] = {variant: [] for variant in VARIANTS}
    for turn in range(rounds):
        for variant in VARIANTS if not turn else often:
            runs[variant].append(_apart("--one", variant, str(path)))
    seconds = {variant: statistics.median(run["seconds"] for run in held) for variant, held in runs.items()}
    ends = [run["found"] for held in runs.values() for run in held]
    print(f"{name}, {rounds} rounds; log-likelihoods within {max(ends) - min(ends):.2g}")
    for variant in VARIANTS:
        memory, ratio = max(run["megabytes"] for run in runs[variant]), seconds[variant] / seconds["siyu"]
        print(f"{variant:8} {seconds[variant]:9.3f} CPU s  {ratio:7.1f} x siyu  {memory:6.0f} MB")
    if max(ends) - min(ends) > CLOSE * abs(ends[0]):
        sys.exit("the fits differ")
    ratios = {f"ratio_{name}_{variant}": round(seconds[variant] / seconds["siyu"], 1) for variant in VARIANTS[1:]}
    return {
        **ratios,
        f"seconds_{name}": round(seconds["siyu"], 3),
        f"mb_{name}": round(max(run["megabytes"] for run in runs["siyu"])),
    }


def _apart(*words: str) -> dict[str, Any]:
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=False, env=alone)
    if done.returncode:
        sys.exit(done.stderr[-800:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Take turns and print medians, ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="a line of ratios at the end")
    parser.add_argument("--one", nargs=2, metavar=("VARIANT", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("FILE", "CUSTOMERS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], Path(given.one[1]))
    elif given.write:
        written(Path(given.write[0]), int(given.write[1]))
        print("{}")
    else:
        with tempfile.TemporaryDirectory() as folder:
            small, large = Path(folder) / "cdnow.npz", Path(folder) / "made_up.npz"
            for path, customers in ((small, 0), (large, given.customers)):
                _apart("--write", str(path), str(customers))
            found = compared(small, "cdnow", given.rounds, VARIANTS)
            found |= compared(large, "made_up", given.rounds, ("siyu",))
        if given.json:
            print(json.dumps(found))


if __name__ == "__main__":
    main()
