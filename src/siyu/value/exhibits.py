"""What a customer is worth as findings show it: figures by code, verdicts that turn with them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

import pandas as pd

from siyu.figure import Absent, Figure
from siyu.messages import msg
from siyu.value import acquisition, actions, gate, observed, trials
from siyu.value.labels import CARDS, CLOSED
from siyu.value.worth import Worth
from siyu.verdict import Verdict

Stated = dict[str, Figure | Absent]
EVEN = Figure(1, 1, 1, "multiple")


def stated(figures: Mapping[str, Figure | None]) -> Stated:
    """Figures by code, Absent as themselves for those that could not be computed."""
    return {key: Absent((key,)) if figure is None else figure for key, figure in figures.items()}


def known(figures: Stated, *codes: str) -> Stated:
    """Those of the codes that could be computed."""
    return {code: figures[code] for code in codes if isinstance(figures[code], Figure)}


def cell(figure: Figure | None) -> dict[str, Any] | None:
    """A figure in a table."""
    if figure is None:
        return None
    return {"low": figure.low, "value": figure.value, "high": figure.high, "unit": figure.unit}


def value(worth: Worth) -> Verdict:
    """How much a first-time buyer brings in the longest window that enough were followed for."""
    key = f"observed_value_{worth.horizon}d"
    figures = stated({"value": worth.observed.get(key), "first": worth.curve[0][1] if worth.curve else None})
    message = {
        365: msg("A first-time buyer brings {value} net within a year, {first} of it on the first day"),
        180: msg("A first-time buyer brings {value} net within half a year, {first} of it on the first day"),
    }.get(worth.horizon, msg("A first-time buyer brings {value} net within a quarter, {first} of it on the first day"))
    return Verdict(message, figures)


def cohorts(worth: Worth) -> pd.DataFrame:
    """`observed.cohorts` with cells of tables."""
    rows = observed.cohorts(worth.frames, worth.currency, worth.k)
    return rows.map(lambda one: cell(one) if isinstance(one, Figure) else one)


def entries(worth: Worth) -> tuple[Stated, Verdict]:
    """Value by the way in (code `<group>_<value>`), and the widest ways."""
    found: Stated = {
        f"{group}_{name}": figure
        for group, figures in worth.entries.items()
        for name, figure in figures.items()
        if figure is not None
    }
    ways = [figure for code, figure in found.items() if code.startswith("way_") and isinstance(figure, Figure)]
    if len(ways) < 2:
        return found, Verdict("", {"value_by_entry": Absent(("traffic_source",))})
    ranked = sorted(ways, key=lambda one: one.value)
    apart = ranked[0].high < ranked[-1].low
    message = (
        msg("By way in, a buyer brings from {least} to {most} in half a year: who comes by which way is chosen")
        if apart
        else msg(
            "By way in, half a year brings {least} to {most} a buyer: the ranges overlap, no way is known to be better"
        )
    )
    return found, Verdict(message, {"least": ranked[0], "most": ranked[-1]})


def gate_rows(found: gate.Gate) -> pd.DataFrame:
    """A row per check: check (of `labels.CHECKS`), found and limit (cells), passed."""
    units = {"repeat_buyers": "users", "calibration": "multiple", "spend": "", "whole_record": "count"}
    rows = [
        {"check": one.key, "passed": one.passed, **{
            name: None if isnan(number) else cell(Figure(number, number, number, units.get(one.key, "ratio")))
            for name, number in (("found", one.value), ("limit", one.limit))
        }}
        for one in found.checks
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["check", "found", "limit", "passed"])


def gate_verdict(worth: Worth) -> Verdict:
    """Whether a prediction may be printed, and if not, the first test that failed."""
    best = worth.gate.chosen
    error = None if best is None or isnan(best.error) else _exact(worth, "holdout_error", abs(best.error))
    if not worth.gate.failed:
        message = msg("The gate is open: the model misses the repeat purchases of the last third by {error}")
        return Verdict(message, stated({"error": error}))
    if worth.gate.failed[0] == "error" and error is not None:
        closed = msg("The gate is closed: the best model misses the repeat purchases of the last third by {error}")
        return Verdict(closed, {"error": error})
    return Verdict(CLOSED[worth.gate.failed[0]], {})


def _exact(worth: Worth, key: str, number: float, n: int | None = None) -> Figure:
    return Figure.exact(number, key, worth.frames.sources, n)


def _number(number: float) -> float | None:
    return None if isnan(number) else number


def models(worth: Worth) -> pd.DataFrame:
    """A row per model: model, score, error (null where it cannot be fitted), chosen, sources."""
    best = worth.gate.chosen
    rows = [
        {"model": one.key, "score": _number(one.score), "error": _number(one.error),
         "chosen": best is not None and one.key == best.key, "sources": list(worth.frames.sources)}
        for one in worth.gate.candidates
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["model", "score", "error", "chosen", "sources"])


def tracking(worth: Worth) -> tuple[dict[str, list[tuple[float, Figure]]], Verdict]:
    """Actual and expected cumulative repeat purchases by day, and how both end."""
    found = gate.track(worth.frames, worth.gate)
    if found is None:
        return {"actual": [], "expected": []}, Verdict("", {"repeat_purchases": Absent(("repeat_purchases",))})
    lines = {
        name: [
            (float(day), _exact(worth, "repeat_purchases", float(at)))
            for day, at in zip(found.days, curve, strict=True)
        ]
        for name, curve in (("actual", found.actual), ("expected", found.expected))
    }
    ends = {name: line[-1][1] for name, line in lines.items()}
    return lines, Verdict(msg("Of {actual} repeat purchases the model, fitted on two thirds, expects {expected}"), ends)


def forecast(worth: Worth) -> tuple[Stated, Verdict]:
    """What the models say of the year ahead; Absent while the gate is closed."""
    keys = ("expected_purchases_365d", "p_alive", "spend_per_purchase", "new_buyer_365d")
    figures = stated({key: worth.forecasts.get(key) for key in keys})
    message = msg(
        "For the year ahead {expected_purchases_365d} purchases a buyer are expected; {p_alive} are still customers"
    )
    return figures, Verdict(message, {key: figures[key] for key in keys[:2]})


def cost(worth: Worth) -> tuple[Stated, Verdict]:
    """What a new buyer has cost, or is assumed to; or why a table of spend was refused."""
    if worth.ads is not None and worth.cost.reason:
        return {}, Verdict(worth.cost.reason, {})
    measured = stated(worth.cost.figures)
    if "cac" not in measured:
        figures: Stated = {"cac": worth.cac, "limit": worth.limits["all"]}
        return figures, Verdict(msg("What new buyers cost is not measured here; assumed {cac}"), {"cac": worth.cac})
    figures = {"cac": measured["cac"], **worth.cost.by_channel, "limit": worth.limits["all"]}
    if "cost_per_follower" not in measured:
        return figures, Verdict(msg("A new buyer cost {cac}"), {"cac": measured["cac"]})
    message = msg("A new buyer cost {cac}; a follower, who is no buyer yet, {cost_per_follower}")
    return figures, Verdict(message, {key: measured[key] for key in ("cac", "cost_per_follower")})


def limits(worth: Worth) -> tuple[Stated, Verdict]:
    """Most that a buyer may cost, by way in and of all, and a follower."""
    found = worth.limits
    told = {"buyer": found["all"], "follower": found["follower"]}
    message = msg(
        "A new buyer may cost {buyer} at most, a follower {follower}: more is not paid back in the days observed"
    )
    return {name: one for name, one in found.items() if isinstance(one, Figure)}, Verdict(message, told)


def paid_back(worth: Worth) -> tuple[list[tuple[float, Figure]], Verdict]:
    """Contribution of a buyer by day, and when it reaches the cost."""
    points = [
        (day, acquisition.times(figure, worth.assumed.share, "customer_contribution", worth.currency))
        for day, figure in worth.curve
    ]
    line = [(day, one) for day, one in points if isinstance(one, Figure)]
    if worth.payback is not None:
        return line, Verdict(msg("A new buyer pays back the cost after {months} months"), {"months": worth.payback})
    last = line[-1][1] if line else Absent(("customer_contribution",))
    message = msg("In the days observed a buyer contributes {last}, which does not pay back {cac}")
    return line, Verdict(message, {"last": last, "cac": worth.cac})


def returns(worth: Worth) -> tuple[Stated, Verdict]:
    """Sales ROI beside profit ROI."""
    found = worth.returns
    profit = found["profit_roi"]
    loses = isinstance(profit, Figure) and profit.value < 1
    message = (
        msg("Sales are {sales_roi} the cost of a buyer, and yet contribution only {profit_roi}: it loses money")
        if loses
        else msg("Sales are {sales_roi} the cost of a buyer; contribution, which counts, is {profit_roi}")
    )
    return found, Verdict(message, found)


def classes(worth: Worth) -> tuple[Stated, Verdict]:
    """Share of net sales by class of recency, frequency and amount; the best class by both conventions."""
    rows = worth.classes
    shares = {
        str(rfm): _exact(worth, "rfm_share", float(share), int(buyers))
        for rfm, share, buyers in zip(rows["rfm"], rows["share"], rows["buyers"], strict=True)
        if not isnan(share)
    }
    people, _, paid = actions.quintile_best(worth.frames)
    top, total = shares.get("hhh"), max(int(rows["net_fen"].sum()), 1)
    quintiles = _exact(worth, "rfm_share", paid / total, people) if people >= max(worth.k, 1) else None
    message = msg("The best class brings {mean} of net sales, cut at the means; cut by fifths, {fifths}")
    return stated(shares), Verdict(message, stated({"mean": top, "fifths": quintiles}))


def moves(worth: Worth) -> tuple[pd.DataFrame, Figure | Absent]:
    """Marks of a grid (label before, series after, value the share of the class then), and how many left the best class
    within the quarter."""
    rows = actions.moves(worth.frames, worth.cuts)
    whole = rows.groupby("before")["buyers"].transform("sum")
    shown = rows[(whole >= max(worth.k, 1)) & (rows["buyers"] >= worth.k)]
    marks = shown.assign(
        label=shown["before"], series=shown["after"], value=shown["buyers"] / whole, sources=_refs(worth, shown)
    )
    best = marks[marks["label"] == "hhh"]
    order = {code: at for at, code in enumerate(actions.CLASSES)}
    marks = marks.sort_values(["label", "series"], key=lambda codes: codes.map(order))
    if best.empty:
        return marks, Absent(("rfm_share",))
    stayed = float(best.loc[best["series"] == "hhh", "value"].sum())
    return marks[["label", "series", "value", "sources"]], _exact(worth, "rfm_share", 1 - stayed)


def _refs(worth: Worth, rows: pd.DataFrame) -> pd.Series:
    """The sources of a frame's rows."""
    return pd.Series([list(worth.frames.sources)] * len(rows), rows.index, object)


def deeds(worth: Worth) -> tuple[pd.DataFrame, Verdict]:
    """Buyers by what to do about them (see `actions.DEEDS`) with the year ahead; Absent while the gate is closed."""
    rows = actions.deeds(worth.frames, worth.gate)
    if rows is None:
        return pd.DataFrame(columns=["deed", "buyers", "ahead", "at_stake"]), Verdict(
            "", {"p_alive": Absent(("p_alive",))}
        )
    n = rows.set_index("deed")["buyers"]
    told = {
        name: Figure.exact(float(n.get(name, 0)), "buyers", worth.frames.sources)
        for name in ("win_back", "leave_alone")
    }
    message = msg(
        "{win_back} buyers are worth winning back before they are gone; {leave_alone} come back by themselves"
    )
    return rows.assign(sources=_refs(worth, rows)), Verdict(message, told)


def testers(rows: pd.DataFrame | None, target: float) -> tuple[Stated, Verdict]:
    """Like rates of the options of the newest test, and what to do with the best one."""
    if rows is None or rows.empty:
        return {}, Verdict("", {"like_rate": Absent(("like_rate",))})
    sources = tuple(rows.attrs.get("refs", ()))
    newest = rows[rows["test_id"] == rows["test_id"].max()]
    try:
        found = {
            str(one["option"]): trials.Posterior(int(one["likes"]), int(one["testers"]))
            for one in newest.to_dict("records")
        }
    except ValueError as error:
        return {}, Verdict(str(error), {})
    ranked = sorted(found, key=lambda name: -found[name].mean)
    best = found[ranked[0]]
    figures = {
        "rate": best.figure("like_rate", sources),
        "met": Figure.exact(best.at_least(target), "target_chance", sources),
    }
    if len(ranked) > 1:
        figures["better"] = Figure.exact(trials.better(best, found[ranked[1]]), "better_chance", sources)
    figures["needed"] = Figure.exact(trials.panel(best.mean), "testers_needed", sources)
    message = {
        "launch": msg(
            "Launch the option liked best: {rate} of testers like it, and the target is met with a chance of {met}"
        ),
        "drop": msg("Drop it: {rate} of testers like the best option, and the target is met with a chance of {met}"),
        "retest": msg(
            "Test again: {rate} of testers like the best option, too few to decide; {needed} testers would do"
        ),
    }[best.decision(target)]
    return {name: one.figure("like_rate", sources) for name, one in found.items()}, Verdict(message, dict(figures))


def presale(rows: pd.DataFrame | None, error: Figure) -> tuple[Stated, Verdict]:
    """Demand of the presale that waits for its final payments, the batch to make, and what would be left over of it and
    of a launch without presale, whose demand is off by `error` of its mean."""
    if rows is None or rows.empty:
        return {}, Verdict("", {"presale_demand": Absent(("presale_demand",))})
    sources = tuple(rows.attrs.get("refs", ()))
    try:
        waiting = trials.presales(rows)
        if not waiting:
            return {}, Verdict(msg("No presale waits for its final payments"), {})
        product, sale = list(waiting.items())[-1]
        about = rows[rows["product_id"] == product].iloc[-1]
        money = [float(about[name]) / 100 for name in ("price_fen", "cost_fen", "salvage_fen")]
        batch, (mean, low, high) = sale.batch(*money), sale.demand()
        blind = trials.newsvendor(mean, error.value * mean, *money)
    except ValueError as fault:
        return {}, Verdict(str(fault), {})
    figures: Stated = {
        "demand": Figure(mean, low, high, "count", "sampling95", "presale_demand", sources, sale.deposits),
        "batch": Figure.exact(batch.quantity, "presale_batch", sources),
        "left": Figure.exact(batch.left, "dead_stock", sources),
        "blind": Figure.exact(blind.left, "dead_stock", (*sources, *error.sources)),
    }
    message = msg(
        "Deposits foretell {demand} orders: make {batch}; {left} would be left over, {blind} without a presale"
    )
    return figures, Verdict(message, figures)


def click(worth: Worth, cpm: Figure, conversion: Figure) -> tuple[Stated, Verdict]:
    """Click-through that one's own contribution of a buyer bears: cpm / (1000 conversion contribution)."""
    value = worth.contribution
    if isinstance(value, Absent) or value.value <= 0:
        return {}, Verdict("", {"customer_contribution": Absent(("customer_contribution",))})
    bears = cpm.value / 1000 / conversion.value / value.value
    least = cpm.low / 1000 / conversion.high / value.high
    most = cpm.high / 1000 / conversion.low / value.low if value.low > 0 else 1.0
    sources = tuple(sorted({*value.sources, *cpm.sources, *conversion.sources}))
    one = Figure(min(bears, 1.0), min(least, 1.0), min(most, 1.0), "ratio", "assumption90", "click_limit", sources)
    return {"click_limit": one}, Verdict(
        msg("An ad pays only where at least {click_limit} of impressions are clicked"), {"click_limit": one}
    )


def answer(worth: Worth) -> Verdict:
    """What is a customer worth, and what may a new one cost?"""
    key = f"observed_value_{worth.horizon}d"
    value = worth.observed.get(key) or Absent(("observed_value",))
    buyer, follower = worth.limits["all"], worth.limits["follower"]
    if isinstance(buyer, Figure) and isinstance(follower, Figure):
        figures: Stated = {"value": value, "buyer": buyer, "follower": follower}
        message = msg(
            "A buyer brings {value} net in the days observed: pay {buyer} at most for one, {follower} for a follower"
        )
    elif worth.forecasts:
        figures = {"value": value, "p_alive": worth.forecasts["p_alive"] or Absent(("p_alive",))}
        message = msg("A buyer brings {value} net in the days observed, and {p_alive} of buyers are still customers")
    else:
        figures = {"value": value}
        message = msg("A buyer brings {value} net in the days observed; nothing beyond is predicted")
    return Verdict(message, figures, {name: CARDS[name] for name in figures})
