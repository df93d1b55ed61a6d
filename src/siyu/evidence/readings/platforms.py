"""Sizes of the platforms as published, with their dates."""

import math
from collections.abc import Mapping
from datetime import date

import pandas as pd

from siyu.definitions import registry
from siyu.evidence.claims import Claim
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings.dates import claim_age
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.messages import msg

METRICS = ("mau", "dau", "daily_users")


def sizes(ledger: Ledger, as_of: date, stale_after_months: int) -> pd.DataFrame:
    """One row per count of a platform's users that stands and is not garbled, by platform and size.

    Columns: label (what, when, how old), platform, value (people), age_low, age_high (months, NaN for none),
    stale (bool: undated, or older than stale_after_months at the earliest date it can be of), tone, sources.
    """
    rows = []
    for claim in ledger.claims.values():
        if claim.metric not in METRICS or claim.garble == "yes" or ledger.rejected(claim):
            continue
        low, high = claim_age(claim, ledger, as_of)
        stale = math.isnan(high) or high > stale_after_months
        about = {"platform": claim.case, "value": claim.span[1], "age_low": low, "age_high": high, "stale": stale}
        about |= {"tone": "muted" if stale else "main", "sources": [f"claim:{claim.claim_id}"]}
        rows.append({"label": _label(claim, low, high, stale), **about})
    frame = pd.DataFrame(rows)
    return frame.sort_values(["platform", "value"], ascending=[True, False], kind="stable", ignore_index=True)


def named(figures: Mapping[str, Figure | Absent], key: str) -> dict[str, Figure | Absent]:
    """The same figures as metric `key`."""
    return {code: figure.named(key) for code, figure in figures.items()}


def _label(claim: Claim, low: float, high: float, stale: bool) -> Text:
    metric = registry().metrics[claim.metric]
    # the entity of a feature says what is counted; that of a platform does not
    name = claim.both("entity_name")
    if claim.metric != "daily_users":
        name = {"en": f"{claim.entity_name}, {metric.en}", "zh": f"{claim.entity_name_zh}{metric.zh}"}
    if math.isnan(high):
        return {"id": msg("{name}: undated"), "args": {"name": name}}
    ends = dict.fromkeys((end or "")[:7] for end in (claim.period_from, claim.period_to))
    when = "–".join(end for end in ends if end)
    months = {"value": high, "low": low, "high": high, "unit": "months"}
    text = (
        msg("{name}, {date}: {age:# month|# months} old, stale")
        if stale
        else msg("{name}, {date}: {age:# month|# months} old")
    )
    return {"id": text, "args": {"name": name, "date": {"en": when, "zh": when}, "age": months}}
