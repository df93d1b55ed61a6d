"""Lines that are no records: totals, repeated headers, titles and notes around the table; and remarks in columns that
nobody mapped which may say that a record is none."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.cells import BLANKS, bare, fen
from siyu.intake.formats.format import normal, patterns
from siyu.intake.formats.identities import SIMPLE, narrow
from siyu.intake.reading.lines import Ints, Lines

_WORDS = patterns(__file__)
_TOTAL = _WORDS["total"]
# words of a remark as RE2 reads them; marks of one or two signs on few lines are remarks, too
_REMARKS = f"(?i:{_WORDS['remark'].pattern})"
MARKS, MARKED = 2, 0.5  # different marks of a column, and the share of lines that may bear one
_WITHOUT = re.compile(r"[不未包]含|含[已退取]|包括|剔除|排除|除[去了外]|去掉|includ|exclud|without", re.IGNORECASE)
ENOUGH = 10  # cells by which it is seen how a column ends
# 单位：万元, Currency: USD; alone in its cell below a header, (元) as well
_SAID = r"(?:单位|币[种别制]|currency|units?|amounts? in)[\s:为是]{0,3}"
_STATED = re.compile(rf"{_SAID}({_WORDS['unit'].pattern})(?![A-Za-z\u4e00-\u9fff])", re.IGNORECASE)
_UNIT = re.compile(rf"\W*(?:元|人民币|yuan|CNY|RMB|({_WORDS['unit'].pattern}))\W*", re.IGNORECASE)
# 时区：UTC, 以上为太平洋时间, Time zone: America/New_York, all times are GMT
_FAR = r"(?:太平洋|美[东西国]|格林尼治|[东西][\d一二三四五六七八九十]{1,2}区|日本|韩国|英国|伦敦|纽约)"
_UTC = r"(?:UTC|GMT)(?:\s?[+-]\d{1,2}(?::?\d\d)?)?(?![a-z\d])"
_ZONE = re.compile(
    rf"(?:时区|time ?zone)[\s:为是(]{{0,3}}(?:{_FAR}|{_UTC}|[a-z]+/[a-z_]+|[a-z]{{2,4}}(?![a-z])|[+-]\d{{1,2}})"
    rf"|(?<![a-z]){_UTC}|(?:协调世界|世界协调|世界标准)时|{_FAR}(?:标准)?时间",
    re.IGNORECASE,
)
_BEIJING = re.compile(r"东[八8]|[+]0?8(?!\d)|china|beijing|shanghai|hong_kong|taipei|prc|cst", re.IGNORECASE)
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


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a line around the table, or a name, speaks of closed orders, tests or presents, and not of their lack."""
    plain = list(map(_simple, cells))
    return any(_WORDS["remark"].search(cell) for cell in plain) and not any(map(_WITHOUT.search, plain))


def stated_unit(cells: Sequence[str]) -> str:
    """The unit or currency that a line around the table says amounts are in; "" for yuan and where it says none."""
    plain = (_simple(cell) for cell in cells)
    told = (found for cell in plain for found in (_UNIT.fullmatch(cell), _STATED.search(cell)) if found)
    return next((found[1] for found in told if found[1]), "")


def stated_zone(cells: Sequence[str]) -> str:
    """The time zone that a line around the table says its times are of; "" for Beijing's and where it says none."""
    found = next(filter(None, map(_ZONE.search, map(_simple, cells))), None)
    return "" if found is None or _BEIJING.search(found[0]) else found[0].strip()


# what a line around a table may say of it: the code of the refusal, the readers of the cells, and what finds it
STATED: tuple[tuple[str, frozenset[str], Callable[[Sequence[str]], str]], ...] = (
    ("stated_unit", frozenset(["money", "fee", "charge"]), stated_unit),
    ("stated_zone", frozenset(["time"]), stated_zone),
)


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


@dataclass
class Remarks:
    """What columns that nobody mapped say of some lines, counted from 0, by the place of the column. said: lines of
    which a cell speaks of closed orders, tests, gifts. marks: lines by what stands in a column, as long as these are
    few short marks."""

    places: tuple[int, ...]
    lines: int = 0
    said: dict[int, list[Ints]] = field(default_factory=dict)
    marks: dict[int, set[str]] = field(default_factory=dict)
    marked: dict[int, list[Ints]] = field(default_factory=dict)

    def of(self, text: Lines, at: Ints) -> "Remarks":
        """The remarks of the records of a block. Safe to call from several threads."""
        found = Remarks(self.places, len(at))
        if not self.places or not len(at):
            return found
        kept = np.isin(np.flatnonzero(text.sound), at)
        for place, cells in zip(self.places, text.cells(self.places), strict=True):
            held = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
            plain = pc.utf8_trim_whitespace(held).filter(pa.array(kept))
            told = pc.match_substring_regex(plain, _REMARKS).to_numpy(zero_copy_only=False)
            filled = pc.invert(pc.is_in(plain, value_set=_NONE)).to_numpy(zero_copy_only=False)
            found.said[place] = [at[told]]
            marks = {*plain.filter(pa.array(filled)).unique()[: MARKS + 1].to_pylist()}
            found.marks[place], found.marked[place] = marks, [at[filled]]
        return found

    def add(self, more: "Remarks", base: int) -> None:
        """Take in those of a block that begins at line `base`."""
        self.lines += more.lines
        for mine, theirs in ((self.said, more.said), (self.marked, more.marked)):
            for place, lines in theirs.items():
                mine.setdefault(place, []).extend(one + base for one in lines)
        for place, marks in more.marks.items():
            self.marks.setdefault(place, set()).update(marks)

    def told(self) -> Iterator[tuple[str, int, Ints]]:
        """Code, place and lines of each column that says something."""
        for place in self.places:
            if (said := np.concatenate([np.zeros(0, np.int64), *self.said.get(place, ())])).size:
                yield "remarks", place, said
                continue
            marked = np.concatenate([np.zeros(0, np.int64), *self.marked.get(place, ())])
            marks = self.marks.get(place, set())
            if 0 < len(marks) <= MARKS and all(len(mark) <= 2 for mark in marks) and marked.size <= MARKED * self.lines:
                yield "marked", place, marked


_NONE = pa.array(sorted(BLANKS))
