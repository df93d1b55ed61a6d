"""Places for text and exhibits in a layout, with the type that their text is set in."""

from dataclasses import dataclass, replace
from typing import Any

from pptx.oxml.ns import qn
from pptx.slide import SlideLayout

from siyu.render.deck.tags import EMU

_INSETS = {"lIns": 91_440, "tIns": 45_720, "rIns": 91_440, "bIns": 45_720}  # OOXML defaults, EMU
_TITLES = ("title", "ctrTitle")
_SMALLEST = 0.78  # of the size a placeholder sets; longer text is for the lint to refuse
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Spot:
    """A place on a slide: a placeholder, or, where the layout has none for it, a text box (index below zero).

    box: its outer edges in EMU (x, y, width, height); insets: left, top, right, bottom of it; size: of its text in
    points; least: down to which longer text may be set."""

    name: str
    kind: str
    index: int
    box: Box
    insets: Box
    size: float
    least: float
    bold: bool

    @property
    def is_title(self) -> bool:
        """Whether it holds the title of a slide."""
        return self.kind in _TITLES

    @property
    def most(self) -> int:
        """Lines that a title may take."""
        return 4 if self.kind == "ctrTitle" else 2

    @property
    def width(self) -> float:
        """Of its text, in points."""
        return (self.box[2] - self.insets[0] - self.insets[2]) / EMU

    @property
    def height(self) -> float:
        """Of its text, in points."""
        return (self.box[3] - self.insets[1] - self.insets[3]) / EMU

    def scaled(self, across: float, down: float) -> "Spot":
        """The same on a slide of another size."""
        x, y, width, height = self.box
        box = (round(x * across), round(y * down), round(width * across), round(height * down))
        size = round(self.size * min(across, down) * 2) / 2
        return replace(self, box=box, size=size, least=size * _SMALLEST)


def spots_of(layout: SlideLayout) -> dict[str, Spot]:
    """name -> placeholder of a layout."""
    masters = [shape._element for shape in _all(layout.slide_master.placeholders)]
    return {shape.name: _spot(shape, layout, masters) for shape in _all(layout.placeholders)}


def _spot(shape: Any, layout: SlideLayout, masters: list[Any]) -> Spot:
    element = shape._element  # the public proxies hide text defaults and insets
    ph = element.find(f".//{qn('p:ph')}")
    kind, index = ph.get("type", "obj"), int(ph.get("idx", "0"))
    twin = {"obj": "body", "ctrTitle": "title", "subTitle": "body"}.get(kind, kind)
    parents = [element, *(one for one in masters if one.ph.get("type") == twin)]
    box = (shape.left or 0, shape.top or 0, shape.width or 0, shape.height or 0)
    left, top, right, bottom = (_inset(parents, side, default) for side, default in _INSETS.items())
    size, bold = _type(parents, layout, kind)
    return Spot(shape.name, kind, index, box, (left, top, right, bottom), size, size * _SMALLEST, bold)


def _inset(parents: list[Any], side: str, default: int) -> int:
    for element in parents:
        body = element.find(f".//{qn('a:bodyPr')}")
        if body is not None and body.get(side) is not None:
            return int(body.get(side))
    return default


def _type(parents: list[Any], layout: SlideLayout, kind: str) -> tuple[float, bool]:
    """Size in points and weight: of the layout, else of the master, else of its text style."""
    styles = layout.slide_master._element.find(qn("p:txStyles"))
    style = styles.find(qn("p:titleStyle" if kind in _TITLES else "p:bodyStyle")) if styles is not None else None
    size = bold = None
    for element in [*parents, *([style] if style is not None else [])]:
        for defaults in element.iterfind(f".//{qn('a:lvl1pPr')}/{qn('a:defRPr')}"):
            size = size or (int(defaults.get("sz")) / 100 if defaults.get("sz") else None)
            bold = defaults.get("b") if bold is None else bold
    return size or 18.0, bold in ("1", "true")


def _all(placeholders: Any) -> list[Any]:
    """Placeholders as a list; the types of python-pptx do not know that they iterate."""
    return list(placeholders)
