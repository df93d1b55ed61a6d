"""The intake form: faults are named with their line, the type of client follows from two answers and a number."""

from __future__ import annotations

import pytest

from siyu.errors import UsageError
from siyu.playbook.form import Form, contradictions, draft, load_form


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("goals:\n- {metric: repurchase_90d, target: 0.4}\n", "goals.0.by", "a value"),
        ("goals:\n- {target: 0.4, by: 2026-03-31}\n", "goals.0.metric", "a value"),
        ("goals:\n- {metric: repurchase_9d, target: 0.4, by: 2026-03-31}\n", "goals.0.metric", "a metric of"),
        ("currency: USD\n", "currency", "CNY"),
        ("leader: owner\n", "leader", "one of leads"),
        ("margin: 1.4\n", "margin", "less than 1"),
        ("goals:\n- {metric: repurchase_90d, target: .nan, by: 2026-03-31}\n", "goals.0.target", "a finite number"),
        (
            "goals:\n- {metric: repurchase_90d, target: 0.4, by: 9999-12-31}\n",
            "goals.0.by",
            "less than or equal to 2100",
        ),
        ("tools:\n- {name: scrm, fee_month: .inf}\n", "tools.0.fee_month", "a finite number"),
        ("team:\n- {role: host, people: 1e300, cost_month: 0}\n", "team.0.people", "less than or equal to"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, text, column, expected):
    (tmp_path / "form.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_form(tmp_path, "CNY")
    assert [(one.column, one.line) for one in error.value.problems] == [(column, 1)]
    assert expected in error.value.problems[0].expected


def test_what_was_found_is_shown_as_other_files_show_it(tmp_path):
    (tmp_path / "form.yml").write_text(f"leader: {'x' * 300}\nmargin: {'y' * 300}\n", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_form(tmp_path, "CNY")
    assert [one.found for one in error.value.problems] == [f"'{'x' * 198}…", f"'{'y' * 198}…"]


def test_a_draft_asks_everything_and_answers_nothing(tmp_path):
    (tmp_path / "form.yml").write_text(draft(), encoding="utf-8")
    form = load_form(tmp_path, "CNY")
    assert form == Form()
    assert not form.answered


@pytest.mark.parametrize(
    ("answers", "earned", "client"),
    [
        ({"cares": True, "tried": "nothing"}, None, 1),
        ({"cares": False, "tried": "mediocre"}, 3.0, 2),
        ({"cares": True, "tried": "lost"}, None, 3),
        ({"cares": True, "tried": "mediocre"}, 0.7, 3),  # the team is not earned back, whatever he says
        ({"cares": True, "tried": "mediocre"}, 1.7, 4),
        ({"cares": True}, 1.7, 0),
    ],
)
def test_the_type_of_client(answers, earned, client):
    assert Form(**answers).client_type(earned) == client


def test_a_form_that_contradicts_the_exports_is_named():
    form = Form(groups=False, accounts=[{"platform": "douyin", "type": "personal"}])
    assert contradictions(form, {"members": 900, "orders": 5}, {"cac": "no spend"}) == [
        "groups_but_none_said", "personal_account_with_shop", "goal_not_computable",
    ]  # fmt: skip
    assert not contradictions(Form(groups=True), {"members": 900}, {})
