"""How far a published figure carries: what is wrong with it, and the verdict that follows.

A fault is fatal or a caveat. One fatal fault makes a figure unusable; any caveat goes with it into a deck;
without either it can be cited. What a conflict has settled is a caveat no longer fatal: a garbled figure
whose reading was adopted, an opinion that outside sources bear out, a base that the context gives.
"""

import math
from collections.abc import Collection, Iterator
from datetime import date

import pandas as pd

from siyu.evidence.claims import Claim
from siyu.evidence.conflicts import Conflict
from siyu.evidence.labels import CAVEATS, FATAL, SHARES, SIZES, VERDICTS
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings.dates import claim_age
from siyu.evidence.readings.quotes import joined, quoted, title
from siyu.figure import Absent, Figure
from siyu.language import Text
from siyu.messages import msg
from siyu.record import Opening

CARRY, CAVEAT, UNUSABLE = map(str, VERDICTS)
UNDECIDED = ("open", "range")
# what the answer brings into the summary
OPENING = Opening(reasons=("case_verdicts", "reliability_map", "conflict_gaps"), asks=("case_base",))
GOOD = "ABC"  # grades a witness must have to bear out what somebody else says


def verdicts(ledger: Ledger, suspects: Collection[str], as_of: date, stale_after_months: int) -> pd.DataFrame:
    """One row per published figure, the best verdict first, else in ledger order.

    suspects: claim ids that fail an arithmetic check. stale_after_months: age in months a figure may have at
    `as_of`, counted from the earliest date it can be of.
    Columns: claim_id, source_id, case, entity_name, entity_name_zh, metric, printed (text), grade, sources
    (refs), age_low, age_high (months; NaN when undated), implausible and the keys of SHARES (bool),
    faults (codes), verdict (of VERDICTS), reasons (text or None).
    """
    figures = [claim for claim in ledger.claims.values() if claim.tag == "figure"]
    rows = [_row(claim, ledger, suspects, as_of, stale_after_months) for claim in figures]
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    return pd.DataFrame(rows).sort_values("verdict", key=lambda column: column.map(order), kind="stable")


def by_verdict(figures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """verdict -> the figures that have it, for each of VERDICTS."""
    return {verdict: figures[figures["verdict"] == verdict] for verdict in VERDICTS}


def size(ledger: Ledger, suspects: Collection[str], *told: Figure | Absent) -> Text:
    """What may be said of the size of a case, a message of SIZES: by the weakest claim that the figures rest on.

    suspects: as in `verdicts`. How old a claim is has no part in it."""
    refs = {ref for figure in told if isinstance(figure, Figure) for ref in figure.sources}
    claims = [claim for claim in ledger.claims.values() if f"claim:{claim.claim_id}" in refs]
    faults = {fault for claim in claims for fault in _faults(claim, ledger, claim.claim_id in suspects, 0, 0)}
    return str(SIZES[_verdict(faults)])


def document_shares(figures: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Share of each document's figures with each fault of SHARES; figures as `verdicts` returns them.

    Columns: source_id, label (its title and number of figures), series (of SHARES), value (0-1), sources.
    """
    rows: list[dict[str, object]] = []
    for source_id, own in figures.groupby("source_id", sort=True):
        about = {"title": title(ledger.sources[str(source_id)]), "count": {"value": len(own), "unit": "count"}}
        shared = {"source_id": source_id, "label": {"id": msg("{title} ({count})"), "args": about}}
        rows += [{**shared, "series": name, "value": own[name].mean(), "sources": ["ledger:all"]} for name in SHARES]
    return pd.DataFrame(rows)


def weakest(figures: pd.DataFrame) -> str:
    """The source with the largest share of unusable figures."""
    return str((figures["verdict"] == UNUSABLE).groupby(figures["source_id"]).mean().idxmax())


def fault_counts(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures with each fault, the commonest first; one figure may have several.

    Columns: label (fault), value (count), tone (`rival` for a fatal fault), sources."""
    counts = figures["faults"].explode().dropna().value_counts(sort=True)
    tones = ["rival" if code in FATAL else "weak" for code in counts.index]
    sources = [["ledger:all"] for _ in tones]
    return pd.DataFrame({"label": counts.index, "value": counts.to_numpy(), "tone": tones, "sources": sources})


def failures(checks: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The checks that fail: rule, label and printed (what is suspected), beside (what it was held against, or
    None), ratio, low, high, sources.

    checks: as `plausibility.check` returns them, with the rule's name as `rule`."""
    failing = checks[~checks["plausible"]]
    claims = failing["claim_id"].map(ledger.claims.__getitem__)
    return failing.assign(
        label=claims.map(lambda claim: claim.both("entity_name")),
        printed=claims.map(quoted),
        beside=failing["against"].map(lambda other: quoted(ledger.claims[other]) if other else None),
        sources=failing[["claim_id", "against"]].apply(lambda pair: [f"claim:{one}" for one in pair if one], axis=1),
    )


def fault_texts(stale_after_months: int) -> dict[str, Text]:
    """fault -> what a reader is told about it."""
    return {code: fault_text(code, stale_after_months) for code in (*FATAL, *CAVEATS)}


def having(figures: pd.DataFrame, fault: str) -> pd.DataFrame:
    """The figures with a fault."""
    return figures[figures["faults"].map(lambda codes: fault in codes)]


def fault_text(code: str, stale_after_months: int) -> Text:
    """What a reader is told about a fault."""
    text = {**FATAL, **CAVEATS}[code]
    months = {"months": {"value": stale_after_months, "unit": "months"}}
    return {"id": text, "args": months} if "{" in text else {"id": text}


def _row(claim: Claim, ledger: Ledger, suspects: Collection[str], as_of: date, limit: int) -> dict[str, object]:
    age_low, age_high = claim_age(claim, ledger, as_of)
    suspect, disputes = claim.claim_id in suspects, _disputes(claim, ledger)
    faults = list(_faults(claim, ledger, suspect, age_high, limit))
    kept = ("claim_id", "source_id", "case", "entity_name", "entity_name_zh", "metric")
    row = {name: getattr(claim, name) for name in kept} | {"printed": quoted(claim), "grade": ledger.grade(claim)}
    row |= {"sources": [f"claim:{claim.claim_id}"], "age_low": age_low, "age_high": age_high}
    disputed = any(entry.kind == "rival" or entry.resolution in UNDECIDED for entry in disputes)
    row |= {"garbled": claim.garble == "yes", "implausible": suspect, "disputed": disputed}
    row |= {"rejected": ledger.rejected(claim), "unstated": "not_stated" in (claim.denominator, claim.window)}
    row |= {"opinion": claim.kind == "author_opinion", "faults": faults, "verdict": _verdict(faults)}
    return row | {"reasons": joined(fault_text(code, limit) for code in faults)}


def _verdict(faults: Collection[str]) -> str:
    return UNUSABLE if set(faults) & set(FATAL) else CAVEAT if faults else CARRY


def _faults(claim: Claim, ledger: Ledger, suspect: bool, age_high: float, limit: int) -> Iterator[str]:
    if ledger.rejected(claim):
        yield "rejected"
        return
    disputes = _disputes(claim, ledger)
    settled = any(claim.claim_id in entry.adopted for entry in disputes if entry.kind != "definition")
    if claim.garble == "yes" or suspect:
        yield "mended" if settled else "garbled" if claim.garble == "yes" else "implausible"
    grade = ledger.sources[claim.source_id].grade
    if claim.kind == "author_opinion":
        yield "supported" if _supported(claim, ledger) else "opinion"
    elif grade not in GOOD:
        yield "hearsay"
    unstated = [name for name in ("denominator", "window") if getattr(claim, name) == "not_stated"]
    unstated = [name for name in unstated if not _settled(claim, name, ledger)]
    if unstated:
        yield "baseless" if len(unstated) == 2 else "vague"
    if claim.refunds == "not_stated":
        yield "refunds"
    if any(entry.resolution in UNDECIDED for entry in disputes):
        yield "unsettled"
    if math.isnan(age_high):
        yield "undated"
    elif age_high > limit:
        yield "stale"


def _disputes(claim: Claim, ledger: Ledger) -> list[Conflict]:
    return [entry for entry in ledger.conflicts_of(claim.claim_id) if entry.kind != "corroboration"]


def _settled(claim: Claim, field: str, ledger: Ledger) -> bool:
    """Whether a conflict between definitions tells what the claim leaves out."""
    return any(
        entry.kind == "definition" and entry.differing_field == field and entry.resolution != "open"
        and claim.claim_id in entry.adopted
        for entry in ledger.conflicts_of(claim.claim_id)
    )  # fmt: skip


def _supported(claim: Claim, ledger: Ledger) -> bool:
    """Whether good outside sources bear the figure out: in an entry on figures only, which adopts it."""
    return any(
        claim.claim_id in entry.adopted
        and any(ledger.sources[witness].grade in GOOD for witness in entry.corroboration)
        and all(ledger.claims[other].tag == "figure" for other in entry.claims)
        for entry in ledger.conflicts_of(claim.claim_id)
    )
