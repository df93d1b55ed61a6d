"""What is known of a client, by key: metrics as the other sections compute them, and what the form adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import ibis
import pandas as pd

from siyu.engines.tables import run
from siyu.figure import Absent, Figure, or_absent, refs_of
from siyu.growth.brand import Growth
from siyu.growth.metrics import METRICS as GROWTH
from siyu.orders import fans, refunds
from siyu.orders.frames import Frames
from siyu.orders.metrics import METRICS, Parts, metrics
from siyu.own_data import Holdings
from siyu.playbook import labels
from siyu.playbook.form import SOURCE, Form
from siyu.reach.audience import Audience
from siyu.reach.metrics import METRICS as REACH
from siyu.value.metrics import METRICS as VALUES
from siyu.value.worth import Worth

QUARTER = 91  # days
# beside the metrics of the registry, or as a section prints them: section orders leaves months out that are too young
SAID = {"sales_roi", "profit_roi", "margin_to_team_cost", "identity_share", "refund_rate", "member_gmv_share"}


@dataclass(frozen=True)
class Known:
    """worth: of the platform with most orders, as section value has it; form: the client's answers, whose margin goes
    before what is assumed of a net yuan kept; orders: whether there are any that tell when they were paid; reach:
    messages and exits; growth: wheel, funnel and groups.

    Metrics are those of that one platform, in `own.largest`, which is what the sections print."""

    own: Holdings
    worth: Worth
    form: Form
    orders: bool = True
    reach: Audience | None = None
    growth: Growth | None = None
    _held: dict[str, Figure | str] = field(default_factory=dict, repr=False, compare=False)
    _shared: list[Parts] = field(default_factory=list, repr=False, compare=False)

    @property
    def frames(self) -> Frames:
        """The tables behind every metric."""
        return self.worth.frames

    @cached_property
    def tables(self) -> dict[str, int]:
        """Tables that the exports hold -> records accepted."""
        held: dict[str, int] = {}
        for kind, accepted, refused in self.own.files[["kind", "accepted", "refused"]].itertuples(index=False):
            if not refused:
                held[str(kind)] = held.get(str(kind), 0) + int(accepted)
        return held

    def figures(self, keys: Iterable[str]) -> dict[str, Figure | Absent]:
        """Metrics by key; Absent where one cannot be had, see `reasons`."""
        wanted = set(keys)
        self._compute(wanted - self._held.keys())
        return {key: or_absent(one if isinstance(one := self._held[key], Figure) else None, key) for key in wanted}

    def reasons(self, keys: Iterable[str]) -> dict[str, str]:
        """key -> why a metric cannot be had, of those that cannot."""
        wanted = set(keys)
        self._compute(wanted - self._held.keys())
        return {key: one for key in sorted(wanted) if isinstance(one := self._held[key], str)}

    def _compute(self, wanted: set[str]) -> None:
        """Keep what orders, values and the form give of these metrics: the figure, or the reason why there is none."""
        found: dict[str, Figure | str] = dict.fromkeys(wanted, labels.UNSAID["not_here"])
        for entries, parts in ((METRICS, self._parts), (VALUES, lambda *_: self.worth)):
            asked = tuple(entry for entry in entries if entry.key in wanted)
            if asked:
                frames = self.frames if self.orders else None
                here, not_here = metrics(frames, self.own.k, self.worth.currency, asked, parts)
                found |= {one.key: one.reason for one in not_here} | {one.key: one.figure for one in here}
        if reach := self.reach:
            found |= {key: REACH[key](reach) for key in wanted & REACH.keys()}
        if growth := self.growth:
            found |= {key: GROWTH[key](growth) for key in wanted & GROWTH.keys()}
        for key, figure in self._said.items() if wanted & SAID else ():
            if key in wanted and isinstance(figure, Figure):
                found[key] = figure
        self._held.update(found)

    def _parts(self, frames: Frames, k: int) -> Parts:
        """Parts of several metrics, each computed once."""
        if not self._shared:
            self._shared.append(Parts(frames, k))
        return self._shared[0]

    @cached_property
    def _said(self) -> dict[str, Figure | Absent]:
        """Figures that the form makes known, and returns over spend, which section value prints."""
        returns = dict(self.worth.returns) if self.orders else {}
        if self.orders:
            frames = self.own.frames()
            returns["refund_rate"] = refunds.settled_rate(refunds.by_month(frames, self.own.k), frames.sources)
        if self.form.groups is False and not self.tables.get("members"):  # whoever has no group has no member
            returns["member_gmv_share"] = Figure.exact(0.0, "member_gmv_share", (SOURCE,))
        return {**returns, "margin_to_team_cost": self._team_earned, "identity_share": self.own.identified()}

    @property
    def _team_earned(self) -> Figure | Absent:
        """Margin of a month of net sales over what the team costs a month."""
        quarter, team = self.factors["net_quarter"], self.form.team_month
        if isinstance(quarter, Absent) or not team:
            return Absent(("margin_to_team_cost",))
        share, margin = self.worth.assumed.share, self.form.margin
        if margin:
            share = Figure.point(margin, "ratio", (SOURCE,))
        if isinstance(share, Absent):
            return Absent(("margin_to_team_cost",))
        times, refs = quarter.value / 3 / team, refs_of(quarter, share, more=(SOURCE,))
        value, low, high = (end * times for end in (share.value, share.low, share.high))
        return Figure(value, low, high, "ratio", share.interval_kind, "margin_to_team_cost", refs)

    @cached_property
    def months(self) -> pd.DataFrame:
        """A row per whole month past refunds: month (first day), orders, paid_fen, net_fen, buyers, firsts, repeats."""
        days = self.frames.purchases
        month = days.mutate(month=days.day.truncate("M"))
        first, again = (month.purchase_no == 1).cast("int64"), (month.purchase_no > 1).cast("int64")
        rows = run(month.group_by("month").aggregate(
            orders=month.orders.sum(), paid_fen=month.paid_fen.sum(), net_fen=month.net_fen.sum(),
            buyers=month.buyer_id.nunique(), firsts=first.sum(), repeats=again.sum(),
        ).order_by("month"))  # fmt: skip
        rows["month"] = pd.to_datetime(rows["month"])
        since, until = pd.Timestamp(self.frames.first_day), self.frames.as_of - timedelta(days=fans.REFUND_DAYS)
        whole = (rows["month"] >= since) & (rows["month"] + pd.offsets.MonthEnd(0) <= pd.Timestamp(until))
        return rows[whole].reset_index(drop=True)

    @cached_property
    def factors(self) -> dict[str, Figure | Absent]:
        """What a lift is multiplied with, over the last quarter; money in the subject's currency."""
        sold = ("net_quarter", "gmv_quarter", "buyers_quarter", "lapsed", "order_value")
        found: dict[str, Figure | Absent] = dict.fromkeys(sold, Absent(("paid_orders",)))
        if self.orders and self.frames.buyers >= max(self.own.k, 1):  # of fewer nothing is weighed
            found |= self._sold
        found["contribution_share"] = self.worth.assumed.share
        found["cac"] = self.worth.cac
        found["spend_quarter"] = self._spent
        team = self.form.team_month * 3
        paid = Figure.point(team, self.worth.currency, (SOURCE,)) if team else None
        return found | {"team_quarter": or_absent(paid, "team_quarter")}

    @property
    def _sold(self) -> dict[str, Figure | Absent]:
        days = self.frames.purchases
        since = ibis.date((self.frames.as_of - timedelta(days=QUARTER)).isoformat())
        gone = ibis.date((self.frames.as_of - timedelta(days=2 * QUARTER)).isoformat())
        late = days.filter(days.day > since)
        sums = run(late.aggregate(net=late.net_fen.sum(), paid=late.paid_fen.sum(), orders=late.orders.sum(),
                                  buyers=late.buyer_id.nunique())).fillna(0).iloc[0]  # fmt: skip
        last = days.group_by("buyer_id").aggregate(last=days.day.max())
        away = last.filter(last.last <= gone)
        lapsed = int(run(away.aggregate(n=away.count())).iloc[0]["n"])
        n, buyers, refs = int(sums["orders"]), int(sums["buyers"]), self.frames.sources
        money = {"net_quarter": sums["net"] / 100, "gmv_quarter": sums["paid"] / 100}
        money["order_value"] = sums["net"] / 100 / n if n else 0.0
        people = {"buyers_quarter": buyers, "lapsed": lapsed}
        return {
            **{name: Figure.point(float(amount), self.worth.currency, refs, n) for name, amount in money.items()},
            **{name: Figure.point(float(one), "users", refs, one) for name, one in people.items()},
        }

    @property
    def _spent(self) -> Figure | Absent:
        """Ad spend of the last quarter."""
        ads = self.worth.ads
        if ads is None or ads.empty or self.worth.cost.reason:
            return Absent(("spend_quarter",))
        late = pd.to_datetime(ads["day"]) > pd.Timestamp(self.frames.as_of - timedelta(days=QUARTER))
        spent = float(ads.loc[late, "spend_fen"].sum()) / 100
        return Figure.point(spent, self.worth.currency, tuple(sorted(ads.attrs.get("refs", ()))), int(late.sum()))
