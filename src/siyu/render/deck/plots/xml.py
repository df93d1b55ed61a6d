"""Pieces of chart XML: text, lines, references with cached values, labels, axes."""

from collections.abc import Sequence

from siyu.render.deck.tags import HEAD, INK, LINE, MUTE, MUTED, PAPER, each, emu, root, scheme, tag, type_of, words

SHEET = "Sheet1"
NO_FILL = tag("a:noFill")
NO_LINE = tag("a:ln", NO_FILL)
Ends = tuple[float | None, float | None]


def stroke(colour: str, points: float, dash: str | None = None) -> str:
    """A line. dash: OOXML preset, None for solid."""
    dashes = [tag("a:prstDash", val=dash)] if dash else []
    return tag("a:ln", scheme(colour), *dashes, tag("a:round"), w=emu(points), cap="flat")


def shape(*inside: str) -> str:
    """Shape properties."""
    return tag("c:spPr", *inside)


def text(size: float, colour: str = INK, *, bold: bool = False, wrap: str = "square") -> str:
    """Text properties in the theme's fonts; never turned. wrap: `none` for one line."""
    defaults = tag("a:defRPr", scheme(colour), type_of("mn"), sz=round(size * 100), b=int(bold))
    paragraph = tag("a:p", tag("a:pPr", defaults), tag("a:endParaRPr", lang="en-US"))
    return tag("c:txPr", tag("a:bodyPr", rot="0", vert="horz", wrap=wrap), tag("a:lstStyle"), paragraph)


def texts(column: str, values: Sequence[str]) -> str:
    """Strings of a column, from its second row down."""
    points = [tag("c:pt", tag("c:v", words(value)), idx=at) for at, value in enumerate(values)]
    cache = tag("c:strCache", tag("c:ptCount", val=len(values)), *points)
    return tag("c:strRef", tag("c:f", _area(column, len(values))), cache)


def numbers(column: str, values: Sequence[float | None]) -> str:
    """Numbers of a column, from its second row down, as findings.json writes them."""
    points = [f'<c:pt idx="{at}"><c:v>{value!r}</c:v></c:pt>' for at, value in enumerate(values) if value is not None]
    cache = tag("c:numCache", tag("c:formatCode", "General"), tag("c:ptCount", val=len(values)), *points)
    return tag("c:numRef", tag("c:f", _area(column, len(values))), cache)


def called(column: str, name: str) -> str:
    """The name of a series, from its heading in the sheet."""
    cache = tag("c:strCache", tag("c:ptCount", val=1), tag("c:pt", tag("c:v", words(name)), idx=0))
    return tag("c:tx", tag("c:strRef", tag("c:f", f"{SHEET}!${column}$1"), cache))


def series(at: int, column: str, name: str, *inside: str) -> str:
    """A series: its place in the order, its name, then its parts in the order of the schema."""
    return tag("c:ser", each("c", idx=at, order=at), called(column, name), *inside)


def label(
    at: int, code: str, side: str, size: float, colour: str, *, name: bool = False, bold: bool = False, up: float = 0
) -> str:
    """The label of one point: its number, after the name of its series when `name` is set. up: moved by so much, a
    share of the chart's height.

    Its format is its own, not that of the cell."""
    moved = tag("c:layout", tag("c:manualLayout", each("c", x=0, y=-round(up, 4)))) if up else ""
    look = shape(NO_FILL, NO_LINE) + text(size, colour, bold=bold, wrap="none") + tag("c:dLblPos", val=side)
    shown = _shows(value=True, name=name) + tag("c:separator", " ")
    return tag("c:dLbl", tag("c:idx", val=at), moved, _format(code), look, shown)


def labels(points: Sequence[str], size: float) -> str:
    """The labels of a series: those given, no others."""
    return tag("c:dLbls", *points, text(size), _shows(value=False, name=False)) if points else ""


def _shows(*, value: bool, name: bool) -> str:
    shown = {"showLegendKey": 0, "showVal": int(value), "showCatName": 0, "showSerName": int(name)}
    return each("c", **shown, showPercent=0, showBubbleSize=0)


def error_bars(look: str, minus: str, plus: str) -> str:
    """Bars from a point to the ends that other columns give. minus, plus: references."""
    head = each("c", errBarType="both", errValType="cust", noEndCap=1)
    return tag("c:errBars", head, tag("c:plus", plus), tag("c:minus", minus), shape(look))


def marker(colour: str, size: int) -> str:
    """A dot of this diameter in points; none for size 0."""
    if not size:
        return tag("c:marker", tag("c:symbol", val="none"))
    return tag("c:marker", each("c", symbol="circle", size=size), shape(scheme(colour), stroke(PAPER, 1)))


def category_axis(size: float, across: str | float) -> str:
    """The axis of the row labels, from the top. across: where it meets the value axis (`min`, a number)."""
    crosses = each("c", **{"crosses" if isinstance(across, str) else "crossesAt": across})
    crosses += each("c", auto=0, lblAlgn="ctr", lblOffset=100, noMultiLvlLbl=1)
    head = each("c", delete=0, axPos="l") + _format("General")
    look = shape(stroke(MUTED, 0.75)) + text(size)
    return _axis("c:catAx", (1, 2), each("c", orientation="maxMin"), head, "low", look, crosses)


def value_axis(
    size: float, code: str, *, side: str, ends: Ends = (None, None), log: bool = False, hidden: bool = False,
    title: str = "", ids: tuple[int, int] = (2, 1), between: str = "between", crosses: str = "min",
) -> str:  # fmt: skip
    """A numeric axis with light grid lines; hidden where every mark carries its number. ids: own, crossed axis.
    crosses: at which end of the other axis it stands."""
    grid = not hidden and ids != (1, 2)
    scaling = each("c", logBase=10 if log else None, orientation="minMax", max=ends[1], min=ends[0])
    head = each("c", delete=int(hidden), axPos=side)
    head += tag("c:majorGridlines", shape(stroke(LINE, 0.75))) if grid else ""
    head += (_axis_title(title, size, side) if title else "") + _format(code)
    labels_at, look = "low" if crosses == "min" else "nextTo", shape(NO_LINE) + text(size, MUTE)
    return _axis("c:valAx", ids, scaling, head, labels_at, look, each("c", crosses=crosses, crossBetween=between))


def _axis(kind: str, ids: tuple[int, int], scaling: str, head: str, labels_at: str, look: str, crosses: str) -> str:
    ticks = each("c", majorTickMark="none", minorTickMark="none", tickLblPos=labels_at)
    own = tag("c:axId", val=ids[0]) + tag("c:scaling", scaling)
    return tag(kind, own, head, ticks, look, tag("c:crossAx", val=ids[1]), crosses)


def _format(code: str) -> str:
    return tag("c:numFmt", formatCode=code, sourceLinked="0")


def _axis_title(title: str, size: float, side: str) -> str:
    turned = "-5400000" if side == "l" else "0"
    points = round(size * 100)
    run = tag("a:r", tag("a:rPr", scheme(MUTE), lang="en-US", sz=points, b=0), tag("a:t", words(title)))
    paragraph = tag("a:p", tag("a:pPr", tag("a:defRPr", sz=points, b=0)), run)
    rich = tag("c:rich", tag("a:bodyPr", rot=turned, vert="horz"), tag("a:lstStyle"), paragraph)
    return tag("c:title", tag("c:tx", rich), tag("c:overlay", val=0))


def plot_area(groups: str, box: tuple[float, float, float, float] | None = None) -> str:
    """Series and axes. box: inner left, top, width, height as shares of the chart; None leaves it to Office."""
    if box is None:
        return tag("c:plotArea", tag("c:layout"), groups)
    x, y, width, height = (round(share, 4) for share in box)
    inner = each("c", layoutTarget="inner", xMode="edge", yMode="edge", x=x, y=y, w=width, h=height)
    return tag("c:plotArea", tag("c:layout", tag("c:manualLayout", inner)), groups)


def chart_space(area: str, size: float, *, legend: bool = False) -> bytes:
    """A whole chart part, with a legend above on request. Its first relation is the embedded workbook."""
    key = tag("c:legend", each("c", legendPos="t", overlay=0), text(size, MUTE)) if legend else ""
    chart = tag("c:chart", tag("c:autoTitleDeleted", val=1), area, key, each("c", plotVisOnly=1, dispBlanksAs="gap"))
    look = shape(NO_FILL, NO_LINE) + text(size)
    book = tag("c:externalData", tag("c:autoUpdate", val=0), r__id="rId1")
    return (HEAD + root("c:chartSpace", "acr", each("c", date1904=0, roundedCorners=0), chart, look, book)).encode()


def _area(column: str, count: int) -> str:
    return f"{SHEET}!${column}$2:${column}${count + 1}"
