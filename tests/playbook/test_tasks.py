"""The library of steps: priors with ranges; a row that cannot be right is refused with its line."""

from __future__ import annotations

import pytest

from siyu.errors import LedgerError
from siyu.evidence.sources import Source
from siyu.evidence.table import read_table
from siyu.paths import data_dir
from siyu.playbook.tasks import load_steps

PATH = data_dir() / "playbook" / "tasks.csv"


def test_every_step_names_a_source_of_the_ledger_and_its_grade():
    grades = {source.source_id: source.grade for source in read_table(data_dir() / "evidence" / "sources.csv", Source)}
    assert {(step.source, grades[step.source]) for step in load_steps(PATH).values()} == {("PRIOR", "D")}


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("move_trial,measure,friction,", "move_trial,measure,conversion,", "conversion, also of"),
        ("move_trial,measure,friction,", "route_trial,measure,friction,", "route_trial, also on line"),
        (",0,600,2,4,14,30,", ",700,600,2,4,14,30,", "cost_low"),
        (",0.003,0.012,0.03,lapsed", ",0.03,0.012,0.03,lapsed", "lift_low <= lift_mode"),
        (",profit_roi,below,1,", ",profit_roi,below,,", "metric, sense and threshold"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path, was, becomes, said):
    text = PATH.read_text(encoding="utf-8")
    assert was in text
    wrong = tmp_path / "tasks.csv"
    wrong.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(LedgerError, match=said):
        load_steps(wrong)
