"""What a section on reach works on: inputs, the tables that a subject's exports report, and what is made of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import Source, table
from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.formulas import depletion as d
from siyu.models.ranges import Range
from siyu.orders.frames import Frames
from siyu.reach import capacity, counts
from siyu.reach.delivery import by_staff, shares
from siyu.reach.hazards import ENOUGH
from siyu.reach.labels import LIMITS
from siyu.reach.pool import Depletion, Inputs
from siyu.reach.trial import GroupTrial, trial

GROUP, INBOX = "group", "mass"  # the scenes that the answer speaks of
# reported tables, see data/tables.yml
RECORD = ("group_days", "members", "events", "sends", "send_days", "group_arms")  # what exits are read from
TABLES = ("send_days", "group_days", "contact_days", "broadcasts", "events", "transfers", "group_arms",
          "session_tasks", "sessions")  # fmt: skip
MONEY = ("order_value", "refund_rate", "gross_margin", "fulfilment", "capital_cost")


def bound(assumptions: Assumptions, category: str, own: Mapping[str, Assumption]) -> Inputs:
    """The inputs of this section, own figures before assumptions."""
    work = [name for one in d.SCENES.values() for name in (one.gift, one.staff, one.usual)]
    wanted = {*d.NAMES, *MONEY, *work, "licence", *capacity.INPUTS, *capacity.TOOLS, *LIMITS}
    rows = assumptions.bind(sorted(wanted), category)
    rows |= {name: row for name, row in own.items() if name in rows}
    return Inputs(rows, {name: (row.ref,) for name, row in rows.items()})


def _first(found: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Rows of each group from the first frame that has it."""
    kept: list[pd.DataFrame] = []
    for rows in found:
        known = {group for part in kept for group in part["group"].unique()}
        kept.append(rows[~rows["group"].isin(known)])
    kept = [rows for rows in kept if len(rows)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=columns)


@dataclass(frozen=True)
class Audience:
    """inputs: assumptions and what was measured before them. tables: reported ones by name in data/tables.yml.

    sends: the one of single messages, which may be long. frames: orders and members. sources: table -> refs of its
    files. k: smallest number shown."""

    inputs: Inputs
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    sends: Source | None = None
    frames: Frames | None = None
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    k: int = 0

    @cached_property
    def group(self) -> Depletion:
        """A group, by assumptions."""
        return Depletion.of(self.inputs, GROUP)

    @cached_property
    def inbox(self) -> Depletion:
        """Contacts who are sent mass messages, by assumptions."""
        return Depletion.of(self.inputs, INBOX)

    def refs(self, *kinds: str) -> tuple[str, ...]:
        """Files of these tables; of all without."""
        return tuple(sorted({ref for kind in kinds or self.sources for ref in self.sources.get(kind, ())}))

    @cached_property
    def _stays(self) -> list[ir.Table]:
        """Stays of persons in groups: by callbacks, then by lists of members."""
        events, frames, found = self.tables.get("events"), self.frames, list[ir.Table]()
        if frames is None:
            return found
        if events is not None and "group_id" in events:
            found.append(table(counts.of_events(events)))
        return found if frames.members is None else [*found, frames.members]

    @cached_property
    def risk(self) -> pd.DataFrame:
        """`counts.COLUMNS` of every group; where lists of persons tell of one, its daily statistics are not used."""
        found = [counts.from_spells(stays, self.frames.as_of) for stays in self._stays] if self.frames else []
        days = self.tables.get("group_days")
        if days is not None and "members" in days and ("group_id" in days or not found):
            found.append(counts.from_days(days))
        return _first(found, counts.COLUMNS)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """`days` with `level`, orders of a member so far; as they are without persons or orders in enough groups."""
        if self.frames is None or self.days.empty:
            return self.days
        parts = [counts.by_level(stays, self.frames.purchases, self.frames.as_of) for stays in self._stays]
        rows = _first(parts, [*counts.COLUMNS, "level"])
        exposures = self.days.drop(columns=["risk", "left", "joined", "orders", "fen"], errors="ignore")
        rows = rows.merge(exposures, on=["group", "day"])
        return rows if rows["group"].nunique() >= ENOUGH else self.days

    @cached_property
    def days(self) -> pd.DataFrame:
        """`counts.exposed` of groups whose messages are recorded: by day, else message by message."""
        posts = [counts.from_send_days(self.tables["send_days"])] if "send_days" in self.tables else []
        if self.sends is not None:
            known = set(posts[0]["group"]) if posts else set()
            single = counts.sent(self.sends, self.risk)
            posts.append(single[~single["group"].isin(known)])
        posts = [rows for rows in posts if len(rows)]
        if not posts or self.risk.empty:
            return pd.DataFrame(columns=[*counts.COLUMNS, "posts"])
        return counts.exposed(self.risk, pd.concat(posts, ignore_index=True), self.tables.get("group_arms"))

    @property
    def span(self) -> str:
        """First and last day at which somebody was at risk of leaving."""
        days = self.risk["day"]
        return f"{days.min().date()}/{days.max().date()}" if len(days) else "../.."

    @cached_property
    def trial(self) -> GroupTrial:
        """The draw of groups."""
        return trial(self.days, self.tables.get("group_arms"))

    @cached_property
    def own(self) -> Depletion | None:
        """A group by what the draw measured, within what was tried; None without."""
        sales = self.trial.sales if self.trial.code == "tested" else None
        if sales is None:
            return None
        random, n = np.random.default_rng(16), self.inputs.draws
        exits = random.multivariate_normal(self.trial.exits.values, self.trial.exits.covariance, n, method="eigh")
        sold = random.multivariate_normal(sales.values, sales.covariance, n, method="eigh")
        bend = -sold[:, 2] if sold.shape[1] > 2 else np.zeros(n)
        measured = {"own_h0": np.maximum(exits[:, 0], 1e-5), "own_h1": exits[:, 1], "own_c0": sold[:, 0],
                    "own_c1": sold[:, 1], "own_c2": bend}  # fmt: skip
        inputs = replace(self.inputs, measured=measured)
        low, high = self.trial.tried
        return Depletion(inputs, d.own_stays(), d.own_brings(), high, low, self.refs(*RECORD))

    @property
    def own_said(self) -> str:
        """How far the draw tells which frequency is best: key of `labels.SAID`."""
        pool = self.own
        if pool is None or not (self.trial.harms or self.trial.sells):
            return "answer_alike"
        return "answer_edge" if float(np.median(pool.optimum)) >= pool.most - 0.5 else "answer_tested"

    @cached_property
    def delivery(self) -> pd.DataFrame:
        """See `delivery.by_staff`."""
        return by_staff(self.sends, self.tables.get("broadcasts"))

    @cached_property
    def informed(self) -> Inputs:
        """The inputs, with what the client's own mass sends say of staff, friends and quotas."""
        refs = self.refs("sends", "broadcasts")
        own = {
            key: one
            for key, one in shares(self.delivery, refs, self.k).items()
            if one is not None and key in self.inputs.rows
        }
        rows = {key: Range(one.low, one.value, one.high, "sampling", ceiling=1.0) for key, one in own.items()}
        return replace(
            self.inputs, rows={**self.inputs.rows, **rows}, refs={**self.inputs.refs, **dict.fromkeys(rows, refs)}
        )

    @cached_property
    def most_sent(self) -> float | None:
        """Most messages that a group was sent in seven days."""
        return float(self.days["last_7"].max()) if len(self.days) else None
