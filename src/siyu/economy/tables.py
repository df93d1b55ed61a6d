"""Tidy frames of the economics: waterfalls, heat maps, the fit of categories. One mark or one row each."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sympy import Expr

from siyu import routes
from siyu.economy import Economy, labels
from siyu.economy.decision import Unknown
from siyu.economy.measures import audience_gain
from siyu.economy.own import OwnInputs
from siyu.evidence.fees import FeeRules
from siyu.figure import Figure
from siyu.formulas.breakeven import median_gap, price_star, referral_chain
from siyu.formulas.contribution import contribution, terms
from siyu.formulas.symbols import UNIT_OF, symbol
from siyu.language import Text
from siyu.messages import msg
from siyu.models.ranges import Ranged

UNITS = dict.fromkeys(routes.NAMES, "CNY")
UNKNOWN_UNITS = dict.fromkeys(("order", "thousand", "both", "year"), "CNY")
KEPT = "kept"
STEPS: dict[str, Text] = {**routes.STEPS, KEPT: msg("Kept of the order")}
# Fees across a heat map: none, the newcomers' rate, the ends of the standard rule, and twice its upper end.
FEES = (0.0, 0.01, 0.02, 0.05, 0.10)
# Ads no longer needed, and sales gained or lost, across and down the map of tools against ads.
FALLS = (0.10, 0.20, 0.30, 0.50)
CHANGES = (-0.10, -0.05, 0.0, 0.05, 0.10)


def waterfall(economy: Economy, route: str) -> pd.DataFrame:
    """Marks of one order's waterfall: label (of STEPS), value, low, high, tone, sources; totals are `muted`.

    Values are means over the draws, which add up as medians do not."""
    found = economy.outcomes({**{term.key: term.expression for term in terms(route)}, KEPT: contribution(route)})
    rows = []
    for place, (label, outcome) in enumerate(found.items()):
        low, high = np.quantile(outcome.drawn, (0.05, 0.95))
        total = place in (0, len(found) - 1)
        row = {"label": label, "value": float(outcome.drawn.mean()), "low": float(low), "high": float(high)}
        rows.append({**row, "tone": "muted" if total else "main", "sources": list(outcome.refs)})
    return pd.DataFrame(rows).assign(interval_kind="assumption90", definition="order_contribution")


def order_terms(economy: Economy) -> pd.DataFrame:
    """One row per step of an order (label, of STEPS), one column per route that may be used: CNY, mean over the draws,
    None for no such step."""
    expressions = {(term.key, route): term.expression for route in economy.routes for term in terms(route)}
    found = economy.outcomes(expressions | {(KEPT, route): contribution(route) for route in economy.routes})
    rows = []
    for label in STEPS:
        own = {route: found[label, route] for route in economy.routes if (label, route) in found}
        refs = sorted({ref for outcome in own.values() for ref in outcome.refs})
        rows.append({"label": label, **{r: float(o.drawn.mean()) for r, o in own.items()}, "sources": refs})
    return pd.DataFrame(rows)[["label", *economy.routes, "sources"]]


def order_columns(economy: Economy) -> dict[str, Text]:
    """Headings of `order_terms`."""
    return {"label": msg("Step"), **{route: routes.NAMES[route] for route in economy.routes}}


def unknowns(ranked: Sequence[Unknown], most: int = 10) -> pd.DataFrame:
    """A row per unknown (of group names; its code stays behind them), the worthiest first: CNY an order, per thousand
    people, both, a year (None without a volume), sources."""
    rows = [
        {"code": one.group, "unknown": one.group, "order": one.order.value, "thousand": one.thousand.value}
        | {"both": one.both.value, "year": one.year.value if one.year else None, "sources": list(one.both.sources)}
        for one in ranked[:most]
    ]
    return pd.DataFrame(rows)


def own_figures(economy: Economy, own: OwnInputs, rules: FeeRules) -> pd.DataFrame:
    """A row per input that the client's record gives: input (of `Economy.input_names`), measured, n (events), assumed
    (None: nobody assumes it), used; sources. rules: fee rules without the settlement."""
    rows = []
    for name, one in own.measured.items():
        before, refs = (one.prior, [one.prior.ref]) if one.prior else (None, [])
        rows.append(_own_row(name, one.figure, before, one.row, [one.row.ref, *refs]))
    for route, figure in own.charged.items():
        name, platform = f"fee_{route}", routes.ROUTES[route].platform
        rule = rules.lookup(platform, route, economy.category, economy.day, economy.on)
        rows.append(_own_row(name, figure, rule, economy.inputs[name], [*economy.refs(name), *rule.refs]))
    return pd.DataFrame(rows, columns=[*labels.OWN_COLUMNS, "sources"])


def _own_row(name: str, figure: Figure, before: Ranged | None, used: Ranged, refs: Sequence[str]) -> dict[str, Any]:
    spans = {
        key: None if one is None else {"low": one.low, "value": one.mode, "high": one.high, "unit": figure.unit}
        for key, one in (("assumed", before), ("used", used))
    }
    row = {"input": name, "measured": figure.cell, "n": figure.n, **spans}
    return row | {"sources": sorted({*refs, *figure.sources})}


def heat(
    economy: Economy, expression: Expr, down: tuple[str, Sequence[float]], across: tuple[str, Sequence[float]]
) -> pd.DataFrame:
    """Marks of a heat map: the median of an expression with two inputs (name, levels) held at levels."""
    (row, rows), (column, columns) = down, across
    cells = [{row: level, column: place} for level in rows for place in columns]
    (outcome,) = economy.outcomes({"": expression}, cells[0]).values()
    # the levels down may be read from the input's own row
    refs = sorted({*outcome.refs, *(economy.refs(row) if row in economy.inputs else ())})
    names = [{"label": amount(c[row], UNIT_OF[row]), "series": amount(c[column], UNIT_OF[column])} for c in cells]
    return pd.DataFrame(names).assign(value=economy.medians(expression, cells), sources=pd.Series([refs] * len(cells)))


def category_heat(economy: Economy, expression: Expr, fees: Sequence[float] = FEES) -> pd.DataFrame:
    """Marks of a heat map: the median of an expression by category (label) and Douyin fee (series)."""
    marks = []
    cells = [{"fee_douyin_shop": fee} for fee in fees]
    for category in economy.categories:
        own = economy.of(category)
        (outcome,) = own.outcomes({"": expression}, cells[0]).values()
        for fee, value in zip(fees, own.medians(expression, cells), strict=True):
            mark = {"label": category, "series": amount(fee, "ratio"), "value": value}
            marks.append({**mark, "sources": list(outcome.refs)})
    return pd.DataFrame(marks)


def levels(economy: Economy, name: str) -> tuple[float, ...]:
    """Five levels of an input: its low end, its mode and its high end, and half-way between."""
    entry = economy.inputs[name]
    return entry.low, (entry.low + entry.mode) / 2, entry.mode, (entry.mode + entry.high) / 2, entry.high


def closing(economy: Economy) -> str:
    """Where a deal of the category closes, every input at its mode."""
    rows, inputs = economy.assumptions, economy.inputs
    visit = rows.get(f"visit_needed.{economy.category}")
    gap = float(np.log(2) / inputs["repurchase"].mode)
    dear = inputs["order_value"].mode >= rows["big_ticket"].mode
    visited = visit is not None and visit.mode > 0.5
    return closing_route(beyond=gap > inputs["months"].mode, dear=dear, visit_needed=visited)


def closing_route(*, beyond: bool, dear: bool, visit_needed: bool) -> str:
    """Where a deal can close, a key of `labels.CLOSINGS`; the first rule that matches.

    The rules order the source's own examples: property, cars and home fitting close offline; wedding photos live
    before the deal and on referral after it; lessons close after a trial, snacks on the platform. The source gives no
    threshold. beyond: the median gap between orders lies beyond the horizon. dear: so that a needed visit (or trial)
    decides."""
    if visit_needed and dear:
        return "lead_visit"
    if beyond:
        return "referral"
    return "trial" if visit_needed else "platform"


def fit(economy: Economy, route: str) -> pd.DataFrame:
    """One row per category: gap between orders, what growth lives on (of `labels.MODELS`), visit, decision days, where
    a deal closes (of `labels.CLOSINGS`), and the order value from which `route` earns more than the Douyin shop (blank
    when in the draws it may be any)."""
    slope = audience_gain(route).diff(symbol("order_value"))
    asked = {"gap": median_gap(), "chain": referral_chain(), "price": price_star(route), "slope": slope}
    return pd.DataFrame([_fit_row(economy.of(category), asked) for category in economy.categories])


def _fit_row(economy: Economy, asked: Mapping[str, Expr]) -> dict[str, Any]:
    rows, found = economy.assumptions, economy.outcomes(asked)
    beyond = float(np.median(found["gap"].drawn)) > economy.inputs["months"].mode
    days, visit = (rows.get(f"{name}.{economy.category}") for name in ("decision_days", "visit_needed"))
    # the flip is a price to go above only where a dearer order favours the route in the draws at large
    flips = np.quantile(found["price"].drawn, 0.05) > 0 and np.quantile(found["slope"].drawn, 0.05) > 0
    refs = {*found["gap"].refs, *(found["price"].refs if flips else ()), *economy.refs("months")}
    refs |= {row.ref for row in (days, visit) if row is not None}
    refs |= {rows["big_ticket"].ref, *economy.refs("order_value"), *(found["chain"].refs if beyond else ())}
    return {
        "category": economy.category,
        "gap": found["gap"].figure("median_gap").cell,
        "model": "referral" if beyond else "repeat",
        "visit": bool(visit.mode > 0.5) if visit is not None else None,
        "days": {"low": days.low, "value": days.mode, "high": days.high, "unit": "days"} if days is not None else None,
        "closing": closing(economy),
        "flip": found["price"].figure("flip_price").cell if flips else None,
        "sources": sorted(refs),
    }


def amount(value: float, unit: str) -> Text:
    """A number with its unit as a label."""
    return {"id": "{amount}", "args": {"amount": {"value": float(value), "unit": unit}}}


def extremes(marks: pd.DataFrame, key: str) -> list[Figure]:
    """The lowest and the highest mark of a heat map as metric `key`."""
    lowest, *_, highest = sorted(marks.to_dict("records"), key=lambda mark: float(mark["value"]))
    return [Figure.exact(float(mark["value"]), key, tuple(mark["sources"])) for mark in (lowest, highest)]
