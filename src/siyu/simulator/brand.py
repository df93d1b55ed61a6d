"""A made-up brand: the lives of a world as orders that a platform would know, and what is true of them."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.intake.formats.times import EPOCH
from siyu.simulator import FORMATS, QUIRKS
from siyu.simulator.kinds import World
from siyu.simulator.worlds import Lives, lived, lot_truth, truth

OPENS, CLOSES = 19 * 3600, 23 * 3600  # one broadcast an evening, as `worlds` sells
DAY = 86_400
FEE = 0.02  # what the made-up shop pays where its export has a fee column
# form, source, channel, kind of a sale, by channel of the world; first orders never come from an order list
_PLACES = {
    "live": (("live", "自营", "直播推荐", "自然流量"), ("live", "自营", "关注", "自然流量")),
    "video": (("video", "达人", "短视频推荐", "付费流量"), ("video", "自营", "短视频推荐", "自然流量")),
    "card": (("card", "自营", "商城推荐", "自然流量"), ("card", "自营", "店铺", "自然流量")),
    "search": (("card", "自营", "搜索", "自然流量"), ("card", "自营", "订单列表", "自然流量")),
}
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """What to make. columns: `short` (those that hold something) or `full`. quirks: keys of QUIRKS.

    key_share: orders whose buyer can be known, 0 for a shop without buyer keys. Raises ValueError.
    """

    world: World
    seed: int = 0
    format: str = "douyin_shop"
    columns: str = "short"
    quirks: frozenset[str] = field(default_factory=frozenset)
    key_share: float = 1.0

    def __post_init__(self) -> None:
        if self.format not in FORMATS or self.columns not in ("short", "full") or self.quirks - set(QUIRKS):
            raise ValueError(f"format {self.format}, columns {self.columns}, quirks {sorted(self.quirks)}: unknown")
        if not 0 <= self.key_share <= 1:
            raise ValueError("key_share must lie between 0 and 1")


@dataclass(frozen=True)
class Brand:
    """orders: a row per order: order_id int64, buyer int64, key text (None: not to be known), created, paid,
    completed, refund_at (seconds by the Beijing wall clock, -1 never), paid_fen and refund_fen int64, form,
    source, channel, kind text, fan, fan_at_start, fan_at_export bool.
    lines: order_id, line_no, paid_fen, refund_fen, product, quantity int64. end: seconds of the newest export.
    """

    plan: Recipe
    lives: Lives
    orders: pd.DataFrame
    lines: pd.DataFrame
    end: int

    def truth(self) -> dict[str, Any]:
        """What an analysis of the exports has to find; money in fen, shares 0-1, sold: paid gross of refunds."""
        orders = self.orders
        sold = orders[orders["paid"] >= 0]
        evening = (sold["paid"] % DAY).between(OPENS, CLOSES - 1)
        world = self.plan.world
        kept = sold[sold["paid_fen"] > sold["refund_fen"]]
        known = kept[kept["key"].notna()]
        shares = {"payment_of_shop": (sold, "fan"), "export_of_shop": (sold, "fan_at_export"),
                  "payment_of_broadcasts": (sold[evening], "fan"),
                  "start_of_broadcasts": (sold[evening], "fan_at_start")}  # fmt: skip
        found: dict[str, Any] = {
            "orders": len(sold), "unpaid_orders": len(orders) - len(sold), "paid_fen": int(sold["paid_fen"].sum()),
            "refunded_fen": int(sold["refund_fen"].sum()), "buyers": int(sold["buyer"].nunique()),
            "buyers_with_key": int(known["buyer"].nunique()),
            "purchase_days": len(known.drop_duplicates(["buyer", "day"])),
            "orders_with_key": int(sold["key"].notna().sum()), "members": len(self.lives.joins),
            "fan_share": {name: _share(*whose) for name, whose in shares.items()},
            "naive_repeat_share": self.lives.naive if len(self.lives.joins) else {},
            "uplift": {"window_days": 90, "gap_days": 7, "of_these_buyers": _number(self.lives.counterfactual()),
                       "of_the_world": _number(truth(world))},
        }  # fmt: skip
        if world.kind == "experiment":
            as_invited, joining = map(_number, lot_truth(world))
            found["invited_by_lot"] = {"window_days": 90, "as_invited": as_invited, "of_those_who_joined": joining}
        return found


def made(plan: Recipe) -> Brand:
    """The brand of a plan; the same plan makes the same brand."""
    lives, random = lived(plan.world, plan.seed), np.random.default_rng([plan.seed, 1])
    start = seconds(datetime.combine(plan.world.start, time()))
    end = start + plan.world.days * DAY + 9 * 3600  # exported the next morning
    orders = lives.orders.copy()
    orders["paid"] = start + orders["day"] * DAY + orders["minute"] * 60 + random.integers(0, 60, len(orders))
    orders["created"] = orders["paid"] - random.integers(5, 200, len(orders))
    if "unpaid" in plan.quirks:
        extra = orders[random.random(len(orders)) < 0.03].assign(paid=-1)
        extra["created"] += random.integers(600, 3_000, len(extra))
        orders = pd.concat([orders, extra], ignore_index=True)
    orders = orders.sort_values(["created", "buyer"], ignore_index=True)
    spaced = np.arange(len(orders)) * 7_919_003 + random.integers(0, 999, len(orders))
    # shops number apart: an id of one platform is nobody's on another
    orders["order_id"] = 6_917_000_000_000_000_000 - 100_000_000_000_000_000 * FORMATS.index(plan.format) + spaced
    after = orders["paid"] + random.integers(5, 12, len(orders)) * DAY
    orders["completed"] = np.where((orders["paid"] >= 0) & (after < end), after, -1)
    orders["refund_at"] = _refunds(plan, orders, end, random)
    lines = _lines(plan, orders, random)
    orders["refund_fen"] = lines.groupby("order_id")["refund_fen"].sum().reindex(orders["order_id"]).to_numpy()
    told = random.random(len(orders)) < plan.key_share
    orders["key"] = pd.Series(keys(plan, orders["buyer"]), dtype=object).where(told, None)
    return Brand(plan, lives, orders.assign(**_places(orders, random), **_fans(lives, orders)), lines, end)


def keys(plan: Recipe, buyers: pd.Series) -> npt.NDArray[Any]:
    """What the platform calls these buyers: an open id, a phone number, a nickname; none is anybody's."""
    return buyers.map({number: _key(plan, int(number)) for number in buyers.unique()}).to_numpy(dtype=object)


def _key(plan: Recipe, buyer: int) -> str:
    digest = hashlib.sha256(f"{plan.format}:{plan.seed}:{buyer}".encode()).digest()
    if plan.format == "youzan":
        return f"1{3 + digest[0] % 7}{int.from_bytes(digest[1:6], 'big') % 10**9:09d}"
    if plan.format == "taobao":
        return f"tb{int.from_bytes(digest[:5], 'big') % 10**9:09d}"
    return "1@#" + base64.urlsafe_b64encode(digest)[:16].decode()


def _refunds(plan: Recipe, orders: pd.DataFrame, end: int, random: np.random.Generator) -> Ints:
    """Seconds of the refund that the newest export knows; a refund takes up to thirty days."""
    wait = np.minimum(random.exponential(8, len(orders)), 30) * DAY
    chosen = (random.random(len(orders)) < 0.1) & (orders["paid"] >= 0) & ("refunds" in plan.quirks)
    at = (orders["paid"] + wait).astype(np.int64)
    return np.where(chosen & (at < end), at, -1)


def _lines(plan: Recipe, orders: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One or two products an order, some with a present; of two products one may come back alone."""
    size, due = len(orders), orders["paid_fen"].to_numpy()
    second = random.random(size) < 0.12
    gift = (random.random(size) < 0.15) & ("gifts" in plan.quirks)
    part, product = random.random(size) < 0.5, random.integers(1, 40, size)
    refunded, number = (orders["refund_at"] >= 0).to_numpy(), np.arange(size)
    lesser = np.where(second, due * 3 // 10, 0)
    parts = [
        pd.DataFrame({"at": number, "line_no": 0, "paid_fen": due - lesser, "gone": refunded & ~(second & part)}),
        pd.DataFrame({"at": number, "line_no": 1, "paid_fen": lesser, "gone": refunded})[second],
        pd.DataFrame({"at": number, "line_no": 2, "paid_fen": 0, "gone": False})[gift],
    ]
    lines = pd.concat(parts).sort_values(["at", "line_no"], ignore_index=True)
    at = lines.pop("at").to_numpy()
    gone, products = np.where(lines.pop("gone"), lines["paid_fen"], 0), product[at] + 100 * lines["line_no"]
    return lines.assign(order_id=orders["order_id"].to_numpy()[at], refund_fen=gone, product=products, quantity=1)


def _places(orders: pd.DataFrame, random: np.random.Generator) -> Mapping[str, npt.NDArray[Any]]:
    repeat = (orders["purchase_no"] > 1).to_numpy()
    choice = np.where(repeat, random.random(len(orders)) < 0.5, False).astype(int)
    found = [_PLACES[channel][at] for channel, at in zip(orders["channel"], choice, strict=True)]
    return dict(zip(("form", "source", "channel", "kind"), np.array(found, object).T, strict=True))


def _fans(lives: Lives, orders: pd.DataFrame) -> Mapping[str, npt.NDArray[np.bool_]]:
    """A fan at payment, when the broadcast of the day began, and when the export was made."""
    follows = lives.follows.set_index("buyer")
    since = orders["buyer"].map(follows["day"] * 1440 + follows["minute"])
    until = orders["buyer"].map(follows["end"].where(follows["end"] >= 0)) * 1440
    opens = orders["day"] * 1440 + OPENS // 60
    started = since.lt(opens) & ~until.le(opens)
    return {"fan_at_start": started.to_numpy(), "fan_at_export": (since.notna() & until.isna()).to_numpy()}


def seconds(when: datetime) -> int:
    """Seconds by the Beijing wall clock, as `cells` counts them."""
    return int((when - EPOCH).total_seconds())


def _share(orders: pd.DataFrame, name: str) -> float:
    total = int(orders["paid_fen"].sum())
    return float(orders.loc[orders[name], "paid_fen"].sum() / total) if total else 0.0


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
