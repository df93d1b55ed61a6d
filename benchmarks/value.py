"""BG/NBD by maximum likelihood: this project's fit of count tables against plain fits with a row per customer.

    .venv/bin/python benchmarks/value.py [--rounds N] [--customers N] [--library PYTHON] [--json]

The usual library (lifetimes) is not among what is installed here: where a Python that has it is named, its
BetaGeoFitter takes part as it comes. Beside it, what it does is written out: the same likelihood over arrays with a row
per customer, by scipy. `simplex` is Nelder-Mead, as its older versions have it; `numeric` is BFGS with numeric
gradients. Each run is a process of its own on one thread, the variants take turns, and
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
    """This project: distinct histories with weights, Newton's method, whose second derivatives give standard errors."""
    from siyu.value.bg_nbd import BG
    from siyu.value.fitting import Histories

    return lambda: BG.fit(Histories(**table)).log_likelihood


def _customers(table: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A row per customer: repeats, day of the last one, days observed."""
    x, t_x, end = (np.repeat(table[name], table["w"].astype(int)) for name in ("x", "t_x", "T"))
    return x, t_x, end


def lifetimes(table: dict[str, Any]) -> Callable[[], float]:
    """The usual library, as it comes: gradients and the second derivatives of its standard errors by autograd."""
    from lifetimes import BetaGeoFitter  # type: ignore[import-not-found]

    customers, loss = _customers(table), _loss(table)

    def work() -> float:
        fitted = BetaGeoFitter().fit(*customers)
        return -loss(np.log([fitted.params_[name] for name in ("r", "alpha", "a", "b")])) * len(customers[0])

    return work


def plain(table: dict[str, Any], method: str) -> Callable[[], float]:
    """A row per customer, no gradient, no standard errors."""
    from scipy.optimize import minimize

    loss, start, n = _loss(table), np.log([1.0, 10.0, 1.0, 1.0]), table["w"].sum()
    return lambda: -float(minimize(loss, start, method=method, tol=1e-8, options={"maxiter": 2_000}).fun) * n


def _loss(table: dict[str, Any]) -> Callable[[Any], float]:
    """Minus log-likelihood a customer."""
    from scipy.special import gammaln

    x, t_x, end = _customers(table)

    def loss(logs: Any) -> float:
        r, alpha, a, b = np.exp(logs)
        whole = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        whole += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        stays = -(r + x) * np.log(alpha + end)
        left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
        return float(-(whole + np.where(x > 0, np.logaddexp(stays, left), stays)).mean())

    return loss


def one(variant: str, path: Path) -> None:
    """Run a variant in this process and print what it took."""
    table = dict(np.load(path))
    methods = {"simplex": "Nelder-Mead", "numeric": "BFGS"}
    given = {"siyu": siyu, "lifetimes": lifetimes}.get(variant)
    work = given(table) if given else plain(table, methods[variant])
    before = time.process_time()
    found = work()
    seconds = time.process_time() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "found": found}))


def compared(path: Path, name: str, rounds: int, often: tuple[str, ...], library: str) -> dict[str, float]:
    """Print medians of a table and hand on ratios; ends the program where fits arrive at different ends."""
    variants = (*VARIANTS, *["lifetimes"] * bool(library))
    runs: dict[str, list[dict[str, Any]]] = {variant: [] for variant in variants}
    for turn in range(rounds):
        for variant in often if turn and often else variants:
            python = library if variant == "lifetimes" else sys.executable
            runs[variant].append(_apart("--one", variant, str(path), python=python))
    seconds = {variant: statistics.median(run["seconds"] for run in held) for variant, held in runs.items()}
    ends = [run["found"] for held in runs.values() for run in held]
    print(f"{name}, {rounds} rounds; log-likelihoods within {max(ends) - min(ends):.2g}")
    for variant in variants:
        memory, ratio = max(run["megabytes"] for run in runs[variant]), seconds[variant] / seconds["siyu"]
        print(f"{variant:9} {seconds[variant]:9.3f} CPU s  {ratio:7.1f} x siyu  {memory:6.0f} MB")
    if max(ends) - min(ends) > CLOSE * abs(ends[0]):
        sys.exit("the fits differ")
    ratios = {f"ratio_{name}_{variant}": round(seconds[variant] / seconds["siyu"], 1) for variant in variants[1:]}
    return {
        **ratios,
        f"seconds_{name}": round(seconds["siyu"], 3),
        f"mb_{name}": round(max(run["megabytes"] for run in runs["siyu"])),
    }


def _apart(*words: str, python: str = sys.executable) -> dict[str, Any]:
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([python, __file__, *words], capture_output=True, text=True, check=False, env=alone)
    if done.returncode:
        sys.exit(done.stderr[-800:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Take turns and print medians, ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--library", default="", help="a Python with lifetimes, which then takes part")
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
            found = compared(small, "cdnow", given.rounds, (), given.library)
            found |= compared(large, "made_up", given.rounds, ("siyu",), given.library)
        if given.json:
            print(json.dumps(found))


if __name__ == "__main__":
    main()
