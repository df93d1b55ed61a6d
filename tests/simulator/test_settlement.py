"""The settlement that `siyu simulate` writes, read back: the planted rates by form of traffic lead in section 03."""

from dataclasses import replace

import pytest

from siyu.commands.simulate import client
from siyu.intake.store.client_tables import books_of
from siyu.orders.measured import settled
from siyu.simulator.brand import Recipe, made
from siyu.simulator.charges import RATES, charges
from siyu.simulator.worlds import World
from siyu.workbook import open_workbook

FIRST = 3_712_345_678_901_234_567  # order of the fund flow
PLAN = Recipe(World("null", buyers=700), seed=5, quirks=frozenset({"refunds"}))


def write(folder, *, settlement):
    for path, content in client("null", [PLAN], settlement=settlement).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    write(data / "settled", settlement=True)
    write(data / "bare", settlement=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_DATA", str(data))
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "key"))
        yield {name: open_workbook("03_platform_economics", name) for name in ("settled", "bare")}


def test_the_rate_of_each_form_is_recovered_and_leads(books):
    workbook = books["settled"]
    fees = workbook.economy(draws=1_000).inputs
    shop = fees["fee_douyin_shop"].rules[0]
    assert shop.rule_id == "own_douyin_shop"
    assert shop.rate_mode == pytest.approx(RATES["live"], abs=1e-3)
    assert fees["fee_douyin_card"].rules[0].rule_id == "own_douyin_card"
    # the booked truth of the same orders; the newest of them have no form yet
    truth, read = ({form: rate.value for _, form, rate in settled(booked, ())}
                   for booked in (charges(made(PLAN)), workbook.own.charges))  # fmt: skip
    assert {form: read[form] for form in truth} == pytest.approx(truth, rel=0.02)
    assert {ref.rsplit("-", 1)[0] for ref in workbook.own.refs("charges")} == {"orders:exports/douyin_funds"}


def test_orders_lend_their_form_and_bases_of_zero_stand_apart(books):
    booked = books["settled"].own.charges
    assert set(booked["traffic_form"]) <= {"live", "video", "card", "all"}
    assert ((booked["fee_fen"] == 0) & (booked["base_fen"] > 0)).any()  # exempt orders count
    kept = booked.groupby("order_id")[["fee_fen", "base_fen"]].sum()
    assert (kept["base_fen"] == 0).any()  # given back in full
    assert (kept.loc[kept["base_fen"] == 0, "fee_fen"] == 0).all()


def test_without_a_settlement_a_rule_leads(books):
    assert books["bare"].own.charges is None
    rules = books["bare"].economy(draws=1_000).inputs["fee_douyin_shop"].rules
    assert not rules[0].rule_id.startswith("own_")


def test_a_flow_of_funds_books_what_was_paid_and_taken_apart(books, tmp_path):
    lines = ["流水单号,记账时间,动帐类型,收支类型,收支金额,关联订单号"]
    for number in range(40):
        order, at = FIRST + number * 7_919, f"2025-06-{number % 28 + 1:02d} 10:00:00"
        lines += [f"{number}1,{at},订单支付,收入,100.00,{order}", f"{number}2,{at},技术服务费,支出,-2.00,{order}"]
    lines += [f"991,2025-06-30 10:00:00,订单退款,支出,-100.00,{FIRST}",
              f"992,2025-06-30 10:00:00,技术服务费退回,收入,2.00,{FIRST}",
              "993,2025-06-30 10:00:00,提现,支出,-50.00,"]  # fmt: skip
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "flow.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = replace(books["bare"].own, books=books_of(tmp_path / "exports", tmp_path / "store"))
    ((platform, form, rate),) = settled(own.charges, ())
    assert (platform, form, rate.value, rate.n) == ("wechat", "all", 0.02, 39)
