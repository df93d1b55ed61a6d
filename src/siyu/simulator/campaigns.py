"""What a made-up brand spends on ads, asks its testers and presells: a client's own tables, with their truth."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

import numpy as np

from siyu.simulator.brand import DAY, Brand, seconds
from siyu.simulator.dashboards import table_file

COST_FEN = 2_400  # of a first-time buyer, whether the shop can know who it is or not
CHANNELS = {"live": 0.7, "video": 0.3}  # shares of the spend
FAN_FEN = 90  # of a follower
LIKES = {"A": 0.68, "B": 0.52}  # true like rates of two options
TESTERS = 160
REACHED, DEPOSITS, FINAL = 9_000, 0.03, 0.84  # people a presale reaches, and what they truly do
PRESALES = ("SKU8101", "SKU8102", "SKU8103")  # the last one waits for its final payments


def campaign_files(brand: Brand) -> Iterator[tuple[str, bytes]]:
    """(name, content) of ad_spend.csv, product_tests.csv and presale.csv."""
    random = np.random.default_rng([brand.plan.seed, 5])
    yield "ad_spend.csv", table_file("ad_spend", _spend(brand, random))
    yield "product_tests.csv", table_file("product_tests", _tests(brand, random))
    yield "presale.csv", table_file("presale", _presales(brand, random))


def spending(brand: Brand) -> list[Mapping[str, Any]]:
    """The rows of ad_spend.csv."""
    return _spend(brand, np.random.default_rng([brand.plan.seed, 5]))


def campaign_truth(brand: Brand) -> dict[str, Any]:
    """What an analysis of these tables has to find; money in fen."""
    new = brand.orders[(brand.orders["paid"] >= 0)]["buyer"].nunique()
    return {"cost_fen": COST_FEN, "first_time_buyers": int(new), "like_rate": LIKES, "deposit_share": DEPOSITS,
            "final_share": FINAL}  # fmt: skip


def _spend(brand: Brand, random: np.random.Generator) -> list[Mapping[str, Any]]:
    sold = brand.orders[brand.orders["paid"] >= 0]
    firsts = sold.loc[~sold.sort_values("paid").duplicated("buyer"), "paid"] // DAY * DAY
    rows: list[Mapping[str, Any]] = []
    days, found = np.unique(firsts.to_numpy(np.int64), return_counts=True)
    for day, new in zip(days, found, strict=True):
        spent = COST_FEN * new * random.lognormal(-0.02, 0.2)  # mean one
        for channel, share in CHANNELS.items():
            fen = int(spent * share)
            rows.append({
                "day": int(day), "account_id": "qc-01", "channel": channel, "scope": "paid", "spend_fen": fen,
                "impressions": fen // 4, "clicks": fen // 120, "new_fans": int(random.poisson(fen / FAN_FEN)),
            })  # fmt: skip
    return rows


def _tests(brand: Brand, random: np.random.Generator) -> list[Mapping[str, Any]]:
    began = brand.end // DAY * DAY - 40 * DAY
    return [
        {"test_id": "T01", "option": option, "started_at": began, "ended_at": began + 7 * DAY, "testers": TESTERS,
         "likes": int(random.binomial(TESTERS, rate)), "volunteers": "yes"}
        for option, rate in LIKES.items()
    ]  # fmt: skip


def _presales(brand: Brand, random: np.random.Generator) -> list[Mapping[str, Any]]:
    start = seconds(datetime.combine(brand.plan.world.start, time()))
    rows: list[Mapping[str, Any]] = []
    for number, product in enumerate(PRESALES, 1):
        deposits = int(random.binomial(REACHED, DEPOSITS))
        at = start + number * brand.plan.world.days // (len(PRESALES) + 1) * DAY
        row = {"product_id": product, "exposed": REACHED, "deposits": deposits, "deposit_fen": deposits * 5_000,
               "price_fen": 29_800, "cost_fen": 12_100, "salvage_fen": 6_000, "deposit_from": at,
               "deposit_to": at + 7 * DAY}  # fmt: skip
        if product != PRESALES[-1]:
            paid = int(random.binomial(deposits, FINAL))
            row |= {"final_paid": paid, "final_fen": paid * 24_800, "produced": deposits}
        rows.append(row)
    return rows
