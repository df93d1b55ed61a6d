"""Observation ends where the record ends, and what is missing in it is not taken for zero."""

from datetime import date, timedelta

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from siyu import subjects
from siyu.commands.main import main
from siyu.commands.tally import tally
from siyu.intake.store.exported import ended
from siyu.language import Language
from siyu.observed import BROKEN, LATE, MISSING, PEOPLE_END, Observation, Span, notes, spans
from siyu.orders.counts import first_gaps
from siyu.orders.frames import opened
from siyu.orders.groups.uplift import uplift
from siyu.orders.metrics import METRICS, metrics
from siyu.orders.repurchase import between, by_survival, retention, within
from siyu.own_data import Holdings
from siyu.paths import subject_dirs
from siyu.simulator.worlds import World, lived
from siyu.subjects import load_subject

END = date(2025, 12, 31)


def of(since, until, *, without=(), platform="douyin"):
    """Orders on every day of a stretch but those of the months `without`."""
    days = pd.date_range(since, until)
    held = [day.toordinal() for day in days if f"{day:%Y-%m}" not in without]
    return Observation("a.csv", "orders", platform, date.fromisoformat(since), date.fromisoformat(until), tuple(held))


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A simulated client whose files alone tell how long they were observed."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "key"))
    (tmp_path / "data").mkdir()
    made = ["simulate", "coin", "--out", str(tmp_path / "data" / "shop"), "--buyers", "300"]
    assert CliRunner().invoke(main, made, catch_exceptions=False).exit_code == 0
    settings = subject_dirs()["shop"] / "subject.yml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if not line.startswith("observed")), encoding="utf-8")
    return settings


def told(as_of):
    found = tally("shop", as_of).as_json(Language("en"))
    # what a customer leaves after fees is at the fees of the date
    return {**found, "metrics": [one for one in found["metrics"] if one["key"] != "ltv_365d"]}


def test_an_as_of_a_year_after_the_record_moves_no_metric(shop, monkeypatch):
    then, later = told("2025-12-31"), told("2026-12-31")
    assert then == later
    assert (then["observed"]["from"], then["observed"]["until"]) == ("2024-07-10", "2025-12-31")
    monkeypatch.setattr(subjects.Subject, "spans", lambda *_: {})  # what went wrong: the date was taken for the end
    held = [Holdings.of(load_subject("shop"), date.fromisoformat(day)) for day in ("2025-12-31", "2026-12-31")]
    some = tuple(one for one in METRICS if one.key == "repurchase_180d")
    now, then = ([one.figure.value for one in metrics(one.every(), 0, "CNY", some)[0]] for one in held)
    assert now != then


def test_a_report_says_that_its_date_lies_after_the_record(shop):
    held = {"douyin": Span(date(2024, 7, 10), END), "members": Span(date(2024, 7, 10), date(2025, 11, 30))}
    assert [one["id"] for one in notes(held, date(2026, 1, 31))][1:] == [LATE, PEOPLE_END]
    assert len(notes(held, date(2025, 10, 31))) == 1


def test_what_a_subject_states_comes_before_what_its_files_tell(shop):
    text = shop.read_text(encoding="utf-8")
    shop.write_text(f"{text}observed: {{douyin: {{until: 2025-06-30}}}}\n", encoding="utf-8")
    assert told("2025-12-31")["observed"]["until"] == "2025-06-30"
    for fault, named in (("observed: {taobao: {until: 2025-06-30}}", "taobao"), ("observed: {till: 2025-06-30}", "till"),
                         ("zero_months: [2025-13]", "zero_months"), ("zero_month: [2025-02]", "zero_month")):  # fmt: skip
        shop.write_text(f"{text}{fault}\n", encoding="utf-8")
        result = CliRunner().invoke(main, ["metrics", "shop"])
        assert (result.exit_code, named in result.stderr) == (2, True), fault


def test_an_export_ends_with_the_last_whole_day_before_its_own_time():
    epoch = 1_767_229_200  # the first of January 2026, nine in the morning in Beijing
    assert ended(epoch, date(2025, 9, 1)) == END
    assert ended(epoch, date(2026, 1, 1)) == END
    assert ended(0, date(2025, 9, 1)) == date(2025, 9, 1)
    assert ended(epoch, date(2026, 3, 1)) == date(2026, 3, 1)  # then the number is not a time of export


def test_a_platform_is_observed_as_long_as_the_longest_of_its_files():
    found = spans([of("2024-01-01", "2024-06-30"), of("2024-05-01", "2025-03-31")], {}, [])
    assert found["douyin"] == Span(date(2024, 1, 1), date(2025, 3, 31))


def test_platforms_that_are_one_scope_end_with_the_one_that_ends_first(brand):
    tables = brand.tables(lived(World("coin", buyers=60), 1))
    held = {"douyin": Span(date(2024, 7, 10), END), "wechat": Span(date(2024, 7, 10), date(2025, 6, 30))}
    frames = opened(END, **tables, spans=held)
    assert (frames.as_of, frames.on("all").as_of, frames.on("douyin").as_of) == (END, date(2025, 6, 30), END)


@pytest.mark.parametrize(("zero", "missing"), [([], (date(2024, 9, 1),)), ([date(2024, 9, 1)], ())])
def test_a_month_without_orders_is_missing_until_it_is_confirmed(zero, missing):
    found = spans([of("2024-05-01", "2025-03-10", without=("2024-09",))], {}, zero)
    assert found["douyin"].missing == missing
    assert [one["id"] == MISSING for one in notes(found, END)][-1:] == ([True] if missing else [False])


def test_months_before_the_export_was_made_are_missing_when_they_hold_nothing():
    silent = of("2024-05-01", "2025-02-15")
    silent = Observation(silent.file, silent.kind, silent.platform, silent.since, date(2025, 4, 30), silent.days)
    assert spans([silent], {}, [])["douyin"].missing == (date(2025, 3, 1), date(2025, 4, 1))


def test_a_first_month_is_broken_when_its_first_days_should_hold_orders():
    assert spans([of("2024-05-20", "2025-03-31")], {}, [])["douyin"].broken == (date(2024, 5, 1),)
    assert spans([of("2024-05-04", "2025-03-31")], {}, [])["douyin"].broken == ()
    assert spans([of("2024-05-20", "2025-03-31")], {}, [date(2024, 5, 1)])["douyin"].broken == ()
    stated = {"orders": (date(2024, 5, 20), None)}
    assert spans([of("2024-05-20", "2025-03-31")], stated, [])["douyin"].broken == ()
    assert notes({"a": Span(date(2024, 5, 20), END, (), (date(2024, 5, 1),))}, END)[-1]["id"] == BROKEN


@pytest.fixture(scope="module")
def gap(brand):
    """Everybody buys on the first of January and of July; 10 of 20 in March, too; May is missing."""
    firsts = [(buyer, day) for buyer in range(20) for day in ("2021-01-01", "2021-07-01")]
    rows = [*firsts, *((buyer, "2021-03-02") for buyer in range(10))]
    frame = pd.DataFrame(rows, columns=["buyer_id", "day"]).assign(paid_fen=1, net_fen=1)
    return brand.purchases(frame.assign(day=pd.to_datetime(frame["day"])))


def seen(table, *missing, broken=()):
    return opened(date(2021, 9, 30), table, spans={"all": Span(date(2021, 1, 1), date(2021, 9, 30), missing, broken)})


def test_nothing_is_followed_into_a_missing_month(gap):
    figures, cohorts = within(seen(gap, date(2021, 5, 1)))
    assert figures["repurchase_90d"].value == 10 / 20
    assert figures["repurchase_180d"] is None  # half a year runs into the gap, which held nobody's orders to see
    assert within(seen(gap))[0]["repurchase_180d"].value == 10 / 20
    assert [one.again is None for one in cohorts] == [False, False, True]
    assert by_survival(seen(gap, date(2021, 5, 1)))["repurchase_km_180d"] is None
    # censored on the last day before the gap, not on the day of the purchase behind it
    assert first_gaps(seen(gap, date(2021, 5, 1)), 250).sum(0)[:, 0].nonzero()[0].tolist() == [60, 119]


def test_a_missing_month_has_no_retention_and_no_return_rate(gap):
    frames = seen(gap, date(2021, 5, 1))
    blank = [cell.months for cell in retention(frames) if cell.again is None and cell.cohort == date(2021, 1, 1)]
    assert blank == [4]
    quarters = (date(2021, 1, 1), date(2021, 3, 31)), (date(2021, 4, 1), date(2021, 6, 30))
    assert between(frames, *quarters) is None
    assert between(seen(gap), *quarters).value == 0


def test_a_broken_month_is_no_cohort(gap):
    frames = seen(gap, broken=(date(2021, 1, 1),))
    assert (within(frames)[1], retention(frames)) == ([], [])


def test_joiners_are_followed_no_longer_than_groups_were(brand):
    tables = brand.tables(lived(World("coin", buyers=800), 3))
    last = date(2025, 9, 30)
    held = {"douyin": Span(date(2024, 7, 10), END), "members": Span(date(2024, 7, 10), last)}
    cut, whole = opened(last, **tables), opened(END, **tables, spans=held)
    assert uplift(whole).difference == uplift(cut).difference
    found = {one.key: one for one in metrics(whole, 0, "CNY")[0]}
    assert found["group_uplift"].scope.endswith(f"/{last}")
    assert found["repurchase_180d"].scope.endswith(f"/{END}")
    assert (
        found["member_gmv_share"].figure
        == {one.key: one for one in metrics(cut, 0, "CNY")[0]}["member_gmv_share"].figure
    )
    assert found["fan_gmv_share_paid"].figure.n > found["member_gmv_share"].figure.n


def test_a_new_subject_takes_its_date_from_orders_not_from_every_column(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    exports = tmp_path / "given"
    exports.mkdir()
    (exports / "orders.csv").write_text(
        "主订单编号,子订单编号,订单应付金额,订单提交时间,支付完成时间,订单完成时间,订单状态,售后状态\n"
        + "".join(f"69170000000000000{n},69170000000000000{n},10,2025-08-{n} 10:00:00,2025-08-{n} 10:01:00,"
                  f"2025-09-{n} 10:00:00,已完成,-\n" for n in range(10, 30)), encoding="utf-8")  # fmt: skip
    (exports / "follows.csv").write_text("粉丝标识,关注时间,取关时间\nf1,2025-12-30 10:00:00,\n", encoding="utf-8")
    made = CliRunner().invoke(main, ["new", "shop", "--from", str(exports)], catch_exceptions=False)
    assert made.exit_code == 0, made.stderr
    settings = yaml.safe_load((tmp_path / "shop" / "subject.yml").read_text(encoding="utf-8"))
    assert settings["as_of"] == date(2025, 8, 29)


def test_days_to_the_end_are_those_to_the_next_gap(gap):
    frames = seen(gap, date(2021, 5, 1), date(2021, 8, 1))
    assert frames.known_since(date(2021, 6, 15)) == date(2021, 6, 1)
    assert frames.known_since(date(2021, 9, 1)) == date(2021, 9, 1)
    assert frames.as_of - timedelta(days=29) == frames.known_since(frames.as_of)
