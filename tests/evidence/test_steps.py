"""The library of steps: priors with ranges; a row that cannot be right is refused with its line."""

from __future__ import annotations

import pytest

from siyu.errors import LedgerError
from siyu.evidence.sources import Source
from siyu.evidence.steps import StepRow, load_steps
from siyu.evidence.table import read_table
from siyu.orders.experiment.sizes import needed
from siyu.paths import data_dir

PATH = data_dir() / "playbook" / "steps.csv"


def test_every_step_names_a_source_of_the_ledger_and_its_grade():
    grades = {source.source_id: source.grade for source in read_table(data_dir() / "evidence" / "sources.csv", Source)}
    assert {(step.source, grades[step.source]) for step in load_steps(PATH).values()} == {("PRIOR", "D")}


def test_the_people_of_an_experiment_are_those_that_its_difference_needs():
    rows = [row for row in read_table(PATH, StepRow) if row.difference]
    assert {row.step_id for row in rows} == {"invite_trial", "route_trial", "message_trial"}
    for row in rows:
        share = 0.9 if row.step_id == "message_trial" else 0.5
        both = [sum(needed(base, row.difference, share)) for base in (row.base_low, row.base_high)]
        assert [row.people_low, row.people_high] == pytest.approx(both, rel=0.035)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("move_trial,friction,", "move_trial,conversion,", "conversion, also of"),
        ("move_trial,friction,", "route_trial,friction,", "route_trial, also on line"),
        (",0.2,0.4,0.05,2200,3100,", ",,0.4,0.05,2200,3100,", "go together"),
        (",0,600,2,4,14,30,", ",700,600,2,4,14,30,", "cost_low"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path, was, becomes, said):
    text = PATH.read_text(encoding="utf-8")
    assert was in text
    wrong = tmp_path / "steps.csv"
    wrong.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(LedgerError, match=said):
        load_steps(wrong)
