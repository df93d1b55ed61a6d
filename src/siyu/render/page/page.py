"""The page in one language: what the templates ask for, answered as markup."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from siyu.definitions import Definition, registry
from siyu.language import PSEUDO, Language
from siyu.messages import msg
from siyu.record import (
    Chart,
    ConflictEntry,
    FindingRecord,
    Mark,
    Moved,
    NextStep,
    Number,
    Table,
    TableRow,
    Turn,
    Value,
    Wording,
    kind_of,
)  # fmt: skip
from siyu.render.citations import Citations
from siyu.render.outline import outline
from siyu.render.page.markdown import cell
from siyu.render.page.pictures import drawn, picture
from siyu.render.report import Report, SectionReport, Setting
from siyu.render.said import Said, joined, kept_together
from siyu.render.speech import Speech
from siyu.render.summary import summarised

MOST_SOURCES = 8  # shown in a source line; a fold for one or two more would cost more than it saves
FEW_SOURCES = 3  # of a finding in the appendix
MOST_IN_ROW = 3
MOST_MOVES = 4


@dataclass(frozen=True)
class Card:
    """A value of the answer: number, caption, kind of range, one caveat, whether it rests on weak ground."""

    number: Markup
    caption: Said
    interval: tuple[str, str]
    caveat: Said
    weak: bool


@dataclass(frozen=True)
class Move:
    """A headline value that moved: its finding, its name, from and to in words (None: not shown), why."""

    finding: FindingRecord
    name: str
    ends: list[str] | None
    because: str
    beyond: bool | None


class Page:
    """One report in one language. Templates call its methods; it decides nothing about order (see Outline)."""

    def __init__(self, report: Report, language: Language) -> None:
        self.whole, self.report = report, report.on_page()
        self.language = language
        self.speech = Speech(language)
        self.citations = Citations(self.report, self.speech)
        self.outline = outline(self.report)
        self.summary = summarised(self.report)
        self._carded: set[str] = set()

    # --- findings ---------------------------------------------------------------------------------

    def title(self, finding: FindingRecord) -> Markup:
        """The takeaway, its numbers linked to what they rest on."""
        linked = self._linked(self.speech.title(finding), finding)
        whole = finding.role != "absent" and self.language.data_code == "zh"
        return kept_together(linked) if whole else linked

    def plain_title(self, finding: FindingRecord) -> str:
        """The takeaway as text, for attributes and the list of contents."""
        return self.speech.title(finding).attribute()

    def cards(self, finding: FindingRecord) -> list[Card]:
        """The answer's cards."""
        found, caveats = [], finding.caveats
        for place, (name, text) in enumerate(list(finding.cards.items())[:3]):
            value = finding.by_name[name]
            caption, aside = self._split(text) if place >= len(caveats) else (text, "")
            said = [self.speech.of(finding, one) for one in (caption, aside or (*caveats, "", "", "")[place])]
            number = self._linked(self.speech.of(finding, f"{{{name}}}"), finding)
            interval = self.speech.interval(value.interval_kind) if value.low != value.high else ("", "")
            found.append(Card(number, said[0], interval, said[1], self.citations.weak(value)))
        return found

    def caveats(self, finding: FindingRecord, *, after_cards: bool = False) -> list[Said]:
        """What the figure does not say; without those already printed on cards."""
        return self.speech.caveats(finding)[min(len(finding.cards), 3) if after_cards else 0 :]

    def value_name(self, value: Value, finding: FindingRecord) -> Markup:
        """The metric a value stands for; its own name where it stands for none or another value has the same."""
        said, metric = self.speech.value_name(value.name), self.speech.metric(value.definition)
        own = Markup("{}").format(said) if said else Markup('<code lang="en">{}</code>').format(value.name)
        if not metric:
            return own
        if sum(other.definition == value.definition for other in finding.values) == 1:
            return Markup("{}").format(metric)
        before, after = (self.language.message(" ({detail})") if said else " {detail}").split("{detail}")
        return Markup("{}{}{}{}").format(metric, before, own, after)

    def pictures(self, finding: FindingRecord, *widths: str) -> list[Markup]:
        """The finding's chart in these widths; empty for one that is no picture."""
        chart = drawn(finding.chart)
        return [picture(chart, self.language, width) for width in widths] if chart else []

    def side_by_side(self, chart: Chart) -> list[tuple[Number, list[tuple[int, Mark] | None]]]:
        """Marks of several lines by place, a column a series, each with its number in the chart; empty where they have
        names or ranges of their own."""
        held = {(one.x, str(one.series)): (at, one) for at, one in enumerate(chart.rows) if one.x is not None}
        series = list(dict.fromkeys(str(one.series) for one in chart.rows))
        if len(held) < len(chart.rows) or self.ranged(chart.rows) or any(one.label for one in chart.rows):
            return []
        places = dict.fromkeys(x for x, _ in held)
        return [(x, [held.get((x, name)) for name in series]) for x in places] if len(series) > 1 else []

    def listed(self, finding: FindingRecord) -> list[Value]:
        """Values of its table: in the appendix, those that its chart does not list as well."""
        drawn_too = finding.role == "appendix" and drawn(finding.chart) is not None
        marks = {(one.value, one.low, one.high) for one in finding.chart.rows if isinstance(one, Mark) and drawn_too}
        return [value for value in finding.values if (value.value, value.low, value.high) not in marks]

    def column_is_numeric(self, table: Table, key: str) -> bool:
        """Whether a column holds numbers only (and at least one)."""
        cells = [row for row in table.rows if row.cell(key) is not None]
        return bool(cells) and all(row.number(key) is not None for row in cells)

    # --- the summary ------------------------------------------------------------------------------

    def worth(self, one: NextStep) -> Said:
        """What knowing it is worth, where that was ranked."""
        return self.speech.say(msg("worth {worth} per thousand people"), {"worth": one.worth}) if one.worth else Said()

    def turn(self, turn: Turn) -> Markup:
        """Something that would change the answer, its numbers linked."""
        finding = self.report.by_key[turn.finding]
        return self._linked(self.speech.of(finding, turn.text), finding)

    def because(self, finding: FindingRecord) -> Said:
        """What to bear in mind about a reason: its first caveat, else what its chart shows."""
        return next(iter(self.speech.caveats(finding)), None) or self.speech.of(finding, finding.subtitle)

    def moves(self) -> list[Move]:
        """What moved since the report before, those of the answer first, at most MOST_MOVES."""
        lead = self.summary.answer if self.summary else ""
        told = [one for one in self.report.moved if one.finding in self.report.by_key]
        told = sorted(told, key=lambda one: one.finding != lead)[:MOST_MOVES]
        return [self._move(one, name) for one, name in zip(told, self.speech.moved(told), strict=True)]

    def _move(self, one: Moved, name: str) -> Move:
        finding = self.report.by_key[one.finding]
        value = finding.by_name[one.name]
        ends = None
        if one.from_ is not None:
            point = {"low": None, "high": None}
            ends = [
                self.language.quantity(value.model_copy(update={**point, "value": end})) for end in (one.from_, one.to)
            ]
        return Move(finding, name, ends, self.citations.causes(one.because), one.beyond_chance)

    def main_number(self, finding: FindingRecord) -> Said:
        """The first number that its title names, with its unit where that is a time; a count alone says little."""
        named = self.speech.placeholders(finding.message_id)
        value = next((value for value in finding.values if value.name in named), None)
        if value is None or value.unit == "count":
            return Said()
        said = self.speech.figure(value, f"{finding.key}.{value.name}")
        unit = f" {self.language.unit(value.unit, str(said))}" if value.unit in ("days", "months", "year") else ""
        return joined(said, unit)

    # --- sections ---------------------------------------------------------------------------------

    def question(self, section: SectionReport) -> str:
        """What a section asks: the heading of its first cell, else as it describes itself."""
        heading = cell(section.markdown[0][0], self.language).heading if section.markdown else ""
        return heading or self.language.say(section.question or section.notebook)

    def settings(self) -> list[Setting]:
        """Parameters that say something about the content, not about who ran it."""
        return [entry for entry in self.report.settings if entry.name not in ("subject", "lang")]

    def setting(self, setting: Setting, which: str) -> Said | Markup:
        """A parameter's value or default; numbers as `<data>`, text as it was given."""
        value = getattr(setting, which)
        if isinstance(value, bool):
            return Markup("<code>{}</code>").format("true" if value else "false")
        if isinstance(value, int | float):
            return self.speech.number(value, "", f"parameter:{setting.name}.{which}")
        return self.speech.data(value, 160) or Markup("—")

    # --- the rest ---------------------------------------------------------------------------------

    def definitions(self) -> list[Definition]:
        """Every metric the findings' values or the claims stand for, by name."""
        used = {one.definition for finding in self.report.findings for one in finding.quantities}
        used |= {claim.metric for claim in self.citations.claims() if claim.ref in self.used_in}
        metrics = [registry().metrics[key] for key in sorted(used) if key in registry().metrics]
        return sorted(metrics, key=lambda metric: self.language.metric(metric.key).lower())

    def linked_values(self) -> list[tuple[FindingRecord, Value]]:
        """(finding, value) of every number that is a link, and so has a card: those of titles and answer cards."""
        linked, reasons = [], self.summary.reasons if self.summary else ()
        for finding in self.report.findings:
            if finding.main or "next" in finding.feeds or finding.full_key in reasons:
                turns = finding.opening.turns if finding.opening else ()
                named = {*finding.cards}.union(*map(self.speech.placeholders, (finding.message_id, *turns)))
                linked += [(finding, value) for value in finding.values if value.name in named]
        return linked

    @cached_property
    def conflicts(self) -> tuple[list[ConflictEntry], list[ConflictEntry]]:
        """Conflicts of the claims that the main findings rest on, and all others of the same sources."""
        near = self.citations.conflicts(finding for finding in self.report.findings if finding.main)
        return near, [entry for entry in self.report.disputes if entry not in near]

    def card(self, ref: str) -> str:
        """The id of a ref's card, which the page then holds; empty for a ref the report does not know."""
        if not self.citations.known(ref):
            return ""
        self._carded.add(ref)
        return f"card-{anchor(ref)}"

    def carded(self) -> list[str]:
        """Refs whose card was asked for so far."""
        return sorted(self._carded)

    @cached_property
    def used_in(self) -> dict[str, list[FindingRecord]]:
        """ref -> findings that rest on it."""
        found: dict[str, list[FindingRecord]] = {}
        for finding in self.report.findings:
            for ref in finding.sources if finding.role != "absent" else ():
                found.setdefault(ref, []).append(finding)
        return found

    def _split(self, caption: Wording) -> tuple[Wording, Wording]:
        """A caption's name and its aside, where a semicolon divides them."""
        if not isinstance(caption, str) or self.language.code == PSEUDO:
            return caption, ""
        name, _, aside = self.language.message(caption).replace("; ", "；").partition("；")
        return name, aside[:1].upper() + aside[1:]

    def source_line(self, finding: FindingRecord) -> tuple[list[str], list[str]]:
        """(refs shown with grade and rivals, refs folded away). What the rows of a table show is left out."""
        in_rows = {ref for row in finding.chart.rows if isinstance(row, TableRow) for ref in self.few(row.sources)}
        refs = [ref for ref in self.citations.cited(finding) if ref not in in_rows]
        most = FEW_SOURCES if finding.role == "appendix" else MOST_SOURCES
        if len(refs) <= most:
            return refs, []
        named = [ref for ref in refs if kind_of(ref) not in ("assumption", "fee", "parameter")]
        shown = named[: max(FEW_SOURCES, most - 2)]
        return shown, [ref for ref in refs if ref not in shown]

    def few(self, refs: Sequence[str]) -> Sequence[str]:
        """Refs a table row names; a row of many names two and counts the rest."""
        return refs if len(refs) <= MOST_IN_ROW else refs[:2]

    def ranged(self, entries: Sequence[Value | Mark]) -> bool:
        """Whether any value of a table has a range."""
        return any(entry.low != entry.high for entry in entries)

    def id(self, finding: FindingRecord) -> str:
        """A finding's name in ids: its key, with its section where another section uses the same key."""
        shared = sum(other.key == finding.key for other in self.report.findings) > 1
        return f"{finding.section}-{finding.key}" if shared else finding.key

    def _linked(self, said: Said, finding: FindingRecord) -> Markup:
        def link(name: str) -> tuple[str, str]:
            # to its one source, or to the finding's source line when there are several
            known = [ref for ref in finding.by_name[name].sources if self.citations.known(ref)]
            href = anchor(known[0]) if len(known) == 1 else f"from-{self.id(finding)}"
            return f"#{href}", f"value-{self.id(finding)}-{name}"

        return said.markup(link)


def anchor(ref: str) -> str:
    """The id of a ref's entry in the page."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", ref)
