"""What invitations by lot show: as invited, and for those who joined because of it.

The lot makes both arms alike but for the invitation, so the difference as invited is an effect, whoever joins. The
effect on those who joined because they were invited is that difference over the difference in joining (Wald 1940;
Imbens and Angrist 1994), with the interval of Anderson and Rubin (1949), which holds however few join.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import run
from siyu.estimates.sampling import UNDEFINED, Estimate, Floats, normal_quantile, wilson
from siyu.figure import Figure
from siyu.orders.experiment.draws import INVITED, OTHERS
from siyu.orders.frames import Frames
from siyu.orders.groups.intervals import hybrid

WINDOW = 90
COUNTS = ("n", "bought", "joined", "both")
BALANCE = ("purchases", "paid_yuan", "days_since_last")
ARMS = (OTHERS, INVITED)

Sums = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trial:
    """An experiment, its figures None until it can be read or where too few buyers are left.

    difference: share who came back of the invited minus that of the others; invited, others: the two shares.
    joined, uninvited: shares who joined. effect: of joining, on those who joined because they were invited. balance: a
    row per measure of BALANCE before the start: measure, invited, control (means), gap (difference over the standard
    deviation, 0 is alike).
    """

    difference: Figure | None
    invited: Figure | None
    others: Figure | None
    joined: Figure | None
    uninvited: Figure | None
    effect: Figure | None
    balance: pd.DataFrame


def trial(frames: Frames, k: int = 0, window: int = WINDOW) -> Trial | None:
    """The experiment of a client with a table of assignments, None without one or before its first invitation.

    Arms with fewer than `k` buyers, and 1, give no figures."""
    frames = frames.beside("members")
    drawn = _drawn(frames)
    first = None if drawn is None else run(drawn.aggregate(day=drawn.invited_at.min().date()))["day"].iloc[0]
    if drawn is None or pd.isna(first) or (start := pd.Timestamp(first).date()) > frames.as_of:
        return None
    reading_day = start + timedelta(days=window)
    people = _people(frames, drawn, start, reading_day)
    sums, n = arms(people)
    ripe = reading_day - timedelta(days=1) <= frames.as_of and min(n) >= max(k, 1)
    contrast, effect = hybrid(sums[None, :, [1, 0]]), joining(sums)
    shares = [wilson(int(row[2]), int(row[0])) for row in sums]

    groups = ripe and frames.members is not None  # else nobody can tell who joined

    def shown(estimate: Estimate, key: str, count: int, told: bool = ripe) -> Figure | None:
        return estimate.figure(key, count, frames.sources) if told else None

    return Trial(
        difference=shown(contrast.difference, "invited_uplift", sum(n)),
        invited=shown(contrast.joined, "invited_repeat_share", n[1]),
        others=shown(contrast.others, "invited_repeat_share", n[0]),
        joined=shown(shares[1], "invited_join_share", n[1], groups),
        uninvited=shown(shares[0], "invited_join_share", n[0], groups),
        effect=shown(effect, "joined_effect", sum(n), groups),
        balance=_balance(people) if min(n) >= max(k, 1) else pd.DataFrame(columns=["measure", *ARMS, "gap"]),
    )  # fmt: skip


def arms(people: ir.Table) -> tuple[Sums, tuple[int, int]]:
    """COUNTS of the others and of the invited, (2, 4), and how many each are; of rows with arm, bought, joined."""
    counts = {"n": people.count(), "bought": people.bought.sum(), "joined": people.joined.sum()}
    counted = people.group_by("arm").aggregate(**counts, both=(people.bought * people.joined).sum())
    rows = run(counted).set_index("arm").reindex(ARMS).fillna(0)
    sums: Sums = rows[list(COUNTS)].to_numpy().astype(np.int64)
    return sums, (int(sums[0, 0]), int(sums[1, 0]))


def joining(sums: Sums) -> Estimate:
    """Effect of joining on those who joined because they were invited, of COUNTS by arm (others, invited).

    All b for which (difference as invited) - b (difference in joining) is within its own error of zero. nan where
    they are no interval: then the invitation moved too few.

    Where nobody or everybody of an arm did, its variance is that of one more and one less, else an arm that cannot be
    known to the last buyer would count as known (Agresti and Caffo 2000)."""
    n = np.where(sums[:, 0] > 0, sums[:, 0], 1).astype(float)
    bought, joined, both = (sums[:, at] / n for at in (1, 2, 3))
    gain, uptake = float(bought[1] - bought[0]), float(joined[1] - joined[0])
    spread = [_variance(share, n).sum() for share in (bought, joined)]
    shared = ((both - bought * joined) / n).sum()
    z2 = normal_quantile(0.975) ** 2
    square, middle, rest = uptake**2 - z2 * spread[1], gain * uptake - z2 * shared, gain**2 - z2 * spread[0]
    inside = middle**2 - square * rest
    if square <= 0 or inside < 0:
        return UNDEFINED
    low, high = ((middle + sign * math.sqrt(inside)) / square for sign in (-1, 1))
    return Estimate(gain / uptake, low, high, (high - low) / 2 / math.sqrt(z2)).clipped(-1, 1)


def _variance(share: Floats, n: Floats) -> Floats:
    """Of shares of n; of none or all, of (x + 1) / (n + 2)."""
    more = (share * n + 1) / (n + 2)
    plain = share * (1 - share)
    return np.where(plain > 0, plain / n, more * (1 - more) / (n + 2))


def _drawn(frames: Frames) -> ir.Table | None:
    """buyer_id, arm, invited_at of the buyers of the draw. Who stands in both arms is in none."""
    if frames.assignments is None or frames.orders is None:
        return None
    who = frames.orders.filter(frames.orders.buyer_id.notnull()).select("order_id", "buyer_id").distinct()
    rows = frames.assignments.join(who, "order_id")
    sums = {"arm": rows.arm.min(), "arms": rows.arm.nunique(), "invited_at": rows.invited_at.min()}
    buyers = rows.group_by("buyer_id").aggregate(**sums)
    return buyers.filter(buyers.arms == 1).drop("arms")


def _people(frames: Frames, drawn: ir.Table, start: date, end: date) -> ir.Table:
    """A row per buyer of the draw: buyer_id, arm, bought and joined (from `start` to the day before `end`), and
    before the start purchases, paid_yuan, days_since_last (int64)."""
    since, until = (ibis.date(day.isoformat()) for day in (start, end))
    days = frames.purchases
    early = days.day < since
    bought = days.group_by("buyer_id").aggregate(
        bought=((days.day >= since) & (days.day < until)).max().cast("int64"), purchases=early.cast("int64").sum(),
        paid_yuan=ibis.ifelse(early, days.paid_fen // 100, 0).sum(),
        days_since_last=since.delta(ibis.ifelse(early, days.day, ibis.null("date")).max(), unit="day"),
    )  # fmt: skip
    people = drawn.join(bought, "buyer_id")
    if frames.members is None:
        return people.mutate(joined=ibis.literal(0, "int64"))
    day = frames.members.joined_at.date()
    joins = frames.members.filter((day >= since) & (day < until)).select("buyer_id").distinct()
    people = people.left_join(joins.mutate(came=1), "buyer_id")
    return people.mutate(joined=people.came.fill_null(0).cast("int64"))


def _balance(people: ir.Table) -> pd.DataFrame:
    sums = {f"{name}_sum": people[name].sum() for name in BALANCE}
    squares = {f"{name}_square": (people[name] * people[name]).sum() for name in BALANCE}
    found = run(people.group_by("arm").aggregate(n=people.count(), **sums, **squares)).set_index("arm").astype(float)
    rows = []
    for name in BALANCE:
        mean = found[f"{name}_sum"] / found["n"]
        variance = float((found[f"{name}_square"] / found["n"] - mean**2).mean())
        gap = (mean[INVITED] - mean[OTHERS]) / math.sqrt(variance) if variance > 0 else 0.0
        rows.append({"measure": name, INVITED: mean[INVITED], OTHERS: mean[OTHERS], "gap": gap})
    return pd.DataFrame(rows)
