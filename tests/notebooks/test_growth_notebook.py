"""Section 05 as committed: the demo fills it, and it says what is true of the demo."""

import json
from dataclasses import replace
from datetime import date

import nbformat
import pytest

from siyu.growth.record import Record
from siyu.language import Language
from siyu.paths import data_dir, notebooks_dir
from siyu.record import FINDING, FindingRecord
from siyu.workbook.grounds import Grounds


@pytest.fixture(scope="module")
def records():
    notebook = nbformat.read(notebooks_dir() / "05_growth.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    held = [output["data"][FINDING] for output in outputs if FINDING in output.get("data", {})]
    found = [FindingRecord.model_validate(one) for one in held]
    return {record.key: record for record in found}


@pytest.fixture(scope="module")
def truth():
    content = json.loads((data_dir() / "subjects" / "demo" / "truth.json").read_text(encoding="utf-8"))
    return content["shops"][0]["growth"]


def test_the_demo_fills_every_finding_with_values_and_sources(records):
    assert len(records) >= 20
    assert [key for key, one in records.items() if not one.values or not one.sources] == []


# subject -> what its exports are taken to hold, and what it is told at least
ALONE = {
    "dashboards": ({"events": None, "refs": (), "members": None},
                   ["wheel", "gain", "conditions", "schedule", "elasticities", "lift", "bottleneck", "rooms", "path",
                    "group_life", "feed", "answer"]),
    "events": ({"record": Record({}, date(2025, 12, 31))},
               ["cabins", "rules", "moves", "stocks", "climbs", "occupancy", "worth", "users", "funnel", "bottleneck",
                "loop", "newcomers", "thresholds", "paths", "rollout", "answer"]),
}  # fmt: skip


def run_with(held, monkeypatch):
    """What the notebook leaves behind when growth is made of this."""
    whole = Grounds.growth
    monkeypatch.setattr(Grounds, "growth", lambda wb, window: replace(whole(wb, window), **held))
    cells, kernel = nbformat.read(notebooks_dir() / "05_growth.ipynb", as_version=4).cells, {}
    for cell in cells:
        if cell.cell_type == "code":
            exec(cell.source, kernel)  # noqa: S102
    return kernel


def test_a_subject_with_neither_is_told_nothing(monkeypatch):
    held = {**ALONE["dashboards"][0], **ALONE["events"][0]}
    findings = run_with(held, monkeypatch)["wb"].findings
    assert [key for key, one in findings.items() if one.record.values] == []


@pytest.mark.parametrize("alone", ALONE)
def test_a_subject_with_dashboards_or_with_events_alone_is_told_what_they_tell(alone, monkeypatch):
    held, told = ALONE[alone]
    kernel = run_with(held, monkeypatch)
    found = {key for key, one in kernel["wb"].findings.items() if one.record.values}
    assert {f"growth_{key}" for key in told} <= found
    answer = Language("en").say(kernel["answer"].message, kernel["answer"].figures)
    assert "tightest step is" in answer
    assert ("a hundred fans bring back" in answer) == (alone == "dashboards")


def test_the_gain_of_the_demo_is_within_its_interval(records, truth):
    back = records["growth_gain"].by_name["back"]
    assert back.low <= truth["fans_brought_back"] <= back.high
    assert records["growth_answer"].by_name["back"] == back


def test_rates_of_the_wheel_hold_what_is_true(records, truth):
    rates = {str(row.label): row for row in records["growth_wheel"].chart.rows}
    for label, name in (
        ("A fan leaves within a week", "churn"),
        ("Views that an active fan brings", "views_brought"),
        ("A view becomes a fan", "views_that_become_fans"),
    ):
        assert rates[label].low <= truth[name] <= rates[label].high, label


def test_groups_that_are_pushed_more_fall_silent_sooner(records, truth):
    alive = records["growth_group_life"].by_name
    often, seldom = truth["group_ends"]
    assert often > seldom
    assert alive["busy"].value < alive["calm"].value
