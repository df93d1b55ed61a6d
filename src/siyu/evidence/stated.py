"""What the claims of a case state: the figure adopted among rivals, a single claim, the one rejected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from siyu.definitions import registry
from siyu.errors import nearest
from siyu.evidence.claims import Claim
from siyu.evidence.ledger import Ledger
from siyu.figure import Absent, Figure

TYING = ("entity", "statistic")  # where claims of a conflict differ in these, they may be held against each other


@dataclass
class Stated:
    """A ledger as one case reads it."""

    ledger: Ledger
    case: str

    def figure(
        self, metric: str, statistic: str | None = None, *, entity: str | None = None, case: str | None = None
    ) -> Figure | Absent:
        """The adopted figure of a metric for the case (or another `case`), or Absent when none is stated.

        statistic narrows the choice; entity (the slug after the case's dot) is preferred where it exists.
        Rivals that a conflict keeps as a range give that range.
        Raises ValueError when more than one claim stands unresolved.
        """
        claims = self._claims(metric, statistic, entity, case)
        if not (standing := [claim for claim in claims if not self.ledger.rejected(claim)]):
            judged = [figure for claim in claims if (figure := self._judged(claim)) is not None]
            return judged[0] if judged else Absent((metric,))
        first, *others = [self._figure(claim) for claim in standing]
        for claim, other in zip(standing[1:], others, strict=True):
            if other.value == first.value:  # they agree, and both carry the figure
                sources, akin = {*first.sources, *other.sources}, {*first.akin, *other.akin}
                first = replace(first, sources=tuple(sorted(sources)), akin=tuple(sorted(akin)))
            elif self.ledger.kept_as_range(standing[0], claim):
                first = first.widened(other)  # type: ignore[assignment]
            else:
                ids = ", ".join(claim.claim_id for claim in standing)
                raise ValueError(f"{metric}: {ids} all stand; name the statistic or the entity")
        return first

    def claim(self, claim_id: str) -> Figure:
        """One claim as printed, adopted or not (to show rivals). Raises KeyError with the nearest id."""
        if claim_id not in self.ledger.claims:
            raise KeyError(f"{claim_id}: {nearest(claim_id, self.ledger.claims)}")
        return self._figure(self.ledger.claims[claim_id])

    def rival(self, metric: str, *, case: str | None = None) -> Figure | Absent:
        """The claim on this metric that a conflict rejected, as printed; Absent when there is none."""
        rejected = [claim for claim in self._claims(metric, case=case) if self.ledger.rejected(claim)]
        return self._figure(rejected[0]) if rejected else Absent((metric,))

    @staticmethod
    def names(claims: pd.DataFrame) -> pd.Series:
        """Row labels for a frame of claims: entity and metric, in both languages."""
        metrics = claims["metric"].map(registry().metrics.__getitem__)
        told = zip(claims["entity_name"], claims["entity_name_zh"], metrics, strict=True)
        names = [{"en": f"{en}: {metric.en}", "zh": f"{zh}：{metric.zh}"} for en, zh, metric in told]
        return pd.Series(names, claims.index)

    def frame(self, claims: Iterable[Claim]) -> pd.DataFrame:
        """One claim per row: the ledger's columns, grade, rejected (bool), ref and sources [ref]."""
        ledger, rows = self.ledger, []
        for claim in claims:
            about = {"case": claim.case, "grade": ledger.grade(claim), "rejected": ledger.rejected(claim)}
            rows.append({**claim.model_dump(), **about, "ref": (ref := f"claim:{claim.claim_id}"), "sources": [ref]})
        return pd.DataFrame(rows)

    def _claims(
        self, metric: str, statistic: str | None = None, entity: str | None = None, case: str | None = None
    ) -> list[Claim]:  # fmt: skip
        case = case or self.case
        claims = [claim for claim in self.ledger.stated(case, metric) if statistic in (None, claim.statistic)]
        return [claim for claim in claims if entity and claim.entity == f"{case}.{entity}"] or claims

    def _figure(self, claim: Claim) -> Figure:
        low, value, high = claim.span
        return self._of_claim(claim, value, low, high)

    def _judged(self, claim: Claim) -> Figure | None:
        for entry in self.ledger.conflicts_of(claim.claim_id):
            if entry.resolution == "judged" and entry.judged:
                low, high = entry.judged
                return self._of_claim(claim, (low + high) / 2, low, high, f"conflict:{entry.conflict_id}")
        return None

    def _of_claim(self, claim: Claim, value: float, low: float, high: float, *more: str) -> Figure:
        kind, refs = "claim_range" if low < high else "none", (f"claim:{claim.claim_id}", *more)
        akin = tuple(
            (f"claim:{claim.claim_id}", f"claim:{other}", f"conflict:{entry.conflict_id}")
            for entry in self.ledger.conflicts_of(claim.claim_id)
            if entry.differing_field in TYING and entry.resolution == "both"
            for other in entry.claims
        )
        return Figure(value, low, high, claim.unit, kind, claim.metric, refs, 1, entity=claim.entity, akin=akin)
