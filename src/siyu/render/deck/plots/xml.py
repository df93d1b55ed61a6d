"""Pieces of chart XML: text, colours, references with cached values, labels, axes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from siyu import theme

NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
SHEET = "Sheet1"
NO_LINE = "<a:ln><a:noFill/></a:ln>"


def fill(colour: str) -> str:
    """A solid fill in a `#rrggbb` colour."""
    return f'<a:solidFill><a:srgbClr val="{colour.lstrip("#").upper()}"/></a:solidFill>'


def stroke(colour: str, points: float, *, dash: str = "", round_ends: bool = False) -> str:
    """A line. dash: OOXML preset, "" for solid."""
    cap = ' cap="rnd"' if round_ends else ' cap="flat"'
    dashes = f'<a:prstDash val="{dash}"/>' if dash else ""
    return f'<a:ln w="{round(points * 12_700)}"{cap}>{fill(colour)}{dashes}<a:round/></a:ln>'


def shape(inside: str) -> str:
    """Shape properties."""
    return f"<c:spPr>{inside}</c:spPr>"


def type_of(size: float, colour: str = theme.INK, *, bold: bool = False) -> str:
    """Text properties in the theme's fonts; never turned."""
    weight = ' b="1"' if bold else ' b="0"'
    return (
        '<c:txPr><a:bodyPr rot="0" vert="horz"/><a:lstStyle/><a:p><a:pPr>'
        f'<a:defRPr sz="{round(size * 100)}"{weight}>{fill(colour)}<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/></a:defRPr>'
        '</a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
    )


def texts(column: str, values: Sequence[str], first: int = 2) -> str:
    """Strings of a column, from row `first` down."""
    points = "".join(f'<c:pt idx="{at}"><c:v>{escape(text)}</c:v></c:pt>' for at, text in enumerate(values))
    area = f"{SHEET}!${column}${first}:${column}${first + len(values) - 1}"
    return f'<c:strRef><c:f>{area}</c:f><c:strCache><c:ptCount val="{len(values)}"/>{points}</c:strCache></c:strRef>'


def numbers(column: str, values: Sequence[float | None], first: int = 2) -> str:
    """Numbers of a column, from row `first` down, as findings.json writes them."""
    points = "".join(f'<c:pt idx="{at}"><c:v>{json.dumps(value)}</c:v></c:pt>' for at, value in enumerate(values) if value is not None)
    area = f"{SHEET}!${column}${first}:${column}${first + len(values) - 1}"
    return (
        f"<c:numRef><c:f>{area}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef>'
    )


def called(column: str, name: str, row: int = 1) -> str:
    """The name of a series, from its heading in the sheet."""
    point = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(name)}</c:v></c:pt></c:strCache>'
    return f"<c:tx><c:strRef><c:f>{SHEET}!${column}${row}</c:f>{point}</c:strRef></c:tx>"


def label(at: int, code: str, place: str, size: float, colour: str, *, name: bool = False, bold: bool = False) -> str:
    """The label of one point: its number, after the name of its series when `name` is set. Not linked to the cell's format."""
    return (
        f'<c:dLbl><c:idx val="{at}"/><c:numFmt formatCode={quoteattr(code)} sourceLinked="0"/><c:spPr><a:noFill/>{NO_LINE}</c:spPr>'
        f'{type_of(size, colour, bold=bold)}<c:dLblPos val="{place}"/>{_shows(value=True, name=name)}<c:separator> </c:separator></c:dLbl>'
    )


def labels(points: Sequence[str], size: float) -> str:
    """The labels of a series: those given, no others."""
    if not points:
        return ""
    return f"<c:dLbls>{''.join(points)}{type_of(size)}{_shows(value=False, name=False)}</c:dLbls>"


def _shows(*, value: bool, name: bool) -> str:
    return (
        f'<c:showLegendKey val="0"/><c:showVal val="{int(value)}"/><c:showCatName val="0"/><c:showSerName val="{int(name)}"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    )


def error_bars(look: str, *, minus: str = "", plus: str = "", direction: str = "y") -> str:
    """Bars from a point to the ends in other columns. minus, plus: references, "" for none."""
    kind = "both" if minus and plus else "minus" if minus else "plus"
    way = f'<c:errDir val="{direction}"/>' if direction else ""
    ends = (f"<c:plus>{plus}</c:plus>" if plus else "") + (f"<c:minus>{minus}</c:minus>" if minus else "")
    return (
        f'<c:errBars>{way}<c:errBarType val="{kind}"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        f"{ends}{shape(look)}</c:errBars>"
    )


def marker(colour: str, size: int) -> str:
    """A dot of this diameter in points; none for size 0."""
    if not size:
        return '<c:marker><c:symbol val="none"/></c:marker>'
    look = shape(fill(colour) + stroke(theme.PAPER, 1))
    return f'<c:marker><c:symbol val="circle"/><c:size val="{size}"/>{look}</c:marker>'


def category_axis(size: float, *, side: str, across: str = "min", upside_down: bool = False) -> str:
    """The axis of the row labels. side: `b` or `l`. across: where it meets the value axis (`min`, `autoZero`, a number)."""
    meets = f'<c:crosses val="{across}"/>' if across in ("min", "autoZero") else f'<c:crossesAt val="{across}"/>'
    order = "maxMin" if upside_down else "minMax"
    return (
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/><c:axPos val="{side}"/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="low"/>{shape(stroke("#8d97a1", 0.75))}{type_of(size)}<c:crossAx val="2"/>{meets}'
        '<c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def value_axis(
    size: float,
    code: str,
    *,
    side: str,
    ends: tuple[float | None, float | None] = (None, None),
    log: bool = False,
    hidden: bool = False,
    title: str = "",
    ids: tuple[int, int] = (2, 1),
    between: str = "between",
) -> str:
    """A numeric axis with light grid lines; hidden where every mark carries its number. ids: own, crossed axis."""
    low, high = ends
    base = '<c:logBase val="10"/>' if log else ""
    most = f'<c:max val="{json.dumps(high)}"/>' if high is not None else ""
    least = f'<c:min val="{json.dumps(low)}"/>' if low is not None else ""
    grid = "" if hidden or ids == (1, 2) else f"<c:majorGridlines>{shape(stroke(theme.LINE, 0.75))}</c:majorGridlines>"
    return (
        f'<c:valAx><c:axId val="{ids[0]}"/><c:scaling>{base}<c:orientation val="minMax"/>{most}{least}</c:scaling>'
        f'<c:delete val="{int(hidden)}"/><c:axPos val="{side}"/>{grid}{_axis_title(title, size, side)}'
        f'<c:numFmt formatCode={quoteattr(code)} sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="low"/>{shape(NO_LINE)}{type_of(size, theme.MUTE)}<c:crossAx val="{ids[1]}"/>'
        f'<c:crosses val="min"/><c:crossBetween val="{between}"/></c:valAx>'
    )


def _axis_title(title: str, size: float, side: str) -> str:
    if not title:
        return ""
    turned = ' rot="-5400000"' if side == "l" else ' rot="0"'
    return (
        f'<c:title><c:tx><c:rich><a:bodyPr{turned} vert="horz"/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}" b="0"/></a:pPr>'
        f'<a:r><a:rPr lang="en-US" sz="{round(size * 100)}" b="0">{fill(theme.MUTE)}</a:rPr><a:t>{escape(title)}</a:t></a:r></a:p>'
        '</c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def plot_area(groups: str, box: tuple[float, float, float, float] | None = None) -> str:
    """Series and axes. box: inner left, top, width, height as shares of the chart; None leaves it to Office."""
    layout = "<c:layout/>"
    if box is not None:
        left, top, width, height = box
        layout = (
            '<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
            f'<c:x val="{left:.4f}"/><c:y val="{top:.4f}"/><c:w val="{width:.4f}"/><c:h val="{height:.4f}"/></c:manualLayout></c:layout>'
        )
    return f"<c:plotArea>{layout}{groups}</c:plotArea>"


def chart_space(area: str, size: float) -> bytes:
    """A whole chart part. Its first relation is the embedded workbook."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<c:chartSpace {NAMESPACES}><c:date1904 val="0"/><c:roundedCorners val="0"/>'
        f'<c:chart><c:autoTitleDeleted val="1"/>{area}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/>{NO_LINE}</c:spPr>{type_of(size)}"
        '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()
