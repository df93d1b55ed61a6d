"""The registry of metrics and units, read from `data/definitions.yml`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import yaml

from siyu import reads
from siyu.errors import LedgerError, Problem, nearest, shown_path
from siyu.paths import address, data_dir, kept
from siyu.plain_yaml import LOADER
from siyu.reads import Shelf
from siyu.reads.digests import UNITS

if TYPE_CHECKING:
    import pint

BETTER = ("more", "less")


@dataclass(frozen=True)
class Definition:
    """What a metric means: 中文 and English name, unit, formula, denominator and basis (in words). better: `less` where
    a smaller value is better, as of costs."""

    key: str
    zh: str
    en: str
    unit: str
    formula: str = ""
    denominator: str = ""
    basis: str = ""
    better: Literal["more", "less"] = "more"


@dataclass(frozen=True)
class Unit:
    """A unit of the closed list: its dimension as a pint expression, and its labels; one: English behind a one."""

    key: str
    pint: str
    en: str
    zh: str
    one: str = ""


@dataclass(frozen=True)
class Registry:
    """All metrics and units, with the dimensions that arithmetic between figures is checked against."""

    metrics: Shelf[Definition]
    units: Shelf[Unit]

    @cached_property
    def dimensions(self) -> pint.UnitRegistry[Any]:
        """The base dimensions that the units of this file are made of."""
        import pint  # here: a quarter of a second to load, for notebooks; renderings only name units

        dimensions: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
        for name in sorted({name for unit in self.units.rows.values() for name in _names(unit.pint)}):
            dimensions.define(f"{name} = [{name}]")
        return dimensions

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """metric -> its name in both languages, as charts take labels."""
        return {key: {"en": metric.en, "zh": metric.zh} for key, metric in self.metrics.items()}

    def dimension(self, unit: str) -> pint.Unit:
        """The pint unit of a unit key, or of an expression of base dimensions."""
        return self.dimensions.Unit(self.units[unit].pint or "dimensionless" if unit in self.units else unit)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry, loaded once. Raises LedgerError with all faults of the file."""
    path = data_dir() / "definitions.yml"
    text = reads.table(path)
    parsed = kept("definitions", text.decode(), lambda: json.dumps(yaml.load(text, LOADER)).encode())  # noqa: S506 - safe
    content = json.loads(parsed)
    units = {key: Unit(key, **entry) for key, entry in content["units"].items()}
    metrics = {key: Definition(key, **entry) for key, entry in content["metrics"].items()}
    if strange := [metric for metric in metrics.values() if metric.unit not in units]:
        told = [(one.key, f"unit {one.unit}", "a unit of this file", nearest(one.unit, units)) for one in strange]
        raise LedgerError(Problem(shown_path(path), 0, *problem) for problem in told)
    if odd := [one for one in metrics.values() if one.better not in BETTER]:
        told = [(one.key, f"better {one.better}", " or ".join(BETTER), nearest(one.better, BETTER)) for one in odd]
        raise LedgerError(Problem(shown_path(path), 0, *problem) for problem in told)
    files = (address(path),)
    return Registry(Shelf(metrics, files), Shelf(units, files, UNITS))


def definition(key: str) -> Definition:
    """The metric `key`. Raises KeyError with the nearest name."""
    metrics = registry().metrics
    if key not in metrics:
        raise KeyError(f"unknown metric {key}. {nearest(key, metrics)}")
    return metrics[key]


def ahead(metric: str, value: float, target: float) -> float:
    """By how much a value is better than a target, below 0 where it is worse. Of a metric without an entry, more is."""
    metrics = registry().metrics
    key = metric if metric in metrics else metric.partition(".")[0]
    less = key in metrics and metrics[key].better == "less"
    return target - value if less else value - target


def _names(expression: str) -> list[str]:
    """Base dimensions of a unit expression: `CNY / user / month` has three."""
    words = expression.replace("*", " ").replace("/", " ").replace("**", " ").split()
    return [word for word in words if word.isidentifier() and word != "dimensionless"]
