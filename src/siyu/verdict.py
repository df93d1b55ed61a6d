"""What may be said of some figures: the domain decides it, a notebook shows it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siyu.figure import Absent, Figure
from siyu.language import DECIDED, Text
from siyu.record import Opening

if TYPE_CHECKING:
    import pandas as pd

SURE = DECIDED  # from this probability on a choice counts as decided
Stated = dict[str, Figure | Absent]
Line = list[tuple[float, Figure]]


@dataclass(frozen=True)
class Verdict:
    """A message with placeholders, the figures it names, what the cards of an answer say (name -> text), and what it
    brings into the summary."""

    message: Text
    figures: Mapping[str, Figure | Absent]
    cards: Mapping[str, Text] = field(default_factory=dict)
    opening: Opening | None = None


@dataclass(frozen=True)
class Check:
    """One condition of a verdict. value: what was found, nan where it could not be; limit: its bound."""

    key: str
    value: float
    limit: float
    passed: bool


def absent(*keys: str) -> Verdict:
    """Nothing can be said, for want of metrics."""
    return Verdict("", {key: Absent((key,)) for key in keys})


def known(figures: Mapping[str, Figure | Absent], *codes: str) -> dict[str, Figure]:
    """Those of the codes that could be computed; of all without codes."""
    return {code: one for code in codes or figures if isinstance(one := figures[code], Figure)}


def line(values: Iterable[float], key: str, sources: tuple[str, ...], n: int | None = None) -> Line:
    """(0, 1, …; each of the values as metric `key`), without those that are nan."""
    told = [(float(at), float(one)) for at, one in enumerate(values) if not math.isnan(one)]
    return [(at, Figure.exact(one, key, sources, n)) for at, one in told]


def cited(rows: pd.DataFrame, sources: Sequence[str]) -> pd.DataFrame:
    """Rows of a table with their sources."""
    return rows.assign(sources=[list(sources)] * len(rows))  # type: ignore[list-item]  # a list a cell
