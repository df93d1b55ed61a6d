"""Five count tables of purchases from Parquet: this project's Ibis expressions against other ways to count.

    .venv/bin/python benchmarks/orders.py [--orders N] [--rounds N]

Tables: sums per group of buyers in a year, first purchases followed for 30, 90 and 180 days, gaps to the second
purchase, the cohort triangle, distinct (frequency, recency, T). All variants read the same file and give equal
totals, which is checked. Each run is a process of its own, the variants take turns, and the median of the rounds
counts. Time is the counting alone, without imports; memory is the peak resident size of the whole process.

scan    DuckDB reads the columns that the tables need, and nothing else
ibis    siyu.orders.counts
sql     the same tables, made in the same way, in SQL written by hand on the same engine,
        but for the cut at as_of
pandas  the same tables as one would write them in pandas
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

AS_OF, DAYS, HORIZON = date(2021, 12, 31), 540, 180
SINCE = AS_OF - timedelta(days=364)
WINDOWS = (30, 90, 180)
VARIANTS = ("scan", "ibis", "sql", "pandas")


def written(path: Path, orders: int, part: int = 0, first_buyer: int = 0) -> int:
    """Purchases of about so many orders, sorted by buyer and day, as the store writes them.

    part: of several that lie together; first_buyer: its least id. Returns the least id that is free."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7 + part)
    # an order in twelve shares its day with another, and a buyer has about four purchase days
    rows = int(orders / 1.08)
    buyer = np.sort((rows / 4 * random.random(rows) ** 1.3).astype(np.int64))
    day = random.integers(0, DAYS, rows)
    pair = np.unique(buyer * DAYS + day)
    buyer, day = pair // DAYS, pair % DAYS
    buyer = np.cumsum(np.diff(buyer, prepend=buyer[0]) > 0)
    new = np.diff(buyer, prepend=-1) > 0
    first = np.flatnonzero(new)
    number = np.arange(buyer.size) - first[buyer] + 1
    to_next = np.append(np.diff(day), 0)
    last = np.append(new, True)[1:]
    fen = random.integers(1_000, 60_000, buyer.size)
    since = (AS_OF - date(1970, 1, 1)).days - DAYS + 1
    table = pa.table({
        "buyer_id": first_buyer + buyer, "day": pa.array((day + since).astype(np.int32)).cast(pa.date32()),
        "orders": 1 + (random.random(buyer.size) < 0.08), "paid_fen": fen, "net_fen": fen, "purchase_no": number,
        "days_to_next": pa.array(to_next, mask=last),
        "days_from_previous": pa.array(np.roll(to_next, 1), mask=new),
        "first_day": pa.array((day[first][buyer] + since).astype(np.int32)).cast(pa.date32()),
    })  # fmt: skip
    pq.write_table(table, path, row_group_size=125_000, use_dictionary=False)  # as siyu.intake.store does
    return first_buyer + int(buyer[-1]) + 1


def scan(path: Path) -> Callable[[], dict[str, Any]]:
    """The limit: every needed column is read once."""
    import duckdb

    duckdb.execute("SELECT 1")

    def work() -> dict[str, Any]:
        columns = ("buyer_id", "orders", "paid_fen", "net_fen", "purchase_no", "days_to_next")
        sums = ", ".join(f"sum({name})" for name in columns)
        query = f"SELECT {sums}, max(day), max(first_day) FROM read_parquet(?)"  # noqa: S608 - names from here
        duckdb.execute(query, [str(path)]).fetchall()
        return {}

    return work


def ibis(path: Path) -> Callable[[], dict[str, Any]]:
    """This project's tables."""
    from siyu.engines.tables import duckdb
    from siyu.orders import counts
    from siyu.orders.frames import opened

    duckdb()  # loads the back end of ibis: an import

    def work() -> dict[str, Any]:
        frames = opened(AS_OF, path)
        sums = counts.buyer_sums(frames, SINCE, AS_OF).sum(0)
        followed = counts.followed(frames, WINDOWS)[1].sum((0, 1))
        gaps = counts.first_gaps(frames, HORIZON).sum((0, 1))
        cohorts, histories = counts.cohorts(frames), counts.histories(frames)
        return _totals(sums, followed, gaps, cohorts["buyers"], histories["buyers"], histories["frequency"])

    return work


def sql(path: Path) -> Callable[[], dict[str, Any]]:
    """The same by hand."""
    import duckdb

    def work() -> dict[str, Any]:
        engine = duckdb.connect(config={"memory_limit": "1GB"})
        engine.execute(f"""
            CREATE TEMP TABLE p AS
            SELECT buyer_id::INT AS buyer_id, day, orders::INT AS orders, paid_fen, net_fen,
                   purchase_no::INT AS purchase_no, days_to_next::INT AS days_to_next,
                   days_from_previous::INT AS days_from_previous, first_day
            FROM read_parquet('{path}')""")  # noqa: S608 - own path
        engine.execute(f"""
            CREATE TEMP TABLE c AS
            SELECT day::DATE AS day, year(day) * 12 + month(day) - 1 AS month, last_day(day) - day::DATE AS days_left
            FROM range(DATE '{AS_OF}' - {DAYS}, DATE '{AS_OF}' + INTERVAL 1 DAY, INTERVAL 1 DAY) AS t(day)""")  # noqa: S608
        ends = {"since": SINCE, "until": AS_OF}
        sums = engine.execute("""
            WITH d AS (SELECT *, coalesce(days_from_previous, 9999) > day - $since::DATE AS first,
                              first AND coalesce(days_to_next, 9999) > $until::DATE - day AS alone,
                              alone AND orders = 1 AS once
                       FROM p WHERE day BETWEEN $since AND $until)
            SELECT buyer_id % 100, sum(first::INT), sum((first AND NOT alone)::INT), sum((first AND NOT once)::INT),
                   sum(orders), count(*), sum(paid_fen), sum(net_fen), sum(CASE WHEN once THEN 0 ELSE paid_fen END)
            FROM d GROUP BY 1""",
            ends).fetchnumpy()  # fmt: skip
        each = ", ".join(
            f"sum((DATE '{AS_OF}' - day >= {w})::INT), "
            f"sum((DATE '{AS_OF}' - day >= {w} AND coalesce(days_to_next, 9999) <= {w})::INT)"
            for w in WINDOWS
        )
        month = "year(day) * 12 + month(day) - 1"
        followed = engine.execute(
            f"SELECT buyer_id % 100, {month}, count(*), {each} FROM p WHERE purchase_no = 1 GROUP BY 1, 2"  # noqa: S608
        ).fetchnumpy()
        gaps = engine.execute(
            f"""SELECT buyer_id % 100, least(coalesce(days_to_next, DATE '{AS_OF}' - day), {HORIZON}), count(*),
                       sum((coalesce(days_to_next, 9999) <= {HORIZON})::INT)
                FROM p WHERE purchase_no = 1 GROUP BY 1, 2"""  # noqa: S608 - numbers from here
        ).fetchnumpy()
        cohorts = engine.execute(
            """SELECT f.month, c.month, sum((coalesce(days_to_next, 9999) > c.days_left)::INT) AS buyers, sum(orders),
                      sum(paid_fen), sum(net_fen)
               FROM p JOIN c USING (day) JOIN c AS f ON p.first_day = f.day GROUP BY 1, 2"""
        ).fetchnumpy()
        histories = engine.execute(
            f"""SELECT purchase_no - 1 AS x, day - first_day, DATE '{AS_OF}' - first_day, count(*) AS buyers
                FROM p WHERE days_to_next IS NULL GROUP BY 1, 2, 3"""  # noqa: S608 - a date from here
        ).fetchnumpy()
        plain = [[int(np.sum(column)) for column in list(found.values())[keys:]]
                 for found, keys in ((sums, 1), (followed, 2), (gaps, 2))]  # fmt: skip
        return _totals(plain[0], plain[1], plain[2], cohorts["buyers"], histories["buyers"], histories["x"])

    return work


def pandas(path: Path) -> Callable[[], dict[str, Any]]:
    """The same, straightforwardly."""
    import pandas as pd

    def work() -> dict[str, Any]:
        p = pd.read_parquet(path)
        p["day"], p["first_day"] = pd.to_datetime(p["day"]), pd.to_datetime(p["first_day"])
        p["cluster"] = p["buyer_id"] % 100
        end = pd.Timestamp(AS_OF)
        inside = p[p["day"].between(pd.Timestamp(SINCE), end)]
        b = inside.groupby("buyer_id").agg(
            days=("day", "size"), orders=("orders", "sum"), paid=("paid_fen", "sum"), net=("net_fen", "sum")
        )
        b = b.assign(buyers=1, twice=b["days"] > 1, orders_twice=b["orders"] > 1,
                     repeat=b["paid"].where(b["orders"] > 1, 0))  # fmt: skip
        names = ["buyers", "twice", "orders_twice", "orders", "days", "paid", "net", "repeat"]
        sums = b.groupby(b.index % 100)[names].sum().sum()
        f = p[p["purchase_no"] == 1].copy()
        f["month"] = f["day"].dt.year * 12 + f["day"].dt.month - 1
        f["observed"] = (end - f["day"]).dt.days
        f["all"] = 1
        columns = ["all"]
        for w in WINDOWS:
            f[f"seen{w}"] = f["observed"] >= w
            f[f"again{w}"] = f[f"seen{w}"] & (f["days_to_next"] <= w)
            columns += [f"seen{w}", f"again{w}"]
        followed = f.groupby(["cluster", "month"])[columns].sum().sum()
        f["after"] = f["days_to_next"].fillna(f["observed"]).clip(upper=HORIZON)
        f["again"] = f["days_to_next"] <= HORIZON
        gaps = f.groupby(["cluster", "after"]).agg(left=("all", "size"), again=("again", "sum")).sum()
        p["cohort"] = p["first_day"].dt.year * 12 + p["first_day"].dt.month - 1
        p["month"] = p["day"].dt.year * 12 + p["day"].dt.month - 1
        cohorts = p.groupby(["cohort", "month"]).agg(
            buyers=("buyer_id", "nunique"), orders=("orders", "sum"), paid=("paid_fen", "sum"), net=("net_fen", "sum")
        )
        h = p.groupby("buyer_id").agg(n=("day", "size"), last=("day", "max"), first=("first_day", "min"))
        h["x"], h["t"], h["age"] = h["n"] - 1, (h["last"] - h["first"]).dt.days, (end - h["first"]).dt.days
        histories = h.groupby(["x", "t", "age"]).size().rename("buyers").reset_index()
        return _totals(sums, followed, gaps, cohorts["buyers"], histories["buyers"], histories["x"])

    return work


def _totals(sums: Any, followed: Any, gaps: Any, cohorts: Any, histories: Any, frequency: Any) -> dict[str, Any]:
    """What must be equal between the variants."""
    return {
        "sums": [int(x) for x in sums], "followed": [int(x) for x in followed], "gaps": [int(x) for x in gaps],
        "cohorts": int(np.sum(cohorts)), "cells": len(histories),
        "repeats": int((np.asarray(histories, dtype=np.int64) * np.asarray(frequency, dtype=np.int64)).sum()),
    }  # fmt: skip


def estimators(path: Path) -> float:
    """Seconds for the figures on top of the tables: intervals of rates, follow-up and Kaplan-Meier curve."""
    from siyu.estimates.sampling import ratio
    from siyu.orders import counts
    from siyu.orders.frames import opened
    from siyu.orders.repurchase import survival

    frames = opened(AS_OF, path)
    sums, gaps = counts.buyer_sums(frames, SINCE, AS_OF), counts.first_gaps(frames, HORIZON)
    before = time.perf_counter()
    for place in range(1, sums.shape[1]):
        ratio(sums[:, [place, 0]])
    for window in WINDOWS:
        survival(gaps, window)
    return time.perf_counter() - before


def one(variant: str, path: Path, orders: int) -> None:
    """Run a variant in this process and print what it took."""
    if variant == "write":
        written(path, orders)
        print("{}")
        return
    if variant == "estimators":
        print(json.dumps({"seconds": estimators(path)}))
        return
    work = {"scan": scan, "ibis": ibis, "sql": sql, "pandas": pandas}[variant](path)
    before = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "found": found}))


def main() -> None:
    """Take turns and print medians, ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--one", nargs=2, metavar=("VARIANT", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one[0], Path(given.one[1]), given.orders)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "purchases.parquet"
        _apart("write", path, given.orders)  # memory of the parent would count for its children
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in VARIANTS}
        for _ in range(given.rounds):
            for name in VARIANTS:
                runs[name].append(_apart(name, path))
        estimating = _apart("estimators", path)["seconds"]
    seconds = {name: statistics.median(run["seconds"] for run in held) for name, held in runs.items()}
    totals = {json.dumps(run["found"]) for name, held in runs.items() if name != "scan" for run in held}
    print(f"{given.orders:,} orders, {given.rounds} rounds; totals {'equal' if len(totals) == 1 else 'DIFFER'}")
    for name in VARIANTS:
        memory = max(run["megabytes"] for run in runs[name])
        print(f"{name:8} {seconds[name]:8.2f} s  {seconds[name] / seconds['scan']:6.1f} x scan  {memory:7.0f} MB")
    print(f"pandas / ibis {seconds['pandas'] / seconds['ibis']:.1f}; ibis / sql {seconds['ibis'] / seconds['sql']:.2f}")
    print(f"estimators on the tables {estimating * 1000:.0f} ms")
    if given.json:
        memory = max(run["megabytes"] for run in runs["ibis"])
        print(json.dumps({"ratio_pandas": seconds["pandas"] / seconds["ibis"], "megabytes": memory}))
    sys.exit(len(totals) != 1)


def _apart(variant: str, path: Path, orders: int = 0) -> dict[str, Any]:
    command = [sys.executable, __file__, "--orders", str(orders), "--one", variant, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{variant}: {done.stderr[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
