"""The library of steps: priors with ranges; a row that cannot be right is refused with its line."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from siyu.errors import LedgerError
from siyu.estimates.series import slopes
from siyu.evidence.sources import Source
from siyu.evidence.table import read_table
from siyu.figure import Figure
from siyu.growth.metrics import METRICS as GROWTH
from siyu.orders.experiment.sizes import needed
from siyu.orders.metrics import METRICS as ORDERS
from siyu.paths import data_dir
from siyu.playbook.known import SAID
from siyu.playbook.plan import Planning
from siyu.playbook.tasks import TaskRow, load_steps, load_tasks
from siyu.reach.metrics import METRICS as REACH
from siyu.value.metrics import METRICS as VALUES

PATH = data_dir() / "playbook" / "tasks.csv"


def test_every_step_names_a_source_of_the_ledger_and_its_grade():
    grades = {source.source_id: source.grade for source in read_table(data_dir() / "evidence" / "sources.csv", Source)}
    assert {(step.source, grades[step.source]) for step in load_steps(PATH).values()} == {("PRIOR", "D")}


def test_every_rule_looks_at_a_metric_that_is_computed():
    computed = {one.key for one in (*ORDERS, *VALUES)} | REACH.keys() | GROWTH.keys() | SAID
    asked = {row.metric for row in read_table(PATH, TaskRow) if row.metric}
    assert asked <= computed
    assert asked & REACH.keys() >= {"weekly_exit_share", "confirm_share", "layering_gain"}
    assert asked & GROWTH.keys() >= {"fans_brought_back", "group_alive", "post_trend"}


def test_the_people_of_an_experiment_are_those_that_its_difference_needs():
    rows = [row for row in read_table(PATH, TaskRow) if row.difference]
    assert {row.task_id for row in rows} == {"invite_trial", "route_trial", "message_trial"}
    for row in rows:
        share = 0.9 if row.task_id == "message_trial" else 0.5
        both = [sum(needed(base, row.difference, share)) for base in (row.base_low, row.base_high)]
        assert [row.people_low, row.people_high] == pytest.approx(both, rel=0.035)


def test_posts_whose_views_stay_alike_are_no_reason_to_stop():
    """Months of views by chance: of half a year, 26% of 500 fell by more than three in a hundred a month."""
    random, rule = np.random.default_rng(7), load_tasks(PATH)["fading_posts"]
    known = SimpleNamespace(form=SimpleNamespace(team=()), tables={}, orders=False)
    stopped = 0
    for _ in range(200):
        trend = (
            slopes(random.normal(9, 0.2, 6), {"month": np.arange(6.0)})
            .of["month"]
            .estimate.figure("post_trend", 6, ("assumption:months",))
        )
        own = Planning(known, {"fading_posts": rule}, date(2025, 12, 31), "made_up")
        own.__dict__.update(metrics={"post_trend": trend}, client=0)
        stopped += bool(own.stops)
    assert stopped <= 10


def test_of_an_effect_the_whole_interval_has_to_lie_where_a_task_is_asked_for():
    tasks = load_tasks(PATH)
    perhaps, sure = (Figure(0.015, low, 0.05, "percentage_points", "sampling95") for low in (-0.02, 0.004))
    assert tasks["layered"].called_for(perhaps)
    assert not tasks["layered"].called_for(perhaps, surely=True)
    assert tasks["layered"].called_for(sure, surely=True)
    falls, fell = (Figure(-0.05, -0.12, high, "ratio", "sampling95") for high in (0.02, -0.035))
    assert not tasks["fading_posts"].called_for(falls, surely=True)  # of six months that fall by chance, one in four
    assert tasks["fading_posts"].called_for(fell, surely=True)
    assert not tasks["ads_below_one"].called_for(Figure(0.9, 0.5, 1.4, "ratio"), surely=True)
    returned = Figure(0.06, 0.04, 0.08, "ratio", "sampling95")
    assert tasks["refund_causes"].called_for(returned, surely=True)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("move_trial,measure,friction,", "move_trial,measure,conversion,", "conversion, also of"),
        ("move_trial,measure,friction,", "route_trial,measure,friction,", "route_trial, also on line"),
        (",0.2,0.4,0.05,2200,3100,", ",,0.4,0.05,2200,3100,", "go together"),
        (",0,600,2,4,14,30,", ",700,600,2,4,14,30,", "cost_low"),
        (",0.003,0.012,0.03,lapsed", ",0.03,0.012,0.03,lapsed", "lift_low <= lift_mode"),
        (",profit_roi,surely_below,1,", ",profit_roi,surely_below,,", "metric, sense and threshold"),
        (",profit_roi,surely_below,1,", ",profit_rio,surely_below,1,", "a metric of data/definitions.yml"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path, was, becomes, said):
    text = PATH.read_text(encoding="utf-8")
    assert was in text
    wrong = tmp_path / "tasks.csv"
    wrong.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(LedgerError, match=said):
        load_steps(wrong)
