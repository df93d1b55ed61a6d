"""Text on a slide: runs and paragraphs, the size at which they fit, and their XML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from siyu.render.deck import metrics
from siyu.render.deck.spots import Spot
from siyu.render.deck.tags import scheme, tag, words

TAGS = {"zh": "zh-CN", "en": "en-US", "xx": "en-US"}
_ALONE = 0.12  # of the width: a last line shorter than this looks left over


@dataclass(frozen=True)
class Run:
    """A stretch of text. colour: theme colour. link: key of a slide, or an address that starts with http."""

    text: str
    bold: bool | None = None
    colour: str = ""
    scale: float = 1.0
    link: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Runs on one or more lines. before: space above, in points. level: the same line height in every script, so
    that numbers with and without Chinese units stand level."""

    runs: Sequence[Run]
    before: float = 0.0
    level: bool = False

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(run.text for run in self.runs)

    @property
    def scale(self) -> float:
        """Its largest type, over the size of the placeholder."""
        return max((run.scale for run in self.runs), default=1.0)


def plain_paragraphs(*texts: str) -> list[Paragraph]:
    """A paragraph for each text that is not empty."""
    return [Paragraph([Run(text)]) for text in texts if text]


def fitting(paragraphs: Sequence[Paragraph], spot: Spot) -> float:
    """The largest size, down to what can be read, at which the text fits its place; a title takes two lines at most.

    A word or two alone on the last line of a title are taken in where a little less size does it."""
    size, least = spot.size, spot.least
    while size > least:
        too_many = spot.is_title and len(_broken(paragraphs, spot, size)) > spot.most
        if not too_many and text_height(paragraphs, spot, size) <= spot.height:
            break
        size -= 0.5
    broken = _broken(paragraphs, spot, size)
    if spot.is_title and len(broken) > 1:
        alone = metrics.text_width(broken[-1], size, bold=spot.bold) < _ALONE * spot.width
        for smaller in (size - 0.5 * step for step in range(1, 11)):
            if alone and smaller > least and len(_broken(paragraphs, spot, smaller)) < len(broken):
                return smaller
    return size


def text_height(paragraphs: Sequence[Paragraph], spot: Spot, size: float) -> float:
    """Height of the paragraphs in a placeholder, in points."""
    total = 0.0
    for paragraph in paragraphs:
        bold = spot.bold or heavy((run.text, bool(run.bold)) for run in paragraph.runs)
        total += paragraph.before + metrics.height(paragraph.text, spot.width, size * paragraph.scale, bold=bold)
    return total


def heavy(runs: Iterable[tuple[str, bool]]) -> bool:
    """Whether a text whose parts may be bold is as wide as if all of it were: most of it is."""
    return sum(len(text) * (1 if bold else -1) for text, bold in runs) > 0


def _broken(paragraphs: Sequence[Paragraph], spot: Spot, size: float) -> list[str]:
    return [line for p in paragraphs for line in metrics.lines(p.text, spot.width, size, bold=spot.bold)]


def paragraph_xml(paragraph: Paragraph, code: str, size: float, *, stated: bool = False) -> str:
    """`a:p`. size: of the placeholder; stated: write it, as it is not that of the layout."""
    spacing = ""
    if paragraph.level:
        spacing += tag("a:lnSpc", tag("a:spcPts", val=round(size * paragraph.scale * metrics.LINE * 100)))
    if paragraph.before:
        spacing += tag("a:spcBef", tag("a:spcPts", val=round(paragraph.before * 100)))
    runs = [_run(run, code, size, stated=stated) for run in paragraph.runs]
    return tag("a:p", tag("a:pPr", spacing) if spacing else "", *runs)


def _run(run: Run, code: str, size: float, *, stated: bool) -> str:
    points = round(size * run.scale * 100) if stated or run.scale != 1.0 else None
    look = scheme(run.colour) if run.colour else ""
    weight = None if run.bold is None else int(run.bold)
    return tag("a:r", tag("a:rPr", look, lang=TAGS[code], sz=points, b=weight), tag("a:t", words(run.text)))
