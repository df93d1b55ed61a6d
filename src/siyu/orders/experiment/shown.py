"""What invitations by lot show, as findings hold it: figures by code, absent where unknown, and what may be said."""

from collections.abc import Mapping

import pandas as pd

from siyu.figure import Absent, Figure, or_absent
from siyu.orders import labels
from siyu.orders.experiment.effects import ARMS, Trial
from siyu.verdict import Verdict

FIGURES = {
    "difference": "invited_uplift", "effect": "joined_effect", "invited": "invited_repeat_share",
    "others": "invited_repeat_share", "joined": "invited_join_share", "uninvited": "invited_join_share",
}  # fmt: skip


def figures(found: Trial | None) -> dict[str, Figure | Absent]:
    """The figures of an experiment by their names there, each Absent when it cannot be had."""
    return {name: or_absent(getattr(found, name, None), key) for name, key in FIGURES.items()}


def shares(held: Mapping[str, Figure | Absent]) -> dict[str, dict[str, Figure | Absent]]:
    """Shares who bought `again` and who `joined`, of the `others` beside the `invited`."""
    return {
        "again": {"others": held["others"], "invited": held["invited"]},
        "joined": {"others": held["uninvited"], "invited": held["joined"]},
    }


def balance(found: Trial | None, sources: tuple[str, ...]) -> pd.DataFrame:
    """A row per measure before the first invitation: label (of `labels.MEASURES`), invited, control, gap, sources."""
    rows = pd.DataFrame(columns=["measure", *ARMS, "gap"]) if found is None else found.balance
    refs = pd.Series([list(sources)] * len(rows), dtype=object)
    return rows.rename(columns={"measure": "label"}).assign(sources=refs)


def widest(rows: pd.DataFrame, sources: tuple[str, ...]) -> Figure | Absent:
    """The largest gap of `balance`, whichever way."""
    if rows.empty:
        return Absent(("invited_uplift",))
    gap = float(rows["gap"].abs().max())
    return Figure(gap, gap, gap, "ratio", sources=sources)


def verdict(found: Trial | None) -> Verdict:
    """What inviting at random changed; its figure is absent while nothing can be read."""
    held = figures(found)
    names = [name for name in labels.LOT_CARDS if isinstance(held[name], Figure)] or ["difference"]
    message = labels.LOT_ANSWER if "effect" in names else labels.LOT_AS_INVITED
    return Verdict(message, {name: held[name] for name in names}, {name: labels.LOT_CARDS[name] for name in names})
