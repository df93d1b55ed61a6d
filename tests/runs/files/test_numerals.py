from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.language import Language
from siyu.runs.files.numerals import numbers_in, strange_numerals

UNITS = st.sampled_from(["", "ratio", "CNY", "multiple", "months", "CNY_per_1000_people"])
NUMBERS = st.floats(1e-6, 1e12).map(lambda number: float(f"{number:.10g}"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("83%", [0.83]),
        ("CNY 4.15–8.3M", [4_150_000, 8_300_000]),
        ("415–830万元", [4_150_000, 8_300_000]),
        ("12亿", [1_200_000_000]),
        ("−24.8", [-24.81366758]),
        ("2,357", [2357]),
        ("2,100–2,600", [2134.6, 2586.2]),
        ("no number", []),
    ],
)
def test_what_a_number_can_be_printed_as(text, numbers):
    assert strange_numerals(text, numbers) == []


@pytest.mark.parametrize(
    ("text", "numbers", "strange"),
    [
        ("84%", [0.83], ["84"]),
        ("2,590", [2600.0], ["2,590"]),
        ("2,700", [2586.2], ["2,700"]),
        ("4.2–8.3M", [4_150_000.1, 8_300_001], []),
        ("4.2–8.4M", [4.15e6, 8.3e6], ["8.4"]),
    ],
)
def test_a_numeral_is_compared_as_far_as_its_digits_go(text, numbers, strange):
    assert strange_numerals(text, numbers) == strange


@settings(deadline=None)  # the first number of a language loads its catalogue
@given(NUMBERS, UNITS, st.sampled_from(["zh", "en"]))
def test_every_way_that_a_language_writes_a_number_is_known(number, unit, code):
    assert strange_numerals(Language(code).number(number, unit), [number]) == []


@settings(deadline=None)
@given(NUMBERS, NUMBERS, UNITS, st.sampled_from(["zh", "en"]), st.sampled_from(["assumption90", "sampling95", "none"]))
def test_every_way_that_a_language_writes_a_range_is_known(one, other, unit, code, kind):
    low, high = sorted((one, other))
    assert strange_numerals(Language(code).span(low, high, unit, kind), [low, high]) == []


def test_a_numeral_of_two_digits_stands_for_what_rounds_to_it():
    assert strange_numerals("CNY 2,100–2,600", [2_147.0, 2_552.0]) == []
    assert strange_numerals("CNY 2,100–2,600", [2_151.0, 2_549.0]) == ["2,100", "2,600"]


@settings(deadline=None)
@given(
    st.integers(100, 999).filter(lambda digits: digits % 10), st.integers(-8, 8), UNITS, st.sampled_from(["zh", "en"])
)
def test_three_digits_that_differ_are_never_the_same_number(digits, power, unit, code):
    number = float(f"{digits}e{power}")
    other = float(f"{digits + 1}e{power}")
    assert strange_numerals(Language(code).number(number, unit), [other]) != []


def test_switches_and_words_are_no_numbers():
    assert numbers_in({"a": [1, True, "2", None, {"b": 0.5}]}) == [1.0, 0.5]
