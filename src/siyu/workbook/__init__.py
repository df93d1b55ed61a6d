"""The workbook: what a notebook opens. It loads evidence, hands out figures and keeps findings.

It computes nothing. Numbers reach a notebook only through it, so every finding knows what it was read from."""

from __future__ import annotations

import io
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from siyu import charts, reads, theme
from siyu.errors import Problem, UsageError, nearest
from siyu.evidence.assumptions import Assumption, load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import Ledger, load_ledger
from siyu.evidence.readings.channels import Channels, load_channels
from siyu.evidence.readings.plausibility import check, load_rules
from siyu.evidence.references import References
from siyu.figure import Absent, Figure
from siyu.findings import Facets, Finding, cell_text, make_finding
from siyu.language import Language, Text
from siyu.paths import data_dir
from siyu.record import Chart, Table
from siyu.subjects import anybody, load_subject
from siyu.workbook.grounds import Grounds

if TYPE_CHECKING:
    from siyu.own_data import Holdings


@dataclass
class Workbook(Grounds):
    """One section of one subject's report, which reads the ledger for its case. Open it with `open_workbook`."""

    section: str
    language: Language
    findings: dict[str, Finding] = field(default_factory=dict)

    def figure(
        self, metric: str, statistic: str | None = None, *, entity: str | None = None, case: str | None = None
    ) -> Figure | Absent:
        """See `Stated`; Absent where the figure is in another currency than the subject's."""
        if case is None and self.apart:
            return Absent((metric,))
        return super().figure(metric, statistic, entity=entity, case=case)

    def count(self, frame: pd.DataFrame, case: str = "") -> Figure:
        """How many rows of the ledger a frame holds; its source is the ledger of the case.

        case: another one, `all` for the claims of all cases, or `channels`."""
        return Figure(len(frame), len(frame), len(frame), "count", sources=(f"ledger:{case or self.case}",))

    def counts(self, frames: Mapping[str, pd.DataFrame], case: str = "") -> dict[str, Figure]:
        """`count` of each frame."""
        return {name: self.count(frame, case) for name, frame in frames.items()}

    def reference(self, name: str) -> pd.DataFrame:
        """A bundled data set (all columns text); `attrs["ref"]` is its source ref."""
        content = reads.content(data_dir() / "reference" / f"{name}.csv")
        frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        frame.attrs["ref"] = f"data:{name}"
        return frame

    @cached_property
    def claims(self) -> pd.DataFrame:
        """All claims, one per row: the ledger's columns, grade, rejected (bool), ref and sources [ref]."""
        return self.frame(self.ledger.claims.values())

    @cached_property
    def case_claims(self) -> pd.DataFrame:
        """Rows of `claims` that belong to the case."""
        return self.frame(self.ledger.case_claims(self.case))

    @cached_property
    def conflicts(self) -> pd.DataFrame:
        """All conflicts, one per row: the ledger's columns, lists as tuples."""
        return pd.DataFrame([entry.model_dump() for entry in self.ledger.conflicts.values()])

    @cached_property
    def channels(self) -> Channels:
        """Channels of a private domain with their flags, and the definitions they are held against."""
        return load_channels(data_dir() / "evidence", self.ledger, self.assumptions.rows)

    @cached_property
    def plausibility(self) -> pd.DataFrame:
        """Arithmetic checks of all claims, see `plausibility.check`."""
        return check(self.ledger, load_rules(data_dir() / "evidence" / "plausibility.csv", self.ledger))

    def look(self, rows: pd.DataFrame | Mapping[str, Any]) -> pd.DataFrame:
        """What a finding is about to show, to be read first: a frame without its sources, texts in the language;
        figures by code, see `charts.frame`."""
        seen = rows if isinstance(rows, pd.DataFrame) else charts.frame(rows)
        plain = seen.drop(columns="sources", errors="ignore")
        return plain.map(lambda cell: cell_text(cell, self.language) if isinstance(cell, Mapping) else cell)

    def finding(
        self, key: str, message: Text, values: Mapping[str, Figure | Absent], chart: Chart | Table | None = None, *,
        kind: str = "", **facets: Unpack[Facets],
    ) -> Finding | None:  # fmt: skip
        """Keep and show a finding. Its title is the answer, built from `values`; see `Facets`.

        kind: of subjects that it is for; of others there is none.
        Raises ValueError when the key is taken or a message names a value that is not there."""
        if kind not in ("", self.subject.kind):
            return None
        opened: Holdings | None = self.__dict__.get("own")  # else the case's ledger is what was looked in
        searched = tuple(sorted(opened.records)) if opened and opened.records else (f"ledger:{self.case}",)
        finding = make_finding(
            key, self.section, message, values, chart, language=self.language, searched=searched, **facets
        )
        if self.findings.setdefault(key, finding).record.message_id != finding.record.message_id:
            raise ValueError(f"finding {key} exists already; keys are unique within a section")
        self.findings[key] = finding
        return finding

    def references(self) -> References:
        """Every source behind this section's findings, in full; renderings read it, never the ledgers."""
        refs = sorted({ref for finding in self.findings.values() for ref in finding.record.sources})
        own = self.own.records if any(ref.startswith("orders:") for ref in refs) else {}
        rows: Mapping[str, Assumption] = self.assumptions
        if any(ref.endswith(".own") for ref in refs):
            rows = ChainMap(self.brought_rows, self.assumptions)  # type: ignore[arg-type]  # only read
        charged = any(ref.startswith("fee:own_") for ref in refs)
        fees = self.fees.measured(self.own_inputs.rules) if charged else self.fees
        found = References.collect(refs, self.ledger, rows, fees, own)
        return replace(found, observed=self.own.observed) if own else found


@lru_cache(maxsize=1)
def bundled_ledger() -> Ledger:
    """The bundled evidence, loaded once per process."""
    return load_ledger(data_dir() / "evidence")


def open_workbook(
    section: str, subject: str, case: str = "", as_of: str = "", lang: str = "en", category: str = ""
) -> Workbook:
    """The workbook of one section. case: the published case compared with (default: the subject's own).

    as_of: ISO date, default from subject.yml; category: of goods, likewise. A subject's own assumptions.csv and
    fees.csv override rows. Without a subject, the section is made for everybody with this case, date and category.
    Raises UsageError for an unknown subject or case, LedgerError for evidence that cannot be used."""
    theme.apply()  # what analysts draw themselves looks like the rest
    pd.options.display.float_format = "{:.4g}".format  # as in the text of a finding
    ledger = bundled_ledger()
    about = load_subject(subject) if subject else anybody(case, as_of)
    about = about.model_copy(update={"category": category or about.category})
    own = [about.folder] if subject else []
    case = case or about.case
    if case not in (cases := ledger.cases()):
        problem = Problem("parameters", 0, "case", case, "a case with at least three figures", nearest(case, cases))
        raise UsageError([problem])
    day = date.fromisoformat(as_of) if as_of else about.as_of
    assumed = load_assumptions(data_dir() / "assumptions.csv", *(folder / "assumptions.csv" for folder in own))
    fees = fee_rules(data_dir() / "fees.csv", *(folder / "fees.csv" for folder in own))
    return Workbook(ledger, case, about, day, assumed, fees, section, Language(lang))
