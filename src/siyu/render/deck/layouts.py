"""Layouts of the deck and their placeholders: the contract between the slides and any template.

A client's template is honoured when its layouts and placeholders carry these names. Ours, `OWN`, is edited in
PowerPoint; its theme has the colours of `siyu.theme`.
"""

from pathlib import Path

OWN = Path(__file__).parents[1] / "templates" / "deck.pptx"
ANSWER, FINDING, WIDE, PAIR = "Siyu Answer", "Siyu Finding", "Siyu Wide", "Siyu Pair"
_HEAD, _FEET = ("Kicker", "Title"), ("Source", "Footer", "Slide Number")
# layout -> its placeholders, in reading order
LAYOUTS = {
    ANSWER: (*_HEAD, "Card 1", "Card 2", "Card 3", "Panel", *_FEET),
    FINDING: (*_HEAD, "Subtitle", "Content", "Panel", *_FEET),
    WIDE: (*_HEAD, "Subtitle", "Content", *_FEET),
    PAIR: (*_HEAD, *(f"{part} {side}" for side in (1, 2) for part in ("Heading", "Subtitle", "Content")), *_FEET),
}
