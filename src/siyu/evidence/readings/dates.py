"""How old a published figure is at the date a report speaks for."""

import math
from datetime import date

from siyu.evidence.claims import Claim
from siyu.evidence.ledger import Ledger
from siyu.figure import Absent, Figure


def age(figure: Figure | Absent, ledger: Ledger, as_of: date) -> Figure | Absent:
    """Months from the date of a figure's claims to `as_of`; a range where the source leaves the date open.

    Absent when no claim behind it is dated."""
    if isinstance(figure, Absent):
        return figure
    claims = [ledger.claims[ref.partition(":")[2]] for ref in figure.sources if ref.startswith("claim:")]
    ages = [months for claim in claims for months in claim_age(claim, ledger, as_of) if not math.isnan(months)]
    if not ages:
        return Absent(("publication_date",))
    kind = "claim_range" if min(ages) < max(ages) else "none"
    return Figure(max(ages), min(ages), max(ages), "months", kind, "age", figure.sources, n=len(claims))


def claim_age(claim: Claim, ledger: Ledger, as_of: date) -> tuple[float, float]:
    """(least, most) whole months between the claim's period and `as_of`, none below zero.

    NaN where no date is stated, or one later than the page that prints it."""
    published = ledger.sources[claim.source_id].published or "9999"
    start, end = claim.period_from or claim.period_to, claim.period_to or claim.period_from
    if not start or not end or start[: len(published)] > published[: len(start)]:
        return math.nan, math.nan
    return _months(end, as_of), _months(start, as_of)


def _months(period: str, as_of: date) -> float:
    """A year alone counts from its end."""
    year, month = int(period[:4]), int(period[5:7] or 12)
    return float(max((as_of.year - year) * 12 + as_of.month - month, 0))
