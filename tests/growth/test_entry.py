"""Ways into groups, thresholds, the break of a new way; life of groups with late entry; the feed."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from siyu.growth.entry import Joins, joins
from siyu.growth.events import DAY, event_log
from siyu.growth.groups import feed, lives
from siyu.growth.labels import SAID
from siyu.growth.stages import rollout
from siyu.growth.turning import group_life
from siyu.simulator.audiences.climbs import SCENES, LadderWorld

AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def joined(lived):
    return joins(event_log(lived(LadderWorld(3_000, 52, opens=26), 4), AS_OF))


def test_joiners_worked_by_hand(events_of):
    rows = [
        (0, 0, "followed"), (0, 40, "joined_group", "扫码"), (0, 60, "left_group"), (0, 20, "paid", "", 1),
        (1, 0, "followed"), (1, 1, "joined_group", "邀请"), (1, 50, "paid", "", 1), (1, 80, "left_group"),
        (2, 0, "followed"), (2, 300, "viewed"), (3, 5, "joined_group"), (2, 301, "paid", "", 1),
    ]  # fmt: skip
    own = joins(event_log(events_of(rows), AS_OF))
    assert own.rows["path"].tolist() == ["by_scan", "by_invitation", "", ""]
    paths = own.ways().set_index("path")
    assert paths["alive"].map(lambda one: one.value).to_dict() == {"by_invitation": 1.0, "by_scan": 0.0}
    assert paths["bought"].map(lambda one: one.value).to_dict() == {"by_invitation": 1.0, "by_scan": 0.0}
    asked = own.thresholds().set_index("days")
    assert asked.loc[30, "joins"].value == 0.5  # one of two joiners had followed for a month
    assert asked.loc[30, "bought_before"].value == 1.0
    assert asked.loc[0, "bought_before"].value == 0.5  # selection, before any group


def test_scenes_are_those_of_the_first_event_that_tells_one_up_to_joining(events_of):
    rows = [
        (0, 0, "exposed"), (0, 1, "viewed", "直播间"), (0, 2, "clicked", "广告"), (0, 3, "joined_group", "扫码"),
        (1, 0, "exposed"), (1, 4, "joined_group"), (1, 5, "viewed", "直播间"),  # told too late
        (2, 0, "viewed", "推荐feed"), (3, 0, "viewed"), (4, 2, "viewed", "直播间"), (4, 300, "viewed"),
    ]  # fmt: skip
    own = joins(event_log(events_of(rows), AS_OF))
    assert own.rows["scene"].tolist() == ["by_live", "", "by_feed", "", "by_live"]
    met = own.ways("scene").set_index("scene")
    assert met["people"].to_dict() == {"": 2, "by_feed": 1, "by_live": 2}
    assert met["share"].map(lambda one: one.value).to_dict() == {"": 0.5, "by_feed": 0.0, "by_live": 0.5}
    assert own.ways("scene", 2)["scene"].tolist() == ["by_live"]  # all but one are not told of either: one is left over


def test_scenes_of_a_made_up_audience_are_found(joined):
    met = joined.ways("scene").set_index("scene")["people"] / 3_000
    truth = {"by_invitation": 0.15, **{code: 0.85 * SCENES[name] for code, name in
             (("by_feed", "推荐"), ("by_live", "直播"), ("by_scan", "扫码"))}}  # fmt: skip
    assert met[[*truth]].to_dict() == pytest.approx(truth, abs=0.05)
    assert 0 < met[""] < 0.1


def test_a_stricter_threshold_lets_in_fewer(joined):
    asked = joined.thresholds()
    for name in ("eligible", "joins"):
        shares = [one.value for one in asked[name]]
        assert shares == sorted(shares, reverse=True)


def test_the_break_is_where_the_newest_way_opened(joined):
    found = joined.rollout()
    assert found.path == "by_homepage"
    assert abs(found.week - 26) <= 2
    assert found.jump.low > 0


def joins_by_week(counts, opens):
    """Joiners, so many a week, a third of whom come by the homepage once it is open."""
    week = np.repeat(np.arange(len(counts)), counts)
    path = np.where((week >= opens) & (np.arange(len(week)) % 3 == 0), "by_homepage", "by_scan")
    rows = pd.DataFrame({"joined": week * 7.0 * DAY, "followed": np.nan, "path": path})
    return Joins(rows, float(len(counts) * 7 * DAY))


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_a_way_in_that_changes_nothing_is_seldom_a_break(rho):
    """Promised is 2.5% to each side; by cosines, which trend and steps take up, it was 10% of 300."""
    random = np.random.default_rng(6)
    seen = np.zeros(2)
    for _ in range(150):
        noise = random.normal(0, 0.2, 52)
        for at in range(1, 52):
            noise[at] += rho * noise[at - 1]
        jump = joins_by_week(random.poisson(60 * np.exp(noise)), 26).rollout().jump
        seen += jump.low > 0, jump.high < 0
    assert seen.max() <= 9


def test_joins_that_fell_are_not_called_chance():
    counts = np.random.default_rng(2).poisson(np.where(np.arange(52) < 26, 120, 60))
    growth = SimpleNamespace(joins=joins_by_week(counts, 26), refs=("assumption:capital_cost",))
    assert rollout(growth)[1].message == SAID["rollout_fell"]


def test_a_way_that_was_always_open_is_no_break(lived):
    assert joins(event_log(lived(LadderWorld(800, 52, opens=0), 4), AS_OF)).rollout() is None


def days_of(groups):
    """group -> (first day, days, day on which it falls silent), ten messages a day of fifty members."""
    rows = []
    for group, (first, last, silent) in groups.items():
        for day in range(first, last):
            said = 10 * (min(day, silent) - first + 1)
            stamp = pd.Timestamp("2025-01-01") + pd.Timedelta(days=day)
            rows.append({"day": stamp, "group_id": group, "members": 50, "messages": said, "posts": 1})
    return pd.DataFrame(rows)


def test_a_group_that_was_old_when_first_seen_enters_late():
    """Two groups, one 100 days old when the record begins: at age 110 only it is at risk."""
    days = days_of({"old": (0, 60, 9), "young": (5, 60, 999)})
    births = pd.Series({"old": pd.Timestamp("2024-09-23"), "young": pd.Timestamp("2025-01-06")})
    own = lives(days, births)
    assert own.rows.set_index("group_id")["dead"].to_dict() == {"old": True, "young": False}
    ages, alive = own.curve()
    assert alive[ages <= 60].min() == 1.0  # the old one was not there to die young
    assert alive[-1] == 0.0
    naive = lives(days.assign(day=days["day"]), pd.Series(dtype="datetime64[ns]"))
    assert naive.rows["group_id"].tolist() == ["young"]  # how old the other was, nobody knows


def test_groups_that_live_are_at_risk_as_long_as_a_death_could_be_seen():
    """Of fifty groups, one falls silent after each age from 9 days on: 14 quiet days of sixty begin at an age of 46 at
    the latest, so that 37 are seen to die, and 13 of fifty are alive at the end of what can be known."""
    days = days_of({f"g{at}": (1, 61, 1_000 if at < 10 else at) for at in range(50)} | {"first": (0, 61, 999)})
    own = lives(days)
    assert own.rows["dead"].sum() == 37
    ages, alive = own.curve()
    assert ages[-1] == 46  # of sixty days, not 59: in the last 13 nobody could be seen to die
    assert alive[-1] == pytest.approx(13 / 50)
    assert lives(days[days["day"] < "2025-01-15"]).rows.empty


def test_a_group_whose_birth_is_told_counts_though_it_was_born_with_the_record():
    days = days_of({"told": (0, 60, 20), "untold": (0, 60, 20)})
    assert lives(days, pd.Series({"told": pd.Timestamp("2025-01-01")})).rows["group_id"].tolist() == ["told"]


def test_groups_are_told_apart_by_how_much_of_what_is_pushed_sells():
    days = days_of({name: (0 if name == "first" else at, 60, 999) for at, name in enumerate(["first", "a", "b", "c"])})
    assert not lives(days).sold
    own = lives(days.assign(posts=4, selling=days["group_id"].map({"first": 0, "a": 4, "b": 1, "c": 0})))
    assert own.sold
    assert own.rows.set_index("group_id")["busy"].to_dict() == {"a": True, "b": False, "c": False}


def test_groups_are_held_against_each_other_at_an_age_that_both_have_reached():
    """Of six that are pushed much five fall silent after thirty days; what the others will do then is not known yet."""
    groups = {"first": (0, 60, 999)} | {f"old{at}": (1, 61, 31 if at else 999) for at in range(6)}
    days = days_of(groups | {f"new{at}": (31, 61, 999) for at in range(6)})
    own = lives(days.assign(posts=np.where(days["group_id"].str.startswith("new"), 1, 5)))
    growth = SimpleNamespace(groups=own, k=1, record=SimpleNamespace(sources=lambda _: ("assumption:capital_cost",)))
    lines, said = group_life(growth)
    assert lines["busy"][-1][1].value == pytest.approx(1 / 6)
    assert said.figures["age"].value == 14
    assert said.message.startswith("Still talking {age:# day|# days} after")
    assert said.figures["busy"].value == said.figures["calm"].value == 1


def test_that_nobody_pushes_a_silent_group_does_not_make_pushing_keep_groups_alive():
    """Posts a day are drawn anew for every group, which falls silent by chance; with its last message posts end."""
    random = np.random.default_rng(8)
    days = days_of({"first": (0, 120, 999)} | {f"g{at}": (1, 121, int(random.integers(6, 150))) for at in range(120)})
    rates = dict(zip(days["group_id"].unique(), random.uniform(0.5, 1.5, 121), strict=True))
    alive = days.groupby("group_id")["messages"].diff().fillna(1) > 0
    own = lives(days.assign(posts=days["group_id"].map(rates).where(alive, 0.0)))
    assert lives(days.assign(posts=days["group_id"].map(rates))).rows["busy"].equals(own.rows["busy"])
    (ages, busy), (_, calm) = own.curve(True), own.curve(False)
    assert abs(busy[ages == 60][0] - calm[ages == 60][0]) < 0.2


def test_viewers_who_follow_already_are_a_share_of_all_viewers():
    start = pd.date_range("2025-01-07", periods=8, freq="7D")
    rooms = pd.DataFrame({"started_at": start, "viewers": [100, 300] * 4, "fan_viewer_share": [0.5, 0.1] * 4})
    assert feed(None, rooms).fans.value == pytest.approx(0.2)


def test_messages_that_fall_are_counted_and_not_negative():
    days = days_of({"a": (0, 40, 999), "b": (3, 40, 999)})
    days.loc[days["group_id"].eq("b") & days["day"].eq("2025-01-20"), "messages"] = 1
    own = lives(days)
    assert own.fell == 1
    assert not own.rows["dead"].any()


def test_views_of_posts_that_fall_have_a_trend_below_zero():
    random = np.random.default_rng(2)
    when = pd.date_range("2025-01-01", periods=240, freq="D")
    views = 10_000 * np.exp(-0.05 * np.arange(240) / 30) * random.lognormal(0, 0.05, 240)
    own = feed(pd.DataFrame({"published_at": when, "views": views}), None)
    assert own.trend.high < 0
    assert own.trend.value == pytest.approx(-0.05, abs=0.01)
    assert feed(None, None).trend is None


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_a_trend_of_views_is_held_as_often_as_promised(rho):
    """By cosines, whose slowest a trend takes up, it was 261 and 265 of 300."""
    held, when = 0, pd.date_range("2024-01-15", periods=12, freq="MS")
    for seed in range(300):
        odd = np.random.default_rng([8, seed]).normal(0, 0.2, 12)
        for at in range(1, 12):
            odd[at] += rho * odd[at - 1]
        trend = feed(pd.DataFrame({"published_at": when, "views": np.exp(9 + odd)}), None).trend
        held += trend.low <= 0 <= trend.high
    assert held >= 279  # 95%, less two of its standard errors
