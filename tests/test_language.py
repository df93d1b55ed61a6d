"""Numbers and messages as readers meet them."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu import messages
from siyu.language import Language
from siyu.messages import LOCALES
from siyu.record import ReferenceLine, Value

ZH, EN = Language("zh"), Language("en")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (8_300_000, "CNY", "830万元", "CNY\u00a08.3M"),
        (300_000_000, "users", "3亿", "300M"),
        (0.83, "ratio", "83%", "83%"),
        (0.0005, "ratio", "0.05%", "0.05%"),
        (0.1156, "percentage_points", "11.6个百分点", "11.6\u00a0points"),
        (-0.004, "percentage_points", "−0.4个百分点", "−0.4\u00a0points"),
        (2, "multiple", "2倍", "2×"),
        (999_999, "count", "100万", "1M"),
        (9_876, "count", "9,876", "9,876"),
        (1_000_000_000_000, "CNY", "1万亿元", "CNY\u00a01T"),
        (None, "CNY", "—", "—"),
    ],
)
def test_number_is_compact_in_each_language(value, unit, zh, en):
    assert ZH.number(value, unit) == zh
    assert EN.number(value, unit) == en


def test_span_says_its_unit_once_and_its_suffix_at_both_ends():
    assert ZH.span(4_150_000, 8_300_000, "CNY") == "415万–830万元"
    assert EN.span(4_150_000, 8_300_000, "CNY") == "CNY\u00a04.15M–8.3M"
    assert ZH.span(0.02, 0.05, "ratio") == "2%–5%"
    assert EN.span(0.02, 0.05, "ratio") == "2–5%"
    assert EN.span(-5_800, 36_000, "CNY") == "CNY\u00a0−5,800 to 36K"
    assert ZH.span(-5_800, 36_000, "CNY") == "−5,800至3.6万元"
    assert EN.span(-1.25, 1.47, "ratio") == "−125 to 147%"


def test_a_difference_of_shares_is_never_a_percentage():
    assert ZH.span(0.0516, 0.185, "percentage_points") == "5.16–18.5个百分点"
    assert EN.span(-0.0591, 0.0928, "percentage_points") == "−5.91 to 9.28\u00a0points"


@pytest.mark.parametrize(
    ("low", "high", "unit", "kind", "said"),
    [
        (0.0213, 0.0548, "ratio", "assumption90", "2.1–5.5%"),
        (1_234, 5_678, "CNY", "assumption90", "CNY\u00a01,200–5,700"),
        (123.4, 123.9, "multiple", "assumption90", "123–124×"),  # two digits would read alike
        (0.5716, 0.6249, "ratio", "sampling95", "57–62%"),
        (0.0019, 0.0196, "percentage_points", "sampling95", "0.2–2\u00a0points"),  # no end reads as nothing
        (0.952, 0.9973, "ratio", "sampling95", "95.2–99.7%"),  # nor as everything
        (0.9, 1, "ratio", "sampling95", "90–100%"),
        (0.5716, 0.6249, "ratio", "claim_range", "57.2–62.5%"),
    ],
)
def test_a_range_is_as_fine_as_its_kind_allows(low, high, unit, kind, said):
    assert EN.span(low, high, unit, kind) == said
    value = ReferenceLine(value=low, low=low, high=high, unit=unit, interval_kind=kind)
    assert EN.say("{share}", {"share": value}) == said


def test_no_zero_has_a_minus():
    assert EN.span(-0.00048, 0.1686, "percentage_points", "sampling95") == "−0.05 to 16.86\u00a0points"
    assert EN.span(-0.0000004, 0.1686, "percentage_points", "sampling95").startswith("−0.00004 to 16.9")
    assert ZH.number(-0.0, "ratio") == "0%"


def test_span_keeps_a_small_end_readable():
    assert ZH.span(900, 120_000_000, "CNY") == "900元–1.2亿元"
    assert ZH.span(50_000_000, 100_000_000, "CNY") == "5,000万–1亿元"
    assert EN.span(850_000, 1_700_000, "CNY") == "CNY\u00a0850K–1.7M"


@given(st.floats(1e-6, 1e13))
def test_number_keeps_three_significant_digits(value):
    shown = EN.number(value, "count")
    suffix = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(shown[-1], 1.0)
    parsed = float(shown.rstrip("KMBT").replace(",", "")) * suffix
    assert parsed == pytest.approx(value, rel=0.0051)


def test_placeholders_show_a_range_only_where_there_is_one():
    values = {
        "a": {"value": 5, "low": 5, "high": 5, "unit": "CNY"},
        "b": {"value": 5, "low": 2, "high": 9, "unit": "CNY"},
    }
    assert EN.say("{a}, {b}, {b.low}", values) == "CNY\u00a05, CNY\u00a02–9, CNY\u00a02"


def test_segments_carry_the_number_behind_the_text():
    values = {"share": {"value": 0.83, "low": 0.83, "high": 0.83, "unit": "ratio"}}
    number = EN.segments("Fans: {share}", values)[1]
    assert (number.text, number.ref, number.number) == ("83%", "share.value", 0.83)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 lines are out (lines -)"), (1, "1 line is out (line -)"), (2_000, "2,000 lines are out (lines -)")]
)  # fmt: skip
def test_a_count_has_the_form_that_goes_with_it(count, said):
    values = {"n": {"value": count}, "at": {"value": "-"}}
    segments = EN.segments("{n:# line is|# lines are} out ({n:line|lines} {at})", values)
    assert "".join(one.text for one in segments) == said
    assert [(one.ref, one.number) for one in segments if one.ref] == [("n.value", count), ("at.value", None)]
    assert EN.say("{n:# line|# lines}", {"n": {"value": 1, "low": 1, "high": 3}}) == "1–3 lines"


def test_a_unit_behind_a_one_has_its_form():
    assert [EN.unit("months"), EN.unit("months", "1"), EN.unit("months", "1–3"), EN.unit("CNY", "1")] == [
        "months", "month", "months", "CNY",
    ]  # fmt: skip
    assert ZH.unit("months", "1") == "个月"


def test_unknown_placeholder_names_what_there_is():
    with pytest.raises(KeyError, match="the finding has a"):
        EN.say("{b}", {"a": {"value": 1, "unit": ""}})


def test_bilingual_text_comes_from_data():
    assert ZH.say({"en": "wine", "zh": "酒"}) == "酒"


def test_pseudo_locale_marks_messages():
    assert Language("xx").say("Fans") == "⟦Fans⟧"


def test_compiled_messages_are_those_of_the_files_and_old_ones_are_left_alone(tmp_path, monkeypatch):
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(messages, "LOCALES", tmp_path)
    shutil.copy(LOCALES / "zh" / "LC_MESSAGES" / "notebooks.po", folder)

    def said(message_id):
        messages.catalog.cache_clear()
        return messages.catalog("zh").gettext(message_id)

    plain = said("to")
    with monkeypatch.context() as patch:
        patch.setattr(messages, "_compiled", None)  # what is there is read, not made anew
        assert said("to") == plain
    edited = folder / "notebooks.po"
    edited.write_text(edited.read_text(encoding="utf-8").replace(f'"{plain}"', '"到了"'), encoding="utf-8")
    assert said("to") == "到了"
    messages.catalog.cache_clear()


def test_a_label_may_hold_braces():
    assert Language("en").say("{set} of 3 } mugs") == "{set} of 3 } mugs"
    with pytest.raises(KeyError, match=r"message names \{set\}"):
        Language("en").say("{set} of 3", {})


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"),
        (0.001, "<1%"),
        (0.005, "<1%"),
        (0.006, "1%"),
        (0.994, "99%"),
        (0.995, ">99%"),
        (0.999, ">99%"),
        (1, "100%"),
    ],
)
def test_a_chance_is_called_never_or_always_only_where_it_is(share, said):
    chance = Value(
        name="better", value=share, low=share, high=share, interval_kind="none", unit="ratio", n=None,
        definition="win_share", sources=("claim:S0-09",),
    )  # fmt: skip
    assert ZH.quantity(chance) == said


@pytest.mark.parametrize(("value", "said"), [(0.8996, "89.96%"), (0.895, "89.5%"), (0.9, "90%"), (0.919, "92%")])
def test_what_is_not_decided_does_not_read_as_decided(value, said):
    assert EN.quantity(ReferenceLine(value=value, unit="ratio", definition="win_share")) == said


def test_ranges_keep_their_unit_and_meaning():
    assert ZH.span(-5, 0, "CNY") == "−5至0元"
    assert EN.span(-2, 0, "multiple") == "−2 to 0×"
    assert EN.span(0.9, 0.996, "ratio", "assumption90") == "90–99.6%"
