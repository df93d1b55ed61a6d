"""The guard over the benchmarks: a ratio that fell by more than a third is named, other figures are not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from beside import module_at


@pytest.fixture(scope="module")
def table():
    return module_at(Path(__file__).parents[2] / "benchmarks" / "table.py")


def test_a_ratio_that_fell_by_more_than_a_third_is_named(table):
    before = {"batch.ratio_wall_12": 5.0, "orders.ratio_pandas": 6.0, "orders.megabytes": 700.0}
    assert table.fallen({"batch.ratio_wall_12": 3.4, "orders.ratio_pandas": 4.1, "orders.megabytes": 9.0}, before) == []
    assert table.fallen({"batch.ratio_wall_12": 3.3, "orders.ratio_pandas": 4.1}, before) == ["batch.ratio_wall_12"]
    assert table.fallen({"orders.ratio_pandas": 7.0}, before) == ["batch.ratio_wall_12"]  # not measured any more
    assert table.fallen({"orders.ratio_pandas": 0.1}, {}) == []


def test_rounds_are_told_by_their_medians(table, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(table, "MEASURED", tmp_path / "measured.json")
    table.MEASURED.write_text("{}")
    monkeypatch.setattr(sys, "argv", ["table.py", "--rounds", "3"])
    turns = iter([{"a": 1.0, "b": 9.0}, {"a": 3.0}, {"a": 2.0}])
    monkeypatch.setattr(table, "measured", lambda _size, _only: next(turns))
    table.main()
    assert json.loads(table.MEASURED.read_text()) == {"full": {"a": 2.0, "b": 9.0}}
    assert "1.00  3.00  2.00" in capsys.readouterr().out


def test_every_benchmark_is_run_in_both_sizes(table):
    scripts = {path.name for path in table.HERE.glob("*.py")} - {"table.py"}
    assert [{script for script, *_ in runs} for runs in table.RUNS.values()] == [scripts, scripts]


def test_a_ratio_is_measured_once_more_before_it_has_fallen(table, monkeypatch, tmp_path):
    kept = tmp_path / "measured.json"
    kept.write_text(json.dumps({"small": {"orders.ratio_pandas": 6.0, "batch.ratio_wall_12": 5.0}}))
    monkeypatch.setattr(table, "MEASURED", kept)
    monkeypatch.setattr(sys, "argv", ["table.py", "--small", "--check"])

    def measuring(*second):
        turns = iter([{"orders.ratio_pandas": 3.0, "batch.ratio_wall_12": 5.0}, *second])
        monkeypatch.setattr(table, "measured", lambda _size, only=(): next(turns))

    measuring({"orders.ratio_pandas": 5.5})
    table.main()
    measuring({"orders.ratio_pandas": 3.1})
    with pytest.raises(SystemExit, match=r"orders\.ratio_pandas"):
        table.main()


def test_measuring_some_keeps_the_others(table, monkeypatch, tmp_path):
    kept = tmp_path / "measured.json"
    kept.write_text(json.dumps({"small": {"batch.ratio_wall_12": 5.0}, "full": {"value.seconds": 1.0}}))
    monkeypatch.setattr(table, "MEASURED", kept)
    monkeypatch.setattr(sys, "argv", ["table.py", "--small", "--only", "orders"])
    monkeypatch.setattr(table, "measured", lambda _size, only: {f"{only[0]}.ratio_pandas": 6.0})
    table.main()
    now = json.loads(kept.read_text())
    assert now == {"small": {"batch.ratio_wall_12": 5.0, "orders.ratio_pandas": 6.0}, "full": {"value.seconds": 1.0}}
