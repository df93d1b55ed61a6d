"""What platforms print under one word and mean otherwise stays apart in the tables of growth."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from siyu.growth.record import Record
from siyu.intake.formats.catalogue import formats
from siyu.intake.store.client_tables import books_of

GOLDEN = Path(__file__).parents[1] / "intake" / "golden"


def first(name):
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["records"][0]


def test_two_moneys_and_the_net_of_one_hour_are_three_figures():
    room = first("douyin_lives")
    assert (room["gmv_fen"], room["paid_fen"], room["net1h_fen"]) == ("520000", "490000", "510000")
    assert room["refund_fen"] == "30000"  # the net of an hour is not the net of refunds


def test_of_two_bindings_of_spend_one_counts():
    room = first("douyin_lives")
    assert room["spend_fen"] == "80000"
    assert "直播间投放消耗(店铺被投)" in formats()["douyin_lives"].ignored


def test_people_and_times_are_apart():
    room, days, work = first("douyin_lives"), first("mini_program_days"), first("channels_works")
    assert (room["viewers"], room["views"]) == ("8400", "11000")
    assert (days["viewers"], days["views"]) == ("55", "472")
    assert work["contacts_clicked"] == "31"  # people, not the forty clicks


def test_totals_up_to_the_day_are_not_of_the_day():
    assert "visit_total" in formats()["mini_program_summary"].ignored
    assert set(first("mini_program_summary")) == {"day", "shares", "channel"}


def test_the_heart_is_not_the_thumb():
    assert first("channels_works")["likes"] == "25"


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """One metric a file, as the console exports them, over two weeks."""
    folder = tmp_path_factory.mktemp("shop") / "exports"
    folder.mkdir()
    days = pd.date_range("2025-01-06", periods=14).strftime("%Y-%m-%d")
    metrics = {"净增粉丝": [-11, *[5] * 13], "取关粉丝": [20] * 14, "播放量": ["1.2万"] * 14,
               "总粉丝量": [10_000 + 5 * day for day in range(14)]}  # fmt: skip
    for number, (name, values) in enumerate(metrics.items()):
        text = "\n".join([f"日期,{name}", *(f"{day},{value}" for day, value in zip(days, values, strict=True))])
        (folder / f"{number}.csv").write_text(text, encoding="utf-8-sig")
    return books_of(folder, folder.parent / "store").frame("account_days")


def test_one_metric_a_file_comes_together_and_new_fans_are_net_and_lost(account):
    assert len(account) == 14
    week = Record({"account_days": account}, date(2025, 12, 31)).weeks.iloc[0]
    assert week["new_fans"] == -11 + 6 * 5 + 7 * 20
    assert week["lost_fans"] == 140
    assert week["plays"] == 84_000
