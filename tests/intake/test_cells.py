"""Cells of exports: what is read, and what is refused rather than guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.intake.formats.cells import READERS, bare, buyer, count, fee_fen, fen, identifier, moment, share
from siyu.intake.reading.problems import masked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("128.50", 12_850), ("\t128.5", 12_850), ("1,285.00", 128_500), ("¥12", 1_200),
        ("￥1,200.5", 120_050),
        ("１２８．５０", 12_850), ("1.2万", 1_200_000),
        ("1.2 w", 1_200_000), ("3亿", 30_000_000_000), ("12.00元", 1_200),
        ("0", 0), ("-", None), ("——", None), ("", None), (" ", None), ("99999999999.99", 9_999_999_999_999),
        ("12.500", 1_250),
    ],
)  # fmt: skip
def test_money_is_read_in_fen(text, value):
    assert fen(text) == (value, "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12a.5", "not_money"), ("1.2E+05", "not_money"), ("12,50", "not_money"), ("1,2,3", "not_money"),
        ("-12", "negative"), ("12.345", "not_fen"), ("nan", "not_money"),
        ("inf", "not_money"), ("0x10", "not_money"), ("1 2", "not_money"), ("(12.00)", "not_money"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_named(text, code):
    assert fen(text) == (None, code)


def test_ten_thousands_stay_exact():
    assert fen("1.23456万") == (1_234_560, "")
    assert fen("1.234567891万") == (None, "not_fen")


@given(st.integers(0, 10**14))
def test_every_amount_of_fen_survives(value):
    assert fen(f"{value // 100}.{value % 100:02d}") == (value, "")
    assert fen(f"{value // 100:,}.{value % 100:02d}") == (value, "")


def test_fees_may_have_either_sign():
    assert fee_fen("-1.50") == (-150, "")
    assert fee_fen("1.50") == (150, "")
    assert fee_fen("-") == (None, "")


@pytest.mark.parametrize(
    "text", ["2021-08-24 00:08:00", "2021/8/24 0:08", "2021年8月24日 0:08", "2021-08-24T00:08:00+08:00"]
)
def test_both_shapes_of_a_time_agree(text):
    assert moment(text) == (1_629_763_680, "")


@pytest.mark.parametrize(
    "text",
    ["2021-13-01", "2021-02-29", "24/8/2021", "44432.5", "0000-00-00", "2021-08-24 24:00", "20210824", "1629763680"],
)
def test_what_is_no_time_is_refused(text):
    assert moment(text) == (None, "not_time")


@pytest.mark.parametrize(
    "text", ['="6917000000000000123"', "\t6917000000000000123", "'6917000000000000123", "`6917000000000000123"]
)
def test_ids_stay_text_without_their_wrapping(text):
    assert identifier(text) == ("6917000000000000123", "")


@pytest.mark.parametrize("text", ["6.917E+18", "6917000000000000123.0", "6e18"])
def test_damaged_ids_are_refused(text):
    assert identifier(text) == (None, "damaged_id")


def test_leading_zeros_of_an_id_stay():
    assert identifier("000123") == ("000123", "")


@pytest.mark.parametrize("text", ["186******05", "##Zk9v==##Ab1==", "$$abc$1$", "没有", "匿名用户", "***", "张*"])
def test_masked_identities_are_no_keys(text):
    expected = (None, "") if text != "张*" else (text, "")
    assert buyer(text) == expected


def test_counts_and_shares():
    assert count("3件") == (3, "")
    assert count("1.5") == (None, "not_count")
    assert share("83.0％") == (0.83, "")
    assert share("0.83") == (0.83, "")
    assert share("83") == (None, "not_share")


@given(st.text(max_size=40), st.sampled_from(sorted(READERS)))
def test_a_reader_never_raises_and_never_does_both(text, reader):
    value, code = READERS[reader](text)
    assert value is None or code == ""


@given(st.text(max_size=40))
def test_a_masked_sample_holds_no_digit_but_nine(text):
    assert not set(masked(text)) & set("012345678")


@given(st.text(max_size=20))
def test_bare_is_stable(text):
    assert bare(bare(text)) == bare(text) or '="' in text or "'" in text or "`" in text
