"""Numerals in printed text, and the numbers they can stand for: rounded, in percent, in thousands, in 万 or 亿."""

import re
from collections.abc import Collection, Iterable
from typing import Any

_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")
# percent; one; K, M, B, T; 万, 亿
_SCALES = (1e-2, 1.0, 1e3, 1e6, 1e9, 1e12, 1e4, 1e8)


def numbers_in(content: Any) -> list[float]:
    """Every number in JSON-like content; switches are none."""
    if isinstance(content, bool):
        return []
    if isinstance(content, int | float):
        return [float(content)]
    entries = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [number for entry in entries for number in numbers_in(entry)]


def strange_numerals(text: str, numbers: Collection[float]) -> list[str]:
    """Numerals of `text` that are none of `numbers`, as far as their digits go. Signs are not compared."""
    return [numeral for numeral in _NUMERAL.findall(text) if not _stands_for_any(numeral, numbers)]


def _stands_for_any(numeral: str, numbers: Iterable[float]) -> bool:
    plain = numeral.replace(",", "")
    shown, decimals = float(plain), len(plain.partition(".")[2])
    off = 0.5 * 10**-decimals + 1e-9 * shown  # half of the last digit, and what a float cannot hold
    sized = [abs(number) / scale for number in numbers for scale in _SCALES]
    # the ends of an assumed range have two digits
    return any(abs(one - shown) <= off or (shown >= 100 and float(f"{one:.2g}") == shown) for one in sized)
