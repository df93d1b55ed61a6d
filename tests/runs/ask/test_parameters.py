from __future__ import annotations

import pytest

from siyu.errors import UsageError
from siyu.runs.ask.parameters import Parameter, declared, given
from siyu.runs.ask.sections import notebooks


def notebook(tiny, source):
    return {"cells": [tiny.code(source, "parameters")]}


def test_declared_reads_types_defaults_and_meanings(tiny):
    found = declared(notebook(tiny, tiny.PARAMETERS), "n.ipynb")
    assert {name: (one.type, one.default) for name, one in found.items()} == {
        "subject": ("str", "luzhou_laojiao"),
        "case": ("str", "luzhou_laojiao"),
        "as_of": ("date", "2021-08-31"),
        "lang": ("str", "en"),
        "fee_cap": ("float", 0.05),
        "note": ("str", "plain"),
        "buyers": ("int", 3),
        "strict": ("bool", True),
    }
    assert found["fee_cap"].meaning == "a cap"


def test_a_whole_number_is_a_default_for_a_float(tiny):
    assert declared(notebook(tiny, "rate: float = -1"), "n")["rate"].default == -1.0


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "12", 12),
        ("int", "-3", -3),
        ("float", "0.05", 0.05),
        ("float", "1e6", 1e6),
        ("float", "2", 2.0),
        ("bool", "true", True),
        ("bool", "false", False),
        ("str", "no", "no"),
        ("date", "2021-08-31", "2021-08-31"),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(kind, text, value):
    typed = Parameter("x", kind, value).typed(text)
    assert typed == value
    assert type(typed) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int", "1.5"),
        ("int", "013"),
        ("int", "1_000"),
        ("int", "0x10"),
        ("int", ""),
        ("int", "１２"),
        ("float", "nan"),
        ("float", "inf"),
        ("float", "1,5"),
        ("float", "5%"),
        ("bool", "yes"),
        ("bool", "True"),
        ("bool", "1"),
        ("date", "2021-13-01"),
        ("date", "31.08.2021"),
        ("date", "20210831"),
    ],
)
def test_anything_else_is_refused(kind, text):
    with pytest.raises(ValueError, match=r".*"):
        Parameter("x", kind, 0).typed(text)


BOUNDED = "draws: int = 4096  # draws of the assumptions; 1000..1000000\nshare: float = 0  # -0.5..0.5"


@pytest.mark.parametrize(("name", "inside", "outside"), [
    ("draws", ("1000", "1000000"), ("1", "999", "-5", "1000001")), ("share", ("-0.5", "0.5", "1e-3"), ("0.51", "-1")),
])  # fmt: skip
def test_bounds_in_the_comment_are_checked(tiny, name, inside, outside):
    parameter = declared(notebook(tiny, BOUNDED), "n.ipynb")[name]
    assert [parameter.typed(text) for text in inside] == [float(text) for text in inside]
    for text in outside:
        with pytest.raises(ValueError, match=text):
            parameter.typed(text)
    assert parameter.expected.endswith(("from 1,000 to 1,000,000", "from -0.5 to 0.5"))


def test_a_default_outside_its_bounds_is_refused(tiny):
    with pytest.raises(UsageError):
        declared(notebook(tiny, "draws: int = 4  # 1000..1000000"), "n.ipynb")


def test_text_and_comments_without_bounds_have_none(tiny):
    found = declared(notebook(tiny, "note: str = 'x'  # 1..2\ndraws: int = 3  # some 5..7 of them"), "n.ipynb")
    assert {one.low for one in found.values()} == {None}


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "x = 3",
        "x: int = 'three'",
        "x: list = []",
        "x: int",
        "x: bool = 1",
        "x: int = True",
        "x: float = 1 + 1",
        "x: int = (",
    ],
)
def test_a_parameters_cell_holds_annotated_constants_only(tiny, source):
    with pytest.raises(UsageError):
        declared(notebook(tiny, source), "n.ipynb")


def test_every_fault_of_a_parameters_cell_is_named(tiny):
    with pytest.raises(UsageError) as caught:
        declared(notebook(tiny, "x = 3\ny: int = 'three'"), "n.ipynb")
    assert len(caught.value.problems) == 2


def test_a_notebook_without_parameters_is_refused():
    with pytest.raises(UsageError, match="0 cells tagged parameters"):
        declared({"cells": []}, "n.ipynb")


def test_what_was_injected_overrides_the_defaults(tiny):
    values = given(tiny.executed(buyers=5, strict=False, note="it's"))
    assert (values["buyers"], values["strict"], values["note"], values["fee_cap"]) == (5, False, "it's", 0.05)


def test_every_number_of_a_bundled_notebook_has_bounds():
    asked = [one for notebook in notebooks().values() for one in notebook.parameters.values()]
    assert [one.name for one in asked if one.type in ("int", "float") and one.low is None] == []
    assert "draws" in {one.name for one in asked}
