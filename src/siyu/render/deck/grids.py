"""Native tables: type as large as their place allows, text cut to fit, cells coloured on request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from siyu.render.deck import metrics
from siyu.render.deck.spots import Spot
from siyu.render.deck.tags import EMU, LINE, Attribute, emu, scheme, tag, type_of, words
from siyu.render.deck.writing import TAGS

_INSET = (7.0, 3.0)  # left and right, top and bottom, in points
_MOST_LINES, _FEW_LINES = 5, 3  # of a cell in the smallest type, and in larger type
_SIZES = (14.0, 13.0, 12.0, 11.0)  # of type, tried in this order
_SLACK = 0.94  # of the height that larger type and looser rows may take: faces of Office differ
_LOOSE = 12.0  # points that a row may get beyond what its text needs


@dataclass(frozen=True)
class GridCell:
    """A cell. fill, colour: as `tags.scheme` takes them, "" for the table's own. number: set to the right. link: key
    of a slide."""

    text: str
    fill: str = ""
    colour: str = ""
    bold: bool = False
    number: bool = False
    centred: bool = False
    link: str = ""


@dataclass(frozen=True)
class SlideGrid:
    """A table. heads: texts of the first row. size: of the smallest type that it takes. weights: shares of the width,
    empty to follow the text."""

    heads: Sequence[str]
    rows: Sequence[Sequence[GridCell]]
    size: float = 10.5
    weights: Sequence[float] = ()


@dataclass(frozen=True)
class GridPage:
    """What fits on one slide: the `a:tbl` element, its height and size of type in points, its number of rows."""

    xml: str
    height: float
    size: float
    rows: int


Row = tuple[list[str], float]  # texts of its cells, and its height in points


def first_page(grid: SlideGrid, spot: Spot, code: str) -> GridPage:
    """What of the table is shown: all of it, as large as it fits and as loose as there is room; else its first rows."""
    width, height = spot.box[2] / EMU, spot.box[3] / EMU
    heads = [GridCell(one, bold=True, number=number, centred=centred) for one, number, centred in _columns(grid)]
    for size in (*(size for size in _SIZES if size > grid.size), grid.size):
        sized, least = replace(grid, size=size), size == grid.size
        widths = _widths(sized, width)
        most = _MOST_LINES if least else _FEW_LINES
        lines = [heads, *grid.rows]
        head, *rows = (_row(cells, widths, sized, most) for cells in lines)
        whole = [texts for texts, _ in (head, *rows)] == [[cell.text for cell in cells] for cells in lines]
        fits = sum(tall for _, tall in (head, *rows)) <= _SLACK * height
        if least or (whole and fits and not any(_split(cells, widths, size) for cells in lines)):
            break
    while len(rows) > 1 and head[1] + sum(tall for _, tall in rows) > height:
        rows.pop()
    loose = min(_LOOSE, max(0.0, _SLACK * height - head[1] - sum(tall for _, tall in rows)) / max(1, len(rows)))
    columns = tag("a:tblGrid", *(tag("a:gridCol", w=emu(wide)) for wide in widths))
    shown = [(texts, tall + loose) for texts, tall in rows]
    body = (_line(cells, row, size, code) for cells, row in zip(grid.rows, shown, strict=False))
    xml = tag("a:tbl", tag("a:tblPr", firstRow="1"), columns, _line(heads, head, size, code, head=True), *body)
    return GridPage(xml, head[1] + sum(tall for _, tall in shown), size, len(shown))


def _columns(grid: SlideGrid) -> Iterator[tuple[str, bool, bool]]:
    """Heads with whether their cells are numbers, and centred."""
    for at, head in enumerate(grid.heads):
        cells = [row[at] for row in grid.rows]
        yield head, bool(cells) and all(one.number for one in cells), bool(cells) and all(one.centred for one in cells)


def _widths(grid: SlideGrid, width: float) -> list[float]:
    if grid.weights:
        return [width * weight / sum(grid.weights) for weight in grid.weights]
    texts = [[head, *(row[at].text for row in grid.rows)] for at, head in enumerate(grid.heads)]
    return metrics.columns(texts, width, grid.size, 2 * _INSET[0] + 1)


def _split(cells: Sequence[GridCell], widths: Sequence[float], size: float) -> bool:
    """Whether a word of them has to be broken."""
    rooms = zip(cells, widths, strict=True)
    return any(metrics.longest_word(one.text, size, bold=one.bold) > width - 2 * _INSET[0] for one, width in rooms)


def _row(cells: Sequence[GridCell], widths: Sequence[float], grid: SlideGrid, most: int) -> Row:
    """A cell's text is cut with an ellipsis beyond so many lines; the workbook has it whole."""
    tall, texts = 0.0, []
    for cell, width in zip(cells, widths, strict=True):
        room = width - 2 * _INSET[0]
        texts.append(metrics.shortened(cell.text, room, grid.size, most, bold=cell.bold))
        tall = max(tall, metrics.height(texts[-1], room, grid.size, bold=cell.bold))
    return texts, tall + 2 * _INSET[1]


def _line(cells: Sequence[GridCell], row: Row, size: float, code: str, *, head: bool = False) -> str:
    inside = (_cell(cell, text, size, code, head=head) for cell, text in zip(cells, row[0], strict=True))
    return tag("a:tr", *inside, h=emu(row[1]))


def _cell(cell: GridCell, text: str, size: float, code: str, *, head: bool) -> str:
    # all cells of a look differ in their text only
    return _frame(replace(cell, text="\0" if text else ""), size, code, head).replace("\0", words(text))


@lru_cache(maxsize=1024)
def _frame(cell: GridCell, size: float, code: str, head: bool) -> str:
    look: dict[str, Attribute] = {"lang": TAGS[code], "sz": round(size * 100)}
    ink = scheme(cell.colour) if cell.colour else scheme("tx1")
    jump = tag("a:hlinkClick", r__id=cell.link) if cell.link else ""  # the key, until the slides know their relations
    run = tag("a:r", tag("a:rPr", ink, type_of("mn"), jump, b=int(cell.bold), **look), tag("a:t", cell.text))
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
