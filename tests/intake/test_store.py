"""The store: what two tables say must follow from the exports alone, not from the secret or how files are cut."""

import random
import shutil
import stat
from datetime import date

import pyarrow.parquet as pq
import pytest

from siyu.engines.clusters import cluster_of
from siyu.errors import UsageError
from siyu.intake.formats.catalogue import formats
from siyu.intake.store import client_tables
from siyu.intake.store.client_tables import books_of
from siyu.intake.store.keyring import secret
from siyu.paths import project_root
from siyu.simulator import writing

HEAD = "order_id,buyer_key,paid_at,amount,refund\n"


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    path = tmp_path / "elsewhere" / "identity.key"
    monkeypatch.setenv("SIYU_KEY", str(path))
    return path


def put(folder, name, text, encoding="utf-8"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def tables(exports_folder, store):
    result = books_of(exports_folder, store)
    return result, pq.read_table(result.orders), pq.read_table(result.purchases)


def rows(seed=1, count=400):
    rng = random.Random(seed)  # noqa: S311
    return [
        f"A{n:05d},user{rng.randrange(60):03d},"
        f"2021-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d} 10:00:{n % 60:02d},"
        f"{rng.randrange(1, 900)}.{rng.randrange(100):02d},{rng.choice(['', '', '0.50'])}\n"
        for n in range(count)
    ]


def oracle(lines):
    """Purchases by plain Python."""
    days: dict[tuple[int, date], list[int]] = {}
    orders = sorted((line.split(",")[2], line.split(",")[0], line.strip().split(",")) for line in lines)
    ids: dict[str, int] = {}
    clusters: list[int] = []
    for _, order_id, (_, buyer, when, paid, refund) in orders:
        if ids.setdefault(buyer, len(ids)) == len(clusters):
            clusters.append(cluster_of(order_id))
        entry = days.setdefault((ids[buyer], date.fromisoformat(when[:10])), [0, 0, 0])
        gross = round(float(paid) * 100)
        for place, value in enumerate((1, gross, max(gross - round(float(refund or 0) * 100), 0))):
            entry[place] += value
    found = []
    for (buyer, day), sums in sorted(days.items()):
        mine = sorted(d for b, d in days if b == buyer)
        number = mine.index(day)
        to_next = (mine[number + 1] - day).days if number + 1 < len(mine) else None
        previous = (day - mine[number - 1]).days if number else None
        found.append((buyer, clusters[buyer], day, *sums, number + 1, to_next, previous, mine[0], None))
    return found


def test_purchases_equal_a_plain_count(tmp_path):
    lines = rows()
    _, orders, purchases = tables(put(tmp_path / "in", "a.csv", HEAD + "".join(lines)), tmp_path / "store")
    assert [tuple(row.values()) for row in purchases.to_pylist()] == oracle(lines)
    assert orders.num_rows == len(lines)
    assert orders["buyer_id"].to_pylist() == sorted(orders["buyer_id"].to_pylist())


def test_neither_secret_nor_order_nor_cut_changes_a_row(tmp_path, monkeypatch):
    lines = rows(2)
    _, orders, purchases = tables(put(tmp_path / "in", "a.csv", HEAD + "".join(lines)), tmp_path / "one")
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "other.key"))
    shuffled = list(lines)
    random.Random(3).shuffle(shuffled)  # noqa: S311
    folder = put(tmp_path / "in2", "a.csv", HEAD + "".join(shuffled[:150]))
    put(folder, "b.csv", HEAD + "".join(shuffled[150:]), "utf-16")
    _, again, purchases_again = tables(folder, tmp_path / "two")
    assert again.equals(orders)
    assert purchases_again.equals(purchases)


def test_the_newest_export_of_an_order_wins(tmp_path):
    folder = put(tmp_path / "in", "1791430000_a.csv", HEAD + "A1,u1,2021-08-01 10:00:00,10.00,10.00\n")
    put(folder, "1691430000_z.csv", HEAD + "A1,u1,2021-08-01 10:00:00,10.00,\nA2,u1,2021-08-03 10:00:00,5.00,\n")
    _, orders, purchases = tables(folder, tmp_path / "store")
    assert {row["order_id"]: row["net_fen"] for row in orders.to_pylist()} == {"A1": 0, "A2": 500}
    assert purchases["day"].to_pylist() == [date(2021, 8, 3)]


def test_unchanged_exports_are_not_read_again(tmp_path, monkeypatch):
    folder = put(tmp_path / "in", "a.csv", HEAD + "".join(rows(4, 50)))
    first, orders, _ = tables(folder, tmp_path / "store")
    monkeypatch.setattr("siyu.intake.store.parts.read", None)  # a second reading would fail
    second, again, _ = tables(folder, tmp_path / "store")
    assert again.equals(orders)
    assert second.accounts == first.accounts


def test_tables_that_another_process_finished_first_stay_and_are_used(tmp_path, monkeypatch):
    exports = put(tmp_path / "exports", "a.csv", HEAD + "".join(rows()))
    alone, orders, _ = tables(exports, tmp_path / "alone")
    store, counted = tmp_path / "store", client_tables.standing_tables

    def overtaken(*what):
        made = counted(*what)
        theirs = shutil.copytree(alone.orders.parent, store / "tables" / alone.orders.parent.name)
        (theirs / "theirs").touch()
        return made

    monkeypatch.setattr(client_tables, "standing_tables", overtaken)
    used, again, _ = tables(exports, store)
    assert again.equals(orders)
    assert (used.orders.parent / "theirs").exists()
    assert [one.name for one in (store / "tables").iterdir()] == [alone.orders.parent.name]


def test_amounts_of_an_order_count_once_and_refunds_once(tmp_path):
    entry = formats()["wechat_shop"]
    record = {"order_id": "1", "product_spec": "a", "order_paid_fen": 3_000, "paid_fen": 1_000, "status": "completed",
              "created_at": 1_630_000_000, "paid_at": 1_630_000_060}  # fmt: skip
    lines = [record | {"product_id": "1"}, record | {"product_id": "2", "paid_fen": 2_000, "refunded_fen": 500}]
    put(tmp_path / "in", "w.csv", writing.text(writing.header(entry), writing.rows(entry, lines)))
    taobao = formats()["taobao"]
    net = {"order_id": "1234567", "net_fen": 700, "refunded_fen": 300, "buyer_id": "u", "status": "completed",
           "created_at": 1_630_000_000, "paid_at": 1_630_000_060}  # fmt: skip
    put(tmp_path / "in", "t.csv", writing.text(writing.header(taobao), writing.rows(taobao, [net])), "gb18030")
    _, orders, purchases = tables(tmp_path / "in", tmp_path / "store")
    found = {(row["platform"], row["line_no"]): (row["paid_fen"], row["net_fen"]) for row in orders.to_pylist()}
    assert found == {("wechat", 0): (1_000, 1_000), ("wechat", 1): (2_000, 1_500), ("taobao", 0): (1_000, 700)}
    assert purchases["net_fen"].to_pylist() == [700]


def test_no_identity_is_written(tmp_path, key):
    folder = put(tmp_path / "in", "a.csv", HEAD + "A1,13900139000,2021-08-01 10:00:00,10.00,\n")
    tables(folder, tmp_path / "store")
    for path in (tmp_path / "store").rglob("*"):
        assert not path.is_file() or b"13900139000" not in path.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_secret_is_kept_apart_and_to_oneself(tmp_path, key, monkeypatch):
    first = secret()
    assert secret() == first
    key.chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        secret()
    with pytest.raises(UsageError, match="a place outside"):
        secret(key.parent)
    monkeypatch.setenv("SIYU_KEY", str(project_root() / "identity.key"))
    with pytest.raises(UsageError, match="a place outside"):
        secret()
    assert not (project_root() / "identity.key").exists()


def test_a_refused_export_leaves_no_part(tmp_path):
    result = books_of(put(tmp_path / "in", "a.csv", HEAD), tmp_path / "store")
    assert result.orders is None
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.name != "recognised.json"] == []


def test_a_refund_of_part_of_the_amount_leaves_the_rest_whatever_its_state_is_called(tmp_path):
    """千牛 says 退款成功 of a line of which 40 of 100 yuan came back, and 无退款申请 where nobody asked."""
    golden = project_root() / "tests" / "intake" / "golden" / "taobao_lines_2026.csv"
    _, orders, _ = tables(put(tmp_path / "in", "a.csv", golden.read_text("gb18030")), tmp_path / "store")
    found = orders.select(["paid_fen", "net_fen", "refund_state", "net_uncertain"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        (10_000, 10_000, "none", False),
        (10_000, 6_000, "part_refunded", False),
    ]


@pytest.mark.parametrize("named", [True, False])
def test_lines_taken_in_groups_give_the_same_tables(tmp_path, monkeypatch, named):
    head, lines = HEAD, rows()
    if not named:
        cells = [line.split(",") for line in lines]
        head, lines = HEAD.replace("buyer_key,", ""), [",".join([one[0], *one[2:]]) for one in cells]
    folder = put(tmp_path / "exports", "a.csv", head + "".join(lines))
    whole = tables(folder, tmp_path / "whole")[1:]
    monkeypatch.setattr("siyu.intake.store.order_lines.SLICE", 30)
    assert tables(folder, tmp_path / "parted")[1:] == whole
    assert pq.ParquetFile(books_of(folder, tmp_path / "parted").orders).num_row_groups > 5
