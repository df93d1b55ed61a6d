"""What a client's own small tables say: brand, hosts, costs, ways to an order, accounts, imports, deals, two shops.

Every function takes the table as it was reported (`data/tables.yml`), None without one, and gives figures by code and
what may be said. None of them is an effect: nobody drew lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from math import comb, hypot
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from siyu.estimates.sampling import LEVEL, Z95, normal_quantile, wilson
from siyu.figure import Absent, Figure, refs_of
from siyu.own_data import Holdings
from siyu.playbook import labels
from siyu.value.acquisition import times
from siyu.verdict import Stated, Verdict, absent, known

Rows = pd.DataFrame | None
MONTHS = 6  # before and after a move
PAUSE_DAYS = 14  # without a broadcast, from which on one speaks of a pause


def tables(own: Holdings) -> dict[str, Rows]:
    """The small tables by name, None for those that are not there."""
    return {name: own.reported(name) for name in labels.LEDGERS}


def nothing(key: str) -> tuple[Stated, Verdict]:
    """No figures, and that nothing can be said for want of a metric."""
    return {}, absent(key)


def refs(rows: pd.DataFrame) -> tuple[str, ...]:
    """Refs of the files that a table was read from."""
    return tuple(rows.attrs.get("refs", ()))


def share(part: Any, whole: Any, key: str, rows: pd.DataFrame) -> Figure | Absent:
    """A share with its Wilson interval; Absent where the whole is none or smaller than its part."""
    if whole <= 0 or part > whole:
        return Absent((key,))
    found = wilson(part, whole)
    return Figure(found.value, found.low, found.high, "ratio", "sampling95", key, refs(rows), int(whole))


def _of(rows: pd.DataFrame, key: str, value: float, spread: float, n: int) -> Figure:
    """A mean with its normal 95% interval."""
    half, kind = Z95 * spread, "sampling95" if spread else "none"
    return replace(Figure.exact(value, key, refs(rows), n), low=value - half, high=value + half, interval_kind=kind)


def brand(rows: Rows) -> tuple[Stated, Verdict]:
    """Share of first orders that begin with a search for the brand, and of repeat orders at full price."""
    if rows is None or rows.empty:
        return nothing("brand_searches")
    first = share(rows["brand_first_orders"].sum(), rows["first_orders"].sum(), "brand_first_share", rows)
    full = share(rows["full_price_repeats"].sum(), rows["repeats"].sum(), "full_price_share", rows)
    return {"brand_first": first, "full_price": full}, Verdict(labels.SAID["brand"], {"share": first, "full": full})


def hosts(sessions: Rows, schedule: Rows) -> tuple[Stated, Verdict]:
    """Sales of a broadcast with a stand-in over one with the host; of the first after a pause over the last before."""
    if sessions is None or schedule is None:
        return nothing("session_host")
    rows = sessions.merge(schedule, on="session_id").sort_values("started_at")
    rows.attrs["refs"] = (*refs(sessions), *refs(schedule))
    sales = np.log(rows["gmv_fen"].clip(lower=1)).groupby(rows["host"].astype(str)).agg(["mean", "var", "size"])
    sales = sales.reindex(["host", "stand_in"])
    if not (sales["size"] >= 3).all():
        return nothing("session_host")
    gap, parts = sales["mean"].diff().iloc[-1], sales["var"] / sales["size"]
    freedom = parts.sum() ** 2 / (parts**2 / (sales["size"] - 1)).sum() if parts.any() else 1.0
    half = stdtrit(freedom, 0.5 + LEVEL / 2) * parts.sum() ** 0.5  # Welch 1947
    value, low, high = (float(end) for end in np.exp([gap, gap - half, gap + half]))
    kept = Figure(value, low, high, "multiple", "sampling95", "standin_share", refs(rows), int(sales["size"].iloc[1]))
    return {"standin": kept, "peak": _peak(rows)}, Verdict(labels.SAID["hosts"], {"share": kept})


def _peak(rows: pd.DataFrame) -> Figure | Absent:
    after = np.flatnonzero(rows["started_at"].diff().dt.days >= PAUSE_DAYS)
    if not len(after):
        return Absent(("pause_peak",))
    logs = np.log(rows["gmv_fen"].clip(lower=1).to_numpy(float))
    jumps = logs[after] - logs[after - 1]
    return Figure.exact(float(np.exp(jumps.mean())), "pause_peak", refs(rows), len(after))


def margins(rows: Rows, net: Mapping[str, Figure | Absent]) -> tuple[Stated, Verdict]:
    """Share of contribution by domain. net: share of net sales by domain."""
    if rows is None or rows.empty:
        return nothing("vouched_margin")
    margin = rows.set_index(rows["domain"].astype(str))["margin_share"]
    brought = {name: figure.value * float(margin[name]) for name, figure in net.items()
               if isinstance(figure, Figure) and name in margin.index}  # fmt: skip
    total = sum(brought.values())
    if "private" not in brought or total <= 0:
        return nothing("vouched_margin")
    sources, key = refs_of(*net.values(), more=refs(rows)), "contribution_by_domain"
    shares: Stated = {name: Figure.exact(one / total, key, sources) for name, one in brought.items()}
    return shares, Verdict(labels.SAID["margins"], {"share": shares["private"]})


def same_visit(events: Rows) -> tuple[Stated, Verdict]:
    """Share of first payments on the day of the first view."""
    if events is None or events.empty:
        return nothing("first_view_time")
    seen = events[events["event"].astype(str).isin(["exposed", "viewed"])].groupby("buyer_id")["at"].min()
    paid = events[events["event"].astype(str) == "paid"].groupby("buyer_id")["at"].min()
    both = pd.concat({"seen": seen, "paid": paid}, axis=1).dropna()
    both = both[both["seen"] <= both["paid"]]
    if both.empty:
        return nothing("first_view_time")
    same = (both["seen"].dt.normalize() == both["paid"].dt.normalize()).sum()
    of_visits = share(float(same), len(both), "same_visit_share", events)
    return {"same_visit": of_visits}, Verdict(labels.SAID["same_visit"], {"share": of_visits})


def tools(rows: Rows) -> tuple[Stated, Verdict]:
    """Ad spend saved per yuan of tool fee, and hours per thousand active users, second half of the months over the
    first."""
    if rows is None or len(rows) < 4:
        return nothing("ad_fall_per_tool_yuan")
    months = rows.sort_values("month")
    half = len(months) // 2
    early, late = months.iloc[:half].mean(numeric_only=True), months.iloc[-half:].mean(numeric_only=True)
    more = (late["tool_fee_fen"] - early["tool_fee_fen"]) / 100
    saved = (early["ad_spend_fen"] - late["ad_spend_fen"]) / 100
    if more <= 0:
        return nothing("ad_fall_per_tool_yuan")
    per = Figure.exact(saved / more, "ad_fall_per_tool_yuan", refs(rows), len(rows))
    hours: Stated = {
        name: Figure.exact(1000 * one["hours"] / one["active_users"], "hours_per_thousand", refs(rows))
        for name, one in (("hours_before", early), ("hours_after", late))
        if one["active_users"] > 0
    }
    return hours, Verdict(labels.SAID["tools" if saved > 0 else "tools_no_fall"], {"per": per})


def path(rows: Rows) -> tuple[Stated, Verdict]:
    """Rate of each arrow between the nodes that were counted; a node nobody counted is skipped and named."""
    if rows is None or rows.empty:
        return nothing("path_rate")
    people = rows.groupby(rows["node"].astype(str))["people"].sum()
    nodes = [node for node in labels.NODES if node in people.index]
    found: Stated = {}
    for before, after in pairwise(nodes):
        found[f"{before}_{after}"] = share(people[after], people[before], "path_rate", rows)
    rates = known(found)
    if not rates:
        return nothing("path_rate")
    worst = min(rates, key=lambda code: rates[code].value)
    named = [*worst.split("_"), *(node for node in labels.NODES if node not in people.index)]
    args = {name: _words(labels.NODES[node]) for name, node in zip(("before", "after", "missing"), named, strict=False)}
    said = labels.SAID["path_missing" if "missing" in args else "path"]
    return found, Verdict({"id": said, "args": args}, {"rate": rates[worst]})


def _words(message: str) -> dict[str, object]:
    return {"id": message, "args": {}}


def arrows() -> dict[str, object]:
    """Code of an arrow -> its label."""
    nodes = list(labels.NODES.items())
    return {f"{a}_{b}": {"id": labels.SAID["arrow"], "args": {"before": _words(one), "after": _words(other)}}
            for at, (a, one) in enumerate(nodes) for b, other in nodes[at + 1 :]}  # fmt: skip


def leaks(rows: Rows) -> tuple[Stated, Verdict]:
    """Bought of those who saw it, by path, and what is lost where links are blocked."""
    if rows is None or rows.empty:
        return nothing("leak_seen")
    found: Stated = {str(one.path): share(one.bought, one.seen, "leak_bought_share", rows) for one in rows.itertuples()}
    tried = rows["tried"].sum() if "tried" in rows else 0
    lost = share(tried - rows["added"].sum(), tried, "hop_loss", rows)
    return found, Verdict(labels.SAID["leaks"], {"lost": lost})


def imports(rows: Rows) -> tuple[Stated, Verdict]:
    """Follows per message by batch, and the cost of a follower imported."""
    if rows is None or rows.empty:
        return nothing("import_follow_share")
    found: Stated = {str(one.batch): share(one.follows, one.messages, "import_follow_share", rows)
                     for one in rows.itertuples()}  # fmt: skip
    spent, won = float(rows[["message_fen", "benefit_fen"]].sum().sum()) / 100, float(rows["follows"].sum())
    cost = Figure.exact(spent / won, "cost_per_import", refs(rows), int(won)) if won else Absent(("follows",))
    whole = share(won, rows["messages"].sum(), "import_follow_share", rows)
    return found, Verdict(labels.SAID["imports"], {"share": whole, "cost": cost})


def accounts(rows: Rows) -> tuple[Stated, Verdict]:
    """People behind the accounts: at least the largest, at most the sum; less what pairs share."""
    if rows is None or rows.empty:
        return nothing("audience_people")
    fans = pd.concat([rows.set_index(f"account_{side}")[f"fans_{side}"] for side in ("a", "b")]).groupby(level=0).max()
    least, most = float(fans.max()), float(fans.sum())
    once = max(least, most - float(rows["both"].sum()))
    people = Figure(once, least, most, "users", "claim_range", "audience_people", refs(rows), len(fans))
    found: Stated = {"largest": Figure.exact(least, "audience_people", refs(rows)), "people": people,
                     "sum": Figure.exact(most, "audience_people", refs(rows))}  # fmt: skip
    return found, Verdict(labels.SAID["accounts"], {"people": people.at("value"), "sum": found["sum"]})


def deals(rows: Rows, currency: str, share: Figure | Absent) -> tuple[Stated, Verdict]:
    """Contribution per thousand people reached, by where the deal is closed, and whether the best leads the next one.

    A sum of deals errs by sqrt(2 / deals) of it, as amounts that are exponential do. All share what share is left."""
    if rows is None or rows.empty or isinstance(share, Absent):
        return nothing("reached_value")
    found, errors = dict[str, Figure | Absent](), dict[str, float]()
    people = rows[rows["reached"] > 0].fillna({"cost_fen": 0} if "cost_fen" in rows else {})
    each = people.select_dtypes("number").div(people["reached"], axis=0) * 10  # fen a person as yuan per thousand
    for place, code, n in people[["closing", "closed"]].itertuples():
        error = abs(brought := float(each["net_fen"][place])) * (2 / max(n, 1)) ** 0.5
        kept = times(_of(rows, "reached_value", brought, error, int(n)), share, "reached_value", currency)
        cost = float(each["cost_fen"][place]) if "cost_fen" in each else 0.0
        if isinstance(kept, Figure):
            kept = replace(kept, value=kept.value - cost, low=kept.low - cost, high=kept.high - cost)
        found[str(code)], errors[str(code)] = kept, error * share.value
    ranked = sorted(known(found).items(), key=lambda item: -item[1].value)
    if len(ranked) < 2:
        return nothing("reached_value")
    (at, best), (second, after) = ranked[:2]
    chance = normal_quantile(1 - (1 - LEVEL) / 2 / comb(len(ranked), 2)) * hypot(errors[at], errors[second])
    said = labels.SAID["deals" if best.value - after.value > chance else "deals_alike"]
    return found, Verdict({"id": said, "args": {"place": _words(labels.CLOSINGS[at])}}, {"best": best, "next": after})


def moves(rows: Rows) -> tuple[Stated, Verdict]:
    """Orders a mover adds in the new shop, and loses in the old one against stayers who bought there as often.

    The error is of movers and of the means of stayers that they are held against (Abadie and Imbens 2006, th. 7), so
    that these are of two stayers at least."""
    if rows is None or rows.empty:
        return nothing("net_increment")
    held = rows.assign(moved=rows["moved"].astype(str) == "yes", change=rows["old_after"] - rows["old_before"])
    stayers = held[~held["moved"]].groupby("old_before")["change"].agg(["mean", "var", "size"])
    stayers = stayers[stayers["size"] > 1]
    movers = held[held["moved"]].join(stayers, on="old_before", how="inner")
    if (n := len(movers)) < 10:
        return nothing("net_increment")
    weight = movers["old_before"].value_counts() / n
    shared = float((weight**2 * stayers["var"] / stayers["size"]).sum())
    lost = movers["mean"] - movers["change"]  # fall of the old shop beyond that of stayers alike
    terms = {"new": (movers["new_after"], 0.0), "lost": (lost, shared), "net": (movers["new_after"] - lost, shared)}
    found: Stated = {
        name: _of(rows, "net_increment", float(one.mean()), float(one.var(ddof=1) / n + more) ** 0.5, n)
        for name, (one, more) in terms.items()
    }
    gains = known(found)["net"].low > 0
    return found, Verdict(labels.SAID["moves_gain" if gains else "moves_unclear"], {"net": found["net"]})
