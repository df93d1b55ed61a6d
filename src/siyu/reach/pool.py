"""An audience by how often it is messaged: draws of the inputs over a grid of frequencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from siyu.definitions import definition
from siyu.figure import Figure
from siyu.formulas import depletion as d
from siyu.formulas.compiled import function_of, inputs
from siyu.models.draws import sample
from siyu.models.ranges import Ranged

Array = NDArray[np.float64]
DRAWS = 2_048
STEP, MOST = 0.25, 21.0  # messages a week looked at: from none to three a day
CAPS = {"mass": 7.0}  # what the rules of the platform allow, see send_limit_week


@dataclass(frozen=True)
class Inputs:
    """rows: symbol -> range, of assumptions or measured; refs: symbol -> the sources of a row.

    measured: symbol -> draws of what was estimated together."""

    rows: Mapping[str, Ranged]
    refs: Mapping[str, tuple[str, ...]]
    draws: int = DRAWS
    measured: Mapping[str, Array] = field(default_factory=dict)

    @property
    def inputs(self) -> Mapping[str, Ranged]:
        """The rows by symbol, as a what-if takes them."""
        return self.rows

    @cached_property
    def drawn(self) -> dict[str, Array]:
        """symbol -> array (draws,)."""
        return {**sample(self.rows, self.draws, 0), **self.measured}

    def values(self, *expressions: Expr, at: Mapping[str, Array | float] | None = None) -> list[Array]:
        """Each expression over the draws, and the last axis of arrays of two in `at`."""
        wide = any(np.ndim(one) > 1 for one in (at or {}).values())
        drawn = {name: one[:, None] if wide else one for name, one in self.drawn.items()}
        found = function_of(expressions)({**drawn, **(at or {})})
        return [found[str(place)] for place in range(len(expressions))]

    def behind(self, *expressions: Expr) -> tuple[str, ...]:
        """Sources of the inputs that the expressions name."""
        return tuple(sorted({ref for name in inputs(*expressions) for ref in self.refs.get(name, ())}))

    def figure(self, key: str, expression: Expr, at: Mapping[str, float] | None = None) -> Figure:
        """Median of an expression with 5th and 95th percentiles, as metric `key`."""
        return self.figures(key, {key: expression}, at)[key]

    def figures(
        self, key: str, expressions: Mapping[str, Expr], at: Mapping[str, float] | None = None
    ) -> dict[str, Figure]:  # fmt: skip
        """The same of several, by code."""
        found = self.values(*expressions.values(), at=at)
        return {
            code: figure_of(key, np.broadcast_to(drawn, (self.draws,)), self.behind(one))
            for (code, one), drawn in zip(expressions.items(), found, strict=True)
        }


def figure_of(key: str, drawn: Array, refs: tuple[str, ...], kind: str = "assumption90") -> Figure:
    """Median of draws with 5th and 95th percentiles, as metric `key`."""
    low, value, high = (float(one) for one in np.quantile(drawn, (0.05, 0.5, 0.95)))
    return Figure(value, low, high, definition(key).unit, kind if low < high else "none", key, refs)


@dataclass(frozen=True)
class Depletion:
    """An audience. left, brought: what stays of a week and what a member brings in one, by `week_pushes`.

    most: highest frequency looked at; least: lowest; steps between are `STEP`."""

    inputs: Inputs
    left: Expr
    brought: Expr
    most: float = MOST
    least: float = 0.0
    refs: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, inputs: Inputs, scene: str) -> Depletion:
        """By assumptions alone."""
        return cls(inputs, d.stays(scene), d.brings(scene), CAPS.get(scene, MOST))

    @cached_property
    def grid(self) -> Array:
        """Messages a week."""
        return np.arange(self.least, self.most + STEP / 2, STEP)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Of every input."""
        return tuple(sorted({*self.inputs.behind(d.value_of(self.left, self.brought)), *self.refs}))

    @cached_property
    def _tables(self) -> list[Array]:
        expressions = d.value_of(self.left, self.brought), self.brought, d.members_left(self.left)
        shape = self.inputs.draws, len(self.grid)
        found = self.inputs.values(*expressions, at={str(d.PUSHES): self.grid[None, :]})
        return [np.broadcast_to(one, shape) for one in found]

    @property
    def worth(self) -> Array:
        """(draws, grid): value of the weeks ahead, per member of the first."""
        return self._tables[0]

    @cached_property
    def optimum(self) -> Array:
        """By draw, the frequency that brings most over the weeks ahead: growth."""
        return self._best(self.worth)

    @cached_property
    def greedy(self) -> Array:
        """By draw, the one that brings most this week: consumption."""
        return self._best(self._tables[1])

    def _best(self, table: Array) -> Array:
        """Where each row is highest: the vertex of the parabola through the highest point and its neighbours; the least
        where nothing brings anything, for what loses money is not to be sped up by driving people out."""
        at = np.clip(table.argmax(1), 1, len(self.grid) - 2)
        before, here, after = (table[np.arange(len(table)), at + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), np.sign(after - before))
        best = np.clip(self.grid[at] + np.clip(shift, -1, 1) * STEP, self.least, self.most)
        return np.asarray(np.where(table.max(1) > 0, best, self.least))

    def figure(self, key: str, drawn: Array) -> Figure:
        """Draws of this pool as metric `key`."""
        return figure_of(key, drawn, self.sources)

    def at(self, which: int, pushes: Array) -> Array:
        """Value (0), a week's sales (1) or members left (2) at a frequency by draw."""
        place = np.clip((pushes - self.least) / STEP, 0, len(self.grid) - 1)
        low = np.minimum(place.astype(int), len(self.grid) - 2)
        rows, part = np.arange(len(place)), place - low
        table = self._tables[which]
        return np.asarray(table[rows, low] * (1 - part) + table[rows, low + 1] * part)

    def curve(self, key: str, which: int = 0) -> list[tuple[float, Figure]]:
        """(messages a week, figure) at whole numbers."""
        whole = np.flatnonzero(np.isclose(self.grid % 1, 0))
        table = self._tables[which]
        return [(float(self.grid[at]), self.figure(key, table[:, at])) for at in whole]

    @cached_property
    def chances(self) -> list[tuple[float, float]]:
        """(messages a week, share of the draws in which one more a week adds value) at whole numbers."""
        step = round(1 / STEP)
        gain = self.worth[:, step:] > self.worth[:, :-step]
        return [(float(self.grid[at]), float(gain[:, at].mean())) for at in range(0, gain.shape[1], step)]

    @property
    def last_paying(self) -> float:
        """Messages a week up to which one more is more likely than not to add value."""
        return next((at for at, chance in self.chances if chance < 0.5), self.most)
