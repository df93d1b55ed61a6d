"""Intake forms of made-up clients, one of each of the four types, as a client would fill them in."""

from typing import Any

import yaml

# who answers, whether the owner cares, what became of earlier tries, people and cost of the team a month
_TYPES: dict[int, tuple[str, bool, str, tuple[float, int]]] = {
    1: ("owner", True, "nothing", (1, 2_000)),
    2: ("nobody", False, "mediocre", (1, 2_000)),
    3: ("owner", True, "lost", (4, 32_000)),
    4: ("owner", True, "mediocre", (1, 2_600)),
}


def form_file(client: int, until: str, *, groups: bool = True) -> bytes:
    """form.yml of a client of this type (1 to 4). until: ISO date of its goals."""
    leads, cares, tried, (people, cost) = _TYPES[client]
    places: list[dict[str, Any]] = [
        {"place": "live_room", "reach_month": 24_000, "cost_month": 0, "ids": 0},
        {"place": "video", "reach_month": 60_000, "cost_month": 600, "ids": 0},
    ]
    if client in (1, 4):
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
