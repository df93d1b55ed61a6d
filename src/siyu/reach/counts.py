"""Groups by day: who was at risk of leaving, who left, who came, and what they were sent.

At risk counts begin when observation begins: with the first day of a group's record, or, of member lists, with the
first exit that was recorded, since those from before callbacks were switched on are lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.orders.frames import Source, counted, run, table

COLUMNS = ["group", "day", "risk", "left", "joined"]
SENT = ["posts", "selling", "orders", "fen"]
EXPOSURES = (7, 28)  # days that messages are looked back over
_DAY = np.timedelta64(1, "D")


def from_days(rows: pd.DataFrame) -> pd.DataFrame:
    """`group_days` as COLUMNS: members is up to the day, so exits that are not told are differences of it.

    A row whose day before is missing, or whose members do not add up (another group's came in), is left out."""
    days = pd.DataFrame({"group": rows["group_id"], "day": pd.to_datetime(rows["day"]).dt.normalize()})
    days = days.assign(**{name: rows[name].astype(float) if name in rows else np.nan for name in ("members", "joined")})
    days["left"] = rows["left"].astype(float) if "left" in rows else np.nan
    days = days.dropna(subset=["group", "members"]).sort_values(["group", "day"], ignore_index=True)
    before = days.groupby("group", observed=True)
    days["risk"] = before["members"].shift()
    whole = days["day"] - before["day"].shift() == _DAY
    exits = days["risk"] + days["joined"] - days["members"]
    days["left"] = days["left"].fillna(exits)
    fits = (days["left"] >= 0) & (exits == days["left"])
    return days.loc[whole & fits & (days["risk"] > 0), COLUMNS].reset_index(drop=True)


def uneven(rows: pd.DataFrame) -> int:
    """Rows of `group_days` whose members do not follow from the day before: merges, or corrections."""
    days = rows.assign(day=pd.to_datetime(rows["day"]).dt.normalize()).sort_values(["group_id", "day"])
    before = days.groupby("group_id", observed=True)["members"].shift()
    left = days.get("left", 0)
    change = before + days.get("joined", 0) - left
    gap = (change - days["members"]).dropna()
    return int((gap < 0).sum() if "left" not in days else (gap != 0).sum())


def of_events(events: pd.DataFrame) -> pd.DataFrame:
    """Stays that callbacks tell: group, joined_at, left_at; of people whose join was told, for exits from before the
    callbacks were switched on are lost, and who was there then is not known."""
    moves = events[events["event"].astype(str).isin(["joined_group", "left_group"])].dropna(
        subset=["group_id", "buyer_id"]
    )
    moves = moves.sort_values(["group_id", "buyer_id", "at"], ignore_index=True)
    came = (moves["event"].astype(str) == "joined_group").to_numpy()
    by = moves.groupby(["group_id", "buyer_id"], observed=True)
    after = by["at"].shift(-1).where(by["event"].shift(-1).astype(str) == "left_group")
    return pd.DataFrame({"group": moves["group_id"], "joined_at": moves["at"], "left_at": after})[came]


def from_spells(stays: ir.Table, until: date) -> pd.DataFrame:
    """Stays (group, joined_at, left_at) as COLUMNS; groups without any recorded exit are left out."""
    stays = stays.filter(stays.left_at.isnull() | (stays.left_at >= stays.joined_at))
    end = pd.Timestamp(until)
    moves = {"joined": _by_day(stays, "joined_at"), "left": _by_day(stays, "left_at")}
    begins = moves["left"][moves["left"]["day"] <= end].groupby("group")["day"].min()
    parts = [_grid(str(group), since, end, moves) for group, since in begins.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def _by_day(stays: ir.Table, when: str) -> pd.DataFrame:
    rows = stays.filter(stays[when].notnull(), stays.group.notnull())
    rows = rows.mutate(day=rows[when].truncate("D"))
    return counted(rows, ["group", "day"], n=rows.count())


def _grid(group: str, since: pd.Timestamp, until: pd.Timestamp, moves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every day of a group from its first recorded exit on."""
    index = pd.date_range(since, until, freq="D")
    before, on = 0, {}
    for name, rows in moves.items():
        own = rows[rows["group"] == group].set_index("day")["n"]
        before += (1 if name == "joined" else -1) * int(own[own.index < since].sum())
        on[name] = own.reindex(index, fill_value=0).to_numpy(float)
    ends = before + np.cumsum(on["joined"] - on["left"])
    risk = np.append(before, ends[:-1])
    return pd.DataFrame({"group": group, "day": index, "risk": risk, "left": on["left"], "joined": on["joined"]})


def sent(rows: Source, risk: pd.DataFrame) -> pd.DataFrame:
    """Messages by group and day: group, day, posts (a member), selling; of a table of messages to groups or persons.

    Messages to persons count by how many each member at risk got."""
    sends = table(rows)
    wanted = {"group_id", "sent_at"}
    if not wanted <= set(sends.columns):
        return pd.DataFrame(columns=["group", "day", "posts", "selling"])
    sends = sends.filter(sends.group_id.notnull(), sends.sent_at.notnull())
    if "status" in sends.columns:
        sends = sends.filter(sends.status.cast("string").fill_null("sent") == "sent")
    sells = (
        (sends.selling.cast("string") == "yes").fill_null(False) if "selling" in sends.columns else ibis.literal(False)
    )
    named = sends.buyer_id.notnull() if "buyer_id" in sends.columns else ibis.literal(False)
    sends = sends.mutate(
        group=sends.group_id.cast("string"), day=sends.sent_at.truncate("D"), sells=sells.cast("int64"),
        named=named.cast("int64"),
    )  # fmt: skip
    by_day = run(sends.group_by(["group", "day"]).aggregate(n=sends.count(), selling=sends.sells.sum(),
                                                            people=sends.named.sum()))  # fmt: skip
    by_day["day"] = pd.to_datetime(by_day["day"])
    held = by_day.merge(risk[["group", "day", "risk"]], how="left", on=["group", "day"])
    scale = np.where(held["people"] > 0, held["risk"].clip(lower=1), 1.0)
    return held.assign(posts=held["n"] / scale, selling=held["selling"] / scale)[["group", "day", "posts", "selling"]]


def from_send_days(rows: pd.DataFrame) -> pd.DataFrame:
    """`send_days` of single groups: group, day, posts, selling, orders, fen."""
    if "group_id" not in rows:
        return pd.DataFrame(columns=["group", "day", *SENT])
    own = rows.dropna(subset=["group_id"])
    names = {"posts": "messages", "selling": "selling", "orders": "orders", "fen": "paid_fen"}
    held = {name: own[old].astype(float) for name, old in names.items() if old in own}
    days = pd.DataFrame({"group": own["group_id"], "day": pd.to_datetime(own["day"]).dt.normalize(), **held})
    return days.groupby(["group", "day"], as_index=False, observed=True).sum()


def exposed(risk: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS with SENT of the day as far as known, and posts over EXPOSURES (`last_<days>`): of groups whose messages
    are recorded, from the first recorded message on; a day without a record was without a message."""
    first = posts[posts["posts"] > 0].groupby("group", observed=True)["day"].min()
    days = risk.merge(posts, how="left", on=["group", "day"])
    names = [name for name in SENT if name in days]
    days[names] = days[names].fillna(0.0)
    days = days[days["day"] >= days["group"].map(first)].sort_values(["group", "day"], ignore_index=True)
    by_group = days.groupby("group", observed=True)["posts"]
    for span in EXPOSURES:
        days[f"last_{span}"] = by_group.rolling(span, min_periods=1).sum().to_numpy() if len(days) else 0.0
    return days


def weekly(days: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """A row per group and week from `since`: group, week, risk (member-weeks), left, joined, SENT as far as known."""
    own = days[days["day"] >= since]
    week = (own["day"] - since).dt.days // 7
    names = [name for name in (*COLUMNS[2:], *SENT) if name in own]
    found = own.assign(week=week).groupby(["group", "week"], as_index=False, observed=True)[names].sum()
    return found.assign(risk=found["risk"] / 7)
