"""What a new buyer has cost, what one may cost, and when the cost is paid back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import numpy as np
import pandas as pd
from scipy.special import stdtrit

from siyu.definitions import definition
from siyu.engines.tables import counted
from siyu.estimates.sampling import Z95
from siyu.figure import Absent, Figure, refs_of
from siyu.orders import traffic
from siyu.orders.frames import Frames
from siyu.value.labels import REFUSED

MONTH = 365 / 12
SPANS = 10  # spans with spend, and without, from which on a difference is looked for
_NARROW = float(1.6448536 / Z95)  # a sampling range of 95% as one of 90%


@dataclass(frozen=True)
class Cost:
    """What new buyers cost. figures: by metric key; by_channel: form of ad -> cac, of those whose orders are known to
    be bought; reason: why there is none, "" where there is; marginal: of one buyer more, by spend that was switched by
    lot, or why that is not known."""

    figures: Mapping[str, Figure] = field(default_factory=dict)
    by_channel: Mapping[str, Figure] = field(default_factory=dict)
    reason: str = ""
    marginal: Figure | str = REFUSED["not_by_lot"]


def cost(ads: pd.DataFrame | None, frames: Frames, currency: str, k: int = 0) -> Cost:
    """Cost of first-time buyers by the table of ad spend, see `ad_days` of data/tables.yml; refused as a whole where
    its rows overlap, mix in what nobody paid for, lie below zero, or are in another currency than the subject's."""
    if ads is None or ads.empty:
        return Cost(reason=REFUSED["no_spend"])
    rows = _rows(ads)
    if fault := _fault(rows, currency):
        return Cost(reason=REFUSED[fault])
    known = pd.to_datetime([frames.known_since((day + pd.Timedelta(days=1)).date()) for day in rows["until"]])
    rows = rows[(rows["since"] >= known) & (rows["until"] <= pd.Timestamp(frames.as_of))]
    if rows.empty:
        return Cost(reason=REFUSED["apart"])
    by_day = _new_buyers(frames, rows["since"].min().date(), rows["until"].max().date())
    new = int(by_day.sum())
    if new < max(k, 1):
        return Cost(reason=REFUSED["nobody_new"])
    sources = tuple(sorted({*frames.sources, *ads.attrs.get("refs", ())}))
    found = {"cac": _per(float(rows["spend_fen"].sum()) / 100, new, "cac", sources, currency)}
    told = rows.dropna(subset=["new_fans"]) if "new_fans" in rows else rows[:0].assign(new_fans=0)
    spent, fans = float(told["spend_fen"].sum()) / 100, float(told["new_fans"].sum())
    if fans >= max(k, 1):
        found["cost_per_follower"] = _per(spent, fans, "cost_per_follower", sources, currency)
    by_channel = _by_channel(rows, frames, sources, currency, max(k, 2))
    return Cost(found, by_channel, marginal=_marginal(rows, by_day, sources, currency, k))


def _rows(ads: pd.DataFrame) -> pd.DataFrame:
    """A row per span: since and until (days, inclusive) beside what the table holds."""
    since = pd.to_datetime(ads["day"]).dt.normalize()
    until = pd.to_datetime(ads["until"]).dt.normalize().fillna(since) if "until" in ads else since
    return ads.assign(since=since, until=until)


def _fault(rows: pd.DataFrame, currency: str) -> str:
    """Why a table of spend cannot be used (key of `labels.REFUSED`), "" if it can."""
    if "currency" in rows and rows["currency"].astype("string").fillna(currency).str.upper().ne(currency).any():
        return "currency"
    if "scope" in rows and (rows["scope"].astype("string") == "mixed").any():
        return "mixed"
    if rows["spend_fen"].lt(0).any() or (rows["until"] < rows["since"]).any():
        return "below_zero"
    told = [name for name in ("account_id", "channel") if name in rows]
    ordered = rows.sort_values("since")
    ends = ordered.groupby(told, dropna=False, observed=True) if told else ordered.assign(one=0).groupby("one")
    return "overlap" if (ordered["since"] <= ends["until"].transform(lambda one: one.cummax().shift())).any() else ""


def _new_buyers(frames: Frames, since: date, until: date) -> pd.Series:
    """First-time buyers by day, of days with any."""
    first = frames.purchases.filter(frames.purchases.purchase_no == 1)
    first = first.filter(first.day >= ibis.date(since.isoformat()), first.day <= ibis.date(until.isoformat()))
    rows = counted(first, ["day"], n=first.count())
    return rows.set_index(pd.to_datetime(rows["day"]))["n"]


def _marginal(rows: pd.DataFrame, new: pd.Series, sources: tuple[str, ...], currency: str, k: int) -> Figure | str:
    """Spend over the first-time buyers that it brings, of spans switched by lot or in turn: with spend against without.

    A span counts as one draw; the range is that of the difference in new buyers a day (Welch 1947, the smaller count
    of spans less one as degrees of freedom)."""
    drawn = rows[rows["drawn"].astype("string").isin(["lot", "turn"])] if "drawn" in rows else rows[:0]
    spans = drawn.groupby(["since", "until"])["spend_fen"].sum().reset_index()
    on, days = (spans["spend_fen"] > 0).to_numpy(bool), (spans["until"] - spans["since"]).dt.days.to_numpy() + 1
    n = min(on.sum(), (~on).sum())
    if n < SPANS:
        return str(REFUSED["too_few_lots" if n else "not_by_lot"])
    came = np.array([new[since:until].sum() for since, until in zip(spans["since"], spans["until"], strict=True)])
    parts = [came[one] / days[one] for one in (on, ~on)]
    gained, paid = float(parts[0].mean() - parts[1].mean()), float((spans["spend_fen"] / 100 / days)[on].mean())
    half = float(stdtrit(n - 1, 0.975) * np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))
    if gained <= half or came.sum() < k:
        return str(REFUSED["too_few_lots"])
    ends = (paid / (gained + half), paid / (gained - half))
    return Figure(paid / gained, *ends, currency, "sampling95", "cac_marginal", sources, int(came.sum()))


def _per(spent: float, n: float, key: str, sources: tuple[str, ...], currency: str) -> Figure:
    """spent / n; the range takes n as a Poisson count."""
    half = Z95 * np.sqrt(n)
    low, high = spent / (n + half), spent / max(n - half, n / 2)
    return Figure(spent / n, low, high, currency, "sampling95", key, sources, int(n))


def _by_channel(
    rows: pd.DataFrame, frames: Frames, sources: tuple[str, ...], currency: str, k: int
) -> dict[str, Figure]:
    """Spend of a channel over first-time buyers whose first order was bought there; those without any are left out."""
    if frames.orders is None or "channel" not in rows:
        return {}
    orders = traffic.orders_of(frames)
    since, until = rows["since"].min(), rows["until"].max() + pd.Timedelta(days=1)
    after, before = orders.paid_at >= ibis.literal(since), orders.paid_at < ibis.literal(until)
    orders = orders.filter(orders.repeat == 0, after, before)
    words = orders.group_by(list(traffic.WAYS)).aggregate(n=orders.count())  # few differ: each is held to rules once
    bought = words.mutate(form=traffic.formed(words)).filter(traffic.ruled(words, traffic.DOMAINS) == "bought")
    counts = counted(bought, ["form"], n=bought.n.sum()).set_index("form")["n"]
    spent = rows.assign(channel=rows["channel"].astype("string")).groupby("channel")["spend_fen"].sum() / 100
    return {
        str(name): _per(float(spent[name]), float(counts[name]), "cac", sources, currency)
        for name in spent.index
        if counts.get(name, 0) >= k
    }


def times(left: Figure | Absent, right: Figure | Absent, key: str, unit: str = "") -> Figure | Absent:
    """left * right as metric `key`, of quantities that know nothing of each other: their distances to the ends add up
    as roots of squares, a sampling range taken as one of 90%."""
    if isinstance(left, Absent) or isinstance(right, Absent):
        return Absent((key,))
    value = left.value * right.value
    below, above = (
        float(np.hypot(_reach(left, end) * right.value, _reach(right, end) * left.value)) for end in ("low", "high")
    )
    kinds = {left.interval_kind, right.interval_kind} - {"none"}
    kind = kinds.pop() if len(kinds) == 1 and (left.low == left.high or right.low == right.high) else "assumption90"
    sources, n = refs_of(left, right), left.n if left.n is not None else right.n
    whole = 1 / _NARROW if kind == "sampling95" else 1.0  # nothing but that range: it stays one of 95%
    low, high, unit = value - below * whole, value + above * whole, unit or definition(key).unit
    return Figure(value, low, high, unit, kind if low < high else "none", key, sources, n)


def over(top: Figure | Absent, bottom: Figure | Absent, key: str) -> Figure | Absent:
    """top / bottom as metric `key`, with a range as in `times`; absent where the bottom may be nothing or less."""
    if isinstance(bottom, Absent) or min(bottom.value, bottom.low) <= 0:
        return Absent((key,))
    return times(top, replace(bottom, value=1 / bottom.value, low=1 / bottom.high, high=1 / bottom.low), key)


def _reach(figure: Figure, end: str) -> float:
    """Distance from the value to an end, of a range of 90%."""
    narrow = _NARROW if figure.interval_kind == "sampling95" else 1.0
    return abs(float(getattr(figure, end)) - figure.value) * narrow


def payback(
    curve: Sequence[tuple[float, Figure]], share: Figure | Absent, cac: Figure | Absent
) -> tuple[Figure | None, bool]:
    """`payback_months`: when the contribution of the same buyers, day by day, reaches their cost; and whether that has
    an upper end.

    The range reaches from the lower cost against the higher contribution to the opposite; where that is not paid back
    in the days observed there is no upper end, and it stops at the value. None where the value is not."""
    if isinstance(share, Absent) or isinstance(cac, Absent) or not curve:
        return None, False
    if (middle := _reached(curve, "value", share.value, cac.value)) is None:
        return None, False
    early = _reached(curve, "high", share.high, cac.low)
    late = _reached(curve, "low", share.low, cac.high)
    ends = [one for one in (early, middle, late) if one is not None]
    about = "months", "assumption90", "payback_months", refs_of(curve[0][1], share, cac), curve[0][1].n
    return Figure(middle, min(ends), max(ends), *about), late is not None


def _reached(curve: Sequence[tuple[float, Figure]], end: str, share: float, cost: float) -> float | None:
    """Months until a curve times a share reaches a cost, straight between its points."""
    earned = [share * float(getattr(figure, end)) for _, figure in curve]
    at = next((place for place, sum_ in enumerate(earned) if sum_ >= cost), None)
    if at is None or at == 0:
        return None if at is None else 0.0
    (before, _), (after, _) = curve[at - 1], curve[at]
    part = (cost - earned[at - 1]) / (earned[at] - earned[at - 1])
    return float(before + part * (after - before)) / MONTH


def limit(value: Figure | Absent, share: Figure | Absent, key: str, currency: str) -> Figure | Absent:
    """Most that may be paid for what brings `value`, of which `share` is left; nothing where that loses money."""
    found = times(value, share, key, currency)
    if isinstance(found, Absent):
        return found
    return replace(found, low=max(found.low, 0.0), value=max(found.value, 0.0), high=max(found.high, 0.0))
