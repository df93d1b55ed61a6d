"""Events of people from Parquet to ladder, funnel and joins: time and memory of one process.

    .venv/bin/python benchmarks/growth.py [--events N] [--people N] [--json]

Time is the counting alone, without imports; memory is the peak resident size of the whole process."""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

WEEKS, AS_OF = 52, date(2025, 12, 31)
EVENTS = ("viewed", "liked", "commented", "followed", "paid", "unfollowed", "shared", "joined_group")
OFTEN = (0.5, 0.2, 0.1, 0.08, 0.05, 0.02, 0.03, 0.02)


def written(path: Path, events: int, people: int) -> None:
    """Events of a year, sorted by person and time, as the store writes them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(5)
    who, second = random.integers(0, people, events), random.integers(0, WEEKS * 7 * 86_400, events)
    what = random.choice(len(EVENTS), events, p=OFTEN)
    order = np.lexsort((second, who))
    start = int(np.datetime64("2024-12-30", "s").astype(np.int64))
    table = pa.table({
        "buyer_id": who[order], "at": pa.array(second[order] + start).cast(pa.timestamp("s")),
        "event": pa.DictionaryArray.from_arrays(pa.array(what[order].astype(np.int32)), pa.array(EVENTS)),
        "paid_fen": np.where(what[order] == EVENTS.index("paid"), 5_000, 0),
    })  # fmt: skip
    pq.write_table(table, path, compression="zstd")


def main() -> None:
    """Write, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--json", action="store_true", help="one line of figures at the end")
    about = parser.parse_args()
    from siyu.growth.entry import joins
    from siyu.growth.events import EventLog, event_log
    from siyu.growth.funnel import funnel
    from siyu.growth.ladder import Ladder
    from siyu.growth.people import people

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        written(path, about.events, about.people)

        def read() -> None:
            log.append(event_log(path, AS_OF))

        def ladder() -> None:
            if (found := people(log[0])) is not None:
                Ladder(found).chances()

        log: list[EventLog] = []
        parts: dict[str, Callable[[], object]] = {
            "read": read, "ladder": ladder, "funnel": lambda: funnel(log[0]), "joins": lambda: joins(log[0]),
        }  # fmt: skip
        told: dict[str, float] = {}
        for name, part in parts.items():
            begun, used = time.perf_counter(), time.process_time()
            part()
            told[f"{name}_seconds"] = round(time.perf_counter() - begun, 2)
            print(f"{name}: {told[f'{name}_seconds']:.1f} s, {time.process_time() - used:.1f} CPU s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{about.events:,} events of {about.people:,} people: {peak:,.0f} MB at most")
    if about.json:
        print(json.dumps({**told, "megabytes": round(peak)}))


if __name__ == "__main__":
    main()
