"""What the conflicts of the ledger come to: in words, and how far printed figures lie from adopted ones."""

import math

import pandas as pd

from siyu.evidence.claims import Claim
from siyu.evidence.conflicts import Conflict
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings.quotes import joined, quoted
from siyu.figure import Figure
from siyu.language import Text
from siyu.messages import msg


def disputes(ledger: Ledger) -> pd.DataFrame:
    """One row per conflict, in ledger order.

    Columns: conflict_id, kind, confidence, topic (text), sort (of labels.KINDS), printed, adopted (texts; None when
    nothing is), outcome (of labels.OUTCOMES), reason (text), sources (refs of the claims)."""
    rows = []
    for entry in ledger.conflicts.values():
        claims = [ledger.claims[claim_id] for claim_id in entry.claims]
        row: dict[str, object] = {"conflict_id": entry.conflict_id, "kind": entry.kind, "confidence": entry.confidence}
        row |= {"topic": entry.both("topic"), "sort": entry.kind, "printed": joined(map(quoted, claims))}
        row |= {"adopted": _adopted_text(entry, claims), "outcome": entry.resolution, "reason": entry.both("reason")}
        rows.append({**row, "sources": [f"claim:{claim_id}" for claim_id in entry.claims]})
    return pd.DataFrame(rows)


def gaps(ledger: Ledger) -> pd.DataFrame:
    """Printed over adopted, for every conflict about a number that has an adopted one to compare with.

    One row per conflict, the widest first: conflict_id, label (topic and what was adopted), value (the
    printing furthest from the adopted), low, high (where either figure is a range), factor
    (how many times too large or too small, >= 1), topic, reason (texts), tone (`weak` where a range is kept),
    interval_kind, definition, sources. Left out: conflicts between definitions, whose figures are not
    compared; zeros; and those where the number itself is not in doubt.
    """
    rows = []
    for entry in ledger.conflicts.values():
        adopted = _adopted(entry, ledger)
        others = _printed(entry, ledger, adopted) if adopted else []
        if adopted is None or not others:
            continue
        ratios = [end / point for other in others for end in other for point in (adopted[0], adopted[1])]
        if set(ratios) == {1.0}:
            continue
        furthest, topic = max(ratios, key=lambda ratio: abs(math.log(ratio))), entry.both("topic")
        label = {"id": msg("{topic}: {adopted} adopted"), "args": {"topic": topic, "adopted": _number(*adopted)}}
        row: dict[str, object] = {"conflict_id": entry.conflict_id, "label": label}
        row |= {"value": furthest, "low": min(ratios), "high": max(ratios), "factor": max(furthest, 1 / furthest)}
        row |= {"topic": topic, "reason": entry.both("reason"), "definition": "printed_over_adopted"}
        row |= {"interval_kind": "claim_range" if min(ratios) < max(ratios) else "none"}
        row |= {"tone": "weak" if entry.resolution == "range" else "rival"}
        sources = [f"conflict:{entry.conflict_id}", *(f"claim:{claim_id}" for claim_id in entry.claims)]
        rows.append({**row, "sources": sources})
    return pd.DataFrame(rows).sort_values("factor", ascending=False, kind="stable", ignore_index=True)


def widest(gaps: pd.DataFrame) -> Figure:
    """The largest factor between printed and adopted, with its sources; gaps as `gaps` returns them."""
    first = gaps.iloc[0]
    return Figure.exact(float(first["factor"]), "printed_over_adopted", tuple(first["sources"]))


def _adopted(entry: Conflict, ledger: Ledger) -> tuple[float, float, str] | None:
    """(low, high, unit) of the figure a conflict adopted."""
    if entry.kind not in ("rival", "reading"):
        return None
    figures = [claim for claim_id in entry.claims if (claim := ledger.claims[claim_id]).tag == "figure"]
    if entry.judged and figures:
        return *entry.judged, figures[0].unit
    standing = [claim for claim in figures if claim.claim_id in entry.adopted and claim.span[1] > 0]
    if not standing or len({claim.unit for claim in standing}) > 1:
        return None
    values = [claim.span[1] for claim in standing]
    return min(values), max(values), standing[0].unit


def _printed(entry: Conflict, ledger: Ledger, adopted: tuple[float, float, str]) -> list[tuple[float, float]]:
    """(low, high) of what the adopted figure stands against: the rejected, or all where one was judged."""
    claims = [ledger.claims[claim_id] for claim_id in entry.claims]
    if not entry.judged:
        claims = [claim for claim in claims if claim.claim_id not in entry.adopted]
    figures = [claim for claim in claims if claim.tag == "figure" and claim.unit == adopted[2]]
    spans = [(claim.value is None, *claim.span) for claim in figures if claim.span[1] > 0]
    # an upper bound by its figure, as nothing smaller is printed
    return [(low, high) if ranged else (value, value) for ranged, low, value, high in spans]


def _adopted_text(entry: Conflict, claims: list[Claim]) -> Text | None:
    if entry.judged:
        return {"id": "{adopted}", "args": {"adopted": _number(*entry.judged, claims[0].unit)}}
    return joined(quoted(claim) for claim in claims if claim.claim_id in entry.adopted)


def _number(low: float, high: float, unit: str) -> dict[str, object]:
    return {"value": low, "low": low, "high": high, "unit": unit}
