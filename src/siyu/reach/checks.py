"""Faults of tables on reach that intake cannot see: each by a code of `labels.FAULTS`, with how many rows."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
import pandas as pd

from siyu.engines.tables import Source, run, table
from siyu.orders.frames import Frames
from siyu.reach.counts import uneven


def faults(tables: Mapping[str, pd.DataFrame], sends: Source | None, frames: Frames | None) -> pd.DataFrame:
    """A row per fault that was found: fault, rows."""
    members = frames.members if frames is not None else None
    groups, contacts, events = (tables.get(name) for name in ("group_days", "contact_days", "events"))
    found = {
        "fell": uneven(groups) if groups is not None and {"group_id", "members"} <= set(groups) else 0,
        "left_first": _left_first(members),
        "after_exit": _after_exit(sends, members),
        "several_staff": _several_staff(contacts),
        "twice": _twice(groups, members, events),
        "no_exits": int(not _exits(groups, members, events)),
        "one_record": int(groups is not None and "group_id" not in groups),
    }
    rows = [(fault, rows) for fault, rows in found.items() if rows]
    return pd.DataFrame(rows, columns=["fault", "rows"])


def _left_first(members: ir.Table | None) -> int:
    if members is None:
        return 0
    stays = members.filter(members.left_at < members.joined_at)
    return int(run(stays.aggregate(n=stays.count()))["n"].iloc[0])


def _after_exit(sends: Source | None, members: ir.Table | None) -> int:
    """Messages to persons of a group that they had left."""
    rows = None if sends is None else table(sends)
    if rows is None or members is None or not {"buyer_id", "group_id", "sent_at"} <= set(rows.columns):
        return 0
    stays = members
    gone = stays.filter(stays.left_at.notnull()).group_by(["buyer_id", "group"]).aggregate(left_at=stays.left_at.max())
    rows = rows.select("buyer_id", "sent_at", group=rows.group_id.cast("string"))
    late = rows.inner_join(gone, ["buyer_id", "group"])
    late = late.filter(late.sent_at > late.left_at)
    return int(run(late.aggregate(n=late.count()))["n"].iloc[0])


def _several_staff(contacts: pd.DataFrame | None) -> int:
    """Rows of the statistics of contacts that say of whom they are not: several asked for at once come as their sum."""
    if contacts is None:
        return 0
    return len(contacts) if "staff_id" not in contacts else int(contacts["staff_id"].isna().sum())


def _groups(rows: pd.DataFrame | None, column: str = "group_id") -> set[str]:
    return set() if rows is None or column not in rows else {*rows[column].dropna().astype(str)}


def _spell_groups(members: ir.Table | None) -> set[str]:
    if members is None:
        return set()
    left = members.filter(members.left_at.notnull(), members.group.notnull())
    return {*run(left.select("group").distinct())["group"]}


def _event_groups(events: pd.DataFrame | None) -> set[str]:
    return set() if events is None else _groups(events[events["event"].astype(str) == "left_group"])


def _twice(groups: pd.DataFrame | None, members: ir.Table | None, events: pd.DataFrame | None) -> int:
    """Groups whose exits stand in several tables."""
    told = [_groups(groups), _spell_groups(members), _event_groups(events)]
    return len((told[0] & told[1]) | (told[0] & told[2]) | (told[1] & told[2]))


def _exits(groups: pd.DataFrame | None, members: ir.Table | None, events: pd.DataFrame | None) -> bool:
    told = (
        groups is not None
        and "members" in groups
        and ("group_id" in groups or members is None)
        and ("left" in groups or "joined" in groups)
    )
    return bool(told or _spell_groups(members) or _event_groups(events))
