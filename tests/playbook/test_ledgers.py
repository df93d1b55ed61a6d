"""A client's own small tables: what the simulator put there is found, and what is not there is said to be missing."""

from __future__ import annotations

import pytest

from siyu.figure import Figure
from siyu.playbook import ledgers
from siyu.simulator import ledgers as truth
from siyu.workbook import open_workbook


@pytest.fixture(scope="module")
def own():
    return open_workbook("09_playbook", "demo").own


def covers(figure, value):
    return figure.low <= value <= figure.high


def test_the_truth_of_the_simulated_tables_is_found(own):
    brand, _ = ledgers.brand(own.reported("brand_days"))
    assert covers(brand["brand_first"], truth.BRAND_SHARE)
    assert covers(brand["full_price"], truth.FULL_PRICE)
    hosts, _ = ledgers.hosts(own.reported("sessions"), own.reported("session_hosts"))
    assert covers(hosts["standin"], 1.0)  # standing in changes nothing there
    moves, _ = ledgers.moves(own.reported("shop_moves"))
    assert covers(moves["new"], truth.GAINED)
    assert covers(moves["lost"], truth.LOST)
    assert covers(moves["net"], truth.GAINED - truth.LOST)
    steps, said = ledgers.path(own.reported("path_days"))
    assert covers(steps["exposed_viewed"], truth.NODES[1][1])
    assert said.message["args"]["missing"]["id"] == "Joined a group"
    batches, _ = ledgers.imports(own.reported("imports"))
    assert sum(covers(one, truth.FOLLOWED) for one in batches.values()) >= 2


def test_accounts_lie_between_the_largest_and_the_sum(own):
    found, said = ledgers.accounts(own.reported("account_overlaps"))
    assert found["people"].low <= said.figures["people"].value <= found["people"].high
    assert said.figures["people"].value == 8_400 + 2_600 - 900


def test_tools_are_weighed_by_what_ads_fell(own):
    """Ads fall by 450 CNY a month, fees rise by 300."""
    _, said = ledgers.tools(own.reported("cost_months"))
    assert said.figures["per"].value == pytest.approx(1.5)


@pytest.mark.parametrize("function", ["brand", "tools", "path", "leaks", "imports", "accounts", "moves", "same_visit"])
def test_without_a_table_the_finding_says_what_it_needs(function):
    figures, said = getattr(ledgers, function)(None)
    assert figures == {}
    assert not any(isinstance(one, Figure) for one in said.figures.values())
