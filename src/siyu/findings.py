"""A finding: one takeaway with its values, chart data, sources and caveats, and no language.

Notebooks make findings; every rendering (HTML, PowerPoint, Excel, JSON) reads them. Numbers are
rounded to ten significant digits once, here, so all renderings print the same number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from siyu import charts
from siyu.figure import Absent, Figure
from siyu.language import Language, Text

MIME = "application/vnd.siyu.finding+json"
SCHEMA = 1
ROLES = ("answer", "headline", "appendix", "absent")


@dataclass(frozen=True)
class Finding:
    """One takeaway. `values` maps names to figures; `message` names them in braces.

    role: `answer` (the section's answer, at most three values shown as cards), `headline`, `appendix`,
    or `absent` when an input is not stated; `needs` then says which metrics are missing.
    whatif: what the page's sliders work with, see `siyu.economy.whatif`. feeds: what else is made of it.
    """

    key: str
    section: str
    message: Text
    values: Mapping[str, Figure]
    chart: charts.Chart
    subtitle: Text = ""
    caveats: tuple[Text, ...] = ()
    role: str = "headline"
    cards: Mapping[str, Text] = field(default_factory=dict)
    context: tuple[str, ...] = ()
    whatif: Mapping[str, Any] | None = None
    feeds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
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
        rows = [{**row, "label": self.language.say(row.get("label", ""))} for row in self.chart.rows]
        return pd.DataFrame(rows)

    def as_json(self) -> dict[str, Any]:
        """The language-free record that goes into notebooks and `findings.json`."""
        record: dict[str, Any] = rounded(
            {
                "schema": SCHEMA,
                "key": self.key,
                "section": self.section,
                "role": self.role,
                "message_id": self.message,
                "subtitle": self.subtitle,
                "values": [_value(name, figure) for name, figure in self.values.items()],
                "cards": dict(self.cards),
                "chart": self.chart.as_json(),
                "sources": list(self.sources),
                "caveats": list(self.caveats),
                "needs": list(self.needs),
                **({"whatif": self.whatif} if self.whatif else {}),
            }
        )
        return record

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        record = self.as_json()
        bundle: dict[str, Any] = {"text/plain": as_text(record, self.language), MIME: record}
        metadata: dict[str, Any] = {}
        if record["chart"]["kind"] in charts.DRAWN:
            bundle["image/png"] = charts.png(record, self.language)
            metadata["image/png"] = {"alt": alt_text(record, self.language), "lang": self.language.code}
        return bundle, metadata


def make_finding(
    key: str,
    section: str,
    message: Text,
    values: Mapping[str, Figure | Absent],
    chart: charts.Chart | None,
    **more: Any,
) -> Finding:
    """A finding, or an absent one when any of its values is absent.

    Raises ValueError when the message or a card names a value that is not there.
    """
    needs = sorted({need for value in values.values() if isinstance(value, Absent) for need in value.needs})
    if chart is not None:
        needs = sorted({*needs, *chart.needs})
    if needs:
        kept = {k: more[k] for k in ("language", "subtitle") if k in more}
        return Finding(key, section, message, {}, charts.Chart("none"), role="absent", needs=tuple(needs), **kept)
    figures = {name: figure for name, figure in values.items() if isinstance(figure, Figure)}
    finding = Finding(key, section, message, figures, chart or charts.Chart("none"), **more)
    if finding.role not in ROLES:
        raise ValueError(f"role {finding.role!r} is none of {', '.join(ROLES)}")
    by_name = {name: _value(name, figure) for name, figure in figures.items()}
    for text in (message, finding.subtitle, *finding.caveats, *finding.cards.values()):
        try:
            finding.language.say(text, by_name)
        except KeyError as error:
            raise ValueError(f"finding {key}: {error.args[0]}") from error
    return finding


def values_by_name(record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """name -> value entry of a finding record, as `Language.say` takes it."""
    return {value["name"]: value for value in record["values"]}


def title(record: Mapping[str, Any], language: Language) -> str:
    """The takeaway in words. An absent finding says what is missing."""
    if record["role"] == "absent":
        missing = language.comma.join(language.metric(key) for key in record["needs"])
        return f"{language.message('Not computable for this case: it does not state')}{language.gap}{missing}"
    return language.say(record["message_id"], values_by_name(record))


def alt_text(record: Mapping[str, Any], language: Language) -> str:
    """What a reader who cannot see the chart needs: the takeaway, then its unit line."""
    subtitle = language.say(record["subtitle"], values_by_name(record))
    return language.message(". ").join(part for part in (title(record, language), subtitle) if part)


def as_text(record: Mapping[str, Any], language: Language) -> str:
    """Plain text of a finding: the takeaway, then each number to four significant digits, with sources."""
    lines = [title(record, language)]
    for value in record["values"]:
        span = f"{value['value']:.4g}"
        if value["low"] != value["high"]:
            span += f" [{value['low']:.4g}, {value['high']:.4g}] {value['interval_kind']}"
        lines.append(f"  {value['name']} = {span} {value['unit']}  <- {', '.join(value['sources']) or '-'}")
    for row in record["chart"]["rows"]:
        named = [column["key"] for column in record["chart"]["columns"]]
        cells = [cell_text(row.get(name), language) for name in named or ("series", "label", "low", "value", "high")]
        lines.append("  " + " | ".join(cell for cell in cells if cell))
    lines.append(f"  sources: {', '.join(record['sources']) or '-'}")
    return "\n".join(lines)


def cell_text(content: Any, language: Language) -> str:
    """A cell of a table in words, a number to four significant digits."""
    if isinstance(content, Mapping) and "value" in content:  # a number with its range
        ends = [f"{content[end]:.4g}" for end in ("low", "value", "high")]
        return f"{ends[1]} [{ends[0]}, {ends[2]}] {content['unit']}"
    if content is None or isinstance(content, str | Mapping):
        return language.say(content) if content else ""
    return str(content) if isinstance(content, bool) else f"{content:.4g}"


def rounded(content: Any) -> Any:
    """JSON content with floats at ten significant digits (hides last-bit differences between machines)."""
    if isinstance(content, bool) or content is None or isinstance(content, str | int):
        return content
    if isinstance(content, Mapping):
        return {key: rounded(entry) for key, entry in content.items()}
    if isinstance(content, Sequence):
        return [rounded(entry) for entry in content]
    number = float(content)
    if not math.isfinite(number):
        raise ValueError(f"a finding cannot hold {number}")
    number = float(f"{number:.10g}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _value(name: str, figure: Figure) -> dict[str, Any]:
    return {
        "name": name,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "interval_kind": figure.interval_kind,
        "unit": figure.unit,
        "n": figure.n,
        "definition": figure.definition,
        "sources": list(figure.sources),
        **({"formula": figure.formula} if figure.formula else {}),
    }
