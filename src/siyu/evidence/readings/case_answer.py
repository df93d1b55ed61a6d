"""What a published case comes to, by what it states: a fan share, a group that was watched, or sales of single days."""

from collections.abc import Collection, Mapping

import pandas as pd

from siyu.definitions import registry
from siyu.evidence import labels
from siyu.evidence.ledger import Ledger
from siyu.evidence.readings import reliability
from siyu.figure import Absent, Figure
from siyu.messages import tables
from siyu.record import Opening
from siyu.verdict import Verdict

Told = Mapping[str, Figure | Absent]
# what a case states -> the figures of its answer, the findings that are its reasons, what to ask for next
FIGURES, REASONS, ASKS = tables(__file__, "case_answer.yml").values()
DAYS = FIGURES["days"]


def concerns(stated: Figure | Absent) -> str:
    """Kind of subject that a figure of the case is shown to: all where the case states it, else only the case itself,
    so that it reads what it leaves out; a client reads its own figure."""
    return "" if isinstance(stated, Figure) else "case"


def answer(ledger: Ledger, suspects: Collection[str], told: Told) -> Verdict:
    """The answer of a case. told: figures by the names of FIGURES; suspects: see `reliability.size`."""
    kind = "group" if isinstance(told["loss"], Figure) else "days" if isinstance(told["third"], Figure) else "fans"
    message = reliability.size(ledger, suspects, told["fan_gmv"]) if kind == "fans" else labels.CASES[kind]
    opening = Opening(reasons=REASONS[kind], turns=labels.CASE_TURNS[kind], asks=ASKS[kind])
    return Verdict(message, {name: told[name] for name in FIGURES[kind]}, labels.CASE_CARDS[kind], opening)


def day_sales(claims: pd.DataFrame) -> pd.DataFrame:
    """Sales of single days, a row per metric in the order of the ledger: label, printed, metric, day, sources.

    claims: those of the case, with a label. Empty where fewer than three metrics are told."""
    days = claims[(claims["tag"] == "figure") & (claims["unit"] == "CNY") & (claims["statistic"] == "total")]
    days = days.drop_duplicates("metric")
    told = days.assign(metric=days["metric"].map(registry().names), printed=days["as_printed"], day=days["period"])
    return told if len(told) >= len(DAYS) else told.iloc[:0]


def day_figures(days: pd.DataFrame) -> dict[str, Figure | Absent]:
    """The first three of `day_sales` by the names of DAYS."""
    if not (rows := days.to_dict("records")):
        return dict.fromkeys(DAYS, Absent(("transaction_amount",)))
    figures = [Figure(row["value"], row["value"], row["value"], "CNY", sources=tuple(row["sources"])) for row in rows]
    return dict(zip(DAYS, figures, strict=False))
