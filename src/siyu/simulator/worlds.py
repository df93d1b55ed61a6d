"""Made-up buyers with a known truth: who buys when, who joins a group when, and what joining changed.

A buyer comes by a first order, then buys on days whose gaps are exponential in the buyer's own rate (gamma
over buyers) until a lifetime in calendar days ends (Schmittlein, Morrison, Colombo 1987). Five ways to join:

null       a coin at the first order only: even the naive comparison is fair
coin       a coin at each purchase day: frequent buyers toss more often
selection  the same, with a chance that rises with the buyer's own rate
calendar   at a random moment after the first order, if one is still a customer then (immortal time)
planted    like coin, and joining multiplies the rate from then on

Only `planted` has an effect. The truth of each is computed by living every gap twice, once joined and once
not, with the same random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Kind = Literal["null", "coin", "selection", "calendar", "planted"]
KINDS: tuple[Kind, ...] = ("null", "coin", "selection", "calendar", "planted")
CHANNELS = ("live", "video", "card", "search")
_ENTRY = (0.5, 0.2, 0.15, 0.15)  # where first orders come from
_REPEAT = (0.35, 0.1, 0.2, 0.35)  # where later orders of members and others alike come from
MOST_PURCHASES = 5  # purchase numbers from here on are one stratum
CROWD = 400_000  # buyers behind a population truth: its standard error is near 0.0005

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class World:
    """What is true of a made-up brand. Days count from `start` (0); the last day observed is `days - 1`.

    arrival_days: first orders fall evenly on days 0 to arrival_days - 1.   gap_days: mean gap between purchase
    days of a buyer of mean rate.   spread: gamma shape of rates, small is uneven.   life_days: mean lifetime.
    join_chance: of joining at a toss.   tilt: in `selection` the power of the rate in the odds of joining.
    joiner_share, patience_days: in `calendar` who would ever join, and how long they wait on average.
    effect: in `planted` the factor on the rate after joining.   fan_share: buyers who ever follow.
    basket_fen: median amount of an order.   Raises ValueError for values outside their range.
    """

    kind: Kind
    buyers: int = 5_000
    days: int = 540
    start: date = date(2024, 7, 10)
    arrival_days: int = 420
    gap_days: float = 90.0
    spread: float = 0.8
    life_days: float = 160.0
    join_chance: float = 0.2
    tilt: float = 1.0
    joiner_share: float = 0.7
    patience_days: float = 30.0
    effect: float = 1.6
    fan_share: float = 0.65
    basket_fen: int = 16_900

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        if self.buyers < 1 or not 0 < self.arrival_days <= self.days:
            raise ValueError("a world needs buyers >= 1 and 0 < arrival_days <= days")
        positive = ("gap_days", "spread", "life_days", "patience_days", "effect", "basket_fen")
        if faulty := [name for name in positive if not getattr(self, name) > 0]:
            raise ValueError(f"{', '.join(faulty)} must be positive")
        if faulty := [
            name for name in ("join_chance", "joiner_share", "fan_share") if not 0 <= getattr(self, name) <= 1
        ]:
            raise ValueError(f"{', '.join(faulty)} must lie between 0 and 1")

    @property
    def as_of(self) -> date:
        """The last day observed."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def multiplier(self) -> float:
        """What joining does to a buyer's rate: 1 in every world without an effect."""
        return self.effect if self.kind == "planted" else 1.0


# what lets about 70% of members buy again where the defaults do not
_SEVENTY: dict[Kind, dict[str, float]] = {
    "selection": {"gap_days": 150.0, "life_days": 180.0},
    "calendar": {"gap_days": 40.0, "life_days": 120.0, "spread": 1.2, "joiner_share": 0.6},
}


def seventy(kind: Kind, **parameters: Any) -> World:
    """A world in which about 70% of those who ever joined buy again, and far fewer of the others.

    parameters: of World, where they shall differ. In `null` members and others are alike, near 55%.
    """
    return World(kind, **{**_SEVENTY.get(kind, {}), **parameters})


@dataclass(frozen=True)
class Lives:
    """What happened in a world.

    orders: a row per order, sorted by buyer, day, minute: buyer int64, day int64, minute int64 (of the day),
    purchase_no int64 (of the day, from 1), paid_fen int64, channel text, fan bool (followed before it paid).
    joins: buyer, day, minute of those who joined, one row a buyer; a join on a purchase day follows its orders.
    follows: buyer, day (below 0: before the start), minute, end (day of unfollowing, -1 never).
    gaps: a row per purchase day (see `_lived`), what potential outcomes are read from.
    """

    world: World
    orders: pd.DataFrame
    joins: pd.DataFrame
    follows: pd.DataFrame
    gaps: pd.DataFrame

    @cached_property
    def naive(self) -> dict[str, float]:
        """Share with at least two purchase days among those who ever joined (members) and the others."""
        days = self.gaps.groupby("buyer").size()
        again = days.gt(1)
        member = days.index.isin(self.joins["buyer"])
        return {"members": float(again[member].mean()), "others": float(again[~member].mean())}

    def counterfactual(self, window: int = 90, gap: int = 7) -> float:
        """U(window, gap) of these buyers: chance of a purchase in (gap, gap + window] days after purchase day k,
        had they joined at k, minus had they not joined then; each among those without a purchase within `gap`.

        Over purchases k of buyers in no group before, weighted by the chance of joining there; days after
        which the window is not observed do not count; standardised over min(k, 5), quarter and entry channel
        to the joiners still without a purchase after `gap`. Shares; nan when nobody could join.
        Random through the buyers drawn: `truth` is the value of the world itself.
        """
        rows = self.gaps[(self.gaps["day"] + gap + window < self.world.days) & (self.gaps["chance"] > 0)]
        if rows.empty:
            return float("nan")
        quarter = _quarters(rows["day"].to_numpy(), self.world.start)
        stratum = (np.minimum(rows["purchase_no"], MOST_PURCHASES) * 1_000 + quarter) * 10 + rows["entry"]
        code, _ = pd.factorize(stratum)
        chance = rows["chance"].to_numpy()
        shares, risk = {}, {}
        for arm in ("joined", "apart"):
            to_next = rows[arm].to_numpy()
            at_risk = np.where(to_next > gap, chance, 0.0)
            bought = np.where(to_next <= gap + window, at_risk, 0.0)
            risk[arm] = np.bincount(code, at_risk)
            with np.errstate(invalid="ignore"):
                shares[arm] = np.bincount(code, bought) / risk[arm]
        held = (risk["joined"] > 0) & (risk["apart"] > 0)
        difference = (shares["joined"] - shares["apart"])[held]
        return float(np.average(difference, weights=risk["joined"][held])) if held.any() else float("nan")


def lived(world: World, seed: int) -> Lives:
    """The lives of a world's buyers; the same seed gives the same lives."""
    random = np.random.default_rng([seed, KINDS.index(world.kind)])
    gaps, joins = _lived(world, random)
    follows = _follows(world, gaps, random)
    return Lives(world, _orders(world, gaps, follows, random), joins, follows, gaps)


@lru_cache(maxsize=64)
def truth(world: World, window: int = 90, gap: int = 7) -> float:
    """U(window, gap) of a world, whatever its number of buyers: what an estimate is to be held against.

    From `CROWD` buyers of their own; 0 in worlds without an effect, nan when nobody joins.
    """
    parameters = {name: getattr(world, name) for name in world.__dataclass_fields__} | {"buyers": CROWD}
    crowd = World(**parameters)
    gaps, joins = _lived(crowd, np.random.default_rng(20_060_102))
    return Lives(crowd, pd.DataFrame(), joins, pd.DataFrame(), gaps).counterfactual(window, gap)


def _lived(world: World, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(gaps, joins). gaps, per purchase day: buyer, purchase_no, day, entry (code of the entry channel),
    chance (of joining here, 0 for members), joined and apart (days to the next purchase day had the buyer
    joined here or not; a day that never comes is far away).
    """
    n = world.buyers
    first = np.sort(random.integers(0, world.arrival_days, n))
    rate = random.gamma(world.spread, 1 / (world.spread * world.gap_days), n)
    rate = np.maximum(rate, 1e-9)  # a gap beyond every horizon may be long, but must be a number
    end = first + random.exponential(world.life_days, n)
    entry = random.choice(len(CHANNELS), n, p=_ENTRY)
    chances = _chances(world, rate)
    wishes = _calendar(world, first, end, random)
    member = np.zeros(n, bool)
    join_day = np.full(n, -1)
    alive, day, number = np.arange(n), first, 1
    blocks: list[dict[str, Any]] = []
    while alive.size:
        effort = random.exponential(size=alive.size)  # the same in both lives
        toss = random.random(alive.size) < chances[alive]
        free = ~member[alive]
        joins = free & toss & (number == 1 or world.kind != "null")
        chance = np.where(free & (number == 1 or world.kind != "null"), chances[alive], 0.0)
        own = rate[alive]
        apart = _days_to_next(effort / own, day, end[alive])
        joined = _days_to_next(effort / (own * world.multiplier), day, end[alive])
        if world.kind == "calendar":  # joins lie between purchases; whoever wishes within the gap is the joiner
            wish = wishes[alive]
            joins = free & (wish >= day) & (wish < np.minimum(day + apart, world.days))
            chance = joins.astype(float)
            join_day[alive[joins]] = wish[joins]
        else:
            join_day[alive[joins]] = day[joins]
        block = {"buyer": alive, "purchase_no": np.full(alive.size, number), "day": day, "entry": entry[alive]}
        blocks.append(block | {"chance": chance, "joined": joined, "apart": apart})
        stays = np.where(member[alive] | joins, joined, apart)
        member[alive[joins]] = True
        ahead = day + stays
        goes_on = ahead < world.days
        alive, day, number = alive[goes_on], ahead[goes_on], number + 1
    names = blocks[0].keys()
    gaps = pd.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in names})
    gaps = gaps.sort_values(["buyer", "purchase_no"], ignore_index=True)
    who = np.flatnonzero(join_day >= 0)
    minute = np.full(who.size, 24 * 60 - 1)  # after every order of its day
    return gaps, pd.DataFrame({"buyer": who, "day": join_day[who], "minute": minute})


def _days_to_next(wait: Floats, day: Ints, end: Floats) -> Ints:
    far = 10**6
    whole = np.minimum(np.ceil(wait), far).astype(np.int64)
    return np.where(day + whole <= end, whole, far)


def _chances(world: World, rate: Floats) -> Floats:
    """Chance of joining at a toss, a buyer each."""
    if world.kind == "calendar":
        return np.zeros(rate.size)
    if world.kind != "selection":
        return np.full(rate.size, world.join_chance)
    relative = (rate * world.gap_days) ** world.tilt
    odds = relative * world.join_chance / max(1 - world.join_chance, 1e-9)
    return np.asarray(odds / (1 + odds), float)


def _calendar(world: World, first: Ints, end: Floats, random: np.random.Generator) -> Ints:
    """Day on which a buyer joins in `calendar`, -1 for never: drawn at the first order, kept if still a customer."""
    if world.kind != "calendar":
        return np.full(first.size, -1)
    wish = first + random.exponential(world.patience_days, first.size)
    kept = (random.random(first.size) < world.joiner_share) & (wish <= end)
    return np.where(kept, wish.astype(np.int64), -1)


def _follows(world: World, gaps: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Who follows the shop and since when: a third each long before, minutes before and after the first order."""
    first = gaps.loc[gaps["purchase_no"] == 1, "day"].to_numpy()
    fans = random.random(first.size) < world.fan_share
    when = random.choice(3, first.size, p=(0.45, 0.3, 0.25))
    shift = np.select([when == 0, when == 1], [-random.integers(1, 120, first.size), np.zeros(first.size)],
                      random.integers(1, 60, first.size)).astype(np.int64)  # fmt: skip
    day = first + shift
    minute = np.where(when == 1, 0, random.integers(0, 24 * 60, first.size))  # see _orders: minutes before paying
    stop = day + random.integers(30, 400, first.size)
    end = np.where((random.random(first.size) < 0.12) & (stop < world.days), stop, -1)
    rows = pd.DataFrame({"buyer": np.arange(first.size), "day": day, "minute": minute, "end": end, "close": when == 1})
    return rows[fans & (day < world.days)].reset_index(drop=True)


def _orders(
    world: World, gaps: pd.DataFrame, follows: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:  # fmt: skip
    """A row per order; `follows` of buyers who followed minutes before their first order get that minute."""
    count = 1 + (random.random(len(gaps)) < 0.06)  # now and then two orders a day
    rows = gaps.loc[gaps.index.repeat(count), ["buyer", "day", "purchase_no", "entry"]]
    size = len(rows)
    later = random.choice(len(CHANNELS), size, p=_REPEAT)
    channel = np.where(rows["purchase_no"] == 1, rows["entry"], later)
    # live rooms sell in the evening, the rest all day
    minute = np.where(channel == 0, random.integers(19 * 60, 23 * 60, size), random.integers(8 * 60, 23 * 60, size))
    taste = np.exp(0.35 * random.standard_normal(world.buyers))[rows["buyer"]]
    paid = world.basket_fen * taste * np.exp(0.3 * random.standard_normal(size))
    orders = pd.DataFrame({
        "buyer": rows["buyer"].to_numpy(), "day": rows["day"].to_numpy(), "minute": minute,
        "purchase_no": rows["purchase_no"].to_numpy(), "paid_fen": (np.round(paid / 100) * 100 + 90).astype(np.int64),
        "channel": np.asarray(CHANNELS)[channel],
    }).sort_values(["buyer", "day", "minute"], ignore_index=True)  # fmt: skip
    start = orders.drop_duplicates("buyer").set_index("buyer")["minute"]
    close = follows.pop("close").to_numpy()
    follows.loc[close, "minute"] = start.reindex(follows.loc[close, "buyer"]).to_numpy() - 4
    since = follows.set_index("buyer")
    when = orders["buyer"].map(since["day"] * 1440 + since["minute"])
    until = orders["buyer"].map(since["end"].where(since["end"] >= 0)) * 1440
    at = orders["day"] * 1440 + orders["minute"]
    return orders.assign(fan=when.lt(at) & ~until.le(at))


def _quarters(day: Ints, start: date) -> Ints:
    dates = np.datetime64(start) + day.astype("timedelta64[D]")
    return (dates.astype("datetime64[M]").astype(np.int64) // 3).astype(np.int64)
