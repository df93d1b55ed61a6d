"""Plans: four clients get four plans, every number is that of its own section, and what is not known is measured."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import nbformat
import pytest

from siyu.figure import Absent, Figure
from siyu.paths import data_dir, notebooks_dir
from siyu.playbook import exhibits, labels, standing
from siyu.playbook.form import Form
from siyu.playbook.plan import Planning
from siyu.playbook.stakes import stake
from siyu.playbook.tasks import bundled_tasks
from siyu.record import FINDING, MOST_TASKS
from siyu.workbook import open_workbook


@pytest.fixture(scope="module")
def demo():
    return open_workbook("09_playbook", "demo").planning()


def test_four_clients_get_plans_that_share_at_most_two_tasks(plans):
    assert {number: plan.client for number, plan in plans.items()} == {1: 1, 2: 2, 3: 3, 4: 4}
    tasks = {number: {one.key for one in plan.record.tasks} for number, plan in plans.items()}
    assert all(3 <= len(found) <= MOST_TASKS for found in tasks.values())
    assert max(len(tasks[one] & tasks[other]) for one, other in combinations(tasks, 2)) <= 2
    assert all(one.rule for plan in plans.values() for one in plan.record.tasks)


def test_the_plans_side_by_side_stand_in_the_codebook(plans):
    """The table of data/README.md is what the plans say."""
    text = (data_dir() / "README.md").read_text(encoding="utf-8")
    for number, plan in plans.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `type_{number}`"))
        assert re.findall(r"`([a-z_]+)`", row.split("|", 2)[2]) == [one.key for one in plan.record.tasks]


def test_what_was_sent_is_not_asked_for_again(demo):
    assert "order_export" not in {one.row.task_id for one in demo.measures}


def test_whoever_has_no_group_has_no_members_share(plans):
    figure = plans[1].metrics["member_gmv_share"]
    assert (figure.value, figure.sources) == (0, ("data:form",))


def test_the_plan_repeats_the_numbers_of_the_sections_they_come_from(demo):
    printed = {}
    for name in ("06_orders", "07_repurchase", "08_customer_value"):
        for cell in nbformat.read(notebooks_dir() / f"{name}.ipynb", as_version=4).cells:
            for output in cell.get("outputs", []):
                record = output.get("data", {}).get(FINDING, {"values": [], "chart": {"rows": []}})
                for value in (one for one in [*record["values"], *record["chart"]["rows"]] if "definition" in one):
                    printed.setdefault(value["definition"], []).append([value[end] for end in ("value", "low", "high")])
    checked = 0
    for key, figure in demo.metrics.items():
        if isinstance(figure, Figure) and key in printed:
            ends = [figure.value, figure.low, figure.high]
            assert any(ends == pytest.approx(other, rel=1e-6) for other in printed[key]), key
            checked += 1
    assert checked >= 7


def test_without_a_factor_an_act_is_not_weighed_but_what_is_missing_is_measured(demo):
    bare = replace(demo.known, _held={}, _shared=[])
    bare.__dict__["factors"] = {**demo.known.factors, "contribution_share": Absent(("contribution_share",))}
    plan = Planning(bare, demo.library, demo.as_of, demo.subject)
    assert not [one for one in plan.acts if "contribution_share" in one.row.yields]
    assert "win_back" in next(one.opens for one in plan.measures if one.row.task_id == "margin_sheet")


def test_a_check_that_cannot_be_made_is_not_called_failed():
    held = {"fan_gmv_share_paid": _exact(0.5)}
    known = SimpleNamespace(figures=lambda keys: {key: held.get(key, Absent((key,))) for key in keys})
    table, said = standing.demands(SimpleNamespace(known=known), _exact(0.5))
    found = {name: one.value for name, one in said.figures.items()}
    assert found == {"met": 1, "known": 2, "unknown": len(table) - 2}
    assert said.message == labels.SAID["demands_part"]


def test_a_form_without_answers_is_asked_for(demo):
    known = replace(demo.known, form=Form(), _held={}, _shared=[])
    plan = Planning(known, demo.library, demo.as_of, demo.subject)
    assert plan.client == 0
    assert exhibits.first(plan).message


def test_a_stake_is_lift_times_factors_less_cost():
    """500 buyers x 90 CNY x 0.2 kept x 0.03 lift = 270 CNY, less 0 to 100 of cost: 220 in the middle."""
    row = bundled_tasks()["win_back"].model_copy(update={"lift_low": 0.03, "lift_mode": 0.03, "lift_high": 0.03})
    factors = {"lapsed": _exact(500), "order_value": _exact(90), "contribution_share": _exact(0.2)}
    held = stake(row, factors, "CNY")
    assert held.expected.value == pytest.approx(220, abs=3)
    assert held.worth.value == 0  # certain to bring something: nothing is learnt


def _exact(number):
    return Figure(number, number, number, "ratio", sources=("data:tasks",))
