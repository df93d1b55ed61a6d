"""Definitions are types: arithmetic that makes no sense is refused, sources are never lost."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.figure import Absent, DefinitionMismatch, Figure

positive = st.floats(0.01, 1e6)


def gmv(low=5e6, high=10e6, sources=("claim:a",)):
    return Figure(low, low, high, "CNY", "claim_range", "monthly_gmv", sources)


def share(value=0.83):
    return Figure(value, value, value, "ratio", "none", "fan_gmv_share", ("claim:b",))


def test_product_has_the_range_unit_and_sources_of_both():
    fan = (share() * gmv()).named("fan_gmv")
    assert (fan.low, fan.value, fan.high) == pytest.approx((4.15e6, 4.15e6, 8.3e6))
    assert fan.unit == "CNY"
    assert fan.sources == ("claim:a", "claim:b")
    assert fan.interval_kind == "claim_range"


def test_complement_of_a_share_keeps_its_source():
    other = ((1 - share()) * gmv()).named("other_gmv")
    assert (other.low, other.high) == pytest.approx((0.85e6, 1.7e6))
    assert "claim:b" in other.sources


def test_quotient_of_money_and_people_is_not_money():
    followers = Figure(3e6, 3e6, 3e6, "users", definition="follower_count")
    assert (gmv() / followers).named("gmv_per_follower").unit == "CNY_per_follower"
    with pytest.raises(DefinitionMismatch):
        (gmv() / followers).named("fan_gmv")


def test_figures_of_different_definitions_are_not_subtracted():
    rate = Figure(0.7, 0.7, 0.7, "ratio", definition="group_repurchase_rate")
    with pytest.raises(DefinitionMismatch, match="side by side"):
        rate - share()


def test_two_assumption_intervals_are_not_multiplied_by_their_ends():
    a = Figure(2, 1, 3, "ratio", "assumption90", sources=("assumption:a",))
    b = Figure(2, 1, 3, "ratio", "assumption90", sources=("assumption:b",))
    with pytest.raises(ValueError, match="draws"):
        a * b


def test_dividing_by_a_range_around_zero_is_refused():
    with pytest.raises(ZeroDivisionError):
        gmv() / Figure(0.5, 0, 1, "ratio", "claim_range")


def test_absent_inputs_make_absent_results_that_say_why():
    result = (Absent(("fan_gmv_share",)) * gmv()).named("fan_gmv") + Absent(("dau",))
    assert result.needs == ("dau", "fan_gmv_share")
    assert isinstance(gmv() * Absent(("dau",)), Absent)
    assert isinstance(1 - Absent(("dau",)), Absent)


def test_value_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="outside"):
        Figure(5, 1, 2, "CNY")
    with pytest.raises(ValueError, match="not finite"):
        Figure(math.nan, 1, 2, "CNY")


def test_widened_keeps_its_own_value():
    level = Figure(5e6, 5e6, 5e6, "CNY", sources=("claim:a",))
    best = Figure(10e6, 10e6, 10e6, "CNY", sources=("claim:b",))
    wide = level.widened(best)
    assert isinstance(wide, Figure)
    assert (wide.value, wide.low, wide.high, wide.interval_kind) == (5e6, 5e6, 10e6, "claim_range")
    assert wide.sources == ("claim:a", "claim:b")


@given(positive, positive, positive, positive)
def test_products_and_quotients_hold_every_pair_of_points(a, b, c, d):
    x = Figure(min(a, b), min(a, b), max(a, b), "CNY", "claim_range")
    y = Figure(min(c, d), min(c, d), max(c, d), "ratio", "claim_range")
    for left in (a, b):
        for right in (c, d):
            assert (x * y).low <= left * right * (1 + 1e-12)
            assert left * right <= (x * y).high * (1 + 1e-12)
            assert (x / y).low <= left / right * (1 + 1e-12)
            assert left / right <= (x / y).high * (1 + 1e-12)


@given(positive, positive)
def test_apply_orders_the_ends_of_a_falling_function(a, b):
    x = Figure(min(a, b), min(a, b), max(a, b), "ratio", "claim_range")
    y = x.apply(lambda v: 1 / v, "take_rate")
    assert y.low <= y.value <= y.high


def of(entity, ref, value, unit="CNY", *, akin=(), definition=""):
    ties = tuple((f"claim:{ref}", f"claim:{other}", f"conflict:{tie}") for other, tie in akin)
    return Figure(value, value, value, unit, definition=definition, sources=(f"claim:{ref}",), entity=entity, akin=ties)


def test_a_share_of_one_entity_is_no_share_of_another():
    share, sales = of("shop.live", "a", 0.83, "ratio"), of("shop.domain", "b", 5e6)
    with pytest.raises(DefinitionMismatch, match=r"shop\.live and CNY of shop\.domain: different entities"):
        share * sales
    with pytest.raises(DefinitionMismatch, match="different entities"):
        (1 - share) * sales
    with pytest.raises(DefinitionMismatch, match="different entities"):
        share.apply(lambda p: 1 / (1 - p), "orders_per_buyer") * sales
    with pytest.raises(DefinitionMismatch, match="side by side"):
        sales.widened(of("shop.live", "c", 1e7))
    kept = share * of("shop.live", "c", 1e7)
    assert (kept.value, kept.entity, kept.sources) == (8.3e6, "shop.live", ("claim:a", "claim:c"))
    assert (share * Figure(0.05, 0.05, 0.05, "ratio", sources=("fee:f",))).entity == "shop.live"


def test_a_conflict_ties_claims_not_everything_of_their_entities():
    best = of("shop.live", "c", 1e7, akin=[("d", "C1")])
    followers = of("shop.matrix", "d", 3e6, "users", akin=[("c", "C1")])
    assert (best / followers).sources == ("claim:c", "claim:d", "conflict:C1")
    assert (followers / best).entity == "shop.matrix"
    from_fans = of("shop.live", "a", 0.83, "ratio") * best
    with pytest.raises(DefinitionMismatch, match="no conflict ties them"):  # claim a is tied to nothing
        from_fans / followers


def test_a_part_is_divided_by_its_whole_and_never_multiplied_with_it():
    part, whole = of("wechat.moments", "a", 7e8, "users"), of("wechat", "b", 1e9, "users")
    assert (part / whole).value == pytest.approx(0.7)
    for together in (lambda: whole / part, lambda: part * whole, lambda: part / of("wecha", "c", 1.0, "users")):
        with pytest.raises(DefinitionMismatch, match="different entities"):
            together()
