"""Groups by day: exits from counts up to the day, from lists of persons, from callbacks; what was sent to whom."""

from datetime import date

import pandas as pd
import pytest

from siyu.engines.tables import table
from siyu.reach import counts

DAY = pd.Timestamp("2025-09-01")


def days(group, members, joined, left=None, gap=()):
    rows = [
        (group, DAY + pd.Timedelta(days=at), n, j)
        for at, (n, j) in enumerate(zip(members, joined, strict=True))
        if at not in gap
    ]
    frame = pd.DataFrame(rows, columns=["group_id", "day", "members", "joined"])
    return frame if left is None else frame.assign(left=left)


def test_exits_are_differences_of_counts_up_to_the_day():
    found = counts.from_days(days("a", [100, 101, 99, 99], [0, 4, 0, 2]))
    assert found[["risk", "left", "joined"]].to_numpy().tolist() == [[100, 3, 4], [101, 2, 0], [99, 2, 2]]


def test_the_first_day_and_the_day_after_a_gap_are_no_exposure():
    assert counts.from_days(days("a", [100, 99, 98, 97, 96], [0] * 5, gap=[2]))["day"].dt.day.tolist() == [2, 5]


def test_counts_that_rise_without_joins_are_a_merge_and_left_out():
    merged = days("a", [100, 160, 159], [0, 0, 0])
    assert counts.from_days(merged)["left"].tolist() == [1]
    assert counts.uneven(merged) == 1


def test_days_of_all_groups_together_tell_their_exits():
    """The statistics of WeCom without callbacks: the day before, and who came, less who is there."""
    together = days("a", [900, 905, 890], [0, 20, 5]).drop(columns="group_id")
    assert counts.from_days(together)[["group", "risk", "left"]].to_numpy().tolist() == [
        ["all", 900, 15],
        ["all", 905, 20],
    ]
    assert counts.from_days(together.assign(owner_id="op1"))["group"].unique().tolist() == ["op1"]


def test_exits_that_are_told_have_to_add_up():
    told = days("a", [100, 98, 150], [0, 1, 0], left=[0, 3, 0])
    assert counts.from_days(told)["left"].tolist() == [3]
    assert counts.uneven(told) == 1


def stays(*rows):
    frame = pd.DataFrame(rows, columns=["group", "joined_at", "left_at"])
    for name in ("joined_at", "left_at"):
        frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return table(frame)


def test_at_risk_begins_after_the_first_exit_that_was_recorded():
    """Callbacks that were switched on late: days before are no days without exits, and the first exit began the record."""
    held = stays(("a", "2025-01-01", None), ("a", "2025-01-05", "2025-06-02"), ("a", "2025-06-01", "2025-06-03 10:00"))
    found = counts.from_spells(held, date(2025, 6, 4))
    assert found["day"].dt.date.tolist() == [date(2025, 6, 3), date(2025, 6, 4)]
    assert found[["risk", "left", "joined"]].to_numpy().tolist() == [[2, 1, 0], [1, 0, 0]]


def test_a_stay_that_ends_before_it_begins_is_no_stay():
    found = counts.from_spells(
        stays(("a", "2025-06-02", "2025-06-01"), ("a", "2025-05-01", "2025-06-03"), ("a", "2025-05-01", None)),
        date(2025, 6, 4),
    )
    assert found["risk"].tolist() == [1]


def test_callbacks_tell_of_those_whose_join_they_saw():
    events = pd.DataFrame(
        [("a", 1, "2025-06-01", "joined_group"), ("a", 1, "2025-06-05", "left_group"), ("a", 2, "2025-06-02", "left_group"),
         ("a", 3, "2025-06-02", "joined_group"), ("a", 1, "2025-06-09", "joined_group"), ("b", 1, "2025-06-10", "left_group")],
        columns=["group_id", "buyer_id", "at", "event"],
    ).assign(at=lambda rows: pd.to_datetime(rows["at"]))  # fmt: skip
    found = counts.of_events(events)
    assert len(found) == 3
    assert found["left_at"].dropna().dt.day.tolist() == [5]


def test_messages_to_persons_count_by_member_at_risk():
    sends = pd.DataFrame({
        "message_id": ["m", "m", "m", "n"], "buyer_id": [1, 2, 3, None], "group_id": ["a"] * 4,
        "sent_at": pd.to_datetime(["2025-09-02 10:00"] * 3 + ["2025-09-03 09:00"]),
        "status": ["sent", "sent", "unconfirmed", "sent"], "selling": ["yes", "yes", "yes", "no"],
    })  # fmt: skip
    risk = pd.DataFrame({"group": "a", "day": [DAY + pd.Timedelta(days=1)], "risk": [4.0]})
    found = counts.sent(sends, risk).sort_values("day")
    assert found["posts"].tolist() == [0.5, 1.0]
    assert found["selling"].tolist() == [0.5, 0.0]


def test_exposure_looks_back_and_starts_with_the_first_message():
    risk = pd.DataFrame({"group": "a", "day": pd.date_range(DAY, periods=12), "risk": 10.0, "left": 0.0, "joined": 0.0})
    posts = pd.DataFrame(
        {"group": "a", "day": [DAY + pd.Timedelta(days=at) for at in (2, 3, 9)], "posts": [1.0, 2.0, 1.0]}
    )
    found = counts.exposed(risk, posts)
    assert found["day"].iloc[0] == DAY + pd.Timedelta(days=2)
    assert found["last_7"].tolist() == [1, 3, 3, 3, 3, 3, 3, 3, 1, 1]
    assert found["last_28"].iloc[-1] == 4


def test_groups_that_were_drawn_to_get_nothing_are_there_from_the_start_of_the_draw():
    """b is drawn to get nothing and has no record of messages; c has one, of none, before the draw; d is in neither."""
    days = pd.date_range(DAY, periods=6)
    risk = pd.concat(
        [pd.DataFrame({"group": name, "day": days, "risk": 10.0, "left": 0.0, "joined": 0.0}) for name in "abcd"]
    )
    posts = pd.DataFrame({"group": ["a", "c"], "day": days[[4, 1]], "posts": [1.0, 0.0]})
    arms = pd.DataFrame({"group_id": ["a", "b"], "planned": [1, 0], "started_at": days[2] + pd.Timedelta(hours=9)})
    found = counts.exposed(risk, posts, arms)
    assert found.groupby("group")["day"].min().to_dict() == {"a": days[2], "b": days[2], "c": days[1]}
    assert found.groupby("group")["posts"].sum().to_dict() == {"a": 1, "b": 0, "c": 0}


def test_members_at_risk_are_told_by_orders_so_far():
    """b buys on the second and the fifth, so is of one order from the third and of more from the sixth; c joins with one
    order and leaves on the fourth; a, whose exit began the record, never bought."""
    held = pd.DataFrame([(0, "g", "2025-01-01", "2025-06-01"), (1, "g", "2025-01-01", None), (2, "g", "2025-06-02", "2025-06-04"),
                         (3, "g", "2025-06-03", None)], columns=["buyer_id", "group", "joined_at", "left_at"])  # fmt: skip
    held = held.assign(**{name: pd.to_datetime(held[name]) for name in ("joined_at", "left_at")})
    bought = pd.DataFrame([(1, 1, date(2025, 6, 2)), (1, 2, date(2025, 6, 5)), (1, 3, date(2025, 6, 6)), (2, 1, date(2025, 5, 1))],
                          columns=["buyer_id", "purchase_no", "day"])  # fmt: skip
    found = counts.by_level(table(held), table(bought), date(2025, 6, 6))
    assert found["day"].min() == pd.Timestamp("2025-06-02")
    risk = found.pivot_table(index="day", columns="level", values="risk")[list(counts.LEVELS)]
    assert risk.to_numpy().tolist() == [[1, 0, 0], [0, 2, 0], [1, 2, 0], [1, 1, 0], [1, 0, 1]]
    gone = found[found["left"] > 0]
    assert gone[["level", "left"]].to_numpy().tolist() == [["one", 1]]
    whole = counts.from_spells(table(held), date(2025, 6, 6))
    assert found.groupby("day")["risk"].sum().tolist() == whole["risk"].tolist()


def test_without_sends_there_is_nothing_to_count():
    assert counts.sent(pd.DataFrame({"message_id": ["m"]}), pd.DataFrame()).empty
    assert counts.from_send_days(pd.DataFrame({"day": [DAY], "messages": [1]})).empty


@pytest.mark.parametrize("seed", range(3))
def test_lists_of_persons_and_counts_by_day_tell_the_same(seed):
    """The same group both ways: members come on day zero, leave on known days."""
    random = pd.Series(range(40)).sample(40, random_state=seed).to_numpy()
    left = [DAY + pd.Timedelta(days=int(at)) if at < 12 else None for at in random]
    rows = [("a", DAY - pd.Timedelta(days=9), day) for day in left]
    by_person = counts.from_spells(
        table(pd.DataFrame(rows, columns=["group", "joined_at", "left_at"])), (DAY + pd.Timedelta(days=13)).date()
    )
    members = [40 - sum(day is not None and day <= DAY + pd.Timedelta(days=at) for day in left) for at in range(14)]
    by_day = counts.from_days(days("a", members, [0] * 14))
    both = by_person.merge(by_day, on=["group", "day"], suffixes=("", "_day"))
    assert len(both) == 13
    assert (both["left"] == both["left_day"]).all()
    assert (both["risk"] == both["risk_day"]).all()
