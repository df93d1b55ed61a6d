"""The ledger: sources, claims and conflicts loaded and checked together."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from siyu.evidence.claims import Claim, load_claims
from siyu.evidence.conflicts import Conflict, load_conflicts
from siyu.evidence.sources import Source, load_sources
from siyu.paths import address
from siyu.reads import Shelf


@dataclass(frozen=True)
class Ledger:
    """All evidence. Immutable; one instance serves a whole run."""

    sources: Shelf[Source]
    claims: Shelf[Claim]
    conflicts: Shelf[Conflict]

    def conflicts_of(self, claim_id: str) -> list[Conflict]:
        """Conflicts that name the claim, in ledger order."""
        return self.conflicts.fitting(lambda entry: claim_id in entry.claims, claim_id)

    def grade(self, claim: Claim) -> str:
        """A to E; E when a conflict rejected the claim, else see Claim.grade."""
        return "E" if self.rejected(claim) else claim.grade(self.sources[claim.source_id])

    def case_claims(self, case: str) -> list[Claim]:
        """Claims of a case in ledger order."""
        return self.claims.fitting(lambda claim: claim.case == case, case)

    def ids(self, case: str) -> list[str]:
        """Ids of the claims of a case; none of them counts as read."""
        self.claims.look(case)
        return [key for key, claim in self.claims.rows.items() if claim.case == case]

    def stated(self, case: str, metric: str) -> list[Claim]:
        """Numeric claims of a case on a metric, in ledger order."""
        return self.claims.fitting(lambda one: one.case == case and one.metric == metric and one.numeric, case)

    def rejected(self, claim: Claim) -> bool:
        """Whether a conflict adopted something else in the claim's place."""
        return any(
            entry.kind in ("rival", "reading")
            and entry.resolution in ("adopt", "judged")
            and claim.claim_id not in entry.adopted
            for entry in self.conflicts_of(claim.claim_id)
        )

    def kept_as_range(self, a: Claim, b: Claim) -> bool:
        """Whether a conflict keeps both claims."""
        entries = self.conflicts_of(a.claim_id)
        return any(b.claim_id in entry.claims and entry.resolution in ("range", "both", "open") for entry in entries)

    def cases(self, least: int = 3) -> list[str]:
        """Cases with at least `least` numeric figures, in ledger order."""
        figures = (claim for claim in self.claims.rows.values() if claim.tag == "figure" and claim.numeric)
        return [case for case, count in Counter(claim.case for claim in figures).items() if count >= least]


def load_ledger(folder: Path) -> Ledger:
    """The ledger of a folder with sources.csv, claims.csv and conflicts.csv.

    Raises LedgerError with every problem of the first file that has any."""
    sources = load_sources(folder / "sources.csv")
    claims = load_claims(folder / "claims.csv", sources)
    conflicts = load_conflicts(folder / "conflicts.csv", claims, sources)
    files = [(address(folder / f"{name}.csv"),) for name in ("sources", "claims", "conflicts")]
    return Ledger(Shelf(sources, files[0]), Shelf(claims, files[1]), Shelf(conflicts, files[2]))
