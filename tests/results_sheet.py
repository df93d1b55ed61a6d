"""The sheet of results of a workbook, and what the library computes for the same lines."""

from __future__ import annotations

from typing import Any

import pytest

from siyu.formulas.breakeven import fee_star, tolerable_loss
from siyu.formulas.compiled import compiled
from siyu.formulas.contribution import contribution
from siyu.formulas.people import people_value
from siyu.language import Language
from siyu.render.speech import Speech
from siyu.render.tables.book import Book
from siyu.render.tables.economics import Economics
from siyu.routes import ROUTES, WECHAT_ROUTES


def results(rows: Any, report: Any, column: int) -> dict[str, Any]:
    """Key of a line -> its cell in a column of the results."""
    lines = Economics(Book(Speech(Language("en")), "t", "2021-08-31"), report).lines
    first = next(at for at, row in enumerate(rows) if row[0] == "Step")
    cells = [row[column] for row in rows[first + 1 :] if row[column] != ""]
    return dict(zip([line["key"] for line in lines], cells, strict=False))


def library(values: dict[str, float]) -> dict[str, float]:
    """Key of a line -> the same by the library's own expressions."""
    outputs = {f"{route}.order": contribution(route) for route in ROUTES}
    outputs |= {f"{route}.single": contribution(route, "order") for route in ROUTES}
    outputs |= {f"{route}.people": people_value(route) for route in ROUTES}
    for route in WECHAT_ROUTES:
        for scope in ("order", "relation"):
            outputs[f"{route}.fee_star.{scope}"] = fee_star(route, scope)
            outputs[f"{route}.bearable.{scope}"] = tolerable_loss(route, scope)
    return {key: float(number) for key, number in compiled(outputs)({**values, "people": 1000.0}).items()}


def said(key: str, number: float) -> Any:
    """A result as the sheet gives it: in words where it cannot be."""
    words = {
        "fee_star": ("pays at any fee", "pays at no fee"),
        "bearable": ("no order may be lost", "every order may be lost"),
    }
    for part, (below, above) in words.items():
        if part in key and not 0 < number < 1:
            return below if number <= 0 else above
    return pytest.approx(number, rel=1e-9, abs=1e-9)
