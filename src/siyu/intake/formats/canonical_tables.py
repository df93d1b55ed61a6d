"""The tables that exports are read into, and the words that are kept of texts: `data/tables.yml`."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from siyu import reads
from siyu.paths import data_dir
from siyu.plain_yaml import LOADER


class CanonicalTable(BaseModel):
    """A table that exports are read into. columns: key -> meaning, or the codes of a choice. keys: what makes a row.
    cumulative: columns counted up to the row's time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    keys: tuple[str, ...]
    columns: dict[str, str | list[str]]
    cumulative: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    with reads.reader():  # noted with the exports
        content: dict[str, Any] = yaml.load(tables_file().read_bytes(), LOADER)  # noqa: S506 - a safe one
    return content


@lru_cache(maxsize=1)
def tables() -> dict[str, CanonicalTable]:
    """The canonical tables by name."""
    return {name: CanonicalTable(**table) for name, table in _tables().items() if name != "words"}


@lru_cache(maxsize=1)
def words() -> re.Pattern[str]:
    """What is kept of a text that says where something came from: the words of a closed list."""
    return re.compile("|".join(map(re.escape, sorted(_tables()["words"], key=len, reverse=True))), re.IGNORECASE)


def tables_file() -> Path:
    """Where the canonical tables are defined: what a format may name."""
    return data_dir() / "tables.yml"
