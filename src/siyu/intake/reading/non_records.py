"""Lines that are no records: totals, repeated headers, titles and notes around the table."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

from siyu.intake.formats.cells import BLANKS, bare, fen
from siyu.intake.formats.format import normal, patterns
from siyu.intake.formats.identities import SIMPLE, narrow

_WORDS = patterns(__file__)
_TOTAL = _WORDS["total"]
ENOUGH = 10  # cells by which it is seen how a column ends
# 单位：万元, Currency: USD; alone in its cell below a header, (元) as well
_SAID = r"(?:单位|币[种别制]|currency|units?|amounts? in)[\s:为是]{0,3}"
_STATED = re.compile(rf"{_SAID}({_WORDS['unit'].pattern})(?![A-Za-z\u4e00-\u9fff])", re.IGNORECASE)
_UNIT = re.compile(rf"\W*(?:元|人民币|yuan|CNY|RMB|({_WORDS['unit'].pattern}))\W*", re.IGNORECASE)
_COUNTED = re.compile(r"共\s*(\d[\d,]*)\s*(?:条|笔|行|单|个订单)|(\d[\d,]*)\s*(?:rows|records|orders)\b")


def split(line: str, delimiter: str) -> list[str] | None:
    """The fields of one line; None when its quotation marks are misplaced."""
    try:
        rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None if rows else []


def filled(cells: Sequence[str]) -> list[str]:
    """The cells that hold something."""
    return [cell for cell in map(bare, cells) if cell not in BLANKS]


def is_total(cells: Sequence[str]) -> bool:
    """Whether some cell says total and the rest are numbers, blank, or short words of the same kind."""
    held = [_plain(cell) for cell in filled(cells)]
    if said := [cell for cell in held if _TOTAL.fullmatch(cell)]:
        return all(_numeric(cell) for cell in held if cell not in said)
    led = [re.match(rf"({_TOTAL.pattern})[::=]?(?=[¥\d])", cell) for cell in held]  # 合计:6425.00
    return any(led) and all(_numeric(cell) or match for cell, match in zip(held, led, strict=True))


def is_of_a_part(cells: Sequence[str]) -> bool:
    """Whether a total is that of a page, a month or another part of the file."""
    return bool(_WORDS["part"].search("\n".join(cells)))


def ends_within(column: Sequence[str]) -> bool:
    """Whether the last cell of a column ends before it is whole: it has fewer decimals than all others, or fewer signs
    where all have the same number."""
    *others, last = column
    held = [cell for cell in others if cell not in BLANKS]
    if len(held) < ENOUGH or not last:
        return False
    decimals, signs = min(map(_decimals, held)), set(map(len, held))
    return _decimals(last) < decimals or (len(signs) == 1 and len(last) < min(signs))


def _decimals(cell: str) -> int:
    return len(cell.rpartition(".")[2]) if "." in cell else 0


def is_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Whether this is a header: most filled cells are titles, in whatever order."""
    titles = set(map(normal, header)) - {""}
    return sum(normal(cell) in titles for cell in cells) >= max(2, len(filled(cells)) * 0.6)


def is_note(cells: Sequence[str]) -> bool:
    """Whether one or two filled cells read like a title or footnote rather than a cut record."""
    held = filled(cells)
    if held and all(map(_UNIT.fullmatch, map(narrow, held))):
        return True
    return 0 < len(held) <= 2 and any(_WORDS["note"].search(_simple(cell)) or counted([cell]) for cell in held)


def stated_unit(cells: Sequence[str]) -> str:
    """The unit or currency that a line around the table says amounts are in; "" for yuan and where it says none."""
    plain = (_simple(cell) for cell in cells)
    told = (found for cell in plain for found in (_UNIT.fullmatch(cell), _STATED.search(cell)) if found)
    return next((found[1] for found in told if found[1]), "")


def counted(cells: Sequence[str]) -> int | None:
    """The number of records that a footnote speaks of: 共50条, 50 rows."""
    for cell in cells:
        if found := _COUNTED.search(unicodedata.normalize("NFKC", _simple(cell))):
            return int((found.group(1) or found.group(2)).replace(",", ""))
    return None


def _plain(cell: str) -> str:
    return re.sub(
        r"\s|[::。.]+$|^[-=*#【\[<《]+|[-=*#】\]>》]+$", "", unicodedata.normalize("NFKC", _simple(cell))
    ).lower()


def _simple(cell: str) -> str:
    return narrow(cell).translate(SIMPLE)


def _numeric(cell: str) -> bool:
    return not fen(cell)[1] or bool(re.fullmatch(r"[¥\d.,%件笔单条元万-]+", cell))
