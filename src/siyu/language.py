"""Text and numbers for readers: gettext messages, Babel number formats, 万/亿 in Chinese, K/M in English.

Findings hold message ids and values. A `Language` says them; it never computes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from siyu.definitions import registry

LANGUAGES = ("zh", "en")
PSEUDO = "xx"  # every translated message is wrapped in ⟦ ⟧, so bare text is text nobody translates
DASH = "–"
NO_BREAK = "\u00a0"
MINUS = "−"
POINTS = "percentage_points"  # a difference of shares; stored 0-1 like them, never shown as a percentage
Text = str | Mapping[str, Any]
_LOCALES = Path(__file__).parent / "locale"


@dataclass(frozen=True)
class Segment:
    """A piece of rendered text; `ref` (value name and part) and `number` are set when it is a figure."""

    text: str
    ref: str = ""
    number: float | None = None


class Language:
    """One language of the report: `zh`, `en`, or `xx` (pseudo-locale for tests)."""

    def __init__(self, code: str) -> None:
        if code not in (*LANGUAGES, PSEUDO):
            raise ValueError(f"language {code!r} is none of {', '.join(LANGUAGES)}")
        self.code = code
        self.data_code = "en" if code == PSEUDO else code
        self.comma, self.gap = ("、", "") if code == "zh" else (", ", " ")  # between nouns; before a unit
        self.locale = Locale(self.data_code)
        self._catalog = catalog(self.data_code)

    def message(self, message_id: str) -> str:
        """The translation of a message id; the id itself where none exists (tests find those)."""
        if not message_id:
            return ""
        if self.code == PSEUDO:
            return f"⟦{message_id}⟧"
        return self._catalog.gettext(message_id)

    def say(self, text: Text, values: Mapping[str, Mapping[str, Any]] | None = None) -> str:
        """`text` with its placeholders filled from `values` (name -> value, low, high, unit)."""
        return "".join(segment.text for segment in self.segments(text, values))

    def segments(self, text: Text, values: Mapping[str, Mapping[str, Any]] | None = None) -> list[Segment]:
        """`text` in pieces, so that a rendering can mark each figure with its value and reference."""
        if not isinstance(text, str):
            if "id" not in text:
                return [Segment(str(text[self.data_code]))]
            return self.segments(text["id"], {**(values or {}), **text.get("args", {})})
        pieces = []
        for literal, field, _, _ in Formatter().parse(self.message(text)):
            if literal:
                pieces.append(Segment(literal))
            if field is not None:
                pieces.append(self._placeholder(field, values or {}))
        return pieces

    def _placeholder(self, field: str, values: Mapping[str, Mapping[str, Any]]) -> Segment:
        name, _, part = field.partition(".")
        if name not in values:
            raise KeyError(f"message names {{{field}}}, the finding has {', '.join(values) or 'no values'}")
        entry = values[name]
        if "value" not in entry:  # a text argument
            return Segment(self.say(entry))
        low, high, unit = entry.get("low"), entry.get("high"), entry.get("unit", "")
        if part or low is None or high is None or not self._differ(low, high, unit):
            number = entry[part or "value"]
            return Segment(self.number(number, unit), f"{name}.{part or 'value'}", _numeric(number))
        return Segment(self.span(low, high, unit), name, _numeric(entry["value"]))

    def _differ(self, low: float, high: float, unit: str) -> bool:
        return self.number(low, unit) != self.number(high, unit)

    def number(self, value: float | str | None, unit: str = "") -> str:
        """One number for running text: percent for shares, currency marked, three significant digits."""
        if value is None:
            return "—"
        if isinstance(value, str):
            return value
        if unit == POINTS:
            return self._points(self._digits(value * 100))
        scale, suffix = self._scale(value, unit)
        return self._dressed(self._digits(value / scale) if unit != "ratio" else self._percent(value), suffix, unit)

    def span(self, low: float, high: float, unit: str = "") -> str:
        """A range with its unit said once: 415–830万元, CNY 4.15–8.3M, 2–5%."""
        if unit == "ratio":
            first, last = self._percent(low), self._percent(high)
            return f"{first.rstrip('%')}{DASH}{last}" if low >= 0 else self._from_to(first, last)
        if unit == POINTS:
            first, last = self._digits(low * 100), self._digits(high * 100)
            return self._points(f"{first}{DASH}{last}" if low >= 0 else self._from_to(first, last))
        if low < 0:
            return self._from_to(self.number(low, unit), self.number(high, unit))
        scale, suffix = self._scale(max(abs(low), abs(high)), unit)
        if suffix and low and abs(low) / scale < 1:  # one suffix would hide the small end
            small, own = self._scale(low, unit)
            if not own:
                return f"{self.number(low, unit)}{DASH}{self.number(high, unit)}"
            joined = f"{self._digits(low / small)}{own}{DASH}{self._digits(high / scale)}"
            return self._dressed(joined, suffix, unit)
        return self._dressed(f"{self._digits(low / scale)}{DASH}{self._digits(high / scale)}", suffix, unit)

    def _points(self, digits: str) -> str:
        return f"{digits}{'' if self.data_code == 'zh' else NO_BREAK}{self.message('points')}"

    def _from_to(self, low: str, high: str) -> str:
        """A range that begins below zero, where a dash would read as another minus."""
        return f"{low}{self.gap}{self.message('to')}{self.gap}{high}"

    def unit(self, unit: str) -> str:
        """The label of a unit, for axes and table heads."""
        entry = registry().units.get(unit)
        return (entry.zh if self.data_code == "zh" else entry.en) if entry else unit

    def metric(self, key: str) -> str:
        """The name of a metric in this language."""
        entry = registry().metrics[key]
        return entry.zh if self.data_code == "zh" else entry.en

    def _dressed(self, digits: str, suffix: str, unit: str) -> str:
        currency = unit.split("/", maxsplit=1)[0].split("_per_", maxsplit=1)[0]
        if unit == "multiple":
            return f"{digits}{suffix}" + ("倍" if self.data_code == "zh" else "×")
        if currency in ("CNY", "USD"):
            return (
                f"{digits}{suffix}" + {"CNY": "元", "USD": "美元"}[currency]
                if self.data_code == "zh"
                else (f"{currency}{NO_BREAK}{digits}{suffix}")
            )
        return f"{digits}{suffix}"

    def _percent(self, value: float) -> str:
        return _formatted(value + 0.0, _decimals(value * 100, 3 if abs(value) < 0.995 else 4), "%", self.locale)

    def _digits(self, value: float) -> str:
        return _formatted(value + 0.0, _decimals(value, 3), "", self.locale)

    def _scale(self, value: float, unit: str) -> tuple[float, str]:
        """The compact step for a number in this locale, from Babel's own patterns: 万, 亿; K, M, B."""
        if unit in ("year", "days", "day", "months", "rank", "ratio"):
            return 1.0, ""
        value = float(f"{value:.3g}")
        if abs(value) < 10_000:
            return 1.0, ""
        patterns = self.locale.compact_decimal_formats["short"]["other"]
        power = 10 ** math.floor(math.log10(abs(value) * (1 + 1e-12)))
        pattern = str(patterns[str(power)].pattern)
        return power / 10 ** (pattern.count("0") - 1), re.sub(r"[0\s']", "", pattern)


@lru_cache(maxsize=65_536)
def _formatted(value: float, digits: int, sign: str, locale: Locale) -> str:
    """A number with a true minus; callers add 0.0, so that no zero is negative."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + sign
    text = (format_percent if sign else format_decimal)(value, format=pattern, locale=locale)
    return text.replace("-", MINUS)


def _decimals(value: float, significant: int) -> int:
    """Decimals that leave `significant` digits, none for whole numbers above."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, significant - 1 - math.floor(math.log10(abs(value) * (1 + 1e-12))))


def _numeric(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@lru_cache(maxsize=4)
def catalog(code: str) -> NullTranslations:
    """The messages of a language, compiled from its .po files. English is its own message ids."""
    merged = Catalog(locale=code)
    for path in sorted((_LOCALES / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)
