"""Published results are computed anew, and a row that departs from its source fails."""

import json

import pytest
from click.testing import CliRunner
from schemas import schema_faults

from siyu.commands import tally
from siyu.commands.main import main
from siyu.scorecard.orders import Score


@pytest.fixture(scope="module")
def rows():
    return tally.score()


def test_every_published_result_is_reproduced(rows):
    assert len(rows) >= 25
    assert [row.name for row in rows if not row.ok] == []
    assert len({row.name for row in rows}) == len(rows)


def test_tolerances_are_the_rounding_of_the_source(rows):
    for row in rows:
        if row.name.startswith("Null world"):
            assert row.tolerance < 0.06
        else:
            decimals = len(f"{row.published:.10g}".partition(".")[2])
            assert row.tolerance <= 0.5 * 10**-decimals or row.published in (0.38, 0.69, 0.348, 0.406, 0.669)


def test_joining_by_a_coin_makes_members_look_loyal(rows):
    computed = {row.name.removeprefix("Null world: "): row.computed for row in rows if row.name.startswith("Null")}
    assert computed["ever-repeat of members"] > 0.7
    assert computed["ever-repeat of others"] < 0.4
    aligned = [computed[name] for name in computed if name.startswith("90 days")]
    assert aligned[0] == pytest.approx(aligned[1], abs=0.005)


def test_a_row_beside_its_source_fails(monkeypatch):
    good, bad = Score("good", 1.0, 1.0, 0.0, "a"), Score("bad", 1.0, 1.2, 0.1, "b")
    monkeypatch.setattr(tally, "score", lambda: [good, bad])
    result = CliRunner().invoke(main, ["scorecard"])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].startswith("NOT bad: 1 published, 1.2 here")
    assert result.stderr == "siyu: not reproduced: bad\n"
    monkeypatch.setattr(tally, "score", lambda: [good])
    assert CliRunner().invoke(main, ["scorecard"]).exit_code == 0


def test_json_follows_its_schema(rows, monkeypatch):
    monkeypatch.setattr(tally, "score", lambda: rows)
    result = CliRunner().invoke(main, ["scorecard", "--json"])
    content = json.loads(result.stdout)
    assert schema_faults("scorecard", content) == []
    assert len(content) == len(rows)
