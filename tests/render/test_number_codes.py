"""A label of a chart reads as the page says its number."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from siyu.language import MINUS, Language
from siyu.render.number_codes import number_code

SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
CONDITION = re.compile(r"\[(>=?)([\d.]+)\]")
NUMBER = re.compile(r"#,##0(?:\.(?P<places>0+))?(?P<thousands>,*)(?P<percent>%?)|0\\\.(?P<shifted>0+)(?P<more>,*)")
MANTISSAS = ("1", "1.005", "1.245", "1.2345", "2.357", "8.3", "9.994", "9.995", "9.9951", "5")


def applied(code, value):
    """The text of a value by a format, as Office reads formats."""
    sections, number = SECTION.findall(code), Decimal(repr(abs(value)))
    if conditions := [CONDITION.match(one) for one in sections[:-1] if CONDITION.match(one)]:
        meets = [value > float(one[2]) or (one[1] == ">=" and value == float(one[2])) for one in conditions]
        section = sections[meets.index(True) if True in meets else -1]
        section, sign = CONDITION.sub("", section), ""
    else:
        section = sections[1 if len(sections) > 1 and value < 0 else 0]
        sign = "-" if value < 0 and len(sections) == 1 else ""
    literals = re.split(r'("[^"]*")', section)
    return sign + "".join(one[1:-1] if one.startswith('"') else _digits(one, number) for one in literals)


def _digits(part, number):
    """The number by the part of a format that holds its digits."""

    def shown(match):
        if zeros := match["shifted"]:
            whole = (number / 1000 ** len(match["more"])).quantize(Decimal(1), ROUND_HALF_UP)
            digits = str(whole).zfill(len(zeros) + 1)
            return f"{digits[: -len(zeros)]}.{digits[-len(zeros) :]}"
        scaled = number * 100 if match["percent"] else number / 1000 ** len(match["thousands"])
        exponent = Decimal(1).scaleb(-len(match["places"] or ""))
        return f"{scaled.quantize(exponent, ROUND_HALF_UP):,}{match['percent']}"

    return NUMBER.sub(shown, part).replace("\\-", "-")


def said(value, unit, language):
    return language.number(value, unit).replace("\u00a0", " ")


@pytest.mark.parametrize("unit", ["", "CNY", "CNY/order", "ratio", "multiple", "days"])
@pytest.mark.parametrize("code", ["zh", "en"])
def test_labels_read_as_the_language_says_the_number(code, unit):
    language = Language(code)
    powers = range(-3, 1) if unit == "ratio" else range(-3, 14)
    for sign in (1, -1):
        for value in (sign * float(f"{mantissa}e{power}") for power in powers for mantissa in MANTISSAS):
            shown = applied(number_code(value, unit, language), value).replace("-", MINUS)
            assert shown == said(value, unit, language), (value, number_code(value, unit, language))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(23_570, "2.36万元"), (1_234_000_000, "12.3亿元"), (2_500_000_000_000, "2.5万亿元"), (8_300_000, "830万元")],
)
def test_steps_that_thousands_do_not_meet_read_as_on_the_page(value, shown):
    assert applied(number_code(value, "CNY", Language("zh")), value) == shown


def test_what_somebody_types_in_the_place_of_a_number_is_shown():
    code = number_code(23_570, "CNY", Language("zh"))
    assert [applied(code, value) for value in (23_500, 23_570, 31_000)] == ["23,500元", "2.36万元", "31,000元"]
