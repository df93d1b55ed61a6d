"""The systems of the documents: each has a finding, and the file that makes it compute makes it compute."""

from __future__ import annotations

from functools import cache

import nbformat
import yaml

from siyu.evidence.table import Row, Words, read_table
from siyu.intake.formats.format import tables
from siyu.own_data import Holdings
from siyu.paths import data_dir, notebooks_dir
from siyu.record import FINDING
from siyu.subjects import load_subject


class SystemRow(Row):
    """A system of the documents, its finding, and the client's files that the finding needs."""

    system: int
    name: str
    name_zh: str
    section: str
    finding: str | None = None
    files: Words = ()


ROWS = read_table(data_dir() / "playbook" / "systems.csv", SystemRow)
DEMO = ("04_reach", "05_growth", "06_orders", "07_repurchase", "08_customer_value", "09_playbook")  # as committed


@cache
def findings(section):
    """Findings of a notebook as committed: key -> role."""
    notebook = nbformat.read(notebooks_dir() / f"{section}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    records = [output["data"][FINDING] for output in outputs if FINDING in output.get("data", {})]
    return {record["key"]: record["role"] for record in records}


def test_all_systems_are_listed_once():
    assert [row.system for row in ROWS] == list(range(1, 55))


def test_each_has_a_finding_in_a_section_that_is_there():
    planned = yaml.safe_load((notebooks_dir() / "planned.yml").read_text(encoding="utf-8")) or {}
    lacking = [row.system for row in ROWS if row.section not in planned and row.finding not in findings(row.section)]
    assert not lacking


def test_each_computes_on_the_simulated_client_that_has_its_files():
    about = load_subject("demo")
    held = {*Holdings.of(about, about.as_of).files["kind"], "form"}
    known = {*tables(), "form"}
    assert {name for row in ROWS for name in row.files} <= known
    for row in ROWS:
        if row.section in DEMO and row.finding:
            assert set(row.files) <= held, row.system
            assert findings(row.section)[row.finding] not in ("absent", "empty"), row.system
