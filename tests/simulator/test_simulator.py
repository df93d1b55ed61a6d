"""The simulator: what the reader finds in its exports is what is true of them."""

from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from siyu.commands.main import main
from siyu.commands.simulate import client, demo_plans
from siyu.intake.new.checking import accounts
from siyu.intake.store.client_tables import books_of
from siyu.language import Language
from siyu.paths import data_dir
from siyu.simulator import FORMATS, worlds
from siyu.simulator.brand import Recipe, made
from siyu.subjects import load_subject

KEYED = [name for name in FORMATS if name != "wechat_shop"]


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


@pytest.fixture
def crowd(monkeypatch):
    """A smaller population behind the truth of a world: these tests do not look at it."""
    worlds.truth.cache_clear()
    monkeypatch.setattr(worlds, "CROWD", 2_000)
    yield
    worlds.truth.cache_clear()


quick = pytest.mark.usefixtures("crowd")


def simulated(folder, *options):
    result = CliRunner().invoke(main, ["simulate", *options, "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def checked(folder):
    found = accounts([folder / "exports"], None)
    return {account.file.rsplit("/", 1)[-1]: account.as_json(Language("en")) for account in found}


@quick
@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("options", [[], ["--quirk", "all"], ["--columns", "full", "--quirk", "total"]])
def test_the_reader_balances_to_the_truth(tmp_path, layout, options):
    truth = simulated(tmp_path / "shop", "planted", "--buyers", "150", "--format", layout, *options)
    found = checked(tmp_path / "shop")
    for account in truth["files"]:
        mine = found[account["file"]]
        assert {name: mine[name] for name in account} | {"file": account["file"]} == account
        assert mine["format"] == layout
        assert mine["unknown_columns"] == []
        assert mine["completeness"] == (
            "verified" if "total" in options or "all" in options else "last_record_complete"
        )
    assert all(not account["refused"] for account in found.values())
    assert {account["quarantined"] for account in truth["files"]} == ({6} if "all" in options else {0})


@quick
@pytest.mark.parametrize("layout", FORMATS)
def test_the_store_holds_the_orders_that_are_true(tmp_path, layout):
    truth = simulated(tmp_path / "shop", "coin", "--buyers", "200", "--format", layout, "--quirk", "all")["shops"][0]
    books = books_of(tmp_path / "shop" / "exports", tmp_path / "store")
    orders = pq.read_table(books.orders).to_pandas()
    sold = orders[orders["paid_at"].notna()]
    assert sold["order_id"].nunique() == truth["orders"]
    assert int(sold["paid_fen"].sum()) == truth["paid_fen"]
    assert int(sold["paid_fen"].sum() - sold["net_fen"].sum()) == truth["refunded_fen"]
    assert sold["buyer_id"].nunique() == truth["buyers"]
    purchases = pq.read_table(books.purchases).to_pandas()
    assert len(purchases) == truth["purchase_days"]
    assert purchases["buyer_id"].nunique() == truth["buyers_with_key"]
    assert books.identity.share == 1
    members = pq.read_table(books.members).to_pandas()
    assert members["buyer_id"].nunique() == truth["members"]


@quick
def test_members_repeat_as_often_in_the_store_as_in_the_world(tmp_path):
    truth = simulated(tmp_path / "shop", "coin", "--buyers", "600")["shops"][0]["naive_repeat_share"]
    books = books_of(tmp_path / "shop" / "exports", tmp_path / "store")
    days = pq.read_table(books.purchases).to_pandas().groupby("buyer_id").size()
    member = days.index.isin(pq.read_table(books.members).to_pandas()["buyer_id"])
    assert (days > 1)[member].mean() == pytest.approx(truth["members"])
    assert (days > 1)[~member].mean() == pytest.approx(truth["others"])


@quick
def test_fan_shares_follow_from_orders_and_follows_alone(tmp_path):
    truth = simulated(tmp_path / "shop", "coin", "--buyers", "500")["shops"][0]["fan_share"]
    books = books_of(tmp_path / "shop" / "exports", tmp_path / "store")
    orders = pq.read_table(books.orders).to_pandas()
    orders = orders[orders["paid_at"].notna()].merge(pq.read_table(books.follows).to_pandas(), "left", "buyer_id")
    fan = (orders["followed_at"] < orders["paid_at"]) & ~(orders["unfollowed_at"] <= orders["paid_at"])
    assert orders.loc[fan, "paid_fen"].sum() / orders["paid_fen"].sum() == pytest.approx(truth["payment_of_shop"])
    evening = orders["paid_at"].dt.hour.between(19, 22)
    share = orders.loc[fan & evening, "paid_fen"].sum() / orders.loc[evening, "paid_fen"].sum()
    assert share == pytest.approx(truth["payment_of_broadcasts"])
    assert share > truth["start_of_broadcasts"]  # who follows during a broadcast is a fan only at payment
    sessions, months = books.frame("sessions"), books.frame("aggregates")
    assert sessions is not None
    assert months is not None
    assert sessions["fan_gmv_fen"].sum() / sessions["gmv_fen"].sum() == pytest.approx(truth["payment_of_broadcasts"])
    weighted = (months["fan_gmv_share"] * months["gmv_fen"]).sum() / months["gmv_fen"].sum()
    assert weighted == pytest.approx(truth["payment_of_shop"], abs=1e-4)


@quick
def test_without_keys_no_buyer_is_to_be_known(tmp_path):
    for layout in FORMATS:
        simulated(tmp_path / layout, "coin", "--buyers", "60", "--keys", "0", "--format", layout)
        books = books_of(tmp_path / layout / "exports", tmp_path / f"store_{layout}")
        assert books.identity.share == 0
        assert not len(pq.read_table(books.purchases))
        assert books.members is None
        assert books.frame("sessions") is not None


@quick
def test_an_older_export_holds_older_states_and_the_newer_wins(tmp_path):
    plan = Recipe(worlds.World("coin", buyers=400), quirks=frozenset({"snapshots", "refunds"}))
    content = client("coin", [plan])
    names = sorted(name for name in content if "douyin" in name)
    assert len(names) == 2
    older, newer = (pd.read_csv(io.BytesIO(content[name]), dtype=str) for name in names)
    both = older.merge(newer, on="子订单编号", suffixes=("_older", "_newer"))
    assert len(both) > 20
    changed = both["售后状态_older"] != both["售后状态_newer"]
    assert 0 < changed.sum() < len(both)
    assert (both.loc[changed, "售后状态_newer"] == "退款成功").mean() > 0.9


def test_the_bundled_client_is_what_the_command_makes(tmp_path):
    simulated(tmp_path / "demo", "demo")
    bundled = data_dir() / "subjects" / "demo"
    files = sorted(path.relative_to(bundled) for path in bundled.rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "demo") for path in (tmp_path / "demo").rglob("*") if path.is_file()
    )
    for path in files:
        assert (tmp_path / "demo" / path).read_bytes() == (bundled / path).read_bytes(), path
    assert sum((bundled / path).stat().st_size for path in files) < 3_000_000


def test_the_bundled_client_says_that_it_is_synthetic():
    subject = load_subject("demo")
    assert "ynthetic" in subject.name.en
    assert "合成" in subject.name.zh
    assert (subject.kind, subject.suppress_below) == ("client", 0)
    assert subject.as_of == demo_plans()[0].world.as_of


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "subject.yml").write_text("kind: client\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["simulate", "coin", "--out", str(tmp_path / "mine")])
    assert result.exit_code == 2
    assert "--out" in result.output
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["subject.yml"]


@quick
def test_a_simulated_client_may_be_made_anew(tmp_path):
    first = simulated(tmp_path / "shop", "coin", "--buyers", "50", "--quirk", "snapshots")
    again = simulated(tmp_path / "shop", "coin", "--buyers", "50")
    assert len(first["files"]) == 2
    assert len(again["files"]) == 1
    assert len(list((tmp_path / "shop" / "exports").glob("*_douyin_shop.csv"))) == 1


@pytest.mark.parametrize(
    "faulty", [{"format": "none"}, {"columns": "some"}, {"quirks": frozenset({"odd"})}, {"key_share": 2}]
)
def test_a_faulty_plan_is_refused(faulty):
    with pytest.raises(ValueError, match=r"unknown|between"):
        Recipe(worlds.World("coin"), **faulty)


@pytest.mark.parametrize("layout", KEYED)
def test_every_buyer_has_one_key_and_every_key_one_buyer(layout):
    brand = made(Recipe(worlds.World("coin", buyers=500), format=layout))
    pairs = brand.orders[["buyer", "key"]].drop_duplicates()
    assert pairs["buyer"].is_unique
    assert pairs["key"].is_unique
