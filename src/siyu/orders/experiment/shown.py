"""What invitations by lot show, as findings hold it: figures by code, absent where unknown, and what may be said."""

from collections.abc import Mapping

import pandas as pd

from siyu.figure import Absent, Figure
from siyu.messages import msg
from siyu.orders.experiment.effects import ARMS, Trial
from siyu.verdict import Verdict

FIGURES = {
    "difference": "invited_uplift", "effect": "joined_effect", "invited": "invited_repeat_share",
    "others": "invited_repeat_share", "joined": "invited_join_share", "uninvited": "invited_join_share",
}  # fmt: skip
LOT = {"difference": msg("As invited"), "effect": msg("Those who joined because they were invited")}
SHARES = {
    "again": msg("Bought again within a quarter"), "joined": msg("Joined a group"),
    "others": msg("Not invited"), "invited": msg("Invited"),
}  # fmt: skip
BALANCE = {
    "label": msg("Before the first invitation"), "invited": msg("Invited"), "control": msg("Not invited"),
    "gap": msg("Difference over spread"),
}  # fmt: skip
MEASURES = {
    "label": {
        "purchases": msg("Purchase days of a buyer"), "paid_yuan": msg("Paid by a buyer"),
        "days_since_last": msg("Days since the last purchase"),
    }
}  # fmt: skip
ANSWER = msg(
    "Invited by lot, the share who came back within a quarter differs by {difference}; "
    "for those who joined because of it by {effect}"
)
AS_INVITED = msg(
    "Invited by lot, the share who came back within a quarter differs by {difference}; "
    "too few joined because of it to tell what joining does"
)
CARDS = {
    "difference": msg("Invited minus not invited, by lot: what inviting changed, whoever joined"),
    "effect": msg("What joining changed for those who joined because they were invited"),
    "joined": msg("Invited buyers who joined"),
}


def figures(found: Trial | None) -> dict[str, Figure | Absent]:
    """The figures of an experiment by their names there, each Absent when it cannot be had."""
    held = {name: getattr(found, name, None) for name in FIGURES}
    return {name: Absent((FIGURES[name],)) if figure is None else figure for name, figure in held.items()}


def shares(held: Mapping[str, Figure | Absent]) -> dict[str, dict[str, Figure | Absent]]:
    """Shares who bought `again` and who `joined`, of the `others` beside the `invited`."""
    return {
        "again": {"others": held["others"], "invited": held["invited"]},
        "joined": {"others": held["uninvited"], "invited": held["joined"]},
    }


def balance(found: Trial | None, sources: tuple[str, ...]) -> pd.DataFrame:
    """A row per measure before the first invitation: label (of MEASURES), invited, control, gap, sources."""
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
    names = [name for name in CARDS if isinstance(held[name], Figure)] or ["difference"]
    return Verdict(
        ANSWER if "effect" in names else AS_INVITED,
        {name: held[name] for name in names},
        {name: CARDS[name] for name in names},
    )
