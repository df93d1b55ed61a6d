"""Plausibility: arithmetic between printed figures that a garbled one cannot survive.

Rules are data (`data/evidence/plausibility.csv`): a ratio of two metrics, or one value, with the bounds it
should keep; and dates no later than the page that prints them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

import pandas as pd
from pydantic import model_validator

from siyu.definitions import registry
from siyu.evidence.claims import Claim
from siyu.evidence.ledger import Ledger
from siyu.evidence.table import Faults, Row, read_table

COLUMNS = ("rule_id", "claim_id", "against", "ratio", "low", "high", "plausible")


class Rule(Row):
    """kind `ratio`: numerator / denominator within low..high, the suspect named; `bound`: the numerator
    itself within low..high; `published`: a date no later than its source.

    *_entity: the entity meant (or one above it); without it any entity, for a denominator of the same case.
    """

    rule_id: str
    name: str
    name_zh: str
    kind: Literal["ratio", "bound", "published"]
    numerator: str | None = None
    numerator_entity: str | None = None
    numerator_statistic: str | None = None
    denominator: str | None = None
    denominator_entity: str | None = None
    suspect: Literal["numerator", "denominator"] = "numerator"
    low: float | None = None
    high: float | None = None
    rationale: str
    rationale_zh: str
    source: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "ratio" and not (self.numerator and self.denominator):
            raise ValueError("a numerator and a denominator for a ratio")
        if self.kind != "published" and self.low is None and self.high is None:
            raise ValueError("low, high or both")
        return self


def load_rules(path: Path, ledger: Ledger) -> list[Rule]:
    """Rules in file order. Raises LedgerError for unknown metrics or sources, all at once."""
    faults, rules = Faults(path), read_table(path, Rule)
    for rule in rules:
        faults.unknown(rule, "numerator", registry().metrics.rows)
        faults.unknown(rule, "denominator", registry().metrics.rows)
        faults.unknown(rule, "source", ledger.sources)
    faults.end()
    return rules


def check(ledger: Ledger, rules: list[Rule]) -> pd.DataFrame:
    """One row per rule and claim under suspicion: the ratio found, the bounds, whether it is plausible.

    Columns: rule_id, claim_id, against (claim id or ""), ratio (float64), low, high, plausible (bool), case, rule
    (its name), sources.
    Claims a conflict rejected are checked too: the check must find them without being told.
    """
    rows = [dict(zip(COLUMNS, row, strict=True)) for rule in rules for row in _rows(rule, ledger)]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.assign(
        case=found["claim_id"].map(lambda claim_id: ledger.claims[claim_id].case),
        rule=found["rule_id"].map({rule.rule_id: rule.both("name") for rule in rules}),
        sources=found["claim_id"].map(lambda claim_id: [f"claim:{claim_id}"]),
    )


def _rows(rule: Rule, ledger: Ledger) -> Iterator[tuple[object, ...]]:
    if rule.kind == "published":
        for claim in ledger.claims.values():
            published = ledger.sources[claim.source_id].published
            said = str(claim.value) if claim.unit == "date" else claim.period_from
            if published and said and said[:4].isdigit():
                late = float(int(said[:4]) - int(published[:4]))
                in_time = said[: len(published)] <= published[: len(said)]  # as precise as both are
                yield rule.rule_id, claim.claim_id, "", late, None, 0.0, in_time
        return
    for claim in _claims(ledger, rule.numerator, rule.numerator_entity, rule.numerator_statistic):
        if rule.kind == "bound":
            yield _row(rule, claim, "", claim.span[1])
            continue
        for other in _claims(ledger, rule.denominator, rule.denominator_entity or claim.case):
            if other.span[1] and other.claim_id != claim.claim_id and other.statistic != "peak":
                suspect, against = (claim, other) if rule.suspect == "numerator" else (other, claim)
                yield _row(rule, suspect, against.claim_id, claim.span[1] / other.span[1])


def _claims(ledger: Ledger, metric: str | None, entity: str | None, statistic: str | None = None) -> list[Claim]:
    def fits(claim: Claim) -> bool:
        asked = claim.metric == metric and claim.numeric and statistic in (None, claim.statistic)
        return asked and (entity is None or f"{claim.entity}.".startswith(f"{entity}."))

    return ledger.claims.fitting(fits, entity.partition(".")[0] if entity else "")


def _row(rule: Rule, claim: Claim, against: str, ratio: float) -> tuple[object, ...]:
    inside = (rule.low is None or ratio >= rule.low) and (rule.high is None or ratio <= rule.high)
    return rule.rule_id, claim.claim_id, against, ratio, rule.low, rule.high, inside
