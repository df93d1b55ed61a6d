"""Conflicts between claims: which claims differ, how, what was adopted and why."""

from collections.abc import Collection, Iterable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Literal

from siyu.evidence.claims import Claim
from siyu.evidence.table import Faults, Row, Words, read_table

Field = Literal["statistic", "entity", "denominator", "window", "basis", "period", "scope", "unit", "metric"]


class Conflict(Row):
    """kind: rival (same entity, metric, statistic, period, different values), definition (not comparable;
    differing_field says why), reading (one claim, as printed against as judged), corroboration (agree)."""

    conflict_id: str
    kind: Literal["rival", "definition", "reading", "corroboration"]
    topic: str
    topic_zh: str
    claims: Words
    adopted: Words = ()
    adopted_low: float | None = None
    adopted_high: float | None = None
    resolution: Literal["adopt", "range", "both", "judged", "open", "agree"]
    differing_field: Field | None = None
    reason: str
    reason_zh: str
    corroboration: Words = ()
    confidence: Literal["high", "medium", "low", "open"]

    @property
    def judged(self) -> tuple[float, float] | None:
        """(low, high) of the figure that was judged in place of what is printed."""
        if self.adopted_low is None:
            return None
        return self.adopted_low, self.adopted_low if self.adopted_high is None else self.adopted_high


def rivals(claims: Iterable[Claim]) -> list[tuple[Claim, Claim]]:
    """Pairs of figures on the same entity, metric and statistic whose periods overlap and values differ."""
    groups: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in claims:
        if claim.tag == "figure" and claim.numeric:
            groups.setdefault((claim.entity, claim.metric, claim.statistic), []).append(claim)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    return [(a, b) for a, b in pairs if a.printed != b.printed and a.overlaps(b)]


def load_conflicts(path: Path, claims: dict[str, Claim], sources: Collection[str] = ()) -> dict[str, Conflict]:
    """conflict_id -> Conflict. Raises LedgerError with all problems at once: unknown ids, rivals without
    an entry, entries that are stale (their claims agree, or the adopted one is not among them)."""
    faults, entries = Faults(path), read_table(path, Conflict)
    for entry in entries:
        _look(faults, entry, claims, sources)
    # claims that rival each other are of one entity
    telling = (entry for entry in entries if entry.differing_field != "entity")
    covered = {frozenset(pair) for entry in telling for pair in combinations(entry.claims, 2)}
    for a, b in rivals(claims.values()):
        if frozenset((a.claim_id, b.claim_id)) not in covered:
            found = f"{a.claim_id} prints {a.as_printed}, {b.claim_id} prints {b.as_printed}"
            step = "Add a conflict with its resolution, or tell the claims apart by entity or statistic."
            faults.add(None, "claims", found, "an entry that resolves these rivals", step)
    return faults.by_id(entries, "conflict_id", "conflict")


def _look(faults: Faults, entry: Conflict, claims: dict[str, Claim], sources: Collection[str]) -> None:
    add = partial(faults.add, entry)
    faults.unknown(entry, "claims", claims, "a claim of claims.csv")
    faults.unknown(entry, "adopted", claims, "a claim of claims.csv")
    faults.unknown(entry, "corroboration", sources, "a source of sources.csv")
    for claim_id in set(entry.adopted) - set(entry.claims):
        add("adopted", claim_id, f"one of {' '.join(entry.claims)}", "Adopt a claim of this conflict, or add it.")
    if entry.kind == "definition" and entry.differing_field is None:
        add("differing_field", "nothing", "the field in which the definitions differ", "Name it, or use kind rival.")
    if entry.resolution == "adopt" and not entry.adopted:
        add("adopted", "nothing", "the claim that stands", "Name it, or use resolution open.")
    if entry.resolution == "judged" and entry.adopted_low is None and entry.kind == "rival":
        add("adopted_low", "nothing", "the judged figure", "Give adopted_low and adopted_high.")
    own = [claims[claim_id] for claim_id in entry.claims if claim_id in claims]
    if entry.kind == "rival" and len(own) > 1 and not any(a.printed != b.printed for a, b in combinations(own, 2)):
        agree = f"{' '.join(entry.claims)} agree"
        add("claims", agree, "claims that differ", "Stale: delete it or make it corroboration.")
