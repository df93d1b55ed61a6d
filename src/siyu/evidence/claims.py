"""Claims: what a source prints, with unit, period, and what it leaves unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import ValidationInfo, field_validator, model_validator

from siyu.definitions import registry
from siyu.evidence.sources import GRADES, Grade, Source
from siyu.evidence.table import Faults, Row, read_table

Said = Literal["stated", "not_stated", "na"]
QUALIFIERS = ("denominator", "window", "refunds", "selection")
WORDS = ("date", "version", "text")


class Claim(Row):
    """One printed statement. Numbers are parsed into `value` or `value_low`..`value_high` in `unit`.

    entity: dotted slug, the part before the first dot is the case. tag: only a `figure` belongs on a chart.
    """

    claim_id: str
    source_id: str
    locator: str
    entity: str
    entity_name: str
    entity_name_zh: str
    metric: str
    statistic: Literal["level", "peak", "total", "growth", "limit", "start", "end", "none"]
    unit: str
    value: float | str | None = None
    value_low: float | None = None
    value_high: float | None = None
    comparator: Literal["=", ">", ">=", "<", "<=", "~"]
    as_printed: str
    period: str | None = None
    period_from: str | None = None
    period_to: str | None = None
    platform: str | None = None
    tag: Literal["figure", "structure", "metadata"]
    kind: Literal["platform_claim", "author_opinion", "observed"]
    garble: Literal["yes", "no"]
    denominator: Said
    window: Said
    refunds: Said
    selection: Said
    note: str | None = None
    note_zh: str | None = None

    @field_validator("value")
    @classmethod
    def _number_unless_words(cls, value: str | float | None, info: ValidationInfo) -> str | float | None:
        unit = info.data.get("unit")
        if value is None or unit in WORDS:
            return value
        try:
            return float(value)
        except ValueError as error:
            raise ValueError(f"a number, as the unit is {unit}") from error

    @model_validator(mode="after")
    def _value_fits_unit(self) -> Self:
        if self.unit in WORDS:
            return self
        if self.value is None and (self.value_low is None or self.value_high is None):
            raise ValueError("value, or value_low and value_high")
        if self.value_low is not None and self.value_high is not None and self.value_low > self.value_high:
            raise ValueError(f"value_low at most value_high, found {self.value_low} above {self.value_high}")
        return self

    @property
    def case(self) -> str:
        """The case this claim belongs to."""
        return self.entity.split(".")[0]

    @property
    def numeric(self) -> bool:
        """Whether the claim prints a number."""
        return self.unit not in WORDS

    @property
    def span(self) -> tuple[float, float, float]:
        """(low, value, high) as printed: "up to x" starts at zero, a range takes its middle as value."""
        if not isinstance(self.value, float):
            low, high = float(self.value_low or 0), float(self.value_high or 0)
            return low, (low + high) / 2, high
        if self.comparator in ("<", "<="):
            return 0.0, self.value, self.value
        return self.value, self.value, self.value

    @property
    def printed(self) -> tuple[object, object, object]:
        """What is compared between rivals."""
        return self.value, self.value_low, self.value_high

    def overlaps(self, other: Claim) -> bool:
        """Whether the two periods can be the same time. An unstated end is open."""
        # "~" sorts after digits and "-", so a year as end covers all its months
        ends = (self.period_to or "9999") + "~", (other.period_to or "9999") + "~"
        return (self.period_from or "") <= ends[1] and (other.period_from or "") <= ends[0]

    def grade(self, source: Source) -> Grade:
        """The source's grade; one step lower when the text is garbled here, D at best for an opinion."""
        worst: Grade = "D" if self.kind == "author_opinion" else "A"
        own: Grade = max(source.grade, worst)
        return GRADES[min(GRADES.index(own) + (self.garble == "yes"), 4)]


def load_claims(path: Path, sources: dict[str, Source]) -> dict[str, Claim]:
    """claim_id -> Claim. Raises LedgerError with all problems of the file at once:
    bad cells first; then unknown units, metrics, sources, and ids used twice."""
    faults, reg = Faults(path), registry()
    claims = read_table(path, Claim)
    for claim in claims:
        faults.unknown(claim, "unit", reg.units.rows, more=" New ones go into data/definitions.yml.")
        faults.unknown(claim, "metric", reg.metrics.rows, more=" New ones go into data/definitions.yml.")
        faults.unknown(claim, "source_id", sources, more=" New ones go into data/evidence/sources.csv.")
    return faults.by_id(claims, "claim_id", "claim")
