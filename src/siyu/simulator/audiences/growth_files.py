"""What the account of a made-up brand exports: days, posts, what people did, talk in groups; with their truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from siyu.intake.formats.catalogue import formats
from siyu.simulator import writing
from siyu.simulator.audiences.climbs import CHANCES, LadderWorld, did
from siyu.simulator.audiences.flywheels import WheelWorld, turned
from siyu.simulator.brand import CLOSES, DAY, OPENS, Brand, seconds
from siyu.simulator.campaigns import spending
from siyu.simulator.dashboards import table_file

PEOPLE, WEEKS = 800, 52  # who is followed person by person, and how long
POSTS = 3  # a week
FAN_VIEWERS = 0.32  # of the viewers of a room
GROUPS, FOLLOWED = 18, 170  # groups, and days from the first to the last birth and on
ENDS = {True: 0.014, False: 0.004}  # chance of a day that a group falls silent, pushed much or little
_METRICS = {"net_fans": "account_net", "lost_fans": "account_lost", "fans": "account_fans", "plays": "account_plays",
            "profile_views": "account_profile"}  # fmt: skip


def growth_files(brand: Brand) -> Iterator[tuple[str, bytes]]:
    """(name, content): a file for each metric of the account, posts, events, talk in groups."""
    random, weeks = np.random.default_rng([brand.plan.seed, 7]), wheel(brand)
    days = [row for monday, week in weeks.iterrows() for row in _days(int(str(monday)), week, random)]
    fans = int(weeks["fans"].iloc[0] - weeks["new_fans"].iloc[0] + weeks["lost_fans"].iloc[0])
    for row in days:
        fans += row["net_fans"]
        row["fans"] = fans
    for key, name in _METRICS.items():
        told = [{"day": row["day"], key: row[key]} for row in days]
        yield f"{name}.csv", table_file("douyin_account_days", told)
    posts = [post for at, week in weeks.iterrows() for post in _posts(int(str(at)), week, random)]
    works = formats()["douyin_works"]
    text = writing.text(writing.header(works), writing.rows(works, posts, {"作品名称": "新品"}))
    yield "works.csv", text.encode("utf-8-sig")
    yield "events.csv", table_file("events", _events(brand))
    yield "group_talk.csv", table_file("group_talk", _talk(_end(brand), random))


def growth_truth(brand: Brand) -> dict[str, Any]:
    """What an analysis of these tables has to find."""
    account = _account(brand)
    return {
        "fans_brought_back": 100 * account.gain, "churn": account.churn, "views_brought": account.k,
        "views_that_become_fans": account.won, "chances_of_levels": CHANCES, "group_ends": list(ENDS.values()),
    }  # fmt: skip


def wheel(brand: Brand) -> pd.DataFrame:
    """`flywheels.turned` by Monday (seconds), with the ads that the brand bought."""
    weeks = _account(brand).weeks
    first = _end(brand) - weeks * 7 * DAY
    bought = pd.DataFrame(spending(brand))
    week = (bought["day"] - first) // (7 * DAY)
    sums = bought.groupby(week)[["impressions", "new_fans"]].sum().reindex(range(weeks), fill_value=0)
    found = turned(_account(brand), brand.plan.seed, sums.to_numpy(np.int64))
    return found.set_index(first + np.arange(weeks) * 7 * DAY)


def rooms(brand: Brand) -> dict[int, Mapping[str, Any]]:
    """Day (seconds) -> viewers of the room of an evening with sales, and the share of them who follow."""
    paid = brand.orders.loc[brand.orders["paid"] >= 0, "paid"]
    evenings = np.unique(paid[(paid % DAY).between(OPENS, CLOSES - 1)] // DAY * DAY)
    found: dict[int, Mapping[str, Any]] = {}
    for monday, week in wheel(brand).iterrows():
        days = evenings[(evenings >= monday) & (evenings < int(str(monday)) + 7 * DAY)]
        for day in days:
            fans = int(week["active"]) // len(days)
            viewers = round(fans / FAN_VIEWERS)
            found[int(day)] = {"viewers": viewers, "fan_viewer_share": fans / max(viewers, 1)}
    return found


def _account(brand: Brand) -> WheelWorld:
    start = brand.plan.world.start
    monday = start + timedelta(days=-start.weekday() % 7)
    return WheelWorld(weeks=max((_end(brand) - seconds(datetime.combine(monday, time()))) // (7 * DAY), 5))


def _end(brand: Brand) -> int:
    """The last Monday by the end of the record: weeks before it are whole."""
    end = brand.plan.world.as_of + timedelta(days=1)
    return seconds(datetime.combine(end - timedelta(days=end.weekday()), time()))


def _days(monday: int, week: pd.Series, random: np.random.Generator) -> list[dict[str, Any]]:
    even = np.full(7, 1 / 7)
    new, lost = (random.multinomial(int(week[name]), even) for name in ("new_fans", "lost_fans"))
    plays = random.multinomial(int(week["plays"]), even)
    return [
        {"day": monday + at * DAY, "net_fans": int(new[at] - lost[at]), "lost_fans": int(lost[at]),
         "plays": int(plays[at]), "profile_views": int(random.binomial(plays[at], 0.03))}
        for at in range(7)
    ]  # fmt: skip


def _posts(monday: int, week: pd.Series, random: np.random.Generator) -> list[dict[str, Any]]:
    parts = random.dirichlet(np.full(POSTS, 8.0)) * int(week["plays"])
    return [
        {"published_at": monday + (2 * at) * DAY + 18 * 3600 + int(random.integers(0, 3600)), "kind": "video",
         "views": int(views), "likes": int(views * 0.02), "comments": int(views * 0.002), "shares": int(views * 0.001),
         "saves": int(views * 0.003), "profile_views": int(views * 0.03), "new_fans": int(views * 0.005)}
        for at, views in enumerate(parts)
    ]  # fmt: skip


def _events(brand: Brand) -> list[Mapping[str, Any]]:
    events = did(LadderWorld(PEOPLE, WEEKS), brand.plan.seed, _end(brand) - WEEKS * 7 * DAY)
    events["buyer_id"] = "dy" + (1_000 + events.pop("person")).astype(str)
    return [{str(key): value for key, value in row.items() if value != 0} for row in events.to_dict("records")]


def _talk(end: int, random: np.random.Generator) -> list[Mapping[str, Any]]:
    """Groups are born one after the other; half of them are pushed much, and fall silent sooner."""
    rows: list[Mapping[str, Any]] = []
    for group in range(GROUPS):
        born, members, said = group * 5, int(random.integers(80, 200)), 0
        silent = born + int(random.geometric(ENDS[group % 2 == 0])) + 1
        for day in range(born, FOLLOWED):
            said += int(random.poisson(members * 0.2)) if day < silent else 0
            rows.append({
                "day": end - (FOLLOWED - day) * DAY, "group_id": f"talk{group + 1:02d}", "members": members,
                "messages": said, "posts": int(random.poisson(6 if group % 2 == 0 else 1)),
            })  # fmt: skip
    return rows
