"""What is at stake in a task: the money that its lift brings in a quarter, and what knowing the lift is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from siyu.figure import Absent, Figure, refs_of
from siyu.models.draws import sample
from siyu.models.ranges import Range
from siyu.playbook.tasks import SOURCE, TaskRow

DRAWS = 8_192


@dataclass(frozen=True)
class Stake:
    """expected: money net of cost in a quarter, median and 5th and 95th percentiles. mean: of the same; worth: expected
    gain from choosing whether to act after learning what it brings."""

    expected: Figure
    mean: float
    worth: Figure


def stake(row: TaskRow, factors: Mapping[str, Figure | Absent], currency: str) -> Stake | Absent:
    """The stake of an act: lift x factors - cost, all drawn apart; Absent while a factor is not known."""
    missing = [name for name in row.yields if isinstance(factors.get(name, Absent((name,))), Absent)]
    if missing:
        return Absent(tuple(missing))
    held = {name: figure for name in row.yields if isinstance(figure := factors[name], Figure)}
    ranges = {"lift": row.lift, "cost": Range(row.cost_low, (row.cost_low + row.cost_high) / 2, row.cost_high)}
    ranges |= {name: Range(one.low, one.value, one.high) for name, one in held.items()}
    drawn = sample(ranges, DRAWS, 0)
    net = drawn["lift"] * np.prod([drawn[name] for name in held], axis=0) - drawn["cost"]
    low, value, high = (float(end) for end in np.quantile(net, (0.05, 0.5, 0.95)))
    refs = refs_of(*held.values(), more=(SOURCE,))
    worth = float(np.maximum(net, 0).mean() - max(net.mean(), 0.0))
    brings = Figure(value, low, high, currency, "assumption90", "task_yield", refs)
    return Stake(brings, float(net.mean()), Figure(worth, worth, worth, currency, "none", "task_worth", refs))
