"""Do DuckDB and Spark count alike, and how does their time grow? Purchases of made-up buyers, each table by both.

    make scale                                          10 million orders, as CI does where Java is
    python tests/orders/scale.py 10000000 100000000     by hand: 3 GB of disk for the greater, and what engines spill
    tests/orders/test_spark.py                          20,000

Buyers are written a million orders at a time, so that memory stays small. Each engine counts in a process of its own and
in a time zone of its own; every table has to be the same to the last digit. DuckDB is given 1 GB and spills the rest.
"""

# ruff: noqa: T201

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import psutil

from siyu.engines.choice import Engine
from siyu.engines.tables import table
from siyu.orders import counts
from siyu.orders.frames import Frames, opened
from siyu.value import patrons

ORDERS, PART = 10_000_000, 1_000_000
ZONES = {"duckdb": "Asia/Shanghai", "spark": "America/Los_Angeles"}
AS_OF = date(2021, 12, 31)
YEAR = AS_OF - timedelta(days=364), AS_OF
BEFORE = AS_OF - timedelta(days=539), AS_OF - timedelta(days=365)
TABLES = {
    "sums of buyers": lambda frames: counts.buyer_sums(frames, *YEAR),
    "who came back": lambda frames: counts.returning(frames, BEFORE, YEAR),
    "followed": lambda frames: counts.followed(frames, (30, 90, 180)),
    "first gaps": lambda frames: counts.first_gaps(frames, 180),
    "cohorts": counts.cohorts,
    "histories": counts.histories,
    "earned": lambda frames: patrons.earned(frames).rows,
    "repeats by day": lambda frames: patrons.repeats_by_day(frames, 90),
    "median gap": patrons.median_gap,
}


def written(folder: Path, orders: int, part: int = PART) -> None:
    """A folder of Parquet with purchases of about so many orders."""
    made, buyers = _made(), 0
    folder.mkdir()
    for number, first in enumerate(range(0, orders, part)):
        buyers = made.written(folder / f"{number:04}.parquet", min(part, orders - first), number, buyers)


def _made() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "orders.py"
    spec = importlib.util.spec_from_file_location("made_up_orders", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def frames(folder: Path, kind: str) -> Frames:
    engine = Engine.model_validate({"kind": kind})
    return opened(AS_OF, table(folder, engine), engine=engine)


def digest(found: Any) -> tuple[int, str]:
    """(numbers, a hash of them) of a table."""
    arrays = list(_arrays(found))
    told = b"".join(str(one.shape).encode() + one.tobytes() for one in arrays)
    return sum(one.size for one in arrays), hashlib.sha256(told).hexdigest()[:16]


def _arrays(found: Any) -> Iterator[np.ndarray]:
    if isinstance(found, tuple):
        for one in found:
            yield from _arrays(one)
    else:
        rows = found.astype("int64").to_numpy() if isinstance(found, pd.DataFrame) else np.asarray(found)
        yield np.ascontiguousarray(rows)


def counted(folder: Path, kind: str) -> dict[str, tuple[float, int, str]]:
    """table -> (seconds, numbers, hash); `start` is what comes before the first."""
    before = time.perf_counter()
    held = frames(folder, kind)
    days = (held.as_of - held.first_day).days
    found = {"start": (time.perf_counter() - before, 1, str(days))}
    for name, make in TABLES.items():
        before = time.perf_counter()
        told = digest(make(held))
        found[name] = time.perf_counter() - before, *told
    return found


def megabytes() -> int:
    """The peak of this process and of those that it has started, added up."""
    me = psutil.Process()
    told = [Path(f"/proc/{one.pid}/status").read_text() for one in (me, *me.children(recursive=True))]
    return sum(int(kilobytes) for one in told for kilobytes in re.findall(r"VmHWM:\s+(\d+)", one)) // 1024


def apart(kind: str, folder: Path) -> dict[str, Any]:
    """`counted` and `megabytes` of a process of its own, whose leavings lie beside the folder."""
    more = {"TZ": ZONES[kind], "TMPDIR": str(folder.parent), "SPARK_LOCAL_DIRS": str(folder.parent)}
    command = [sys.executable, __file__, kind, str(folder)]
    done = subprocess.run(command, env=os.environ | more, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compared(orders: int) -> tuple[dict[str, float], bool]:
    """(seconds by engine, whether all tables are equal), after a row of each table is printed."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "purchases"
        written(folder, orders)
        size = sum(one.stat().st_size for one in folder.iterdir()) / 1e6
        print(f"| **{orders:,} orders, {size:,.0f} MB of Parquet** | | | | |")
        duckdb, spark = (apart(kind, folder) for kind in ZONES)
    alike = True
    for name, (seconds, numbers, told) in duckdb["tables"].items():
        other, _, found = spark["tables"][name]
        alike &= told == found
        said = "" if name == "start" else f"{numbers:,}"
        print(f"| {name} | {seconds:.1f} | {other:.1f} | {said} | {'yes' if told == found else 'NO'} |")
    total = {
        kind: sum(one[0] for one in held["tables"].values()) for kind, held in (("duckdb", duckdb), ("spark", spark))
    }
    print(f"| all | {total['duckdb']:.1f} | {total['spark']:.1f} | | {'yes' if alike else 'NO'} |")
    print(f"| peak, MB | {duckdb['megabytes']:,} | {spark['megabytes']:,} | | |", flush=True)
    return total, alike


def main(sizes: list[int]) -> int:
    print("| table | DuckDB, s | Spark on one machine, s | numbers that come back | equal |\n|---|---|---|---|---|")
    found = {orders: compared(orders) for orders in sizes}
    for smaller, greater in pairwise(sizes):
        pairs = ((found[greater][0][kind], found[smaller][0][kind]) for kind in ZONES)
        told = [f"{b / a:.1f} times (power {math.log(b / a) / math.log(greater / smaller):.2f})" for b, a in pairs]
        print(f"| **{greater / smaller:.0f} times the orders take** | {' | '.join(told)} | | |")
    return int(not all(alike for _, alike in found.values()))


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ZONES:
        tables = counted(Path(sys.argv[2]), sys.argv[1])
        print(json.dumps({"tables": tables, "megabytes": megabytes()}))
    else:
        sys.exit(main([int(size) for size in sys.argv[1:]] or [ORDERS]))
