"""Wheel, weighting lift, path, groups and feed as findings show them, and the answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siyu.estimates.sampling import UNDEFINED, Estimate
from siyu.estimates.series import Weekly, made_of, ratio
from siyu.figure import Absent, Figure, refs_of
from siyu.growth.brand import NODES, Growth
from siyu.growth.exhibits import figure, ratio_cell
from siyu.growth.labels import ANSWER, CARDS, FAULTS, PROPOSAL, SAID, TIGHT, WHY
from siyu.growth.labels import NODES as LABELS
from siyu.language import Text
from siyu.verdict import SURE, Line, Stated, Verdict, absent, known, line

MONTH = 365.25 / 12 / 7  # weeks
HUNDRED = 100
PLANNED = 26  # weeks of a schedule: half a year of pairs switches a dozen times at least
EVEN = Figure(100, 100, 100, "users")  # as many come back as were won
_STOCKS = {"fans": "fans", "plays": "plays", "impressions": "impressions", "active": "active"}


def _refs(growth: Growth, *more: str) -> tuple[str, ...]:
    return growth.record.sources("account_days", "ad_days", "sessions", "switches", *more)


def wheel(growth: Growth) -> tuple[Stated, dict[str, Figure | Absent], Verdict]:
    """A usual week of public, commercial and private (stocks), the rates between them, and what comes and goes."""
    weeks, own = growth.record.weeks, growth.flywheel
    if weeks.empty or own.lacks:
        return {}, {}, absent(*(f"weekly_{name}" for name in own.lacks or ("fans",)))
    refs = _refs(growth)
    means = {name: mean for name, one in _STOCKS.items() if one in weeks and np.isfinite(mean := weeks[one].mean())}
    stocks: Stated = {name: Figure.exact(float(one), "weekly_count", refs, len(weeks)) for name, one in means.items()}
    rates = {name: figure(one.estimate, f"fan_{name}", refs, len(weeks)) for name, one in own.rates.items()}
    if own.k is not None:
        rates["k"] = figure(own.k.estimate, "views_brought", refs, len(weeks))
    told = {"fans": Figure.exact(float(weeks["fans"].iloc[-1]), "weekly_count", refs),
            "won": Figure.exact(float(weeks["new_fans"].mean()), "weekly_count", refs),
            "lost": Figure.exact(float(weeks["lost_fans"].mean()), "weekly_count", refs)}  # fmt: skip
    return stocks, rates, Verdict(SAID["wheel"], told)


def flows(growth: Growth) -> dict[str, Line]:
    """Stocks and flows by week, each over its own mean: one scale for views, ads, fans and active fans."""
    weeks, refs = growth.record.weeks, _refs(growth)
    told = {name: weeks[one] for name, one in _STOCKS.items() if one in weeks and weeks[one].notna().all()}
    return {name: line(one / one.mean(), "over_mean", refs) for name, one in told.items() if one.mean() > 0}


def gain(growth: Growth) -> tuple[Stated, Verdict]:
    """Fans that a hundred fans bring back, half-life of what is won, elasticities of the stock; and the verdict."""
    own, refs = growth.flywheel, _refs(growth)
    if own.gain is None:
        return {}, absent("fans_brought_back")
    n, found = len(own.weeks), own.gain
    back = figure(_times(found.estimate, HUNDRED), "fans_brought_back", refs, n)
    if own.verdict == "not_identified":
        why = {"id": SAID["not_told"], "args": {"why": {"id": WHY[own.failed]}}}
        return {"back": back}, Verdict(why, {"back": back})
    carried = found.estimate
    said = "carries" if carried.low >= 1 else "decays" if carried.high < 1 else "open"
    return {"back": back}, Verdict(SAID[f"{own.verdict}_{said}"], {"back": back})


def _times(one: Estimate, factor: float) -> Estimate:
    return Estimate(one.value * factor, one.low * factor, one.high * factor, one.error * factor)


def elasticities(growth: Growth) -> tuple[Stated, Verdict]:
    """How much the settled number of fans changes, in percent, with a percent of each rate; half-life of a push."""
    own, refs = growth.flywheel, _refs(growth)
    if own.gain is None or own.gain.value >= 1:
        return {}, absent("fan_elasticity")
    g, share, n = own.gain, _public_share(growth), len(own.weeks)
    power = 1 / (1 - g.value)
    loop = made_of(g.value * power, [(g, power**2)])
    won = made_of(share.value + loop.value, [(share, 1.0), (loop, 1.0)])
    parts = {"won": won, "active": loop, "k": loop, "churn": made_of(-power, [(g, -(power**2))])}
    if own.ads:
        parts["bought"] = made_of(1 - share.value, [(share, -1.0)])
    found: Stated = {name: figure(one.estimate, "fan_elasticity", refs, n) for name, one in parts.items()}
    churn = own.rates["churn"]
    half = np.log(2) / (churn.value * (1 - g.value)) / MONTH
    span = made_of(half, [(churn, -half / churn.value), (g, half * power)])
    told = {"half": figure(span.estimate, "fan_half_life", refs, n), "churn": found["churn"]}
    return found, Verdict(SAID["elasticities"], told)


def _public_share(growth: Growth) -> Weekly:
    """Of fans who would come without any loop, the share that views win: (won * base) / (won * base + bought * ads)."""
    weeks = growth.flywheel.weeks
    bought = weeks["ad_fans"].to_numpy(float) if "ad_fans" in weeks else np.zeros(len(weeks))
    all_new = weeks["new_fans"].to_numpy(float)
    own = growth.flywheel
    looped = own.rates["won"].value * own.k.value * weeks["active"].to_numpy(float) if own.k else np.zeros(len(weeks))
    return ratio(all_new - bought - looped, np.maximum(all_new - looped, 1.0))


def checks(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """A row per condition of the verdict: check, found, limit, passed."""
    own, refs = growth.flywheel, _refs(growth)
    if own.gain is None:
        return pd.DataFrame(columns=["check", "found", "limit", "passed"]), absent("fans_brought_back")
    rows = pd.DataFrame([
        {"check": one.key, "found": None if not np.isfinite(one.value) else one.value, "limit": one.limit,
         "passed": one.passed, "sources": list(refs)}
        for one in own.checks
    ])  # fmt: skip
    held = Figure.exact(sum(one.passed for one in own.checks), "conditions_held", refs)
    return rows, Verdict(SAID[own.verdict], {"held": held, "weeks": Figure.exact(len(own.weeks), "whole_weeks", refs)})


def schedule(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """Weeks after the date, on and off: of each two weeks one, by a lot that the date alone decides."""
    refs = _refs(growth)
    if not refs:
        return pd.DataFrame(columns=["week", "state"]), absent("weekly_fans")
    day = pd.Timestamp(growth.record.as_of)
    mondays = pd.date_range(day + pd.Timedelta(days=7 - day.day_of_week), periods=PLANNED, freq="7D")
    first = np.random.default_rng(day.toordinal()).integers(0, 2, PLANNED // 2)
    on = np.stack([first, 1 - first], 1).ravel()
    rows = pd.DataFrame({"week": [dict.fromkeys(("en", "zh"), f"{one:%Y-%m-%d}") for one in mondays],
                         "state": np.where(on, "on", "off"), "sources": [list(refs)] * PLANNED})  # fmt: skip
    counts = {"weeks": PLANNED, "switches": int(np.abs(np.diff(on)).sum())}
    return rows, Verdict(SAID["schedule"], {name: Figure.exact(n, "planned", refs) for name, n in counts.items()})


def lift(growth: Growth) -> tuple[Stated, Verdict]:
    """Weighting lift: views of a post and cost of a follower that go with a tenth more of the fans being active."""
    refs, found = _refs(growth, "content"), dict[str, Figure | Absent]()
    for name, own in (("views", growth.lift), ("cost", growth.ad_lift)):
        for code, key in (("quality", ""), ("next", "_next")):
            if own is not None:
                one = _times(own.of[code].estimate, 0.1)
                found[f"{name}{key}"] = figure(one, "lift_of_active", refs, len(own.of[code].influence))
    views, later = found.get("views"), found.get("views_next")
    if not isinstance(views, Figure) or not isinstance(later, Figure):
        return {}, absent("lift_of_active")
    said = "lift_not_told" if views.low <= 0 or not later.low <= 0 <= later.high else "lift_goes_with"
    return {**known(found)}, Verdict(SAID[said], {"views": views, "later": later})


def path(growth: Growth) -> tuple[pd.DataFrame, list[Text], Verdict]:
    """A row per node of the published path: node, week (mean count), of_before (rate from the node before that is
    told); nodes that no file tells."""
    nodes = growth.nodes
    refs = refs_of(more=(*_refs(growth), *growth.refs))
    rows, before = [], None
    for name, counts in nodes.items():
        rate = UNDEFINED
        if before is not None and name in ("fans", "shop", "groups", "orders"):
            both = pd.concat([counts, before], axis=1, join="inner").dropna()
            now, then = both.to_numpy(float).T
            rate = ratio(now, then).estimate.clipped(0, np.inf) if len(both) > 4 and then.sum() > 0 else UNDEFINED
        rows.append({"node": name, "week": float(counts.mean()), "of_before": ratio_cell(rate), "sources": list(refs)})
        before = counts
    missing = [name for name in NODES if name not in nodes]
    told = {name: Figure.exact(len(of), "nodes_told", refs) for name, of in (("nodes", nodes), ("missing", missing))}
    frame = pd.DataFrame(rows, columns=["node", "week", "of_before", "sources"])
    named: list[Text] = [{"id": SAID["node_missing"], "args": {"node": {"id": LABELS[name]}}} for name in missing]
    return frame, named, Verdict(SAID["path"], told) if nodes else absent("weekly_fans")


def group_life(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """Share of groups in which somebody still speaks, by days since they began: all, and pushed (sold to, where that is
    told) much or little."""
    own = growth.groups
    if own is None or own.rows.empty:
        return {}, absent("group_alive")
    refs, lines = growth.record.sources("group_days"), dict[str, Line]()
    for name, busy in (("all", None), ("busy", True), ("calm", False)):
        ages, alive = own.curve(busy, k=growth.k)
        lines[name] = [(float(age), Figure.exact(float(one), "group_alive", refs, len(own.rows)))
                       for age, one in zip(ages, alive, strict=True) if age % 7 == 0]  # fmt: skip
    lines = {name: line for name, line in lines.items() if line}
    if not lines:
        return {}, absent("group_alive")
    age = min((line[-1][0] for name, line in lines.items() if name != "all"), default=0)  # that both are known of
    told = {name: dict(lines.get(name, ())).get(age, Absent(("group_posts",))) for name in ("busy", "calm")}
    if len(known(told)) < 2:
        return lines, Verdict(SAID["group_life"], {"all": lines["all"][-1][1]})
    told |= {"age": Figure.point(age, "days", refs), "groups": Figure.point(len(own.rows), "count", refs)}
    return lines, Verdict(SAID["group_life_sold" if own.sold else "group_life_apart"], told)


def feed(growth: Growth) -> tuple[dict[str, Line], Verdict]:
    """Views of a post by month over those of the first month, and what goes with it."""
    own, refs = growth.feed, growth.record.sources("content", "sessions")
    if own.trend is None or own.monthly.empty:
        return {}, absent("post_trend")
    views = own.monthly["views"] / own.monthly["views"].iloc[0]
    told = {"trend": figure(own.trend, "post_trend", refs, len(views)),
            "top": Figure.exact(float(own.monthly["top"].mean()), "top_posts_share", refs)}  # fmt: skip
    if own.fans is not None:
        told["fans"] = figure(own.fans.estimate, "viewer_fans", refs, len(own.fans.influence))
    return {"views": line(views, "over_mean", refs)}, Verdict(SAID["feed_rooms" if "fans" in told else "feed"], told)


def odd(growth: Growth) -> tuple[pd.DataFrame, Verdict]:
    """What is odd about the tables: fault (code of `labels.FAULTS`), times."""
    found = dict(growth.record.faults)
    if growth.ladder is not None:
        found["early"] = growth.ladder.people.early
        found["levels"] = growth.ladder.skipped
    if growth.funnel is not None:
        found["skipped"] = sum(growth.funnel.skipped.values())
    if growth.groups is not None:
        found["fell"] = growth.groups.fell
    refs = refs_of(more=(*growth.refs, *_refs(growth, "content", "group_days")))
    if not refs and not any(found.values()):  # no table of growth at all: nothing can be odd
        return pd.DataFrame(columns=["fault", "times"]), absent("whole_weeks")
    rows = pd.DataFrame([{"fault": fault, "times": times, "sources": list(refs)} for fault, times in found.items()])
    whole = len(growth.record.weeks) or (growth.ladder.people.weeks if growth.ladder else 0)
    told = {"weeks": Figure.exact(whole, "whole_weeks", refs),
            "faults": Figure.exact(sum(times > 0 for times in found.values()), "fault_kinds", refs)}  # fmt: skip
    return rows, Verdict(SAID["odd"], told)


def answer(growth: Growth) -> Verdict:
    """Does the flywheel turn, and what is to be moved first?"""
    back, chances = gain(growth)[1].figures.get("back"), growth.tightest
    figures: dict[str, Figure | Absent] = {"back": back} if isinstance(back, Figure) else {}
    own = growth.flywheel
    said = "none" if own.gain is None else "open"
    if own.gain is not None and own.verdict != "not_identified":
        carried = own.gain.estimate
        said = f"{own.verdict}_{'carries' if carried.low >= 1 else 'decays' if carried.high < 1 else 'open'}"
    message: Text = ANSWER.get(said, "")
    if chances:
        best = max(chances, key=chances.__getitem__)
        figures["chance"] = Figure.exact(chances[best], "tightest_chance", growth.priced)
        said += "_sure" if chances[best] >= SURE else "_likely"
        message = {"id": ANSWER[said], "args": {"step": {"id": TIGHT[best]}}}
    if not figures:
        return absent("fans_brought_back", "person_events")
    return Verdict(message, figures, {name: CARDS[name] for name in figures})


def caveats(growth: Growth) -> list[str]:
    """What is odd about the tables, and how to know more."""
    rows, _ = odd(growth)
    named = [FAULTS[fault] for fault, times in zip(rows["fault"], rows["times"], strict=True) if times]
    return named + [PROPOSAL] * (growth.flywheel.verdict != "turns")
