"""The record of a finding, as notebooks show it and `findings.json` holds it."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from siyu.record.chart import Mark, Shown
from siyu.record.moved import Moved
from siyu.record.summary import Opening, Summary
from siyu.record.text import Both, IntervalKind, Key, Number, Quantity, RecordPart, Ref, Wording, rounded

Section = Annotated[str, Field(pattern=r"^[0-9]{2}_[a-z_]+$")]
Role = Literal["answer", "headline", "appendix", "absent", "empty"]
# economics: its sources are the inputs of the sheet of live formulas; draws: its rows are the shares of draws
# beside them; next: what to measure next
Feed = Literal["economics", "draws", "next"]


class Value(Quantity):
    """A named number of a finding. n: number of observations behind it. formula: in symbols of `siyu.formulas`. left:
    what it would be without each group of buyers, for the jackknife of its difference from another report."""

    name: Key
    value: Number
    low: Number
    high: Number
    interval_kind: IntervalKind
    unit: str
    n: Annotated[int, Field(ge=0, strict=True)] | None
    definition: str
    sources: tuple[Ref, ...]
    formula: str = ""
    left: tuple[Number, ...] = ()


class Slider(RecordPart):
    """An input that the reader moves, between low and high, from value on."""

    name: str
    label: Wording
    unit: str
    low: Number
    high: Number
    value: Number


class Gain(RecordPart):
    """A formula as JavaScript, and the names of its inputs in order."""

    names: tuple[str, ...]
    js: str


class Packed(RecordPart):
    """Draws of an input as `siyu.models.quantised` packs them."""

    start: Number
    step: Number
    codes: str


class Goods(RecordPart):
    """A category of goods that the reader may choose: its draws of the inputs that differ from those of the report."""

    name: Wording
    draws: dict[str, Packed]


class WhatIf(RecordPart):
    """What the sliders of the page work with: what counts is how many draws make `gain` positive.

    says: what a positive gain means. sliders: the first, a loss, is the axis of the curve, the second a fee; the
    gain is linear in both. What they set is not drawn. Until one is moved, `published` is shown: [low, middle, high]
    of `better`, `fee` and `loss`, of all draws. goods: categories to choose from, that of the report first."""

    gain: Gain
    says: Wording
    sliders: tuple[Slider, ...]
    fixed: dict[str, Number]
    draws: dict[str, Packed]
    published: dict[str, tuple[Number, Number, Number]] = Field(default_factory=dict)
    goods: tuple[Goods, ...] = ()


class FindingRecord(RecordPart):
    """One takeaway. message_id names its values in braces; numbers are at ten significant digits.

    role: `answer` (of its section; `cards` name at most three values), `headline`, `appendix`, `absent` when an input
    is not stated (`needs` then says which metrics are missing), or `empty` when it says nothing. feeds: what else is
    made of it. opening: what an answer brings into the summary."""

    model_config = ConfigDict(
        title="One finding, as the notebook output application/vnd.siyu.finding+json",
        json_schema_extra={
            "if": {"properties": {"role": {"const": "absent"}}},
            "then": {"properties": {"needs": {"minItems": 1}, "values": {"maxItems": 0}}},
        },
    )

    schema_: Literal[2] = Field(alias="schema")
    key: Key
    section: Key | Section
    role: Role
    message_id: Wording
    subtitle: Wording
    values: tuple[Value, ...]
    cards: dict[str, Wording]
    chart: Shown
    sources: Annotated[tuple[Ref, ...], Field(min_length=1)]
    caveats: tuple[Wording, ...]
    needs: tuple[str, ...]
    feeds: tuple[Feed, ...]
    whatif: WhatIf | None = None
    opening: Opening | None = None

    @model_validator(mode="before")
    @classmethod
    def _rounded(cls, content: Any) -> Any:
        return rounded(content)

    @model_validator(mode="after")
    def _absent_for_a_reason(self) -> Self:
        if self.role == "absent" and (self.values or not self.needs):
            raise ValueError("an absent finding has no values and says what it needs")
        return self

    @cached_property
    def by_name(self) -> dict[str, Value]:
        """name -> value, as `Language.say` takes them."""
        return {value.name: value for value in self.values}

    @property
    def full_key(self) -> str:
        """Section and key: keys are unique within a section only."""
        return f"{self.section}.{self.key}"

    @property
    def quantities(self) -> tuple[Value | Mark, ...]:
        """Values, and the marks of the chart."""
        marks = [row for row in self.chart.rows if isinstance(row, Mark)]
        return (*self.values, *marks)

    @property
    def own(self) -> bool:
        """Whether it rests on what the subject's own files hold."""
        return any(ref.startswith("orders:") or ref.endswith(".own") for ref in self.sources)

    @property
    def main(self) -> bool:
        """Whether it is read first, before the appendix."""
        return self.role in ("answer", "headline")


class TitledFinding(FindingRecord):
    """A finding of a report, with its title in each language."""

    section: Section
    title: Both


class Findings(RecordPart):
    """The content of `findings.json`. moved: since the report before; summary: what the report opens with."""

    model_config = ConfigDict(title="findings.json: every finding of a report, with its title in each language")

    schema_: Literal[2] = Field(alias="schema")
    findings: tuple[TitledFinding, ...]
    moved: tuple[Moved, ...] = ()
    summary: Summary | None = None
