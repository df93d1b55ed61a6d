"""The settlement that `siyu simulate` writes, read back: the planted rates by form of traffic lead in section 03."""

import pytest

from siyu.commands.simulate import client
from siyu.orders.measured import settled
from siyu.simulator.brand import Recipe, made
from siyu.simulator.charges import RATES, charges
from siyu.simulator.worlds import World
from siyu.workbook import open_workbook

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
        patch.setenv("SIYU_KEY", str(data / "key"))
        yield {name: open_workbook("03_platform_economics", name) for name in ("settled", "bare")}


def test_the_rate_of_each_form_is_recovered_and_leads(books):
    workbook = books["settled"]
    fees = workbook.economy(draws=1_000).inputs
    shop = fees["fee_douyin_shop"].rules[0]
    assert shop.rule_id == "own_douyin_shop"
    assert shop.rate_mode == pytest.approx(RATES["live"], abs=1e-3)
    assert fees["fee_douyin_card"].rules[0].rule_id == "own_douyin_card"
    # the booked truth of the same orders; the newest of them have no form yet
    truth = {one.traffic_form: one for one in settled(charges(made(PLAN)), ())}
    read = {one.traffic_form: one for one in settled(workbook.own.charges, ())}
    for form, booked in truth.items():
        assert read[form].rate.value == pytest.approx(booked.rate.value, rel=0.02)
        assert read[form].exempt.value == pytest.approx(booked.exempt.value, abs=0.01)
    assert {ref.rsplit("-", 1)[0] for ref in workbook.own.refs("charges")} == {"orders:exports/douyin_funds"}


def test_orders_lend_their_form_and_bases_of_zero_stand_apart(books):
    booked = books["settled"].own.charges
    assert set(booked["traffic_form"]) <= {"live", "video", "card", "all"}
    assert booked["exempt"].any()
    kept = booked.groupby("order_id")[["fee_fen", "base_fen"]].sum()
    assert (kept["base_fen"] == 0).any()  # given back in full
    assert (kept.loc[kept["base_fen"] == 0, "fee_fen"] == 0).all()


def test_without_a_settlement_a_rule_leads(books):
    assert books["bare"].own.charges is None
    rules = books["bare"].economy(draws=1_000).inputs["fee_douyin_shop"].rules
    assert not rules[0].rule_id.startswith("own_")
