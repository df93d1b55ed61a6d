"""When the buyers of a world buy, and when they join: every gap is lived twice, once joined and once not, with the
same random numbers, so that what joining changed is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siyu.simulator.kinds import CHANNELS, EVE, SALES, Floats, Ints, World

FAR = 10**6  # days to a purchase that never comes
_ENTRY = (0.5, 0.2, 0.15, 0.15)  # where first orders come from
_RUSH = ((100, 140, 4.0), (320, 360, 3.0))  # days around the sales, and how many more come then
Bools = npt.NDArray[np.bool_]


@dataclass
class _Crowd:
    """Buyers by number: what they are like, and what has become of them so far. heat: factor on the rate of the
    present gap; last: days of the gap before; wish: day of joining in `calendar` and `experiment`, -1 never; pull:
    chance in `experiment` to join if invited and not otherwise."""

    first: Ints
    rate: Floats
    end: Floats
    entry: Ints
    wish: Ints
    pull: Floats
    heat: Floats
    last: Floats
    member: Bools
    join_day: Ints


def lived_purchases(world: World, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(gaps, joins). gaps, per purchase day: buyer, purchase_no, day, entry (code of the entry channel),
    chance (of joining here, 0 for members), joined and apart (days to the next purchase day had the buyer
    joined here or not; a day that never comes is FAR away). joins: buyer, day, minute, see `Lives`.
    """
    crowd = _crowd(world, random)
    alive, day, number = np.arange(world.buyers), crowd.first, 1
    blocks: list[dict[str, Any]] = []
    while alive.size:
        block, stays = _purchase(world, crowd, alive, day, number, random)
        blocks.append(block)
        ahead = day + stays
        crowd.last[alive] = stays
        goes_on = ahead < world.days
        alive, day, number = alive[goes_on], ahead[goes_on], number + 1
    gaps = pd.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})
    gaps = gaps.sort_values(["buyer", "purchase_no"], ignore_index=True)
    who = np.flatnonzero(crowd.join_day >= 0)
    minute = np.full(who.size, 24 * 60 - 1)  # after every order of its day
    return gaps, pd.DataFrame({"buyer": who, "day": crowd.join_day[who], "minute": minute})


def _crowd(world: World, random: np.random.Generator) -> _Crowd:
    n = world.buyers
    first = np.sort(_first_days(world, random))
    # a gap beyond every horizon may be long, but must be a number
    rate = np.maximum(random.gamma(world.spread, 1 / (world.spread * world.gap_days), n), 1e-9)
    end = first + random.exponential(world.life_days, n)
    entry = random.choice(len(CHANNELS), n, p=_ENTRY)
    if world.kind == "experiment":
        wish, pull = _invited(world, first, rate, random)
    else:
        wish, pull = _wishes(world, first, end, random), np.zeros(n)
    heat = _heat(world, n, random)
    return _Crowd(first, rate, end, entry, wish, pull, heat, np.zeros(n), np.zeros(n, bool), np.full(n, -1))


def _purchase(
    world: World, crowd: _Crowd, alive: Ints, day: Ints, number: int, random: np.random.Generator
) -> tuple[dict[str, Any], Ints]:
    """What happens at one purchase number: its rows of `gaps`, and the days to the next purchase as lived."""
    effort = random.exponential(size=alive.size)  # the same in both lives
    toss = random.random(alive.size)
    rate, end, free = crowd.rate[alive] * crowd.heat[alive], crowd.end[alive], ~crowd.member[alive]
    chance = np.where(free, _chances(world, crowd, alive, day, number), 0.0)
    apart = _days_to_next(world, effort / rate, day, end)
    joined = _days_to_next(world, _wait_of_members(world, effort, rate, day), day, end)
    join_day, joins = day, toss < chance
    if world.kind in ("calendar", "experiment"):  # joins lie between purchases: who wishes within the gap is the joiner
        join_day = crowd.wish[alive]
        joins = free & (join_day >= day) & (join_day < np.minimum(day + apart, world.days))
        waits = (day <= world.invited_day) & (day + apart > world.invited_day)
        chance = joins.astype(float) if world.kind == "calendar" else np.where(waits, crowd.pull[alive], 0.0)
    elif delay := world.own("delay_days"):
        join_day = day + random.exponential(delay, alive.size).astype(np.int64)
        joins &= (join_day <= end) & (join_day < np.minimum(day + apart, world.days))
    stays = np.where(crowd.member[alive] | joins, joined, apart)
    crowd.join_day[alive[joins]] = join_day[joins]
    crowd.member[alive[joins]] = True
    moved = alive[random.random(alive.size) >= world.keep] if world.kind == "moving" else alive[:0]
    crowd.heat[moved] = _heat(world, moved.size, random)
    block = {"buyer": alive, "purchase_no": np.full(alive.size, number), "day": day, "entry": crowd.entry[alive]}
    return block | {"chance": chance, "joined": joined, "apart": apart}, stays


def _chances(world: World, crowd: _Crowd, alive: Ints, day: Ints, number: int) -> Floats:
    """Chance of joining at this purchase, of buyers who have not joined."""
    if world.kind in ("calendar", "experiment") or (world.kind == "null" and number > 1):
        return np.zeros(alive.size)
    relative = crowd.rate[alive] * world.gap_days * crowd.heat[alive]
    odds = world.join_chance / max(1 - world.join_chance, 1e-9) * relative ** world.own("tilt")
    if number < world.own("late_from"):
        odds = odds / 4
    if number > 1:  # the last gap in mean gaps of the buyer
        odds = odds * np.clip(crowd.last[alive] * crowd.rate[alive], 0.05, 20) ** world.own("win_back")
    if world.kind == "season":
        odds = odds * np.where(_during(day, 0), 2.0, 1.0)
    if world.kind == "promotion":
        odds = odds * np.where(_during(day, EVE) & ~_during(day, 0), world.recruiting, 1.0)
    return np.asarray(odds / (1 + odds), float)


def _days_to_next(world: World, wait: Floats, day: Ints, end: Floats) -> Ints:
    """Whole days, FAR beyond the lifetime. wait: days at the buyer's rate outside sales."""
    if (factor := world.own("sale_factor", 1.0)) == 1:
        whole = np.minimum(np.ceil(wait), FAR).astype(np.int64)
    else:
        passed = np.concatenate([[0.0], np.cumsum(np.where(_during(np.arange(world.days), 0), factor, 1.0))])
        due = passed[day] + wait
        whole = np.where(due > passed[-1], FAR, np.maximum(np.searchsorted(passed, due) - day, 1))
    return np.where(day + whole <= end, whole, FAR)


def _wait_of_members(world: World, effort: Floats, rate: Floats, day: Ints) -> Floats:
    """Days to the next purchase where joining is what changes them: in `experiment` from the invitations on."""
    effect = world.own("effect", 1.0)
    if world.kind != "experiment":
        return effort / (rate * effect)
    lead = np.maximum(world.invited_day - day, 0)
    return np.minimum(effort / rate, lead) + np.maximum(effort / rate - lead, 0) / effect


def _during(day: Ints, before: int) -> Bools:
    """Whether days lie in a sale or the `before` days ahead of it."""
    return np.asarray(np.any([(day >= first - before) & (day < last) for first, last in SALES], axis=0), bool)


def _first_days(world: World, random: np.random.Generator) -> Ints:
    if world.kind != "season":
        return random.integers(0, world.arrival_days, world.buyers)
    weight = np.ones(world.arrival_days)
    for first, last, more in _RUSH:
        weight[first:last] = more
    return random.choice(world.arrival_days, world.buyers, p=weight / weight.sum())


def _heat(world: World, n: int, random: np.random.Generator) -> Floats:
    """Factor on the rate of a gap: around 1 in equal parts in `moving`, 1 elsewhere."""
    return random.choice([world.swing**-0.5, world.swing**0.5], n) if world.kind == "moving" else np.ones(n)


def lot(world: World) -> Bools:
    """Whether each buyer of an `experiment` is invited: half of them, the same ones at every seed."""
    return np.random.default_rng(20_251_130).random(world.buyers) < 0.5


def _invited(world: World, first: Ints, rate: Floats, random: np.random.Generator) -> tuple[Ints, Floats]:
    """(day on which a buyer joins, -1 never; chance to join if invited and not otherwise)."""
    odds = world.uptake / max(1 - world.uptake, 1e-9) * (rate * world.gap_days) ** world.own("tilt")
    if_invited = odds / (1 + odds)
    otherwise = if_invited * world.leak / max(world.uptake, 1e-9)
    known = first < world.invited_day
    joins = known & (random.random(first.size) < np.where(lot(world), if_invited, otherwise))
    return np.where(joins, world.invited_day, -1), np.where(known, if_invited - otherwise, 0.0)


def _wishes(world: World, first: Ints, end: Floats, random: np.random.Generator) -> Ints:
    """Day on which a buyer joins in `calendar`, -1 for never: drawn at the first order, kept if still a customer."""
    if world.kind != "calendar":
        return np.full(first.size, -1)
    wish = first + random.exponential(world.patience_days, first.size)
    kept = (random.random(first.size) < world.joiner_share) & (wish <= end)
    return np.where(kept, wish.astype(np.int64), -1)
