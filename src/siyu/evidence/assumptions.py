"""Assumptions: what a calculation takes as given, with a range, a source or a reason, and how sure it is."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from siyu.definitions import registry
from siyu.errors import nearest
from siyu.evidence.table import Faults, Row, layered, read_table
from siyu.figure import Figure
from siyu.reads import Shelf

Confidence = Literal["high", "medium", "low", "none"]
WEAK = ("low", "none")
LOG_RATIO = 10.0  # above it a range spans orders of magnitude, and its logarithm is what is symmetric
RATIONALE = 12  # shorter than this it is a shrug
SHARES = ("ratio", "ratio_per_month", "ratio_per_push")
Vintage = Annotated[str, Field(pattern=r"^(\d{4}(-\d{2}){0,2}|undated)$")]


class Assumption(Row):
    """One uncertain input. low and high: 5th and 95th percentiles; mode: the most likely value, in `unit`.

    assumption_id: symbol of the formulas, with `.category` behind it when it holds for one category only.
    group: inputs of a group are drawn correlated. vintage: date of the figure, as precise as known.
    """

    assumption_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
    group: str | None = None
    name: str
    name_zh: str
    platform: Literal["douyin", "wechat", "wecom", "tmall", "web", "sms", "all"]
    route: str | None = None
    low: float
    mode: float
    high: float
    family: Literal["pert", "logpert", "fixed", "sampling"]
    unit: str
    source: str
    rationale: str
    rationale_zh: str
    confidence: Confidence
    vintage: Vintage

    @model_validator(mode="after")
    def _range_makes_a_distribution(self) -> Self:
        if not all(math.isfinite(x) for x in (self.low, self.mode, self.high)):
            raise ValueError(f"finite numbers, found {self.low}, {self.mode}, {self.high}")
        if not self.low <= self.mode <= self.high:
            raise ValueError(f"low <= mode <= high, found {self.low:g}, {self.mode:g}, {self.high:g}")
        if self.family not in ("sampling", wanted := _family(self.low, self.high)):
            raise ValueError(f"family {wanted} for {self.low:g} to {self.high:g}, found {self.family}")
        if self.unit in SHARES and not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"shares between 0 and 1, found {self.low:g} to {self.high:g}")
        if "PRIOR" in self.source.split() and len(self.rationale) < RATIONALE:
            raise ValueError(f"a rationale for a prior, found {self.rationale!r}")
        return self

    @property
    def symbol(self) -> str:
        """Name of the formulas' symbol this row feeds."""
        return self.assumption_id.partition(".")[0]

    @property
    def category(self) -> str:
        """Category the row holds for, "" for all."""
        return self.assumption_id.partition(".")[2]

    @property
    def ceiling(self) -> float:
        """Highest value that makes sense: 1 for shares."""
        return 1.0 if self.unit in SHARES else math.inf

    @property
    def weak(self) -> bool:
        """Whether the confidence is below medium."""
        return self.confidence in WEAK

    @property
    def ref(self) -> str:
        """Source ref of the row."""
        return f"assumption:{self.assumption_id}"

    @property
    def figure(self) -> Figure:
        """The mode with its 5th and 95th percentiles."""
        kind = "none" if self.low == self.high else "assumption90"
        return Figure(self.mode, self.low, self.high, self.unit, kind, sources=(self.ref,))


@dataclass(frozen=True)
class Assumptions(Shelf[Assumption]):
    """assumption_id -> row, in file order. own: ids of rows that a client put in."""

    own: frozenset[str] = frozenset()

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that have rows of their own, in file order."""
        return tuple(dict.fromkeys(category for key in self if (category := key.partition(".")[2])))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset({"all", "", *(row.category for row in self.rows.values())})

    def get_for(self, symbol: str, category: str = "all") -> Assumption:
        """The row that feeds a symbol: the category's own if there is one, else the general one.

        Raises ValueError for an unknown symbol or category, with the nearest name."""
        if category not in self._known:
            raise ValueError(f"no category {category!r}. {nearest(category, self._known - {''})}")
        row = self.get(f"{symbol}.{category}") or self.get(symbol)
        if row is None:
            symbols = {row.symbol for row in self.rows.values()}
            raise ValueError(f"no assumption {symbol!r} for category {category!r}. {nearest(symbol, symbols)}")
        return row

    def bind(self, symbols: Iterable[str], category: str = "all") -> dict[str, Assumption]:
        """symbol -> row for the symbols that have one; the rest (fees, a client's own) is left out."""
        asked, known = tuple(symbols), {row.symbol for row in self.rows.values()}
        for symbol in asked:
            if symbol not in known:
                self.look(symbol)
        return {symbol: self.get_for(symbol, category) for symbol in asked if symbol in known}


def load_assumptions(path: Path, *overrides: Path) -> Assumptions:
    """Assumptions of a file; rows of the overrides (files that may be missing) replace rows of the same id
    or add new ones.

    Raises LedgerError with all problems of a file: bad cells first, then unknown units and ids used twice.
    """
    rows, files, own = layered(_read, path, *overrides)
    return Assumptions(rows, files, own=own)


def _read(path: Path) -> dict[str, Assumption]:
    faults, rows = Faults(path), read_table(path, Assumption)
    for row in rows:
        faults.unknown(row, "unit", registry().units.rows, more=" New ones go into data/definitions.yml.")
    return faults.by_id(rows, "assumption_id", "assumption")


def _family(low: float, high: float) -> str:
    if low == high:
        return "fixed"
    # 1e-9: 0.002 to 0.02 is a ratio of ten, whatever binary says
    return "logpert" if low > 0 and high / low >= LOG_RATIO - 1e-9 else "pert"
