"""The funnel of one cohort, won, deposited, activated, converted, bought again, brought others; what to move first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.estimates.sampling import Estimate, wilson
from siyu.growth.events import DAY, EventLog
from siyu.growth.people import DEEDS
from siyu.models.draws import sample
from siyu.models.ranges import Ranged

STEPS = ("won", "deposit", "activate", "convert", "again")
STAYS = ("followed", "joined_group", "added_contact")  # what deposits somebody in the private domain
LEADS = ("messaged", "clicked", "added_contact")  # a contact that may be sold to
INVITED = "邀请|invite"
COSTS = tuple(f"{step}_cost" for step in (*STEPS[1:], "fission"))


@dataclass(frozen=True)
class Funnel:
    """reached: people of the cohort by step; each did all steps before it too, within `window` days.

    skipped: who did a step without an earlier one. kinds: by what somebody became, `transaction` before `lead` before
    `neither`: people, fen that they paid. invited: who came by an invitation, of `stays` who follow, join or add."""

    reached: Mapping[str, int]
    skipped: Mapping[str, int]
    kinds: pd.DataFrame
    invited: int
    stays: int
    window: int

    @cached_property
    def rates(self) -> dict[str, Estimate]:
        """Step -> share of those on the step before."""
        pairs = zip(STEPS[1:], STEPS, strict=False)
        return {step: wilson(self.reached[step], self.reached[before]) for step, before in pairs}

    @property
    def k(self) -> Estimate:
        """K: newcomers by invitation for each who stays; in a settled audience the share who came by one."""
        return wilson(self.invited, self.stays)

    @property
    def amplified(self) -> Estimate:
        """1 / (1 - K): what one newcomer brings along in the end."""
        one = self.k.clipped(0, 0.99)
        return Estimate(1 / (1 - one.value), 1 / (1 - one.low), 1 / (1 - one.high), one.error / (1 - one.value) ** 2)

    def tightest(self, costs: Mapping[str, Ranged], draws: int = 4_096, seed: int = 0) -> dict[str, float]:
        """Step -> chance that a yuan spent on it brings most of the last step, over what is not known.

        costs: symbol of COSTS -> cost of raising the odds of a step by a tenth, yuan a person who stands before it.
        d ln(output) = (1 - rate) d ln(odds) of any step; raising K by a tenth brings 0.1 K / (1 - K) of all. Rates are
        beta, with an even prior."""
        random, left = np.random.default_rng(seed), {}
        for step, before in zip(STEPS[1:], STEPS, strict=False):
            n, held = self.reached[before], self.reached[step]
            left[step] = 1 - random.beta(held + 1, n - held + 1, draws), float(n)
        k = random.beta(self.invited + 1, self.stays - self.invited + 1, draws)
        left["fission"] = k / (1 - k), float(self.stays)
        return first_to_move(left, costs, draws, seed)


def first_to_move(
    left: Mapping[str, tuple[npt.NDArray[np.float64], float]], costs: Mapping[str, Ranged], draws: int, seed: int
) -> dict[str, float]:
    """Step -> chance that a yuan spent on it brings most. left: step -> (percent of the output that a percent of its
    odds brings, by draw; people before it)."""
    spent = sample(costs, draws, seed)
    gains = [share / (spent[f"{step}_cost"] * max(n, 1)) for step, (share, n) in left.items()]
    best = np.argmax(np.stack(gains), 0)
    return {step: float((best == at).mean()) for at, step in enumerate(left)}


def first_times(log: EventLog) -> pd.DataFrame:
    """A row per person: seconds of the first event of each sort, null where there was none; first deed after being
    deposited, first payment on a later day than the first one, the last event, and fen paid."""
    paid, stays, deeds = log.of("paid"), log.of(*STAYS), log.of(*DEEDS["deep"])
    stay, bought = log.first(stays), log.first(paid)
    last, fen = np.zeros(log.ids, np.int64), np.zeros(log.ids, np.int64)
    np.maximum.at(last, log.who, log.seconds)
    np.add.at(fen, log.who[paid], log.fen[paid])
    rows = pd.DataFrame({
        "who": np.arange(log.ids), "won": log.first(), "last": last, "fen": fen, "stay": stay, "paid": bought,
        "lead": log.first(log.of(*LEADS)), "came": log.first(np.intersect1d(stays, log.by(INVITED))),
        "deed": log.first(deeds[log.seconds[deeds] >= stay[log.who[deeds]]]),
        "again": log.first(paid[log.seconds[paid] // DAY > bought[log.who[paid]] // DAY]),
    })  # fmt: skip
    return rows[rows["won"].notna()]


def funnel(log: EventLog, window: int = 90) -> Funnel | None:
    """The funnel of all who came at least `window` days before the end of the record; None when nobody did."""
    return of_times(first_times(log), window)


def of_times(rows: pd.DataFrame, window: int = 90) -> Funnel | None:
    """`funnel` of `first_times`."""
    if rows.empty:
        return None
    end = float(rows["last"].max())
    cohort = rows[rows["won"] <= end - window * DAY]
    if cohort.empty:
        return None
    limit = cohort["won"] + window * DAY
    at = {"won": "won", "deposit": "stay", "activate": "deed", "convert": "paid", "again": "again"}
    done = {step: cohort[name].le(limit) for step, name in at.items()}
    reached, skipped, before = {"won": len(cohort)}, {}, pd.Series(True, cohort.index)
    for step in STEPS[1:]:
        skipped[step] = int((done[step] & ~before).sum())
        before = before & done[step]
        reached[step] = int(before.sum())
    bought, asked = cohort["paid"].le(limit), cohort["lead"].le(limit)
    kind = np.select([bought, asked & ~bought], ["transaction", "lead"], "neither")
    kinds = cohort.assign(kind=kind, later=cohort["paid"].notna() & ~bought).groupby("kind").agg(
        people=("fen", "size"), fen=("fen", "sum"), later=("later", "sum")
    )  # fmt: skip
    stays = cohort["stay"].le(limit)
    invited = int((stays & cohort["came"].eq(cohort["stay"])).sum())  # who stayed before was not brought
    return Funnel(reached, skipped, kinds, invited, int(stays.sum()), window)
