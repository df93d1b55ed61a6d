"""What first-time buyers have paid so far: by cohort, by the way they came in, and how unevenly."""

from dataclasses import replace
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.engines.tables import Ints, counted, summed
from siyu.estimates.cells import hidden, hidden_rows
from siyu.estimates.sampling import Estimate, Floats, estimated
from siyu.figure import Figure
from siyu.orders import traffic
from siyu.orders.counts import first_of
from siyu.orders.frames import Frames
from siyu.value.patrons import POINTS, WINDOWS, Earned, amounts, mean_paid

Figures = dict[str, Figure | None]
Paid = tuple[pd.DataFrame, Ints]  # of `Earned.within` WINDOWS
ENTRY_DAYS = 180  # of value by the way in: a year leaves too few followed
ENOUGH = 30  # buyers that a mean is shown of
WAYS = (("creator", "达人|带货|合作|分销"), *traffic.DOMAINS)
TOPS = {"top_1_share": 0.01, "top_10_share": 0.10, "top_20_share": 0.20}


def priced(estimate: Estimate, key: str, n: int, frames: Frames, currency: str, k: int) -> Figure | None:
    """An estimate as metric `key`, money in the currency."""
    figure = estimate.figure(key, n, frames.sources, k)
    return figure if figure is None or figure.unit != "CNY" else replace(figure, unit=currency)


def values(paid: Paid, frames: Frames, currency: str, k: int = 0) -> Figures:
    """`observed_value_<days>d`: net sales a first-time buyer in the days from the first purchase on, over those
    followed for so long; None where nobody, or fewer than k, are."""
    keys = [f"observed_value_{days}d" for days in WINDOWS]
    return dict(zip(keys, _means(paid[1], keys, frames, currency, k), strict=True))


def _means(sums: Ints, keys: list[str], frames: Frames, currency: str, k: int) -> list[Figure | None]:
    """Net sales a buyer by window, of sums of `Earned.within`, as these metrics."""
    pairs = [sums.sum(1)[:, 1 + 2 * place : 3 + 2 * place] for place in range(len(keys))]
    found = zip(keys, pairs, strict=True)
    return [priced(mean_paid(pair), key, int(pair[:, 0].sum()), frames, currency, max(k, 1)) for key, pair in found]


def cohorts(paid: Paid, frames: Frames, currency: str, k: int = 0) -> pd.DataFrame:
    """A row per month of first purchase: month (both languages), buyers, value_<days> (figure, None while not all
    have been followed, or where few), sources."""
    cells, sums = paid
    totals = sums.sum(0)
    mature = totals[:, 1::2] == totals[:, :1]
    blank = hidden_rows(np.column_stack([totals[:, 0], np.where(mature, totals[:, 1::2], 0)]), k)
    rows = []
    for at, month in enumerate(cells["month"]):
        text, n = f"{first_of(int(month)):%Y-%m}", int(totals[at, 0])
        row: dict[str, object] = {"month": {"en": text, "zh": text}, "buyers": None if blank[at] else n}
        for place, days in enumerate(WINDOWS):
            pair, shown = sums[:, at, 1 + 2 * place : 3 + 2 * place], mature[at, place] and not blank[at]
            estimate = mean_paid(pair) if shown else None
            row[f"value_{days}"] = estimate and priced(estimate, f"observed_value_{days}d", n, frames, currency, 1)
        rows.append({**row, "sources": list(frames.sources)})
    return pd.DataFrame(rows, columns=["month", "buyers", *(f"value_{days}" for days in WINDOWS), "sources"])


def horizon(paid: Paid, k: int = 0) -> int:
    """The longest of WINDOWS that enough first-time buyers have been followed for; 0 for none."""
    seen = paid[1].sum((0, 1))[1::2]
    return max((days for days, n in zip(WINDOWS, seen, strict=True) if n >= max(k, ENOUGH)), default=0)


def curve(paid: Earned, until: int, frames: Frames, currency: str, k: int = 0) -> list[tuple[float, Figure]]:
    """(days, net sales a buyer by then) of first-time buyers followed `until` that day: the same at every point."""
    points = [day for day in POINTS if day <= until]
    found = _means(paid.within(points, until)[1], ["observed_value"] * len(points), frames, currency, k)
    return [(float(day), figure) for day, figure in zip(points, found, strict=True) if figure is not None]


def entries(frames: Frames, currency: str, k: int = 0, days: int = ENTRY_DAYS) -> dict[str, Figures]:
    """Net sales a first-time buyer in so many days by how the first order came: `way` (creator, bought, private,
    public), `fan` and `member` (yes, no: a follower before paying; in a group by the evening of that day)."""
    if frames.orders is None or not frames.buyers:
        return {}
    firsts = _first_orders(frames)
    paid = frames.purchases
    after, seen = paid.day.delta(paid.first_day, unit="day"), frames.observed(paid.first_day)
    paid = paid.filter((after <= days) & (seen >= days))
    buyers = paid.group_by("buyer_id").aggregate(net_fen=paid.net_fen.sum(), cluster=paid.cluster.min())
    buyers = buyers.join(firsts, "buyer_id")
    buyers = buyers.mutate(cluster=frames.cluster(buyers))
    groups = [name for name in ("way", "fan", "member") if name in firsts.columns]
    counts = counted(buyers, ["cluster", *groups], n=buyers.count(), net_fen=buyers.net_fen.sum())
    return {group: _by(counts, group, frames, currency, k) for group in groups}


def _first_orders(frames: Frames) -> ir.Table:
    """A row per buyer: buyer_id, and way, fan, member of the first order."""
    orders = traffic.orders_of(frames)
    orders = orders.filter(orders.repeat == 0)
    found = orders.select("buyer_id", "paid_at", way=traffic.ruled(orders, WAYS))
    evening = found.paid_at.truncate("D") + ibis.interval(days=1)
    found = found.mutate(evening=evening)
    for name, stays, since, limit in (
        ("fan", frames.follows, "followed_at", "paid_at"), ("member", frames.members, "joined_at", "evening"),
    ):  # fmt: skip
        if stays is not None:
            begun = stays.group_by("buyer_id").aggregate(begun=stays[since].min())
            found = found.left_join(begun, "buyer_id").drop("buyer_id_right")
            yes = (found.begun < found[limit]).fill_null(False)
            found = found.mutate(**{name: ibis.ifelse(yes, "yes", "no")}).drop("begun")
    return found.drop("paid_at", "evening")


def _by(counts: pd.DataFrame, group: str, frames: Frames, currency: str, k: int) -> Figures:
    """Of each value of a group, in order; those of unknown ways are left out."""
    names = [name for name in sorted(counts[group].unique()) if name != traffic.UNASSIGNED]
    cells = {name: counts[counts[group] == name].groupby("cluster", as_index=False)[["n", "net_fen"]] for name in names}
    sums = {name: summed(one.sum(), frames.groups, ["n", "net_fen"]) for name, one in cells.items()}
    bought = {name: int(one[:, 0].sum()) for name, one in sums.items()}
    blank = hidden(np.array([*bought.values()], int), k)
    shown = [name for name, dark in zip(names, blank, strict=True) if not dark and bought[name] >= ENOUGH]
    return {name: priced(mean_paid(sums[name]), "value_by_entry", bought[name], frames, currency, k) for name in shown}


def concentration(frames: Frames, rows: pd.DataFrame, k: int = 0) -> tuple[Figures, list[tuple[float, Figure]]]:
    """Shares of net sales that the top 1, 10 and 20% of buyers bring, `gini`, and the Lorenz curve (share of buyers,
    richest first; share of net sales). rows: `patrons`."""
    yuan, counts = amounts(rows, frames.groups)
    n = int(counts.sum())
    figures: Figures = {
        key: estimated(counts, partial(_brought, yuan=yuan, top=top)).figure(key, n, frames.sources, max(k, 100))
        for key, top in TOPS.items()
    }  # a percent of fewer than a hundred buyers is nobody
    figures["gini"] = estimated(counts, lambda one: _gini(one, yuan)).figure("gini", n, frames.sources, max(k, 2))
    shares = np.linspace(0, 1, 21)
    total = counts.sum(0, keepdims=True)
    whole = float((total @ yuan)[0]) > 0
    brought = [(float(at), float(_brought(total, yuan, at)[0])) for at in shares] if whole and n >= max(k, 100) else []
    return figures, [(at, Figure.exact(share, "buyers_brought_share", frames.sources, n)) for at, share in brought]


def _brought(counts: npt.NDArray[Any], yuan: Floats, top: float) -> Floats:
    """Share of all sales by the first `top` of buyers, of counts (replicates, yuan falling)."""
    buyers, paid = _piled(counts, yuan)
    return np.array([
        np.interp(top * people[-1], people, money) / money[-1] if money[-1] > 0 else np.nan
        for people, money in zip(buyers, paid, strict=True)
    ])  # fmt: skip


def _gini(counts: npt.NDArray[Any], yuan: Floats) -> Floats:
    """Gini coefficient: twice the area between the Lorenz curve and equality."""
    people, money = _piled(counts, yuan)
    area = (np.diff(people, axis=1) * (money[:, 1:] + money[:, :-1])).sum(1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * area / (people[:, -1] * money[:, -1]) - 1, float)


def _piled(counts: npt.NDArray[Any], yuan: Floats) -> tuple[Floats, Floats]:
    """How many people, and how much they paid, up to each amount, from nobody on."""
    people, money = (np.cumsum(part, axis=1, dtype=np.float64) for part in (counts, counts * yuan))
    return np.pad(people, ((0, 0), (1, 0))), np.pad(money, ((0, 0), (1, 0)))
