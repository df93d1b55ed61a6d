"""Charts of the page as drawings in its own typeface: sharp at any size, a third of a picture's bytes.

Matplotlib's SVG is taken apart: the page's policy forbids its inline styles, and most of it says nothing."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from lxml import etree
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.text import Text

from siyu import theme
from siyu.charts import drawing
from siyu.charts.kinds import KINDS
from siyu.language import Language
from siyu.paths import kept
from siyu.reads.digests import sha256_of
from siyu.record import Chart, Table

Look = dict[str, str]
_HALO = {"stroke": theme.PAPER, "stroke-width": "3", "paint-order": "stroke"}
_POINTS = 0.72  # of a CSS pixel of the page, which shows an inch as a hundred
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML
_LINK = "{http://www.w3.org/1999/xlink}href"
_DECIMAL = re.compile(r"-?\d+\.\d+")
_PLACE: tuple[str, ...] = ("x", "y", "transform")
_PAIR = re.compile(r"(-?[\d.]+) (-?[\d.]+)")


def drawn(chart: Chart | Table) -> Chart | None:
    """The chart as far as it is a picture on the page; most grids are tables there."""
    if not isinstance(chart, Chart) or chart.kind not in KINDS:
        return None
    kind = KINDS[chart.kind]
    return chart if kind.pictured or not kind.grid else None


def picture(chart: Chart, language: Language, width: str, name: str) -> Markup:
    """A chart as `<svg>` for `desktop` or `phone`, or as it was drawn before from the same.

    name: for its ids, unlike any other of the page."""
    what = f"{drawing.drawn_by(language.code)} {_here()} {width} {name} {json.dumps(chart.as_json())}"
    # safe: every part of it was put together with its attributes and texts escaped
    return Markup(kept("drawings", what, lambda: _svg(chart, language, width, name).encode()).decode())  # noqa: S704


@lru_cache(maxsize=1)
def _here() -> str:
    return sha256_of(Path(__file__))


def _svg(chart: Chart, language: Language, width: str, name: str) -> Markup:
    canvas = drawing.draw(chart, language, width)
    for patch in (canvas.patch, *(axes.patch for axes in canvas.axes)):
        patch.set_visible(False)
    for text in canvas.findobj(Text):
        if text.get_path_effects():  # they would turn it into outlines
            text.set(path_effects=[], gid="halo")
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(canvas).print_svg(buffer, metadata=metadata)  # type: ignore[no-untyped-call]
    root = etree.fromstring(_FORBIDDEN.sub("", buffer.getvalue()).encode())
    sizes = (round(float(side) / _POINTS) for side in root.get("viewBox").split()[2:])
    about = dict(zip(("width", "height"), map(str, sizes), strict=True))
    about |= {"class": width, "viewBox": root.get("viewBox"), "stroke-linejoin": "round", "aria-hidden": "true"}
    return Markup("<svg{}>{}</svg>").format(_attributes(about), _content(root))


def _content(root: etree._Element) -> Markup:
    marks = {one.get("id"): one for one in root.iter("{*}path") if one.get("id")}
    clips = Markup()
    for clip in root.iter("{*}clipPath"):
        box = {key: _short(clip[0].get(key)) for key in ("x", "y", "width", "height")}
        clips += Markup('<clipPath id="{}"><rect{}/></clipPath>').format(clip.get("id"), _attributes(box))
    return Markup().join([clips, *_elements(_shapes(root, {}, marks))])


def _shapes(node: etree._Element, look: Look, marks: Mapping[str, etree._Element]) -> Iterator[tuple[str, Look, str]]:
    """(element, its attributes, its path or its text) of all that is drawn, in order."""
    for child in node.iterchildren("{*}g", "{*}path", "{*}use", "{*}text"):
        kind, own = etree.QName(child).localname, look | _look(child)
        if kind == "g":
            yield from _shapes(child, own | (_HALO if child.get("id") == "halo" else {}), marks)
        elif kind == "use":
            mark = marks[child.get(_LINK)[1:]]
            yield _placed(mark.get("d"), float(child.get("x")), float(child.get("y")), own | _look(mark))
        elif kind == "path":
            yield "path", own, child.get("d")
        else:
            place = {name: _short(at) for name in _PLACE if (at := child.get(name))}
            if place.get("transform", "").startswith("rotate(-0 "):
                del place["transform"]
            yield "text", own | place, child.text or ""


def _look(element: etree._Element) -> Look:
    """Attributes instead of a style."""
    pairs = [part.partition(":") for part in element.get("style", "").split(";") if part]
    look = {name.strip(): value.strip() for name, _, value in pairs if name.strip() != "font-family"}
    if size := look.pop("font-size", "").removesuffix("px"):
        look["font-size"] = size
    return look | ({"clip-path": clip} if (clip := element.get("clip-path")) else {})


def _placed(path: str, x: float, y: float, look: Look) -> tuple[str, Look, str]:
    """A mark at its place; a dot is the round end of a line without length."""
    if "C" in path:
        wide = 2 * max(abs(float(end)) for end in _PAIR.findall(path)[0]) + float(look.get("stroke-width", 1))
        dot = {"fill": "none", "stroke-width": f"{wide:g}", "stroke-linecap": "round"}
        return "path", look | dot, f"M {x:f} {y:f} h0"
    return "path", look, _PAIR.sub(lambda at: f"{float(at[1]) + x:f} {float(at[2]) + y:f}", path)


def _elements(shapes: Iterable[tuple[str, Look, str]]) -> Iterator[Markup]:
    """What looks alike is one path or one group of texts; marks first, so that texts stand on them."""
    alike: dict[tuple[str, Markup], list[Markup | str]] = {}
    for kind, look, content in shapes:
        place = {name: look.pop(name) for name in _PLACE if name in look}
        text = Markup("<text{}>{}</text>").format(_attributes(place), content) if kind == "text" else _short(content)
        alike.setdefault((kind, _attributes(look)), []).append(text)
    for (kind, about), contents in sorted(alike.items(), key=lambda one: one[0][0]):
        told = {"about": about, "contents": Markup().join(contents)}
        path = Markup('<path d="{contents}"{about}/>')
        yield (Markup("<g{about}>{contents}</g>") if kind == "text" else path).format(**told)


def _attributes(look: Mapping[str, str]) -> Markup:
    return Markup().join(Markup(' {}="{}"').format(name, value) for name, value in look.items())


def _short(text: str) -> str:
    """Numbers with one decimal, a path without needless spaces."""
    rounded = _DECIMAL.sub(lambda at: f"{round(float(at[0]), 1):g}", text.strip())
    return re.sub(r"\s*([MLCQzh])\s*", r"\1", rounded) if rounded.startswith("M") else rounded
