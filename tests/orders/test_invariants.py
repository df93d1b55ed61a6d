"""What must not change a figure: the order of rows, how files are cut, the unit of money, the hashing key."""

from datetime import date, timedelta

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.intake.store.client_tables import books_of
from siyu.orders.counts import cohorts, histories
from siyu.orders.frames import opened
from siyu.orders.groups.uplift import uplift
from siyu.orders.repurchase import by_survival, in_window, retention, within
from siyu.simulator.worlds import World, lived

START = date(2021, 1, 1)
AS_OF = date(2021, 12, 31)
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

rows = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 360), st.integers(1, 5_000), st.floats(0, 1)), min_size=1, max_size=40
)


def orders(drawn, unit=1):
    """buyer_id, day, paid_fen, net_fen of (buyer, day, yuan, share refunded)."""
    frame = pd.DataFrame(drawn, columns=["buyer_id", "day", "paid_fen", "refunded"])
    frame["paid_fen"] *= unit
    frame["net_fen"] = frame["paid_fen"] - (frame["paid_fen"] * frame["refunded"]).astype("int64")
    frame["day"] = pd.Timestamp(START) + pd.to_timedelta(frame["day"], "D")
    return frame


def figures(frames):
    """Every repurchase figure of a year."""
    return in_window(frames, START, AS_OF) | within(frames)[0] | by_survival(frames) | {"triangle": retention(frames)}


@QUICK
@given(drawn=rows, shuffle=st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(brand, drawn, shuffle):
    table = brand.purchases(orders(drawn))
    places = list(range(table.num_rows))
    shuffle.shuffle(places)
    assert figures(opened(AS_OF, table.take(places))) == figures(opened(AS_OF, table))


@QUICK
@given(drawn=rows)
def test_currency_unit_changes_money_alone(brand, drawn):
    one, hundred = (opened(AS_OF, brand.purchases(orders(drawn, unit))) for unit in (1, 100))
    assert figures(one) == figures(hundred)
    assert (cohorts(one)["paid_fen"] * 100).tolist() == cohorts(hundred)["paid_fen"].tolist()


@QUICK
@given(drawn=rows)
def test_cohort_rows_sum_to_buyers(brand, drawn):
    frames = opened(AS_OF, brand.purchases(orders(drawn)))
    table = cohorts(frames)
    buyers = len({buyer for buyer, *_ in drawn})
    assert table.loc[table["cohort"] == table["month"], "buyers"].sum() == buyers
    assert histories(frames)["buyers"].sum() == buyers
    assert (table["buyers"] <= table.groupby("cohort")["buyers"].transform("first")).all()


@QUICK
@given(drawn=rows)
def test_refunds_never_raise_revenue(brand, drawn):
    table = cohorts(opened(AS_OF, brand.purchases(orders(drawn))))
    assert (table["net_fen"] <= table["paid_fen"]).all()


@QUICK
@given(drawn=rows, extra=st.tuples(st.integers(0, 8), st.integers(0, 360), st.integers(1, 5_000), st.just(0.0)))
def test_another_order_never_lowers_the_share_that_bought_twice(brand, drawn, extra):
    buyer = drawn[0][0]
    before, after = (
        in_window(opened(AS_OF, brand.purchases(orders(held))), START, AS_OF)["repurchase_rate_orders"].value
        for held in (drawn, [*drawn, (buyer, *extra[1:])])
    )
    assert after >= before


def export(folder, name, lines):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("order_id,buyer_key,paid_at,amount,refund\n" + "".join(lines), encoding="utf-8")


def test_neither_hashing_key_nor_cut_of_files_changes_a_byte(tmp_path, monkeypatch):
    lives = lived(World("coin", buyers=150, days=300, arrival_days=200), 1)
    lines = [
        f"A{number:05d},user{row.buyer:04d},{START + timedelta(days=row.day)} {row.minute // 60:02d}:{row.minute % 60:02d}:00,"
        f"{row.paid_fen / 100:.2f},\n"
        for number, row in enumerate(lives.orders.itertuples())
    ]
    export(tmp_path / "whole", "a.csv", lines)
    export(tmp_path / "cut", "a.csv", lines[1::2])
    export(tmp_path / "cut", "b.csv", lines[::2])
    held = []
    for name in ("whole", "cut"):
        monkeypatch.setenv("SIYU_KEY", str(tmp_path / f"{name}.key"))
        held.append(books_of(tmp_path / name, tmp_path / f"{name}.store"))
    assert (tmp_path / "whole.key").read_bytes() != (tmp_path / "cut.key").read_bytes()
    first, second = held
    assert first.purchases.read_bytes() == second.purchases.read_bytes()
    assert first.orders.read_bytes() == second.orders.read_bytes()
    assert figures(opened(AS_OF, first.purchases)) == figures(opened(AS_OF, second.purchases))


def test_order_of_rows_changes_no_comparison(brand):
    held = brand.tables(lived(World("coin", buyers=400), 5))
    shuffled = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in held.items()}
    as_of = World("coin").as_of
    assert uplift(opened(as_of, **shuffled)) == uplift(opened(as_of, **held))
