"""Each case leads with what it states itself."""

from __future__ import annotations

import pandas as pd

from siyu.evidence.readings import case_answer
from siyu.figure import Absent, Figure

GONE = Absent(("gmv",))
NOTHING = {name: GONE for names in case_answer.FIGURES.values() for name in names}
ONE = Figure(1, 1, 1, "CNY")


def sales(*metrics):
    rows = [
        {"tag": "figure", "unit": "CNY", "statistic": "total", "metric": metric, "as_printed": "1亿", "period": "2021",
         "value": 1e8, "sources": ["claim:S2-14"]}
        for metric in metrics
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_group_that_was_watched_leads_before_anything_else():
    told = case_answer.answer(None, (), {**NOTHING, "loss": ONE, "third": ONE})
    assert told.opening.reasons[0] == "group_loss"


def test_three_metrics_are_named_and_never_ranked():
    days = case_answer.day_sales(sales("transaction_amount", "payment_amount", "gmv", "gmv"))
    assert list(days["metric"].map(lambda name: name["en"])) == [
        "transaction amount",
        "payments",
        "gross merchandise value",
    ]
    told = case_answer.answer(None, (), {**NOTHING, **case_answer.day_figures(days)})
    assert told.opening.reasons[0] == "day_sales"


def test_two_metrics_are_no_answer():
    assert case_answer.day_sales(sales("gmv", "gmv", "payment_amount")).empty
    assert isinstance(case_answer.day_figures(pd.DataFrame())["first"], Absent)


def test_a_client_is_not_told_what_its_case_leaves_out():
    assert (case_answer.concerns(ONE), case_answer.concerns(GONE)) == ("", "case")
