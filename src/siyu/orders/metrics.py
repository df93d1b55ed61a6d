"""Every metric of a client's orders: one entry each, with what it needs. What is not there is the reason why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from operator import attrgetter
from typing import Any

from siyu.figure import Absent, Figure
from siyu.orders import fans, labels, repurchase
from siyu.orders.experiment.effects import Trial, trial
from siyu.orders.frames import Frames
from siyu.orders.groups.joins import members_and_others
from siyu.orders.groups.uplift import Uplift, uplift

# need -> why a metric cannot be had without it; where several are missing the first is the reason
NEEDS = {
    "orders": labels.NO_ORDERS, "buyers": labels.NO_KEYS, "members": labels.NO_MEMBERS, "follows": labels.NO_FOLLOWS,
    "sessions": labels.NO_SESSIONS, "assignments": labels.NO_DRAW,
}  # fmt: skip
BUYERS, GROUP, DRAWN = ("buyers",), ("buyers", "members"), ("buyers", "assignments")
TOTALS = ("paid_orders", "gmv", "net_gmv", "refund_rate", "aov")
Window = Callable[[Frames], str]


class Parts:
    """What several metrics of one scope are read from, each computed once. k: smallest denominator shown."""

    def __init__(self, frames: Frames, k: int) -> None:
        self.frames, self.k = frames, k

    @cached_property
    def totals(self) -> repurchase.Figures:
        """TOTALS of all paid orders; quotients have no value while nothing is paid."""
        held = fans.totals(self.frames)
        orders, paid, net = (int(held[name]) for name in ("orders", "paid_fen", "net_fen"))
        found = {"paid_orders": self.exact("paid_orders", orders)}
        values = {"gmv": paid / 100, "net_gmv": net / 100}
        values |= {"refund_rate": (paid - net) / paid, "aov": paid / 100 / orders} if paid else {}
        return {**found, **{key: self.exact(key, value, orders) for key, value in values.items()}}

    @cached_property
    def year(self) -> repurchase.Figures:
        """Rates of the last year."""
        return repurchase.in_window(self.frames, repurchase.year_before(self.frames), self.frames.as_of, self.k)

    @cached_property
    def within(self) -> repurchase.Figures:
        """Rates of a fixed follow-up."""
        return repurchase.within(self.frames, k=self.k)[0]

    @cached_property
    def survival(self) -> repurchase.Figures:
        """The same by Kaplan-Meier."""
        return repurchase.by_survival(self.frames, k=self.k)

    @cached_property
    def gmv(self) -> repurchase.Figures:
        """Shares of GMV, all months together."""
        return fans.whole_shares(self.frames, self.k)

    @cached_property
    def uplift(self) -> Uplift:
        """The comparison of group members."""
        return uplift(self.frames, k=self.k)

    @cached_property
    def trial(self) -> Trial | None:
        """The comparison of those invited by lot."""
        return trial(self.frames, self.k)

    @property
    def by_lot(self) -> Figure | None:
        """Its difference, where it can be read."""
        return self.trial.difference if self.trial else None

    def exact(self, key: str, value: float, n: int | None = None) -> Figure:
        """A total of what was read: counted, not estimated, so it has no interval."""
        return Figure.exact(value, key, self.frames.sources, n)


@dataclass(frozen=True)
class Method:
    """One metric. needs: keys of NEEDS. function: asked when they are met; None where too little has been seen, or the
    reason why there is none.

    window: the periods it is of, default from the first day of the record to as_of.   verdict: what may be said of it.
    """

    key: str
    needs: tuple[str, ...]
    function: Callable[[Any], Figure | str | None]
    window: Window | None = None
    verdict: Callable[[Any], str] = lambda _: ""

    @property
    def says(self) -> frozenset[str]:
        """Whether it says anything about amounts before refunds (`gross`), about refunds (`refund`)."""
        net = self.key in ("net_gmv", "refund_rate") or self.key.endswith("_net")
        gross = self.key in ("gmv", "aov", "refund_rate") or ("gmv" in self.key and not net)
        return frozenset([*["gross"] * gross, *["refund"] * net])

    def lacking(self, frames: Frames) -> str:
        """Why it cannot be had at all, "" where its needs are met."""
        need = next((need for need in NEEDS if need in self.needs and not _holds(frames, need)), "")
        return frames.nobody if need == "buyers" else NEEDS.get(need, "")

    def scope(self, frames: Frames, platform: str) -> str:
        """Platform and window."""
        since = frames.first_day if frames.buyers else ".."
        return f"{platform}; {self.window(frames) if self.window else f'{since}/{frames.beside(*self.needs).as_of}'}"


def _holds(frames: Frames, need: str) -> bool:
    return bool(frames.buyers) if need == "buyers" else getattr(frames, need) is not None


def _read(part: str, name: str, parts: Parts) -> Figure | None:
    """A figure of a part, by its key or its name there; None without the part."""
    found = getattr(parts, part)
    figure: Figure | None = found.get(name) if isinstance(found, dict) else getattr(found, name, None)
    return figure


def _in(part: str, keys: Iterable[str], needs: tuple[str, ...] = BUYERS, window: Window | None = None) -> list[Method]:
    """Metrics that a part of `Parts` holds by their keys."""
    return [Method(key, needs, partial(_read, part, key), window) for key in keys]


def _of(part: str, needs: tuple[str, ...], *named: tuple[str, str]) -> list[Method]:
    """Metrics with the figure of a part of `Parts` that each is; None without the part."""
    return [Method(key, needs, partial(_read, part, name)) for key, name in named]


def _buyers(parts: Parts) -> Figure | None:
    return parts.exact("buyers", parts.frames.buyers) if parts.frames.buyers >= parts.k else None


def _returning(parts: Parts) -> Figure | None:
    return repurchase.between(parts.frames, *repurchase.last_quarters(parts.frames.as_of), parts.k)


def _group_rate(parts: Parts) -> Figure | None:
    """Members who bought at least twice over members who bought, as the published rate of groups is worded."""
    twice, members = members_and_others(parts.frames.beside("members")).sum(0)[1].tolist()
    return repurchase.proportion(parts.frames, "group_repurchase_rate", twice, members, parts.k)


def _year(frames: Frames) -> str:
    return f"{repurchase.year_before(frames) if frames.buyers else '..'}/{frames.as_of}"


def _quarters(frames: Frames) -> str:
    return "; ".join(f"{first}/{last}" for first, last in repurchase.last_quarters(frames.as_of))


def _gmv(who: str, live: bool, key: str) -> list[Method]:
    """The share of GMV of fans or members, gross; of fans after refunds, too."""
    members = who in ("member", "ever")
    needs = ("orders", "buyers", "members" if members else "follows", *(["sessions"] if live else []))
    return _in("gmv", (key,) if members else (key, f"{key}_net"), needs)


METRICS: tuple[Method, ...] = (
    *_in("totals", TOTALS, ("orders",)),
    Method("buyers", BUYERS, _buyers),
    *_in("year", ("repurchase_rate", "repurchase_rate_orders", "repeat_order_share", "repeat_buyer_gmv_share",
                  "orders_per_buyer"), window=_year),
    Method("return_purchase_rate", BUYERS, _returning, _quarters),
    *_in("within", (f"repurchase_{days}d" for days in repurchase.WINDOWS)),
    *_in("survival", (f"repurchase_km_{days}d" for days in repurchase.WINDOWS)),
    *(entry for (who, live), key in fans.KEYS.items() for entry in _gmv(who, live, key)),
    Method("group_repurchase_rate", GROUP, _group_rate),
    *_of("uplift", GROUP, ("naive_repeat_share.members", "members"), ("naive_repeat_share.others", "never"),
         ("joined_repeat_share", "joined"), ("joined_repeat_share.others", "others")),
    # by lot where that can be read: then joiners' own choice has no part in it
    Method("group_uplift", GROUP, lambda parts: parts.by_lot or parts.uplift.difference,
           verdict=lambda parts: "randomised" if parts.by_lot else parts.uplift.verdict),
    Method("group_uplift.compared", GROUP, attrgetter("uplift.difference"), verdict=attrgetter("uplift.verdict")),
    *_of("uplift", GROUP, ("group_placebo", "placebo"), ("selection_multiple", "selection"),
         ("placebo_multiple", "before"), ("detectable_uplift", "detectable"), ("group_hazard_ratio", "hazard"),
         ("group_pace", "pace"), ("group_pace_by_quarter", "pace_by_quarter"), ("group_pace_before", "dip")),
    *_of("trial", DRAWN, ("invited_uplift", "difference")),
    *_of("trial", (*GROUP, "assignments"), ("joined_effect", "effect")),
    *_of("trial", DRAWN, ("invited_repeat_share", "invited"), ("invited_repeat_share.others", "others")),
    *_of("trial", (*GROUP, "assignments"), ("invited_join_share", "joined"),
         ("invited_join_share.others", "uninvited")),
)  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """A figure, its key, its scope (platform and window), and what may be said of it, "" where it says it itself."""

    key: str
    figure: Figure
    scope: str
    verdict: str = ""

    def as_json(self) -> dict[str, Any]:
        """The record of `siyu metrics --json`."""
        figure = self.figure
        record = {"key": self.key, "value": figure.value, "low": figure.low, "high": figure.high}
        more = {"interval_kind": figure.interval_kind, "n": figure.n, "unit": figure.unit}
        return record | more | {"definition": figure.definition, "scope": self.scope} | judged(self.verdict)


@dataclass(frozen=True)
class Missing:
    """A metric that cannot be computed for a scope. reason: a message; column: the header that the exports lack."""

    key: str
    reason: str
    scope: str
    verdict: str = ""
    column: str = ""

    def as_json(self, reason: str) -> dict[str, str]:
        """The record of `siyu metrics --json`, with the reason in the reader's language."""
        column = {"column": self.column} if self.column else {}
        return {"key": self.key, "reason": reason, "scope": self.scope} | column | judged(self.verdict)


def judged(verdict: str) -> dict[str, str]:
    """The field of a verdict, if there is one."""
    return {"verdict": verdict} if verdict else {}


# what some export of a platform has no column for -> why a metric cannot be had without it
COLUMNS = {"paid_at": labels.NO_PAYMENT, **dict.fromkeys(("refund", "gross"), labels.NO_REFUNDS),
           "buyer_id": labels.NO_KEYS}  # fmt: skip


def metrics(
    frames: Frames | None, k: int, currency: str, entries: tuple[Method, ...] = METRICS,
    parts_of: Callable[[Frames, int], Any] = Parts,
) -> tuple[list[Metric], list[Missing]]:  # fmt: skip
    """Metrics of every identity scope; denominators under `k` are missing, money is in `currency`. What needs a column
    that the exports lack is missing, too, and never zero.

    frames: None when no order could be read. entries: which, with what they are asked of; by default those of orders.
    """
    if frames is None:
        return [], [Missing(entry.key, labels.NO_ORDERS, "") for entry in entries]
    found: list[Metric] = []
    missing: list[Missing] = []
    for platform, header in frames.undated.items():
        missing += [Missing(entry.key, labels.NO_PAYMENT, platform, "", header) for entry in entries]
    for platform in frames.platforms if frames.dated else ():
        own = frames.on(platform)
        parts, lacks = parts_of(own, k), own.lacks
        for entry in entries:
            scope, reason, column = entry.scope(own, platform), entry.lacking(own), ""
            for need, header in lacks.items():
                if need in entry.says or (reason and reason == COLUMNS[need]):
                    reason, column = COLUMNS[need], header
                    break
            figure, verdict = (None, "") if reason else (entry.function(parts), entry.verdict(parts))
            if not isinstance(figure, Figure):
                missing.append(Missing(entry.key, reason or figure or labels.TOO_FEW, scope, verdict, column))
            else:
                priced = replace(figure, unit=currency) if figure.unit == "CNY" else figure
                found.append(Metric(entry.key, priced, scope, verdict))
    return found, missing


def figures_of(keys: Iterable[str], frames: Frames, k: int) -> dict[str, Figure | Absent]:
    """Metrics of one scope by key; Absent where one cannot be had."""
    entries, parts = {entry.key: entry for entry in METRICS}, Parts(frames, k)
    found: dict[str, Figure | Absent] = {}
    for key in keys:
        entry = entries[key]
        lacks = entry.lacking(frames) or not frames.dated or entry.says & set(frames.lacks)
        figure = None if lacks else entry.function(parts)
        found[key] = figure if isinstance(figure, Figure) else Absent((key,))
    return found


def figure_of(key: str, frames: Frames, k: int) -> Figure | Absent:
    """One of them."""
    return figures_of([key], frames, k)[key]
