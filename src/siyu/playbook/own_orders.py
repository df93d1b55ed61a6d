"""What orders and the form say by themselves: rhythm, start, domains, an entry of the shop's own."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.engines.tables import run
from siyu.figure import Absent, Figure
from siyu.orders import traffic
from siyu.orders.frames import Frames
from siyu.playbook import labels
from siyu.playbook.ledgers import nothing, share
from siyu.verdict import Stated, Verdict


def gap(found: Figure | Absent, horizon: Figure) -> Verdict:
    """Repeat purchases or referral: whether the median gap fits into the horizon (months)."""
    if isinstance(found, Absent):
        return Verdict("", {"gap": found})
    fits = found.value < horizon.value * 365 / 12
    return Verdict(labels.SAID["gap_repeat" if fits else "gap_referral"], {"gap": found, "horizon": horizon})


def start(cost: float, follower: Figure | Absent) -> Verdict:
    """Followers a month from which on team and tools pay. cost: of both, a month; follower: what one may cost."""
    if not cost or isinstance(follower, Absent) or follower.value <= 0:
        return Verdict("", {"people": Absent(("start_people",))})
    each = (follower.value, follower.high, follower.low)
    ends = [cost / end if end > 0 else cost / follower.value * 100 for end in each]
    refs = (*follower.sources, "data:form")
    people = Figure(ends[0], min(ends), max(ends), "users", "assumption90", "start_people", refs)
    return Verdict(labels.SAID["start"], {"people": people})


def readings(frames: Frames, followed: Frames) -> tuple[Stated, Verdict]:
    """Net sales by domain under both readings, and the share of orders that no rule knows."""
    by_way = traffic.net_by_domain(frames)
    by_fan = traffic.net_by_domain(followed, fans_are_private=True)
    orders = traffic.orders_of(frames)
    counts = run(orders.group_by(rule=traffic.ruled(orders, traffic.DOMAINS)).aggregate(n=orders.count()))
    total = int(counts["n"].sum())
    unknown = int(counts.loc[counts["rule"] == traffic.UNASSIGNED, "n"].sum())
    if not total or by_way["private"] is None:
        return nothing("private_net_share")
    left = Figure.exact(unknown / total, "unassigned_share", frames.sources, total)
    pairs = (("way", by_way), ("fan", by_fan))
    found: Stated = {f"{code}_{name}": one for code, each in pairs for name, one in each.items() if one is not None}
    return found, Verdict(labels.SAID["readings"], {"left": left, "private": by_way["private"]})


def before_after(frames: Frames, since: date | None) -> tuple[Stated, Verdict]:
    """Share of repeat orders that people came for, before and after the shop's own entry on the platform."""
    if since is None or not frames.first_day < since <= frames.as_of:
        return nothing("sought_order_share")
    orders = traffic.orders_of(frames)
    orders = orders.filter(orders.repeat == 1)
    rule = traffic.ruled(orders, traffic.SOUGHT)
    later = (orders.paid_at >= ibis.timestamp(since.isoformat())).cast("int64")
    rows = run(orders.group_by(later=later, rule=rule).aggregate(n=orders.count()))
    rows = rows[rows["rule"] != traffic.UNASSIGNED]
    rows.attrs["refs"] = frames.sources
    found: Stated = {}
    for code, at in (("before", 0), ("after", 1)):
        own = rows[rows["later"] == at]
        found[code] = share(own.loc[own["rule"] == "sought", "n"].sum(), own["n"].sum(), "sought_order_share", rows)
    return found, Verdict(labels.SAID["mall"], found)
