"""Where orders come from: forms of content, searched for or shown, public, bought or private reach.

Platforms name the way an order came in their own words; ordered rules read those words. Whatever no rule knows
stays `unassigned` and is shown as that. Of an order with several lines the first line speaks.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from siyu.engines.tables import counted, run, summed
from siyu.estimates.cells import hidden
from siyu.estimates.sampling import ratio
from siyu.figure import Absent, Figure, or_absent
from siyu.orders.fans import paid_orders
from siyu.orders.frames import Frames

# ways in, as exports name them
WAYS = ("traffic_form", "traffic_channel", "traffic_source", "traffic_kind")
UNASSIGNED = "unassigned"
# the first rule whose words stand in channel, source or kind decides
FORMS = (("live", "^live$|直播"), ("video", "^video$|短视频"), ("image", "^image$|图文"),
         ("card", "^card$|商品卡|橱窗|商城|货架"), ("other", "^other$|其他"))  # fmt: skip
SOUGHT = (("sought", "搜索|订单|店铺|主页|首页|橱窗|收藏|购物车|足迹|search|shop"),
          ("shown", "推荐|直播|短视频|图文|关注|信息流|广告|猜你喜欢|活动|feed|live|video"))  # fmt: skip
DOMAINS = (("bought", "付费|广告|千川|投放|DOU|随心推|ads"),
           ("private", "关注|粉丝|群|私信|订单|店铺|主页|客服|消息|会员|小程序"),
           ("public", "推荐|搜索|商城|直播|短视频|图文|信息流|猜你喜欢|活动|feed|search"))  # fmt: skip


def orders_of(frames: Frames) -> ir.Table:
    """A row per paid order: order_id, buyer_id and cluster (null without a key), paid_at, paid_fen, net_fen, the WAYS
    (null where an export does not tell), and repeat (int64: 1 for orders after the buyer's first, 0, null)."""
    lines = paid_orders(frames)
    absent = {name: ibis.null("string") for name in WAYS if name not in lines.columns}
    lines = lines.mutate(**absent, **{name: lines[name].cast("string") for name in WAYS if name in lines.columns})
    sums = {name: lines[name].sum() for name in ("paid_fen", "net_fen")}
    sums |= {"buyer_id": lines.buyer_id.max(), "cluster": lines.cluster.max(), "paid_at": lines.paid_at.min()}
    first = {name: lines[name].argmin(lines.line_no) for name in WAYS}
    orders = lines.group_by("platform", "order_id").aggregate(**sums, **first)
    inorder = ibis.row_number().over(ibis.window(group_by="buyer_id", order_by=["paid_at", "order_id"]))
    return orders.mutate(repeat=ibis.ifelse(orders.buyer_id.notnull(), (inorder > 0).cast("int64"), ibis.null("int64")))


def forms(frames: Frames, k: int = 0) -> pd.DataFrame:
    """Orders and paid_fen (int64) by form of content (keys of FORMS, `unassigned`), the largest first.

    share: of paid_fen of all orders, nan where fewer than k orders would show (and the next smallest with them).
    """
    orders = orders_of(frames)
    orders = orders.mutate(form=formed(orders))
    found = counted(orders, ["form"], orders=orders.count(), paid_fen=orders.paid_fen.sum())
    found = found.sort_values("paid_fen", ascending=False, ignore_index=True)
    blank = hidden(found["orders"].to_numpy(), k)
    return found.assign(share=np.where(blank, np.nan, found["paid_fen"] / max(found["paid_fen"].sum(), 1)))


def form_shares(found: pd.DataFrame, sources: tuple[str, ...]) -> dict[str, Figure]:
    """Form (key of `labels.FORMS`) -> share of GMV, of the rows of `forms` that may be shown, in their order."""
    shown = found[found["share"].notna()]
    return {
        form: Figure.exact(share, "form_gmv_share", sources, orders)
        for form, share, orders in zip(shown["form"], shown["share"], shown["orders"].astype(int), strict=True)
    }


def split(frames: Frames, rules: tuple[tuple[str, str], ...], k: int = 0) -> dict[str, dict[str, Figure | None]]:
    """Shares of `first` orders of buyers and of `repeat` orders by rule, among those some rule knows; None where
    nothing is known."""
    orders = orders_of(frames)
    orders = orders.filter(orders.buyer_id.notnull())
    orders = orders.mutate(rule=ruled(orders, rules), cluster=frames.cluster(orders))
    counts = counted(orders, ["cluster", "repeat", "rule"], orders=orders.count())
    known = counts[counts["rule"] != UNASSIGNED]
    return {
        turn: {name: _share(frames, known[known["repeat"] == code], name, k) for name, _ in rules}
        for code, turn in enumerate(("first", "repeat"))
    }


def sought(frames: Frames, k: int = 0) -> dict[str, Figure | Absent]:
    """Share of `repeat` and of `first` orders that people came for by themselves (keys of `labels.SOUGHT`)."""
    ways = split(frames, SOUGHT, k)
    return {turn: or_absent(ways[turn]["sought"], "sought_order_share") for turn in ("repeat", "first")}


def domains(frames: Frames, followed: Frames, k: int = 0) -> dict[str, Figure | Absent]:
    """What unpaid, bought and private reach bring, in the readings of `labels.DOMAINS`.

    followed: the same orders with the table of follows."""
    first = split(frames, DOMAINS, k)["first"]
    by_way, by_fan = net_by_domain(frames), net_by_domain(followed, fans_are_private=True)
    return {
        "first_public": or_absent(first["public"], "public_order_share"),
        "first_bought": or_absent(first["bought"], "bought_order_share"),
        "net_by_way": or_absent(by_way["private"], "private_net_share"),
        "net_by_fan": or_absent(by_fan["private"], "private_net_share"),
    }


def net_by_domain(frames: Frames, *, fans_are_private: bool = False) -> dict[str, Figure | None]:
    """Share of net sales by domain of reach, of all orders some rule of DOMAINS knows, with a buyer key or not.

    fans_are_private: the other reading, in which an order of a follower counts as private wherever it came
    from; only orders with a buyer key, and only where follows are known.
    """
    orders = orders_of(frames)
    rule = ruled(orders, DOMAINS)
    if fans_are_private:
        if frames.follows is None:
            return dict.fromkeys(dict(DOMAINS))
        orders = orders.filter(orders.buyer_id.notnull())
        follows = frames.follows
        early = [orders.buyer_id == follows.buyer_id, follows.followed_at < orders.paid_at]
        fans = orders.semi_join(follows, early).select("platform", "order_id").distinct().mutate(fan=True)
        orders = orders.left_join(fans, ["platform", "order_id"])
        rule = ibis.ifelse(orders.fan.fill_null(False), "private", ruled(orders, DOMAINS))
    sums = run(orders.group_by(rule=rule).aggregate(net=orders.net_fen.sum(), n=orders.count()))
    sums = sums[sums["rule"] != UNASSIGNED].set_index("rule")
    total, n = int(sums["net"].sum()), int(sums["n"].sum())
    if total <= 0:
        return dict.fromkeys(dict(DOMAINS))
    shares = {name: float(sums["net"].get(name, 0) / total) for name, _ in DOMAINS}
    return {name: Figure.exact(share, f"{name}_net_share", frames.sources, n) for name, share in shares.items()}


def formed(orders: ir.Table) -> Any:
    """The form of content of each of `orders_of`, UNASSIGNED where no rule knows it."""
    return _named(orders.traffic_form.fill_null(""), FORMS)


def ruled(orders: ir.Table, rules: tuple[tuple[str, str], ...]) -> Any:
    """The first rule that knows each of `orders_of`, UNASSIGNED where none does."""
    channel, kind, source = (
        orders[name].fill_null("") for name in ("traffic_channel", "traffic_kind", "traffic_source")
    )
    return _named(channel + " " + kind + " " + source, rules)


def _named(words: ir.StringValue, rules: tuple[tuple[str, str], ...]) -> Any:
    return ibis.cases(*[(words.re_search(pattern), name) for name, pattern in rules], else_=UNASSIGNED)


def _share(frames: Frames, counts: pd.DataFrame, name: str, k: int) -> Figure | None:
    pairs = counts.assign(mine=counts["orders"].where(counts["rule"] == name, 0))
    sums = pairs.groupby("cluster", as_index=False)[["mine", "orders"]].sum()
    clusters = summed(sums, frames.groups, ["mine", "orders"])
    return ratio(clusters).clipped(0, 1).figure(f"{name}_order_share", int(clusters[:, 1].sum()), frames.sources, k)
