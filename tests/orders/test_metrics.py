"""`siyu metrics`: every figure has its definition and scope, every gap its reason."""

import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from schemas import schema_faults

from siyu.commands.main import main
from siyu.commands.tally import Tally
from siyu.definitions import registry
from siyu.language import Language
from siyu.orders import labels
from siyu.orders.frames import opened
from siyu.orders.metrics import METRICS, NEEDS, metrics
from siyu.simulator.worlds import World, lived

ALL = {entry.key for entry in METRICS}


def needing(*needs):
    return {entry.key for entry in METRICS if set(needs) & set(entry.needs)}


TOTALS = ALL - needing("buyers")


@pytest.fixture(scope="module")
def lives():
    return lived(World("planted", buyers=2_200), 6)


@pytest.fixture(scope="module")
def full(brand, lives):
    return opened(lives.world.as_of, **brand.tables(lives), assignments=brand.invitations(lives))


def keys(rows):
    return {one.key for one in rows}


def test_with_every_table_every_metric_is_there(full):
    found, missing = metrics(full, 0, "CNY")
    assert keys(found) >= ALL
    assert missing == []
    assert {one.figure.definition for one in found} <= registry().metrics.keys()


def test_the_difference_of_joiners_has_a_verdict(brand, full):
    judged = {one.key: one.verdict for one in metrics(full, 0, "CNY")[0] if one.verdict}
    assert judged == {"group_uplift": "randomised", "group_uplift.compared": "beyond_selection_seen"}
    judged = {one.key: one.verdict for one in metrics(replace(full, assignments=None), 0, "CNY")[0] if one.verdict}
    assert judged == dict.fromkeys(("group_uplift", "group_uplift.compared"), "beyond_selection_seen")
    few, missing = metrics(brand.frames(lived(World("coin", buyers=60), 1)), 500, "CNY")
    assert {one.verdict for one in missing if one.key.startswith("group_uplift")} == {"too_few"}
    assert schema_faults("metrics", Tally(None, few, missing, []).as_json(Language("en"))) == []


def test_money_is_in_the_currency_of_the_subject(full):
    units = {one.key: one.figure.unit for one in metrics(full, 0, "USD")[0]}
    assert (units["gmv"], units["aov"], units["repurchase_rate"]) == ("USD", "USD", "ratio")


@pytest.mark.parametrize(
    ("without", "lost"), [("members", needing("members")), ("follows", needing("follows")),
                          ("sessions", {key for key in ALL if "_live" in key}),
                          ("assignments", needing("assignments"))],
)  # fmt: skip
def test_a_missing_table_is_named_as_the_reason(full, without, lost):
    found, missing = metrics(replace(full, **{without: None}), 0, "CNY")
    assert keys(missing) == lost
    assert {one.reason for one in missing} == {NEEDS[without]}
    assert not keys(found) & lost


def test_without_buyer_keys_totals_remain(brand, lives):
    held = brand.tables(lives)
    anonymous = held["orders"].set_column(0, "buyer_id", pa.nulls(held["orders"].num_rows, pa.int64()))
    found, missing = metrics(opened(World("planted").as_of, held["purchases"].slice(0, 0), anonymous), 0, "CNY")
    assert keys(found) == TOTALS
    assert {one.reason for one in missing} == {labels.NO_KEYS}


def test_without_orders_nothing_is_computed():
    found, missing = metrics(None, 0, "CNY")
    assert found == []
    assert keys(missing) == ALL


def test_immature_windows_are_missing_and_not_zero(full):
    early = opened(date(2024, 8, 25), full.purchases.to_pyarrow(), full.orders.to_pyarrow())
    found, missing = metrics(early, 0, "CNY")
    assert {"repurchase_90d", "repurchase_km_180d", "repurchase_180d"} <= keys(missing)
    assert "repurchase_30d" in keys(found)


def test_platforms_without_common_buyers_stand_apart(brand, lives):
    held = brand.tables(lives)
    buyer = held["orders"]["buyer_id"]
    split = pc.if_else(pc.less(buyer, 500), "wechat", "douyin")
    place = held["orders"].column_names.index("platform")
    frames = opened(World("planted").as_of, **held | {"orders": held["orders"].set_column(place, "platform", split)})
    assert frames.platforms == ("douyin", "wechat")
    buyers = {one.scope.split(";")[0]: one.figure.value for one in metrics(frames, 0, "CNY")[0] if one.key == "buyers"}
    assert buyers == {"douyin": 1_700, "wechat": 500}


def test_linked_platforms_are_one_scope(brand, lives):
    held = brand.tables(lives)
    names = ["douyin" if row % 2 else "wechat" for row in range(held["orders"].num_rows)]
    place = held["orders"].column_names.index("platform")
    frames = opened(
        World("planted").as_of, **held | {"orders": held["orders"].set_column(place, "platform", pa.array(names))}
    )
    assert frames.platforms == ("all",)


def test_small_denominators_are_missing(brand):
    small = brand.frames(lived(World("coin", buyers=30), 1))
    found, missing = metrics(small, 50, "CNY")
    assert keys(found) <= TOTALS | {key for key in ALL if "gmv_share" in key}
    assert {one.reason for one in missing} == {labels.TOO_FEW, labels.NO_DRAW}


def test_printed_lines_and_json_agree(full):
    found, missing = metrics(replace(full, follows=None), 0, "CNY")
    tally = Tally(None, found, missing, [])
    content = tally.as_json(Language("zh"))
    assert schema_faults("metrics", content) == []
    assert {row["reason"] for row in content["not_computable"]} == {"没有带时间的关注记录"}
    lines = list(tally.lines(Language("en")))
    assert len(lines) == len(found) + 1
    assert lines[-1].startswith("No table of follows")


def cli(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_cdnow_in_the_first_half_of_1997():
    result = cli("metrics", "cdnow", "--as-of", "1997-06-30", "--json")
    assert result.exit_code == 0, result.output
    values = {row["key"]: row["value"] for row in json.loads(result.stdout)["metrics"]}
    # computed on the master file: by days 34.03%, by orders 34.80%, order-based 43.24%
    names = ("repurchase_rate", "repurchase_rate_orders", "repeat_order_share")
    assert [round(values[name], 4) for name in names] == [0.3403, 0.3480, 0.4324]


def test_a_case_has_no_orders_and_says_how_to_get_them():
    result = cli("metrics", "luzhou_laojiao", "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.startswith("No order could be read: put an order export")


@pytest.mark.parametrize("words", [("nobody",), ("cdnow", "--as-of", "1997-06-31")])
def test_wrong_input_ends_with_two(words):
    result = cli("metrics", *words)
    assert result.exit_code == 2
    assert "found" in result.stderr
