"""Layouts of the deck and their placeholders: the contract between the slides and any template.

A client's template may carry these names; where it does not, `mapping` finds layouts and placeholders that can stand
for them. Ours, `OWN`, is edited in PowerPoint; its theme has the colours of `siyu.theme`.
"""

from pathlib import Path

OWN = Path(__file__).parents[1] / "templates" / "deck.pptx"
COVER, SUMMARY = "Siyu Cover", "Siyu Summary"
FINDING, WIDE = "Siyu Finding", "Siyu Wide"
_HEAD, _FEET = ("Kicker", "Title"), ("Source", "Footer", "Slide Number")
# layout -> its placeholders, in reading order
LAYOUTS = {
    COVER: (*_HEAD, "Subtitle"),
    SUMMARY: (*_HEAD, "Card 1", "Card 2", "Card 3", "List 1", "List 2", *_FEET),
    FINDING: (*_HEAD, "Subtitle", "Content", "Panel", *_FEET),
    WIDE: (*_HEAD, "Subtitle", "Content", *_FEET),
}
OPTIONAL = ("Kicker", "Footer", "Slide Number")  # slides do without where a template has no place for them
TYPES = {COVER: "title"}  # a layout that Office knows by its type
