"""The library of steps: priors with ranges; a row that cannot be right is refused with its line."""

from __future__ import annotations

import pytest

from siyu.errors import LedgerError
from siyu.evidence.sources import Source
from siyu.evidence.steps import load_steps
from siyu.evidence.table import read_table
from siyu.paths import data_dir

PATH = data_dir() / "playbook" / "steps.csv"


def test_every_step_names_a_source_of_the_ledger_and_its_grade():
    grades = {source.source_id: source.grade for source in read_table(data_dir() / "evidence" / "sources.csv", Source)}
    assert {(step.source, grades[step.source]) for step in load_steps(PATH).values()} == {("PRIOR", "D")}


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("move_trial,friction,", "move_trial,conversion,", "conversion, also of"),
        ("move_trial,friction,", "route_trial,friction,", "route_trial, also on line"),
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
