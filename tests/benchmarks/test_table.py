"""The guard over the benchmarks: a ratio that fell by more than a third is named, other figures are not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def table():
    path = Path(__file__).parents[2] / "benchmarks" / "table.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_ratio_that_fell_by_more_than_a_third_is_named(table):
    before = {"batch.ratio_wall_12": 5.0, "orders.ratio_pandas": 6.0, "orders.megabytes": 700.0}
    assert table.fallen({"batch.ratio_wall_12": 3.4, "orders.ratio_pandas": 4.1, "orders.megabytes": 9.0}, before) == []
    assert table.fallen({"batch.ratio_wall_12": 3.3, "orders.ratio_pandas": 4.1}, before) == ["batch.ratio_wall_12"]
    assert table.fallen({"orders.ratio_pandas": 7.0}, before) == ["batch.ratio_wall_12"]  # not measured any more
    assert table.fallen({"orders.ratio_pandas": 0.1}, {}) == []


def test_every_benchmark_is_run_in_both_sizes(table):
    scripts = {path.name for path in table.HERE.glob("*.py")} - {"table.py"}
    assert [{script for script, *_ in runs} for runs in table.RUNS.values()] == [scripts, scripts]
