"""The settlement of a made-up brand: what was charged for each order, by the form of its traffic."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siyu.simulator.brand import Brand

RATES = {"live": 0.03, "video": 0.03, "card": 0.006}  # of what is settled; a card order may be exempt
EXEMPT = 0.6  # of the orders by product card
PLATFORMS = {"douyin_shop": "douyin", "wechat_shop": "wechat"}


def charges(brand: Brand, rates: Mapping[str, float] = RATES, exempt: float = EXEMPT) -> pd.DataFrame:
    """A row per charge, as the canonical table of charges has them: platform, order_id, traffic_form text, fee_fen
    and base_fen int64, exempt bool.

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
        platform=platform, order_id=sold["order_id"].astype(str), base_fen=base, exempt=free,
        fee_fen=(base * rate).round().astype("int64"),
    )  # fmt: skip
    fees = (back * rate).round().astype("int64")
    returned = rows.assign(base_fen=-back, fee_fen=-fees)[(back > 0).to_numpy()]
    charged: pd.DataFrame = pd.concat([rows, returned], ignore_index=True)
    return charged
