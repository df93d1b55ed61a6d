"""Native tables: text cut to fit, rows spread over as many pages as they need, cells coloured on request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from siyu.render.deck import metrics
from siyu.render.deck.spots import Spot
from siyu.render.deck.tags import EMU, LINE, Attribute, emu, scheme, tag, type_of, words
from siyu.render.deck.writing import TAGS

_INSET = (7.0, 3.0)  # left and right, top and bottom, in points
_MOST_LINES = 5


@dataclass(frozen=True)
class GridCell:
    """A cell. fill, colour: as `tags.scheme` takes them, "" for the table's own. number: set to the right."""

    text: str
    fill: str = ""
    colour: str = ""
    bold: bool = False
    number: bool = False
    centred: bool = False


@dataclass(frozen=True)
class SlideGrid:
    """A table. heads: texts of the first row. weights: shares of the width, empty to follow the text.

    least: height of a row, in points."""

    heads: Sequence[str]
    rows: Sequence[Sequence[GridCell]]
    size: float = 10.5
    weights: Sequence[float] = ()
    least: float = 0.0


@dataclass(frozen=True)
class GridPage:
    """What fits on one slide: the `a:tbl` element, its height in points, its number of rows."""

    xml: str
    height: float
    rows: int


Row = tuple[str, float]  # XML, and height in points


def first_page(grid: SlideGrid, spot: Spot, code: str) -> GridPage:
    """What of the table is shown when it is broken into pages of this place that are about equally full."""
    width, height = spot.box[2] / EMU, spot.box[3] / EMU
    widths = _widths(grid, width)
    numeric = [bool(grid.rows) and all(row[at].number for row in grid.rows) for at in range(len(grid.heads))]
    named = enumerate(zip(grid.heads, numeric, strict=True))
    heads = [GridCell(one, bold=True, number=number, centred=at > 0 < grid.least) for at, (one, number) in named]
    head = _row(heads, widths, grid, code, head=True)
    rows = [_row(cells, widths, grid, code) for cells in grid.rows]
    most = height - head[1]
    needed = len(_batches(rows, most))
    least = max((tall for _, tall in rows), default=0.0)
    for _ in range(12):  # as low as they get without another page
        middle = (least + most) / 2
        least, most = (least, middle) if len(_batches(rows, middle)) <= needed else (middle, most)
    shown = _batches(rows, most)[0]
    columns = tag("a:tblGrid", *(tag("a:gridCol", w=emu(wide)) for wide in widths))
    xml = tag("a:tbl", tag("a:tblPr", firstRow="1"), columns, head[0], *(row for row, _ in shown))
    return GridPage(xml, head[1] + sum(tall for _, tall in shown), len(shown))


def _batches(rows: Sequence[Row], height: float) -> list[list[Row]]:
    found: list[list[Row]] = [[]]
    for row in rows:
        if found[-1] and sum(tall for _, tall in found[-1]) + row[1] > height + 1e-6:
            found.append([])
        found[-1].append(row)
    return found


def _widths(grid: SlideGrid, width: float) -> list[float]:
    if grid.weights:
        return [width * weight / sum(grid.weights) for weight in grid.weights]
    texts = [[head, *(row[at].text for row in grid.rows)] for at, head in enumerate(grid.heads)]
    return metrics.columns(texts, width, grid.size, 2 * _INSET[0] + 1)


def _row(cells: Sequence[GridCell], widths: Sequence[float], grid: SlideGrid, code: str, *, head: bool = False) -> Row:
    """A cell's text is cut with an ellipsis beyond a few lines; the workbook has it whole."""
    tall, inside = 0.0, []
    for cell, width in zip(cells, widths, strict=True):
        room = width - 2 * _INSET[0]
        text = metrics.shortened(cell.text, room, grid.size, _MOST_LINES, bold=cell.bold)
        tall = max(tall, metrics.height(text, room, grid.size, bold=cell.bold))
        inside.append(_cell(cell, text, grid.size, code, head=head))
    tall = max(tall + 2 * _INSET[1], 0 if head else grid.least)
    return tag("a:tr", *inside, h=emu(tall)), tall


def _cell(cell: GridCell, text: str, size: float, code: str, *, head: bool) -> str:
    # all cells of a look differ in their text only
    return _frame(replace(cell, text="\0" if text else ""), size, code, head).replace("\0", words(text))


@lru_cache(maxsize=1024)
def _frame(cell: GridCell, size: float, code: str, head: bool) -> str:
    look: dict[str, Attribute] = {"lang": TAGS[code], "sz": round(size * 100)}
    ink = scheme(cell.colour) if cell.colour else scheme("tx1")
    run = tag("a:r", tag("a:rPr", ink, type_of("mn"), b=int(cell.bold), **look), tag("a:t", cell.text))
    spacing = tag("a:lnSpc", tag("a:spcPct", val="95000"))
    align = tag("a:pPr", spacing, algn="ctr" if cell.centred else "r" if cell.number else "l")
    paragraph = tag("a:p", align, run if cell.text else tag("a:endParaRPr", **look))
    below = tag("a:lnB", scheme("tx2") if head else scheme(LINE), w=12_700 if head else 6_350)
    borders = "".join(tag(f"a:{side}", tag("a:noFill"), w=0) for side in ("lnL", "lnR", "lnT")) + below
    side, end = (emu(inset) for inset in _INSET)
    insets = {"marL": side, "marR": side, "marT": end, "marB": end}
    ground = scheme(cell.fill) if cell.fill else tag("a:noFill")
    body = tag("a:txBody", tag("a:bodyPr"), tag("a:lstStyle"), paragraph)
    return tag("a:tc", body, tag("a:tcPr", borders, ground, anchor="ctr", **insets))
