"""Layouts of the deck and their placeholders: the contract between the slides and any template.

A client's template is honoured when its layouts and placeholders carry these names.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT = 960, 540  # points: 13.333 x 7.5 inches


@dataclass(frozen=True)
class Placement:
    """A placeholder of a layout. box: x, y, width, height in points; size: of its text, in points.

    kind: OOXML placeholder type; colour: theme colour; fill: theme colour behind the text, "" for none.
    """

    name: str
    index: int
    box: tuple[float, float, float, float]
    size: float
    kind: str = "body"
    colour: str = "tx1"
    bold: bool = False
    fill: str = ""
    anchor: str = "t"


KICKER = Placement("Kicker", 10, (43, 26, 790, 20), 11, colour="tx2")
TITLE = Placement("Title", 0, (43, 46, 874, 70), 26, "title", bold=True, anchor="b")
SUBTITLE = Placement("Subtitle", 11, (43, 119, 874, 22), 13, colour="tx2")
SOURCE = Placement("Source", 14, (43, 470, 874, 32), 9, colour="tx2", anchor="b")
FOOTER = Placement("Footer", 40, (43, 510, 700, 18), 9, "ftr", colour="tx2")
NUMBER = Placement("Slide Number", 41, (817, 510, 100, 18), 9, "sldNum", colour="tx2")
FEET = (SOURCE, FOOTER, NUMBER)


def _card(number: int) -> Placement:
    return Placement(f"Card {number}", 20 + number, (43 + 298 * (number - 1), 132, 278, 150), 14, fill="bg2")


def _half(number: int) -> tuple[Placement, ...]:
    left = 43 + 447 * (number - 1)
    return (
        Placement(f"Heading {number}", 30 + number, (left, 96, 427, 58), 15, bold=True, anchor="b"),
        Placement(f"Subtitle {number}", 34 + number, (left, 157, 427, 34), 10.5, colour="tx2"),
        Placement(f"Content {number}", 37 + number, (left, 194, 427, 272), 12, "obj"),
    )


ANSWER, FINDING, WIDE, PAIR = "Siyu Answer", "Siyu Finding", "Siyu Wide", "Siyu Pair"
# Layout name -> its placeholders, in reading order.
LAYOUTS: dict[str, tuple[Placement, ...]] = {
    ANSWER: (
        KICKER,
        TITLE,
        *(_card(number) for number in (1, 2, 3)),
        Placement("Panel", 13, (43, 296, 874, 170), 13),
        *FEET,
    ),
    FINDING: (
        KICKER,
        TITLE,
        SUBTITLE,
        Placement("Content", 12, (43, 148, 606, 316), 12, "obj"),
        Placement("Panel", 13, (673, 148, 244, 316), 12),
        *FEET,
    ),
    WIDE: (KICKER, TITLE, SUBTITLE, Placement("Content", 12, (43, 148, 874, 316), 12, "obj"), *FEET),
    PAIR: (
        KICKER,
        Placement("Title", 0, (43, 46, 874, 44), 24, "title", bold=True),
        *_half(1),
        *_half(2),
        *FEET,
    ),
}
