"""What a customer is worth as findings show it: figures by code, verdicts that turn with them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

import pandas as pd

from siyu.estimates.cells import hidden
from siyu.estimates.sampling import apart, borrowed
from siyu.figure import Absent, Figure, or_absent, refs_of
from siyu.record import Opening
from siyu.value import acquisition, actions, gate, observed, trials
from siyu.value.labels import CARDS, CLOSED, SAID, TURNS
from siyu.value.worth import Worth
from siyu.verdict import Check, Line, Stated, Verdict, absent, cited, known

EVEN = Figure(1, 1, 1, "multiple")


def stated(figures: Mapping[str, Figure | None]) -> Stated:
    """Figures by code, Absent as themselves for those that could not be computed."""
    return {key: or_absent(figure, key) for key, figure in figures.items()}


def _exact(worth: Worth, key: str, number: float, n: int | None = None) -> Figure:
    return Figure.exact(number, key, worth.frames.sources, n)


def value(worth: Worth) -> Verdict:
    """How much a first-time buyer brings in the longest window that enough were followed for."""
    first = worth.curve[0][1] if worth.curve else Absent(("observed_value",))
    return Verdict(SAID["value"], {"value": worth.value, "first": first, "days": worth.days})


def cohorts(worth: Worth) -> pd.DataFrame:
    """`observed.cohorts` with cells of tables."""
    rows = observed.cohorts(worth.paid, worth.frames, worth.currency, worth.k)
    return rows.map(lambda one: one.cell if isinstance(one, Figure) else one)


def entries(worth: Worth) -> tuple[Stated, Verdict]:
    """Value by the way in (code `<group>_<value>`), and the widest ways."""
    found = known({f"{group}_{name}": one for group, by in worth.entries.items() for name, one in stated(by).items()})
    ways = [figure for code, figure in found.items() if code.startswith("way_")]
    if len(ways) < 2:
        return {**found}, Verdict("", {"value_by_entry": Absent(("traffic_source",))})
    ranked = sorted(ways, key=lambda one: one.value)
    said = "ways_apart" if apart(ranked) else "ways_alike"
    return {**found}, Verdict(SAID[said], {"least": ranked[0], "most": ranked[-1]})


def gate_rows(found: gate.Gate) -> pd.DataFrame:
    """A row per check: check (of `labels.CHECKS`), found and limit (cells), passed."""
    units = {"repeat_buyers": "users", "calibration": "multiple", "spend": "", "whole_record": "count"}

    def cell(check: Check, number: float) -> dict[str, Any] | None:
        return None if isnan(number) else Figure(number, number, number, units.get(check.key, "ratio")).cell

    rows = [(one.key, cell(one, one.value), cell(one, one.limit), one.passed) for one in found.checks]
    return pd.DataFrame(rows, columns=["check", "found", "limit", "passed"])


def gate_verdict(worth: Worth) -> Verdict:
    """Whether a prediction may be printed, and if not, the first test that failed."""
    best, failed = worth.gate.chosen, worth.gate.failed
    error = None if best is None or isnan(best.error) else _exact(worth, "holdout_error", abs(best.error))
    if not failed:
        return Verdict(SAID["gate_open"], {"error": or_absent(error, "holdout_error")})
    if failed[0] == "error" and error is not None:
        return Verdict(SAID["gate_closed"], {"error": error})
    return Verdict(CLOSED[failed[0]], {})


def foretold(worth: Worth) -> str:
    """Kind of subject that a prediction is for: all, or none while the gate is closed, which says why itself."""
    return "none" if worth.gate.failed else ""


def models(worth: Worth) -> pd.DataFrame:
    """A row per model: model, score, error (null where it cannot be fitted), chosen, sources."""
    rows = [(one.key, one.score, one.error, one is worth.gate.chosen) for one in worth.gate.candidates]
    return cited(pd.DataFrame(rows, columns=["model", "score", "error", "chosen"]), worth.frames.sources)


def tracking(worth: Worth) -> tuple[dict[str, Line], Verdict]:
    """Actual and expected cumulative repeat purchases by day, and how both end."""
    found = gate.track(worth.frames, worth.gate)
    if found is None:
        return {"actual": [], "expected": []}, absent("repeat_purchases")
    days = [float(day) for day in found.index]
    lines = {
        name: list(zip(days, (_exact(worth, "repeat_purchases", float(at)) for at in found[name]), strict=True))
        for name in ("actual", "expected")
    }
    cut, chosen = (worth.gate.cut - worth.frames.first_day).days, worth.gate.chosen
    actual = float(found["actual"].iloc[-1] - found["actual"][cut])
    ends = {"actual": actual, "expected": actual * (1 + chosen.error)} if chosen else {}
    told = {name: _exact(worth, "repeat_purchases", round(at)) for name, at in ends.items()}
    return lines, Verdict(SAID["track"], {**told})


def forecast(worth: Worth) -> tuple[Stated, Verdict]:
    """What the models say of the year ahead; Absent while the gate is closed."""
    keys = ("expected_purchases_365d", "p_alive", "spend_per_purchase", "new_buyer_365d")
    figures = stated({key: worth.forecasts.get(key) for key in keys})
    return figures, Verdict(SAID["forecast"], {key: figures[key] for key in keys[:2]})


def cost(worth: Worth) -> tuple[Stated, Verdict]:
    """What a new buyer has cost, or is assumed to; or why a table of spend was refused."""
    if worth.ads is not None and worth.cost.reason:
        return {}, Verdict(worth.cost.reason, {})
    measured, limit = worth.cost.figures, worth.limits["all"]
    if "cac" not in measured:
        return {"cac": worth.cac, "limit": limit}, Verdict(SAID["cost_assumed"], {"cac": worth.cac})
    said = "cost_and_follower" if "cost_per_follower" in measured else "cost"
    more = {"marginal": one} if isinstance(one := worth.cost.marginal, Figure) else {}
    return {"cac": measured["cac"], **worth.cost.by_channel, **more, "limit": limit}, Verdict(SAID[said], measured)


def limits(worth: Worth) -> tuple[Stated, Verdict]:
    """Most that a buyer may cost, by way in and of all, and a follower."""
    found = worth.limits
    follower = known({"follower": found["follower"]})
    said = SAID["limits" if follower or isinstance(found["all"], Absent) else "limits_buyer"]
    return {**known(found)}, Verdict(said, {"buyer": found["all"], **follower, "days": worth.days})


def paid_back(worth: Worth) -> tuple[Line, Verdict]:
    """Contribution of a buyer by day, and when it reaches the cost."""
    share, about = worth.assumed.share, ("customer_contribution", worth.currency)
    line = [(day, one) for day, at in worth.curve if isinstance(one := acquisition.times(at, share, *about), Figure)]
    (months, ends), cac = worth.payback, worth.cac
    if months is not None:
        return line, Verdict(SAID["paid_back" if ends else "may_pay_back"], {"months": months, "days": worth.days})
    last = line[-1][1] if line else Absent(("customer_contribution",))
    sure = isinstance(last, Figure) and isinstance(cac, Figure) and last.high < cac.low
    found = {"last": last, "cac": cac, "days": worth.days}
    return line, Verdict(SAID["not_paid_back" if sure else "may_not_pay_back"], found)


def returns(worth: Worth) -> tuple[Stated, Verdict]:
    """Sales ROI beside profit ROI."""
    profit = (found := worth.returns)["profit_roi"]
    said = "returns_lose" if isinstance(profit, Figure) and profit.high < 1 else "returns"
    return found, Verdict(SAID[said], found)


def classes(worth: Worth) -> tuple[Stated, Verdict]:
    """Share of net sales by class of recency, frequency and amount; the best class by both conventions, the
    first cut at the means or as asked."""
    rows = actions.classes(worth.standings, worth.cuts)
    total = max(float(rows["net_fen"].sum()), 1.0)
    shown = rows.loc[~hidden(rows["buyers"].to_numpy(), worth.k), ["rfm", "net_fen", "buyers"]].to_numpy()
    shares = {str(rfm): _exact(worth, "rfm_share", float(fen / total), int(buyers)) for rfm, fen, buyers in shown}
    people, paid = actions.quintile_best(worth.standings)
    fifths = _exact(worth, "rfm_share", paid / total, people) if people >= max(worth.k, 1) else None
    told = {name: or_absent(one, "rfm_share") for name, one in (("mean", shares.get("hhh")), ("fifths", fifths))}
    return stated(shares), Verdict(SAID["classes" if worth.given == actions.NOWHERE else "classes_asked"], told)


def moves(worth: Worth) -> tuple[pd.DataFrame, Figure | Absent]:
    """Marks of a grid (label before, series after, value the share of the class then), and how many left the best class
    within the quarter."""
    rows = actions.moves(worth.frames, worth.cuts)
    grid = rows.pivot_table("buyers", "before", "after", "sum", fill_value=0)
    dark = pd.DataFrame(hidden(grid.to_numpy(), worth.k), grid.index, grid.columns)
    hides = pd.Series([dark.loc[pair] for pair in zip(rows["before"], rows["after"], strict=True)], rows.index, bool)
    whole, stays = rows.groupby("before")["buyers"].transform("sum"), (rows[["before", "after"]] == "hhh").all(axis=1)
    marks = rows.assign(label=rows["before"], series=rows["after"], value=rows["buyers"] / whole)[~hides]
    marks = cited(marks[["label", "series", "value"]], worth.frames.sources)
    marks = marks.sort_values(["label", "series"], key=lambda codes: codes.map(actions.CLASSES.index))
    best, kept = whole[rows["before"] == "hhh"].max(), rows.loc[stays, "buyers"].sum()
    # too few of the class, or of it who left; or who stayed tells how many others went where
    if not best >= max(worth.k, 1) or 0 < best - kept < worth.k or hides[stays].any():
        return marks, Absent(("rfm_share",))
    return marks, _exact(worth, "rfm_share", 1 - kept / best)


def deeds(worth: Worth) -> tuple[pd.DataFrame, Verdict]:
    """Buyers by what to do about them (see `actions.DEEDS`) with the year ahead; Absent while the gate is closed."""
    rows = actions.deeds(worth.gate)
    if rows is None:
        return pd.DataFrame(columns=["deed", "buyers", "ahead", "at_stake"]), absent("p_alive")
    n = rows.set_index("deed")["buyers"]
    told = {name: _exact(worth, "buyers", float(n.get(name, 0))) for name in ("win_back", "leave_alone")}
    return cited(rows, worth.frames.sources), Verdict(SAID["deeds"], told)


def testers(rows: pd.DataFrame | None, target: float) -> tuple[Stated, Verdict]:
    """Like rates of the options of the newest test, and what to do with the best one."""
    if rows is None or rows.empty:
        return {}, absent("like_rate")
    sources, by = tuple(rows.attrs.get("refs", ())), "started_at" if "started_at" in rows else "test_id"
    own = rows[rows["test_id"] == rows.sort_values(by, na_position="first")["test_id"].iloc[-1]]
    told = zip(own["option"], own["likes"], own["testers"], borrowed(own["likes"], own["testers"]), strict=True)
    try:
        found = {str(option): trials.Posterior(int(likes), int(n), prior) for option, likes, n, prior in told}
    except ValueError as error:
        return {}, Verdict(str(error), {})
    best, *others = sorted(found.values(), key=lambda one: -one.mean)
    figures: Stated = {
        "rate": best.figure("like_rate", sources),
        "met": Figure.exact(best.at_least(target), "target_chance", sources),
        **({"better": Figure.exact(trials.better(best, others[0]), "better_chance", sources)} if others else {}),
        "needed": Figure.exact(trials.panel(best.mean), "testers_needed", sources),
    }
    rates: Stated = {name: one.figure("like_rate", sources) for name, one in found.items()}
    return rates, Verdict(SAID[best.decision(target)], figures)


def presale(rows: pd.DataFrame | None, error: Figure) -> tuple[Stated, Verdict]:
    """Demand of the presale that waits for its final payments, the batch to make, and what would be left over of it and
    of a launch without presale, whose demand is off by `error` of its mean."""
    if rows is None or rows.empty:
        return {}, absent("presale_demand")
    sources = tuple(rows.attrs.get("refs", ()))
    try:
        waiting = trials.presales(rows)
        if not waiting:
            return {}, Verdict(SAID["no_presale"], {})
        product, sale = list(waiting.items())[-1]
        about = rows[(rows["product_id"] == product) & rows["final_paid"].isna()].iloc[-1]
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
    return figures, Verdict(SAID["presale"], figures)


def click(worth: Worth, cpm: Figure, conversion: Figure) -> tuple[Stated, Verdict]:
    """Click-through that one's own contribution of a buyer bears: cpm / (1000 conversion contribution)."""
    value = worth.contribution
    if isinstance(value, Absent) or value.value <= 0 or not cpm.unit.startswith(value.unit):
        return {}, absent("customer_contribution")
    bears = cpm.value / 1000 / conversion.value / value.value
    least = cpm.low / 1000 / conversion.high / value.high
    most = cpm.high / 1000 / conversion.low / value.low if value.low > 0 else 1.0
    sources = refs_of(value, cpm, conversion)
    middle, low, high = (min(one, 1.0) for one in (bears, least, most))
    found: Stated = {"click_limit": Figure(middle, low, high, "ratio", "assumption90", "click_limit", sources)}
    return found, Verdict(SAID["click"], found)


def answer(worth: Worth) -> Verdict:
    """What is a customer worth, and what may a new one cost?"""
    bounds = known({"buyer": worth.limits["all"], "follower": worth.limits["follower"]})
    beside: Stated = {"value": worth.value, "days": worth.days}
    if "buyer" not in bounds:
        ahead: Stated = {"p_alive": or_absent(worth.forecasts["p_alive"], "p_alive")} if worth.forecasts else {}
        said, figures, turns = "answer_ahead" if ahead else "answer_observed", {**beside, **ahead}, []
    else:
        about = known({"margin": worth.assumed.share, "conversion": worth.assumed.conversion})
        said, turns = "answer" if "follower" in bounds else "answer_buyer", [TURNS[name] for name in about]
        figures = {**bounds, **beside, **about}
    asks = ("gross_margin",) if "cac" in worth.cost.figures else ("gross_margin", "cac")
    opening = Opening(reasons=("value_limits", "value_cost", "value_payback"), turns=tuple(turns), asks=asks)
    return Verdict(SAID[said], figures, {name: CARDS[name] for name in CARDS if name in figures}, opening)
