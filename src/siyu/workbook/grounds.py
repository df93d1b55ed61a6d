"""What a workbook takes of assumptions, fee rules and the subject's own files; nothing is opened before it is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from siyu import reads
from siyu.engines.choice import HERE
from siyu.errors import nearest
from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.evidence.fees import FeeRules
from siyu.evidence.stated import Stated
from siyu.figure import Absent, Figure
from siyu.subjects import Subject

if TYPE_CHECKING:
    from siyu.economy import Economy
    from siyu.economy.own import OwnInputs
    from siyu.growth.brand import Growth
    from siyu.own_data import Holdings, NoInput
    from siyu.playbook.form import Form
    from siyu.playbook.plan import Planning
    from siyu.reach.audience import Audience
    from siyu.value.worth import Assumed


@dataclass
class Grounds(Stated):
    """The ledger of a case beside a subject: its assumptions, fee rules, exports and form, as of a date."""

    subject: Subject
    as_of: date
    assumptions: Assumptions
    fees: FeeRules

    @property
    def apart(self) -> bool:
        """Whether the subject is not compared with published cases: its currency is not theirs."""
        return self.subject.currency != "CNY"

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
        there, at = self.own_inputs.platforms, max(self.as_of, self.fees.since)
        elsewhere = bool(there) and "douyin" not in there
        return Economy(self.assumptions, fees, own, day, at, draws, seed, mine, elsewhere=elsewhere)

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
            from siyu.formulas.compiled import inputs

            told = {"cac": self.assumption("customer_cost_public")} | told
            worked_out = {"share": measures.kept_share(), "conversion": measures.follower_conversion()}
            economy = replace(self.economy(), drawn_only=inputs(*worked_out.values()))
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
        known = (self.own, self.assumed, self.form, self.audience, self.growth())
        return planning(self.subject, self.as_of, *known, economy, earlier)

    @cached_property
    def audience(self) -> Audience:
        """What a section on reach works on: assumptions, own figures before them, and the tables of a client."""
        from siyu.reach.audience import MONEY, TABLES, Audience, bound  # here: see `economy`

        inputs = bound(self.assumptions, self.subject.category, self._brought(MONEY).rows)
        if self.subject.kind == "case" or not self.subject.id:
            return Audience(inputs)
        sources = {kind: self.own.refs(kind) for kind in (*TABLES, "sends", "members", "orders")}
        sends, _ = self.own.stored("sends")
        here = replace(self.own, engine=HERE)  # what is sent is a table of the client's own, joined to its members
        return Audience(inputs, self.own.tables(*TABLES), sends, here.frames("members"), sources, self.own.k)

    def growth(self, window: int = 4) -> Growth:
        """What is known of how the brand grows. window: weeks that the deeds of a level may lie back. Money and what
        steps cost are in CNY, so another currency has neither."""
        from siyu.growth.brand import Growth  # here: see `economy`
        from siyu.growth.funnel import COSTS
        from siyu.growth.record import TABLES, Record

        own, priced = self.own, not self.apart
        costs = self.assumptions.bind(COSTS, self.subject.category) if priced else {}
        interest = self.assumption("capital_cost") if priced else None
        record, (events, refs) = Record(own.tables(*TABLES), self.as_of), own.stored("events")
        return Growth(record, events, refs, own.books.members, own.k, window, costs, interest)

    @cached_property
    def own_inputs(self) -> OwnInputs:
        """What the subject itself brings into the economics: measured on its exports, or said in subject.yml."""
        return self._brought()

    @cached_property
    def brought_rows(self) -> dict[str, Assumption]:
        """assumption_id -> row, of what the subject has brought into this section so far."""
        return {}

    def _brought(self, wanted: Collection[str] = ()) -> OwnInputs:
        """wanted: of what orders measure these symbols only, and no fees; everything if empty."""
        found = self._measured(wanted)
        self.brought_rows.update(found.by_id)
        return found

    def _measured(self, wanted: Collection[str]) -> OwnInputs:
        from siyu.economy import own  # here: see `economy`

        about = self.subject
        stated = own.stated(self.assumptions, about.facts, self.as_of)
        if about.kind == "case" or not about.id:  # nobody in particular has no exports
            return own.OwnInputs(stated=stated)
        if not (about.folder / "exports").is_dir():
            reads.listed(about.folder / "exports")  # looked for
            return own.OwnInputs(stated=stated)
        from siyu.orders import measured  # here: see `own`

        held, k = self.own, about.suppress_below
        figures, settled = measured.measured(held.frames("follows"), k, wanted), []
        if not wanted:
            from siyu.playbook import inputs

            figures |= inputs.inputs(inputs.kept(held), self.assumption("gross_margin"), figures)
            settled = measured.rates(held.frames(), held.charges, k, held.refs("charges"))
        found = own.measured(self.assumptions, about.category, figures, self.as_of)
        return own.OwnInputs(found, stated, own.charged(settled), about.category, held.platforms)

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

    def own_table(self, kind: str) -> pd.DataFrame | None:
        """A table of the subject's own exports, see `Holdings.reported`; None for a case, which has none."""
        return self.own.reported(kind) if self.subject.kind == "client" else None

    @property
    def own_day(self) -> dict[str, Figure | Absent]:
        """Sales of the subject's own best day, see `siyu.orders.measured`."""
        from siyu.orders.measured import SALES, best_day  # here: see `own_figure`

        if self.subject.kind != "client":
            return {name: Absent((key,)) for name, key in SALES.items()}
        return best_day(self.own.frames(), self.subject.currency)

    def own_figure(self, metric: str) -> Figure | Absent:
        """A metric of the subject's own orders, see `siyu.orders.metrics`; Absent for a case, which has none."""
        if self.subject.kind != "client":
            return Absent((metric,))
        from siyu.orders.metrics import figure_of  # here: the engine takes a second to load

        return figure_of(metric, self.own.frames("members"), self.own.k)
