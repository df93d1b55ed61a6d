"""Messages by whom they go to, what becomes of mass sends, tasks around broadcasts, and faults of tables."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from siyu.orders.frames import opened
from siyu.reach import checks, delivery, exhibits, layers, touches
from siyu.reach.labels import SAID

ROW = ("message", "at", "level", "sells", "n", "clicked")


def clicked(rates, messages=20, n=400):
    rows = []
    for at in range(messages):
        kind = "yes" if at % 2 else "no"
        rows += [(f"m{at}", at, level, kind, n, round(n * chance)) for level, chance in rates[kind].items()]
    return pd.DataFrame(rows, columns=ROW)


def test_layering_takes_the_better_kind_of_each_level():
    """Of three even levels: 0.10, 0.08, 0.20 against the better single kind, which sells: (0.02 + 0.06 + 0.20) / 3."""
    found = layers.layering(
        clicked({"yes": {"none": 0.02, "one": 0.06, "more": 0.20}, "no": {"none": 0.10, "one": 0.08, "more": 0.05}})
    )
    assert found.choice == {"none": "no", "one": "no", "more": "yes"}
    assert (found.layered, found.single) == pytest.approx((0.38 / 3, 0.28 / 3))
    assert found.gain.value == pytest.approx(0.1 / 3)
    assert found.gain.low > 0


def test_where_all_click_alike_layering_gains_nothing():
    random, rows = (
        np.random.default_rng(4),
        clicked({kind: dict.fromkeys(layers.LEVELS, 0.1) for kind in ("yes", "no")}),
    )
    found = layers.layering(rows.assign(clicked=random.binomial(rows["n"], 0.1)))
    assert found.gain.low <= 0 <= found.gain.high


def test_a_kind_that_was_never_sent_cannot_be_compared():
    rows = clicked({"yes": {"none": 0.1, "one": 0.1}, "no": {"none": 0.1, "one": 0.1}})
    assert layers.layering(rows[rows["sells"] == "yes"]) is None


def test_of_few_messages_of_a_kind_nothing_is_said():
    rates = {kind: dict.fromkeys(layers.LEVELS, 0.1) for kind in ("yes", "no")}
    assert all(layers.layering(clicked(rates, messages)) is None for messages in (4, 8, 16))
    assert layers.layering(clicked(rates, 20)) is not None


def test_the_error_of_layering_is_that_of_means_of_five_messages():
    """At one of two even levels the choice differs: half of the mean of five messages with variance 2.5e-4 (divisor 4),
    where means drawn of five vary as if it were divided by 5 (Davison and Hinkley 1997)."""
    rows = clicked({"yes": {"none": 0.02, "one": 0.20}, "no": {"none": 0.10, "one": 0.06}}, n=1_000)
    late = (rows["at"] >= 10) & (rows["level"] == "none") & (rows["sells"] == "no")
    found = layers.layering(rows.assign(clicked=rows["clicked"].mask(late, 100 + 5 * (rows["at"] - 14))))
    assert found.gain.value == pytest.approx(0.04)
    assert found.gain.error == pytest.approx(0.5 * (2.5e-4 / 5) ** 0.5, rel=0.06)


def test_the_best_of_nine_tasks_has_to_be_better_than_one_alone():
    """One task has p = 0.0085 by Welch: enough of one, too much of nine (Bonferroni: 0.0056)."""
    sessions = pd.DataFrame({"session_id": [f"s{at}" for at in range(20)], "buyers": [*range(10, 20), *range(14, 24)]})
    one = pd.DataFrame({"session_id": sessions["session_id"], "task": "t0", "done": ["no"] * 10 + ["yes"] * 10})
    others = [one.assign(task=f"t{at}", done=["yes", "no"] * 10) for at in range(1, 9)]
    for rows, said in ((one, "task"), (pd.concat([one, *others]), "task_alike")):
        reach = SimpleNamespace(tables={"session_tasks": rows, "sessions": sessions}, refs=lambda *_: ())
        table, verdict = exhibits.worked(reach)
        assert verdict.message == SAID[said]
        assert verdict.figures["best"].low > 0
        assert table["change"].notna().all()


def test_tasks_are_compared_by_welch():
    sessions = pd.DataFrame({"session_id": [f"s{at}" for at in range(20)], "buyers": [*range(10, 20), *range(14, 24)]})
    rows = pd.DataFrame({"session_id": sessions["session_id"], "task": "preview", "done": ["no"] * 10 + ["yes"] * 10})
    found = layers.tasks(rows, sessions).iloc[0]
    plain = ttest_ind(sessions["buyers"][10:], sessions["buyers"][:10], equal_var=False).confidence_interval(0.95)
    assert found["value"] == pytest.approx(4 / 14.5)
    assert (found["low"] * 14.5, found["high"] * 14.5) == pytest.approx((plain.low, plain.high))
    assert layers.tasks(rows[:8], sessions)["value"].isna().all()


def test_tasks_are_compared_within_accounts():
    """The large account seldom does the task, which brings ten buyers more in each."""
    rows = [(f"{account}{at}", account, base + 10 * done + at % 3, "yes" if done else "no")
            for account, base, n in (("large", 1_000, (5, 30)), ("small", 10, (30, 5)))
            for done in (0, 1) for at in range(n[1 - done])]  # fmt: skip
    held = pd.DataFrame(rows, columns=["at", "account_id", "buyers", "done"]).assign(session_id=lambda one: one.index)
    found = layers.tasks(held[["session_id", "done"]].assign(task="preview"), held).iloc[0]
    usual = held[held["done"] == "no"].groupby("account_id")["buyers"].mean().mean()
    assert (found["done"], found["not_done"]) == (35, 35)
    assert found["value"] * usual == pytest.approx(10, abs=0.2)
    assert found["low"] > 0


def sends(*rows):
    frame = pd.DataFrame(
        rows, columns=["message_id", "buyer_id", "staff_id", "group_id", "sent_at", "status", "clicked", "selling"]
    )
    return frame.assign(sent_at=pd.to_datetime(frame["sent_at"]))


SENT = sends(
    ("m1", 0, "a", "g", "2025-06-01 10:00", "sent", "yes", "no"),
    ("m1", 1, "a", "g", "2025-06-01 10:00", "sent", "no", "no"),
    ("m1", 2, "b", "g", None, "unconfirmed", None, "no"),
    ("m2", 0, "a", "g", "2025-06-20 10:00", "sent", "no", "yes"),
    ("m2", 1, "a", "g", None, "not_friend", None, "yes"),
    ("m2", 2, "b", "g", None, "limit", None, "yes"),
)  # fmt: skip


def test_every_target_of_a_mass_send_is_accounted_for():
    rows = delivery.by_staff(SENT, None)
    assert rows.set_index("staff").loc["a"].tolist() == [4, 4, 1, 0, 3]
    found = delivery.shares(rows, ())
    assert {key: one.value for key, one in found.items()} == pytest.approx(
        {"confirm_share": 5 / 6, "not_friend_share": 1 / 5, "limit_share": 1 / 5, "delivered_share": 3 / 6}
    )


def test_tasks_that_wait_were_confirmed_by_nobody():
    tasks = pd.DataFrame({"message_id": ["t", "t"], "staff_id": ["a", "b"], "status": ["sent", "waiting"], "targets": [100, 50],
                          "delivered": [80, 0], "not_friend": [5, 0], "limit_hit": [15, 0]})  # fmt: skip
    rows = delivery.by_staff(None, tasks)
    assert rows["confirmed"].tolist() == [100, 0]
    assert delivery.least_confirming(rows, ()).value == 0


def bought(*rows, members=None):
    days = pd.DataFrame(rows, columns=["buyer_id", "day"]).assign(day=lambda one: pd.to_datetime(one["day"]).dt.date)
    by = days.groupby("buyer_id")["day"]
    number, to_next = (
        by.cumcount() + 1,
        (pd.to_datetime(by.shift(-1)) - pd.to_datetime(days["day"])).dt.days.astype("Int64"),
    )
    days = days.assign(
        orders=1, paid_fen=100, net_fen=100, purchase_no=number, days_to_next=to_next, first_day=by.transform("min")
    )
    return opened(date(2025, 12, 31), days, members=members)


def test_orders_before_the_message_make_the_level():
    frames = bought((0, "2025-05-01"), (0, "2025-06-10"), (1, "2025-06-01"))
    found = layers.clicks(SENT, frames).set_index(["message", "level"])
    assert found["n"].to_dict() == {("m1", "one"): 1, ("m1", "none"): 1, ("m2", "more"): 1}


def around(sent, frames):
    found = touches.sequence(touches.touches(sent, frames), (), 0)
    return {name: one.value for name, one in found.items()}


def test_what_came_last_before_a_purchase_and_next_after_it():
    frames = bought((0, "2025-06-05"), (0, "2025-06-20"), (1, "2025-07-15"))
    found = around(SENT, frames)
    assert found == {}
    many = pd.concat([SENT.assign(buyer_id=SENT["buyer_id"] + 3 * at) for at in range(8)])
    rows = [(3 * at, day) for at in range(8) for day in ("2025-06-05", "2025-06-19")]
    found = around(many, bought(*rows))
    assert found == {"served": 1.0, "pushed": 0.0, "after": 0.0, "unasked": 0.0}


def test_messages_of_the_day_of_a_purchase_are_neither_before_nor_after_it():
    """Of each buyer, messages on the first and the last day of June, and one that thanks for each purchase on its day.
    One purchase is a day into the windows before and after, the other is out of both."""
    told = [(f"{who}{at}", who, "a", "g", f"2025-{day} 10:00", "sent", "no", "no")
            for who in range(8) for at, day in enumerate(("03-01", "05-31", "07-30", "06-30", "04-15"))]  # fmt: skip
    rows = [(who, day) for who in range(8) for day in ("2025-04-15", "2025-06-30")]
    found = around(sends(*told), bought(*rows))
    assert found == {"served": 0.5, "pushed": 0.0, "after": 0.5, "unasked": 0.5}


def purchases_of(messages, random, *, follows=0.0, people=300, days=340):
    """Touches of messages to all, by day and whether each sells, and of purchases by chance; a share of them `follows`
    a message of service within a week."""
    told = [(f"m{day}", who, "a", "g", f"{pd.Timestamp('2025-01-01') + pd.Timedelta(days=day)}", "sent", "no", kind)
            for day, kind in messages for who in range(people)]  # fmt: skip
    on = random.integers(0, days, people)
    served = [day for day, kind in messages if kind == "no"]
    after = random.random(people) < follows
    on = np.where(after, random.choice(served, people) + random.integers(1, 8, people), on)
    rows = sorted(
        (who, str((pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(day))).date())) for who, day in enumerate(on)
    )
    return touches.touches(sends(*told), bought(*rows))


def test_service_that_does_nothing_leads_to_nothing_whatever_the_calendar_of_messages():
    """Service first and selling last: more purchases have service before than after, of that calendar alone."""
    random = np.random.default_rng(3)
    calendar = [(10 + 17 * at, "yes" if at % 2 else "no") for at in range(20)]
    found = [touches.lead(purchases_of(calendar, random)) for _ in range(20)]
    assert sum(one.low > 0 for one in found) <= 1
    drawn = [[(day, random.choice(["yes", "no"])) for day, _ in calendar] for _ in range(40)]
    found = [touches.lead(purchases_of(one, random, people=200)) for one in drawn]
    assert sum(one.low > 0 for one in found) <= 2


def test_service_that_leads_to_purchases_is_seen():
    random = np.random.default_rng(4)
    calendar = [(5 + 8 * at, "yes" if at % 2 else "no") for at in range(42)]
    assert touches.lead(purchases_of(calendar, random, follows=0.7, people=600)).low > 0


def test_few_days_of_messages_are_not_judged():
    calendar = [(10 + 40 * at, "yes" if at % 2 else "no") for at in range(8)]
    assert touches.lead(purchases_of(calendar, np.random.default_rng(5))) is None


STAYS = pd.DataFrame({
    "buyer_id": [0, 1, 2], "group": ["g"] * 3, "joined_at": pd.to_datetime(["2025-01-01"] * 3),
    "left_at": pd.to_datetime([None, "2025-05-01", "2024-12-01"]),
})  # fmt: skip


def faults(tables=None, sent=None, stays=None):
    frames = bought((9, "2025-01-01"), members=stays)
    return checks.faults(tables or {}, sent, frames).set_index("fault")["rows"].to_dict()


def test_each_fault_is_named_with_its_rows():
    day = pd.to_datetime(["2025-09-01", "2025-09-02", "2025-09-03"])
    fell = pd.DataFrame({"group_id": "x", "day": day, "members": [100, 160, 90], "joined": [0, 0, 0]})
    assert faults({"group_days": fell})["fell"] == 1
    assert faults(stays=STAYS)["left_first"] == 1
    assert faults(sent=SENT, stays=STAYS) == {"left_first": 1, "after_exit": 1}
    assert faults({"contact_days": pd.DataFrame({"day": day, "new": 3})})["several_staff"] == 3
    assert faults({"group_days": fell.assign(group_id="g")}, stays=STAYS)["twice"] == 1
    assert faults({"group_days": fell.drop(columns="group_id")})["one_record"] == 1
    assert "no_exits" in faults()
    assert "no_exits" not in faults(stays=STAYS)


def test_messages_that_name_no_staff_are_one_account():
    rows = delivery.by_staff(SENT.drop(columns="staff_id"), None)
    assert rows[["staff", "targets", "delivered"]].to_numpy().tolist() == [["", 6, 3]]
    assert delivery.least_confirming(rows, ()) is None
