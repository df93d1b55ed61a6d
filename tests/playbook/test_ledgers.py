"""A client's own small tables: what the simulator put there is found, and what is not there is said to be missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from siyu.figure import Figure
from siyu.playbook import labels, ledgers
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


def test_ads_that_rose_with_the_fee_are_not_said_to_have_fallen():
    months = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=4, freq="MS"), "tool_fee_fen": [0, 0, 300, 300],
                           "ad_spend_fen": [1000, 1000, 1600, 1600], "hours": 10, "active_users": 100})  # fmt: skip
    assert ledgers.tools(months)[1].message == labels.SAID["tools_no_fall"]


@pytest.mark.parametrize("function", ["brand", "tools", "path", "leaks", "imports", "accounts", "moves", "same_visit"])
def test_without_a_table_the_finding_says_what_it_needs(function):
    figures, said = getattr(ledgers, function)(None)
    assert figures == {}
    assert not any(isinstance(one, Figure) for one in said.figures.values())


def test_movers_are_no_surer_than_the_stayers_they_are_held_against():
    """Forty movers alike in the old shop, two stayers there who fell by nothing and by four (variance 8): of the mean of
    these two the variance is 4, of movers' own terms none (Abadie and Imbens 2006). A stayer alone tells no variance."""
    movers = pd.DataFrame({"moved": "yes", "old_before": [5] * 40 + [9] * 40, "old_after": 1, "new_after": 3})
    stayers = pd.DataFrame({"moved": "no", "old_before": [5, 5, 9], "old_after": [5, 1, 9], "new_after": 0})
    found, said = ledgers.moves(pd.concat([movers, stayers], ignore_index=True))
    assert found["net"].n == 40
    assert found["net"].value == pytest.approx(3 - 2)
    assert found["net"].high - found["net"].value == pytest.approx(1.96 * 2, rel=1e-3)
    assert found["new"].high == found["new"].value
    assert said.message == labels.SAID["moves_unclear"]


@pytest.mark.parametrize(("lift", "sure"), [(1, False), (3, True)])
def test_of_few_deals_the_best_place_is_seldom_called_best_by_chance(lift, sure):
    """Sixty deals a place of a thousand people reached each: where all bring alike, one was best every time."""
    random, share = np.random.default_rng(1), Figure(0.2, 0.1, 0.3, "ratio", "assumption90", sources=("data:form",))
    called = 0
    for _ in range(100):
        n = random.poisson([60 * lift, 60, 60])
        rows = pd.DataFrame({"closing": ["platform", "visit", "trial"], "reached": 1000, "closed": n,
                             "net_fen": [int(random.exponential(50_000, one).sum()) for one in n]})  # fmt: skip
        called += ledgers.deals(rows, "CNY", share)[1].message["id"] == labels.SAID["deals"]
    assert called >= 95 if sure else called <= 10


def test_a_place_where_more_came_back_than_was_sold_has_its_range_in_order():
    share = Figure(0.2, 0.1, 0.3, "ratio", "assumption90", sources=("data:form",))
    rows = pd.DataFrame(
        {"closing": ["platform", "visit"], "reached": 1000, "closed": 40, "net_fen": [-900_000, 2_000_000]}
    )
    found = ledgers.deals(rows, "CNY", share)[0]
    assert all(one.low < one.value < one.high for one in found.values())


def test_a_stand_in_is_compared_by_welch():
    """Three broadcasts each: four degrees of freedom at most, 2.8 standard errors and not 1.96."""
    logs = {"host": [10.0, 10.4, 10.8], "stand_in": [9.6, 10.4, 10.3]}
    names = [f"s{at}" for at in range(6)]
    sessions = pd.DataFrame({"session_id": names, "gmv_fen": np.exp([one for own in logs.values() for one in own]),
                             "started_at": pd.date_range("2025-06-01", periods=6)})  # fmt: skip
    schedule = pd.DataFrame({"session_id": names, "host": ["host"] * 3 + ["stand_in"] * 3})
    found = ledgers.hosts(sessions, schedule)[0]["standin"]
    plain = ttest_ind(logs["stand_in"], logs["host"], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((np.exp(plain.low), np.exp(plain.high)))
