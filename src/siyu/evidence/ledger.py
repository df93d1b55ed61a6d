"""The ledger: sources, claims and conflicts loaded and checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from siyu.errors import LedgerError, Problem
from siyu.evidence.claims import Claim, load_claims
from siyu.evidence.conflicts import Conflict, load_conflicts
from siyu.evidence.sources import Source, load_sources


@dataclass(frozen=True)
class Ledger:
    """All evidence. Immutable; one instance serves a whole run."""

    sources: Mapping[str, Source]
    claims: Mapping[str, Claim]
    conflicts: Mapping[str, Conflict]

    def conflicts_of(self, claim_id: str) -> list[Conflict]:
        """Conflicts that name the claim, in ledger order."""
        return [entry for entry in self.conflicts.values() if claim_id in entry.claims]

    def grade(self, claim: Claim) -> str:
        """A to E; E when a conflict rejected the claim, else see Claim.grade."""
        return "E" if self.rejected(claim) else claim.grade(self.sources[claim.source_id])

    def case_claims(self, case: str) -> list[Claim]:
        """Claims of a case in ledger order."""
        return [claim for claim in self.claims.values() if claim.case == case]

    def rejected(self, claim: Claim) -> bool:
        """Whether a conflict adopted something else in the claim's place."""
        return any(
            entry.kind in ("rival", "reading")
            and entry.resolution in ("adopt", "judged")
            and claim.claim_id not in entry.adopted
            for entry in self.conflicts_of(claim.claim_id)
        )

    def cases(self, least: int = 3) -> list[str]:
        """Cases with at least `least` numeric figures, in ledger order."""
        counts: dict[str, int] = {}
        for claim in self.claims.values():
            if claim.tag == "figure" and claim.numeric:
                counts[claim.case] = counts.get(claim.case, 0) + 1
        return [case for case, count in counts.items() if count >= least]


def load_ledger(folder: Path) -> Ledger:
    """The ledger of a folder with sources.csv, claims.csv and conflicts.csv.

    Raises LedgerError with every problem of every file that could be read."""
    sources = load_sources(folder / "sources.csv")
    problems: list[Problem] = []
    claims: dict[str, Claim] = {}
    conflicts: dict[str, Conflict] = {}
    try:
        claims = load_claims(folder / "claims.csv", sources)
        conflicts = load_conflicts(folder / "conflicts.csv", claims, sources)
    except LedgerError as error:
        problems += error.problems
    if problems:
        raise LedgerError(problems)
    return Ledger(sources, claims, conflicts)
