"""The page in one language: what the templates ask for, answered as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from markupsafe import Markup

from siyu.definitions import Definition, registry
from siyu.findings import title, values_by_name
from siyu.language import PSEUDO, Language, Text
from siyu.render import labels
from siyu.render.outline import MEASUREMENTS, Block, Chapter, Outline, outline
from siyu.render.page.heat_grid import HeatGrid, grid
from siyu.render.page.links import SourceLinks, anchor, claim_ref, kind_of
from siyu.render.page.markdown import MarkdownCell, cell
from siyu.render.page.pictures import Picture, drawn, pictures
from siyu.render.page.prose import Prose, kept_together
from siyu.render.report import Report, SectionReport

Record = Mapping[str, Any]
MOST_SOURCES = 8  # shown in a source line; a fold for one or two more would cost more than it saves
MOST_IN_ROW = 3


class Page:
    """One report in one language. Templates call its methods; it decides nothing about order (see Outline)."""

    def __init__(self, report: Report, language: Language) -> None:
        self.report = report
        self.language = language
        self.prose = Prose(language)
        self.references = SourceLinks(report, self.prose)
        self.outline: Outline = outline(report)
        self._carded: set[str] = set()

    # --- findings ---------------------------------------------------------------------------------

    def title(self, finding: Record) -> Markup:
        """The takeaway, its numbers linked to what they rest on."""
        if finding["role"] == "absent":
            return Markup("{}").format(title(finding, self.language))
        return self._linked(finding["message_id"], finding, clauses=True)

    def unlinked_title(self, finding: Record) -> Markup:
        """The takeaway with its numbers as `<data>`, for places that are links or controls themselves."""
        return self.say(finding["message_id"], finding)

    def plain_title(self, finding: Record) -> str:
        """The takeaway as text, for attributes and the list of contents."""
        if finding["role"] == "absent":
            return title(finding, self.language)
        return self.prose.plain(finding["message_id"], values_by_name(finding))

    def say(self, text: Text | None, finding: Record) -> Markup:
        """Any other text of a finding, numbers as `<data>`."""
        return self.prose.rich(text, values_by_name(finding), finding["key"])

    def intervals(self, finding: Record) -> list[tuple[str, str]]:
        """(chip, explanation) of each kind of range among the values and the chart's rows."""
        entries = [*finding["values"], *finding["chart"]["rows"]]
        kinds = {entry.get("interval_kind") for entry in entries} & set(labels.INTERVALS) - {"none"}
        return [self.interval(kind) for kind in sorted(kinds)]

    def interval(self, kind: str) -> tuple[str, str]:
        """(chip, explanation) of one kind of range."""
        chip, meaning = labels.INTERVALS[kind]
        return self.language.message(chip), self.language.message(meaning)

    def cards(self, finding: Record) -> list[dict[str, Any]]:
        """The answer's cards: number, caption, kind of range, one caveat each, and whether it rests on weak ground."""
        values, found = values_by_name(finding), []
        for place, (name, text) in enumerate(list(finding.get("cards", {}).items())[:3]):
            value, caveats = values[name], finding["caveats"]
            caption, aside = self._split(text) if place >= len(caveats) else (text, "")
            found.append(
                {
                    "number": self._linked(f"{{{name}}}", finding),
                    "caption": self.say(caption, finding),
                    "interval": self.interval(value["interval_kind"]),
                    "caveat": self.say(aside or (caveats[place] if place < len(caveats) else ""), finding),
                    "weak": self.references.weak(value),
                }
            )
        return found

    def caveats(self, finding: Record, *, after_cards: bool = False) -> list[Markup]:
        """What the figure does not say; without those already printed on cards."""
        skip = min(len(finding.get("cards", {})), 3) if after_cards else 0
        return [self.say(caveat, finding) for caveat in finding["caveats"][skip:]]

    def terms(self, finding: Record) -> list[Definition]:
        """Definitions of the metrics a finding's values and rows stand for."""
        entries = [*finding["values"], *finding["chart"]["rows"]]
        keys = dict.fromkeys(str(entry.get("definition") or "") for entry in entries)
        return [registry().metrics[key] for key in keys if key in registry().metrics]

    def value_name(self, value: Record, finding: Record) -> Markup:
        """The metric a value stands for; its own name where it stands for none or another value has the same."""
        key, message_id = value.get("definition") or "", labels.value_id(value["name"])
        said = self.language.message(message_id)
        named = said != message_id
        own = Markup("{}").format(said) if named else Markup('<code lang="en">{}</code>').format(value["name"])
        if key not in registry().metrics:
            return own
        if sum(other.get("definition") == key for other in finding["values"]) == 1:
            return Markup("{}").format(self.language.metric(key))
        before, after = (self.language.message(" ({detail})") if named else " {detail}").split("{detail}")
        return Markup("{}{}{}{}").format(self.language.metric(key), before, own, after)

    def pictures(self, block: Block) -> dict[str, Picture]:
        """Width -> picture of the finding's chart. The appendix goes without pictures for the phone."""
        widths = ("desktop",) if self.tabled_on_phone(block.finding) else ("desktop", "phone")
        return pictures(block.section, block.finding, self.language, widths)

    def tabled_on_phone(self, finding: Record) -> bool:
        """Whether a phone shows a finding's values instead of its picture."""
        return finding["role"] == "appendix" and drawn(finding) and finding["key"] not in MEASUREMENTS

    def alt(self, finding: Record) -> str:
        """What a reader who cannot see the chart needs."""
        chosen = finding.get("alt")
        text = self.prose.plain(chosen, values_by_name(finding)) if chosen else self.plain_title(finding)
        subtitle = self.prose.plain(finding["subtitle"], values_by_name(finding))
        return self.language.message(". ").join(part for part in (text, subtitle) if part)

    # --- sections ---------------------------------------------------------------------------------

    def cell(self, text: Text) -> MarkdownCell:
        """A markdown cell."""
        return cell(text, self.language)

    def chapter_name(self, chapter: Chapter) -> str:
        """The question of a section, from its first cell."""
        return self.question(chapter.section)

    def question(self, section: SectionReport) -> str:
        """What a section asks: the heading of its first cell, else as it describes itself."""
        heading = self.cell(section.markdown[0][0]).heading if section.markdown else ""
        return heading or self.language.say(section.question or section.notebook)

    def parameters(self) -> list[Record]:
        """Parameters that say something about the content, not about who ran it."""
        return [entry for entry in self.report.parameters if entry["name"] not in ("subject", "lang")]

    def subject_kind(self) -> str:
        """`Case study` or `Client report`."""
        return self.language.message(labels.SUBJECTS[self.report.subject.get("kind", "case")])

    # --- the rest ---------------------------------------------------------------------------------

    def label(self, group: Mapping[str, str], key: str | None) -> str:
        """The word for a member of a closed list; the key itself for one that is not in it."""
        return self.language.message(group[key]) if key is not None and key in group else str(key or "")

    def definitions(self) -> list[Definition]:
        """Every metric the findings' values or the claims stand for, by name."""
        used = {
            str(v.get("definition") or "") for f in self.report.findings for v in (*f["values"], *f["chart"]["rows"])
        }
        used |= {str(r.get("metric", "")) for r in self.references.of_kind("claim") if r["ref"] in self.used_in}
        metrics = [registry().metrics[key] for key in sorted(used) if key in registry().metrics]
        return sorted(metrics, key=lambda metric: self.language.metric(metric.key).lower())

    def linked_values(self) -> list[tuple[Record, Record]]:
        """(finding, value) of every number that is a link, and so has a card: those of titles and answer cards."""
        linked = []
        for finding in self.report.findings:
            if finding["role"] not in ("answer", "headline") and finding["key"] not in MEASUREMENTS:
                continue
            named = {name for name, *_ in self.prose.names(finding["message_id"])} | set(finding.get("cards", {}))
            linked += [(finding, value) for value in finding["values"] if value["name"] in named]
        return linked

    def shown_terms(self) -> list[Definition]:
        """Definitions that a finding's table of values names."""
        shown = {term.key for finding in self.report.findings for term in self.terms(finding)}
        return [definition for definition in self.definitions() if definition.key in shown]

    @cached_property
    def conflicts(self) -> tuple[list[Record], list[Record]]:
        """Conflicts of the claims that the main findings rest on, and all others of the same sources."""
        entries = [*self.report.conflicts, *self.references.of_kind("conflict")]
        entries = [entry for entry in entries if entry.get("type", entry.get("kind")) != "corroboration"]
        main = (f for f in self.report.findings if f["role"] in ("answer", "headline"))
        used = {ref for finding in main for ref in finding["sources"]}
        near = [entry for entry in entries if used & {claim_ref(claim) for claim in entry["claims"]}]
        near.sort(key=lambda entry: entry.get("type", entry.get("kind")) != "rival")
        return near, [entry for entry in entries if entry not in near]

    def card(self, ref: str) -> str:
        """The id of a ref's card, which the page then holds; empty for a ref the report does not know."""
        if not self.references.known(ref):
            return ""
        self._carded.add(ref)
        return f"card-{anchor(ref)}"

    def carded(self) -> list[str]:
        """Refs whose card was asked for so far."""
        return sorted(self._carded)

    @cached_property
    def used_in(self) -> dict[str, list[Record]]:
        """ref -> findings that rest on it."""
        found: dict[str, list[Record]] = {}
        for finding in self.report.findings:
            for ref in finding["sources"] if finding["role"] != "absent" else ():
                found.setdefault(ref, []).append(finding)
        return found

    def cited(self, finding: Record) -> list[str]:
        """Refs of a finding as its source line names them: claims first; conflicts are shown beside claims."""
        order = ("claim", "orders", "data", "fee", "assumption", "parameter")
        refs = [ref for ref in finding["sources"] if kind_of(ref) in order]
        return sorted(refs, key=lambda ref: (order.index(kind_of(ref)), ref))

    def value_href(self, finding: Record, sources: Sequence[str]) -> str:
        """Where a number leads: to its one source, or to the finding's source line when there are several."""
        known = [ref for ref in sources if self.references.known(ref)]
        return f"#{anchor(known[0])}" if len(known) == 1 else f"#from-{self.id(finding)}"

    def _split(self, caption: Text) -> tuple[Text, Text]:
        """A caption's name and its aside, where a semicolon divides them."""
        if not isinstance(caption, str) or self.language.code == PSEUDO:
            return caption, ""
        name, _, aside = self.language.message(caption).replace("; ", "；").partition("；")
        return name, aside[:1].upper() + aside[1:]

    def source_line(self, finding: Record) -> tuple[list[str], list[str]]:
        """(refs shown with grade and rivals, refs folded away). What the rows of a table show is left out."""
        rows = finding["chart"]["rows"] if finding["chart"]["kind"] in ("table", "matrix") else ()
        in_rows = {ref for row in rows for ref in self.few(row.get("sources") or ())}
        refs = [ref for ref in self.cited(finding) if ref not in in_rows]
        if len(refs) <= MOST_SOURCES:
            return refs, []
        shown = [ref for ref in refs if kind_of(ref) not in ("assumption", "fee", "parameter")][: MOST_SOURCES - 2]
        return shown, [ref for ref in refs if ref not in shown]

    def few(self, refs: Sequence[str]) -> Sequence[str]:
        """Refs a table row names; a row of many names two and counts the rest."""
        return refs if len(refs) <= MOST_IN_ROW else refs[:2]

    def ranged(self, entries: Sequence[Record]) -> bool:
        """Whether any value of a table has a range."""
        return any(entry.get("low") != entry.get("high") for entry in entries)

    def grid(self, finding: Record) -> HeatGrid:
        """The grid of a heat chart."""
        return grid(self.prose, finding)

    def id(self, finding: Record) -> str:
        """A finding's name in ids: its key, with its section where another section uses the same key."""
        shared = sum(other["key"] == finding["key"] for other in self.report.findings) > 1
        return f"{finding['section']}-{finding['key']}" if shared else str(finding["key"])

    def _linked(self, text: Text, finding: Record, *, clauses: bool = False) -> Markup:
        values = values_by_name(finding)

        def link(name: str) -> tuple[str, str]:
            return self.value_href(finding, values[name]["sources"]), f"value-{self.id(finding)}-{name}"

        said = self.prose.rich(text, values, finding["key"], link)
        return kept_together(said) if clauses and self.language.data_code == "zh" else said
