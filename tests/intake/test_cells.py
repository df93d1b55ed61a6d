"""Cells of exports: what is read, and what is refused rather than guessed."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from siyu.intake.formats.cells import READERS, bare, buyer, count, fen, identifier, moment, share, signed_fen
from siyu.intake.formats.times import EPOCH
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
        ("-12", "negative"), ("13912345678", "phone_amount"), ("128²", "not_money"), ("658①", "not_money"), ("nan", "not_money"),
        ("inf", "not_money"), ("0x10", "not_money"), ("1 2", "not_money"), ("(12.00)", "negative"), ("12.00-", "negative"), ("¥-5", "negative"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_named(text, code):
    assert fen(text) == (None, code)


def test_ten_thousands_stay_exact():
    assert fen("1.23456万") == (1_234_560, "")
    assert fen("1.234567891万") == (1_234_568, "part_fen")
    assert fen("1.2万", rounded=False) == (None, "rounded_amount")


@pytest.mark.parametrize(
    ("text", "value"),
    [("99.99999999999999", 10_000), ("5.551115123125783e-17", 0), ("-1.4E-14", 0), ("57.699999999999996", 5_770), ("0.1999999999999993", 20), ("100.", 10_000),
     ("100.(元)", 10_000), ("100.00（元）", 10_000), ("人民币100元", 10_000), ("RMB 1,285.00", 128_500),
     ("100元整", 10_000)],
)  # fmt: skip
def test_amounts_as_programs_and_people_print_them(text, value):
    assert fen(text) == (value, "")


def test_half_a_fen_is_rounded_and_said():
    assert fen("12.345") == (1_234, "part_fen")


@given(st.integers(0, 10**14))
@example(1_307_674_368_000)
@example(1_307_674_368_001)
def test_every_amount_of_fen_survives_but_telephone_numbers(value):
    telephone = value % 100 == 0 and 13_000_000_000 <= value // 100 < 20_000_000_000
    found = (None, "phone_amount") if telephone else (value, "")
    assert fen(f"{value // 100}.{value % 100:02d}") == found
    assert fen(f"{value // 100:,}.{value % 100:02d}") == (value, "")  # no telephone is written so


def test_fees_may_have_either_sign():
    assert signed_fen("-1.50") == (-150, "")
    assert signed_fen("1.50") == (150, "")
    assert signed_fen("-") == (None, "")
    for text in ("-¥1.50", "¥-1.50", "(1.50)", "1.50-", "（1.50）", "−1.50", "- 1.50"):
        assert signed_fen(text) == (-150, "")


@pytest.mark.parametrize(
    "text",
    ["2021-08-24 00:08:00", "2021/8/24 0:08", "2021年8月24日 0:08", "2021-08-24T00:08:00+08:00", "2021.8.24 0:08",
     "2021-08-24 00:08:00 +0800", "20210824 00:08:00", "20210824000800", "2021-08-24 上午 12:08", "2021/8/24 凌晨0:08",
     "2021-08-23T16:08:00Z", "2021年8月24日 星期二 0点08分", "2021-08-24 12:08 AM", "2021-08-24_00-08-00"],
)  # fmt: skip
def test_both_shapes_of_a_time_agree(text):
    assert moment(text) == (1_629_763_680, "")


def test_an_afternoon_is_twelve_hours_later():
    assert moment("2021-08-24 下午 2:15") == moment("2021-08-24 14:15")
    assert moment("2021-08-24 晚上8点") == moment("2021-08-24 20:00:00")
    assert moment("2021-08-24 中午1:30") == moment("2021-08-24 13:30:00")
    assert moment("2021-08-24 晚上12:30") == (None, "not_time")  # of which day, it does not say
    assert moment("2021-08-24 上午 14:15") == (None, "not_time")


@pytest.mark.parametrize(
    "text",
    ["2021-13-01", "2021-02-29", "24/8/2021", "44432.5", "0000-00-00", "2021-08-24 24:01", "1629763680", "8/24/2021"],
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


@pytest.mark.parametrize(
    "text",
    ["186******05", "##Zk9v==##Ab1==", "$$abc$1$", "没有", "匿名用户", "***", "张*", "王某", "李女士", "138xxxx1234", "138____1234",
     "#N/A", "#REF!", "nan", "None", "NULL", "undefined", "default", "0", "000000", "0.0", "-1", "?", ".", "---", "&nbsp;",
     "游客", "非会员", "未注册", "匿名买家", "无名氏", "微信用户", "散客", "新会员", "（匿名）", "Walk-in Customer", "N/A", "n.a.",
     "神秘买家", "用户不存在", "已注销用户", "測試", "匿名買家", "游客123", "guest_checkout", "Guest0042", "test1", "null,null",
     "未绑定手机", "加密中", "Err:502", "#N/A N/A", "1970-01-01", "0/0", "99999999", "1234567890", "deleted_user",
     "<null>", "[object Object]", "11111111111", "d41d8cd98f00b204e9800998ecf8427e", "００", "\u200b", "no name", "null@null.com",
     "隐私", "見備註", "22222222"],
)  # fmt: skip
def test_who_is_nobody_has_no_key(text):
    assert buyer(text) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        "b0000",
        "4e135",
        "王小明",
        "用户1234567",
        "wmABC_-1",
        "@#open/aaa=",
        "7",
        "Annie",
        "微信用户8",
        "老王",
        "oX5-0",
        "Naomi",
        "系统之家",
        "会员88",
        "guestbook",
        "test_driver",
        "12345",
        "Nana",
        "默默",
    ],
)
def test_a_key_stays_as_it_is(text):
    assert buyer(text) == (text, "")


@pytest.mark.parametrize(
    "text",
    ["13900000001", "+8613900000001", "86-13900000001", "0086 139 0000 0001", "139-0000-0001", "１３９００００００01",
     "139.0000.0001", "tel:13900000001", "手机：139-0000-0001", "13900000001(手机)", "139–0000–0001", "86_13900000001",
     "139/0000/0001", "139\u200b00000001", "(86)13900000001", "139\u00a00000\u00a00001", "'13900000001",
     "13900000001（微信）", "张三13900000001", "+86 (0)139-0000-0001", "013900000001", "139-00000001", "+86·13900000001;"],
)  # fmt: skip
def test_a_telephone_has_one_form(text):
    assert buyer(text) == ("13900000001", "")


def test_a_number_that_went_through_a_spreadsheet_is_itself():
    assert buyer("13085.0") == ("13085", "")
    assert identifier("13085.0") == ("13085", "")
    assert buyer("6.917E+18") == identifier("6.917E+18") == (None, "damaged_id")


def test_counts_and_shares():
    assert count("3件") == (3, "")
    assert count("1.5") == (None, "not_count")
    assert share("83.0％") == (0.83, "")
    assert share("0.83") == (0.83, "")
    assert share("83") == (None, "not_share")


@given(st.text(max_size=40), st.sampled_from(sorted(READERS)))
def test_a_reader_never_raises_and_never_does_both(text, reader):
    value, code = READERS[reader](text)
    assert value is None or code in ("", "part_fen")


@given(st.text(max_size=40))
def test_a_masked_sample_holds_no_digit_but_nine(text):
    assert not set(masked(text)) & set("012345678")


@given(st.text(max_size=20))
def test_bare_is_stable(text):
    assert bare(bare(text)) == bare(text) or '="' in text or "'" in text or "`" in text


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [("epoch", "1572505490", "2019-10-31 15:04:50"), ("epoch", "1572505490.0", "2019-10-31 15:04:50"), ("time", "20250908", "2025-09-08 00:00:00"),
     ("time", "20250908 10:15:00", "2025-09-08 10:15:00"), ("time", "2025-09-08T10:15:00+0000", "2025-09-08 18:15:00"),
     ("begin", "2025-09-07_16-00-00~2025-09-08_00-00-46", "2025-09-07 16:00:00"),
     ("end", "2025-09-07_16-00-00~2025-09-08_00-00-46", "2025-09-08 00:00:46"),
     ("end", "2025/09/07 至 2025/09/09", "2025-09-09 00:00:00")],
)  # fmt: skip
def test_moments_of_interfaces_and_pages(reader, text, value):
    when, code = READERS[reader](text)
    assert (str(EPOCH + timedelta(seconds=when)), code) == (value, "")


def test_epochs_in_milliseconds_are_read_and_said():
    assert READERS["epoch"]("1572505490123") == (READERS["epoch"]("1572505490")[0], "milliseconds")


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [("duration", "10秒", 10), ("duration", "1分钟12秒", 72), ("duration", "00:01:12", 72), ("duration", "01:12", 72),
     ("duration", "1小时2分", 3720), ("duration", "58", 58), ("duration", "９秒", 9), ("signed", "-11", -11),
     ("signed", "+5", 5), ("signed", "-1,200", -1200), ("signed", "1.2万", 12_000), ("percent", "60.25", 0.6025),
     ("percent", "60.25%", 0.6025), ("percent", "100", 1.0), ("charge", "-3.15", 315), ("charge", "3.15", -315)],
)  # fmt: skip
def test_lengths_signs_hundredths_and_charges(reader, text, value):
    assert READERS[reader](text) == (value, "")


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [("epoch", "12345", "not_time"), ("epoch", "2025-09-08", "not_time"), ("epoch", "99999999999999", "not_time"),
     ("begin", "2025-09-07", "not_time"), ("begin", "2025-09-07~x~y", "not_time"), ("end", "~2025-09-07", ""),
     ("duration", "soon", "not_duration"), ("duration", "1:2", "not_duration"), ("signed", "1.5", "not_count"),
     ("count", "-1", "not_count"), ("percent", "101", "not_share"), ("percent", "-1", "not_share"), ("charge", "x", "not_money")],
)  # fmt: skip
def test_what_is_none_of_them_is_named(reader, text, code):
    value, found = READERS[reader](text)
    assert (found == code) if code else (value is not None and not found)


@pytest.mark.parametrize("reader", ["epoch", "begin", "end", "duration", "signed", "percent", "charge"])
@pytest.mark.parametrize("text", ["", "-", " ", "——"])
def test_nothing_is_blank_for_every_reader(reader, text):
    assert READERS[reader](text) == (None, "")
