"""The settlement of a made-up brand: what was charged for each order, by the form of its traffic."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siyu.intake.formats.catalogue import formats
from siyu.simulator import writing
from siyu.simulator.brand import DAY, Brand

RATES = {"live": 0.03, "video": 0.03, "card": 0.006}  # of what is settled; a card order may be exempt
EXEMPT = 0.6  # of the orders by product card
WAIT = 9 * DAY  # until a payment is settled
PLATFORMS = {"douyin_shop": "douyin", "wechat_shop": "wechat"}


def charges(brand: Brand, rates: Mapping[str, float] = RATES, exempt: float = EXEMPT) -> pd.DataFrame:
    """A row per charge, as the canonical table of charges has them: platform, order_id, traffic_form text, fee_fen,
    base_fen and what it is made of (due_fen, platform_subsidy_fen, refund_fen) int64, exempt bool, at (seconds).

    The base is what was paid, with a subsidy of up to a tenth on some orders; what comes back is booked as a charge
    of its own, with the opposite sign."""
    random = np.random.default_rng([brand.plan.seed, 4])
    sold = brand.orders[brand.orders["paid"] >= 0]
    subsidy = np.where(random.random(len(sold)) < 0.3, random.uniform(0, 0.1, len(sold)), 0.0)
    free = (sold["form"] == "card").to_numpy() & (random.random(len(sold)) < exempt)
    rate = np.where(free, 0.0, sold["form"].map(rates).to_numpy(float))
    base = (sold["paid_fen"] * (1 + subsidy)).round().astype("int64")
    back = (sold["refund_fen"] * (1 + subsidy)).round().astype("int64")
    platform = PLATFORMS.get(brand.plan.format, brand.plan.format)
    rows = sold[["form"]].rename(columns={"form": "traffic_form"}).assign(
        platform=platform, order_id=sold["order_id"].astype(str), base_fen=base, exempt=free, at=sold["paid"] + WAIT,
        fee_fen=(base * rate).round().astype("int64"), due_fen=sold["paid_fen"],
        platform_subsidy_fen=base - sold["paid_fen"], refund_fen=0,
    )  # fmt: skip
    fees = (back * rate).round().astype("int64")
    returned = rows.assign(
        base_fen=-back, fee_fen=-fees, due_fen=0, platform_subsidy_fen=0, refund_fen=-back
    )[(back > 0).to_numpy()]  # fmt: skip
    charged: pd.DataFrame = pd.concat([rows, returned], ignore_index=True)
    return charged


def settlement_file(brand: Brand) -> tuple[str, bytes]:
    """(name, content) of the fund flow that a Douyin shop exports for the charges of a brand."""
    entry, booked = formats()["douyin_funds"], charges(brand)
    rows = booked.assign(
        charge_id=(7_100_000_000_000_000_000 + np.arange(len(booked))).astype(str),
        exempt=np.where(booked["exempt"], "yes", "no"), amount_fen=booked["base_fen"] - booked["fee_fen"],
    )  # fmt: skip
    records = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    return "settlement.csv", writing.text(writing.header(entry), writing.rows(entry, records)).encode("utf-8-sig")
