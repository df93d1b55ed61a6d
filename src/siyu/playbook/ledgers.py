"""What a client's own small tables say: brand, hosts, costs, ways to an order, accounts, imports, deals, two shops.

Every function takes the table as it was reported (`data/tables.yml`), None without one, and gives figures by code and
what may be said. None of them is an effect: nobody drew lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pandas as pd

from siyu.figure import Absent, Figure
from siyu.orders import traffic
from siyu.orders.frames import Frames, run
from siyu.orders.sampling import Z95, wilson
from siyu.own_data import Holdings
from siyu.playbook import labels
from siyu.value.acquisition import times
from siyu.verdict import Verdict

Stated = dict[str, Figure | Absent]
Rows = pd.DataFrame | None
MONTHS = 6  # before and after a move
PAUSE_DAYS = 14  # without a broadcast, from which on one speaks of a pause


def tables(own: Holdings) -> dict[str, Rows]:
    """The small tables by name, None for those that are not there."""
    return {name: own.reported(name) for name in labels.LEDGERS}


def kept(own: Holdings) -> dict[str, Rows]:
    """Those that inputs of the economics are measured on."""
    return {name: own.reported(name) for name in ("leaks", "imports", "shop_moves")}


def _nothing(key: str) -> tuple[Stated, Verdict]:
    return {}, Verdict("", {key: Absent((key,))})


def _refs(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows.attrs.get("refs", ()))


def _share(part: Any, whole: Any, key: str, rows: pd.DataFrame) -> Figure | Absent:
    if whole <= 0 or part > whole:
        return Absent((key,))
    found = wilson(part, whole)
    return Figure(found.value, found.low, found.high, "ratio", "sampling95", key, _refs(rows), int(whole))


def _of(rows: pd.DataFrame, key: str, value: float, spread: float, n: int) -> Figure:
    """A mean with its normal 95% interval."""
    figure = Figure.exact(value, key, _refs(rows), n)
    low, high = value - Z95 * spread, value + Z95 * spread
    return Figure(value, low, high, figure.unit, "sampling95" if spread else "none", key, _refs(rows), n)


def brand(rows: Rows) -> tuple[Stated, Verdict]:
    """Share of first orders that begin with a search for the brand, and of repeat orders at full price."""
    if rows is None or rows.empty:
        return _nothing("brand_searches")
    first = _share(rows["brand_first_orders"].sum(), rows["first_orders"].sum(), "brand_first_share", rows)
    full = _share(rows["full_price_repeats"].sum(), rows["repeats"].sum(), "full_price_share", rows)
    found: Stated = {"brand_first": first, "full_price": full}
    return found, Verdict(labels.SAID["brand"], {"share": first, "full": full})


def hosts(sessions: Rows, schedule: Rows) -> tuple[Stated, Verdict]:
    """Sales of a broadcast with a stand-in over one with the host; of the first after a pause over the last before."""
    if sessions is None or schedule is None:
        return _nothing("session_host")
    rows = sessions.merge(schedule, on="session_id").sort_values("started_at")
    rows.attrs["refs"] = (*_refs(sessions), *_refs(schedule))
    sales = {name: np.log(own["gmv_fen"].clip(lower=1)) for name, own in rows.groupby(rows["host"].astype(str))}
    if not {"host", "stand_in"} <= set(sales) or min(map(len, sales.values())) < 3:
        return _nothing("session_host")
    gap = sales["stand_in"].mean() - sales["host"].mean()
    spread = float(np.sqrt(sum(one.var(ddof=1) / len(one) for one in sales.values())))
    value, low, high = (float(end) for end in np.exp([gap, gap - Z95 * spread, gap + Z95 * spread]))
    kept = Figure(value, low, high, "multiple", "sampling95", "standin_share", _refs(rows), len(sales["stand_in"]))
    return {"standin": kept, "peak": _peak(rows)}, Verdict(labels.SAID["hosts"], {"share": kept})


def _peak(rows: pd.DataFrame) -> Figure | Absent:
    since = rows["started_at"].diff().dt.days
    after = np.flatnonzero(since >= PAUSE_DAYS)
    if not len(after):
        return Absent(("pause_peak",))
    logs = np.log(rows["gmv_fen"].clip(lower=1).to_numpy(float))
    jumps = logs[after] - logs[after - 1]
    return Figure.exact(float(np.exp(jumps.mean())), "pause_peak", _refs(rows), len(after))


def margins(rows: Rows, net: Mapping[str, Figure | Absent]) -> tuple[Stated, Verdict]:
    """Share of contribution by domain. net: share of net sales by domain."""
    if rows is None or rows.empty:
        return _nothing("vouched_margin")
    margin = rows.set_index(rows["domain"].astype(str))["margin_share"]
    brought = {name: figure.value * float(margin[name]) for name, figure in net.items()
               if isinstance(figure, Figure) and name in margin.index}  # fmt: skip
    total = sum(brought.values())
    if "private" not in brought or total <= 0:
        return _nothing("vouched_margin")
    sources = tuple(
        sorted({*_refs(rows), *(ref for one in net.values() if isinstance(one, Figure) for ref in one.sources)})
    )
    shares: Stated = {
        name: Figure.exact(one / total, "contribution_by_domain", sources) for name, one in brought.items()
    }
    return shares, Verdict(labels.SAID["margins"], {"share": shares["private"]})


def same_visit(events: Rows) -> tuple[Stated, Verdict]:
    """Share of first payments on the day of the first view."""
    if events is None or events.empty:
        return _nothing("first_view_time")
    seen = events[events["event"].astype(str).isin(["exposed", "viewed"])].groupby("buyer_id")["at"].min()
    paid = events[events["event"].astype(str) == "paid"].groupby("buyer_id")["at"].min()
    both = pd.concat({"seen": seen, "paid": paid}, axis=1).dropna()
    both = both[both["seen"] <= both["paid"]]
    if both.empty:
        return _nothing("first_view_time")
    same = (both["seen"].dt.normalize() == both["paid"].dt.normalize()).sum()
    share = _share(float(same), len(both), "same_visit_share", events)
    return {"same_visit": share}, Verdict(labels.SAID["same_visit"], {"share": share})


def tools(rows: Rows) -> tuple[Stated, Verdict]:
    """Ad spend saved per yuan of tool fee, and hours per thousand active users, second half of the months over the
    first."""
    if rows is None or len(rows) < 4:
        return _nothing("ad_fall_per_tool_yuan")
    months = rows.sort_values("month")
    half = len(months) // 2
    early, late = months.iloc[:half].mean(numeric_only=True), months.iloc[-half:].mean(numeric_only=True)
    more = (late["tool_fee_fen"] - early["tool_fee_fen"]) / 100
    saved = (early["ad_spend_fen"] - late["ad_spend_fen"]) / 100
    if more <= 0:
        return _nothing("ad_fall_per_tool_yuan")
    per = Figure.exact(saved / more, "ad_fall_per_tool_yuan", _refs(rows), len(rows))
    hours: Stated = {
        name: Figure.exact(1000 * one["hours"] / one["active_users"], "hours_per_thousand", _refs(rows))
        for name, one in (("hours_before", early), ("hours_after", late))
        if one["active_users"] > 0
    }
    return hours, Verdict(labels.SAID["tools_pay" if saved > more else "tools_cost"], {"per": per})


def path(rows: Rows) -> tuple[Stated, Verdict]:
    """Rate of each arrow between the nodes that were counted; a node nobody counted is skipped and named."""
    if rows is None or rows.empty:
        return _nothing("path_rate")
    people = rows.groupby(rows["node"].astype(str))["people"].sum()
    nodes = [node for node in labels.NODES if node in people.index]
    found: Stated = {}
    for before, after in pairwise(nodes):
        found[f"{before}_{after}"] = _share(people[after], people[before], "path_rate", rows)
    known = {code: one for code, one in found.items() if isinstance(one, Figure)}
    if not known:
        return _nothing("path_rate")
    worst = min(known, key=lambda code: known[code].value)
    before, after = worst.split("_")
    missing = [labels.NODES[node] for node in labels.NODES if node not in people.index]
    args = {"before": _words(labels.NODES[before]), "after": _words(labels.NODES[after])}
    said = labels.SAID["path_missing" if missing else "path"]
    if missing:
        args["missing"] = _words(missing[0])
    return found, Verdict({"id": said, "args": args}, {"rate": known[worst]})


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
        return _nothing("leak_seen")
    found: Stated = {
        str(one.path): _share(one.bought, one.seen, "leak_bought_share", rows) for one in rows.itertuples()
    }
    tried = rows["tried"].sum() if "tried" in rows else 0
    lost = _share(tried - rows["added"].sum(), tried, "hop_loss", rows)
    return found, Verdict(labels.SAID["leaks"], {"lost": lost})


def imports(rows: Rows) -> tuple[Stated, Verdict]:
    """Follows per message by batch, and the cost of a follower imported."""
    if rows is None or rows.empty:
        return _nothing("import_follow_share")
    found: Stated = {str(one.batch): _share(one.follows, one.messages, "import_follow_share", rows)
                     for one in rows.itertuples()}  # fmt: skip
    spent = float(rows[["message_fen", "benefit_fen"]].sum().sum()) / 100
    follows = float(rows["follows"].sum())
    cost = (
        Figure.exact(spent / follows, "cost_per_import", _refs(rows), int(follows)) if follows else Absent(("follows",))
    )
    whole = _share(follows, rows["messages"].sum(), "import_follow_share", rows)
    return found, Verdict(labels.SAID["imports"], {"share": whole, "cost": cost})


def accounts(rows: Rows) -> tuple[Stated, Verdict]:
    """People behind the accounts: at least the largest, at most the sum; less what pairs share."""
    if rows is None or rows.empty:
        return _nothing("audience_people")
    fans = pd.concat([rows.set_index(f"account_{side}")[f"fans_{side}"] for side in ("a", "b")]).groupby(level=0).max()
    least, most = float(fans.max()), float(fans.sum())
    once = max(least, most - float(rows["both"].sum()))
    people = Figure(once, least, most, "users", "claim_range", "audience_people", _refs(rows), len(fans))
    found: Stated = {"largest": Figure.exact(least, "audience_people", _refs(rows)), "people": people,
                     "sum": Figure.exact(most, "audience_people", _refs(rows))}  # fmt: skip
    return found, Verdict(labels.SAID["accounts"], {"people": Figure.exact(once, "audience_people", _refs(rows)),
                                                    "sum": found["sum"]})  # fmt: skip


def deals(rows: Rows, currency: str, share: Figure | Absent) -> tuple[Stated, Verdict]:
    """Contribution per thousand people reached, by where the deal is closed, and the lead over the next best."""
    if rows is None or rows.empty or isinstance(share, Absent):
        return _nothing("reached_value")
    found: Stated = {}
    people = rows[rows["reached"] > 0].fillna({"cost_fen": 0} if "cost_fen" in rows else {})
    each = people.select_dtypes("number").div(people["reached"], axis=0) * 10  # fen a person as yuan per thousand
    for place in people.index:
        net = Figure.exact(float(each["net_fen"][place]), "reached_value", _refs(rows), int(people["closed"][place]))
        kept = times(net, share, "reached_value", currency)
        cost = float(each["cost_fen"][place]) if "cost_fen" in each else 0.0
        found[str(people["closing"][place])] = kept if isinstance(kept, Absent) else _less(kept, cost)
    known = {place: one for place, one in found.items() if isinstance(one, Figure)}
    ranked = sorted(known.items(), key=lambda item: -item[1].value)
    if len(ranked) < 2:
        return _nothing("reached_value")
    message = {"id": labels.SAID["deals"], "args": {"place": _words(labels.CLOSINGS[ranked[0][0]])}}
    return found, Verdict(message, {"best": ranked[0][1], "next": ranked[1][1]})


def _less(figure: Figure, cost: float) -> Figure:
    return replace(figure, value=figure.value - cost, low=figure.low - cost, high=figure.high - cost)


def moves(rows: Rows) -> tuple[Stated, Verdict]:
    """Orders a mover adds in the new shop, and loses in the old one against stayers who bought there as often."""
    if rows is None or rows.empty:
        return _nothing("net_increment")
    held = rows.assign(moved=rows["moved"].astype(str) == "yes", change=rows["old_after"] - rows["old_before"])
    movers, stayers = held[held["moved"]], held[~held["moved"]].groupby("old_before")["change"].mean()
    movers = movers[movers["old_before"].isin(stayers.index)]
    if len(movers) < 10:
        return _nothing("net_increment")
    lost = movers["old_before"].map(stayers) - movers["change"]  # fall of the old shop beyond that of stayers alike
    net = movers["new_after"] - lost
    sizes, root = {"new": movers["new_after"], "lost": lost, "net": net}, np.sqrt(len(movers))
    found: Stated = {
        name: _of(rows, "net_increment", float(one.mean()), float(one.std(ddof=1) / root), len(movers))
        for name, one in sizes.items()
    }
    low = found["net"]
    gains = isinstance(low, Figure) and low.low > 0
    return found, Verdict(labels.SAID["moves_gain" if gains else "moves_unclear"], {"net": found["net"]})


def gap(found: Figure | Absent, horizon: Figure) -> Verdict:
    """Repeat purchases or referral: whether the median gap fits into the horizon (months)."""
    if isinstance(found, Absent):
        return Verdict("", {"gap": found})
    fits = found.value < horizon.value * 365 / 12
    return Verdict(labels.SAID["gap_repeat" if fits else "gap_referral"], {"gap": found, "horizon": horizon})


def start(cost: float, follower: Figure | Absent) -> Verdict:
    """Followers a month from which on team and tools pay. cost: of both, a month; follower: what one may cost."""
    if not cost or isinstance(follower, Absent) or follower.value <= 0:
        return Verdict("", {"people": Absent(("start_people",))})
    ends = [
        cost / end if end > 0 else cost / follower.value * 100 for end in (follower.value, follower.high, follower.low)
    ]
    people = Figure(
        ends[0], min(ends), max(ends), "users", "assumption90", "start_people", (*follower.sources, "data:form")
    )
    return Verdict(labels.SAID["start"], {"people": people})


def readings(frames: Frames, followed: Frames) -> tuple[Stated, Verdict]:
    """Net sales by domain under both readings, and the share of orders that no rule knows."""
    by_way = traffic.net_by_domain(frames)
    by_fan = traffic.net_by_domain(followed, fans_are_private=True)
    orders = traffic.orders_of(frames)
    counts = run(orders.group_by(rule=traffic.ruled(orders, traffic.DOMAINS)).aggregate(n=orders.count()))
    total = int(counts["n"].sum())
    unknown = int(counts.loc[counts["rule"] == traffic.UNASSIGNED, "n"].sum())
    if not total or by_way["private"] is None:
        return _nothing("private_net_share")
    left = Figure.exact(unknown / total, "unassigned_share", frames.sources, total)
    pairs = (("way", by_way), ("fan", by_fan))
    found: Stated = {f"{code}_{name}": one for code, each in pairs for name, one in each.items() if one is not None}
    return found, Verdict(labels.SAID["readings"], {"left": left, "private": by_way["private"]})


def before_after(frames: Frames, since: date | None) -> tuple[Stated, Verdict]:
    """Share of repeat orders that people came for, before and after the shop's own entry on the platform."""
    if since is None or not frames.first_day < since <= frames.as_of:
        return _nothing("sought_order_share")
    orders = traffic.orders_of(frames)
    orders = orders.filter(orders.repeat == 1)
    rule = traffic.ruled(orders, traffic.SOUGHT)
    later = (orders.paid_at >= ibis.timestamp(since.isoformat())).cast("int64")
    rows = run(orders.group_by(later=later, rule=rule).aggregate(n=orders.count()))
    rows = rows[rows["rule"] != traffic.UNASSIGNED]
    rows.attrs["refs"] = frames.sources
    found: Stated = {}
    for code, at in (("before", 0), ("after", 1)):
        own = rows[rows["later"] == at]
        found[code] = _share(own.loc[own["rule"] == "sought", "n"].sum(), own["n"].sum(), "sought_order_share", rows)
    return found, Verdict(labels.SAID["mall"], found)


def inputs(tables: Mapping[str, Rows], margin: Figure, own: Mapping[str, Figure]) -> dict[str, Figure]:
    """Symbols of the economics that these tables measure -> figure. margin: what is kept of a yuan before fees; own:
    what orders measure. Moves are followed for MONTHS; at risk is a quarter of the year's orders."""
    if all(rows is None for rows in tables.values()):
        return {}
    found: dict[str, Figure | Absent] = {}
    order_value, year = own.get("order_value"), own.get("orders_year")
    if order_value and year:
        quarter = replace(order_value, value=order_value.value * year.value / 4, low=order_value.low * year.value / 4,
                          high=order_value.high * year.value / 4)  # fmt: skip
        found["value_at_risk"] = _counted(times(quarter, margin, "value_at_risk"), year.n or 0)
    leaks_, imports_, moves_ = (tables.get(name) for name in ("leaks", "imports", "shop_moves"))
    if leaks_ is not None and len(leaks_) and {"tried", "bought_fen"} <= set(leaks_.columns):
        sums = leaks_[["seen", "tried", "added", "bought_fen"]].sum()
        value = Figure.exact(
            float(sums["bought_fen"]) / 100 / max(float(sums["added"]), 1), "contact_value", _refs(leaks_)
        )
        found |= {
            "leak_seen": Figure.exact(float(sums["seen"]), "leak_seen", _refs(leaks_), int(sums["seen"])),
            "leak_added": _share(sums["tried"], sums["seen"], "leak_added", leaks_),
            "hop_loss": _share(sums["tried"] - sums["added"], sums["tried"], "hop_loss", leaks_),
            "contact_value": _counted(times(value, margin, "contact_value"), sums["added"]),
        }
    if imports_ is not None and len(imports_) and {"benefit_fen", "bought_fen"} <= set(imports_.columns):
        follows = float(imports_["follows"].sum())
        each = {name: float(imports_[f"{name}_fen"].sum()) / 100 / max(follows, 1) for name in ("benefit", "bought")}
        value = Figure.exact(each["bought"], "import_value", _refs(imports_))
        found["benefit_cost"] = Figure.exact(each["benefit"], "benefit_cost", _refs(imports_), int(follows))
        found["import_value"] = _counted(times(value, margin, "import_value"), follows)
    if moves_ is not None and len(moves_) and order_value:
        movers = moves_[moves_["moved"].astype(str) == "yes"]
        for key, column in (("new_orders", "new_after"), ("mover_orders", "old_before")):
            total = float(movers[column].sum())
            found[key] = Figure.exact(total / MONTHS, key, _refs(moves_), int(total))
        for key in ("new_contribution", "old_contribution"):
            found[key] = _counted(times(order_value, margin, key), movers["new_after"].sum())
    known = {symbol: one for symbol, one in found.items() if isinstance(one, Figure) and one.value > 0}
    return {symbol: one.at("value") for symbol, one in known.items()}  # points: their ranges stand in section playbook


def _counted(figure: Figure | Absent, n: float) -> Figure | Absent:
    return figure if isinstance(figure, Absent) else replace(figure, n=int(n))
