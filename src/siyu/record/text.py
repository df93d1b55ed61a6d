"""Texts without a language: a message id, words in both languages, or a message with arguments of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, TypeAdapter

# outputs of a notebook
FINDING = "application/vnd.siyu.finding+json"
SOURCES = "application/vnd.siyu.sources+json"
NO_INPUT = "application/vnd.siyu.no_input+json"
SPAN = "application/vnd.siyu.observed+json"
Number = StrictInt | StrictFloat  # an integer stays one, so that it is printed without a decimal point
Ref = Annotated[str, Field(pattern=r"^(claim|conflict|assumption|fee|data|orders|parameter|ledger):.+$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
IntervalKind = Literal["none", "claim_range", "assumption90", "sampling95"]


class RecordPart(BaseModel):
    """A part of a record; it cannot be changed and holds nothing that is not declared."""

    # built when first used: deciding that nothing changed reads no record
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def as_json(self) -> dict[str, Any]:
        """Plain dicts and lists, with the fields that were given."""
        content: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return content


class Both(RecordPart):
    """Words in both languages."""

    en: str
    zh: str


class Quantity(RecordPart):
    """A number in a unit, with its range where it has one; a text in place of a number is shown as it is."""

    value: Number | str | None
    low: Number | None = None
    high: Number | None = None
    unit: str = ""


class Message(RecordPart):
    """A message id with what its placeholders stand for."""

    id: str
    args: dict[str, Argument] = {}

    def __hash__(self) -> int:
        return hash((self.id, tuple(self.args.items())))


Argument = Quantity | Message | Both
Wording = str | Message | Both
_LATER = ConfigDict(defer_build=True)
_WORDING: TypeAdapter[Wording] = TypeAdapter(Wording, config=_LATER)
_ARGUMENT: TypeAdapter[Argument] = TypeAdapter(Argument, config=_LATER)


def wording(content: Wording | Mapping[str, Any]) -> Wording:
    """A text from JSON content. Raises ValidationError."""
    return _WORDING.validate_python(content) if isinstance(content, Mapping) else content


def argument(content: Argument | Mapping[str, Any]) -> Argument:
    """What a placeholder stands for, from JSON content. Raises ValidationError."""
    return _ARGUMENT.validate_python(content) if isinstance(content, Mapping) else content


def rounded(content: Any) -> Any:
    """JSON content with floats at ten significant digits (hides last-bit differences between machines)."""
    if content is None or isinstance(content, str | int):  # the kinds that are many are looked for first
        return content
    if not isinstance(content, float):
        if isinstance(content, dict | Mapping):
            return {key: rounded(entry) for key, entry in content.items()}
        if isinstance(content, list | tuple | Sequence):
            return [rounded(entry) for entry in content]
        if isinstance(content, RecordPart):
            return content
    number = float(content)
    if not math.isfinite(number):
        raise ValueError(f"a finding cannot hold {number}")
    number = float(f"{number:.10g}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
