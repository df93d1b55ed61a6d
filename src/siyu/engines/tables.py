"""Tables as Ibis expressions of the engine that counts them, and the counting that every table goes through: integers
come back, and whatever divides, weighs or bootstraps works on those."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

import ibis
import ibis.backends.duckdb  # loaded with this module, not by the first question
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from siyu import reads
from siyu.engines import spark
from siyu.engines.choice import HERE, Engine

Source: TypeAlias = Path | pd.DataFrame | pa.Table | ir.Table
Ints: TypeAlias = npt.NDArray[np.int64]
MEMORY = "1GB"
FEW = 200  # rows of an answer that is remembered: two of each cluster
_ANSWERS: dict[ops.Node, pd.DataFrame] = {}
_TURN = RLock()  # threads take turns: a connection that is busy refuses to open a table, or to answer


def kept(rows: ir.Table, engine: Engine = HERE) -> ir.Table:
    """The same, computed once and held by the engine."""
    if engine.kind == "spark":
        return spark.kept(rows, engine.master)
    with _TURN:
        return duckdb().create_table(ibis.util.gen_name("kept"), rows, temp=True)


def table(source: Source, engine: Engine = HERE) -> ir.Table:
    """An Ibis table over a Parquet file or a folder of them, a pandas frame or an Arrow table; a table as it
    is."""
    if isinstance(source, ir.Table):
        return source
    if isinstance(source, Path):
        reads.opens(source)
        with _TURN:
            return spark.stored(source, engine.master) if engine.kind == "spark" else _stored(source, _written(source))
    held = pa.Table.from_pandas(source, preserve_index=False) if isinstance(source, pd.DataFrame) else source
    return spark.brought(held, spark.connection(engine.master)) if engine.kind == "spark" else ibis.memtable(held)


def carried(rows: pa.Table, other: ir.Table) -> ir.Table:
    """A table over rows of this process, to be joined to another one where that lies."""
    lies = _engine(other)
    return spark.brought(rows, lies) if lies.name == "pyspark" else ibis.memtable(rows)


def _written(source: Path) -> int:
    """When it, or the newest file of a folder, was written, in nanoseconds."""
    return max(file.stat().st_mtime_ns for file in [source, *source.rglob("*")])


@lru_cache(maxsize=64)
def _stored(source: Path, _written: int) -> ir.Table:
    """The table of a file or folder, one and the same as long as it is not made anew."""
    # DuckDB globs paths: brackets, stars and question marks of a name are put in brackets of their own
    below = "/**/*.parquet" if source.is_dir() else ""
    return duckdb().read_parquet(re.sub(r"([\[*?])", r"[\1]", str(source)) + below)


def run(expression: ir.Table) -> pd.DataFrame:
    """The rows of an expression, by the engine that its tables lie in. Few rows of what this process has stored
    are not asked for twice: it does not change, and a file made anew is another one."""
    if (question := expression.op()) in _ANSWERS:
        return _ANSWERS[question].copy()
    # by way of Arrow: to_pandas of ibis sets an option that pandas has deprecated
    with _TURN:
        found = (engine := _engine(expression)).to_pyarrow(expression)
    rows: pd.DataFrame = found.to_pandas()
    own = engine is duckdb() and question.find(ops.DatabaseTable) and not question.find(ops.InMemoryTable)
    if own and len(rows) <= FEW:
        _ANSWERS[question] = rows.copy()
    return rows


def _engine(expression: ir.Table) -> Any:
    stored = expression.op().find(ops.DatabaseTable)
    return stored[0].source if stored else duckdb()


def counted(grouped: ir.Table, keys: Sequence[str], **sums: Any) -> pd.DataFrame:
    """Sums of integer expressions by `keys`: a row per combination that occurs, sorted by keys; integers int64."""
    rows = run(grouped.group_by(list(keys)).aggregate(**sums).order_by(list(keys)))
    return rows.astype(dict.fromkeys([*rows.select_dtypes("integer"), *sums], "int64"))


def spread(counts: pd.DataFrame, groups: int, cells: Sequence[str], sums: Sequence[str]) -> tuple[pd.DataFrame, Ints]:
    """(cells, array): the distinct cells in order, and sums as int64 of shape (groups, cells, sums)."""
    keys = counts[list(cells)]
    distinct = keys.drop_duplicates().sort_values(list(cells), ignore_index=True)
    return distinct, dense(counts, sums, (groups, len(distinct)), counts["cluster"], places(keys, distinct))


def summed(counts: pd.DataFrame, groups: int, sums: Sequence[str]) -> Ints:
    """The same without cells: (groups, sums)."""
    return dense(counts, sums, (groups,), counts["cluster"])


def dense(counts: pd.DataFrame, sums: Sequence[str], shape: tuple[int, ...], *at: npt.ArrayLike) -> Ints:
    """Sums of rows added up at their places, an index for each axis of `shape`: int64 (*shape, sums)."""
    filled = np.zeros((*shape, len(sums)), np.int64)
    np.add.at(filled, tuple(np.asarray(index) for index in at), counts[list(sums)].to_numpy())
    return filled


def places(keys: pd.DataFrame, distinct: pd.DataFrame) -> Ints:
    """Where each row of `keys` stands in `distinct`, of the same columns."""
    found: Ints = pd.MultiIndex.from_frame(distinct).get_indexer(pd.MultiIndex.from_frame(keys))
    return found


def let_go_all() -> None:
    """Free the memory of every table opened so far, and forget what was asked of them."""
    for forgotten in (_ANSWERS.clear, _stored.cache_clear, duckdb.cache_clear):
        forgotten()


@lru_cache(maxsize=1)
def duckdb() -> Any:
    """DuckDB's connection of this process. It keeps every table that was opened or queried, see `let_go_all`."""
    # what does not fit in memory goes to a folder of its own: kernels that share one would overwrite each other
    spill = Path(tempfile.gettempdir()) / f"siyu-spill-{os.getpid()}"
    ibis.options.sql.fuse_selects = False  # the engine fuses them itself, in a tenth of the time
    return ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=spill)
