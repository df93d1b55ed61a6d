"""How wide a text is and where its lines break, from the vendored typeface.

Office draws Latin in Arial and Chinese in Microsoft YaHei; both are within a few percent of Noto Sans SC,
which is what the margin of the slide lint is for.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from siyu.theme import FONTS

MARGIN = 0.06  # widths are taken this much larger: the faces of Office are not the one measured
LINE = 1.26  # line height over size: YaHei's 1.32 at the 95 % line spacing of the template
_SIZE = 200
_STEPS = 40  # in which columns share what is left of the width
_FACES = {False: "NotoSansSC-Regular.ttf", True: "NotoSansSC-Bold.ttf"}
_NOT_FIRST = set("，。、；：？！）」』》”’%…·–—)]}.,;:?!")  # no line starts with these
_NOT_LAST = set("（「『《“‘([{")  # and none ends with these


@lru_cache(maxsize=2)
def _face(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / _FACES[bold]), _SIZE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _advance(char: str, bold: bool) -> float:
    return _face(bold).getlength(char) / _SIZE * (1 + MARGIN)


@lru_cache(maxsize=32768)
def _ems(text: str, bold: bool) -> float:
    """Width in ems, margin included."""
    return sum([_advance(char, bold) for char in text])


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in points, margin included."""
    return _ems(text, bold) * size


def lines(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """`text` broken as a slide breaks it: at spaces, and between Chinese characters. width: points."""
    most = width / size
    broken = []
    for paragraph in text.split("\n"):
        if _ems(paragraph, bold) <= most:
            broken.append(paragraph.rstrip())
            continue
        line, used = "", 0.0
        for piece in _pieces(paragraph):
            wide = _ems(piece, bold)
            if line and used + _ems(piece.rstrip(), bold) > most:
                broken.append(line.rstrip())
                line, used = "", 0.0
            line, used = line + piece, used + wide
            while used > most and _ems(line.rstrip(), bold) > most and len(line) > 1:
                cut = _longest(line, most, bold)  # one word longer than the line
                broken.append(line[:cut])
                line = line[cut:]
                used = _ems(line, bold)
        broken.append(line.rstrip())
    return broken


def longest_word(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points of the longest part of it that stays on one line."""
    return max((text_width(piece.rstrip(), size, bold=bold) for piece in _pieces(text)), default=0.0)


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


def _longest(line: str, most: float, bold: bool) -> int:
    return max(bisect_right([*accumulate(_advance(char, bold) for char in line)], most), 1)


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[str, ...]:
    """The parts between which a line may break."""
    ends = [0, *(at for at in range(1, len(text)) if _breaks(text[at - 1], text[at])), len(text)]
    return tuple(text[start:end] for start, end in pairwise(ends)) if text else ()


@lru_cache(maxsize=32768)
def _breaks(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST or after == " ":
        return False
    return before == " " or (before in "–—-/" and not after.isdigit()) or _wide(before) or _wide(after)


@lru_cache(maxsize=8192)
def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


def columns(texts: Sequence[Sequence[str]], total: float, size: float, inset: float) -> list[float]:
    """Widths of columns that share `total` points so that the rows become low. texts: cells of each column.

    Each column starts with its longest word; what is left goes, step by step, where it saves most lines."""
    wide = [[text_width(text, size, bold=at == 0) for at, text in enumerate(column)] for column in texts]
    pieces = [[piece.rstrip() for text in column for piece in _pieces(text)] for column in texts]
    words = [max((text_width(piece, size) for piece in column), default=0) for column in pieces]
    full = [max(column) + inset for column in wide]
    widths = [min(max(word + inset, 34.0), 0.4 * total) for word in words]
    if sum(full) <= total:
        spare = (total - sum(full)) / len(full)
        return [need + spare for need in full]
    if sum(widths) > total:
        return [width * total / sum(widths) for width in widths]
    step = (total - sum(widths)) / _STEPS
    needs, now = np.array(wide), np.array(widths)[:, None] - inset
    for _ in range(_STEPS):
        counts, wider = np.maximum(1, needs / now), np.maximum(1, needs / (now + step))
        saved = [_saved(counts, wider[at], at) for at in range(len(widths))]
        now[int(np.argmax(saved))] += step
    return [float(width) + inset for width in now[:, 0]]


def _saved(counts: NDArray[np.float64], wider: NDArray[np.float64], at: int) -> float:
    """Lines of all rows that a column saves when it gets wider; its own count a little, so that ties have an end."""
    others = np.delete(counts, at, axis=0).max(axis=0, initial=1)
    return float((np.maximum(others, counts[at]) - np.maximum(others, wider) + 0.02 * (counts[at] - wider)).sum())
