"""What may be said of some figures: the domain decides it, a notebook shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from siyu.figure import Absent, Figure
from siyu.language import Text


@dataclass(frozen=True)
class Verdict:
    """A message with placeholders, the figures it names, and what the cards of an answer say (name -> text)."""

    message: Text
    figures: Mapping[str, Figure | Absent]
    cards: Mapping[str, Text] = field(default_factory=dict)
