"""The workbook: what a notebook opens. It loads evidence, hands out figures and keeps findings.

It computes nothing. Numbers reach a notebook only through it, so every finding knows what it was read from."""

from __future__ import annotations

import io
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from siyu import charts, reads, theme
from siyu.errors import Problem, UsageError, nearest
from siyu.evidence.assumptions import Assumption, Assumptions, load_assumptions
from siyu.evidence.fees import FeeRules, fee_rules
from siyu.evidence.ledger import Ledger, load_ledger
from siyu.evidence.readings.channels import Channels, load_channels
from siyu.evidence.readings.plausibility import check, load_rules
from siyu.evidence.references import References
from siyu.evidence.stated import Stated
from siyu.figure import Absent, Figure
from siyu.findings import Facets, Finding, cell_text, make_finding
from siyu.language import Language, Text
from siyu.paths import data_dir
from siyu.record import Chart, Table
from siyu.subjects import Subject, anybody, load_subject

if TYPE_CHECKING:
    from siyu.economy import Economy
    from siyu.economy.own import OwnInputs
    from siyu.own_data import Holdings, NoInput
    from siyu.playbook.form import Form
    from siyu.playbook.plan import Planning
    from siyu.reach.audience import Audience
    from siyu.value.worth import Assumed


@dataclass
class Workbook(Stated):
    """One section of one subject's report, which reads the ledger for its case. Open it with `open_workbook`."""

    subject: Subject
    section: str
    as_of: date
    language: Language
    assumptions: Assumptions
    fees: FeeRules
    findings: dict[str, Finding] = field(default_factory=dict)

    def figure(
        self, metric: str, statistic: str | None = None, *, entity: str | None = None, case: str | None = None
    ) -> Figure | Absent:
        """See `Stated`; Absent where the figure is in another currency than the subject's."""
        if case is None and self.apart:
            return Absent((metric,))
        return super().figure(metric, statistic, entity=entity, case=case)

    @property
    def apart(self) -> bool:
        """Whether the subject is not compared with published cases: its currency is not theirs."""
        return self.subject.currency != "CNY"

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

    def assumption(self, assumption_id: str) -> Figure:
        """An assumption's mode with its 5th and 95th percentiles. Raises KeyError with the nearest id.

        A row for the subject's own category (`order_value.liquor`) comes before the general one."""
        own = f"{assumption_id}.{self.subject.category}"
        assumption_id = own if own in self.assumptions else assumption_id
        if assumption_id not in self.assumptions:
            raise KeyError(f"{assumption_id}: {nearest(assumption_id, self.assumptions)}")
        return self.assumptions[assumption_id].figure

    def fee(
        self, platform: str, route: str, *, category: str = "", day: int = 365, beside: Figure | Absent | None = None
    ) -> Figure | Absent:
        """The platform's fee share for a route at `as_of`, `day` days after the shop opened.

        category: default the subject's own; one without rules of its own falls under `all`. beside: what the rule is
        to be held against; where that is absent, so is the fee, as it is before the first rule."""
        if isinstance(beside, Absent):
            return beside
        if self.as_of < self.fees.since:
            return Absent(("take_rate",))
        return self.fees.lookup(platform, route, category or self.subject.category, day, self.as_of).figure

    def economy(self, category: str = "", *, day: int = 365, draws: int = 16_384, seed: int = 0) -> Economy:
        """The economics of a category (default the subject's own) `day` days after the shop opened, at `as_of`.

        Before the first fee rule it is that of the first day with one; `no_rule` then says so. Raises ValueError for an
        unknown category."""
        from siyu.economy import Economy  # here: symbolic algebra takes a second to load, for one notebook

        own = category or self.subject.category
        mine = self.own_inputs.rows if own == self.subject.category else self.own_inputs.stated
        fees = self.fees.measured(self.own_inputs.rules)  # the client's own settlement first
        return Economy(self.assumptions, fees, own, day, max(self.as_of, self.fees.since), draws, seed, mine)

    @property
    def no_rule(self) -> NoInput | None:
        """Shown in a notebook: why there are no economics, when no fee rule is as old as the report."""
        if self.as_of >= self.fees.since:
            return None
        from siyu.own_data import NO_RULE, NoInput  # here: see `own`

        return NoInput(NO_RULE)

    @cached_property
    def assumed(self) -> Assumed:
        """What the worth of a customer needs beside orders: rows that the subject has put in (keys of `ROWS`), else by
        the economics, which know nothing of another currency than that of the ledgers."""
        from siyu.value.worth import ROWS, Assumed  # here: see `own`

        told: dict[str, Any] = {key: self.assumption(row) for key, row in ROWS.items() if row in self.assumptions}
        if self.subject.currency == "CNY" and self.no_rule is None:
            from siyu.economy import measures  # here: see `economy`

            told = {"cac": self.assumption("customer_cost_public")} | told
            economy = self.economy()
            worked_out = {"share": measures.kept_share(), "conversion": measures.follower_conversion()}
            drawn = economy.outcomes(worked_out)  # where everything came back nothing is kept to take a share of
            for key, one in worked_out.items():
                known = isfinite(drawn[key].drawn.sum())
                told.setdefault(key, economy.stated(ROWS[key], one) if known else Absent((ROWS[key],)))
        return Assumed(discount=self.assumption("capital_cost"), **told)

    @cached_property
    def form(self) -> Form:
        """The intake form of the client, an empty one without. Raises UsageError, see `load_form`."""
        from siyu.playbook.form import load_form  # here: see `own`

        return load_form(self.subject.folder, self.subject.currency)

    def planning(self, earlier: str = "") -> Planning:
        """What to do next about what is known of the client. earlier: the plan of the report before, as JSON."""
        from siyu.playbook.opening import planning  # here: see `own`

        economy = self.economy() if self.subject.currency == "CNY" and self.no_rule is None else None
        known = (self.own, self.assumed, self.form, self.audience)
        return planning(self.subject, self.as_of, *known, economy, earlier)

    @cached_property
    def audience(self) -> Audience:
        """What a section on reach works on: assumptions, own figures before them, and the tables of a client."""
        from siyu.reach.audience import TABLES, Audience, bound  # here: see `economy`

        inputs = bound(self.assumptions, self.subject.category, self.own_inputs.rows)
        if self.subject.kind == "case" or not self.subject.id:
            return Audience(inputs)
        sources = {kind: self.own.refs(kind) for kind in (*TABLES, "sends", "members", "orders")}
        sends, _ = self.own.stored("sends")
        return Audience(inputs, self.own.tables(*TABLES), sends, self.own.frames("members"), sources, self.own.k)

    @cached_property
    def own_inputs(self) -> OwnInputs:
        """What the subject itself brings into the economics: measured on its exports, or said in subject.yml."""
        from siyu.economy import own  # here: see `economy`

        about = self.subject
        stated = own.stated(self.assumptions, about.facts, self.as_of)
        if about.kind == "case" or not about.id:  # nobody in particular has no exports
            return own.OwnInputs(stated=stated)
        if not (about.folder / "exports").is_dir():
            reads.listed(about.folder / "exports")  # looked for
            return own.OwnInputs(stated=stated)
        from siyu.orders import measured  # here: see `own`
        from siyu.playbook import inputs

        held, k = self.own, about.suppress_below
        figures = measured.measured(held.frames("follows"), k)
        figures |= inputs.inputs(inputs.kept(held), self.assumption("gross_margin"), figures)
        settled = measured.rates(held.frames(), held.charges, k, held.refs("charges"))
        found = own.measured(self.assumptions, about.category, figures, self.as_of)
        return own.OwnInputs(found, stated, own.charged(settled), about.category)

    @cached_property
    def own(self) -> Holdings:
        """What the subject's own exports hold, as of the date. Raises UsageError, see `client_tables`."""
        from siyu.own_data import Holdings  # here: readers and engine take a second to load, for some notebooks

        return Holdings.of(self.subject, self.as_of)

    @property
    def orders(self) -> pd.DataFrame:
        """A row per order line of the subject's exports, see `Holdings.orders`."""
        return self.own.orders

    @property
    def purchases(self) -> pd.DataFrame:
        """A row per buyer and purchase day, see `Holdings.purchases`."""
        return self.own.purchases

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

    def own_figure(self, metric: str) -> Figure | Absent:
        """A metric of the subject's own orders, see `siyu.orders.metrics`; Absent for a case, which has none."""
        if self.subject.kind != "client":
            return Absent((metric,))
        from siyu.orders.metrics import figure_of  # here: the engine takes a second to load

        return figure_of(metric, self.own.frames("members"), self.own.k)

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
            rows = ChainMap(self.own_inputs.by_id, self.assumptions)  # type: ignore[arg-type]  # only read
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
    return Workbook(ledger, case, about, section, day, Language(lang), assumed, fees)
