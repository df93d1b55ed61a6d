"""Every metric of a client's orders that the tables at hand allow, and why the others cannot be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from siyu.definitions import definition
from siyu.figure import Figure
from siyu.orders import fans, repurchase
from siyu.orders.frames import Frames
from siyu.orders.uplift import uplift

IN_YEAR = (
    "repurchase_rate",
    "repurchase_rate_orders",
    "repeat_order_share",
    "repeat_buyer_gmv_share",
    "orders_per_buyer",
)
GROUP = (
    "joined_repeat_share", "group_uplift", "group_placebo", "selection_multiple", "placebo_multiple",
    "detectable_uplift", "group_hazard_ratio", "group_repurchase_rate", "member_gmv_share", "member_gmv_share_ever",
)  # fmt: skip
BUYERS = (
    "buyers", *IN_YEAR, "return_purchase_rate",
    *(f"repurchase_{days}d" for days in repurchase.WINDOWS),
    *(f"repurchase_km_{days}d" for days in repurchase.WINDOWS),
)  # fmt: skip
TOTALS = ("paid_orders", "gmv", "net_gmv", "refund_rate", "aov")
Absences: TypeAlias = Mapping[str, Mapping[str, str]]
FANS = tuple(key + net for (who, _), key in fans.KEYS.items() if who not in ("member", "ever") for net in ("", "_net"))
NET = ("net_gmv", "refund_rate", *(key for key in FANS if key.endswith("_net")))

NO_ORDERS = "No order could be read: put an order export into the subject's folder of exports"
NO_KEYS = (
    "No order names its buyer: ask the platform for a buyer key (doudian_open_id), "
    "or add a table of buyer keys with the main order number"
)
NO_MEMBERS = "No table of group members with join times: WeCom keeps no exits, so start recording joins and exits"
NO_FOLLOWS = "No table of follows with their times"
NO_SESSIONS = "No table of live sessions, or no order paid during one"
NO_PAYMENT = "The order exports lack a column: nothing tells when an order was paid"
NO_REFUNDS = "The order exports lack a column: nothing tells what was refunded"
TOO_FEW = "Too few buyers, or the window has not passed for any yet"


@dataclass(frozen=True)
class Metric:
    """A figure, its key, and its scope: platform and window."""

    key: str
    figure: Figure
    scope: str

    def as_json(self) -> dict[str, Any]:
        """The record of `siyu metrics --json`."""
        figure = self.figure
        record = {"key": self.key, "value": figure.value, "low": figure.low, "high": figure.high}
        more = {"interval_kind": figure.interval_kind, "n": figure.n, "unit": figure.unit}
        return record | more | {"definition": figure.definition, "scope": self.scope}


@dataclass(frozen=True)
class Missing:
    """A metric that cannot be computed for a scope. reason: a message; column: the header that the exports lack."""

    key: str
    reason: str
    scope: str
    column: str | None = None


def metrics(
    frames: Frames | None, k: int, currency: str, absent: Absences = MappingProxyType({})
) -> tuple[list[Metric], list[Missing]]:
    """All order metrics of every identity scope; denominators under `k` are missing, money is in `currency`.

    frames: None when no order could be read. absent: of a platform, the columns that its exports lack (`paid_at`,
    `refund`, `buyer_id`) and their headers; what needs them is missing, and never zero.
    """
    every = (*TOTALS, *BUYERS, *FANS, *GROUP)
    if frames is None:
        return [], [Missing(key, NO_ORDERS, "") for key in every]
    found: list[Metric] = []
    missing: list[Missing] = []
    undated = {name: lacks["paid_at"] for name, lacks in absent.items() if "paid_at" in lacks}
    for platform, column in undated.items():
        missing += [Missing(key, NO_PAYMENT, platform, column) for key in every]
    for platform in frames.platforms:
        lacks = _lacking(absent, platform)
        if "paid_at" in lacks:
            if platform not in undated:
                missing += [Missing(key, NO_PAYMENT, platform, lacks["paid_at"]) for key in every]
            continue
        own = frames.on(platform)
        figures = dict(_figures(own, k))
        untold = [key for key in figures if key in NET] if "refund" in lacks else []
        for key in untold:
            del figures[key]
            missing.append(Missing(key, NO_REFUNDS, _scope(own, platform, key), lacks["refund"]))
        for key, figure in figures.items():
            scope = _scope(own, platform, key)
            if figure is None:
                missing.append(Missing(key, _reason(own, key), scope))
            else:
                priced = replace(figure, unit=currency) if figure.unit == "CNY" else figure
                found.append(Metric(key, priced, scope))
        for key in (key for key in every if key not in figures and key not in untold):
            reason = _reason(own, key)
            named = lacks.get("buyer_id") if reason == NO_KEYS else None
            missing.append(Missing(key, reason, _scope(own, platform, key), named))
    return found, missing


def _lacking(absent: Absences, platform: str) -> Mapping[str, str]:
    """What the exports of a platform lack; of all platforms together, what those of any one lack."""
    if platform != "all":
        return absent.get(platform, {})
    return {need: column for lacks in absent.values() for need, column in lacks.items()}


def _figures(frames: Frames, k: int) -> Iterable[tuple[str, Figure | None]]:
    if frames.orders is not None:
        yield from _totals(frames)
    if not frames.buyers:
        return
    yield "buyers", _exact("buyers", frames.buyers, frames) if frames.buyers >= k else None
    yield from repurchase.in_window(frames, repurchase.year_before(frames), frames.as_of, k).items()
    earlier, later = repurchase.last_quarters(frames.as_of)
    yield "return_purchase_rate", repurchase.between(frames, earlier, later, k)
    yield from repurchase.within(frames, k=k)[0].items()
    yield from repurchase.by_survival(frames, k=k).items()
    if frames.orders is not None:
        yield from ((share.key, share.figure) for share in fans.gmv_shares(frames, k) if share.month is None)
    if frames.members is not None:
        yield from _group(frames, k)


def _group(frames: Frames, k: int) -> Iterable[tuple[str, Figure | None]]:
    found = uplift(frames, k=k)
    members = found.members
    yield "group_repurchase_rate", None if members is None else replace(members, definition="group_repurchase_rate")
    yield "naive_repeat_share.members", members
    yield "naive_repeat_share.others", found.never
    yield "joined_repeat_share", found.joined
    yield "joined_repeat_share.others", found.others
    yield "group_uplift", found.difference
    yield "group_placebo", found.placebo
    yield "selection_multiple", found.selection
    yield "placebo_multiple", found.before
    yield "detectable_uplift", found.detectable
    yield "group_hazard_ratio", found.hazard


def _totals(frames: Frames) -> Iterable[tuple[str, Figure | None]]:
    sums = fans.totals(frames)
    orders, paid, net = (int(sums[name]) for name in ("orders", "paid_fen", "net_fen"))
    yield "paid_orders", _exact("paid_orders", orders, frames)
    yield "gmv", _exact("gmv", paid / 100, frames, orders)
    yield "net_gmv", _exact("net_gmv", net / 100, frames, orders)
    if paid:
        yield "refund_rate", _exact("refund_rate", (paid - net) / paid, frames, orders)
        yield "aov", _exact("aov", paid / 100 / orders, frames, orders)


def _scope(frames: Frames, platform: str, key: str) -> str:
    """Platform and window; a return rate names both of its periods."""
    if key == "return_purchase_rate":
        return "; ".join([platform, *(f"{a}/{b}" for a, b in repurchase.last_quarters(frames.as_of))])
    since = repurchase.year_before(frames) if key in IN_YEAR else frames.first_day
    return f"{platform}; {since if frames.buyers else '..'}/{frames.as_of}"


def _exact(key: str, value: float, frames: Frames, n: int | None = None) -> Figure:
    """A total of what was read: counted, not estimated, so it has no interval."""
    return Figure(value, value, value, definition(key).unit, "none", key, frames.sources, n)


def _reason(frames: Frames, key: str) -> str:
    base = key.partition(".")[0]
    if not frames.buyers:
        return NO_KEYS
    if frames.members is None and (base in GROUP or base == "naive_repeat_share"):
        return NO_MEMBERS
    if frames.follows is None and base in FANS:
        return NO_FOLLOWS
    if frames.sessions is None and "_live" in base:
        return NO_SESSIONS
    return TOO_FEW
