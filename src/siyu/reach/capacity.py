"""How many contacts WeChat lets a team hold, limit by limit; and what a tool may cost that saves hours."""

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Integer, Max, Min, Symbol

from siyu.figure import Figure
from siyu.formulas.depletion import MONTH_WEEKS
from siyu.reach.pool import Inputs

GOAL = 10_000  # contacts that the documents count in
# limit or loosening -> (input, what it is before, what it is after); a point of the row's range, or a number
CHANGES: dict[str, tuple[str, str | float, str | float]] = {
    "folded": ("posts_folded", 0.0, "value"),
    "permission": ("permission_hidden", 0.0, "value"),
    "adds": ("friend_adds_limit", 50.0, "value"),
    "cap": ("friend_cap", "low", "high"),
    "switch": ("switch_accounts", "low", "high"),
    "timed": ("post_minutes", "value", 0.0),
}


def _s(name: str) -> Symbol:
    return Symbol(name, real=True)


@dataclass(frozen=True)
class Team:
    """staff: people, each with one device. Contacts are won by inviting, as many a day as an account may add."""

    staff: int = 1

    @property
    def accounts(self) -> Expr:
        """Accounts in use."""
        return self.staff * _s("switch_accounts")

    @property
    def holds(self) -> Expr:
        """Contacts that the accounts can hold."""
        return self.accounts * _s("friend_cap")

    @property
    def days(self) -> Expr:
        """Days until `GOAL` contacts, or all the accounts hold."""
        won = self.accounts * _s("friend_adds_limit") * _s("friend_acceptance")
        return Min(Integer(GOAL), self.holds) / won

    @property
    def seen(self) -> Expr:
        """Contacts who can see a post."""
        shown: Expr = Min(Integer(GOAL), self.holds) * (1 - _s("posts_folded"))
        return shown * (1 - _s("permission_hidden"))

    @property
    def hours(self) -> Expr:
        """Hours a month of posting by hand."""
        return self.accounts * _s("post_minutes") * MONTH_WEEKS * 7 / 60

    def outcomes(self) -> Mapping[str, Expr]:
        """By metric key."""
        return {"capacity_days": self.days, "capacity_contacts": self.holds, "capacity_seen": self.seen,
                "capacity_hours": self.hours}  # fmt: skip


INPUTS = ("switch_accounts", "friend_cap", "friend_adds_limit", "friend_acceptance", "posts_folded",
          "permission_hidden", "post_minutes")  # fmt: skip
WHAT = {"folded": "capacity_seen", "permission": "capacity_seen", "adds": "capacity_days", "cap": "capacity_contacts",
        "switch": "capacity_days", "timed": "capacity_hours"}  # fmt: skip


def before_after(inputs: Inputs, change: str, team: Team) -> tuple[Figure, Figure]:
    """What a limit or a loosening changes: the outcome it bears on, with the one input before and after."""
    name, *ends = CHANGES[change]
    key, row = WHAT[change], inputs.rows[name]
    points = {"low": row.low, "value": row.mode, "high": row.high}
    numbers = [points[end] if isinstance(end, str) else end for end in ends]
    before, after = (inputs.figure(key, team.outcomes()[key], {name: float(at)}) for at in numbers)
    return before, after


def tool_fee(hours: float) -> Expr:
    """What a tool may cost a month that saves so many hours; of 0 hours, those of running a hundred groups by hand and
    with a tool. CNY."""
    hourly = _s("wage") / _s("minutes_per_month") * 60
    if hours > 0:
        return hours * hourly
    return Max(100 / _s("groups_by_hand") - 100 / _s("groups_with_tool"), 0) * _s("wage")


def operators(groups: str) -> Expr:
    """Operators for a thousand active members: groups of two hundred, run by hand or with a tool."""
    return 1_000 / (_s("wecom_group_size") * _s("speakers_healthy")) / _s(groups)


TOOLS = ("wage", "minutes_per_month", "groups_by_hand", "groups_with_tool", "wecom_group_size", "speakers_healthy")
