"""From the records of the exports to the lines that an analysis of buyers stands on, step by step."""

from collections.abc import Sequence

import pandas as pd

from siyu.engines.tables import run
from siyu.figure import Absent, Figure
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames

TOTALS = ("records", "lines", "analysed")


def sieved(frames: Frames, accounts: pd.DataFrame, stored: int, free: Sequence[str] = ()) -> pd.DataFrame:
    """A row per step: label (key of `labels.STEPS`), value (int64; losses are negative), tone (`muted` for totals),
    sources.

    accounts: rows of order exports with records, ignored, quarantined. stored: lines of the newest exports.
    free: platforms whose lines of nothing are purchases, as their format says. A line that fails two steps is
    lost at the first. Steps without loss are left out.
    """
    counts = {name: int(accounts[name].sum()) for name in ("records", "ignored", "quarantined")}
    left = counts["records"] - counts["ignored"] - counts["quarantined"]
    paid = _lines(frames, free)
    found = {"records": counts["records"], **{name: -counts[name] for name in ("ignored", "quarantined")}}
    found |= {"superseded": stored - left, "lines": stored, "unpaid": int(paid["paid"]) - stored}
    found |= {"nothing_paid": -int(paid["nothing"]), "returned": -int(paid["returned"])}
    found |= {"nobody": -int(paid["nobody"]), "analysed": int(paid["analysed"])}
    rows = [
        {"label": name, "value": value, "tone": "muted" if name in TOTALS else "main", "sources": [*frames.sources]}
        for name, value in found.items()
        if value or name in TOTALS
    ]
    return pd.DataFrame(rows)


def totals(steps: pd.DataFrame, sources: tuple[str, ...]) -> dict[str, Figure | Absent]:
    """What is left at the TOTALS of `sieved`, of all records; Absent where there were none."""
    values = steps.set_index("label")["value"].astype(float)
    if not values["records"]:
        return dict.fromkeys(TOTALS, Absent(("paid_orders",)))
    n = int(values["records"])
    return {name: Figure(values[name], values[name], values[name], "count", sources=sources, n=n) for name in TOTALS}


def _lines(frames: Frames, free: Sequence[str]) -> pd.Series:
    """Counts of paid lines: paid, and of these nothing, returned, nobody, analysed; they add up."""
    if frames.orders is None:
        return pd.Series(dict.fromkeys(("paid", "nothing", "returned", "nobody", "analysed"), 0))
    lines = paid_orders(frames)
    present = (lines.paid_fen <= 0) & lines.platform.isin(list(free))
    nothing, returned = (lines.paid_fen <= 0) & ~present, (lines.paid_fen > 0) & (lines.net_fen <= 0)
    kept = present | ((lines.paid_fen > 0) & (lines.net_fen > 0))
    known = {"nobody": (kept & lines.buyer_id.isnull()).sum(), "analysed": (kept & lines.buyer_id.notnull()).sum()}
    sums = lines.aggregate(paid=lines.count(), nothing=nothing.sum(), returned=returned.sum(), **known)
    return run(sums).iloc[0].fillna(0).astype("int64")
