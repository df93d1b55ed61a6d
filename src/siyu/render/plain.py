"""Text of deck and workbook: message ids and ledger text in, plain text out.

Text of data files and clients is cleaned (no control or direction characters) and cut to a sane length;
it is never formatted, so braces in it mean nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from siyu.definitions import Definition, registry
from siyu.findings import title, values_by_name
from siyu.language import Language, Text
from siyu.render import labels
from siyu.render.page.prose import NAME_LENGTH, NOTE_LENGTH, clean

Record = Mapping[str, Any]
Values = Mapping[str, Mapping[str, Any]]
ARGUMENT_LENGTH = 80  # of a name from a data file inside a sentence of ours
_LEFT_TO_RIGHT = "\u200e"
_WORDS = re.compile(r"[A-Za-z]{2,}\W+[a-z]{2,}")


class Plain:
    """Says things in one language. `missed` collects messages that this language has no words for."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.missed: set[str] = set()

    def message(self, message_id: str) -> str:
        """The translation of a message id, cleaned."""
        said = self.language.message(message_id)
        if self.language.code == "zh" and said == message_id and _WORDS.search(said):
            self.missed.add(message_id)
        return said

    def say(self, text: Text | None, values: Values | None = None, most: int = ARGUMENT_LENGTH) -> str:
        """`text` with its numbers; names from data files in it are cleaned and cut to `most` characters."""
        if not text:
            return ""
        if not isinstance(text, str) and "id" not in text:
            return untrusted(text[self.language.data_code])
        message_id = text if isinstance(text, str) else text["id"]
        own = {} if isinstance(text, str) else text.get("args", {})
        self.message(message_id)  # notes it when it has no translation
        code = self.language.data_code
        return self.language.say(message_id, {**_guarded(values or {}, code, most), **_guarded(own, code, most)})

    def label(self, text: Text | None, length: int = NAME_LENGTH) -> str:
        """A row's label or a name: bilingual text, a message with own numbers, or a bare string.

        A bare string may be a message or a name from a client's file: it is looked up, but never formatted."""
        if text is None or isinstance(text, str):
            return untrusted(self.language.message(text), length) if text else ""
        return self.say(text, most=length) if "id" in text else untrusted(text[self.language.data_code], length)

    def title(self, finding: Record, most: int = ARGUMENT_LENGTH) -> str:
        """The takeaway of a finding; an absent one says what is missing. most: see `say`."""
        if finding["role"] == "absent":
            return title(finding, self.language)
        return self.say(finding["message_id"], values_by_name(finding), most)

    def subtitle(self, finding: Record) -> str:
        """Unit, period and base of a finding."""
        return self.say(finding["subtitle"], values_by_name(finding))

    def caveats(self, finding: Record) -> list[str]:
        """What the figures of a finding do not say."""
        return [self.say(caveat, values_by_name(finding)) for caveat in finding["caveats"]]

    def alt(self, finding: Record) -> str:
        """What a reader who cannot see the chart needs."""
        text = self.say(finding.get("alt"), values_by_name(finding)) or self.title(finding)
        return self.message(". ").join(part for part in (text, self.subtitle(finding)) if part)

    def figure(self, entry: Record, unit: str = "") -> str:
        """A value, or its range where the ends read differently."""
        return self.language.say("{it}", {"it": {**entry, "unit": entry.get("unit") or unit}})

    def interval(self, kind: str) -> tuple[str, str]:
        """(name, meaning) of a kind of range; empty for a kind without one."""
        if kind not in labels.INTERVALS:
            return "", ""
        name, meaning = labels.INTERVALS[kind]
        return self.message(name), self.message(meaning)

    def metric(self, key: str) -> str:
        """The name of a metric; empty for a key that is not in the registry."""
        return self.language.metric(key) if key in registry().metrics else ""

    def value_name(self, name: str) -> str:
        """The word for the name of a value; the name itself in a language that has none."""
        message_id = labels.value_id(name)
        said = self.language.message(message_id)
        return said if said != message_id else name.replace("_", " ")

    def unit(self, unit: str) -> str:
        """The label of a unit."""
        return self.language.unit(unit)

    def named(self, group: Mapping[str, str], key: str | None) -> str:
        """The word for a member of a closed list; a key that is not in it is shown as it is."""
        return self.message(group[key]) if key is not None and key in group else untrusted(key or "")


def untrusted(text: object, length: int = NOTE_LENGTH) -> str:
    """Text of a data file as one clean line; right-to-left text cannot reorder what follows it."""
    return _cleaned(str(text), length) if text not in (None, "") else ""


@lru_cache(maxsize=16_384)
def _cleaned(text: str, length: int) -> str:
    kept = clean(text, length)
    turns = not kept.isascii() and any(unicodedata.bidirectional(char) in ("R", "AL") for char in kept)
    return kept + _LEFT_TO_RIGHT if turns else kept


def intervals(finding: Record) -> list[str]:
    """Kinds of range among a finding's values and rows, `none` left out."""
    entries = [*finding["values"], *finding["chart"]["rows"]]
    return sorted({str(entry.get("interval_kind")) for entry in entries} & set(labels.INTERVALS) - {"none"})


def definitions(finding: Record) -> list[Definition]:
    """Metrics that the values and rows of a finding stand for."""
    entries = [*finding["values"], *finding["chart"]["rows"]]
    keys = dict.fromkeys(str(entry.get("definition") or "") for entry in entries)
    return [registry().metrics[key] for key in keys if key in registry().metrics]


def _guarded(values: Values, code: str, most: int) -> dict[str, Mapping[str, Any]]:
    """`values` with text arguments from data files cleaned and shortened. Numbers pass as they are."""
    safe: dict[str, Mapping[str, Any]] = {}
    for name, entry in values.items():
        if "value" in entry:
            safe[name] = entry
        elif "id" in entry:
            safe[name] = {**entry, "args": _guarded(entry.get("args", {}), code, most)}
        else:
            safe[name] = {code: untrusted(entry[code], most)}
    return safe
