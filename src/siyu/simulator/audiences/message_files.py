"""A year of messages of a made-up brand: its groups by day, what they were sent, and who was sent what by name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from siyu.simulator.audiences.messaging import MessagedGroups, MessagingWorld, messaged
from siyu.simulator.brand import DAY, Brand
from siyu.simulator.dashboards import table_file

STAFF = 6
CONFIRMS = (0.95, 0.9, 0.85, 0.8, 0.6, 0.4)  # of a member of staff, a message
NOT_FRIEND, LIMITED = 0.03, 0.09
MESSAGES, PEOPLE = 20, 320
# chance of a click by orders before the message (none, one, more): of a message that sells, of another
CLICKS = {"yes": (0.02, 0.06, 0.20), "no": (0.10, 0.08, 0.05)}
TASKS = ("preview", "reminder", "canvass")


def message_files(brand: Brand) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the tables; the last year of the brand."""
    groups = messaged(MessagingWorld(order_fen=brand.plan.world.basket_fen), brand.plan.seed)
    random = np.random.default_rng([brand.plan.seed, 6])
    start = brand.end // DAY * DAY - groups.world.weeks * 7 * DAY
    yield "messaged_groups.csv", table_file("scrm_group_days", _group_days(groups, start))
    yield "send_days.csv", table_file("send_days", _send_days(groups, start, random))
    yield "group_arms.csv", table_file("group_arms", _arms(groups, start))
    yield "sends.csv", table_file("sends", _sends(brand, start, random))
    yield "session_tasks.csv", table_file("session_tasks", _tasks(brand, random))


def message_truth(brand: Brand) -> dict[str, Any]:
    """What an analysis of these tables has to find; rates of a week, shares 0-1."""
    groups = messaged(replace(MessagingWorld(), order_fen=brand.plan.world.basket_fen), brand.plan.seed)
    confirmed = float(np.mean(CONFIRMS))
    return {**groups.truth(), "confirm_share": round(confirmed, 4), "not_friend_share": NOT_FRIEND,
            "limit_share": LIMITED, "clicks": CLICKS, "tasks": "nothing"}  # fmt: skip


def _name(group: int) -> str:
    return f"g{group + 1:02d}"


def _group_days(groups: MessagedGroups, start: int) -> list[Mapping[str, Any]]:
    return [
        {"day": start + int(day) * DAY, "group_id": _name(group), "members": int(groups.members[group, day]),
         "joined": int(groups.joined[group, day]), "left": int(groups.left[group, day])}
        for group, day in np.ndindex(groups.members.shape)
    ]  # fmt: skip


def _send_days(groups: MessagedGroups, start: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    busy = (groups.posts > 0) | (groups.orders > 0)
    paid = np.exp(0.3 * random.standard_normal(groups.orders.shape)) * groups.orders * groups.world.order_fen
    return [
        {"day": start + int(day) * DAY, "channel": "group", "group_id": _name(group),
         "messages": int(groups.posts[group, day]), "selling": int(groups.selling[group, day]),
         "orders": int(groups.orders[group, day]), "paid_fen": int(paid[group, day] // 10 * 10)}
        for group, day in np.argwhere(busy)
    ]  # fmt: skip


def _arms(groups: MessagedGroups, start: int) -> list[Mapping[str, Any]]:
    world = groups.world
    since, until = start + world.trial_from * 7 * DAY, start + (world.weeks * 7 - 1) * DAY
    return [
        {"group_id": _name(group), "arm": "ABCD"[world.arms.index(pushes)], "planned": int(pushes), "started_at": since,
         "ended_at": until}
        for group, pushes in enumerate(groups.arm)
    ]  # fmt: skip


def _sends(brand: Brand, start: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    sold = brand.orders[(brand.orders["paid"] >= 0) & brand.orders["key"].notna()]
    people = sold.drop_duplicates("buyer")["buyer"].to_numpy()[:: max(1, sold["buyer"].nunique() // PEOPLE)][:PEOPLE]
    keys = sold.drop_duplicates("buyer").set_index("buyer")["key"]
    paid = {int(buyer): np.sort(sold.loc[sold["buyer"] == buyer, "paid"].to_numpy()) for buyer in people}
    rows: list[Mapping[str, Any]] = []
    for number in range(MESSAGES):
        at, selling = start + (number * 17 + 10) * DAY + 10 * 3600, "yes" if number % 2 else "no"
        confirmed = random.random(STAFF) < np.array(CONFIRMS)
        for place, buyer in enumerate(people):
            level = min(int(np.searchsorted(paid[int(buyer)], at)), 2)
            status = _status(bool(confirmed[place % STAFF]), random.random())
            clicked = random.random() < CLICKS[selling][level]
            row = {"message_id": f"m{number + 1:02d}", "buyer_id": keys[buyer], "staff_id": f"op{place % STAFF + 1}",
                   "channel": "mass", "status": status, "selling": selling}  # fmt: skip
            there = {"sent_at": at, "clicked": "yes" if clicked else "no"} if status == "sent" else {}
            rows.append({**row, **there})
    return rows


def _status(confirmed: bool, chance: float) -> str:
    if not confirmed:
        return "unconfirmed"
    return "not_friend" if chance < NOT_FRIEND else "limit" if chance < NOT_FRIEND + LIMITED else "sent"


def _tasks(brand: Brand, random: np.random.Generator) -> list[Mapping[str, Any]]:
    """Of the broadcasts of the last half year, whether each task was done: by a coin, and nothing follows from it."""
    sold = brand.orders.loc[brand.orders["paid"] >= brand.end - 180 * DAY, "paid"]
    days = np.unique(sold.to_numpy() // DAY * DAY)
    return [
        {"session_id": f"73{int(day) // DAY:05d}0001", "task": task, "done": "yes" if random.random() < 0.5 else "no"}
        for day in days
        for task in TASKS
    ]  # fmt: skip
