"""Which engine counts a client's orders: DuckDB in this process, or Spark where they outgrow the machine."""

import os
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from siyu.errors import Problem, UsageError, nearest

Kind = Literal["duckdb", "spark"]
VARIABLE = "SIYU_ENGINE"


class Engine(BaseModel):
    """master: of Spark, `local[*]` or a cluster's. orders: canonical orders in place of exports, a path of Parquet or a
    table that Spark knows; see data/README.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind = "duckdb"
    master: str = "local[*]"
    orders: str = ""


HERE = Engine()


def chosen(said: Engine = HERE) -> Engine:
    """What a subject says, unless SIYU_ENGINE says otherwise. Raises UsageError for an engine that is none."""
    asked = os.environ.get(VARIABLE) or said.kind
    if asked not in (known := get_args(Kind)):
        raise UsageError([Problem("environment", 0, VARIABLE, asked, "an engine", nearest(asked, known))])
    return said.model_copy(update={"kind": asked})
