"""The summary: the answer that leads, reasons and steps in their order, and nothing made up where no row is."""

from __future__ import annotations

from siyu.paths import data_dir
from siyu.playbook.tasks import load_steps
from siyu.record import Both, FindingRecord
from siyu.render.report import About, Report, SectionReport
from siyu.render.summary import summarised

STEPS = load_steps(data_dir() / "playbook" / "tasks.csv")


def finding(key, section, role="headline", *, chart=None, opening=None, feeds=(), needs=()):
    value = {"name": "better", "value": 0.8, "low": 0.8, "high": 0.8, "interval_kind": "none", "unit": "ratio", "n": None,
             "definition": "win_share", "sources": ["claim:S0-09"]}  # fmt: skip
    nothing = {"kind": "none", "unit": "", "scale": "linear", "rows": []}
    return FindingRecord.model_validate(
        {"schema": 2, "key": key, "section": section, "role": role, "message_id": "It is {better}" if not needs else "It",
         "subtitle": "", "values": [] if needs else [value], "cards": {}, "chart": chart or nothing,
         "sources": ["claim:S0-09"], "caveats": [], "needs": list(needs), "feeds": list(feeds),
         **({"opening": opening} if opening else {})}
    )  # fmt: skip


def ranking(*rows):
    told = [{"code": code, "unknown": code, "both": worth} for code, worth in rows]
    return {"kind": "table", "unit": "", "scale": "linear", "rows": told, "columns": [{"key": "unknown", "label": "x"}]}


def report(*sections):
    about = About("demo", Both(en="Demo", zh="示例"), "client")
    return Report(about, "2025-12-31", sections, steps=STEPS)


def test_the_best_ranked_answer_leads_and_the_next_stands_beside():
    far = SectionReport("06_orders", findings=[finding("a", "06_orders", "answer")], lead="a", rank=3)
    near = SectionReport("07_repurchase", findings=[finding("b", "07_repurchase", "answer")], lead="b", rank=2)
    told = summarised(report(far, near))
    assert (told.answer, told.beside) == ("07_repurchase.b", "06_orders.a")
    assert told.chance.value == "better"
    assert summarised(report()) is None


def test_what_a_client_did_not_ask_for_never_leads():
    aside = SectionReport("01_evidence", findings=[finding("a", "01_evidence", "answer")], lead="a", rank=1, aside=True)
    own = SectionReport("06_orders", findings=[finding("b", "06_orders", "answer")], lead="b", rank=4)
    assert summarised(report(aside, own)).answer == "06_orders.b"


def test_reasons_are_those_the_answers_name_then_headlines_and_never_absent_ones():
    opening = {"reasons": ["gone", "second"]}
    found = [
        finding("lead", "06_orders", "answer", opening=opening),
        finding("gone", "06_orders", "absent", needs=["aov"]),
        finding("first", "06_orders"),
        finding("second", "06_orders"),
    ]
    told = summarised(report(SectionReport("06_orders", findings=found, lead="lead", rank=1)))
    assert told.reasons == ("06_orders.second", "06_orders.first")


def test_steps_are_asked_for_ranked_or_not_stated_each_once():
    opening = {"asks": ["invited_uplift"]}
    rows = ranking(("order_value", 90.0), ("aov", 50.0), ("nobody_knows", 7.0), ("friction", 0.0))
    found = [
        finding("lead", "06_orders", "answer", opening=opening),
        finding("next", "06_orders", "appendix", chart=rows, feeds=["next"]),
    ]
    told = summarised(report(SectionReport("06_orders", findings=found, lead="lead", rank=1)))
    assert [one.step.key if one.step else None for one in told.steps] == ["invite_trial", "order_export", None]
    assert told.steps[2].about == "nobody_knows"  # no row: nothing is made up
    assert told.trial.key == "invite_trial"


def test_what_the_sources_do_not_state_becomes_a_step_where_somebody_said_how():
    found = [
        finding("lead", "06_orders", "answer"),
        finding("gone", "06_orders", "absent", needs=["brand_searches", "nobody_knows"]),
    ]
    told = summarised(report(SectionReport("06_orders", findings=found, lead="lead", rank=1)))
    assert [one.step.key for one in told.steps] == ["brand_search"]
