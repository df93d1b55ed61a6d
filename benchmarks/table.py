"""All benchmarks in one table, each as a ratio of a plain way to this project's, measured side by side in one run.

    .venv/bin/python benchmarks/table.py [--small] [--check] [--only NAME]... [--rounds N]

Writes the ratios into `measured.json` beside this file, under `full` or `small`, medians of the rounds; --only those of
some benchmarks, and keeps the others. --check writes nothing and fails when a ratio has fallen by more than a third of
what stands there, and again when measured once more: machines differ, ratios little.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
FALLEN = 2 / 3
# what to run, by size; each ends with a line of JSON, name -> figure
RUNS = {
    "full": (
        ["orders.py", "--json"],
        ["intake.py", "--json", "--wide", "1000000"],
        ["value.py", "--json"],
        ["reach.py", "--json"],
        ["growth.py", "--json"],
        ["batch.py", "--json", "--all"],
    ),
    "small": (
        ["orders.py", "--json", "--orders", "500000", "--rounds", "3"],
        ["intake.py", "--json", "--rows", "200000", "--wide", "20000"],
        ["value.py", "--json", "--rounds", "1", "--customers", "20000"],
        ["reach.py", "--json", "--sends", "200000", "--members", "10000"],
        ["growth.py", "--json", "--events", "200000", "--people", "10000"],
        ["batch.py", "--json", "--small"],
    ),
}


def measured(size: str, only: Collection[str] = ()) -> dict[str, float]:
    """Name -> figure, of the benchmarks of a size; of those named, if any are."""
    found: dict[str, float] = {}
    for script, *options in RUNS[size]:
        if not _asked(script, only):
            continue
        done = subprocess.run([sys.executable, str(HERE / script), *options], stdout=subprocess.PIPE, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        found |= {f"{script.removesuffix('.py')}.{name}": value for name, value in told.items() if value is not None}
    return found


def medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of each figure, over the rounds that have it."""
    names = dict.fromkeys(name for found in rounds for name in found)
    return {name: statistics.median(found[name] for found in rounds if name in found) for name in names}


def fallen(found: dict[str, float], before: dict[str, float]) -> list[str]:
    """Names of ratios that have fallen by more than a third."""
    return [name for name, value in before.items() if "ratio_" in name and found.get(name, 0.0) < FALLEN * value]


def main() -> None:
    """Measure, print, keep or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="in three minutes")
    parser.add_argument("--check", action="store_true", help="compare with what was measured before")
    parser.add_argument("--only", action="append", default=[], help="a benchmark: orders, intake, batch, …")
    parser.add_argument("--rounds", type=int, default=1, help="how often, one after the other")
    given = parser.parse_args()
    size = "small" if given.small else "full"
    kept = json.loads(MEASURED.read_text(encoding="utf-8"))
    before = {name: value for name, value in kept.get(size, {}).items() if _asked(name, given.only)}
    rounds = [measured(size, given.only) for _ in range(given.rounds)]
    found = medians(rounds)
    if given.check and (names := fallen(found, before)):
        again = measured(size, {name.partition(".")[0] for name in names})
        found |= {name: max(found.get(name, 0.0), again.get(name, 0.0)) for name in names}
    for name, value in found.items():
        each = "  ".join(f"{one[name]:.2f}" for one in rounds if name in one and given.rounds > 1)
        print(f"{name:32} {value:9.2f}   before {before.get(name, float('nan')):9.2f}   {each}".rstrip())
    if not given.check:
        kept[size] = kept.get(size, {}) | found
        MEASURED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    elif names := fallen(found, before):
        sys.exit(f"fallen by more than a third: {', '.join(names)}")


def _asked(name: str, only: Collection[str]) -> bool:
    return not only or name.partition(".")[0] in only


if __name__ == "__main__":
    main()
