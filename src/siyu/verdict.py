"""What may be said of some figures: the domain decides it, a notebook shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.record import Opening

SURE = 0.9  # from this probability on a choice counts as decided


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
