"""What one published fall of a group can mean: two counts a month apart, and no record of joins or messages."""

import math

import pandas as pd

from siyu.estimates.sampling import wilson
from siyu.figure import Absent, Figure, refs_of
from siyu.reach.audience import Audience
from siyu.reach.labels import SAID
from siyu.verdict import Stated, Verdict

JOINS = (0, 25, 50, 100)  # people who may have come in unseen, as the range that is looked at
PUSHES = (1, 10, 30)  # messages a day that "dozens" and "crazy" leave open
MONTH_DAYS = 30


def watched(rows: pd.DataFrame | None) -> dict[str, Figure | Absent]:
    """Members at the `start` and the `end` of the client's own group that was watched longest, of equals the largest,
    and the `window` between in months. rows: `group_days`, None without."""
    told = rows.dropna(subset=["members"]) if rows is not None and {"group_id", "members"} <= set(rows) else None
    if told is None or told.empty:
        return dict.fromkeys(("start", "end", "window"), Absent(("group_members",)))
    told = told.assign(day=pd.to_datetime(told["day"])).sort_values("day")
    found = told.groupby("group_id").agg(
        since=("day", "first"), until=("day", "last"), start=("members", "first"), end=("members", "last")
    )
    found["days"] = (found["until"] - found["since"]).dt.days
    row, refs = found.sort_values(["days", "start"], ascending=False).iloc[0], tuple(told.attrs.get("refs", ()))
    counts = {name: Figure.exact(float(row[name]), "group_members", refs) for name in ("start", "end")}
    return {**counts, "window": Figure.exact(row["days"] / MONTH_DAYS, "observation_window", refs)}


def net_loss(start: Figure | Absent, end: Figure | Absent) -> Figure | Absent:
    """Share of the members that is gone net, with the interval of a share of so many people (Wilson)."""
    if isinstance(start, Absent) or isinstance(end, Absent):
        return Absent(("group_members",))
    n, sources = int(start.value), refs_of(start, end)
    found = wilson(start.value - end.value, start.value)
    return Figure(found.value, found.low, found.high, "ratio", "sampling95", "net_loss_share", sources, n)


def hazard(loss: Figure | Absent) -> Figure | Absent:
    """-ln(1 - loss): the rate a month at which a group without joins would have shrunk so."""
    return loss if isinstance(loss, Absent) else loss.apply(lambda share: -math.log(1 - share), "net_exit_rate")


def gross(start: Figure | Absent, end: Figure | Absent, joins: int) -> Figure | Absent:
    """Share of all who were ever there that left, had so many joined in between."""
    if isinstance(start, Absent) or isinstance(end, Absent):
        return Absent(("group_members",))
    left, ever = start.value - end.value + joins, start.value + joins
    found, sources = wilson(left, ever), refs_of(start, end)
    return Figure(found.value, found.low, found.high, "ratio", "sampling95", "gross_exit_share", sources, int(ever))


def per_message(share: Figure | Absent, pushes: int) -> Figure | Absent:
    """Share of the members that each message would have taken, all exits blamed on messages."""
    if isinstance(share, Absent):
        return share
    return share.apply(lambda one: 1 - (1 - one) ** (1 / (MONTH_DAYS * pushes)), "exit_per_message")


def meanings(start: Figure | Absent, end: Figure | Absent) -> pd.DataFrame:
    """A row per number of unseen joins: joins, left (cell), and by_<n>: what each of n messages a day took."""
    rows = []
    for joins in JOINS:
        share = gross(start, end, joins)
        taken = {f"by_{pushes}": per_message(share, pushes).cell for pushes in PUSHES}
        sources = [] if isinstance(share, Absent) else list(share.sources)
        rows.append({"joins": joins, "left": share.cell, **taken, "sources": sources})
    return pd.DataFrame(rows)


def fallen(start: Figure | Absent, end: Figure | Absent) -> Verdict:
    """What a group that fell within a month says, and what it does not."""
    loss = net_loss(start, end)
    most = gross(start, end, JOINS[-1])
    named: Stated = {"start": start, "end": end, "loss": loss, "rate": hazard(loss), "most": most}
    return Verdict(SAID["fallen"], named)


def beside(reach: Audience) -> str:
    """The role of what a published case tells: behind a client's own records."""
    return "appendix" if reach.sources and any(reach.sources.values()) else "headline"
