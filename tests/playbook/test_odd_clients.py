"""Clients with odd records: the plan and the answer say no more than these carry, and no section contradicts another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from siyu.economy import decision, verdicts
from siyu.orders.labels import NO_KEYS, NO_SALES
from siyu.orders.metrics import metrics
from siyu.own_data import UNREAD
from siyu.playbook import exhibits, labels
from siyu.record import NO_INPUT
from siyu.workbook import open_workbook

SUBJECT = "name: {zh: 店, en: Shop}\nkind: client\ncase: luzhou_laojiao\ncurrency: CNY\nas_of: 2025-06-30\nsuppress_below: 10\n"


def lines(orders, buyers, refunded=False, key=True):
    """A plain layout: so many orders in half a year, 50 CNY each, evenly by these buyers."""
    rows = ["order_id,buyer_key,paid_at,amount,refund,status"]
    for at in range(orders):
        day = date(2025, 1, 2) + timedelta(days=at * 175 // orders)
        rows.append(f"A{1000 + at},{f'kx{at % buyers}z' if key else ''},{day} 10:00:00,50,{50 * refunded},completed")
    return "\n".join(rows)


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """few: 7 buyers; refunded: 60 buyers, all came back; nameless: no buyer is named; plain: 60 buyers."""
    folder = tmp_path_factory.mktemp("odd")
    held = {"few": lines(20, 7), "refunded": lines(200, 60, refunded=True), "nameless": lines(200, 60, key=False),
            "plain": lines(200, 60), "unread": "x"}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_DATA", str(folder))
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "identity.key"))
        for name, text in held.items():
            (folder / name / "exports").mkdir(parents=True)
            (folder / name / "subject.yml").write_text(SUBJECT, encoding="utf-8")
            (folder / name / "exports" / "orders.csv").write_text(text, encoding="utf-8")
        yield open_workbook


def planned(shops, name):
    return shops("09_playbook", name).planning()


def test_fewer_buyers_than_may_be_shown_carry_no_act(shops):
    assert planned(shops, "few").acts == []
    assert planned(shops, "plain").acts


def test_who_has_sent_orders_is_asked_for_what_they_lack(shops):
    asked = {name: {one.row.task_id for one in planned(shops, name).measures} for name in ("refunded", "nameless")}
    assert "order_export" not in asked["refunded"] | asked["nameless"]
    assert {name for name, found in asked.items() if "buyer_keys" in found} == {"nameless"}


@pytest.mark.parametrize(("name", "why"), [("refunded", NO_SALES), ("nameless", NO_KEYS)])
def test_why_no_buyer_is_counted_agrees_with_how_many_are_named(shops, name, why):
    own = shops("08_customer_value", name).own
    assert own.missing("orders", buyers=True)._repr_mimebundle_()[NO_INPUT] == {"reason": why}
    assert own.identified().value == (why == NO_SALES)
    missing = metrics(own.largest(), own.k, "CNY")[1]
    assert why in {one.reason for one in missing}
    assert not {NO_SALES, NO_KEYS} - {why} & {one.reason for one in missing}


def test_a_client_whose_file_is_not_read_is_not_said_to_have_sent_none(shops):
    own = shops("06_orders", "unread").own
    assert own.missing("orders")._repr_mimebundle_()[NO_INPUT] == {"reason": UNREAD}
    assert own.missing("events", otherwise="none")._repr_mimebundle_()[NO_INPUT] == {"reason": UNREAD}
    plain = shops("06_orders", "plain").own
    assert plain.missing("events", otherwise="none")._repr_mimebundle_()[NO_INPUT] == {"reason": "none"}


def test_one_thing_to_stop_is_named_in_the_title(shops):
    table, said = exhibits.stops(planned(shops, "refunded"))
    assert list(table["code"]) == ["refund_blind"]
    assert said.message == {"id": labels.SAID["stop"], "args": {"task": table["task"][0]}}


def test_orders_that_are_not_on_douyin_are_not_said_to_be_there(shops):
    economy = shops("03_platform_economics", "plain").economy(draws=1_000)
    of_orders, of_people = decision.order_decision(economy), decision.audience_decision(economy)
    first = decision.ranking(economy, of_orders, of_people)[0]
    switch, people = verdicts.switch(economy, of_orders, first, economy.fee), verdicts.people(economy, of_people)

    def title(elsewhere):
        return verdicts.answer(replace(economy, elsewhere=elsewhere), switch, people, first).message["id"]

    assert economy.elsewhere
    assert "none of yours is known to be on Douyin" in title(True)
    assert "orders you have" in title(False)


def test_a_measurement_that_costs_more_than_it_is_worth_does_not_lead():
    plan = open_workbook("09_playbook", "demo").planning()
    lead, trial = plan.chosen[0], plan.experiment
    assert trial in plan.chosen
    assert trial.worth.value < trial.row.cost_low
    assert lead is not trial
    assert lead.stake or lead.worth.value > lead.row.cost_high
