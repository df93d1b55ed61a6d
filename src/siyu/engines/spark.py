"""Spark as the engine: one session of this process, on this machine or of a cluster."""

import os
import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.errors import Problem, UsageError

_UTC = "-Duser.timezone=UTC"  # times of a store have no zone: no clock of a machine may move them
SETTINGS = {
    "spark.sql.session.timeZone": "UTC", "spark.driver.extraJavaOptions": _UTC, "spark.executor.extraJavaOptions": _UTC,
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",  # else small parts stay small
}  # fmt: skip
_PARTS = "spark.sql.shuffle.partitions"
# bytes of a table for each part that a cluster shuffles, and the least parts; Spark makes 200 of the smallest
PART, LEAST = 64 << 20, 4
# a count of one machine is many small tasks otherwise, and nobody else has to reach it
LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "2g",
         _PARTS: str(os.cpu_count() or 1), "spark.sql.adaptive.enabled": "false"}  # fmt: skip


@lru_cache(maxsize=1)
def connection(master: str) -> Any:
    """The connection of this process. Raises UsageError without Java or pyspark."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        step = "Run: make spark; without a checkout: pip install 'pyspark>=4.0.5,<4.1'."
        raise _missing("no pyspark", "pyspark 4.0", step) from error
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise _missing("no Java", "Java 17", "Install it (on Debian: apt-get install default-jre-headless).")
    builder = SparkSession.builder.master(master).appName("siyu")
    for name, value in (SETTINGS | (LOCAL if master.startswith("local") else {})).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    _portioned(session)
    return ibis.pyspark.connect(session)


def stored(source: Path, master: str) -> ir.Table:
    """A table over Parquet of a name that may hold what Spark takes for a pattern."""
    return there(re.sub(r"([\[\]{}*?\\])", r"\\\1", str(source)), master)


def there(name: str, master: str) -> ir.Table:
    """A table over Parquet at a path as Spark writes them, or one that Spark knows by its name."""
    held = connection(master)
    rows: ir.Table = (held.read_parquet if "/" in name else held.table)(name)
    frame = held.raw_sql(held.compile(rows))
    _portioned(frame.sparkSession, int(str(frame._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())))
    return rows


def kept(rows: ir.Table, master: str) -> ir.Table:
    """The same, computed once and held by the session, in memory or on its disks."""
    held = connection(master)
    return _viewed(held, held.raw_sql(held.compile(rows)).cache())


def brought(rows: pa.Table, held: Any) -> ir.Table:
    """A table over rows of this process. They travel as Arrow: what a cluster runs needs no Python of its own."""
    from pyspark.sql import SparkSession

    return _viewed(held, SparkSession.active().createDataFrame(rows))


def _portioned(session: Any, size: int | None = None) -> None:
    """Have a cluster shuffle in parts enough for a table of so many bytes, too; in a few, before there is any. Where an
    operator has said in how many, it stays so."""
    if not session.sparkContext.getConf().contains(_PARTS):
        parts = LEAST if size is None else max(int(session.conf.get(_PARTS)), -(-size // PART))
        session.conf.set(_PARTS, str(parts))


def _viewed(held: Any, frame: Any) -> ir.Table:
    frame.createTempView(name := ibis.util.gen_name("siyu"))
    table: ir.Table = held.table(name)
    return table


def _missing(found: str, expected: str, step: str) -> UsageError:
    return UsageError([Problem("engine spark", 0, "", found, expected, step)])
