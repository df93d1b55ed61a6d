"""What routes, inputs and groups of inputs are called: message ids, or both languages from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from siyu.evidence.assumptions import Assumption, Assumptions
from siyu.evidence.fees import Rate
from siyu.language import Text

T = TypeVar("T")
ROUTE_NAMES = {
    "douyin_shop": "Douyin shop",
    "douyin_creator": "Douyin creator",
    "wechat_personal": "Personal deal",
    "wechat_miniprogram": "Mini-program",
    "wechat_shop": "WeChat shop",
    "wechat_guided": "Guided order",
}
# Inside a sentence.
ROUTE_WORDS = {
    **ROUTE_NAMES,
    "wechat_personal": "personal deal",
    "wechat_miniprogram": "mini-program",
    "wechat_guided": "guided order",
}
GROUP_NAMES = {
    "block": "Contacts lost to bans",
    "capacity": "Contacts one operator can look after",
    "conversion": "First orders of the same people, by route",
    "friction": "Orders lost in moving",
    "handling": "Minutes per order",
    "opt_out": "People lost per message",
    "push_cost": "Cost of what is sent",
    "repeat": "Repeat orders of the same buyer, by route",
    "seen": "Messages that are seen",
}
RATES = {"fee": "Platform fee, {route}", "payment": "Payment fee, {route}"}
ANY = "any goods"


def named(message: str) -> Text:
    """A message as an argument of another one."""
    return {"id": message}


def route_name(route: str) -> Text:
    """Name of a route, to be set inside a sentence."""
    return named(ROUTE_WORDS[route])


def labelled(figures: Mapping[str, T]) -> dict[str, T]:
    """route -> anything, under the routes' names."""
    return {ROUTE_NAMES[route]: figure for route, figure in figures.items()}


def input_name(name: str, entry: Assumption | Rate) -> Text:
    """What an input is called: the row's own name, or the fee and its route."""
    if isinstance(entry, Rate):
        kind, _, route = name.partition("_")
        return {"id": RATES[kind], "args": {"route": route_name(route)}}
    return {"en": entry.name, "zh": entry.name_zh}


def group_name(group: str, entries: Sequence[tuple[str, Assumption | Rate]]) -> Text:
    """What a group is called; one of a single input, or of the client's own, by its first member."""
    return named(GROUP_NAMES[group]) if group in GROUP_NAMES else input_name(*entries[0])


def category_name(assumptions: Assumptions, category: str) -> Text:
    """A category's name as its own order-value row prints it, behind the comma (Chinese: the dot)."""
    row = assumptions.get_for("order_value", category)
    if row.category != category:
        return named(ANY) if category == "all" else {"en": category, "zh": category}
    return {"en": row.name.partition(", ")[2] or category, "zh": row.name_zh.partition("·")[2] or category}
