"""A million draws of every route's contribution over 24 months: streamed in chunks, against whole arrays.

    .venv/bin/python benchmarks/draws.py [--draws N] [--rounds N]

Each run is a process of its own, the variants take turns, and the median of the rounds counts. Time is the
calculation alone, without imports. Memory is the peak resident size above what the process had before.

plain      numpy as one would write it: a beta variate per input (correlation left out), months one by one
unchunked  the same look-up tables and the same compiled formulas as below, on whole arrays
streamed   siyu.models.draws.simulate, one thread and two
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.formulas import ROUTES, compiled, inputs, people_value
from siyu.models.draws import BITS, Sampler, simulate
from siyu.models.ranges import Ranged, beta_shape, pert_support, varies
from siyu.paths import data_dir

SEED = 20_210_831
LEVELS = (5, 50, 95)
VARIANTS = ("plain", "unchunked", "streamed 1", "streamed 2")


def bound() -> dict[str, Ranged]:
    """The bundled inputs of every route, liquor, at the date of the case."""
    names = inputs(*(people_value(route) for route in ROUTES))
    assumptions = load_assumptions(data_dir() / "assumptions.csv").bind(names, "liquor")
    return {**assumptions, **fee_rules(data_dir() / "fees.csv").bind(names, "liquor", 365, date(2021, 8, 31))}


def plain(ranges: dict[str, Ranged], n: int) -> dict[str, Any]:
    """Whole arrays, beta variates, a loop over the months."""
    generator = np.random.default_rng(SEED)
    values: dict[str, Any] = {}
    for name, entry in ranges.items():
        if not varies(entry):
            values[name] = entry.mode
            continue
        log = entry.family == "logpert"
        ends = tuple(float(x) for x in (entry.low, entry.mode, entry.high))
        a, b, at = pert_support(*np.log(ends)) if log else pert_support(*ends)
        drawn = a + (b - a) * generator.beta(*beta_shape(at), n)
        values[name] = np.maximum(np.exp(drawn) if log else drawn, ends[0] / 10)
    douyin = walk(values, "douyin_shop", 1.0)
    results = {}
    for route, about in ROUTES.items():
        cost = values["creator_slot_fee" if route == "douyin_creator" else "acquisition_cost"]
        share = values["friend_acceptance"] if about.wechat else 1.0
        person = walk(values, route, share)
        if about.wechat:
            person = person + (1 - share) * values["stay_share"] * douyin - share * values["invite_cost"]
        results[route] = values["people"] * (values["interest"] * person - cost)
    return {name: np.percentile(value, LEVELS).tolist() for name, value in results.items()}


def walk(v: dict[str, Any], route: str, share: Any) -> Any:
    """Contribution of `share` of a person on a route, month by month."""
    about, scene = ROUTES[route], ROUTES[route].scene
    refund = v["refund_rate"] * (v["refund_factor_wechat"] if about.wechat else 1.0)
    taken = v[f"fee_{route}"] + v[f"payment_{route}"]
    if route == "douyin_creator":
        taken = taken + v["creator_commission"]
    if route == "wechat_guided":
        taken = taken + v["guide_commission"]
    if route in ("wechat_miniprogram", "wechat_guided"):
        taken = taken + v["tool_share_miniprogram"]
    margin = v["order_value"] * (1 - refund) * (v["gross_margin"] - taken) - v["fulfilment"] * (1 + refund)
    margin = margin - v[about.minutes] / v["minutes_per_month"] * v["wage"]
    broadcast = v["order_value"] * v["live_labour_share"] * (route != "douyin_creator")
    first = v[f"conversion_{route}"] * (1.0 if about.served else v["closable"])
    if about.friction:
        first = first * (1 - v[about.friction])
    rate, keep, left = v["repurchase"], 0.0, 1 - v["silent_churn"]
    if scene:
        rate = rate * (1 - (1 - v[f"seen_{scene}"]) ** v[f"pushes_{scene}"])
        left = left * (1 - v[f"opt_out_{scene}"]) ** v[f"pushes_{scene}"]
        people = v["fans_per_operator" if scene == "douyin" else f"contacts_per_operator_{scene}"]
        labour = v["wage"] + (v["licence"] / 12 if scene == "wecom" else 0.0)
        keep = labour / people + v[f"pushes_{scene}"] * v[f"push_cost_{about.platform}"]
    if scene in ("personal", "wecom"):
        left = left * (1 - v[f"block_risk_{scene}"])
    if route != "douyin_shop":
        rate = rate * v[f"repurchase_factor_{route}"]
    there = share
    total = first * there * (margin - broadcast) - there * keep
    for _ in range(1, int(v["months"])):
        there = there * left
        repeat = margin - (broadcast if route == "douyin_shop" else 0.0)
        total = total + first * rate * there * repeat - there * keep
    return total


def unchunked(ranges: dict[str, Ranged], n: int) -> dict[str, Any]:
    """The project's tables and formulas on whole arrays."""
    model = compiled({route: people_value(route) for route in ROUTES})
    sampler, generator = Sampler(ranges, SEED), np.random.default_rng(SEED)
    values: dict[str, Any] = dict(sampler.fixed)

    def strip() -> Any:
        return (generator.integers(0, 1 << 16, n, dtype=np.uint16) >> (16 - BITS)).astype(np.intp)

    for names in sampler.blocks:
        if len(names) == 1:
            values[names[0]] = sampler.tables[names[0]].take(strip())
            continue
        common = sampler.common.take(strip())
        for name in names:
            score = sampler.own.take(strip()) + common
            values[name] = sampler.tables[name].take(score.astype(np.intp), mode="clip")
    return {name: np.percentile(value, LEVELS).tolist() for name, value in model(values).items()}


def streamed(ranges: dict[str, Ranged], n: int, threads: int) -> dict[str, Any]:
    """What the project runs."""
    model = compiled({route: people_value(route) for route in ROUTES})
    spreads = simulate(model, ranges, n, SEED, threads, rivals=tuple(ROUTES)).spreads
    return {name: [spread.low, spread.median, spread.high] for name, spread in spreads.items()}


def measure(variant: str, n: int) -> dict[str, Any]:
    """Seconds, peak MB above the start, and the percentiles of one variant, in this process."""
    run: dict[str, Callable[[dict[str, Ranged], int], dict[str, Any]]] = {
        "plain": plain,
        "unchunked": unchunked,
        "streamed 1": lambda ranges, count: streamed(ranges, count, 1),
        "streamed 2": lambda ranges, count: streamed(ranges, count, 2),
    }
    ranges = bound()
    # compiling is the same work for all and is done once beforehand
    compiled({route: people_value(route) for route in ROUTES})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, busy = time.perf_counter(), time.process_time()
    found = run[variant](ranges, n)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    drawn = sum(varies(entry) for entry in ranges.values())
    return {"seconds": seconds, "cpu": busy, "mb": peak, "found": found, "drawn": drawn}


def main() -> None:
    """Run the rounds and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--variant", choices=VARIANTS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.variant:
        print(json.dumps(measure(chosen.variant, chosen.draws)))
        return
    rounds: dict[str, list[dict[str, Any]]] = {variant: [] for variant in VARIANTS}
    for _ in range(chosen.rounds):
        for variant in VARIANTS:
            command = [
                sys.executable,
                str(Path(__file__)),
                "--draws",
                str(chosen.draws),
                "--variant",
                variant,
            ]
            rounds[variant].append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    seconds = {variant: statistics.median(run["seconds"] for run in runs) for variant, runs in rounds.items()}
    drawn = rounds["plain"][0]["drawn"]
    print(f"{chosen.draws:,} draws of {drawn} inputs, {len(ROUTES)} routes, 24 months")
    print(f"median of {chosen.rounds} rounds, numpy {np.__version__}, {os.cpu_count()} cores")
    print("variant       seconds  cpu s  peak MB  x streamed 2   5/50/95% of the Douyin shop, CNY")
    for variant, runs in rounds.items():
        busy = statistics.median(run["cpu"] for run in runs)
        peak = statistics.median(run["mb"] for run in runs)
        ratio = seconds[variant] / seconds["streamed 2"]
        levels = "  ".join(f"{x:,.0f}" for x in runs[0]["found"]["douyin_shop"])
        print(f"{variant:<12}{seconds[variant]:>9.2f}{busy:>7.2f}{peak:>9.0f}{ratio:>14.1f}   {levels}")


if __name__ == "__main__":
    main()
