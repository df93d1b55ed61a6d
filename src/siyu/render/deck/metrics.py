"""How wide a text is and where its lines break, from the vendored typeface.

Office draws Latin in Arial and Chinese in Microsoft YaHei; both are within a few percent of Noto Sans SC,
which is what the margin of the slide lint is for.
"""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

from PIL import ImageFont

from siyu.theme import FONTS

MARGIN = 0.06  # widths are taken this much larger: the faces of Office are not the one measured
LINE = 1.26  # line height over size: YaHei's 1.32 at the 95 % line spacing of the template
_SIZE = 200
_FACES = {False: "NotoSansSC-Regular.ttf", True: "NotoSansSC-Bold.ttf"}
_NOT_FIRST = set("，。、；：？！）」』》”’%…·–—)]}.,;:?!")  # no line starts with these
_NOT_LAST = set("（「『《“‘([{")  # and none ends with these


@lru_cache(maxsize=2)
def _face(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / _FACES[bold]), _SIZE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _advance(char: str, bold: bool) -> float:
    return _face(bold).getlength(char) / _SIZE


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in points, margin included."""
    return sum(_advance(char, bold) for char in text) * size * (1 + MARGIN)


def lines(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """`text` broken as a slide breaks it: at spaces, and between Chinese characters. width: points."""
    broken = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and text_width((line + piece).rstrip(), size, bold=bold) > width:
                broken.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
            while text_width(line.rstrip(), size, bold=bold) > width and len(line) > 1:
                cut = _longest(line, width, size, bold)  # one word longer than the line
                broken.append(line[:cut])
                line = line[cut:]
        broken.append(line.rstrip())
    return broken


def height(text: str, width: float, size: float, *, bold: bool = False) -> float:
    """Height of a text set in a column of this width, in points."""
    return len(lines(text, width, size, bold=bold)) * size * LINE


def shortened(text: str, width: float, size: float, most: int, *, bold: bool = False) -> str:
    """`text` cut with an ellipsis so that it takes at most `most` lines."""
    broken = lines(text, width, size, bold=bold)
    if len(broken) <= most:
        return text
    kept = "".join(_joined(broken[:most])).rstrip()
    while kept and len(lines(kept + "…", width, size, bold=bold)) > most:
        kept = kept[:-1].rstrip()
    return kept + "…"


def _joined(broken: list[str]) -> list[str]:
    """Lines with the space between two of them that breaking took away."""
    return [line + (" " if at + 1 < len(broken) and line[-1:].isascii() else "") for at, line in enumerate(broken)]


def _longest(line: str, width: float, size: float, bold: bool) -> int:
    total, most = 0.0, width / size / (1 + MARGIN)
    for at, char in enumerate(line):
        total += _advance(char, bold)
        if total > most:
            return max(at, 1)
    return len(line)


def _pieces(text: str) -> list[str]:
    """The parts between which a line may break."""
    pieces: list[str] = []
    for char in text:
        joins = bool(pieces) and not _breaks(pieces[-1][-1], char)
        if joins:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _breaks(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST or after == " ":
        return False
    return before == " " or before in "–—-/" and not after.isdigit() or _wide(before) or _wide(after)


@lru_cache(maxsize=8192)
def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


def columns(needs: list[float], total: float, least: float) -> list[float]:
    """Widths of columns that share `total`: each what it needs when all fit, else the wide ones give way."""
    wanted = [max(need, least) for need in needs]
    if sum(wanted) <= total:
        spare = (total - sum(wanted)) / len(wanted)
        return [want + spare for want in wanted]
    low, high = least, max(wanted)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(min(want, middle) for want in wanted) <= total else (low, middle)
    shared = [min(want, low) for want in wanted]
    return [width * total / math.fsum(shared) for width in shared]
