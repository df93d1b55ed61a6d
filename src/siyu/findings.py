"""A finding: one takeaway with its values, chart data, sources and caveats, and no language.

Notebooks make findings; every rendering (HTML, PowerPoint, Excel, JSON) reads their records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from siyu import charts
from siyu.figure import Absent, Figure
from siyu.language import Language, Text
from siyu.messages import msg
from siyu.record import FINDING, ROLES, Cell, Chart, FindingRecord, Mark, Opening, Quantity, Table, TableRow

SCHEMA = 2
_UNSTATED = msg("Not computable for this case: it does not state")


@dataclass(frozen=True)
class Finding:
    """One takeaway. `values` maps names to figures; `message` names them in braces.

    role: `answer` (the section's answer, at most three values shown as cards), `headline`, `appendix`,
    or `absent` when an input is not stated; `needs` then says which metrics are missing.
    whatif: what the page's sliders work with, see `siyu.economy.whatif`. feeds: see `siyu.record.FindingRecord`.
    """

    key: str
    section: str
    message: Text
    values: Mapping[str, Figure]
    chart: Chart | Table
    subtitle: Text = ""
    caveats: tuple[Text, ...] = ()
    role: str = "headline"
    cards: Mapping[str, Text] = field(default_factory=dict)
    context: tuple[str, ...] = ()
    whatif: Mapping[str, Any] | None = None
    feeds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    opening: Opening | None = None
    language: Language = field(default_factory=lambda: Language("en"), repr=False, compare=False)

    @property
    def sources(self) -> tuple[str, ...]:
        """Refs of everything the values, the chart and the context of this finding were read from."""
        refs = set(self.context) | set(self.chart.sources)
        for figure in self.values.values():
            refs |= set(figure.sources)
        return tuple(sorted(refs))

    @property
    def frame(self) -> pd.DataFrame:
        """The chart's rows as a tidy frame, labels in the workbook's language."""
        rows = [row.as_json() for row in self.chart.rows]
        return pd.DataFrame([{**row, "label": self.language.say(row.get("label", ""))} for row in rows])

    @cached_property
    def record(self) -> FindingRecord:
        """The language-free record that goes into notebooks and `findings.json`; its numbers are rounded.

        Raises ValidationError for a part that is not what a record holds."""
        return FindingRecord.model_validate(
            {
                "schema": SCHEMA,
                "key": self.key,
                "section": self.section,
                "role": self.role,
                "message_id": self.message,
                "subtitle": self.subtitle,
                "values": [_value(name, figure) for name, figure in self.values.items()],
                "cards": dict(self.cards),
                "chart": self.chart,
                "sources": self.sources,
                "caveats": self.caveats,
                "needs": self.needs,
                "feeds": self.feeds,
                **({"whatif": self.whatif} if self.whatif else {}),
                **({"opening": self.opening} if self.opening else {}),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """The record as JSON content."""
        return self.record.as_json()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: dict[str, Any] = {"text/plain": as_text(self.record, self.language), FINDING: self.as_json()}
        metadata: dict[str, Any] = {}
        if isinstance(self.chart, Chart) and self.chart.kind in charts.DRAWN:
            bundle["image/png"] = charts.png(self.chart, self.language)
            metadata["image/png"] = {"alt": alt_text(self.record, self.language), "lang": self.language.code}
        return bundle, metadata


def make_finding(
    key: str,
    section: str,
    message: Text,
    values: Mapping[str, Figure | Absent],
    chart: Chart | Table | None,
    **more: Any,
) -> Finding:
    """A finding, or an absent one when any of its values is absent.

    Raises ValueError when the message or a card names a value that is not there.
    """
    chart = chart or charts.NOTHING
    needs = {need for value in values.values() if isinstance(value, Absent) for need in value.needs} | {*chart.needs}
    if needs:
        kept = {k: more[k] for k in ("language", "subtitle") if k in more}
        return Finding(key, section, message, {}, charts.NOTHING, role="absent", needs=tuple(sorted(needs)), **kept)
    figures = {name: figure for name, figure in values.items() if isinstance(figure, Figure)}
    finding = Finding(key, section, message, figures, chart, **more)
    if finding.role not in ROLES:
        raise ValueError(f"role {finding.role!r} is none of {', '.join(ROLES)}")
    quantities = {name: Quantity(**_ends(figure), unit=figure.unit) for name, figure in figures.items()}
    turns = finding.opening.turns if finding.opening else ()
    for text in (message, finding.subtitle, *finding.caveats, *finding.cards.values(), *turns):
        try:
            finding.language.say(text, quantities)
        except KeyError as error:
            raise ValueError(f"finding {key}: {error.args[0]}") from error
    return finding


def title(record: FindingRecord, language: Language) -> str:
    """The takeaway in words. An absent finding says what is missing."""
    if record.role == "absent":
        missing = language.comma.join(language.metric(key) for key in record.needs)
        files = any(ref.startswith("orders:") for ref in record.sources)
        said = msg("Not computable from these files: they do not hold") if files else _UNSTATED
        return f"{language.message(said)}{language.gap}{missing}"
    return language.say(record.message_id, record.by_name)


def alt_text(record: FindingRecord, language: Language) -> str:
    """What a reader who cannot see the chart needs: the takeaway, then its unit line."""
    subtitle = language.say(record.subtitle, record.by_name)
    return language.message(". ").join(part for part in (title(record, language), subtitle) if part)


def as_text(record: FindingRecord, language: Language) -> str:
    """Plain text of a finding: the takeaway, then each number to four significant digits, with sources."""
    lines = [title(record, language)]
    for value in record.by_name.values():
        span = f"{value.value:.4g}"
        if value.low != value.high:
            span += f" [{value.low:.4g}, {value.high:.4g}] {value.interval_kind}"
        lines.append(f"  {value.name} = {span} {value.unit}  <- {', '.join(value.sources) or '-'}")
    for row in record.chart.rows:
        cells = [cell_text(content, language) for content in _contents(row, record)]
        lines.append("  " + " | ".join(cell for cell in cells if cell))
    lines.append(f"  sources: {', '.join(record.sources) or '-'}")
    return "\n".join(lines)


def _contents(row: Mark | TableRow, record: FindingRecord) -> list[Cell]:
    if isinstance(row, Mark):
        return [row.series, row.label, row.low, row.value, row.high]
    return [row.cell(column.key) for column in record.chart.columns]


def cell_text(content: Cell | Mapping[str, Any], language: Language) -> str:
    """A cell of a table, or JSON content of one, in words; a number to four significant digits."""
    if isinstance(content, Mapping):
        content = TableRow({"": content}).cell("")
    if isinstance(content, Quantity):
        ends = [f"{end:.4g}" for end in (content.low, content.value, content.high)]
        return f"{ends[1]} [{ends[0]}, {ends[2]}] {content.unit}"
    if isinstance(content, bool):
        return str(content)
    if isinstance(content, int | float):
        return f"{content:.4g}"
    entries = content if isinstance(content, list) else [content or ""]
    return language.comma.join(language.say(entry) for entry in entries)


def _ends(figure: Figure) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _value(name: str, figure: Figure) -> dict[str, Any]:
    return {
        "name": name,
        **_ends(figure),
        "interval_kind": figure.interval_kind,
        "unit": figure.unit,
        "n": figure.n,
        "definition": figure.definition,
        "sources": figure.sources,
        **({"formula": figure.formula} if figure.formula else {}),
    }
