"""Made-up groups that are messaged: who leaves and what is ordered, with known hazards.

A member leaves on a day with hazard base / 7 + per_push * messages, times what is the group's own; a week brings
quiet + response * p - fatigue * response * p^2 orders of a member, with p messages. Only in DRAWN worlds groups are
drawn for their frequency, on `trial_from`; before, and in the other worlds, staff choose it.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

# lot: messages do something, groups are drawn. idle: drawn, and messages do nothing. dying: nothing either, staff push
# groups that lose many. promotion: nothing either, staff push in weeks in which all groups order and leave more.
# dying_lot, promotion_lot: the same, on top of what was drawn.
MessagingKind = Literal["lot", "idle", "dying", "promotion", "dying_lot", "promotion_lot"]
DRAWN = ("lot", "idle", "dying_lot", "promotion_lot")
MESSAGING_KINDS: tuple[MessagingKind, ...] = get_args(MessagingKind)
ARMS = (2, 4, 7)  # messages a week
PROMOTIONS = (17, 18, 44, 45)  # weeks
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MessagingWorld:
    """Rates are of a week. spread: standard deviation of the log of a group's own factor on exits and on orders;
    season: how much exits swing over a year; merges: groups that take in another one's members; confirms: shares of
    messages that the owners of groups send after all, in turn, all without."""

    kind: MessagingKind = "lot"
    groups: int = 24
    weeks: int = 52
    members: int = 180
    base: float = 0.006
    per_push: float = 0.005
    joins: float = 0.012  # of the first members
    quiet: float = 0.006
    response: float = 0.006
    fatigue: float = 0.06
    spread: float = 0.25
    season: float = 0.2
    merges: int = 0
    order_fen: int = 7_900
    trial_from: int = 26  # week
    arms: tuple[int, ...] = ARMS
    confirms: tuple[float, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether groups are drawn for how often they are messaged."""
        return self.kind in DRAWN

    @property
    def effect(self) -> tuple[float, float]:
        """What a message does to exits and to orders."""
        return (self.per_push, self.response) if self.kind == "lot" else (0.0, 0.0)

    @property
    def waves(self) -> Floats:
        """By day, the factor of the season on exits."""
        return np.asarray(1 + self.season * np.sin(2 * np.pi * np.arange(self.weeks * 7) / 364))

    @property
    def in_trial(self) -> float:
        """The same, on average over the trial."""
        return self.season_from(self.trial_from)

    def season_from(self, week: int) -> float:
        """The same, on average from a week on."""
        return float(self.waves[week * 7 :].mean())


@dataclass(frozen=True)
class MessagedGroups:
    """By group and day, (groups, days): members at the end, joined, left, posts, selling posts, orders. arm: by group,
    messages a week, 0 without a draw. merged: (group, day) of those that took in another's members."""

    world: MessagingWorld
    members: Ints
    joined: Ints
    left: Ints
    posts: Ints
    selling: Ints
    orders: Ints
    arm: Ints
    merged: tuple[tuple[int, int], ...] = field(default=())

    def truth(self) -> dict[str, object]:
        """What an analysis has to find."""
        world, (lost, won) = self.world, self.world.effect
        wave = world.in_trial
        return {"exit_per_week": world.base * wave, "exit_per_message": lost * wave, "orders_per_week": world.quiet,
                "orders_per_message": won, "fatigue": world.fatigue, "left": int(self.left.sum()),
                "messages": int(self.posts.sum()), "groups": world.groups}  # fmt: skip


def messaged(world: MessagingWorld, seed: int) -> MessagedGroups:
    """The groups of a world; the same seed gives the same ones."""
    random = np.random.default_rng([seed, 16, MESSAGING_KINDS.index(world.kind)])
    n, days = world.groups, world.weeks * 7
    leaves, buys = (np.exp(world.spread * random.standard_normal(n) - world.spread**2 / 2) for _ in range(2))
    arm = random.permutation(np.resize(world.arms, n)) if world.drawn else np.zeros(n, np.int64)
    shape = n, days
    members, joined, left, posts, selling, orders = (np.zeros(shape, np.int64) for _ in range(6))
    now = random.poisson(world.members, n)
    lost, won = world.effect
    merged = [(int(group), int(random.integers(30, days // 2))) for group in random.permutation(n)[: world.merges]]
    planned, waves = np.zeros((n, 7), np.int64), world.waves
    for day in range(days):
        week, busy = day // 7, day // 7 in PROMOTIONS
        if day % 7 == 0:
            planned = _plan(world, random, arm, left, now, week)
            if world.confirms:
                planned = random.binomial(planned, np.resize(world.confirms, n)[:, None])
        sent = planned[:, day % 7]
        pushes = planned.sum(1)
        rush = 1.8 if busy and world.kind.startswith("promotion") else 1.0
        hazard = (world.base / 7 + lost * sent) * leaves * waves[day] * rush
        gone, came = random.binomial(now, 1 - np.exp(-hazard)), random.poisson(world.joins / 7 * world.members, n)
        rate = (world.quiet + won * pushes * (1 - world.fatigue * pushes)) / 7 * buys * rush
        orders[:, day] = random.poisson(np.maximum(rate, 0) * now)
        now = now - gone + came
        for group in (group for group, at in merged if at == day):
            now[group] += world.members // 3
        members[:, day], left[:, day], joined[:, day], posts[:, day] = now, gone, came, sent
        selling[:, day] = random.binomial(sent, 0.6)
    return MessagedGroups(world, members, joined, left, posts, selling, orders, arm, tuple(merged))


def _plan(
    world: MessagingWorld, random: np.random.Generator, arm: Ints, left: Ints, now: Ints, week: int
) -> Ints:  # fmt: skip
    """Messages by group and day of the week."""
    drawn = world.drawn and week >= world.trial_from
    kind, rate = world.kind.removesuffix("_lot"), 0.0 if drawn else 3.0
    if kind == "dying":
        lately = left[:, max(0, 7 * week - 28) : 7 * week].sum(1) / np.maximum(now, 1)
        rate = (0 if drawn else 2) + 60 * lately
    elif kind == "promotion" and week in PROMOTIONS:
        rate = 7.0
    wanted = random.poisson(rate, len(now)) if np.any(rate) else np.zeros_like(arm)
    return random.multinomial(np.minimum(wanted + arm * drawn, 21), np.full(7, 1 / 7))
