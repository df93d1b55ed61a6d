"""What must not reach a client: a title over two lines, text that does not fit, a chart without source or
alt text, a message nobody translated, a shape beyond the slide. Any of them fails the build."""

from collections.abc import Iterator
from typing import Any

from pptx.oxml.ns import qn

from siyu.errors import Problem, ProblemsError
from siyu.render.deck import metrics
from siyu.render.deck.layouts import LAYOUTS
from siyu.render.deck.slide import Deck, Slide
from siyu.render.deck.spots import Spot
from siyu.render.deck.writing import heavy
from siyu.render.speech import Speech

_ROUNDING = 0.5  # points


class SlideProblems(ProblemsError):
    """Slides that cannot be shown as they are; `problems` names slide and shape."""


def checked(deck: Deck, speech: Speech) -> None:
    """Pass a deck or raise SlideProblems with everything that is wrong with it."""
    found = [problem for number, slide in enumerate(deck.slides, start=1) for problem in _slide(slide, number, deck)]
    step = "Give it in each language ({en, zh}), add it to the .po files, or leave out this language (--lang)."
    untranslated = [f"untranslated text {message[:80]!r}" for message in sorted(speech.missed)]
    found += [Problem(f"deck.{deck.code}.pptx", 0, "", text, "a translation", step) for text in untranslated]
    if found:
        raise SlideProblems(found)


def _slide(slide: Slide, number: int, deck: Deck) -> Iterator[Problem]:
    file = f"deck.{deck.code}.pptx"

    def problem(shape: str, found: str, expected: str, step: str) -> Problem:
        return Problem(file, number, shape, f"{found} (slide {slide.key!r})", expected, step)

    presentation = deck.masters.presentation
    names = set()
    for element in slide.tree.iterchildren(qn("p:sp"), qn("p:graphicFrame")):
        about = next(element.iter(qn("p:cNvPr")))
        name = about.get("name")
        if element.tag == qn("p:graphicFrame"):
            yield from _frame(element, about, problem, presentation)
            continue
        spot = slide.spots[name]
        names.add(name)
        if _outside(*spot.box, presentation):
            yield problem(name, "text outside the slide", "all text on it", "Move the placeholder in the template.")
        yield from _text(element, spot, name, problem)
    if "Source" in LAYOUTS[slide.layout] and "Source" not in names:
        yield problem("Source", "no source", "a source line", "Give the finding's values their sources.")


def _frame(element: Any, about: Any, problem: Any, presentation: Any) -> Iterator[Problem]:
    name = about.get("name")
    if not (about.get("descr") or "").strip():
        yield problem(name, "no alt text", "words for readers who cannot see it", "Give the finding a title or `alt`.")
    place = element.find(qn("p:xfrm"))
    offset, extent = place.find(qn("a:off")), place.find(qn("a:ext"))
    box = (int(offset.get("x")), int(offset.get("y")), int(extent.get("cx")), int(extent.get("cy")))
    if _outside(*box, presentation):
        yield problem(name, "a shape outside the slide", "all of it on the slide", "Use fewer or shorter rows.")


def _text(element: Any, spot: Spot, name: str, problem: Any) -> Iterator[Problem]:
    total, count = 0.0, 0
    for paragraph in element.iter(qn("a:p")):
        text = "".join(run.text or "" for run in paragraph.iter(qn("a:t")))
        sizes = [int(run.get("sz")) / 100 for run in paragraph.iter(qn("a:rPr")) if run.get("sz")]
        runs = [(run.findtext(qn("a:t")) or "", run.find(qn("a:rPr"))) for run in paragraph.iter(qn("a:r"))]
        bold = spot.bold or heavy((text, look is not None and look.get("b") == "1") for text, look in runs)
        size = max(sizes, default=spot.size)
        before = sum(int(space[0].get("val")) for space in paragraph.iter(qn("a:spcBef"))) / 100
        total += before + metrics.height(text, spot.width, size, bold=bold)
        count += len(metrics.lines(text, spot.width, size, bold=bold))
    shown = "".join(run.text or "" for run in element.iter(qn("a:t")))[:60]
    if spot.is_title and count > spot.most:
        found = f"a title of {count} lines, {shown!r}"
        yield problem(name, found, f"{spot.most} lines at most", "Shorten the finding's message.")
    if total > spot.height + _ROUNDING:
        found, step = f"text {total:.0f} points high, {shown!r}", "Shorten the text, or make the placeholder higher."
        yield problem(name, found, f"at most {spot.height:.0f} points", step)


def _outside(x: int, y: int, width: int, height: int, presentation: Any) -> bool:
    return x < 0 or y < 0 or x + width > presentation.slide_width or y + height > presentation.slide_height
