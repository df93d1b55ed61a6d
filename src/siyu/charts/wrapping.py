"""Labels broken into lines: at spaces in English, between characters in Chinese, never inside a number."""

import re
import textwrap

from siyu.language import Language

# a run of letters and digits with its measure, or one character; with marks that may not open or close a line
_PIECE = re.compile(r"\s*[（《“【]*(?:[\x21-\x7e–—×·]+[万亿元倍个月天]{0,2}|[^\s])[，。：；、！？）》”】%]*")
_LATIN = 0.56  # width of a Latin letter or digit over that of a Chinese character
_SLACK = 1.5  # characters a line may run over to spare the next one from holding no more than these


def wrapped(text: str, room: int, language: Language) -> str:
    """`text` in lines of at most `room` characters; a longer word or number keeps a line of its own."""
    if language.data_code != "zh":
        return "\n".join(textwrap.wrap(text, room, break_long_words=False))
    pieces = [(piece, sum(_LATIN if ord(char) < 0x2E80 else 1.0 for char in piece)) for piece in _PIECE.findall(text)]
    left = sum(width for _, width in pieces)
    lines, used = [""], 0.0
    for piece, width in pieces:
        if lines[-1] and used + width > room and used + left > room + _SLACK:
            lines.append("")
            used = 0.0
        lines[-1] += piece if lines[-1] else piece.lstrip()
        used += width
        left -= width
    return "\n".join(lines)
