"""What may be said: by assumptions, by a draw, at the edge of what was tried, and where exits are not recorded."""

from dataclasses import replace

import pandas as pd
import pytest

from siyu.figure import Absent, Figure
from siyu.reach import exhibits, reading
from siyu.reach.labels import LACKING, SAID
from siyu.reach.metrics import METRICS, reach_metrics
from siyu.simulator.audiences.messaging import MessagingWorld, messaged

REFS = {"group_days": ("orders:exports/a",), "send_days": ("orders:exports/b",), "group_arms": ("orders:exports/c",)}


def of(reach, groups, world, seed=5):
    by_day, sent, arms = groups.tables(messaged(world, seed))
    held = {"group_days": by_day, "send_days": sent, **({} if arms is None else {"group_arms": arms})}
    return replace(reach, tables=held, sources=REFS)


@pytest.fixture(scope="module")
def drawn(reach, groups):
    return of(reach, groups, MessagingWorld("lot"))


def test_by_assumptions_alone_nothing_is_called_tested(reach):
    assert exhibits.answer(reach).message == SAID["answer"]
    table, said = exhibits.arms(reach)
    assert table.empty
    assert said.message == SAID["not_drawn"]
    assert isinstance(exhibits.own_frequency(reach)[1].figures["most"], Absent)
    assert isinstance(exhibits.delivery(reach)[1].figures["delivered"], Absent)


def test_a_draw_answers_within_what_was_tried(drawn):
    curves, said = exhibits.own_frequency(drawn)
    assert said.message in (SAID["own_best"], SAID["own_edge"])
    assert [at for at, _ in curves["own"]] == [2, 3, 4, 5, 6, 7]
    best = said.figures["best"]
    assert 2 <= best.low <= best.high <= 7
    assert exhibits.answer(drawn).message in (SAID["answer_tested"], SAID["answer_edge"])
    table, harm = exhibits.arms(drawn)
    assert table["groups"].tolist() == [8, 8, 8]
    assert harm.message == SAID["harm"]


def test_where_more_always_pays_the_answer_stops_at_the_edge(reach, groups):
    kind = of(reach, groups, MessagingWorld("lot", per_push=1e-4, fatigue=0.0, response=0.02))
    assert exhibits.own_frequency(kind)[1].message == SAID["own_edge"]
    assert exhibits.answer(kind).message == SAID["answer_edge"]


def test_where_messages_do_nothing_no_frequency_is_best(reach, groups):
    idle = of(reach, groups, MessagingWorld("idle"), 0)
    assert exhibits.own_frequency(idle)[1].message == SAID["own_alike"]
    assert exhibits.answer(idle).message == SAID["answer_alike"]


def test_without_a_draw_the_prior_stands_beside_what_was_tried(reach, groups):
    chosen = of(reach, groups, MessagingWorld("dying"))
    curves, said = exhibits.own_frequency(chosen)
    assert [*curves] == ["prior"]
    assert said.message == SAID["untried"]
    assert said.figures["most"].value == chosen.days["last_7"].max()
    assert exhibits.answer(chosen).message == SAID["answer"]


def test_without_exits_the_answer_says_so(reach, groups):
    _, sent, _ = groups.tables(messaged(MessagingWorld("dying", groups=2, weeks=4), 1))
    blind = replace(reach, tables={"send_days": sent}, sources=REFS)
    assert exhibits.answer(blind).message == SAID["answer_blind"]
    assert "no_exits" in exhibits.checked(blind)[0]["fault"].tolist()


def test_every_metric_is_there_or_has_its_reason(reach, drawn):
    found, missing = reach_metrics(drawn)
    assert {one.key for one in found} == {"weekly_exit_share", "exit_per_message", "best_frequency"}
    assert {one.key for one in [*found, *missing]} == {*METRICS}
    assert [one.verdict for one in found if one.key == "exit_per_message"] == ["randomised"]
    none, reasons = reach_metrics(reach)
    assert not none
    assert {one.reason for one in reasons} <= {*LACKING.values()}


def test_what_goes_together_with_exits_and_with_orders_is_told_apart(drawn, reach):
    exits, orders = exhibits.exits(drawn)[0], exhibits.response(drawn)
    assert {*exits} >= {"posts", "last_7", "last_28", "selling_share"}
    assert orders[1].figures["ratio"].low > 0
    assert exits["posts"].value != orders[0]["posts"].value
    assert isinstance(exhibits.response(reach)[1].figures["ratio"], Absent)


def test_who_leaves_in_a_week_is_the_same_number_everywhere(drawn, reach):
    (metric,) = [one.figure for one in reach_metrics(drawn)[0] if one.key == "weekly_exit_share"]
    assert exhibits.exits(drawn)[1].figures["rate"] == metric
    assert isinstance(exhibits.exits(reach)[1].figures["rate"], Absent)


def test_a_published_case_stands_behind_own_records(drawn, reach):
    assert reading.beside(drawn) == "appendix"
    assert reading.beside(reach) == "headline"


def test_sales_in_another_currency_are_not_set_against_costs_in_yuan(drawn):
    found, missing = reach_metrics(drawn, "USD")
    assert "best_frequency" not in {one.key for one in found}
    assert {one.key: one.reason for one in missing}["best_frequency"] == LACKING["currency"]


def test_own_mass_sends_go_before_assumptions(reach):
    tasks = pd.DataFrame({"message_id": ["t"] * 2, "staff_id": ["a", "b"], "status": ["sent", "waiting"], "targets": [900, 100],
                          "delivered": [800, 0], "not_friend": [40, 0], "limit_hit": [60, 0]})  # fmt: skip
    own = replace(reach, tables={"broadcasts": tasks}, sources={"broadcasts": ("orders:exports/d",)})
    assert own.informed.rows["confirm_share"].mode == pytest.approx(0.9)
    group = exhibits.prices(own)["group"]
    assert isinstance(group, Figure)
    assert "orders:exports/d" in group.sources
    assert "assumption:confirm_share" not in group.sources
