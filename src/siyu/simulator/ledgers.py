"""What a made-up client keeps of its own: small tables that no platform exports, with their truth in the constants."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from siyu.simulator.brand import CLOSES, DAY, OPENS, Brand, seconds
from siyu.simulator.dashboards import table_file

STANDIN = 6  # evenings
BRAND_SHARE, FULL_PRICE = 0.22, 0.64  # of first orders; of repeat orders
MARGINS = {"public": 0.18, "bought": 0.09, "private": 0.31}
NODES = (
    ("exposed", 52_000),
    ("viewed", 0.21),
    ("followed", 0.06),
    ("page", 0.5),
    ("ordered", 0.24),
)  # nobody counts joins
PATHS = {"sign": (3_000, 0.10, 0.06), "spoken": (9_000, 0.05, 0.02), "password": (6_000, 0.04, 0.004)}  # tried, added
FOLLOWED = 0.034  # of messages to known customers
DEALS = {"platform": (20_000, 620, 7_900), "visit": (4_000, 90, 21_000), "trial": (6_000, 110, 12_500)}
MOVERS, LOST, GAINED = 160, 0.5, 1.4  # buyers who moved; orders lost in the old shop and won in the new one


def ledger_files(brand: Brand) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every table that the client keeps itself."""
    random = np.random.default_rng([brand.plan.seed, 9])
    start = seconds(datetime.combine(brand.plan.world.start, datetime.min.time()))
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "brand_days": _brand_days(brand, start, random),
        "channel_margins": [{"domain": name, "margin_share": share} for name, share in MARGINS.items()],
        "cost_months": _cost_months(start),
        "path_days": _path_days(start, random),
        "leaks": _leaks(random),
        "imports": _imports(start, random),
        "account_overlaps": [
            {"account_a": "brand", "account_b": "founder", "fans_a": 8_400, "fans_b": 2_600, "both": 900}
        ],
        "deals": _deals(),
        "shop_moves": _moves(random),
        "session_hosts": _hosts(brand),
    }
    for name, records in tables.items():
        yield f"{name}.csv", table_file(name, records)


def _hosts(brand: Brand) -> list[Mapping[str, Any]]:
    """Every STANDIN-th evening somebody stands in for the host, which changes nothing."""
    sold = brand.orders.loc[brand.orders["paid"] >= 0, "paid"]
    days = np.unique(sold[(sold % DAY).between(OPENS, CLOSES - 1)].to_numpy(np.int64) // DAY)
    return [{"session_id": f"73{day:05d}0001", "host": "stand_in" if day % STANDIN == 0 else "host"} for day in days]


def _brand_days(brand: Brand, start: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for day in range(0, brand.plan.world.days, 7):
        first, repeats = int(random.poisson(14)), int(random.poisson(24))
        by_brand = int(random.binomial(first, BRAND_SHARE))
        rows.append({"day": start + day * DAY, "brand_searches": by_brand * 6 + int(random.poisson(9)),
                     "visits": int(random.poisson(180)), "first_orders": first, "brand_first_orders": by_brand,
                     "repeats": repeats, "full_price_repeats": int(random.binomial(repeats, FULL_PRICE))})  # fmt: skip
    return rows


def _cost_months(start: int) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for month in range(12):
        late = month >= 6
        rows.append({"month": start + month * 30 * DAY, "ad_spend_fen": 120_000 - 45_000 * late,
                     "tool_fee_fen": 30_000 + 30_000 * late, "team_fen": 260_000, "hours": 168 - 30 * late,
                     "active_users": 640 + 60 * late, "net_fen": 1_700_000})  # fmt: skip
    return rows


def _path_days(start: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for week in range(8):
        people = NODES[0][1]
        for node, rate in NODES:
            people = int(random.binomial(people, rate)) if rate < 1 else int(rate)
            rows.append({"day": start + week * 7 * DAY, "node": node, "people": people})
    return rows


def _leaks(random: np.random.Generator) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for path, (seen, tries, adds) in PATHS.items():
        tried = int(random.binomial(seen, tries))
        added = int(random.binomial(tried, adds / tries))
        bought = int(random.binomial(added, 0.3))
        rows.append({"path": path, "seen": seen, "tried": tried, "added": added, "bought": bought,
                     "bought_fen": bought * 8_600})  # fmt: skip
    return rows


def _imports(start: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for number in range(1, 4):
        follows = int(random.binomial(6_000, FOLLOWED))
        rows.append({"batch": f"SMS{number}", "sent_at": start + number * 60 * DAY, "messages": 6_000,
                     "follows": follows, "message_fen": 30_000, "benefit_fen": follows * 300,
                     "bought_fen": follows * 3_900})  # fmt: skip
    return rows


def _deals() -> list[Mapping[str, Any]]:
    return [{"closing": name, "reached": reached, "leads": closed * 3, "closed": closed, "net_fen": closed * value,
             "cost_fen": reached * 9} for name, (reached, closed, value) in DEALS.items()]  # fmt: skip


def _moves(random: np.random.Generator) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for number in range(4 * MOVERS):
        moved, before = number < MOVERS, int(random.integers(1, 5))
        after = int(random.poisson(max(before - LOST * moved, 0.2)))
        rows.append({"buyer_id": f"m{number:05d}k7f3", "moved": "yes" if moved else "no", "old_before": before,
                     "old_after": after, "new_after": int(random.poisson(GAINED)) if moved else 0})  # fmt: skip
    return rows
