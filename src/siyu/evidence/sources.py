"""Sources: who says it, what they gain by it, and how well the text survived."""

from pathlib import Path
from typing import Literal, get_args

from siyu.evidence.table import Faults, Row, read_table

Grade = Literal["A", "B", "C", "D", "E"]
GRADES: tuple[Grade, ...] = get_args(Grade)


class Source(Row):
    """One document, page, dataset or declared prior. grade: A (best) to E, reason says why."""

    source_id: str
    kind: Literal["document", "copy", "official", "blog", "dataset", "prior"]
    title: str
    title_zh: str
    publisher: str | None = None
    published: str | None = None
    interest: str
    interest_zh: str
    garbling: Literal["none", "light", "heavy"]
    grade: Grade
    reason: str
    reason_zh: str
    locator: str | None = None


def load_sources(path: Path) -> dict[str, Source]:
    """source_id -> Source. Raises LedgerError with all problems of the file."""
    return Faults(path).by_id(read_table(path, Source), "source_id", "source")
