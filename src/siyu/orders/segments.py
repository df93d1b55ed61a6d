"""How many buyers stand where: known, back again, following, in a group."""

from datetime import timedelta

import ibis

from siyu.engines.tables import run
from siyu.figure import Absent, Figure
from siyu.orders.frames import Frames
from siyu.orders.labels import SEGMENTS


def sizes(frames: Frames, k: int = 0) -> dict[str, Figure | Absent]:
    """Segment (key of `labels.SEGMENTS`) -> buyers with a purchase by the date who belong to it at its end.

    Absent under k, and where the tables cannot tell: without follows no fans. Segments overlap, so they add up to
    nothing."""
    buyers = frames.purchases.group_by("buyer_id").aggregate(days=lambda days: days.count())
    held = {"buyers": buyers, "repeat": buyers.filter(buyers.days > 1)}
    ends = {"fans": (frames.follows, "unfollowed_at"), "members": (frames.members, "left_at")}
    midnight = ibis.timestamp((frames.as_of + timedelta(days=1)).isoformat())
    for name, (stays, until) in ends.items():
        if stays is not None:
            held[name] = buyers.semi_join(stays.filter((stays[until] >= midnight).fill_null(True)), "buyer_id")
    if "fans" in held and "members" in held:
        held["both"] = held["fans"].semi_join(held["members"], "buyer_id")
    found = {name: int(run(table.aggregate(n=table.count()))["n"].iloc[0]) for name, table in held.items()}
    return {
        name: Figure.exact(n, "buyers", frames.sources, n) if n >= max(k, 1) else Absent(("buyers",))
        for name, n in (dict.fromkeys(SEGMENTS, 0) | found).items()
    }
