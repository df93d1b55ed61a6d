"""Sources as the page names them: a short label, a link, a grade, and the figures that disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from siyu.definitions import registry
from siyu.language import Text
from siyu.render import labels
from siyu.render.page.prose import NAME_LENGTH, Prose, isolated
from siyu.render.report import Report

Record = Mapping[str, Any]


def kind_of(ref: str) -> str:
    """What a ref points to: claim, conflict, assumption, fee, data, orders, parameter."""
    return ref.partition(":")[0]


def claim_ref(claim_id: str) -> str:
    """The ref of a claim id; a ref stays as it is."""
    return claim_id if ":" in claim_id else f"claim:{claim_id}"


def anchor(ref: str) -> str:
    """The id of a ref's entry in the page."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", ref)


class SourceLinks:
    """The source entries of one report in one language."""

    def __init__(self, report: Report, prose: Prose) -> None:
        self._records = report.sources
        self._prose = prose
        self._language = prose.language

    def of_kind(self, *kinds: str) -> list[Record]:
        """Entries of these kinds, in order of their refs."""
        return [{**record, "ref": ref} for ref, record in sorted(self._records.items()) if kind_of(ref) in kinds]

    def by_source(self) -> list[tuple[Record, list[Record]]]:
        """Every source document with the claims read from it; the best graded first."""
        sources: dict[str, Record] = {}
        claims: dict[str, list[Record]] = {}
        for ref, record in sorted(self._records.items()):
            source = record.get("source")
            if source and source.get("id"):
                sources.setdefault(source["id"], source)
                if kind_of(ref) == "claim":
                    claims.setdefault(source["id"], []).append({**record, "ref": ref})
        order = sorted(sources, key=lambda key: (key not in claims, str(sources[key].get("grade") or "Z"), key))
        return [(sources[key], claims.get(key, [])) for key in order]

    def known(self, ref: str) -> bool:
        """Whether the report holds an entry for this ref."""
        return ref in self._records

    def record(self, ref: str) -> Record:
        """The entry of a ref."""
        return self._records[ref]

    def claims_of(self, conflict: Record) -> list[Record]:
        """The entries of a conflict's claims, those the report holds."""
        refs = [claim_ref(claim) for claim in conflict.get("claims", ())]
        return [self._records[ref] for ref in refs if ref in self._records]

    def href(self, ref: str) -> str:
        """Link to the entry of a ref."""
        return f"#{anchor(ref)}"

    def label(self, ref: str) -> Markup:
        """What a source line calls this ref: metric and figure of a claim, route and rate of a fee, or a name."""
        record = self._records.get(ref)
        if record is None:
            return self._prose.untrusted(ref, NAME_LENGTH)
        if kind_of(ref) == "claim":
            words = self.metric(record)
            if record.get("statistic") in labels.MARKED:
                detail = self._say(labels.STATISTICS[record["statistic"]])
                words += escape(self._say(" ({detail})")).format(detail=detail)
            return Markup("{}{}{}").format(words, "" if words.endswith("）") else " ", self.figure(ref))
        if kind_of(ref) == "fee" and record.get("rate_low") is not None:
            return Markup("{} {}").format(self.name({**record, "ref": ref}), self.rate({**record, "ref": ref}))
        return self.name({**record, "ref": ref})

    def figure(self, ref: str) -> Markup:
        """A claim's figure: as printed where the reader can read it, else as it was read."""
        record = self._records[ref]
        value, unit = record.get("value"), record.get("unit", "")
        if value is None or not self._foreign(record):
            return self.printed(ref)
        if not isinstance(value, int | float):
            return self._prose.untrusted(value, NAME_LENGTH)
        ends = {end: record[end] for end in ("low", "high") if record.get(end) is not None}
        if len(ends) == 2 and ends["low"] < ends["high"] and record.get("comparator") in ("=", "~"):
            return self._prose.span({"value": value, **ends, "unit": unit}, f"{ref}.value")
        return self._prose.number(value, unit, f"{ref}.value")

    def quoted(self, ref: str) -> Markup:
        """A claim's figure as printed, with what it says for a reader who cannot read it."""
        printed, said = self.printed(ref), self.figure(ref)
        if self._language.data_code == "zh" or printed.striptags() == said.striptags():
            return said
        return Markup('{} <span class="mute">{}</span>').format(printed, said)

    def _foreign(self, record: Record) -> bool:
        """Whether the printed characters are of the other language: Chinese, or a date in English words."""
        latin = str(record["as_printed"]).isascii()
        return not latin if self._language.data_code == "en" else latin and record.get("unit") == "date"

    def rate(self, record: Record) -> Markup:
        """A fee rule's share, as a range where it is one."""
        low, high = record.get("rate_low", record.get("low")), record.get("rate_high", record.get("high"))
        if low is None or high is None:
            return Markup("—")
        return self._prose.span({"value": low, "low": low, "high": high, "unit": "ratio"}, f"{record['ref']}.low")

    def name(self, record: Record) -> Markup:
        """The name of an entry; a fee rule is named by its route and kind."""
        if kind_of(record["ref"]) == "fee" and not record.get("name"):
            route, kind = str(record.get("route")), str(record.get("kind"))
            where = labels.ROUTES.get(route) or labels.PLATFORMS.get(str(record.get("platform")), route)
            words = [self._say(where), *([self._say(labels.FEES[kind])] if kind in labels.FEES else [])]
            return Markup("{}").format(self._say(": ").join(words))
        name: Text | None = record.get("name")
        return self._prose.name(name) if name else self._prose.untrusted(record["ref"], NAME_LENGTH)

    def metric(self, record: Record) -> Markup:
        """The metric of a claim, or its entity where the metric is not in the registry."""
        key = record.get("metric", "")
        if key not in registry().metrics:
            return self.name(record)
        name = self._language.metric(key)
        return Markup("{}").format(name[:1].upper() + name[1:])

    def grade(self, ref: str) -> str:
        """Grade letter of a ref, empty when it has none."""
        record = self._records.get(ref) or {}
        return str(record.get("grade") or (record.get("source") or {}).get("grade") or "")

    def weak(self, value: Record) -> bool:
        """Whether a value rests on a garbled or contradicted claim, or its range on an assumption without source."""
        assumed = value["interval_kind"] == "assumption90"
        records = [(ref, self._records[ref]) for ref in value["sources"] if ref in self._records]
        return any(
            self.grade(ref) == "E" or (assumed and record.get("confidence") == "none") for ref, record in records
        )

    def rivals(self, ref: str) -> list[Record]:
        """Claims that say otherwise or are not comparable, each once; those that merely agree are left out."""
        found: dict[str, Record] = {}
        for rival in (self._records.get(ref) or {}).get("rivals", ()):
            if rival["kind"] != "corroboration":
                found.setdefault(rival["ref"], rival)
        return sorted(found.values(), key=lambda rival: list(labels.CONFLICTS).index(rival["kind"]))

    def rival_groups(self, ref: str) -> list[tuple[Record, list[Record]]]:
        """The rivals of a claim by conflict: (any of them, for kind and reason; all of them)."""
        groups: dict[str, list[Record]] = {}
        for rival in self.rivals(ref):
            groups.setdefault(rival["conflict"], []).append(rival)
        return [(group[0], group) for group in groups.values()]

    def disputed(self, ref: str) -> bool:
        """Whether another claim contradicts this one, beyond a difference of definition."""
        return any(rival["kind"] == "rival" for rival in self.rivals(ref))

    def printed(self, ref: str) -> Markup:
        """A claim's figure as printed; what the source only lists is given as our count of it."""
        record = self._records[ref]
        text = str(record["as_printed"])
        if text in labels.PASSAGES and isinstance(record.get("value"), int | float):
            count = self._prose.number(record["value"], "count", f"{ref}.value")
            said = self._say(labels.COUNTED)
            return Markup('{}{}<span class="mute">{}</span>').format(count, self._language.gap, said)
        if text in labels.PASSAGES:
            return Markup('<span class="mute">{}</span>').format(self._say(labels.PASSAGES[text]))
        return self._prose.untrusted(text, NAME_LENGTH)

    def not_stated(self, refs: Iterable[str]) -> list[str]:
        """What the claims among these refs leave unsaid, in words, each once."""
        names = [name for ref in refs for name in (self._records.get(ref) or {}).get("not_stated", ())]
        return [self._say(labels.QUALIFIERS[name]) for name in labels.QUALIFIERS if name in names]

    def plain_label(self, ref: str) -> str:
        """The label without markup, for attributes; isolated, as it may hold text of a data file."""
        return isolated(self.label(ref).striptags())

    def _say(self, message_id: str) -> str:
        return self._language.message(message_id)
