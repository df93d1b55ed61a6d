"""Inputs of the live formulas: which assumption or fee rule of the report feeds each symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siyu.render.citations import kind_of
from siyu.render.report import Report

Record = Mapping[str, Any]
# The findings whose sources are the economics of one category on one day.
SECTION, KEYS = "03_platform_economics", ("per_thousand", "order_terms", "switch")
_FEES = {"fee": "platform", "payment": "payment"}


@dataclass(frozen=True)
class Input:
    """A symbol with its row: low, mode, high as the ledger has them."""

    symbol: str
    ref: str
    low: float
    mode: float
    high: float
    unit: str


def bound(report: Report, symbols: list[str]) -> tuple[dict[str, Input], list[str]]:
    """(symbol -> input, symbols without exactly one row) for the category and day of the economics."""
    refs: set[str] = set()
    for finding in report.findings:
        if finding["section"] == SECTION and finding["key"] in KEYS:
            refs |= {ref for ref in finding["sources"] if ref in report.sources}
    found, missing = {}, []
    for symbol in symbols:
        rows = [_input(symbol, ref, report.sources[ref]) for ref in _candidates(symbol, sorted(refs), report)]
        if len(rows) == 1:
            found[symbol] = rows[0]
        else:
            missing.append(symbol)
    return found, missing


def _candidates(symbol: str, refs: list[str], report: Report) -> list[str]:
    prefix, _, route = symbol.partition("_")
    rows = [ref for ref in refs if kind_of(ref) == "assumption" and ref.partition(":")[2].partition(".")[0] == symbol]
    if rows or prefix not in _FEES:
        return rows
    rules = [ref for ref in refs if kind_of(ref) == "fee" and _covers(report.sources[ref], route, _FEES[prefix])]
    own = [ref for ref in rules if report.sources[ref].get("route") == route]
    return own or rules


def _covers(rule: Record, route: str, kind: str) -> bool:
    return (
        rule.get("kind") == kind
        and rule.get("platform") == route.partition("_")[0]
        and rule.get("route") in (route, "all")
    )


def _input(symbol: str, ref: str, record: Record) -> Input:
    if kind_of(ref) == "assumption":
        return Input(symbol, ref, record["low"], record["mode"], record["high"], str(record["unit"]))
    low, high = float(record["rate_low"]), float(record["rate_high"])
    mode = record.get("rate_mode")
    return Input(symbol, ref, low, (low + high) / 2 if mode is None else mode, high, "ratio")
