"""What becomes of a mass send: staff who never confirm, friends who are gone, quotas that are used up."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import numpy as np
import pandas as pd

from siyu.engines.tables import Source, run, table
from siyu.estimates.sampling import wilson
from siyu.figure import Figure

PARTS = ("confirm_share", "not_friend_share", "limit_share", "delivered_share")


def by_staff(sends: Source | None, broadcasts: pd.DataFrame | None) -> pd.DataFrame:
    """A row per member of staff: staff, targets, confirmed, not_friend, limited, delivered; of messages to persons,
    else of tasks."""
    columns = ["staff", "targets", "confirmed", "not_friend", "limited", "delivered"]
    sent = None if sends is None else table(sends)
    if sent is not None and "status" in sent.columns:
        rows = sent.filter(sent.status.notnull())
        status = rows.status.cast("string")
        staff = rows.staff_id.cast("string").fill_null("") if "staff_id" in rows.columns else ibis.literal("")
        flags = {"confirmed": ~status.isin(["unconfirmed", "queued"]), "not_friend": status == "not_friend",
                 "limited": status == "limit", "delivered": status == "sent"}  # fmt: skip
        told = rows.mutate(staff=staff, **{name: flag.cast("int64") for name, flag in flags.items()})
        sums = {name: told[name].sum() for name in flags}
        return run(told.group_by("staff").aggregate(targets=told.count(), **sums).order_by("staff"))[columns]
    if broadcasts is None or broadcasts.empty or "targets" not in broadcasts:
        return pd.DataFrame(columns=columns)
    return _of_tasks(broadcasts)[columns]


def _of_tasks(rows: pd.DataFrame) -> pd.DataFrame:
    nothing = pd.Series(0.0, rows.index)
    told = {name: rows[old].astype(float).fillna(0) if old in rows else nothing
            for name, old in (("targets", "targets"), ("not_friend", "not_friend"), ("limited", "limit_hit"),
                              ("delivered", "delivered"))}  # fmt: skip
    # a task that is still waiting was confirmed by nobody; without a status, what reached nobody was not either
    waits = rows["status"].astype(str) == "waiting" if "status" in rows else told["delivered"] == 0
    staff = rows["staff_id"].astype(str) if "staff_id" in rows else pd.Series("", rows.index)
    both = pd.DataFrame({**told, "confirmed": told["targets"].where(~waits, 0), "staff": staff})
    return both.groupby("staff", as_index=False).sum()


def shares(rows: pd.DataFrame, sources: tuple[str, ...], k: int = 0) -> Mapping[str, Figure | None]:
    """PARTS with their intervals: confirmed of all targets, gone and limited of those confirmed, delivered of all."""
    sums = rows[["targets", "confirmed", "not_friend", "limited", "delivered"]].sum()
    pairs = {"confirm_share": ("confirmed", "targets"), "not_friend_share": ("not_friend", "confirmed"),
             "limit_share": ("limited", "confirmed"), "delivered_share": ("delivered", "targets")}  # fmt: skip
    return {
        key: wilson(float(sums[top]), float(sums[bottom])).figure(key, int(sums[bottom]), sources, max(k, 1))
        for key, (top, bottom) in pairs.items()
    }


def least_confirming(rows: pd.DataFrame, sources: tuple[str, ...], k: int = 0) -> Figure | None:
    """The confirmed share of the member of staff who confirms least, of those with enough targets."""
    known = rows[(rows["targets"] >= max(k, 10)) & (rows["staff"] != "")]
    if len(known) < 2:
        return None
    confirmed, targets = (known[name].to_numpy(float) for name in ("confirmed", "targets"))
    at = int(np.argmin(confirmed / targets))
    return wilson(float(confirmed[at]), float(targets[at])).figure("confirm_share", int(targets[at]), sources)
