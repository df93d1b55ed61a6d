"""Repurchase and the comparison of group members as findings show them: figures by code, absent where unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from siyu.figure import Absent, Figure, or_absent
from siyu.orders import labels, reported
from siyu.orders.counts import first_gaps
from siyu.orders.experiment import shown
from siyu.orders.experiment.effects import Trial
from siyu.orders.frames import Frames
from siyu.orders.groups.uplift import Uplift, uplift
from siyu.orders.metrics import figures_of
from siyu.orders.repurchase import WINDOWS, followed_to, survival, within
from siyu.record import Opening
from siyu.verdict import Verdict

RATES = ("repurchase_rate", "repurchase_rate_orders", "repeat_order_share", "return_purchase_rate", "repurchase_90d")
CURVE = (7, 14, 30, 60, 90, 120, 180, 240, 300, 360)
UNITS = {f"within_{days}": "ratio" for days in WINDOWS}  # of `cohort_table`
PARTS = {
    "difference": "group_uplift", "joined": "joined_repeat_share", "others": "joined_repeat_share",
    "members": "naive_repeat_share", "never": "naive_repeat_share", "placebo": "group_placebo",
    "selection": "selection_multiple", "before": "placebo_multiple", "detectable": "detectable_uplift",
    "hazard": "group_hazard_ratio", "pace": "group_pace", "pace_by_quarter": "group_pace_by_quarter",
    "dip": "group_pace_before",
}  # fmt: skip


def rates(frames: Frames, k: int = 0) -> dict[str, Figure | Absent]:
    """Repurchase under the definitions of RATES: of the last year, of the last two quarters, of a fixed follow-up."""
    return figures_of(RATES, frames, k)


def ends(figures: Mapping[str, Figure | Absent]) -> tuple[Figure | Absent, Figure | Absent]:
    """Least and greatest of the rates, each as a point."""
    return reported.ends(figures.values(), "repurchase_rate")


def cohort_table(frames: Frames, k: int = 0) -> pd.DataFrame:
    """A row per month of first purchase: month (ISO text in both languages), buyers, within_<days> (share, null
    while not all have been followed), early (the record begins less than the longest window before), sources."""
    rows: dict[str, dict[str, object]] = {}
    for cohort in within(frames, k=k)[1]:
        month = f"{cohort.month:%Y-%m}"
        first = {"month": {"en": month, "zh": month}, "buyers": cohort.n, "early": False}
        row = rows.setdefault(month, {**first, "sources": list(frames.sources)})
        row[f"within_{cohort.window_days}"] = None if cohort.again is None else cohort.again.value
        row["early"] = row["early"] or cohort.left_truncated
    columns = ["month", "buyers", *(f"within_{days}" for days in WINDOWS), "early", "sources"]
    return pd.DataFrame(list(rows.values()), columns=columns)


def curves(frames: Frames, k: int = 0) -> dict[str, list[tuple[float, Figure | Absent]]]:
    """Share who have bought again by so many days after the first purchase: `corrected` by Kaplan-Meier, and `plain`
    over all buyers however long they were followed, which misses what is still to come."""
    gaps = first_gaps(frames, CURVE[-1])
    n = int(gaps[..., 0].sum())
    days = [day for day, shown in zip(CURVE, followed_to(gaps, CURVE, k), strict=True) if shown]
    bought = gaps.sum(0)[:, 1].cumsum()
    found: dict[str, list[tuple[float, Figure | Absent]]] = {"corrected": [], "plain": []}
    for day in days:
        held = survival(gaps, day).figure("repurchase_by_day", n, frames.sources)
        raw = Figure.exact(float(bought[day]) / n, "repurchase_by_day_raw", frames.sources, n)
        found["corrected"].append((float(day), or_absent(held, "repurchase_by_day")))
        found["plain"].append((float(day), raw))
    return found


def at_day(points: Sequence[tuple[float, Figure | Absent]], day: int) -> Figure | Absent:
    """The figure of a curve at one of the days of CURVE."""
    return dict(points).get(float(day), Absent(("repurchase_by_day",)))


def member_shares(frames: Frames, k: int = 0) -> dict[str, Figure | Absent]:
    """GMV share of members at the order (`member_gmv_share`) and of those ever in a group, all months together."""
    return figures_of(("member_gmv_share", "member_gmv_share_ever"), frames, k)


def compared(frames: Frames, k: int = 0) -> Uplift | None:
    """The comparison of members, None without a table of them or without buyers."""
    return uplift(frames, k=k) if frames.members is not None and frames.buyers else None


def parts(found: Uplift | None) -> dict[str, Figure | Absent]:
    """The figures of a comparison by their names there, each Absent when it cannot be had."""
    return {name: or_absent(getattr(found, name, None), key) for name, key in PARTS.items()}


def contrasts(found: Uplift | None) -> dict[str, dict[str, Figure | Absent]]:
    """Shares who bought again, `others` beside `members`: `ever`, as usually compared, and compared `alike`."""
    own = parts(found)
    return {
        "ever": {"others": own["never"], "members": own["members"]},
        "alike": {"others": own["others"], "members": own["joined"]},
    }


def known(figures: Mapping[str, Figure | Absent]) -> dict[str, Figure | Absent]:
    """Those that could be computed."""
    return {name: figure for name, figure in figures.items() if isinstance(figure, Figure)}


def only(figures: Mapping[str, Figure | Absent], *names: str) -> dict[str, Figure | Absent]:
    """Those named, in this order."""
    return {name: figures[name] for name in names}


def verdict(found: Uplift | None) -> Verdict:
    """What may be said of a comparison, with the figures that could be computed; see `Uplift.message`."""
    figures = parts(found)
    message = labels.GROUP_VERDICTS["too_few"] if found is None else found.message
    return Verdict(message, {"difference": figures["difference"], **known(figures)})


def answer(found: Uplift | None, within: Figure | Absent, by_lot: Trial | None = None) -> Verdict:
    """Do members really buy again? By lot where that can be read, else by the comparison, or, without a table of
    members, how many do at all.

    within: first-time buyers who buy again within a quarter."""
    if by_lot is not None and by_lot.difference is not None:
        return replace(shown.verdict(by_lot), opening=Opening(reasons=("invited_uplift", "repurchase_definitions")))
    if found is None:
        reasons = ("repurchase_definitions", "repurchase_cohorts", "repurchase_censoring")
        opening = Opening(reasons=reasons, turns=(labels.TURNS["list"],), asks=("group_members", "invited_uplift"))
        return Verdict(labels.WITHOUT_MEMBERS, {"within": within}, labels.WITHIN_CARDS, opening)
    held = only(parts(found), *labels.GROUP_CARDS, *(("detectable",) if found.verdict == "no_difference" else ()))
    turns, asks = (labels.TURNS["lot"],), ("invited_uplift",)
    opening = Opening(reasons=("group_uplift", "repurchase_definitions"), turns=turns, asks=asks)
    return Verdict(labels.GROUP_ANSWERS[found.verdict], held, labels.GROUP_CARDS, opening)
