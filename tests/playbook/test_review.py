"""The review: a change is seen where there is one, and seldom where trend, season and chance are all there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from siyu.figure import Figure
from siyu.playbook.labels import SAID
from siyu.playbook.review import baseline, reviewed, shown
from siyu.playbook.standing import goals

MONTHS = 36


def verdicts(seeds, *, effect=1.0, months=MONTHS, rho=0.3, season=0.15):
    """Verdicts over made-up records of a growing, seasonal shop whose last quarter is multiplied by `effect`."""
    found = []
    for seed in range(seeds):
        random = np.random.default_rng([9, seed])
        noise = np.zeros(months)
        for at in range(months):
            noise[at] = rho * noise[at - 1] * (at > 0) + random.normal(0, 0.06)
        at = np.arange(months)
        values = np.exp(11 + 0.01 * at + season * np.sin(2 * np.pi * at / 12) + noise)
        values[-3:] *= effect
        calendar = at % 12 + 1
        line = baseline(values[:-3], calendar[:-3], calendar[-3:])
        found.append(line.verdict(float(np.exp(np.log(values[-3:]).mean()))))
    return found


def test_a_quarter_without_effect_is_seldom_called_a_change():
    assert sum(one != "within" for one in verdicts(400)) <= 30  # a bound of 5% that chance passes once in a hundred


def test_of_several_numbers_without_effect_one_is_seldom_called_a_change():
    """Promised is 5% of plans, however many numbers they judge; at 5% of each of six it was 21% of 400."""
    random, at = np.random.default_rng(9), np.arange(MONTHS)
    wrong = 0
    for _ in range(150):
        values = np.exp(11 + 0.15 * np.sin(2 * np.pi * at / 12) + random.normal(0, 0.06, (6, MONTHS)))
        lines = [baseline(one[:-3], at[:-3] % 12 + 1, at[-3:] % 12 + 1, 6) for one in values]
        seen = np.exp(np.log(values[:, -3:]).mean(1))
        wrong += any(line.verdict(one) != "within" for line, one in zip(lines, seen, strict=True))
    assert wrong <= 15


@pytest.mark.parametrize(("effect", "code"), [(1.6, "beyond_up"), (0.6, "beyond_down")])
def test_a_quarter_with_effect_is_seen(effect, code):
    assert np.mean([one == code for one in verdicts(50, effect=effect)]) > 0.8


def test_while_the_season_is_not_known_it_widens_the_interval():
    """A shop of a year and a half whose season nobody knows: it is not taken for an effect."""
    assert sum(one != "within" for one in verdicts(200, months=18, rho=0.0)) <= 17


@pytest.mark.parametrize("before", [np.full(7, 5.0), np.array([1.0] * 11 + [0.0])])
def test_a_record_that_is_too_short_or_holds_a_zero_tells_nothing(before):
    calendar = np.arange(len(before)) % 12 + 1
    assert baseline(before, calendar, np.array([1, 2, 3])) is None


@pytest.mark.parametrize(("subject", "code"), [("type_4", "within"), ("lifted", "beyond_up")])
def test_the_plan_of_a_quarter_ago_is_reviewed(planned, subject, code):
    """A pair of reports: orders grow by half in the quarter between them, or do not."""
    before = planned(subject, "2025-09-30").record
    table, said = reviewed(replace(planned(subject, "2025-12-31"), before=before))
    names = [name["en"] for name in table["metric"]]
    assert table["code"].iloc[names.index("average order value")] == code
    assert table["code"].iloc[names.index("GMV after refunds")] == code
    assert said.message["args"]["date"]["value"] == "2025-09-30"
    assert (said.figures["beyond"].value > 0) == (subject == "lifted")
    told = table[table["expected"].notna()]
    assert said.figures["count"].value == told["metric"].map(str).nunique() < len(table)


def test_a_plan_of_last_week_is_too_early_and_no_finding(planned):
    young = planned("type_4", "2025-09-30").record.model_copy(update={"as_of": "2025-12-20"})
    early = replace(planned("type_4", "2025-12-31"), before=young)
    assert shown(early) == "none"
    assert reviewed(early)[0].empty
    assert any("too early" in str(note) for note in early.notes)


@pytest.mark.parametrize(("metric", "now", "reached"), [
    ("cac", 40.0, True), ("cac", 60.0, False), ("refund_rate.douyin", 40.0, True), ("net_gmv", 60.0, True), ("net_gmv", 40.0, False),
])  # fmt: skip
def test_a_goal_of_costs_is_reached_below_its_target(metric, now, reached):
    """A target of fifty, due in June: now, and in the review of the plan that set it."""
    goal = SimpleNamespace(metric=metric, target=50.0, by=date(2025, 6, 30))
    figures = {metric: Figure(now, now, now, "CNY", "none", metric.partition(".")[0])}
    known = SimpleNamespace(
        form=SimpleNamespace(goals=[goal]), reasons=lambda _: {}, figures=lambda _: figures, orders=False
    )
    planned_goal = SimpleNamespace(metric=metric, target=50.0, by="2025-06-30", now=None)
    before = SimpleNamespace(goals=[planned_goal], tasks=[], as_of="2025-03-31")
    own = SimpleNamespace(
        known=known, metrics=figures, before=before, too_early=False, as_of=date(2025, 7, 31), library={}
    )
    table, said = goals(own)
    assert said.figures["reached"].value == reached
    assert table["gap"].iloc[0]["value"] == (0 if reached else 10)
    table, said = reviewed(own)
    assert table["code"].tolist() == ["reached" if reached else "missed"]
    assert said.message["id"] == SAID["review_untold"]
