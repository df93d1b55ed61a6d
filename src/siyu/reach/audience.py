"""What a section on reach works on: inputs, the tables that a subject's exports report, and what is made of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.formulas import depletion as d
from siyu.orders.frames import Frames
from siyu.reach import capacity
from siyu.reach.labels import LIMITS
from siyu.reach.pool import Inputs, Pool

GROUP, INBOX = "group", "mass"  # the scenes that the answer speaks of
# reported tables, see data/tables.yml
TABLES = ("sends", "send_days", "group_days", "contact_days", "broadcasts", "events", "transfers", "group_arms",
          "session_tasks", "sessions")  # fmt: skip
_MONEY = ("order_value", "refund_rate", "gross_margin", "fulfilment", "capital_cost")


def bound(assumptions: Assumptions, category: str, own: Mapping[str, Assumption]) -> Inputs:
    """The inputs of this section, own figures before assumptions."""
    work = [name for one in d.SCENES.values() for name in (one.gift, one.staff, one.usual)]
    wanted = {*d.NAMES, *_MONEY, *work, "licence", *capacity.INPUTS, *capacity.TOOLS, *LIMITS}
    rows = assumptions.bind(sorted(wanted), category)
    rows |= {name: row for name, row in own.items() if name in rows}
    return Inputs(rows, {name: (row.ref,) for name, row in rows.items()})


@dataclass(frozen=True)
class Audience:
    """inputs: assumptions and what was measured before them. tables: reported ones by name in data/tables.yml, with
    `refs`. frames: orders and members. k: smallest number shown."""

    inputs: Inputs
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    frames: Frames | None = None
    k: int = 0

    @cached_property
    def group(self) -> Pool:
        """A group, by assumptions."""
        return Pool.of(self.inputs, GROUP)

    @cached_property
    def inbox(self) -> Pool:
        """Contacts who are sent mass messages, by assumptions."""
        return Pool.of(self.inputs, INBOX)

    @cached_property
    def usual(self) -> float:
        """Messages a week that are usual in a group."""
        return float(self.inputs.values(d.usual(GROUP))[0].mean())
