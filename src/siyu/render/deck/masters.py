"""Layouts of a template, ours or a client's, and the placeholders in them, found by name."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.slide import SlideLayout

from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.render.deck.layouts import LAYOUTS, OWN
from siyu.render.deck.tags import EMU

_INSETS = {"lIns": 91_440, "tIns": 45_720, "rIns": 91_440, "bIns": 45_720}  # OOXML defaults, EMU
_TITLES = ("title", "ctrTitle")
_OPTIONAL = ("Footer", "Slide Number")


@dataclass(frozen=True)
class Spot:
    """A placeholder as a slide uses it. x, y, width, height: of its text or content, in points.

    box: its outer edges in EMU (x, y, width, height); size: of its text in points.
    """

    name: str
    kind: str
    index: int
    box: tuple[int, int, int, int]
    x: float
    y: float
    width: float
    height: float
    size: float
    bold: bool

    @property
    def is_title(self) -> bool:
        """Whether it holds the title of a slide."""
        return self.kind in _TITLES


@dataclass(frozen=True)
class Masters:
    """A presentation without slides, and its layouts: name -> layout, name -> placeholder name -> spot."""

    presentation: Any
    layouts: Mapping[str, SlideLayout]
    spots: Mapping[str, Mapping[str, Spot]]


def opened(template: Path | None) -> Masters:
    """The template, ours when none is given. A client's own slides are left out, their master is kept.

    Raises UsageError naming every layout and placeholder that is missing.
    """
    presentation = Presentation(_read(template or OWN))
    file = shown_path(template) if template else "the deck's own template"
    layouts = {layout.name: layout for master in presentation.slide_masters for layout in master.slide_layouts}
    problems, spots = [], {}
    for name, wanted in LAYOUTS.items():
        if name not in layouts:
            step = f"Name one of its layouts so. {nearest(name, layouts)}"
            problems.append(Problem(file, 0, "", f"no layout {name!r}", f"a layout {name!r}", step))
            continue
        found = _spots(layouts[name])
        spots[name] = found
        for spot in wanted:
            if spot not in found and spot not in _OPTIONAL:
                step = f"Name one of its placeholders so (Selection pane). {nearest(spot, found)}"
                expected = f"a placeholder {spot!r} in the layout {name!r}"
                problems.append(Problem(file, 0, "", f"layout {name!r} without {spot!r}", expected, step))
    if problems:
        raise UsageError(problems)
    _drop_slides(presentation)
    return Masters(presentation, layouts, spots)


def _read(template: Path) -> io.BytesIO:
    """The file. Raises UsageError when it is no presentation."""
    try:
        content = template.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            whole = "ppt/presentation.xml" in package.namelist()
    except (OSError, zipfile.BadZipFile):
        whole = False
    if not whole:
        step = "Give the path of a .pptx file."
        raise UsageError([Problem(shown_path(template), 0, "", "no readable presentation", "a .pptx file", step)])
    return io.BytesIO(content)


def _drop_slides(presentation: Any) -> None:
    listed = presentation.slides._sldIdLst  # python-pptx has no public way to remove a slide
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)
    # sections list slides by id; with the slides gone they would make the file look damaged
    for extensions in presentation.part._element.findall(qn("p:extLst")):
        presentation.part._element.remove(extensions)


def _spots(layout: SlideLayout) -> dict[str, Spot]:
    return {shape.name: _spot(shape, layout) for shape in _all(layout.placeholders)}


def _spot(shape: Any, layout: SlideLayout) -> Spot:
    element = shape._element  # the public proxies hide text defaults and insets
    ph = element.find(f".//{qn('p:ph')}")
    kind, index = ph.get("type", "obj"), int(ph.get("idx", "0"))
    parents = [element, *_master_twins(layout, kind)]
    box = (shape.left or 0, shape.top or 0, shape.width or 0, shape.height or 0)
    insets = {side: _inset(parents, side, default) for side, default in _INSETS.items()}
    size, bold = _type(parents, layout, kind)
    x, y, width, height = box
    return Spot(
        shape.name,
        kind,
        index,
        box,
        (x + insets["lIns"]) / EMU,
        (y + insets["tIns"]) / EMU,
        (width - insets["lIns"] - insets["rIns"]) / EMU,
        (height - insets["tIns"] - insets["bIns"]) / EMU,
        size,
        bold,
    )


def _master_twins(layout: SlideLayout, kind: str) -> list[Any]:
    wanted = {"obj": "body", "ctrTitle": "title"}.get(kind, kind)
    shapes = _all(layout.slide_master.placeholders)
    return [shape._element for shape in shapes if shape._element.ph.get("type") == wanted]


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
