"""A presentation to build in: ours, or a client's template without its slides, and the places that its layouts give."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn
from pptx.slide import SlideLayout

from siyu.errors import Problem, UsageError, shown_path
from siyu.render.deck.layouts import LAYOUTS, OWN
from siyu.render.deck.mapping import mapped
from siyu.render.deck.spots import Spot, spots_of

_MAIN = "application/vnd.{}.main+xml"
_PRESENTATION = _MAIN.format("openxmlformats-officedocument.presentationml.presentation")
# what a template, a show and their kinds with macros call themselves; the deck is a plain presentation
_OTHERS = [
    *(_MAIN.format(f"openxmlformats-officedocument.presentationml.{kind}") for kind in ("template", "slideshow")),
    *(_MAIN.format(f"ms-powerpoint.{kind}.macroEnabled") for kind in ("presentation", "template", "slideshow")),
]
_LEFT_OUT = ("/slide", "/vbaProject", "/viewProps", "/presProps")  # relations: slides, macros, what points at slides
_OLE = b"\xd0\xcf\x11\xe0"
_BROKEN = (PackageNotFoundError, XMLSyntaxError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError)


@dataclass(frozen=True)
class Masters:
    """A presentation without slides, and its layouts: name -> layout, name -> name of a place -> spot."""

    presentation: Any
    layouts: Mapping[str, SlideLayout]
    spots: Mapping[str, Mapping[str, Spot]]


def opened(template: Path | None) -> Masters:
    """The template, ours when none is given. A client's own slides are left out, their master is kept.

    Raises UsageError for a file that is no open presentation, and naming every layout that nothing can stand for.
    """
    presentation: Any = _presentation(template) if template else Presentation(str(OWN))
    size = (int(presentation.slide_width), int(presentation.slide_height))
    layouts = [layout for master in presentation.slide_masters for layout in master.slide_layouts]
    found = {name: mapped(name, model, layouts, size) for name, model in _models(size).items()}
    if missing := [name for name, match in found.items() if match is None]:
        expected = "a layout with a title and, below it, room over most of the slide"
        step = "Add one in the slide master, or use another template."
        file = shown_path(template) if template else OWN.name
        lacks = [f"no layout that can stand for {name!r}" for name in missing]
        raise UsageError(Problem(file, 0, "", told, expected, step) for told in lacks)
    _empty(presentation)
    layout_of = {name: match[0] for name, match in found.items() if match}
    return Masters(presentation, layout_of, {name: match[1] for name, match in found.items() if match})


@lru_cache(maxsize=4)
def _models(size: tuple[int, int]) -> dict[str, dict[str, Spot]]:
    """Our own layouts, on a slide of this size."""
    own: Any = Presentation(str(OWN))
    across, down = size[0] / own.slide_width, size[1] / own.slide_height
    by_name = {layout.name: spots_of(layout) for layout in own.slide_layouts}
    return {name: {key: spot.scaled(across, down) for key, spot in by_name[name].items()} for name in LAYOUTS}


def _presentation(template: Path) -> Any:
    """The file as a plain presentation. Raises UsageError when it is none, or locked."""

    def refused(found: str, step: str = "Give the path of a .pptx or .potx file.") -> UsageError:
        return UsageError([Problem(shown_path(template), 0, "", found, "a .pptx or .potx file", step)])

    try:
        content = template.read_bytes()
        if content.startswith(_OLE):
            locked = "EncryptedPackage".encode("utf-16-le") in content
            found = "a presentation locked with a password" if locked else "a presentation of the format before 2007"
            raise refused(found, "Save it without a password as .pptx and give that file.")
        return Presentation(_plain(content))
    except _BROKEN as error:
        if isinstance(error, UsageError):
            raise
        raise refused("no readable presentation") from error


def _plain(content: bytes) -> io.BytesIO:
    """The package with the content type of a presentation, whatever kind it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        source.getinfo("ppt/presentation.xml")
        for name in dict.fromkeys(source.namelist()):
            part = source.read(name)
            for other in _OTHERS if name == "[Content_Types].xml" else ():
                part = part.replace(other.encode(), _PRESENTATION.encode())
            target.writestr(name, part)
    buffer.seek(0)
    return buffer


def _empty(presentation: Any) -> None:
    """Take out all slides and whatever leads to one: sections, custom shows, links; macros and locks, too."""
    listed = presentation.slides._sldIdLst  # python-pptx has no public way to remove a slide
    for entry in list(listed):
        listed.remove(entry)
    for name in ("p:extLst", "p:custShowLst", "p:modifyVerifier"):
        for element in presentation.part._element.findall(qn(name)):
            presentation.part._element.remove(element)
    for part in list(presentation.part.package.iter_parts()):
        for key, relation in list(part.rels.items()):
            if not relation.is_external and relation.reltype.endswith(_LEFT_OUT):
                _unlink(part, key)
                part.rels.pop(key)


def _unlink(part: Any, relation: str) -> None:
    for element in list(part._element.iter()) if hasattr(part, "_element") else ():
        if element.get(qn("r:id")) == relation:
            element.getparent().remove(element)
