"""Five million messages to 200,000 members from Parquet to hazards: this project's counts and fits.

    .venv/bin/python benchmarks/reach.py [--sends N] [--members N]

Reads messages to persons of 400 groups over a year and stays of members as the store writes them, counts them by group
and day, and fits how many times as many leave by what they were sent. Prints seconds without imports, CPU seconds, and
the peak resident size of the process, which does not write the files itself.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUPS, DAYS = 400, 364
STATUS = (0.8, 0.15, 0.05)
START = 1_735_689_600  # 2025-01-01, seconds


def written(folder: Path, sends: int, members: int) -> None:
    """Messages and stays, sorted by buyer."""
    random = np.random.default_rng(16)
    name = np.array([f"{at:016x}" for at in range(GROUPS)])
    group = random.integers(0, GROUPS, members)
    joined = random.integers(-200, 300, members)
    left = joined + 1 + random.exponential(400, members).astype(np.int64)
    time_of = pa.timestamp("s")
    stays = pa.table({
        "buyer_id": np.arange(members), "group": pa.array(name[group]).dictionary_encode(),
        "joined_at": pa.array(START + joined * 86_400, pa.int64()).cast(time_of),
        "left_at": pa.array(START + left * 86_400, pa.int64(), mask=left > DAYS).cast(time_of),
    })  # fmt: skip
    who = np.sort(random.integers(0, members, sends))
    day = random.integers(0, DAYS, sends)
    rows = pa.table({
        "buyer_id": who, "message_id": pa.array((group[who] * DAYS + day).astype(str)),
        "group_id": pa.array(name[group[who]]).dictionary_encode(),
        "sent_at": pa.array(START + day * 86_400 + 36_000, pa.int64()).cast(time_of),
        "status": pa.array(random.choice(["sent", "unconfirmed", "limit"], sends, p=STATUS)).dictionary_encode(),
        "selling": pa.array(random.choice(["yes", "no"], sends)).dictionary_encode(),
    })  # fmt: skip
    for name_of, table in (("sends", rows), ("members", stays)):
        pq.write_table(table, folder / f"{name_of}.parquet", compression="zstd")


def main() -> None:
    """Write, count, fit, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sends", type=int, default=5_000_000)
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    asked = parser.parse_args()
    from siyu.engines.tables import table
    from siyu.reach import counts, delivery
    from siyu.reach.hazards import associations

    with tempfile.TemporaryDirectory() as folder:
        work = get_context("spawn").Process(target=written, args=(Path(folder), asked.sends, asked.members))
        work.start()
        work.join()
        sends, members = (Path(folder) / f"{one}.parquet" for one in ("sends", "members"))
        began, used = time.perf_counter(), time.process_time()
        risk = counts.from_spells(table(members), date(2025, 12, 30))
        days = counts.exposed(risk, counts.sent(sends, risk))
        ratios, groups = associations(days)
        staff = delivery.by_staff(sends, None)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(days):,} days of {groups} groups, {int(staff['targets'].sum()):,} messages: {', '.join(ratios)}")
    print(f"{seconds:.1f} s, {cpu:.1f} CPU s, peak {peak:.2f} GB")
    if asked.json:
        print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "gigabytes": peak}))


if __name__ == "__main__":
    main()
