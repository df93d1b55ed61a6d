"""Groups by day: who was at risk of leaving, who left, who came, and what they were sent.

At risk counts begin when observation begins: with the first day of a group's record, or, of member lists, after the
first exit that was recorded, since those from before callbacks were switched on are lost.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import Source, counted, run, table

COLUMNS = ["group", "day", "risk", "left", "joined"]
SENT = ["posts", "selling", "orders", "fen"]
LEVELS = ("none", "one", "more")  # orders so far
EXPOSURES = (7, 28)  # days that messages are looked back over
_DAY = np.timedelta64(1, "D")


def from_days(rows: pd.DataFrame) -> pd.DataFrame:
    """`group_days` as COLUMNS: members is up to the day, so exits that are not told are differences of it.

    Where days are told by owner, or of all groups together, these are taken for a group. A row whose day before is
    missing, or whose members do not add up (another group's came in), is left out."""
    unit = next((rows[name] for name in ("group_id", "owner_id") if name in rows), "all")
    days = pd.DataFrame({"group": unit, "day": pd.to_datetime(rows["day"]).dt.normalize()})
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
    """Stays that callbacks tell: buyer_id, group, joined_at, left_at; of people whose join was told, for exits from
    before the callbacks were switched on are lost, and who was there then is not known."""
    moves = events[events["event"].astype(str).isin(["joined_group", "left_group"])].dropna(
        subset=["group_id", "buyer_id"]
    )
    moves = moves.sort_values(["group_id", "buyer_id", "at"], ignore_index=True)
    came = (moves["event"].astype(str) == "joined_group").to_numpy()
    by = moves.groupby(["group_id", "buyer_id"], observed=True)
    after = by["at"].shift(-1).where(by["event"].shift(-1).astype(str) == "left_group")
    stays = {"buyer_id": moves["buyer_id"], "group": moves["group_id"], "joined_at": moves["at"], "left_at": after}
    return pd.DataFrame(stays)[came]


def from_spells(stays: ir.Table, until: date) -> pd.DataFrame:
    """Stays (group, joined_at, left_at) as COLUMNS; groups without any recorded exit are left out."""
    stays = stays.filter(stays.left_at.isnull() | (stays.left_at >= stays.joined_at))
    moves = [_by_day(stays, "joined_at", "joined"), _by_day(stays, "left_at", "left")]
    return _filled(pd.concat(moves, ignore_index=True).fillna(0), ["group"], pd.Timestamp(until))[COLUMNS]


def by_level(stays: ir.Table, purchases: ir.Table, until: date) -> pd.DataFrame:
    """Stays (buyer_id, group, joined_at, left_at) as COLUMNS by level of LEVELS, orders on earlier days: who buys goes
    from one level to the next, which counts as joins, less than 0 where more go on than come."""
    stays = stays.filter(stays.group.notnull(), stays.left_at.isnull() | (stays.left_at >= stays.joined_at))
    rows = run(stays.select("buyer_id", "group", "joined_at", "left_at"))
    early = run(purchases.filter(purchases.purchase_no < len(LEVELS)).select("buyer_id", "purchase_no", "day"))
    bought = (early[early["purchase_no"] == no].set_index("buyer_id")["day"] for no in range(1, len(LEVELS)))
    # an order counts from the next day on
    passed = np.stack([pd.to_datetime(one.reindex(rows["buyer_id"])).to_numpy() + _DAY for one in bought], 1)
    came, went = (rows[name].dt.normalize().to_numpy() for name in ("joined_at", "left_at"))
    moves = [_moves(rows["group"], (passed <= came[:, None]).sum(1), came, "joined"),
             _moves(rows["group"], (passed <= went[:, None]).sum(1), went, "left")]  # fmt: skip
    for level, at in enumerate(passed.T):
        on = (at > came) & ~(at > went)
        told = at[on] - _DAY  # at the end of its day, so that the next one begins with it
        moves += [_moves(rows["group"][on], level + step, told, "joined", 2 * step - 1) for step in (0, 1)]
    counted_moves = pd.concat(moves, ignore_index=True).dropna(subset=["day"]).fillna(0)
    return _filled(counted_moves, ["group", "level"], pd.Timestamp(until)).replace({"level": dict(enumerate(LEVELS))})


def _moves(group: pd.Series, level: npt.NDArray[np.int64] | int, day: Any, name: str, change: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"group": group.to_numpy(), "level": level, "day": day, name: change})


def _by_day(stays: ir.Table, when: str, name: str) -> pd.DataFrame:
    rows = stays.filter(stays[when].notnull(), stays.group.notnull())
    rows = rows.mutate(day=rows[when].truncate("D"))
    return counted(rows, ["group", "day"], **{name: rows.count()})


def _filled(moves: pd.DataFrame, names: list[str], until: pd.Timestamp) -> pd.DataFrame:
    """Every day of groups from the one after their first recorded exit on: a record that began with an exit would show
    too many. moves: `names` (what tells units apart, group first), day, joined, left."""
    moves = moves[moves["day"] <= until]
    begins = moves[moves["left"] > 0].groupby("group")["day"].min() + _DAY
    if begins.empty:
        return pd.DataFrame(columns=[*names, *COLUMNS[1:]])
    origin = begins.min() - _DAY  # all that was before is counted there
    moves = moves[moves["group"].isin(begins.index)]
    units = moves.groupby(names)
    at = units.ngroup().to_numpy(), (moves["day"] - origin).dt.days.clip(lower=0).to_numpy()
    joined, left = np.zeros((2, units.ngroups, (until - origin).days + 1))
    np.add.at(joined, at, moves["joined"].to_numpy(float))
    np.add.at(left, at, moves["left"].to_numpy(float))
    there, keys = np.cumsum(joined - left, 1), units.size().reset_index()[names]
    starts = (keys["group"].map(begins) - origin).dt.days.to_numpy()
    unit, slot = np.nonzero(np.arange(1, joined.shape[1]) >= starts[:, None])
    days = keys.iloc[unit].reset_index(drop=True).assign(day=origin + pd.to_timedelta(slot + 1, unit="D"))
    return days.assign(risk=there[unit, slot], left=left[unit, slot + 1], joined=joined[unit, slot + 1])


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


def exposed(risk: pd.DataFrame, posts: pd.DataFrame, arms: pd.DataFrame | None = None) -> pd.DataFrame:
    """COLUMNS with SENT of the day as far as known, posts over EXPOSURES (`last_<days>`), share of the last of these
    that sells (`selling_share`), and whether it is a weekend: of groups whose messages are recorded, from the first
    record on, which may be of none; a day without a record was without a message. arms: `group_arms`; groups that were
    drawn to get nothing are known to have got nothing from the start of the draw on."""
    starts = [posts[["group", "day"]]]
    if arms is not None and len(arms):
        begun = pd.to_datetime(arms["started_at"]).dt.normalize()
        starts.append(pd.DataFrame({"group": arms["group_id"].astype("object"), "day": begun}))
    first = pd.concat(starts).dropna().groupby("group")["day"].min()
    days = risk.merge(posts, how="left", on=["group", "day"])
    names = [name for name in SENT if name in days]
    days[names] = days[names].fillna(0.0)
    days = days[days["day"] >= days["group"].map(first)].sort_values(["group", "day"], ignore_index=True)
    code = days["group"].factorize()[0]
    since = np.searchsorted(code, code)  # the first row of each one's group
    for span in EXPOSURES:
        days[f"last_{span}"] = _lately(days["posts"], since, span)
    if "selling" in days:
        sold = _lately(days["selling"], since, EXPOSURES[-1])
        days["selling_share"] = sold / days[f"last_{EXPOSURES[-1]}"].clip(lower=1)
    return days.assign(weekend=(days["day"].dt.day_of_week >= 5).astype(float))


def _lately(counts: pd.Series, since: npt.NDArray[np.int64], span: int) -> npt.NDArray[np.float64]:
    """Sums of the last rows, from row `since` on."""
    sums, end = np.append(0.0, counts.to_numpy(float).cumsum()), np.arange(1, len(counts) + 1)
    return np.asarray(sums[end] - sums[np.maximum(end - span, since)])
