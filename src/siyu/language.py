"""Text and numbers for readers: gettext messages, Babel number formats, 万/亿 in Chinese, K/M in English.

Findings hold message ids and values. A `Language` says them; it never computes.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent

from siyu.definitions import Definition, Unit, registry
from siyu.messages import catalog
from siyu.record.text import Both, Message, Quantity, Wording, argument, wording

LANGUAGES = ("zh", "en")
PSEUDO = "xx"  # every translated message is wrapped in ⟦ ⟧, so bare text is text nobody translates
DASH = "–"
NO_BREAK = "\u00a0"
MINUS = "−"
SAMPLED, ASSUMED = "sampling95", "assumption90"  # kinds of interval
PROBABILITY = "win_share"  # the metric whose values are told in whole points
_WHOLE = (PROBABILITY, "next_message_chance")
DECIDED = 0.9  # a probability that falls short of it must not read as it
POINTS = "percentage_points"  # a difference of shares; stored 0-1 like them, never shown as a percentage
Text = Wording | Mapping[str, Any]  # a mapping is JSON content, read as what it is
Values = Mapping[str, Any]  # name -> Argument, or JSON content of one


@dataclass(frozen=True)
class Segment:
    """A piece of rendered text; `ref` (value name and part) and `number` are set when it is a figure.

    foreign: a name inside a sentence, as the data have it; nested: of a message inside another."""

    text: str
    ref: str = ""
    number: float | None = None
    foreign: bool = False
    nested: bool = False


class Language:
    """One language of the report: `zh`, `en`, or `xx` (pseudo-locale for tests)."""

    def __init__(self, code: str) -> None:
        if code not in (*LANGUAGES, PSEUDO):
            raise ValueError(f"language {code!r} is none of {', '.join(LANGUAGES)}")
        self.code = code
        self.data_code = "en" if code == PSEUDO else code
        self.comma, self.gap = ("、", "") if code == "zh" else (", ", " ")  # between nouns; before a unit
        self.locale = Locale(self.data_code)

    def message(self, message_id: str) -> str:
        """The translation of a message id; the id itself where none exists (tests find those)."""
        if not message_id:
            return ""
        if self.code == PSEUDO:
            return f"⟦{message_id}⟧"
        return catalog(self.data_code).gettext(message_id)

    def say(self, text: Text, values: Values | None = None) -> str:
        """`text` with its placeholders filled from `values` (name -> value, low, high, unit)."""
        return "".join(segment.text for segment in self.segments(text, values))

    def segments(self, text: Text, values: Values | None = None) -> list[Segment]:
        """`text` in pieces, so that a rendering can mark each figure with its value and reference.

        `{n:# line is|# lines are}` says the first of both forms for one, with the number in place of #.
        Without `values` braces are what they look like: a label may hold some.
        Raises KeyError for a placeholder that has no value, ValidationError for JSON content that is no text."""
        if isinstance(read := wording(text), Both):
            return [Segment(self.chosen(read))]
        if isinstance(read, Message):
            return self.segments(read.id, {**(values or {}), **read.args})
        if values is None:
            return [Segment(self.message(read))]
        pieces = []
        for literal, field, forms, _ in Formatter().parse(self.message(read)):
            if literal:
                pieces.append(Segment(literal))
            if field is not None:
                said = self._placeholder(field, values)
                pieces += _counted(said, forms) if forms else said
        return pieces

    def chosen(self, both: Both | Definition | Unit) -> str:
        """The words of this language."""
        return both.zh if self.data_code == "zh" else both.en

    def _placeholder(self, field: str, values: Values) -> list[Segment]:
        name, _, part = field.partition(".")
        if name not in values:
            raise KeyError(f"message names {{{field}}}, the finding has {', '.join(values) or 'no values'}")
        if isinstance(entry := argument(values[name]), Both):
            return [Segment(self.chosen(entry), foreign=True)]
        if isinstance(entry, Message):
            return [replace(one, ref="", number=None, nested=True) for one in self.segments(entry)]
        if part or self.alike(entry):
            number = getattr(entry, part or "value")
            text = self._probable(entry) or self.number(number, entry.unit)
            return [Segment(text, f"{name}.{part or 'value'}", _numeric(number))]
        return [Segment(self.quantity(entry), name, _numeric(entry.value))]

    def alike(self, quantity: Quantity) -> bool:
        """Whether it has no range, or one whose ends read alike."""
        low, high, unit = quantity.low, quantity.high, quantity.unit
        return low is None or high is None or self.number(low, unit) == self.number(high, unit)

    def quantity(self, quantity: Quantity) -> str:
        """A number, or its range where the ends read differently."""
        if self.alike(quantity) or quantity.low is None or quantity.high is None:
            return self._probable(quantity) or self.number(quantity.value, quantity.unit)
        kind = getattr(quantity, "interval_kind", None) or ""  # a plain argument has none
        return self.span(quantity.low, quantity.high, quantity.unit, kind)

    def _probable(self, quantity: Quantity) -> str:
        """A probability in whole points, neither of them never nor always; empty for any other number."""
        if getattr(quantity, "definition", "") not in _WHOLE or not isinstance(quantity.value, int | float):
            return ""
        bounds = {0.0: (0.005, "<1%"), 1.0: (0.995, ">99%")}
        for certain, (edge, text) in bounds.items():
            if quantity.value != certain and abs(quantity.value - certain) <= abs(edge - certain):
                return text
        texts = (self._share(quantity.value, places, "%") for places in range(16))
        decided = self._share(DECIDED, 0, "%")
        return next(text for text in texts if text != decided or quantity.value >= DECIDED)

    def number(self, value: float | str | None, unit: str = "") -> str:
        """One number for running text: percent for shares, currency marked, three significant digits."""
        if value is None:
            return "—"
        if isinstance(value, str):
            return value
        if unit == POINTS:
            return self._points(self._digits(value * 100))
        scale, suffix = self._scale(value, unit)
        if unit == "ratio":
            return self._share(value, _share_decimals(value), "%")
        return self._dressed(self._digits(value / scale), suffix, unit)

    def span(self, low: float, high: float, unit: str = "", kind: str = "") -> str:
        """A range, its unit said once, each end with its suffix: 415万–830万元, CNY 4.15M–8.3M, 2–5%; in Chinese 2%–5%.

        kind of the interval: ends have two digits where they are assumed, and whole points where shares are
        sampled, more only where they would read alike, or as nothing or everything; elsewhere three digits."""
        short = [float(f"{end:.2g}") for end in (low, high)]
        whole = unit == "ratio" and any(end in (0, 1) for end in {*short} - {low, high})  # else it would read as all
        if kind == ASSUMED and short[0] != short[1] and not whole:
            low, high = short
        if unit in ("ratio", POINTS):
            first, last = self._share_ends(low, high, kind, "%" if unit == "ratio" else "")
            first = first if self.data_code == "zh" else first.removesuffix("%")
            joined = f"{first}{DASH}{last}" if low >= 0 else self._from_to(first, last)
            return self._points(joined) if unit == POINTS else joined
        if low < 0:
            ends = [(end, *self._scale(end, unit)) for end in (low, high)]
            bare = [f"{self._digits(end / scale)}{suffix}" for end, scale, suffix in ends]
            return self._dressed(self._from_to(*bare), "", unit)
        scale, suffix = self._scale(max(abs(low), abs(high)), unit)
        small, own = (scale, suffix) if abs(low) / scale >= 1 or not low else self._scale(low, unit)
        if suffix and not own:
            return f"{self.number(low, unit)}{DASH}{self.number(high, unit)}"
        first, last = self._digits(low / small), self._digits(high / scale)
        return self._dressed(f"{first}{own if low else ''}{DASH}{last}", suffix, unit)

    def _share_ends(self, low: float, high: float, kind: str, sign: str) -> list[str]:
        """Both ends of a range of shares in points, at the first precision that tells them apart, and neither of
        them from nothing or everything."""
        fine = [_share_decimals(end) for end in (low, high)]
        for decimals in [*([places] * 2 for places in range(3) if kind == SAMPLED), fine]:
            texts = [self._share(end, places, sign) for end, places in zip((low, high), decimals, strict=True)]
            blunt = [self._share(end, 0, sign) for end in (0, 1) if end not in (low, high)]
            if texts[0] != texts[1] and not set(texts) & set(blunt):
                break
        return texts

    def _points(self, digits: str) -> str:
        return f"{digits}{'' if self.data_code == 'zh' else NO_BREAK}{self.message('points')}"

    def _from_to(self, low: str, high: str) -> str:
        """A range that begins below zero, where a dash would read as another minus."""
        return f"{low}{self.gap}{self.message('to')}{self.gap}{high}"

    def unit(self, unit: str, behind: str = "") -> str:
        """The label of a unit, for axes and table heads; or `behind` a number as it is said."""
        entry = registry().units.get(unit)
        single = entry and behind == "1" and self.data_code != "zh" and entry.one
        return single or (self.chosen(entry) if entry else unit)

    def metric(self, key: str) -> str:
        """The name of a metric in this language."""
        return self.chosen(registry().metrics[key])

    def _dressed(self, digits: str, suffix: str, unit: str) -> str:
        currency = unit.split("/", maxsplit=1)[0].split("_per_", maxsplit=1)[0]
        if digits == "0" and not suffix:
            return digits  # nothing is nothing in any currency
        if unit == "multiple":
            return f"{digits}{suffix}" + ("倍" if self.data_code == "zh" else "×")
        if currency in ("CNY", "USD"):
            name = {"CNY": "元", "USD": "美元"}[currency]
            return f"{digits}{suffix}{name}" if self.data_code == "zh" else f"{currency}{NO_BREAK}{digits}{suffix}"
        return f"{digits}{suffix}"

    def _share(self, value: float, decimals: int, sign: str) -> str:
        return _formatted(value if sign else value * 100, decimals, sign, self.locale)

    def _digits(self, value: float) -> str:
        return _formatted(value, _decimals(value, 3), "", self.locale)

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


def _counted(said: list[Segment], forms: str) -> list[Segment]:
    """A count as one of two forms has it."""
    one, _, several = forms.partition("|")
    before, number, after = (one if "".join(piece.text for piece in said) == "1" else several).partition("#")
    return [*filter(lambda piece: piece.text, (Segment(before), *(said if number else ()), Segment(after)))]


@lru_cache(maxsize=65_536)
def _formatted(value: float, digits: int, sign: str, locale: Locale) -> str:
    """A number with a true minus, and none at what is rounded to zero."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + sign
    text = (format_percent if sign else format_decimal)(value, format=pattern, locale=locale)
    return text.replace("-", MINUS if any(one in text for one in "123456789") else "")


def _decimals(value: float, significant: int) -> int:
    """Decimals that leave `significant` digits, none for whole numbers above."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, significant - 1 - math.floor(math.log10(abs(value) * (1 + 1e-12))))


def _share_decimals(share: float) -> int:
    """Decimals of a share in points; one more digit close to everything."""
    return _decimals(share * 100, 3 if abs(share) < 0.995 else 4)


def _numeric(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
