"""A finding: one takeaway with its values, chart data, sources and caveats, and no language.

Notebooks make findings; every rendering (HTML, PowerPoint, Excel, JSON) reads their records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from siyu import charts, reads
from siyu.figure import Absent, Figure
from siyu.language import Language, Text
from siyu.messages import msg
from siyu.record import FINDING, Cell, Chart, FindingRecord, Mark, Opening, Plan, Quantity, Table, TableRow

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 2
_PLAIN = {"role": "headline", "subtitle": "", "cards": {}, "caveats": (), "feeds": ()}
_UNSTATED = msg("Not computable for this case: it does not state")


class Facets(TypedDict, total=False):
    """What a finding may have beside its values and its chart; see `siyu.record.FindingRecord`.

    cards: name -> what the card of an answer says, three at most. context: refs that it rests on beside those of values
    and chart. whatif: what the page's sliders work with, see `siyu.economy.whatif`."""

    subtitle: Text
    caveats: tuple[Text, ...] | list[Text]
    role: str
    cards: Mapping[str, Text]
    context: tuple[str, ...] | list[str]
    whatif: Mapping[str, Any] | None
    feeds: tuple[str, ...]
    opening: Opening | None
    plan: Plan | None


@dataclass(frozen=True)
class Finding:
    """A record as a notebook shows it, in the language of its workbook."""

    record: FindingRecord
    language: Language

    @property
    def frame(self) -> pd.DataFrame:
        """The chart's rows as a tidy frame, labels in the workbook's language."""
        import pandas as pd  # here: renderings do without it

        rows = [row.as_json() for row in self.record.chart.rows]
        return pd.DataFrame([{**row, "label": self.language.say(row.get("label", ""))} for row in rows])

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        record, chart = self.record, self.record.chart
        bundle: dict[str, Any] = {"text/plain": as_text(record, self.language), FINDING: record.as_json()}
        metadata: dict[str, Any] = {}
        if isinstance(chart, Chart) and chart.kind in charts.DRAWN:
            from siyu.charts.printing import png  # what renders reports prints none

            bundle["image/png"] = png(chart, self.language)
            metadata["image/png"] = {"alt": alt_text(record, self.language), "lang": self.language.code}
        return bundle, metadata


def make_finding(
    key: str, section: str, message: Text, values: Mapping[str, Figure | Absent], chart: Chart | Table | None, *,
    language: Language, searched: tuple[str, ...] = (), **facets: Unpack[Facets],
) -> Finding:  # fmt: skip
    """A finding, or an absent one when any of its values is absent. `message` names values in braces.

    searched: where it was looked for, as refs: what an absent one rests on, and one that names nothing else.
    Raises ValueError when the message or a card names a value that is not there, or a part is not what a record holds.
    """
    chart = chart or charts.NOTHING
    needs = {need for value in values.values() if isinstance(value, Absent) for need in value.needs} | {*chart.needs}
    if needs:
        values, chart = {}, charts.NOTHING
        facets = {"role": "absent", "subtitle": facets.get("subtitle", ""), "context": searched}
    figures = {name: figure for name, figure in values.items() if isinstance(figure, Figure)}
    rests = {ref for part in (chart, *figures.values()) for ref in part.sources} | {*facets.pop("context", ())}
    refs = rests or {*searched}  # a client none of whose files could be read
    about: dict[str, Any] = {"schema": SCHEMA, "key": key, "section": section, "message_id": message, "chart": chart}
    about |= _PLAIN | {name: facet for name, facet in facets.items() if facet is not None}
    about |= {"values": [_value(name, figure) for name, figure in figures.items()]}
    if not needs and about["role"] != "answer" and _says_nothing(chart, figures):
        about["role"] = "empty"
    record = FindingRecord.model_validate({**about, "sources": sorted(refs), "needs": sorted(needs)})
    turns = record.opening.turns if record.opening else ()
    said = () if needs else (record.message_id, record.subtitle, *record.caveats, *record.cards.values(), *turns)
    for text in said:
        try:
            language.say(text, record.by_name)
        except KeyError as error:
            raise ValueError(f"finding {key}: {error.args[0]}") from error
    reads.conclude(record.as_json())
    return Finding(record, language)


def _says_nothing(chart: Chart | Table, figures: Mapping[str, Figure]) -> bool:
    """Whether a table has no row, or a share is only known to lie below everything."""
    unknown = [one for one in figures.values() if one.unit == "ratio" and one.interval_kind == "assumption90"]
    return (isinstance(chart, Table) and not chart.rows) or any(one.high >= 1 > 2 * one.low for one in unknown)


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


def _value(name: str, figure: Figure) -> dict[str, Any]:
    told = ("value", "low", "high", "interval_kind", "unit", "n", "definition", "sources")
    more = {part: held for part in ("formula", "left") if (held := getattr(figure, part))}
    return {"name": name, **{part: getattr(figure, part) for part in told}, **more}
