"""What subjects with dashboards alone, with events alone, and with neither are told."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from siyu.estimates.sampling import UNDEFINED
from siyu.evidence.assumptions import load_assumptions
from siyu.figure import Absent, Figure
from siyu.growth import exhibits, labels, stages, turning
from siyu.growth.brand import Growth
from siyu.growth.funnel import COSTS, STEPS
from siyu.growth.metrics import METRICS, growth_metrics
from siyu.growth.record import Record
from siyu.language import Language
from siyu.paths import data_dir
from siyu.simulator.audiences.flywheels import WheelWorld, turned
from siyu.verdict import SURE

AS_OF = date(2025, 12, 31)
INTEREST = Figure(0.08, 0.08, 0.08, "ratio_per_year", sources=("assumption:capital_cost",))


@pytest.fixture(scope="module")
def costs():
    return load_assumptions(data_dir() / "assumptions.csv").bind(COSTS)


def account_tables(kind="turning", seed=3):
    """Dashboards of a made-up account, one row a day and one a broadcast; nothing of any person."""
    weeks = turned(WheelWorld(kind, weeks=60), seed)
    monday = pd.date_range("2024-07-15", periods=60, freq="7D")
    before = (weeks["fans"] - weeks["new_fans"] + weeks["lost_fans"]).iloc[0]
    rows, rooms, ads, switches = [], [], [], []
    for day, week in zip(monday, weeks.itertuples(), strict=True):
        net = week.new_fans - week.lost_fans
        before += net
        last = {"day": day + pd.Timedelta(days=6), "net_fans": net, "lost_fans": week.lost_fans, "plays": week.plays}
        quiet = [{"day": day + pd.Timedelta(days=at), "net_fans": 0, "lost_fans": 0, "plays": 0, "fans": before - net}
                 for at in range(6)]  # fmt: skip
        rows += [*quiet, {**last, "fans": before}]
        rooms.append({"started_at": day + pd.Timedelta(hours=19), "viewers": week.active * 2, "fan_viewer_share": 0.5})
        ads.append(
            {"day": day, "impressions": week.impressions, "new_fans": week.ad_fans, "spend_fen": week.impressions * 4}
        )
        switches.append({"day": day, "state": "on" if week.on else "off", "drawn": "lot"})
    tables = {"account_days": pd.DataFrame(rows), "sessions": pd.DataFrame(rooms), "ad_days": pd.DataFrame(ads)}
    if kind == "switched":
        tables["switches"] = pd.DataFrame(switches)
    for name, frame in tables.items():
        frame.attrs["refs"] = (f"orders:exports/{name}",)
    return tables


@pytest.fixture(scope="module")
def watched(costs):
    return Growth(Record(account_tables(), AS_OF), costs=costs, interest=INTEREST)


@pytest.fixture(scope="module")
def switched(costs):
    return Growth(Record(account_tables("switched"), AS_OF), costs=costs, interest=INTEREST)


@pytest.fixture(scope="module")
def people_only(events, costs):
    return Growth(Record({}, AS_OF), events, ("orders:exports/events",), None, 0, 1, costs, INTEREST)


def said(verdict):
    figures = {name: one for name, one in verdict.figures.items() if isinstance(one, Figure)}
    return Language("en").say(verdict.message, figures)


def missing(verdict):
    return [name for name, one in verdict.figures.items() if isinstance(one, Absent)]


def test_dashboards_alone_tell_the_wheel_and_name_what_people_would_tell(watched):
    stocks, rates, usual = turning.wheel(watched)
    assert {"plays", "impressions", "fans", "active"} == {*stocks}
    assert {"won", "bought", "active", "churn", "k"} == {*rates}
    assert "fans are won" in said(usual)
    for part in (exhibits.cabins, stages.steps, exhibits.climbs, exhibits.worth, stages.thresholds):
        assert missing(part(watched)[-1])
    answer = turning.answer(watched)
    assert "hundred" in said(answer)
    assert "back" in answer.figures
    assert "chance" not in answer.figures
    assert labels.PROPOSAL in turning.caveats(watched)


def test_dashboards_alone_name_the_step_to_move_first(costs):
    tables = account_tables()
    rooms = tables["sessions"]
    tables["sessions"] = rooms.assign(buyers=rooms["viewers"] * 0.02, new_fans=rooms["viewers"] * 0.03)
    tables["sessions"].attrs = rooms.attrs
    own = Growth(Record(tables, AS_OF), costs=costs, interest=INTEREST)
    answer = turning.answer(own)
    sure = answer.figures["chance"].value >= SURE
    told = "The tightest step is {step} (" if sure else "The likeliest tightest step is {step} ("
    assert any(told.format(step=labels.TIGHT[step]) in said(answer) for step in STEPS[1:])
    assert ("move it first" in said(answer)) == sure
    assert ("not decided" in said(answer)) != sure
    assert "orders:exports/sessions" in answer.figures["chance"].sources
    shown, verdict = stages.rooms(own)
    assert {*shown} == {"deposit", "activate", "convert"}
    assert "3% of viewers become fans and 2% buy" in said(verdict)


def test_in_another_currency_no_step_is_named_for_want_of_costs(events):
    own = Growth(Record({}, AS_OF), events, ("orders:exports/events",))
    assert missing(stages.bottleneck(own)[-1])
    assert missing(exhibits.worth(own)[-1])
    _, lacking = growth_metrics(own)
    reasons = {one.key: one.reason for one in lacking}
    assert reasons["tightest_chance.deposit"] == labels.LACKING["steps"]


def test_a_schedule_switches_a_dozen_times_and_is_the_same_each_time(watched):
    rows, verdict = turning.schedule(watched)
    assert verdict.figures["switches"].value >= 12
    assert rows["week"].iloc[0]["en"] == "2026-01-05"  # the Monday after the date
    assert (rows["state"].to_numpy().reshape(-1, 2) == "on").sum(1).tolist() == [1] * 13
    assert rows["state"].equals(turning.schedule(watched)[0]["state"])


def test_metrics_are_what_findings_show_or_the_reason_why_not(watched, people_only):
    found, lacking = growth_metrics(watched)
    told = {one.key: one for one in found}
    assert told["fans_brought_back"].figure == turning.gain(watched)[0]["back"]
    assert told["fans_brought_back"].verdict == watched.flywheel.verdict
    assert {"fan_churn", "fan_won", "fan_active", "views_brought", "room_activate"} <= {*told}
    assert {one.reason for one in lacking if one.key.startswith("step_rate")} == {labels.LACKING["people"]}
    found, lacking = growth_metrics(people_only)
    assert {"upgrade_chance.passer_by", "step_rate.deposit", "fission_k", "tightest_chance.again"} <= {
        one.key for one in found
    }
    assert {one.key: one.reason for one in lacking}["fan_churn"] == labels.LACKING["wheel"]
    assert {one.key for one in found} | {one.key for one in lacking} == {*METRICS}


FALLS = account_tables()["account_days"].assign(
    fans=lambda days: days["fans"].where(days.index < 90, days["fans"] - 5e3)
)
STRANGE = {
    "weeks_missing": {"account_days": account_tables()["account_days"].drop(index=range(100, 110))},
    "accounts": {"account_days": account_tables()["account_days"].assign(account_id=["a", "b"] * 210)},
    "stock": {"account_days": FALLS},
    "above_one": {"sessions": account_tables()["sessions"].assign(fan_viewer_share=1.2)},
}


@pytest.mark.parametrize("fault", STRANGE)
def test_what_is_odd_about_dashboards_is_named(fault):
    plain = Growth(Record(account_tables(), AS_OF))
    own = Growth(Record({**account_tables(), **STRANGE[fault]}, AS_OF))
    assert labels.FAULTS[fault] not in turning.caveats(plain)
    assert labels.FAULTS[fault] in turning.caveats(own)
    assert turning.odd(own)[0].set_index("fault").loc[fault, "times"] > 0


def test_what_is_odd_about_people_and_groups_is_named(events_of):
    rows = [(0, 1, "unfollowed"), (0, 3, "followed"), (1, 0, "viewed"), (1, 2, "paid", "", 5), (2, 0, "viewed"),
            (1, 140, "viewed")]  # fmt: skip
    days = pd.DataFrame({"day": pd.date_range("2025-01-06", periods=30), "group_id": "g", "members": 9,
                         "messages": [*range(20), *range(10)]})  # fmt: skip
    later = days.assign(group_id="h", day=days["day"] + pd.Timedelta(days=3))
    own = Growth(Record({"group_days": pd.concat([days, later])}, AS_OF), events_of(rows))
    assert {labels.FAULTS[fault] for fault in ("early", "skipped", "fell")} <= {*turning.caveats(own)}
    assert labels.FAULTS["levels"] not in turning.caveats(own)
    jumps = [(0, 0, "viewed"), (0, 8, "followed"), (0, 9, "liked"), (0, 20, "viewed")]
    assert labels.FAULTS["levels"] in turning.caveats(Growth(Record({}, AS_OF), events_of(jumps)))


def test_where_people_were_first_met_is_said_and_where_it_is_not(events_of):
    def scenes(rows):
        return stages.scenes(Growth(Record({}, AS_OF), events_of(rows), ("orders:exports/events",)))

    silent = [(0, 0, "viewed"), (1, 1, "joined_group"), (0, 20, "viewed")]
    table, verdict = scenes(silent)
    assert table["scene"].tolist() == ["unknown"]
    assert said(verdict) == "In which scene people were first met is recorded of 0%: ask for the channel of each event"
    told = [(2, 0, "viewed", "直播"), (2, 1, "joined_group"), (3, 0, "viewed", "推荐")]
    assert "recorded of 25%, in one scene" in said(scenes([*silent, told[0]])[1]).replace("33.3%", "25%")
    table, verdict = scenes([*silent, *told])
    assert verdict.message == labels.SAID["scenes"]
    assert table.set_index("scene").loc["by_live", "share"]["value"] == 1.0


def test_switched_weeks_say_that_it_turns(switched):
    _, verdict = turning.gain(switched)
    assert switched.flywheel.verdict == "turns"
    assert said(verdict).startswith("Switched weeks show that the wheel turns")
    rows, _ = turning.checks(switched)
    assert rows["passed"].all()
    assert labels.PROPOSAL not in turning.caveats(switched)


def test_events_alone_tell_ladder_and_funnel_and_what_the_wheel_lacks(people_only):
    seats, ups, mix = exhibits.cabins(people_only)
    assert len(seats) == 4
    assert len(ups) == 3
    assert "first class" in said(mix)
    assert missing(turning.wheel(people_only)[-1])
    assert missing(turning.gain(people_only)[-1])
    answer = turning.answer(people_only)
    assert said(answer).startswith("Of the wheel nothing is told")
    assert any(labels.TIGHT[step] in said(answer) for step in (*STEPS[1:], "fission"))


def test_few_people_are_not_what_totals_leave_over():
    kinds = pd.DataFrame(
        {"people": [60, 30, 4], "fen": [900, 0, 0]}, pd.Index(["transaction", "lead", "neither"], name="kind")
    )
    ladder = SimpleNamespace(stock=np.array([[12, 4, 30, 60]]), moves=np.zeros((1, 5, 5)), upgrades={}, k=10)
    funnel = SimpleNamespace(kinds=kinds, amplified=UNDEFINED)
    few = SimpleNamespace(funnel=funnel, ladder=ladder, refs=("orders:exports/events",), k=10)
    assert stages.active_worth(few)[0]["kind"].tolist() == ["transaction"]
    people, _, mix = exhibits.cabins(few)
    assert people.keys() == {"true_love"}
    assert [name for name, one in mix.figures.items() if isinstance(one, Figure)] == ["true_love"]


def test_weeks_with_few_people_on_a_level_are_left_out():
    stock = np.array([[40, 30, 4, 20], [40, 30, 20, 60], [0, 30, 20, 3]])
    ladder = SimpleNamespace(stock=stock, settled=lambda: [UNDEFINED], people=SimpleNamespace(weeks=3), k=10)
    lines, found = exhibits.settled(SimpleNamespace(ladder=ladder, refs=("orders:exports/events",), k=10))
    told = {level: {week: one.value for week, one in points} for level, points in lines.items()}
    assert [len(one) for one in told.values()] == [3, 3, 1, 1]  # the next smallest is blank with what is few
    assert [*told.values()][2] == {1.0: 20.0}
    assert found.figures["true_love"] == Absent(("level_people",))


def test_every_exhibit_speaks_in_both_languages(people_only):
    for part in (exhibits.moves, exhibits.settled, exhibits.climbs, exhibits.occupancy, exhibits.worth, exhibits.users,
                 stages.steps, stages.loop, stages.bottleneck, stages.active_worth, stages.thresholds,
                 stages.paths, stages.scenes, turning.odd):  # fmt: skip
        verdict = part(people_only)[-1]
        assert not missing(verdict), part.__name__
        for code in ("en", "zh"):
            assert "{" not in Language(code).say(verdict.message, verdict.figures)


def test_rates_of_fans_are_above_those_of_fans_and_potential_fans_where_fans_buy_more(people_only):
    rates, _ = exhibits.users(people_only)
    rates = rates.set_index("metric")
    assert {*rates.index} == {*labels.RATES}
    assert rates.loc["buying_share", "fans"]["value"] > rates.loc["buying_share", "users"]["value"]
    assert rates.loc["spent_each", "fans"]["unit"] == "CNY_per_customer"


def test_what_is_won_fades_by_churn_and_gain(watched):
    _, life = turning.elasticities(watched)
    churn, gain = watched.flywheel.rates["churn"].value, watched.flywheel.gain.value
    assert life.figures["half"].value == pytest.approx(np.log(2) / churn / (1 - gain) / turning.MONTH)
    assert life.figures["churn"].value == pytest.approx(-1 / (1 - gain))


def test_elasticities_are_those_of_the_settled_number_of_fans(watched):
    """By shifting each rate in F = (won * base + bought * ads) / (churn - won * k * active)."""
    found, _ = turning.elasticities(watched)
    own = watched.flywheel
    rates = {name: one.value for name, one in own.rates.items()} | {"k": own.k.value}
    weeks = own.weeks
    base = weeks["plays"].sum() - rates["k"] * weeks["active"].sum()

    def fans(**of):
        top = of["won"] * base + of["bought"] * weeks["impressions"].sum()
        return top / (of["churn"] - of["won"] * of["k"] * of["active"])

    for name, figure in found.items():
        more = fans(**{**rates, name: rates[name] * 1.0001})
        assert figure.value == pytest.approx(np.log(more / fans(**rates)) / np.log(1.0001), abs=0.02), name


def test_missing_nodes_of_the_path_are_named(watched):
    nodes, named, _ = turning.path(watched)
    assert nodes["node"].tolist() == ["views", "rooms", "ads", "fans"]
    assert [Language("en").say(one) for one in named] == [
        "Not told: Views of the homepage with its shop", "Not told: Joins of fan groups", "Not told: Orders",
    ]  # fmt: skip


def test_nothing_at_all_is_absent():
    none = Growth(Record({}, AS_OF))
    assert missing(turning.answer(none)) == ["fans_brought_back", "person_events"]
    assert turning.group_life(none)[0] == {}
    assert turning.feed(none)[0] == {}


def test_bundled_rules_read_as_a_ladder():
    assert Path(exhibits.__file__).with_name("ladder.yml").is_file()
    assert exhibits.RANKS == ("potential", "passer_by", "favourable", "true_love")


def test_what_a_platform_counts_stands_beside_the_own_levels(events):
    days = pd.DataFrame({"day": [pd.Timestamp("2025-09-01")], **{f"a{at}": [at * 100] for at in range(1, 6)}})
    rows, verdict = exhibits.rules(Growth(Record({"level_days": days}, AS_OF), events))
    assert rows.set_index("level")["platform"].to_dict() == {
        "true_love": 500, "favourable": 300, "passer_by": 200, "potential": 100,
    }  # fmt: skip
    assert rows["people"].sum() == verdict.figures["people"].value


def test_every_metric_is_there_or_has_its_reason(watched, people_only):
    for growth, told in ((watched, "fans_brought_back"), (people_only, "fission_k")):
        found, missing = growth_metrics(growth)
        assert told in {one.key for one in found}
        assert {one.key for one in [*found, *missing]} == {*METRICS}
        assert {one.reason for one in missing} <= {*labels.LACKING.values()}
