from __future__ import annotations

import pytest

from siyu.errors import UsageError
from siyu.runs.ask.plan import planned
from siyu.runs.ask.requests import checked
from siyu.runs.ask.wishes import Delivery, Given, Wish, place

HERE = place("command line")


def wish(subject="alpha", **more):
    given = {name: Given(text, HERE) for name, text in more.pop("parameters", {}).items()}
    return Wish(subject, HERE, parameters=given, **more)


def problems(*wishes):
    with pytest.raises(UsageError) as caught:
        checked(wishes)
    return [str(problem) for problem in caught.value.problems]


def test_values_arrive_in_the_types_the_notebooks_declare(project):
    [request] = checked([wish(parameters={"buyers": "5", "fee_cap": "0.02", "strict": "false", "note": "no"})])
    assert request.parameters == {"buyers": 5, "fee_cap": 0.02, "strict": False, "note": "no"}


def test_the_date_and_the_case_come_from_the_subject(project):
    project.tiny.write_subject(project.subjects, "gamma", case="alpha", as_of="2024-02-29")
    [request] = checked([wish("gamma")])
    assert (request.as_of, request.case.id) == ("2024-02-29", "alpha")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"subject": "alpa"}, "Did you mean alpha?"),
        ({"subject": ""}, "found nothing"),
        ({"subject": "../alpha"}, "Did you mean alpha?"),
        ({"languages": ("zh", "fr")}, "found fr"),
        ({"languages": ("zh", "zh")}, "each once"),
        ({"languages": ()}, "at least one language"),
        ({"as_of": "2021-13-01"}, "expected a date such as"),
        ({"as_of": "20210831"}, "expected a date such as"),
        ({"parameters": {"buyrs": "3"}}, "Did you mean buyers?"),
        ({"parameters": {"buyers": "three"}}, "expected a whole number"),
        ({"parameters": {"strict": "yes"}}, "expected true or false"),
        ({"parameters": {"subject": "beta"}}, "Use the argument SUBJECT"),
        ({"parameters": {"as_of": "2021-01-01"}}, "Use --as-of"),
        ({"parameters": {"case": "betta"}}, "Did you mean beta?"),
        ({"parameters": {"lang": "fr"}}, "found 'fr'"),
        ({"parameters": {"q=1\nimport os": "1"}}, "expected a parameter of its sections"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(project, asked, said):
    [problem] = problems(wish(**asked))
    assert said in problem


def test_all_problems_are_said_at_once(project):
    found = problems(wish("alpa"), wish("beta", as_of="soon", parameters={"buyrs": "3", "strict": "no"}), wish("beta"))
    assert len(found) == 5


def test_a_parameter_goes_only_to_the_sections_that_declare_it(project):
    project.notebook("01_evidence", parameters=project.tiny.PARAMETERS + "\nmonths: int = 12")
    [plan] = project.plan("alpha", parameters={"months": "6"})
    given = {section.notebook: section.parameters.get("months") for section in plan.sections}
    assert given["01_evidence"] == 6
    assert given["02_case_study"] is None


def test_a_faulty_subject_is_named_with_its_line(project):
    path = project.tiny.write_subject(project.subjects, "alpha", kind="cse")
    [problem] = problems(wish())
    assert "subject.yml line 2" in problem
    assert str(path.parent.name) in problem


def test_a_case_runs_its_sections_and_names_the_others(project):
    project.notebook("07_repurchase")
    [plan] = project.plan("alpha")
    statuses = {section.notebook: section.status for section in plan.sections}
    assert [name for name, status in statuses.items() if status == "ok"] == ["01_evidence", "02_case_study"]
    assert statuses["07_repurchase"] == "not_applicable"


def test_what_is_all_in_cny_is_not_run_for_figures_in_another_currency(project):
    project.notebook("03_platform_economics")
    for currency, ran in (("USD", ["01_evidence"]), ("CNY", ["01_evidence", "02_case_study", "03_platform_economics"])):
        project.tiny.write_subject(project.subjects, "alpha", kind="client", currency=currency)
        [plan] = project.plan("alpha")
        assert [section.notebook for section in plan.runs] == ran


def test_the_command_that_asks_for_an_appendix_again_says_so():
    assert Delivery(appendix=True).options == ["--appendix"]


def test_a_report_with_an_appendix_has_another_key(project):
    [plain], [more] = (checked([wish(delivery=Delivery(appendix=wanted))]) for wanted in (False, True))
    assert planned(plain).key({}) != planned(more).key({})
