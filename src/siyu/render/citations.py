"""Sources of findings in plain text, for deck and workbook: documents with grade, and who rests on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from siyu.definitions import registry
from siyu.render import labels
from siyu.render.page.prose import NAME_LENGTH
from siyu.render.plain import Plain, untrusted
from siyu.render.report import Report

Record = Mapping[str, Any]
KINDS = ("claim", "data", "orders", "fee", "assumption", "parameter")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_LINKED_GRADES = ("A", "B", "C")
_SIGNS = {">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "~": "≈ "}


@dataclass(frozen=True)
class Document:
    """A source document. refs: entries read from it that findings rest on; finding_keys: `section.key` of
    those findings, in order."""

    id: str
    record: Record
    refs: tuple[str, ...]
    finding_keys: tuple[str, ...]

    @property
    def grade(self) -> str:
        """Grade letter, empty when it has none."""
        return str(self.record.get("grade") or "")

    @property
    def address(self) -> str:
        """Where it can be opened: a plain web address of a source that deserves trust, else empty."""
        return web_address(self.record.get("locator")) if self.grade in _LINKED_GRADES else ""


class Citations:
    """The source entries of one report in one language."""

    def __init__(self, report: Report, plain: Plain) -> None:
        self.report = report
        self.plain = plain
        self.documents = self._documents()

    def cited(self, finding: Record) -> list[str]:
        """Refs of a finding: claims first, then data, fees and assumptions."""
        refs = [ref for ref in finding["sources"] if kind_of(ref) in KINDS]
        return sorted(refs, key=lambda ref: (KINDS.index(kind_of(ref)), ref))

    def documents_of(self, finding: Record) -> list[Document]:
        """Documents a finding rests on, in the order of its refs."""
        ids = dict.fromkeys(self._document_id(ref) for ref in self.cited(finding))
        return [self.documents[one] for one in ids if one in self.documents]

    def name(self, ref: str) -> str:
        """What a ref is called: the metric of a claim, the name of an assumption, route and kind of a fee."""
        record = self.report.sources.get(ref)
        if record is None:
            return untrusted(ref, NAME_LENGTH)
        if kind_of(ref) == "claim":
            entity = self.plain.label(record.get("name"))
            return f"{entity}{self.plain.message(': ')}{self.metric(record)}"
        if record.get("name"):
            return self.plain.label(record["name"])
        if kind_of(ref) == "fee":
            route, kind = str(record.get("route")), str(record.get("kind"))
            where = labels.ROUTES.get(route) or labels.PLATFORMS.get(str(record.get("platform")))
            words = [self.plain.message(where) if where else untrusted(route), self.plain.named(labels.FEES, kind)]
            return self.plain.message(": ").join(words)
        return untrusted(ref, NAME_LENGTH)

    def metric(self, record: Record) -> str:
        """The metric of a claim, with its statistic where that is not its level."""
        key = str(record.get("metric", ""))
        said = self.plain.language.metric(key) if key in registry().metrics else untrusted(key)
        statistic = str(record.get("statistic"))
        if statistic not in labels.MARKED:
            return said
        detail = self.plain.message(labels.STATISTICS[statistic])
        return said + self.plain.message(" ({detail})").replace("{detail}", detail)

    def printed(self, ref: str) -> str:
        """A claim's figure as its source prints it; what a source only lists is given as our count."""
        record = self.report.sources.get(ref) or {}
        text = str(record.get("as_printed", ""))
        if text in labels.PASSAGES and isinstance(record.get("value"), int | float):
            count, said = self.plain.language.number(record["value"]), self.plain.message(labels.COUNTED)
            return f"{count}{self.plain.language.gap}{said}"
        return self.plain.message(labels.PASSAGES[text]) if text in labels.PASSAGES else untrusted(text, NAME_LENGTH)

    def read(self, ref: str) -> str:
        """A claim's figure as it was read, with its comparator and unit; empty for claims in words."""
        record = self.report.sources.get(ref) or {}
        if not isinstance(record.get("value"), int | float):
            return ""
        unit = str(record.get("unit") or "")
        gap = self.plain.language.gap
        sign = _SIGNS.get(str(record.get("comparator") or "="), "").rstrip()
        sign += gap if sign else ""
        figure = self.plain.language.number(record["value"], unit) if sign else self.plain.figure(record)
        words = self.plain.unit(unit) if unit not in ("CNY", "USD", "multiple", "ratio") else ""
        return f"{sign}{figure}{gap if words else ''}{words}"

    def title(self, document: Document) -> str:
        """The title of a document."""
        return self.plain.label(document.record.get("title"))

    def line(self, document: Document) -> str:
        """Title, date and grade, for a source line."""
        about = [untrusted(document.record.get("published"), 20)]
        if document.grade:
            about.append(self.plain.message("grade {grade}").replace("{grade}", untrusted(document.grade, 2)))
        inside = self.plain.message(", ").join(part for part in about if part)
        return self.title(document) + (self.plain.message(" ({detail})").replace("{detail}", inside) if inside else "")

    def conflicts(self) -> list[Record]:
        """Conflicts that touch a claim some finding rests on; contradictions first, agreements left out."""
        used = {ref for finding in self.report.findings for ref in finding["sources"]}
        near = [
            entry for entry in self.report.conflicts if entry["kind"] != "corroboration" and used & set(entry["claims"])
        ]
        return sorted(near, key=lambda entry: (entry["kind"] != "rival", str(entry["id"])))

    def adopted(self, conflict: Record) -> str:
        """What a conflict's resolution left standing."""
        low, high = conflict.get("adopted_low"), conflict.get("adopted_high")
        if low is not None:
            high = low if high is None else high
            return self.plain.figure({"value": low, "low": low, "high": high}, conflict.get("unit") or "")
        return " / ".join(self.printed(ref) for ref in conflict.get("adopted", ()) if ref in self.report.sources) or "—"

    def _document_id(self, ref: str) -> str:
        record = self.report.sources.get(ref) or {}
        return str((record.get("source") or {}).get("id") or "")

    def _documents(self) -> dict[str, Document]:
        found: dict[str, tuple[Record, dict[str, None], dict[str, None]]] = {}
        for finding in self.report.findings:
            for ref in self.cited(finding):
                if one := self._document_id(ref):
                    entry = found.setdefault(one, (self.report.sources[ref]["source"], {}, {}))
                    entry[1][ref] = entry[2][f"{finding['section']}.{finding['key']}"] = None
        order = sorted(found, key=lambda one: (_rank(found[one][1]), one))
        return {one: Document(one, found[one][0], tuple(found[one][1]), tuple(found[one][2])) for one in order}


def kind_of(ref: str) -> str:
    """What a ref points to."""
    return ref.partition(":")[0]


def web_address(locator: object) -> str:
    """The locator when it is a plain http(s) address, else empty. Nothing else ever becomes a link."""
    text = str(locator or "")
    if not text.isascii() or any(char.isspace() or char in "\"'<>\\^`{|}" or not char.isprintable() for char in text):
        return ""
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "")
    return text if plain and port_is_fine and len(text) < 500 else ""


def _rank(refs: Iterable[str]) -> int:
    return min(KINDS.index(kind_of(ref)) for ref in refs)
