"""One place that says numbers, names and findings in a language. What it gives is written as text or as markup.

Text of data files is never formatted, so braces in it mean nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from string import Formatter

from siyu.definitions import Definition, registry
from siyu.findings import title
from siyu.language import PSEUDO, Language, Segment
from siyu.messages import msg
from siyu.record import Chart, FindingRecord, Mark, Moved, NextStep, ReferenceLine, Step, Table, TableColumn
from siyu.record.text import Both, Message, Number, Quantity, Wording, wording
from siyu.render import labels
from siyu.render.said import NAME_LENGTH, NOTE_LENGTH, Piece, Said, joined, untrusted

Values = Mapping[str, Quantity]
MOST_SPOKEN = 24  # marks of a chart that its alternative text tells
NOTHING = "—"
_WORDS = re.compile(r"[A-Za-z]{2,}\W+[a-z]{2,}")


@dataclass(frozen=True)
class CellWords:
    """said: what is read. numbers: value, low, high where the cell is a figure. check: key of a yes/no mark."""

    said: Said
    numbers: tuple[Number, ...] = ()
    unit: str = ""
    check: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return str(self.said) == NOTHING


class Speech:
    """Says things in one language. `missed` collects messages that this language has no words for."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.missed: set[str] = set()

    def message(self, message_id: str, **words: object) -> str:
        """The translation of a message id, each `{word}` in it replaced."""
        said = self.language.message(message_id)
        if self.language.code == "zh" and said == message_id and _WORDS.search(said):
            self.missed.add(message_id)
        told = {name: {"value": str(word)} for name, word in words.items()}
        return self.language.say(message_id, told) if words else said

    def say(self, text: Wording | None, values: Values | None = None, key: str = "", length: int = 0) -> Said:
        """`text` with its numbers, whose references are `key.name[.part]`. length: of names from data files in it."""
        if not text:
            return Said()
        text = wording(text)
        if isinstance(text, Both):
            return self.data(self.language.chosen(text))
        self.message(text if isinstance(text, str) else text.id)  # notes it when it has no translation
        return Said(self._piece(one, values or {}, key, length) for one in self.language.segments(text, values))

    def label(self, text: Wording | None, length: int = NAME_LENGTH) -> Said:
        """A row's label or a name: bilingual text, a message with own numbers, or a bare string.

        A bare string may be a message or a name from a client's file: it is looked up, but never formatted."""
        if isinstance(text, Message):
            return self.say(text, length=length)
        if isinstance(text, Both):
            return self.data(self.language.chosen(text), length)
        return self.data(self.language.message(text), length) if text else Said()

    def data(self, text: object, length: int = NOTE_LENGTH) -> Said:
        """Text of a data file."""
        if text in (None, ""):
            return Said()
        # the pseudo-locale marks all data, so that the translation check tells it from words of the page
        return Said([Piece(str(text), length=length, alone=self.language.code == PSEUDO)])

    def number(self, value: Number | None, unit: str = "", ref: str = "") -> Said:
        """One number."""
        return Said([Piece(self.language.number(value, unit), ref, value)])

    def figure(self, quantity: Quantity, ref: str = "", unit: str = "") -> Said:
        """A value, or its range where the ends read differently. unit: of a quantity that has none."""
        shown = quantity if quantity.unit or not unit else quantity.model_copy(update={"unit": unit})
        number = quantity.value if isinstance(quantity.value, int | float) else None
        return Said([Piece(self.language.quantity(shown), ref, number, quantity.low, quantity.high)])

    def point(self, value: Number, unit: str, definition: str) -> str:
        """One number of a metric, as titles say it."""
        return self.language.quantity(ReferenceLine(value=value, unit=unit, definition=definition))

    def placeholders(self, text: Wording) -> set[str]:
        """Names of the placeholders in a message."""
        message = text if isinstance(text, str) else text.id if isinstance(text, Message) else ""
        fields = [field for _, field, _, _ in Formatter().parse(self.language.message(message)) if field]
        return {field.partition(".")[0] for field in fields}

    def title(self, finding: FindingRecord) -> Said:
        """The takeaway of a finding; an absent one says what is missing."""
        if finding.role == "absent":
            return joined(title(finding, self.language))
        return self.of(finding, finding.message_id)

    def of(self, finding: FindingRecord, text: Wording | None) -> Said:
        """Any text of a finding, with its numbers."""
        return self.say(text, finding.by_name, finding.key)

    def caveats(self, finding: FindingRecord) -> list[Said]:
        """What the figures of a finding do not say."""
        return [self.of(finding, caveat) for caveat in finding.caveats]

    def alt(self, finding: FindingRecord) -> Said:
        """What a reader who cannot see the chart needs: the takeaway, its unit line, and the values of a picture."""
        marks = finding.chart.rows[:MOST_SPOKEN] if isinstance(finding.chart, Chart) else ()
        values = joined(*(self._mark(finding, mark) for mark in marks), by=self.message("; "))
        parts = [part for part in (self.title(finding), self.of(finding, finding.subtitle), values) if part]
        return joined(*parts, by=self.message(". "))

    def _mark(self, finding: FindingRecord, mark: Mark) -> Said:
        """A mark of a chart: what it is, and its figure."""
        chart = finding.chart
        axis = chart.x if isinstance(chart, Chart) else None
        # a wheel has its parts at places that are no numbers
        numbered = mark.x is not None and chart.kind != "cycle"
        place = self.language.number(mark.x, axis.unit if axis else "") if numbered else ""
        said = [text for text in (mark.series, mark.label) if text]
        for text in (one for one in said if isinstance(one, str)):
            self.message(text)  # notes what has no translation
        names = [self.label(text) for text in said]
        names += [joined(place)] if place else []
        ends = {"low": min(mark.low, mark.high), "high": max(mark.low, mark.high)}  # of a tornado: at ends of an input
        figure = self.figure(mark.model_copy(update=ends), unit=chart.unit)
        return joined(joined(*names, by=" "), self.message(": "), figure) if names else figure

    def interval(self, kind: str) -> tuple[str, str]:
        """(name, meaning) of a kind of range."""
        name, meaning = labels.INTERVALS[kind]
        return self.message(name), self.message(meaning)

    def intervals(self, finding: FindingRecord) -> list[tuple[str, str]]:
        """(name, meaning) of each kind of range among a finding's values and marks, `none` left out."""
        return [self.interval(kind) for kind in sorted({one.interval_kind for one in finding.quantities} - {"none"})]

    def sheet(self, notebook: str) -> str:
        """The name of a section on a tab: of the workbook, and of its chapter."""
        return self.named(labels.SECTIONS, notebook).replace("_", " ")

    def metric(self, key: str) -> str:
        """The name of a metric; empty for a key that is not in the registry."""
        return self.language.metric(key) if key in registry().metrics else ""

    def value_name(self, name: str) -> str:
        """The word for the name of a value; empty in a language that has none."""
        said = self.language.message(message_id := labels.value_id(name))
        return said if said != message_id else ""

    def moved(self, moves: Sequence[Moved]) -> list[str]:
        """The names of values that moved: each its metric, with its own word where several are of one metric."""
        words = [self.value_name(one.name) or one.name.replace("_", " ") for one in moves]
        names = [self.metric(one.definition) or word for one, word in zip(moves, words, strict=True)]
        details = [self.detail(word) if names.count(name) > 1 else "" for name, word in zip(names, words, strict=True)]
        return list(map(add, names, details))

    def named(self, group: Mapping[str, str], key: str | None) -> str:
        """The word for a member of a closed list; a key that is not in it is shown as it is."""
        return self.message(group[key]) if key is not None and key in group else untrusted(key or "")

    def detail(self, words: str) -> str:
        """Words in brackets, behind others; nothing for none."""
        return self.message(" ({detail})", detail=words) if words else ""

    def cell(self, finding: FindingRecord, table: Table, place: int, column: TableColumn) -> CellWords:
        """A cell of row `place`. A `value` cell whose row has a low and a high is a range."""
        row, key = table.rows[place], column.key
        content, unit = row.cell(key), column.unit or str(row.cell("unit") or "")
        ref = f"{finding.key}.rows[{place}].{key}"
        if content is None or content == "":
            return CellWords(joined(NOTHING))
        if isinstance(content, bool) or (table.kind == "matrix" and str(content) in labels.CHECKS):
            return self._check({True: "yes", False: "no"}.get(content, str(content)))  # type: ignore[call-overload]
        if isinstance(content, int | float):
            low, high = row.number("low"), row.number("high")
            if key != "value" or low is None or low == high:
                return CellWords(self.number(content, unit, ref), (content,), unit)
            content = Quantity(value=content, low=low, high=high)
        if isinstance(content, Quantity):
            numbers = tuple(end for end in (content.value, content.low, content.high) if isinstance(end, int | float))
            return CellWords(self.figure(content, ref, unit), numbers, content.unit or unit)
        if isinstance(content, list):
            return CellWords(joined(*(self.label(entry) for entry in content), by=self.language.comma))
        return CellWords(self.label(content, NOTE_LENGTH))

    def _check(self, check: str) -> CellWords:
        mark, word = labels.CHECKS[check]
        style = "check no" if check in ("no", "not_stated") else "check "
        return CellWords(joined(Said([Piece(mark, style=style)]), f" {self.message(word)}"), check=check)

    def _piece(self, segment: Segment, values: Values, key: str, length: int) -> Piece:
        if segment.number is None:
            kept = length if segment.foreign else 0
            return Piece(segment.text, length=kept, inside=segment.foreign, nested=segment.nested)
        name, _, part = segment.ref.partition(".")
        own = values.get(name)
        number = int(segment.number) if segment.number.is_integer() and abs(segment.number) < 2**53 else segment.number
        if own is None:
            return Piece(segment.text, f"{key}.arg.{segment.ref}", number)
        low, high = (None, None) if part else (own.low, own.high)
        return Piece(segment.text, f"{key}.{segment.ref}", number, low, high, name)


def definitions(finding: FindingRecord) -> list[Definition]:
    """Metrics that the values and marks of a finding stand for."""
    keys = dict.fromkeys(one.definition for one in finding.quantities)
    return [registry().metrics[key] for key in keys if key in registry().metrics]


def trial_text(speech: Speech, step: Step) -> Said:
    """How an experiment is read, and how many people it takes."""
    if not step.people or not step.difference:
        return speech.label(step.trial, NOTE_LENGTH)
    takes = msg("It takes {people} people in both arms to find a difference of {difference} four times in five.")
    sizes = {"people": step.people, "difference": step.difference}
    return joined(speech.label(step.trial, NOTE_LENGTH), speech.language.gap, speech.say(takes, sizes))


def step_name(speech: Speech, one: NextStep) -> Said:
    """What to do; where nobody has said how, what is to be measured."""
    if one.step:
        return speech.label(one.step.name)
    return joined(speech.message("Measure"), speech.message(": "), speech.label(one.about))
