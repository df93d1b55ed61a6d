"""Made-up clients of the four types: the shops that suit them, and intake forms as such clients would fill them in."""

from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from siyu.simulator.brand import Recipe
from siyu.simulator.kinds import World

# who answers, whether the owner cares, what became of earlier tries, people and cost of the team a month
_TYPES: dict[int, tuple[str, bool, str, tuple[float, int]]] = {
    1: ("owner", True, "nothing", (1, 2_000)),
    2: ("nobody", False, "mediocre", (1, 2_000)),
    3: ("owner", True, "lost", (4, 32_000)),
    4: ("owner", True, "mediocre", (1, 2_600)),
}
# no group yet; buyers come by themselves; bought buyers who seldom return and send much back; members who do return
_SHOPS: dict[int, tuple[World, float, frozenset[str]]] = {
    1: (World("null", 500, join_chance=0.0, basket_fen=12_900), 0.97, frozenset({"unpaid", "refunds"})),
    2: (World("season", 500, join_chance=0.0, fan_share=0.3, basket_fen=9_900), 0.6, frozenset({"unpaid", "refunds"})),
    3: (World("coin", 600, gap_days=150.0, life_days=110.0, basket_fen=5_900), 0.97, frozenset({"refunds"})),
    4: (World("selection", 900, 906, date(2023, 7, 10), 906, basket_fen=8_900), 0.97, frozenset({"refunds", "gifts"})),
}
CAMPAIGNS = (3, 4)  # types that buy ads, test and presell


def shop(client: int, lift: float = 1.0) -> Recipe:
    """The shop of a client of this type (1 to 4). lift: see `World`."""
    world, keys, quirks = _SHOPS[client]
    return Recipe(replace(world, lift=lift), 2_000 + client, "douyin_shop", "short", quirks, keys)


def form_file(client: int, until: str, *, groups: bool = True) -> bytes:
    """form.yml of a client of this type (1 to 4). until: ISO date of its goals; groups: whether it says it has any."""
    leads, cares, tried, (people, cost) = _TYPES[client]
    places: list[dict[str, Any]] = [
        {"place": "live_room", "reach_month": 24_000, "cost_month": 0, "ids": 0},
        {"place": "video", "reach_month": 60_000, "cost_month": 600, "ids": 0},
    ]
    if groups and client in (1, 4):
        places.append({"place": "group", "reach_month": 900, "cost_month": 400, "ids": 700})
    answers = {
        "leads": leads, "cares": cares, "tried": tried,
        "goals": [{"metric": "repurchase_90d", "target": 0.45, "by": until},
                  {"metric": "net_gmv", "target": 520_000, "by": until}],
        "resources": places,
        "accounts": [{"platform": "douyin", "type": "personal" if client == 2 else "enterprise"}],
        "team": [{"role": "community", "people": people, "cost_month": cost}],
        "tools": [{"name": "scrm", "fee_month": 300, "hours_saved_month": 20}],
        "margin": 0.42, "category": "fmcg", "currency": "CNY", "groups": groups, "mall_since": "2025-01-01",
    }  # fmt: skip
    head = f"# made by siyu simulate: nobody's answers, a client of type {client}\n"
    return (head + yaml.safe_dump(answers, allow_unicode=True, sort_keys=False, default_flow_style=None)).encode()
