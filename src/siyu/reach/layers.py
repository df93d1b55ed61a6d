"""Messages by whom they go to, layered against one for all; and tasks around broadcasts."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from siyu.engines.tables import Source, run, table
from siyu.estimates.sampling import LEVEL, Estimate, Floats, divided
from siyu.orders.frames import Frames
from siyu.reach.counts import LEVELS

KINDS = ("yes", "no")  # whether it sells
FEW = 5  # messages of a kind, or broadcasts of an account with a task or without, below which they are not compared
DRAWS, SEED = 999, 54


def clicks(sends: Source | None, frames: Frames | None) -> pd.DataFrame:
    """A row per message, level and whether it sells: message, at, level, sells, n, clicked; delivered messages only."""
    columns = ["message", "at", "level", "sells", "n", "clicked"]
    needs = {"message_id", "buyer_id", "sent_at", "clicked", "selling"}
    rows = None if sends is None else table(sends)
    if rows is None or frames is None or not needs <= set(rows.columns):
        return pd.DataFrame(columns=columns)
    rows = rows.filter(rows.sent_at.notnull(), rows.buyer_id.notnull(), rows.clicked.notnull(), rows.selling.notnull())
    clicked = (rows.clicked.cast("string") == "yes").cast("int64")
    rows = rows.select("message_id", "buyer_id", "sent_at", clicked=clicked, sells=rows.selling.cast("string"))
    bought = frames.purchases.select("buyer_id", "day")
    before = rows.left_join(bought, [rows.buyer_id == bought.buyer_id, bought.day < rows.sent_at.date()])
    known = before.group_by(["message_id", "buyer_id", "sent_at", "clicked", "sells"]).aggregate(
        orders=before.day.count()
    )
    level = ibis.cases((known.orders == 0, "none"), (known.orders == 1, "one"), else_="more")
    known = known.mutate(level=level)
    by = known.group_by(["message_id", "level", "sells"])
    found = run(by.aggregate(at=known.sent_at.min(), n=known.count(), clicked=known.clicked.sum()))
    return found.rename(columns={"message_id": "message"}).sort_values(["at", "level"], ignore_index=True)[columns]


@dataclass(frozen=True)
class Layering:
    """choice: level -> whether the better message sells, chosen on the first half of the messages. layered, single:
    clicks a person of the second half, by that choice and by the best single kind; gain: their difference."""

    choice: dict[str, str]
    layered: float
    single: float
    gain: Estimate
    n: int


def layering(rows: pd.DataFrame) -> Layering | None:
    """Layered against one message for all, on messages that took no part in the choice; None where these are fewer
    than FEW of a kind.

    The interval draws the messages of the second half anew: people who got the same text are no independent trials.
    Means of m drawn of m messages vary less than means of m do, by (m - 1) / m (Davison and Hinkley 1997, ch. 2), and
    errors of so few follow t. Of rare clicks messages may show less than chance alone makes: the error is at least that
    of independent clicks, with two more of each kind (Agresti and Coull 1998)."""
    messages = rows.drop_duplicates("message").sort_values("at")["message"].tolist()
    counts = _counts(rows, messages)
    half = len(messages) // 2
    early, late = counts[:half].sum(0), counts[half:]
    levels = (early[..., 0] > 0).all(1) & (late.sum(0)[..., 0] > 0).all(1)
    sells = late[..., 0].sum(1).argmax(1)
    kinds = [np.flatnonzero(sells == kind) for kind in (0, 1)]
    fewest = min(map(len, kinds))
    if levels.sum() < 2 or fewest < FEW:
        return None
    weight = np.where(levels, counts[..., 0].sum((0, 2)), 0.0)
    weight = weight / weight.sum()
    learned = divided(early[..., 1], early[..., 0])
    choice, best = (
        np.nanargmax(np.where(levels[:, None], learned, 0.0), 1),
        int(np.argmax(weight @ np.nan_to_num(learned))),
    )
    random = np.random.default_rng(SEED)
    drawn = np.hstack([random.choice(kind, (DRAWS, len(kind))) for kind in kinds])

    def brought(sums: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        clicked = np.nan_to_num(divided(sums[..., 1], sums[..., 0]))
        by_level = np.take_along_axis(clicked, choice[None, :, None], -1)[..., 0]
        return by_level @ weight, clicked[..., best] @ weight

    sums = late.sum(0, keepdims=True)
    both, single = brought(sums)
    value = float(both[0] - single[0])
    between = np.subtract(*brought(late[drawn].sum(1))).std() * np.sqrt(fewest / (fewest - 1))
    share = (sums[0, ..., 1] + 2) / (sums[0, ..., 0] + 4)
    chance = share * (1 - share) / (sums[0, ..., 0] + 4)
    parted = np.where(choice == best, 0.0, chance[np.arange(len(choice)), choice] + chance[:, best])
    error = float(max(between, np.sqrt(weight**2 @ parted)))
    half_width = float(stdtrit(2 * (fewest - 1), 0.5 + LEVEL / 2)) * error
    gain = Estimate(value, value - half_width, value + half_width, error)
    named = {LEVELS[at]: KINDS[choice[at]] for at in np.flatnonzero(levels)}
    return Layering(named, float(both[0]), float(single[0]), gain, int(late[..., 0].sum()))


def _counts(rows: pd.DataFrame, messages: list[str]) -> npt.NDArray[np.int64]:
    """(messages, levels, kinds, 2): people and clicks."""
    counts = np.zeros((len(messages), len(LEVELS), len(KINDS), 2), np.int64)
    places = [pd.Categorical(rows[name], order).codes
              for name, order in (("message", messages), ("level", LEVELS), ("sells", KINDS))]  # fmt: skip
    np.add.at(counts, tuple(places), rows[["n", "clicked"]].to_numpy())
    return counts


def tasks(rows: pd.DataFrame | None, sessions: pd.DataFrame | None, level: float = LEVEL) -> pd.DataFrame:
    """A row per task: task, done and not_done (broadcasts), value, low, high: by how much more was bought in broadcasts
    with the task than in others of the same account, over the mean of these; see `_within`. level: of the interval."""
    columns = ["task", "done", "not_done", "value", "low", "high"]
    if rows is None or sessions is None or "buyers" not in sessions:
        return pd.DataFrame(columns=columns)
    account = sessions["account_id"].astype(str) if "account_id" in sessions else ""
    known = sessions[["session_id", "buyers"]].assign(account=account).dropna(subset=["buyers"])
    both = rows.merge(known, on="session_id")
    found = [(task, *_within(own, level)) for task, own in both.groupby(both["task"].astype(str))]
    return pd.DataFrame(found, columns=columns)


def _within(rows: pd.DataFrame, level: float) -> tuple[float, ...]:
    """Broadcasts with the task and without, and their difference over the mean without, with its interval: between
    broadcasts of the same account, by Welch, accounts weighed as those of one account would be."""
    done = rows["done"].astype(str)
    arms = [rows[done == said].groupby("account")["buyers"].agg(["size", "mean", "var"]) for said in KINDS]
    n = tuple(int(arm["size"].sum()) for arm in arms)
    both = arms[0].merge(arms[1], left_index=True, right_index=True, suffixes=("_with", ""))
    both = both[both[["size", "size_with"]].min(axis=1) >= FEW]
    size, mean, var = (both[[f"{name}_with", name]].to_numpy(float) for name in ("size", "mean", "var"))
    weight = size.prod(1) / size.sum(1)
    weight = weight / weight.sum()
    usual = float(weight @ mean[:, 1])
    if not usual:
        return *n, *[float("nan")] * 3
    parts = weight[:, None] ** 2 * var / size
    freedom = parts.sum() ** 2 / (parts**2 / (size - 1)).sum() if parts.sum() else 1.0
    difference = weight @ (mean[:, 0] - mean[:, 1])
    half = stdtrit(freedom, 0.5 + level / 2) * np.sqrt(parts.sum())
    return *n, *(float(end / usual) for end in (difference, difference - half, difference + half))
