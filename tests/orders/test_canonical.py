"""Canonical orders are counted as the exports that they were made of, by either engine, or refused."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pandas as pd
import pyarrow.parquet as pq
import pytest

from siyu.engines.choice import Engine
from siyu.engines.clusters import GROUPS, cluster_of
from siyu.engines.tables import run
from siyu.errors import UsageError
from siyu.orders import counts
from siyu.orders.canonical import canonical
from siyu.own_data import Holdings
from siyu.playbook.quadrant import placed
from siyu.subjects import load_subject

# how pyspark and ibis hand out a frame of Spark
pytestmark = [
    pytest.mark.filterwarnings("ignore:The copy keyword"),
    pytest.mark.filterwarnings("ignore:The 'future.infer"),
]


@pytest.fixture(scope="module")
def about():
    return load_subject("demo")


@pytest.fixture(scope="module")
def lines(about):
    """The demo's order lines as a client's own warehouse would hold them."""
    own = Holdings.of(about, about.as_of).orders
    keys = own["buyer_id"].map(lambda one: sha256(str(one).encode()).hexdigest(), na_action="ignore")
    paid = (own["paid_at"] - timedelta(hours=8)).dt.tz_localize("UTC")
    return own[["order_id", "line_no", "platform", "status", "paid_fen"]].assign(
        buyer_key=keys.astype("string"), paid_at=paid, refunded_fen=own["paid_fen"] - own["net_fen"]
    )


def stored(rows, folder, kind="duckdb"):
    """The rows in two files of a folder."""
    (folder / "lines").mkdir()
    for number, part in enumerate((rows[::2], rows[1::2])):
        part.to_parquet(folder / "lines" / f"{number}.parquet", index=False)
    return Engine(kind=kind, orders=str(folder / "lines"))


def counted(about, engine):
    frames = Holdings.of(about.model_copy(update={"engine": engine}), about.as_of).every().until(about.as_of)
    return [counts.cohorts(frames), counts.histories(frames), pd.DataFrame(counts.first_gaps(frames, 90).sum(0))]


def alike(one, other):
    return all(left.equals(right) for left, right in zip(one, other, strict=True))


@pytest.mark.parametrize("kind", ["duckdb", pytest.param("spark", marks=pytest.mark.java)])
def test_they_are_counted_as_the_exports_are(about, lines, tmp_path, kind):
    assert alike(counted(about, Engine()), counted(about, stored(lines, tmp_path, kind)))


@pytest.mark.parametrize("kind", ["duckdb", pytest.param("spark", marks=pytest.mark.java)])
def test_clusters_follow_the_first_order_whatever_the_engine(lines, tmp_path, monkeypatch, kind):
    monkeypatch.setattr("siyu.orders.canonical.SMALL", 100)
    orders, purchases = canonical(stored(lines, tmp_path, kind))
    rows = run(purchases.select("buyer_id", "cluster").distinct()).set_index("buyer_id")["cluster"]
    known = lines.dropna(subset=["buyer_key"]).sort_values(["paid_at", "order_id"]).drop_duplicates("buyer_key")
    expected = known.set_index("buyer_key")["order_id"].map(cluster_of)
    assert rows.astype(int).to_dict() == expected[rows.index].to_dict()
    assert orders.buyer_id.type().is_string()
    assert set(range(GROUPS)) == set(rows.astype(int))


@pytest.mark.parametrize("kind", ["duckdb", pytest.param("spark", marks=[pytest.mark.java, pytest.mark.whole])])
def test_many_buyers_known_by_keys_are_placed_as_those_known_by_numbers(about, lines, tmp_path, monkeypatch, kind):
    exports = placed(Holdings.of(about, about.as_of).frames())
    monkeypatch.setattr("siyu.orders.canonical.SMALL", 100)
    engine = stored(lines, tmp_path, kind)
    held = Holdings.of(about.model_copy(update={"engine": engine}), about.as_of).frames()
    assert held.purchases.buyer_id.type().is_string()
    assert placed(held).gap == replace(exports.gap, sources=held.sources)


def test_buyers_of_an_engine_are_not_taken_for_members_of_the_exports(about, lines, tmp_path):
    held = Holdings.of(about.model_copy(update={"engine": stored(lines, tmp_path)}), about.as_of)
    frames = held.frames("members", "follows", "sessions")
    assert (frames.members, frames.follows) == (None, None)
    assert frames.sessions is not None
    assert Holdings.of(about, about.as_of).frames("members").members is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.assign(buyer_key="13800138000"), "keyed hashes"),
        (lambda rows: pd.concat([rows, rows.head(2)]), "2 lines twice"),
        (lambda rows: rows.drop(columns="refunded_fen"), "column refunded_fen"),
    ],
)
def test_what_is_not_canonical_is_refused(lines, tmp_path, change, said):
    with pytest.raises(UsageError, match=said):
        canonical(stored(change(lines), tmp_path))


def test_the_store_tells_the_same_clusters(about):
    books = Holdings.of(about, about.as_of).books
    rows, days = (pq.read_table(path).to_pandas() for path in (books.orders, books.purchases))
    known = rows.dropna(subset=["buyer_id"]).sort_values(["paid_at", "order_id"]).drop_duplicates("buyer_id")
    expected = known.set_index("buyer_id")["order_id"].map(cluster_of)
    assert rows.dropna(subset=["buyer_id"]).groupby("buyer_id")["cluster"].first().to_dict() == expected.to_dict()
    assert (days["cluster"] == days["buyer_id"].map(expected)).all()


def test_clusters_are_of_about_one_size():
    sizes = pd.Series([cluster_of(f"69{number:017d}") for number in range(100_000)]).value_counts()
    assert len(sizes) == GROUPS
    assert sizes.between(850, 1_150).all()
