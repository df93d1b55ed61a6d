"""What the number format of a cell shows beside its value: a currency, or another unit than the value has.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31, number formats."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

from siyu.messages import tables

_SAID = tables(__file__, "units.yml")
_FOREIGN = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_SAID['foreign'], key=len, reverse=True))})(?![A-Za-z])")
_UNIT = re.compile(_SAID["units"])
_LOCALE = re.compile(r"\[\$([^\]-]*)-?([^\]]*)\]")
_ASIDE = re.compile(r"\[[^\]]*\]|[_*].")  # colours, conditions, room for a sign, what fills a cell
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')
LONGEST = 255  # characters of a number format that a spreadsheet takes
_SCALED = re.compile(r"[0#?],+(?![,0#?])")
_SHIFTED = re.compile(r'[0#?](?:[\\!]\.|"\.")[0#?]')


class Shown(NamedTuple):
    """What cells of a column (from 0) show, the first of them in row `row` (from 1): a code of `problems.REASONS`, and
    the sign or word that says it."""

    column: int
    row: int
    code: str
    found: str


def shown(styled: Mapping[tuple[int, str], int], codes: Mapping[str, str]) -> Iterator[Shown]:
    """What the formats of a sheet say. styled: column from 1 and style of cells with a number -> the first row;
    codes: number format by style."""
    for (column, style), row in styled.items():
        code, found = _said(codes.get(style, "")[:LONGEST])
        if code:
            yield Shown(column - 1, row, code, found)


@lru_cache(maxsize=4096)
def _said(code: str) -> tuple[str, str]:
    if code in _SAID["built_in"]:
        return "foreign_currency", "$"
    if code in _SAID["shares"]:
        return "other_unit", "%"
    signs = [sign + "JP" * (sign in "¥￥" and place in _SAID["yen"]) for sign, place in _LOCALE.findall(code) if sign]
    plain = _ASIDE.sub("", _LOCALE.sub("", code))
    text = "".join([*signs, re.sub(r'["\\!]', "", plain)])
    if foreign := _FOREIGN.search(text) or next(filter(_is_foreign, text), None):
        return "foreign_currency", foreign if isinstance(foreign, str) else foreign[0]
    bare, words = _LITERAL.sub("", plain), "".join(map("".join, _LITERAL.findall(plain)))
    unit = _UNIT.search(words + "".join(re.findall(r"[\u4e00-\u9fff]", bare)))
    if _SCALED.search(bare):
        return "shown_scaled", unit[0] if unit else "1,000"
    if unit or "%" in plain or _SHIFTED.search(plain):
        return "other_unit", unit[0] if unit else "%" if "%" in plain else code[:20]
    return "", ""


def _is_foreign(sign: str) -> bool:
    return category(sign) == "Sc" and sign not in "¥￥"
