"""A section describes itself: what follows from that, and what is refused."""

import json

import pytest
import yaml

from siyu.errors import UsageError
from siyu.paths import notebooks_dir
from siyu.record import Both, FindingRecord
from siyu.render.outline import outline
from siyu.render.report import About, Report, SectionReport
from siyu.runs.ask import sections
from siyu.runs.ask.lint import lint
from siyu.runs.ask.profile import LAST, Profile, profile_of

GOOD = {
    "question": {"en": "Why?", "zh": "为什么？"},
    "kinds": ["client"],
    "currency": "any",
    "needs": ["orders|sessions", "buyers"],
    "lead": {"finding": "answer", "rank": {"client": 2}},
}


def problem(change):
    with pytest.raises(UsageError) as caught:
        profile_of({"siyu": GOOD | change}, "notebooks/10_new.ipynb")
    return str(caught.value)


def test_a_profile_says_where_it_stands():
    profile = profile_of({"siyu": GOOD}, "x")
    assert (profile.rank("client"), profile.rank("case")) == (2, LAST)
    assert not profile.shareable


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": {"en": "Why?"}}, "metadata.siyu.question.zh"),
        ({"kinds": ["clients"]}, "'case' or 'client'"),
        ({"kinds": []}, "metadata.siyu.kinds"),
        ({"currency": "USD"}, "'CNY' or 'any'"),
        ({"needs": ["order"]}, "Did you mean orders"),
        ({"lead": {"finding": "answer", "rank": {"client": 0}}}, "metadata.siyu.lead.rank.client"),
        ({"sharable": True}, "metadata.siyu.sharable"),
    ],
)
def test_a_faulty_profile_is_refused_with_its_place(change, said):
    assert said in problem(change)
    assert "notebooks/10_new.ipynb" in problem(change)


def test_a_section_that_says_nothing_of_itself_is_refused(project):
    path = project.notebooks / "02_case_study.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["metadata"]["siyu"]
    path.write_text(json.dumps(content), encoding="utf-8")
    sections.notebooks.cache_clear()
    with pytest.raises(UsageError, match=r"metadata\.siyu"):
        sections.notebooks()


def test_a_lead_that_the_notebook_does_not_make_is_refused(project):
    content = project.tiny.notebook("01_evidence")
    content["metadata"]["siyu"] |= {"lead": {"finding": "buyer", "rank": {"case": 1}}}
    (project.notebooks / "01_evidence.ipynb").write_text(json.dumps(content), encoding="utf-8")
    sections.notebooks.cache_clear()
    with pytest.raises(UsageError, match="Did you mean buyers"):
        lint(sections.notebooks())


def test_planned_sections_are_named_where_they_would_not_be_run(project):
    (project.notebooks / "planned.yml").write_text(yaml.safe_dump({"05_growth": GOOD}), encoding="utf-8")
    assert sections.applicable("case", "CNY")["05_growth"] == sections.NOT_FOR["case"]
    assert "05_growth" not in sections.applicable("client", "CNY")
    project.notebook("05_growth", kinds=["case", "client"])
    assert sections.applicable("case", "CNY")["05_growth"] == ""


def test_a_changed_question_is_rendered_anew_and_executes_nothing(project):
    [before] = project.plan("alpha")
    key = before.key({})
    project.notebook("02_case_study", question={"en": "Or what?", "zh": "又如何？"})
    [after] = project.plan("alpha")
    assert [one.around for one in after.sections] == [one.around for one in before.sections]
    assert after.key({}) != key


def test_the_bundled_sections_follow_the_report_plan():
    named = list(sections.profiles())
    assert [name[:2] for name in named] == [f"{number:02}" for number in range(1, 10)]
    assert set(yaml.safe_load((notebooks_dir() / "planned.yml").read_text(encoding="utf-8"))) == set(named) - set(
        sections.notebooks()
    )
    case = sections.applicable("case", "CNY")
    assert [name for name, obstacle in case.items() if not obstacle] == named[:4]
    assert set(case) == set(named)
    assert [name for name, why in sections.applicable("client", "USD").items() if not why] == [
        "06_orders",
        "07_repurchase",
        "08_customer_value",
    ]


BRAND = About("brand", Both(en="A brand", zh="某品牌"), "client")


def answer(key):
    return FindingRecord.model_construct(
        section="01_evidence", key=key, role="answer", feeds=(), values=(), opening=None, needs=()
    )


def test_the_answer_of_the_best_rank_leads_whatever_it_is_called():
    first, second = ("renamed", "second")
    told = [
        SectionReport("02_case_study", findings=[answer("second")], lead="second", rank=4),
        SectionReport("07_repurchase", findings=[answer("renamed")], lead="renamed", rank=2),
        SectionReport("01_evidence", findings=[answer("third")]),
    ]
    assert outline(Report(BRAND, "2021-08-31", told)).lead.finding.key == first
    assert outline(Report(BRAND, "2021-08-31", told[::2])).lead.finding.key == second
    assert isinstance(sections.profiles()["07_repurchase"], Profile)
