"""Text of the page: message ids and ledger text in, escaped markup out, every number a `<data>` element.

Text that comes from data files or clients is never trusted: it is escaped, stripped of control and
direction characters, cut to a sane length and isolated, so that it can change nothing around it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from siyu.language import PSEUDO, Language, Segment, Text

NAME_LENGTH = 160  # of a label or a name; longer ones are cut with an ellipsis
NOTE_LENGTH = 4_000
_SHORT_CLAUSE = 7
_ISOLATE, _POP = "\u2068", "\u2069"  # first-strong isolate: what <bdi> is, inside one text run
Values = Mapping[str, Mapping[str, Any]]
Link = Callable[[str], tuple[str, str]]


def clean(text: object, length: int = NOTE_LENGTH) -> str:
    """One line of untrusted text without control, direction, private-use or unassigned characters."""
    kept = [" " if char in "\n\t\r\u2028\u2029" else char for char in str(text)[: 4 * length]]
    line = "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    line = " ".join(line.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def isolated(text: object) -> str:
    """An untrusted name inside a run of text or an attribute, kept from turning its surroundings around."""
    return _ISOLATE + clean(text, NAME_LENGTH) + _POP


def kept_together(markup: Markup) -> Markup:
    """Chinese markup with each clause in a span that breaks only when a line cannot hold it.

    Without it a heading may break inside a word: Chinese has no spaces to break at.
    """
    clauses: list[str] = []
    for part in re.split(r"(?<=[，；：。？！])(?![^<]*>)", str(markup)):
        if clauses and len(re.sub(r"<[^>]*>", "", clauses[-1])) < _SHORT_CLAUSE:
            clauses[-1] += part
        elif part:
            clauses.append(part)
    # a clause must hold whole elements; where it would cut one, the heading stays as it is
    if any(len(re.findall(r"<\w", clause)) != clause.count("</") for clause in clauses):
        return markup
    return Markup("").join(Markup('<span class="clause">{}</span>').format(Markup(clause)) for clause in clauses)  # noqa: S704


def data_value(number: float) -> str:
    """A number as findings.json prints it."""
    return json.dumps(number)


class Prose:
    """Says things in one language as markup."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def plain(self, text: Text | None, values: Values | None = None) -> str:
        """`text` without markup, for attributes and titles."""
        if not text:
            return ""
        return "".join(piece.text for piece in self._pieces(text, values))

    def rich(self, text: Text | None, values: Values | None = None, key: str = "", link: Link | None = None) -> Markup:
        """`text` with every number as `<data>` whose reference is `key.name[.part]`.

        link: value name -> (href, id of its card); with it, numbers are links to what they rest on.
        """
        if not text:
            return Markup()
        if not isinstance(text, str) and "id" not in text:
            return self.untrusted(text[self.language.data_code])
        return Markup().join(self._segment(piece, values, key, link) for piece in self._pieces(text, values))

    def names(self, text: Text) -> list[tuple[str, str]]:
        """(value, part) of every placeholder in a message, part "" for the value as a whole."""
        message = text if isinstance(text, str) else text.get("id", "")
        fields = [field for _, field, _, _ in Formatter().parse(self.language.message(message)) if field]
        return [(name, part) for name, _, part in (field.partition(".") for field in fields)]

    def untrusted(self, text: object, length: int = NOTE_LENGTH) -> Markup:
        """Text from a data file, isolated where its direction could turn its surroundings around."""
        if text in (None, ""):
            return Markup()
        kept = clean(text, length)
        turns = any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in kept)
        # the pseudo-locale marks all data, so that the translation check tells it from words of the page
        isolate = turns or self.language.code == PSEUDO
        return Markup("<bdi>{}</bdi>").format(kept) if isolate else Markup("{}").format(kept)

    def name(self, text: Text | None) -> Markup:
        """A name or label: bilingual text from a data file, or a message id."""
        if not text or isinstance(text, str) or "id" in text:
            return self.rich(text)
        return self.untrusted(text[self.language.data_code], NAME_LENGTH)

    def number(self, value: float | None, unit: str, ref: str) -> Markup:
        """One number as `<data>`."""
        if value is None:
            return Markup("—")
        return self._data(self.language.number(value, unit), value, ref)

    def span(self, entry: Mapping[str, Any], ref: str) -> Markup:
        """A value with its range, as one `<data>`: the range where its ends read differently, else the value."""
        text = self.language.say("{it}", {"it": entry})
        ends = {end: entry[end] for end in ("low", "high") if entry.get(end) is not None}
        return self._data(text, entry["value"], ref, **(ends if len(ends) == 2 else {}))

    def _pieces(self, text: Text, values: Values | None) -> list[Segment]:
        if isinstance(text, str):
            return self.language.segments(text, _guarded(values or {}, self.language.data_code))
        if "id" in text:
            arguments = _guarded(text.get("args", {}), self.language.data_code)
            return self.language.segments({**text, "args": arguments}, values)
        return [Segment(clean(text[self.language.data_code]))]

    def _segment(self, piece: Segment, values: Values | None, key: str, link: Link | None) -> Markup:
        if piece.number is None:
            return escape(piece.text)
        name = piece.ref.partition(".")[0]
        own = (values or {}).get(name)
        ref = f"{key}.{piece.ref}" if own is not None else f"{key}.arg.{piece.ref}"
        ends = {}
        if own is not None and "." not in piece.ref:
            ends = {end: own[end] for end in ("low", "high") if own.get(end) is not None}
        data = self._data(piece.text, _whole(piece.number), ref, **ends)
        if link is None or own is None:
            return data
        return Markup('<a class="num" href="{}" data-card="{}">{}</a>').format(*link(name), data)

    def _data(self, text: str, value: float, ref: str, **ends: float) -> Markup:
        attributes = Markup().join(Markup(' data-{}="{}"').format(k, data_value(v)) for k, v in ends.items())
        return Markup('<data value="{}" data-ref="{}"{}>{}</data>').format(data_value(value), ref, attributes, text)


def _whole(number: float) -> float:
    """Integers as findings.json holds them: without a decimal point."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _guarded(values: Values, code: str) -> dict[str, Mapping[str, Any]]:
    """`values` with text arguments from data files wrapped in isolates. Numbers pass as they are."""
    safe: dict[str, Mapping[str, Any]] = {}
    for name, entry in values.items():
        if "value" not in entry and "id" not in entry:
            safe[name] = {code: isolated(entry[code])}
        else:
            safe[name] = entry
    return safe
