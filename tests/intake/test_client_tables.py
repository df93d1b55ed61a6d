"""The books of a subject: buyers from key tables, spells in groups, follows, client-reported totals, identity."""

import datetime as dt
import os
import subprocess
import time

import pyarrow.parquet as pq
import pytest

from siyu.errors import UsageError
from siyu.intake.formats.catalogue import formats
from siyu.intake.store import client_tables
from siyu.intake.store.client_tables import books, books_of
from siyu.simulator import writing

DOUYIN = formats()["douyin_shop"]
BUYERS = ["@#open/aaa=", "@#open/bbb=", "@#open/ccc="]


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


def second(text):
    return int((dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001


def put(folder, name, text, encoding="utf-8"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def order(number, day, fen=10_000, **more):
    """A sub-order of its own main order."""
    when = second(f"{day}T10:00:00")
    record = {"order_id": f"69170000000000{number:05d}", "line_id": f"69180000000000{number:05d}", "paid_fen": fen,
              "created_at": when, "paid_at": when + 60, "status": "completed", "traffic_form": "live"}  # fmt: skip
    return record | more


def douyin(folder, name, records):
    return put(folder, name, writing.text(writing.header(DOUYIN), writing.rows(DOUYIN, records)))


def keys(folder, name, pairs):
    lines = "".join(f"\t69170000000000{number:05d},{buyer}\n" for number, buyer in pairs)
    return put(folder, name, "主订单编号,doudian_open_id\n" + lines)


def rows(path):
    return pq.read_table(path).to_pylist()


def test_without_keys_there_are_orders_and_a_reason(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01"), order(2, "2021-08-02")])
    found = books_of(folder, tmp_path / "store")
    assert found.identity == (0.0, 2, "no_buyer_column")
    assert [row["buyer_id"] for row in rows(found.orders)] == [None, None]
    assert rows(found.purchases) == []


def test_a_key_table_names_the_buyers_of_an_export_without_any(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(n, f"2021-08-0{n}") for n in (1, 2, 3, 4)])
    keys(folder, "keys.csv", [(1, BUYERS[1]), (2, BUYERS[0]), (3, BUYERS[1])])
    found = books_of(folder, tmp_path / "store")
    assert found.identity == (0.75, 4, None)
    assert {row["order_id"][-1]: row["buyer_id"] for row in rows(found.orders)} == {"1": 0, "3": 0, "2": 1, "4": None}
    columns = ("buyer_id", "purchase_no", "days_to_next", "days_from_previous")
    assert [tuple(row[name] for name in columns) for row in rows(found.purchases)] == [
        (0, 1, 2, None), (0, 2, None, 2), (1, 1, None, None)]  # fmt: skip


def test_a_key_table_links_one_buyer_on_two_platforms(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01")])
    put(folder, "plain.csv", "order_id,buyer_key,paid_at,amount\nB000007,u1,2021-08-05 10:00:00,5.00\n"
        "B000008,u1,2021-08-06 10:00:00,5.00\n")  # fmt: skip
    keys(folder, "keys.csv", [(1, BUYERS[0])])
    put(folder, "more_keys.csv", f"order_id,buyer_key\nB000007,{BUYERS[0]}\n")
    found = {row["order_id"]: row["buyer_id"] for row in rows(books_of(folder, tmp_path / "store").orders)}
    assert found == {"6917000000000000001": 0, "B000007": 0, "B000008": 1}


def test_of_key_tables_that_name_an_order_the_newest_wins(tmp_path):
    folder = douyin(tmp_path / "exports", "a.csv", [order(number, f"2021-08-0{number}") for number in (1, 2, 3, 4)])
    keys(folder, "keys_2021-09-01.csv", [(1, "A1"), (2, "A1")])
    keys(folder, "keys_2021-09-02.csv", [(1, "C3"), (3, "C3")])
    found = {row["order_id"][-1]: row["buyer_id"] for row in rows(books_of(folder, tmp_path / "store").orders)}
    assert found == {"1": 0, "2": 1, "3": 0, "4": None}


def test_a_join_counts_only_strictly_before_the_payment(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(n, "2021-08-05") for n in (1, 2, 3)])
    keys(folder, "keys.csv", enumerate(BUYERS, 1))
    put(folder, "members.csv", "group_id,member_key,join_at,exit_at\n"
        f"g1,{BUYERS[0]},2021-08-05 10:00:59,\n"    # a second before
        f"g1,{BUYERS[1]},2021-08-05 10:01:00,\n"    # the same second
        f"g1,{BUYERS[2]},2021-07-01 10:00:00,2021-08-01 10:00:00\n"  # had left
        "g1,u9,2021-07-01 10:00:00,\n")  # fmt: skip
    found = books_of(folder, tmp_path / "store")
    assert [row["member_before_first_order"] for row in rows(found.purchases)] == [True, False, False]
    assert [row["buyer_id"] for row in rows(found.members)] == [0, 1, 2, 3]  # who never bought comes last


def test_without_a_member_file_membership_is_unknown(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-05")])
    keys(folder, "keys.csv", [(1, BUYERS[0])])
    found = books_of(folder, tmp_path / "store")
    assert found.members is None
    assert rows(found.purchases)[0]["member_before_first_order"] is None


def test_the_newest_list_says_how_a_spell_ended(tmp_path):
    folder = put(tmp_path / "in", "1691430000_m.csv", "group_id,member_key,join_at,exit_at\n"
                 "g1,u1,2021-03-01 10:00:00,\n")  # fmt: skip
    put(folder, "1791430000_m.csv", "group_id,member_key,join_at,exit_at\n"
        "g1,u1,2021-03-01 10:00:00,2021-05-01 10:00:00\ng1,u1,2021-06-01 10:00:00,\n")  # fmt: skip
    found = rows(books_of(folder, tmp_path / "store").members)
    assert [(row["joined_at"].month, row["left_at"] and row["left_at"].month) for row in found] == [(3, 5), (6, None)]


def test_follows_stand_beside_buyers(tmp_path):
    folder = put(tmp_path / "in", "plain.csv", "order_id,buyer_key,paid_at,amount\nA1,u2,2021-08-05 10:00:00,5.00\n")
    put(
        folder,
        "follows.csv",
        "买家标识,关注时间,取关时间\nu1,2021-02-01 10:00:00,\nu2,2021-03-01 10:00:00,2021-09-01 10:00:00\n",
    )
    found = rows(books_of(folder, tmp_path / "store").follows)
    assert [(row["buyer_id"], row["followed_at"].month) for row in found] == [(0, 3), (1, 2)]


def test_client_reported_totals_are_there_without_any_order(tmp_path):
    folder = put(
        tmp_path / "in",
        "1691430000_s.csv",
        "live_id,start,gmv_broadcast,粉丝成交金额占比\n7,2021-08-01 20:00:00,100.00,80%\n",
    )
    put(folder, "1791430000_s.csv", "live_id,start,gmv_broadcast,粉丝成交金额占比\n7,2021-08-01 20:00:00,120.00,83%\n"
        "6,2021-07-01 20:00:00,50.00,60%\n")  # fmt: skip
    put(folder, "aggregates.csv", "日期,成交金额,粉丝成交金额占比\n2021-08-01,170.00,0.75\n")
    found = books_of(folder, tmp_path / "store")
    assert (found.orders, found.identity.reason) == (None, "no_orders")
    sessions, months = (found.frame(kind) for kind in ("sessions", "aggregates"))
    assert sessions[["session_id", "gmv_fen", "fan_gmv_share"]].to_numpy().tolist() == [
        ["6", 5_000, 0.6], ["7", 12_000, 0.83]]  # fmt: skip
    assert months["gmv_fen"].tolist() == [17_000]


def test_masked_buyers_are_none(tmp_path):
    folder = put(
        tmp_path / "in", "plain.csv", "order_id,buyer_key,paid_at,amount\nA1,186******05,2021-08-05 10:00:00,5.00\n"
    )
    assert books_of(folder, tmp_path / "store").identity == (0.0, 1, "masked")


def test_a_part_refund_of_unknown_amount_is_counted_in_full_and_said(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [
        order(1, "2021-08-01", 5_000, refund_state="part_refunded"), order(2, "2021-08-02", 700)])  # fmt: skip
    found = books_of(folder, tmp_path / "store")
    assert [(row["net_fen"], row["net_uncertain"]) for row in rows(found.orders)] == [(5_000, True), (700, False)]
    assert found.accounts[0].net_uncertain == (1, 5_000)
    assert found.accounts[0].clean


def test_a_closed_order_brought_nothing(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01", status="closed")])
    keys(folder, "keys.csv", [(1, BUYERS[0])])
    found = books_of(folder, tmp_path / "store")
    assert [(row["paid_fen"], row["net_fen"]) for row in rows(found.orders)] == [(10_000, 0)]
    assert rows(found.purchases) == []


def test_gifts_are_no_purchases(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01"), order(2, "2021-08-02", 0)])
    keys(folder, "keys.csv", [(1, BUYERS[0]), (2, BUYERS[0])])
    assert len(rows(books_of(folder, tmp_path / "store").purchases)) == 1


def test_the_digest_follows_content_and_not_the_secret(tmp_path, monkeypatch):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01")])
    first = books_of(folder, tmp_path / "store")
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "another.key"))
    assert books_of(folder, tmp_path / "other").digest == first.digest
    douyin(folder, "a.csv", [order(1, "2021-08-02")])
    changed = books_of(folder, tmp_path / "store")
    assert changed.digest != first.digest
    assert len(list((tmp_path / "store" / "parts").iterdir())) == 1  # what is gone from the exports is gone here


def test_unchanged_exports_are_not_opened_again(tmp_path, monkeypatch):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01")])
    first = books_of(folder, tmp_path / "store")
    for name in ("client_tables.sources", "canonical.write_tables", "client_tables.part_of"):
        monkeypatch.setattr(f"siyu.intake.store.{name}", None)
    assert books_of(folder, tmp_path / "store") == first


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01")])
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / "store" / "parts" / f"abc.{ended.pid}").mkdir(parents=True)
    (tmp_path / "store" / "parts" / f"abc.{os.getppid()}").mkdir()
    books_of(folder, tmp_path / "store")
    left = {path.name for path in (tmp_path / "store" / "parts").glob("abc.*")}
    assert left == {f"abc.{os.getppid()}"}


def test_the_same_file_twice_is_named(tmp_path):
    folder = douyin(tmp_path / "in", "a.csv", [order(1, "2021-08-01")])
    douyin(folder, "b.csv", [order(1, "2021-08-01")])
    found = books_of(folder, tmp_path / "store")
    assert [problem.code for account in found.accounts for problem in account.problems] == ["same_file"]
    assert len(rows(found.orders)) == 1


@pytest.mark.parametrize(("large", "alike"), [(client_tables.LARGE, True), (100, False)])
def test_equal_files_and_large_ones_take_turns(tmp_path, monkeypatch, large, alike):
    busy, most, real = [], [], client_tables.part_of

    def slow(source, folder, *more):
        busy.append(folder)
        time.sleep(0.1)
        most.append(len(busy))
        found = real(source, folder, *more)
        busy.remove(folder)
        return found

    monkeypatch.setattr(client_tables, "part_of", slow)
    monkeypatch.setattr(client_tables, "LARGE", large)
    for number, name in enumerate("abcd"):
        folder = douyin(tmp_path / "in", f"{name}.csv", [order(1 if alike else number, "2021-08-01")])
    books_of(folder, tmp_path / "store")
    assert most == [1] * 4


def test_a_subject_is_found_by_its_id(tmp_path, monkeypatch):
    monkeypatch.delenv("SIYU_HOME", raising=False)  # as a container has it set
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))
    monkeypatch.setenv("SIYU_DATA", str(data := tmp_path / "data"))
    with pytest.raises(UsageError, match="a known subject"):
        books("snack_brand")
    put(data / "snack_brand", "subject.yml", "name: {zh: 零食, en: Snacks}\n")
    assert books("snack_brand").identity == (0.0, 0, "no_orders")
    douyin(data / "snack_brand" / "exports", "a.csv", [order(1, "2021-08-01")])
    found = books("snack_brand")
    assert found.orders is not None
    assert (data / ".store" / "snack_brand") in found.orders.parents


def spend(folder, name, *lines):
    return put(folder, name, "day,account,channel,scope,spend\n" + "".join(f"{line}\n" for line in lines))


def test_reported_tables_hold_each_row_as_the_newest_export_tells(tmp_path):
    folder = spend(
        tmp_path / "in", "2026-09-02 ads.csv", "2026-09-01,q1,直播,标准推广,100", "2026-09-01,q1,搜索,标准推广,7"
    )
    spend(folder, "2026-09-05 ads.csv", "2026-09-01,q1,直播,标准推广,120", "2026-09-02,q1,直播,全域推广,80")
    found = books_of(folder, tmp_path / "store").frame("ad_days")
    told = sorted(zip(found["day"].dt.day, found["channel"], found["scope"], found["spend_fen"], strict=True))
    assert told == [(1, "live", "paid", 12_000), (1, "search", "paid", 700), (2, "live", "mixed", 8_000)]
    assert "q1" not in set(found["account_id"])


def test_reported_tables_name_people_by_the_buyer_ids_of_the_orders(tmp_path):
    folder = douyin(tmp_path / "exports", "a.csv", [order(1, "2021-08-01"), order(2, "2021-08-02")])
    keys(folder, "keys.csv", [(1, BUYERS[1]), (2, BUYERS[0])])
    formats_of = tmp_path / "formats"
    formats_of.mkdir()
    (formats_of / "sent.yml").write_text(
        "name: {en: Sent, zh: 群发}\nkind: sends\nplatform: wechat\nsource: test\nidentify: [消息, 客户]\ncolumns:\n"
        "  message_id: {header: 消息, read: id, required: true}\n  buyer_id: {header: 客户, read: buyer}\n",
        encoding="utf-8",
    )
    put(folder, "sent.csv", f"消息,客户\nm1,{BUYERS[0]}\nm1,{BUYERS[2]}\nm1,\n")
    found = books_of(folder, tmp_path / "store").frame("sends")
    assert found["buyer_id"].fillna(-1).tolist() == [1, 2, -1]


def test_one_metric_a_file_comes_together_by_day(tmp_path):
    folder = put(tmp_path / "in", "2025-09-03 净增.csv", "日期,净增粉丝,主页访问\n2025-09-01,-11,7\n2025-09-02,5,9\n")
    put(folder, "2025-09-03 取关.csv", "日期,取关粉丝,总粉丝量\n2025-09-01,15,1000\n2025-09-02,2,1005\n")
    put(folder, "2025-09-05 净增.csv", "日期,净增粉丝,主页访问\n2025-09-02,6,9\n")
    found = books_of(folder, tmp_path / "store").frame("account_days")
    rows = found[["net_fans", "lost_fans", "fans"]].astype(int).to_numpy().tolist()
    assert rows == [[-11, 15, 1000], [6, 2, 1005]]


NAMED = (
    "name: {en: Room, zh: 场}\nkind: sessions\nplatform: douyin\nsource: test\nidentify: [观看, 成交]\ncolumns:\n"
    "  session_id: {read: row}\n  started_at: {read: time, named: '(\\d{4}-\\d\\d-\\d\\d)', required: true}\n"
    "  viewers: {header: 观看, read: count, required: true}\n  buyers: {header: 成交, read: count}\n"
)


def test_what_a_name_tells_is_read_anew_when_the_name_changes(tmp_path):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "named.yml").write_text(NAMED, encoding="utf-8")
    folder = put(tmp_path / "exports", "场 2025-09-01.csv", "观看,成交\n100,3\n")
    assert books_of(folder, tmp_path / "store").frame("sessions")["started_at"].dt.day.tolist() == [1]
    (folder / "场 2025-09-01.csv").rename(folder / "场 2025-09-02.csv")
    assert books_of(folder, tmp_path / "store").frame("sessions")["started_at"].dt.day.tolist() == [2]
    (folder / "场 2025-09-02.csv").rename(folder / "场.csv")
    (account,) = books_of(folder, tmp_path / "store").accounts
    assert [(problem.code, problem.found) for problem in account.problems] == [("missing_column", "started_at")]


def test_staff_in_a_group_are_no_spell_of_a_buyer(tmp_path):
    head = "chat_id,userid,type,join_time,quit_time\n"
    folder = put(tmp_path / "in", "m.csv", head + "wr1,op1,1,1572505490,\nwr1,wm1,2,1572505491,1575097200\n")
    (row,) = rows(books_of(folder, tmp_path / "store").members)
    assert (row["joined_at"].day, row["left_at"].day) == (31, 30)
