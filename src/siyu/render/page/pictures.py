"""Charts of the page as drawings in its own typeface: sharp at any size, a third of a picture's bytes."""

import re
from collections.abc import Iterable, Iterator, Mapping

from markupsafe import Markup, escape

from siyu import theme
from siyu.charts import drawing
from siyu.charts.kinds import KINDS
from siyu.charts.shapes import HALO, Caption, Drawing, Fill, Point, Shape, Stroke
from siyu.language import Language
from siyu.record import Chart, Table

Look = dict[str, str]
_HALO = {"stroke": theme.PAPER, "stroke-width": f"{2 * HALO:g}", "paint-order": "stroke"}
_POINTS = 0.72  # of a CSS pixel of the page, which shows an inch as a hundred
# in XML, and what turns the direction of a text
_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def drawn(chart: Chart | Table) -> Chart | None:
    """The chart as far as it is a picture on the page; most grids are tables there."""
    if not isinstance(chart, Chart) or chart.kind not in KINDS:
        return None
    kind = KINDS[chart.kind]
    return chart if kind.pictured or not kind.grid else None


def picture(chart: Chart, language: Language, width: str) -> Markup:
    """A chart as `<svg>` for `desktop` or `phone`."""
    painted = drawing.draw(chart, language, width)
    sides = {name: f"{round(getattr(painted, name) / _POINTS)}" for name in ("width", "height")}
    about = {**sides, "class": width, "viewBox": f"0 0 {_short(painted.width)} {_short(painted.height)}"}
    about |= {"stroke-linejoin": "round", "aria-hidden": "true"}
    # safe: all texts are escaped where they are written, and attributes hold numbers and names of our own
    return Markup(f"<svg{_attributes(about)}>{''.join(_elements(painted))}</svg>")  # noqa: S704


def _elements(painted: Drawing) -> Iterator[str]:
    """What looks alike is one path or one group of texts; marks first, so that texts stand on them."""
    alike: dict[tuple[bool, str], list[str]] = {}
    for shape in painted.shapes:
        alike.setdefault((isinstance(shape, Caption), _attributes(_look(shape))), []).append(_written(shape))
    for (text, about), contents in sorted(alike.items(), key=lambda one: one[0][0]):
        content = "".join(contents)
        yield f"<g{about}>{content}</g>" if text else f'<path d="{content}"{about}/>'


def _look(shape: Shape) -> Look:
    if isinstance(shape, Caption):
        look = {"fill": shape.colour, "font-size": f"{shape.size:g}", "text-anchor": shape.anchor}
        return look | (_HALO if shape.halo else {})
    if isinstance(shape, Fill):
        edge = {"stroke": shape.edge, "stroke-width": f"{shape.width:g}"} if shape.edge else {}
        return {"fill": shape.colour, **edge, **({"fill-opacity": f"{shape.alpha:g}"} if shape.alpha < 1 else {})}
    look = {"fill": "none", "stroke": shape.colour, "stroke-width": f"{shape.width:g}"}
    look |= {"stroke-opacity": f"{shape.alpha:g}"} if shape.alpha < 1 else {}
    look |= {"stroke-linecap": "round"} if shape.dot or shape.round else {}
    return look | ({"stroke-dasharray": " ".join(f"{part:g}" for part in shape.dash)} if shape.dash else {})


def _written(shape: Shape) -> str:
    """A path's commands, or a text at its place. A dot is the round end of a line without length."""
    if isinstance(shape, Caption):
        x, y = map(_short, shape.at)
        return f'<text x="{x}" y="{y}">{escape(_FORBIDDEN.sub("", shape.text))}</text>'
    if isinstance(shape, Stroke) and shape.dot:
        return f"M{_pairs(shape.points)}h0"
    command = "Q" if isinstance(shape, Stroke) and shape.bent else "L"
    ended = "z" if isinstance(shape, Fill) else ""
    return f"M{_pairs(shape.points[:1])}{command}{_pairs(shape.points[1:])}{ended}"


def _pairs(points: Iterable[Point]) -> str:
    return " ".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _attributes(look: Mapping[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in look.items())


def _short(number: float) -> str:
    """At most one decimal."""
    return f"{round(number, 1):g}"
