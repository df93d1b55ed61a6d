"""`06_orders`: what it finds in made-up exports is what is true of them, with keys, without, and with nothing."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date

import ibis
import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from siyu import workbook
from siyu.commands.main import main
from siyu.figure import Absent, Figure
from siyu.findings import title
from siyu.intake.store.client_tables import books_of
from siyu.language import Language
from siyu.messages import tables
from siyu.orders import funnel, labels, refunds, reported, segments, traffic
from siyu.own_data import MISSING, Holdings
from siyu.paths import data_dir, notebooks_dir
from siyu.record import NO_INPUT, FindingRecord
from siyu.runs.files import executed
from siyu.simulator import worlds
from siyu.simulator.brand import FEE

ENGLISH = Language("en")


@pytest.fixture(scope="module", autouse=True)
def key(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "identity.key"))
        patch.setattr(worlds, "CROWD", 2_000)
        worlds.truth.cache_clear()
        yield
    worlds.truth.cache_clear()


def client(folder, *options):
    result = CliRunner().invoke(main, ["simulate", *options, "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def ran(subject):
    """(workbook, finding key -> record) of the notebook run here for a subject."""
    opened: list[workbook.Workbook] = []
    original = workbook.open_workbook

    def kept(*given, **more):
        opened.append(original(*given, **more))
        return opened[-1]

    notebook = nbformat.read(notebooks_dir() / "06_orders.ipynb", as_version=4)
    space: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "open_workbook", kept)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                given = f"\nsubject = {subject!r}" if "parameters" in cell.metadata.get("tags", []) else ""
                exec(compile(cell.source + given, "06_orders", "exec"), space)  # noqa: S102 - the project's own
    return opened[-1], {key: finding.record.as_json() for key, finding in opened[-1].findings.items()}


def there(figure):
    """A figure that is there."""
    assert isinstance(figure, Figure)
    return figure


def value(record, name):
    return next(entry["value"] for entry in record["values"] if entry["name"] == name)


def roles(records):
    return {key: record["role"] for key, record in records.items()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A WeChat shop with every quirk, as (truth, holdings, order lines in pandas)."""
    folder = tmp_path_factory.mktemp("shop")
    truth = client(folder / "shop", "planted", "--buyers", "250", "--format", "wechat_shop", "--quirk", "all")
    books = books_of(folder / "shop" / "exports", folder / "store")
    holdings = Holdings(books, date(2025, 12, 31), 0)
    return truth, holdings, pq.read_table(books.orders).to_pandas()


@pytest.fixture(scope="module")
def stall(tmp_path_factory):
    """The same of a Douyin shop."""
    folder = tmp_path_factory.mktemp("stall")
    truth = client(folder / "stall", "planted", "--buyers", "250", "--quirk", "all")
    books = books_of(folder / "stall" / "exports", folder / "store")
    return truth, Holdings(books, date(2025, 12, 31), 0), pq.read_table(books.orders).to_pandas()


# --- the parts, each against plain pandas ------------------------------------------------------------


def test_no_line_is_lost_between_records_and_analysis(stall):
    truth, holdings, orders = stall
    steps = funnel.sieved(holdings.frames(), holdings.order_files, holdings.stored_lines)
    found = dict(zip(steps["label"], steps["value"], strict=True))
    assert found["records"] == sum(file["records"] for file in truth["files"])
    assert found["quarantined"] == -12
    losses = [name for name in found if name not in funnel.TOTALS]
    assert found["records"] + sum(found[n] for n in ("ignored", "quarantined", "superseded")) == found["lines"]
    assert found["records"] + sum(found[name] for name in losses) == found["analysed"]
    assert found["lines"] == len(orders)
    kept = orders[orders["paid_at"].notna() & (orders["paid_fen"] > 0) & (orders["net_fen"] > 0)]
    assert found["analysed"] == kept["buyer_id"].notna().sum()
    assert found["superseded"] < 0
    assert found["returned"] < 0


def test_what_came_back_is_counted_by_month_and_young_months_are_left_out(stall):
    truth, holdings, orders = stall
    months = refunds.by_month(holdings.frames())
    paid = orders[orders["paid_at"].notna() & (orders["paid_fen"] > 0)]
    by_month = paid.groupby(paid["paid_at"].dt.to_period("M"))[["paid_fen", "net_fen"]].sum()
    assert months["paid_fen"].tolist() == by_month["paid_fen"].tolist()
    assert months["refunded_fen"].tolist() == (by_month["paid_fen"] - by_month["net_fen"]).tolist()
    assert int(months["refunded_fen"].sum()) == truth["shops"][0]["refunded_fen"]
    assert months.loc[~months["settled"], "month"].tolist() == [date(2025, 12, 1)]
    assert months.loc[~months["settled"], "rate"].isna().all()
    done = months[months["settled"]]
    rate = there(refunds.settled_rate(months, ()))
    assert rate.value == pytest.approx(done["refunded_fen"].sum() / done["paid_fen"].sum())
    assert refunds.unsettled(months, ()).value == 1
    assert [at for at, _ in refunds.series(months, ())] == [at + 1.0 for at in range(len(done))]


def test_silence_about_refunds_is_no_rate_of_zero(stall):
    frames = stall[1].frames()
    lines = frames.orders
    silent = lines.drop("refund_state").mutate(status=ibis.literal("completed"))
    assert refunds.by_month(replace(frames, orders=silent)).empty
    assert isinstance(refunds.settled_rate(refunds.by_month(replace(frames, orders=silent)), ()), Absent)
    assert not refunds.by_month(replace(frames, orders=silent.mutate(refunded_fen=ibis.literal(0)))).empty


def test_lines_of_nothing_are_purchases_where_their_format_says_so(stall):
    _, holdings, _ = stall
    frames, files, stored = holdings.frames(), holdings.order_files, holdings.stored_lines
    strict = funnel.sieved(frames, files, stored).set_index("label")["value"]
    free = funnel.sieved(frames, files, stored, ["douyin"]).set_index("label")["value"]
    assert holdings.free == ()
    assert strict["nothing_paid"] < 0
    assert "nothing_paid" not in free.index
    assert free["analysed"] > strict["analysed"]
    assert free[[step for step in free.index if step not in ("lines", "analysed")]].sum() == free["analysed"]


def test_few_lines_are_not_shown(stall):
    _, holdings, _ = stall
    months = refunds.by_month(holdings.frames(), k=60)
    few = months["lines"] < 60
    assert few.any()
    assert months.loc[few, "rate"].isna().all()
    assert months.loc[~few & months["settled"], "rate"].notna().all()
    forms = traffic.forms(holdings.frames())
    k = int(forms.loc[forms["orders"] > 5, "orders"].min()) + 1
    hidden = traffic.forms(holdings.frames(), k)["share"].isna()
    assert hidden.sum() >= 2  # a single blank could be had by subtraction
    assert (hidden | (forms["orders"] >= k)).all()


def test_forms_add_up_to_all_sales(stall):
    _, holdings, orders = stall
    forms = traffic.forms(holdings.frames())
    paid = orders[orders["paid_at"].notna()]
    assert forms["paid_fen"].sum() == paid["paid_fen"].sum()
    assert forms["orders"].sum() == paid["order_id"].nunique()
    live = paid.loc[paid["traffic_form"] == "live", "paid_fen"].sum()
    assert traffic.form_shares(forms, ())["live"].value == pytest.approx(live / paid["paid_fen"].sum())


def test_repeat_orders_people_came_for_are_those_of_search_list_and_shop(stall):
    _, holdings, orders = stall
    lines = orders[orders["paid_at"].notna() & orders["buyer_id"].notna()]
    first = lines.sort_values("line_no").drop_duplicates("order_id").sort_values(["buyer_id", "paid_at", "order_id"])
    repeat = first.groupby("buyer_id").cumcount() > 0
    sought = first["traffic_channel"].isin(["搜索", "订单", "店铺"])
    found = traffic.split(holdings.frames(), traffic.SOUGHT)
    assert there(found["first"]["sought"]).n + there(found["repeat"]["sought"]).n == len(first)
    again, shown, first_time = (there(found[turn][rule]) for turn, rule in
                                (("repeat", "sought"), ("repeat", "shown"), ("first", "sought")))  # fmt: skip
    assert again.value == pytest.approx(sought[repeat].mean())
    assert first_time.value == pytest.approx(sought[~repeat].mean())
    assert again.value + shown.value == pytest.approx(1)
    assert again.low < again.value < again.high


def test_followers_counted_as_private_make_the_private_domain_larger(stall):
    _, holdings, orders = stall
    by_way = traffic.net_by_domain(holdings.frames())
    by_fan = traffic.net_by_domain(holdings.frames("follows"), fans_are_private=True)
    assert sum(there(figure).value for figure in by_way.values()) == pytest.approx(1)
    assert there(by_fan["private"]).value > there(by_way["private"]).value
    first = orders[orders["paid_at"].notna()].groupby("order_id").agg(
        net=("net_fen", "sum"), way=("traffic_channel", "first"), kind=("traffic_kind", "first")
    )  # fmt: skip
    private = first["way"].isin(["关注", "订单", "店铺"]) & (first["kind"] != "付费 流量")
    assert there(by_way["private"]).value == pytest.approx(first.loc[private, "net"].sum() / first["net"].sum())
    assert traffic.net_by_domain(holdings.frames(), fans_are_private=True)["private"] is None


def test_segments_are_counted_at_the_date_and_small_ones_left_out(stall):
    truth, holdings, _ = stall
    found = segments.sizes(holdings.frames("follows", "members"))
    days = holdings.purchases.groupby("buyer_id").size()
    books = holdings.books
    stays, follows = (pq.read_table(path).to_pandas() for path in (books.members, books.follows))
    end = pd.Timestamp("2026-01-01")
    here = set(stays.loc[~(stays["left_at"] < end), "buyer_id"]) & set(days.index)
    fans = set(follows.loc[~(follows["unfollowed_at"] < end), "buyer_id"]) & set(days.index)
    assert {segment: figure.value for segment, figure in found.items()} == {
        "buyers": len(days),
        "repeat": (days > 1).sum(),
        "fans": len(fans),
        "members": len(here),
        "both": len(fans & here),
    }
    assert len(days) == truth["shops"][0]["buyers_with_key"]
    assert 0 < len(fans & here) < len(here) < len(days)
    small = segments.sizes(holdings.frames("follows", "members"), k=len(fans & here) + 1)
    assert small["both"] == Absent(("buyers",))
    untold = [name for name, figure in segments.sizes(holdings.frames()).items() if isinstance(figure, Absent)]
    assert untold == ["fans", "members", "both"]


def test_the_fee_of_an_order_counts_once_however_many_lines_it_has(shop, stall):
    _, holdings, orders = shop
    found = refunds.charged(holdings.frames(platform="wechat"))
    assert found["wechat"].value == pytest.approx(FEE, abs=1e-3)
    assert orders["line_no"].max() > 0
    assert refunds.charged(stall[1].frames()) == {}
    assert refunds.charged(holdings.frames(), k=10**6) == {}
    assert found["wechat"].sources == holdings.refs("orders")


def test_a_reported_share_is_weighted_by_its_sales():
    rows = pd.DataFrame({
        "gmv_fen": [100, 300, 500], "fan_gmv_share": [0.5, 0.9, np.nan], "fan_gmv_fen": [None, 240, None],
        "period_start": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]),
    })  # fmt: skip
    key = "fan_gmv_share_reported_periods"
    figure = there(reported.of_dashboard(rows, key, ("orders:a.csv",)))
    assert figure.value == pytest.approx((50 + 240) / 400)  # an amount comes before a share, a gap counts nowhere
    assert (figure.n, figure.sources) == (2, ("orders:a.csv",))
    assert isinstance(reported.of_dashboard(None, key, ()), Absent)
    series = reported.monthly([], rows, ())
    assert [(at, round(there(one).value, 6)) for at, one in series["dashboard"]] == [(1, 0.5), (2, 0.8)]
    said = reported.months_said(series)
    assert [there(said.figures[name]).value for name in ("low", "high")] == pytest.approx([0.5, 0.8])
    assert "give" not in said.figures
    assert all(isinstance(one, Absent) for one in reported.ends([]))


def test_a_month_is_as_sure_as_its_interval():
    key = "fan_gmv_share_paid"
    months = [Figure(0.5, 0.5 - half, 0.5 + half, "ratio", "sampling95", key) for half in (0.08, 0.1, 0.2)]
    said = reported.months_said({"orders": [*enumerate(months)], "dashboard": []})
    assert there(said.figures["give"]).value == pytest.approx(0.1)
    assert "a single month" in str(said.message)


def test_labels_of_the_parts_have_chinese():
    chinese = Language("zh")
    named = [table for name, table in tables(labels.__file__).items() if name.isupper() and name != "PLATFORMS"]
    words = [word for table in named for word in ([table] if isinstance(table, str) else table.values())]
    assert len(words) > 40
    assert [word for word in words if chinese.message(word) == word] == []


# --- holdings ------------------------------------------------------------------------------------------


def test_holdings_name_the_files_behind_a_table(shop):
    truth, holdings, orders = shop
    assert len(holdings.refs("orders")) == len(truth["files"])
    assert all(re.fullmatch("orders:exports/wechat_shop-[0-9a-f]{8}", ref) for ref in holdings.refs("orders"))
    followed = {re.sub("-[0-9a-f]{8}$", "", ref) for ref in holdings.frames("follows").sources}
    assert followed == {f"orders:exports/{name}" for name in ("wechat_shop", "buyer_keys", "follows")}
    assert len(holdings.orders) == len(orders)
    assert holdings.orders.attrs["refs"] == holdings.refs("orders", "buyer_keys")
    assert set(holdings.records) >= {*holdings.refs("orders"), *holdings.refs("sessions")}
    assert holdings.missing("orders") is None
    assert holdings.missing("unheard")._repr_mimebundle_()[NO_INPUT] == {"reason": MISSING}
    assert Language("zh").message(MISSING) != MISSING


def test_what_a_client_calls_a_file_is_not_in_its_tables(tmp_path):
    client(tmp_path / "shop", "coin", "--buyers", "40")
    (exported,) = (tmp_path / "shop" / "exports").glob("*_douyin_shop.csv")
    exported.rename(exported.with_name("{share} {0}.csv"))
    holdings = Holdings(books_of(tmp_path / "shop" / "exports", tmp_path / "store"), date(2025, 12, 31), 0)
    names = [ENGLISH.say(name) for name in holdings.files["file"]]
    assert [name for name in names if name.startswith("exports/douyin_shop-")]
    assert not [name for name in names if "share" in name]


# --- the notebook --------------------------------------------------------------------------------------


def test_the_demo_page_says_what_is_true_of_the_demo():
    truth = json.loads((data_dir() / "subjects" / "demo" / "truth.json").read_text(encoding="utf-8"))
    book, records = ran("demo")
    files = truth["files"]
    assert value(records["accounting"], "records") == sum(file["records"] for file in files)
    assert value(records["accounting"], "quarantined") == sum(file["quarantined"] for file in files)
    assert value(records["set_aside"], "problems") == len(records["set_aside"]["chart"]["rows"]) == 12
    shares = {row["definition"]: row["value"] for row in records["fan_share"]["chart"]["rows"]}
    fans = truth["shops"][0]["fan_share"]
    # orders without a key are left out of those that are counted, not of those that are reported
    assert shares["fan_gmv_share_paid"] == pytest.approx(fans["payment_of_shop"], abs=0.01)
    assert shares["fan_gmv_share_export"] == pytest.approx(fans["export_of_shop"], abs=0.01)
    assert shares["fan_gmv_share_paid_live"] == pytest.approx(fans["payment_of_broadcasts"], abs=0.01)
    assert shares["fan_gmv_share_start_live"] == pytest.approx(fans["start_of_broadcasts"], abs=0.01)
    assert shares["fan_gmv_share_reported_broadcasts"] == pytest.approx(fans["payment_of_broadcasts"])
    assert shares["fan_gmv_share_reported_periods"] == pytest.approx(fans["payment_of_shop"])
    assert value(records["charged"], "charged") == pytest.approx(FEE, abs=1e-3)
    assert {key for key, role in roles(records).items() if role == "absent"} == set()
    assert roles(records)["orders_answer"] == "answer"
    assert sum(role == "headline" for role in roles(records).values()) <= 4
    cited = {ref for record in records.values() for ref in record["sources"]}
    assert cited <= set(book.references().records)
    assert {ref for ref in cited if ref.startswith("orders:")} == set(book.own.records)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "clients"))
    return tmp_path / "clients"


def test_without_buyer_keys_the_dashboards_speak_for_fans(elsewhere):
    truth = client(elsewhere / "nokeys", "coin", "--buyers", "150", "--keys", "0")
    _, records = ran("nokeys")
    rows = {row["definition"]: row["value"] for row in records["fan_share"]["chart"]["rows"]}
    fans = truth["shops"][0]["fan_share"]
    assert rows == {
        "fan_gmv_share_reported_broadcasts": pytest.approx(fans["payment_of_broadcasts"]),
        "fan_gmv_share_reported_periods": pytest.approx(fans["payment_of_shop"]),
    }
    assert value(records["identity"], "known") == 0
    assert roles(records)["sought"] == "absent"
    assert title(FindingRecord.model_validate(records["orders_answer"]), ENGLISH).startswith(
        "These exports carry figures on sales, none on buyers"
    )


def test_with_dashboards_alone_their_share_is_the_answer(elsewhere):
    client(elsewhere / "boards", "coin", "--buyers", "80", "--keys", "0")
    (exported,) = (elsewhere / "boards" / "exports").glob("*_douyin_shop.csv")
    exported.unlink()
    book, records = ran("boards")
    assert book.own.missing("orders", "sessions", "aggregates") is None
    assert title(FindingRecord.model_validate(records["orders_answer"]), ENGLISH).startswith(
        "Only what the dashboards report is at hand"
    )
    assert roles(records)["accounting"] == roles(records)["refunds"] == "absent"


def test_with_no_exports_every_cell_runs_and_the_section_has_no_input(elsewhere):
    client(elsewhere / "bare", "coin", "--buyers", "40", "--keys", "0")
    shutil.rmtree(elsewhere / "bare" / "exports")
    book, records = ran("bare")
    assert set(roles(records).values()) == {"absent"}
    shown = book.own.missing("orders", "sessions", "aggregates")._repr_mimebundle_()
    cell = {"cell_type": "code", "source": "x", "outputs": [{"data": shown}]}
    assert executed.no_input({"cells": [cell]}) == MISSING
