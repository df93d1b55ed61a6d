"""The ladder of fans: levels by an ordered table of rules, moves between them by week, stocks, worth, time to climb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from siyu.estimates.cells import hidden
from siyu.estimates.sampling import GROUPS, Estimate, divided, estimated, wilson
from siyu.estimates.survival import at_risk, survivors
from siyu.growth.events import Ints
from siyu.growth.people import DEED_KINDS, RULES, WeeklyPeople
from siyu.models import chain

RANKS: tuple[str, ...] = tuple(rule["key"] for rule in reversed(RULES["levels"]))  # from the lowest
LEFT = len(RANKS)  # state of those who left
STATES = (*RANKS, "left")
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True)
class Ladder:
    """window: weeks that the deeds of a level may lie back. k: smallest denominator shown."""

    people: WeeklyPeople
    window: int = 4
    k: int = 0

    @cached_property
    def states(self) -> npt.NDArray[np.int8]:
        """(people, weeks): place in STATES at the end of each week; -1 before the first event."""
        own = self.people
        seen = {name: _within(own.deeds[name], self.window) for name in DEED_KINDS}
        seen["following"] = own.following.astype(np.int16)
        found = np.full(own.following.shape, LEFT, np.int8)
        for rank, rule in enumerate(reversed(RULES["levels"])):
            met = np.logical_and.reduce(
                [seen[name] >= rule[name] for name in (*DEED_KINDS, "following") if name in rule]
            )
            found[met] = rank  # the highest rule that is met is written last
        found[np.arange(own.weeks) < own.entry[:, None]] = -1
        return found

    @cached_property
    def moves(self) -> Ints:
        """(GROUPS, states, states): person-weeks by cluster, from, to."""
        before, after = self.states[:, :-1], self.states[:, 1:]
        return self._counted(before, after)

    def _counted(self, before: npt.NDArray[np.int8], after: npt.NDArray[np.int8]) -> Ints:
        n = len(STATES)
        cluster = (self.people.ids % GROUPS).astype(np.int32)[:, None]
        code = (cluster * n + before) * n + after
        return np.bincount(code[before >= 0], minlength=GROUPS * n * n).reshape(GROUPS, n, n)

    def chances(self) -> dict[tuple[str, str], Estimate]:
        """(from, to) -> chance in a week, with its interval over people; blank below `k`."""
        seen = self.moves.sum((0, 2))[:LEFT]
        places = [(at, to) for at in np.flatnonzero((seen > 0) & ~hidden(seen, self.k)) for to in range(len(STATES))]
        pairs = [np.stack([self.moves[:, at, to], self.moves[:, at].sum(1)], 1) for at, to in places]
        return {(RANKS[at], STATES[to]): self._ratio(pair) for (at, to), pair in zip(places, pairs, strict=True)}

    @property
    def upgrades(self) -> dict[str, Estimate]:
        """Level -> chance of a seat further up within a week."""
        found = {}
        for at, one in enumerate(RANKS[:-1]):
            pair = np.stack([self.moves[:, at, at + 1 : LEFT].sum(1), self.moves[:, at].sum(1)], 1)
            if pair[:, 1].sum() >= max(self.k, 1):
                found[one] = self._ratio(pair)
        return found

    def _ratio(self, pair: Ints) -> Estimate:
        """A share of person-weeks, with people as clusters; by the score interval where nothing or all moved."""
        top, bottom = (int(one) for one in pair.sum(0))
        if top in (0, bottom):
            return wilson(top, bottom)
        return estimated(pair, lambda sums: divided(sums[..., 0], sums[..., 1])).clipped(0.0, 1.0)

    @property
    def skipped(self) -> int:
        """Weekly moves up that pass over a level, of all people."""
        return int(np.triu(self.moves.sum(0)[:LEFT, :LEFT], 2).sum())

    @cached_property
    def stock(self) -> Ints:
        """(weeks, levels): people on each level at the end of each week."""
        return np.stack([(self.states == at).sum(0) for at in range(LEFT)], 1)

    @cached_property
    def inflow(self) -> Ints:
        """(GROUPS, levels): who came, or came back, by the level of that week."""
        before = np.hstack([np.full((len(self.states), 1), -1, np.int8), self.states[:, :-1]])
        comes = ((before == -1) | (before == LEFT)) & (self.states >= 0) & (self.states < LEFT)
        code = (self.people.ids % GROUPS)[:, None] * LEFT + self.states
        return np.bincount(code[comes], minlength=GROUPS * LEFT).reshape(GROUPS, LEFT)

    def settled(self) -> list[Estimate]:
        """Level -> people once as many leave as come, at the present chances and inflow."""
        both = np.concatenate([self.moves.reshape(GROUPS, -1), self.inflow], 1)
        weeks = self.people.weeks

        def stock(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            p = chain.shares(sums[:, :-LEFT].reshape(-1, LEFT + 1, LEFT + 1))[:, :LEFT, :LEFT]
            return chain.settled(p, sums[:, -LEFT:] / weeks * _scale(sums, both))

        return [estimated(both, lambda sums, at=at: stock(sums)[:, at]) for at in range(LEFT)]  # type: ignore[misc]

    @cached_property
    def spent(self) -> Ints:
        """(GROUPS, levels): fen paid in weeks at each level."""
        who, week, fen = self.people.spent.T
        level = self.states[who, week]
        found = np.zeros((GROUPS, LEFT + 1), np.int64)
        np.add.at(found, (self.people.ids[who] % GROUPS, np.where(level < 0, LEFT, level)), fen)
        return found[:, :LEFT]

    def worth(self, interest: float) -> tuple[list[Estimate], list[Estimate]]:
        """(value of a person on each level, gain of moving up to the next), in money; interest: of a year."""
        stay = np.stack([(self.states == at).reshape(len(self.states), -1).sum(1) for at in range(LEFT)], 1)
        held = np.zeros((GROUPS, LEFT), np.int64)
        np.add.at(held, self.people.ids % GROUPS, stay)
        parts = np.concatenate([self.moves.reshape(GROUPS, -1), self.spent, held], 1)
        weekly = (1 + interest) ** (1 / WEEKS_A_YEAR) - 1

        def value(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            p = chain.shares(sums[:, : -2 * LEFT].reshape(-1, LEFT + 1, LEFT + 1))[:, :LEFT, :LEFT]
            paid = divided(sums[:, -2 * LEFT : -LEFT], sums[:, -LEFT:]) / 100
            return chain.worth(p, np.nan_to_num(paid), max(weekly, 1e-9))

        each = [estimated(parts, lambda sums, at=at: value(sums)[:, at]) for at in range(LEFT)]  # type: ignore[misc]
        up = [
            estimated(parts, lambda sums, at=at: value(sums)[:, at + 1] - value(sums)[:, at])  # type: ignore[misc]
            for at in range(LEFT - 1)
        ]
        return each, up

    def climb(self, start: int, horizon: int = 26) -> tuple[npt.NDArray[np.float64], int]:
        """Kaplan-Meier share who have been above a level 0, 1, … weeks after they were first on it, and how many.

        Who leaves stays at risk, since until when nobody came back is known; curves end where fewer than k (one at
        least) are followed."""
        reached = np.where((self.states == start).any(1), (self.states == start).argmax(1), -1)
        own = self.states[reached >= 0]
        begun = reached[reached >= 0]
        above = (own > start) & (own < LEFT) & (np.arange(own.shape[1]) > begun[:, None])
        rose = above.any(1)
        wait = np.where(rose, above.argmax(1), own.shape[1] - 1) - begun
        events = np.bincount(wait[rose], minlength=horizon + 1)[: horizon + 1]
        left = np.bincount(np.minimum(wait, horizon + 1), minlength=horizon + 2)
        risk = at_risk(left)[: horizon + 1]
        curve = 1 - survivors(events, risk)
        return curve[risk >= max(self.k, 1)], len(own)

    def occupancy(self, horizon: int = 26) -> npt.NDArray[np.float64]:
        """Aalen-Johansen share in each of STATES 0, 1, … weeks after the first event, (steps + 1, states)."""
        start, moves = self.since_entry(horizon)
        return chain.occupied(start, moves)

    def since_entry(self, horizon: int) -> tuple[Ints, Ints]:
        """(states,) at entry, and (steps, states, states) moves by weeks since, of those still followed."""
        entry, n = self.people.entry, len(STATES)
        rows = np.arange(len(entry))
        start = np.bincount(self.states[rows, entry], minlength=n)
        steps = []
        for step in range(horizon):
            held = entry + step + 1 < self.people.weeks
            if held.sum() < max(self.k, 1):
                break
            now = self.states[rows[held], entry[held] + step].astype(np.int64)
            then = self.states[rows[held], entry[held] + step + 1]
            steps.append(np.bincount(now * n + then, minlength=n * n).reshape(n, n))
        return start, np.array(steps).reshape(-1, n, n)

    def weekly(self, weeks: int) -> dict[str, Ints]:
        """Metric of `definitions` -> (people, weeks) deeds of the last weeks (did or not), and fen paid in them."""
        deeds = {"active_share": "touched", "interacting_share": "deep", "buying_share": "paid"}
        found = {metric: (self.people.deeds[name][:, -weeks:] > 0).astype(np.int64) for metric, name in deeds.items()}
        who, week, fen = self.people.spent.T
        late = week >= self.people.weeks - weeks
        paid = np.zeros((len(self.people.ids), weeks), np.int64)
        np.add.at(paid, (who[late], week[late] - self.people.weeks + weeks), fen[late])
        return {**found, "spent_each": paid}

    def rate(self, seen: Ints, lowest: int, per: int = 1) -> tuple[Estimate, int]:
        """Mean of one of `weekly` over person-weeks on a level from `lowest` up, in units of `per`, and how many."""
        states = self.states[:, -seen.shape[1] :]
        held = (states >= lowest) & (states < LEFT)
        pair = np.zeros((GROUPS, 2), np.int64)
        np.add.at(pair, self.people.ids % GROUPS, np.stack([(seen * held).sum(1), held.sum(1)], 1))
        return estimated(pair, lambda sums: divided(sums[..., 0], sums[..., 1] * per)), int(pair[:, 1].sum())


def _within(counts: npt.NDArray[np.uint8], window: int) -> npt.NDArray[np.int16]:
    """Sums over the last `window` weeks."""
    total = np.cumsum(counts, 1, dtype=np.int16)
    total[:, window:] = total[:, window:] - total[:, :-window].copy()
    return total


def _scale(sums: npt.NDArray[np.float64], whole: Ints) -> npt.NDArray[np.float64]:
    """What the inflow of a subset of people stands for: that of all."""
    n = np.maximum(sums.sum(-1, keepdims=True), 1)
    return np.asarray(whole.sum() / n)
