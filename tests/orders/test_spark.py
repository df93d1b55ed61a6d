"""Spark counts what DuckDB counts: every table and metric, to the last digit. Runs where Java is."""

from dataclasses import replace
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from beside import module_at
from click.testing import CliRunner

from siyu.commands.main import main
from siyu.commands.tally import tally
from siyu.engines.choice import Engine
from siyu.language import Language
from siyu.orders import counts, fans, traffic
from siyu.orders.experiment import draws
from siyu.orders.groups import joins, pace
from siyu.own_data import Holdings
from siyu.subjects import load_subject
from siyu.value import actions, observed, patrons

# how pyspark and ibis hand out a frame of Spark
pytestmark = [
    pytest.mark.filterwarnings("ignore:The copy keyword"),
    pytest.mark.filterwarnings("ignore:The 'future.infer"),
]
SPARK = Engine(kind="spark")
KINDS = ("members", "follows", "sessions", "assignments")


def held(subject, engine):
    about = load_subject(subject)
    return Holdings.of(about.model_copy(update={"engine": engine}), about.as_of)


def tables(own):
    """Every count table that the frames allow, by name."""
    year = own.first_day, own.as_of
    found = {
        "ids": (own.buyers, own.groups, own.first_day, own.platforms),
        "buyer_sums": counts.buyer_sums(own, *year), "returning": counts.returning(own, year, year),
        "followed": counts.followed(own, (30, 90)), "first_gaps": counts.first_gaps(own, 90),
        "cohorts": counts.cohorts(own), "histories": counts.histories(own), "totals": fans.totals(own),
        "fans": fans.amounts(own), "forms": traffic.forms(own), "patrons": patrons.patrons(own),
        "earned": patrons.earned(own).rows, "by_day": patrons.repeats_by_day(own, 90),
        "gap": patrons.median_gap(own), "standings": actions.standings(patrons.patrons(own)), "entries": observed.entries(own, "CNY"),
    }  # fmt: skip
    if own.members is not None:
        found |= {
            "members": joins.members_and_others(own), "comparisons": joins.comparisons(own, 90, 7),
            "risk": joins.risk_sets(own, 90), "paces": pace.paces(own, 7), "candidates": draws.candidates(own),
        }  # fmt: skip
    return found


def same(one, other):
    """Whether both are alike to the last digit, kinds of numbers aside."""
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, pd.DataFrame | pd.Series):
        return one.astype(object).equals(other.astype(object))
    return bool(np.array_equal(one, other)) if isinstance(one, np.ndarray) else one == other


@pytest.mark.java
@pytest.mark.parametrize("subject", ["demo", pytest.param("cdnow", marks=pytest.mark.whole)])
def test_count_tables_are_those_of_duckdb(subject):
    here, there = (held(subject, engine).every(*KINDS) for engine in (Engine(), SPARK))
    own, found = (tables(one.on(here.platforms[0])) for one in (here, there))
    assert [name for name in own if not same(own[name], found[name])] == []


@pytest.mark.java
@pytest.mark.parametrize(("subject", "least"), [pytest.param("demo", 60, marks=pytest.mark.whole), ("cdnow", 10)])
def test_metrics_are_told_alike(monkeypatch, subject, least):
    here = tally(subject).as_json(Language("en"))
    monkeypatch.setenv("SIYU_ENGINE", "spark")
    there = tally(subject).as_json(Language("en"))
    assert there == here
    assert len(there["metrics"]) > least


def test_an_engine_that_nobody_knows_is_named_before_anything_starts(monkeypatch):
    monkeypatch.setenv("SIYU_ENGINE", "nope")
    found = CliRunner().invoke(main, ["metrics", "demo"])
    assert found.exit_code == 2
    assert "SIYU_ENGINE: found nope; expected an engine" in found.stderr


@pytest.fixture(scope="module")
def scale():
    return module_at(Path(__file__).with_name("scale.py"))


@pytest.mark.java
def test_what_is_tried_with_millions_holds_for_a_few(scale, tmp_path):
    scale.written(tmp_path / "purchases", 20_000, 10_000)
    here, there = ({name: told[1:] for name, told in scale.counted(tmp_path / "purchases", kind).items()}
                   for kind in scale.ZONES)  # fmt: skip
    assert here == there
    assert len(here) == 1 + len(scale.TABLES)
    assert here["cohorts"][0] > 1_000


def test_one_number_more_is_told_from_the_others(scale):
    rows = pd.DataFrame({"month": [1, 2], "buyers": [3, 4]})
    assert scale.digest((rows, np.arange(3))) == scale.digest((rows.copy(), np.arange(3)))
    assert scale.digest((rows, np.arange(3)))[1] != scale.digest((rows + 1, np.arange(3)))[1]


@pytest.mark.java
def test_a_fault_of_one_engine_is_found():
    """A planted fault: days of one engine are those of another time zone."""
    here, there = (held("cdnow", engine).every() for engine in (Engine(), SPARK))
    later = there.purchases.day + ibis.interval(days=1)
    assert same(counts.histories(here), counts.histories(there))
    assert not same(
        counts.histories(here), counts.histories(replace(there, purchases=there.purchases.mutate(day=later)))
    )
