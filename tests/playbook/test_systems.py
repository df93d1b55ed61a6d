"""The systems of the documents: each has a finding, and the file that makes it compute makes it compute."""

from __future__ import annotations

from functools import cache

import nbformat
import pytest
import yaml

from siyu import workbook
from siyu.evidence.table import Row, Words, read_table
from siyu.intake.formats.canonical_tables import tables
from siyu.own_data import Holdings
from siyu.paths import data_dir, notebooks_dir
from siyu.playbook import ledgers
from siyu.playbook.asked import RequestRow
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
CASE = ("01_evidence", "03_platform_economics")  # committed of a published case
LEDGERS = {"cost_months": "tools", "path_days": "path", "leaks": "leaks", "imports": "imports",
           "account_overlaps": "accounts", "shop_moves": "moves"}  # fmt: skip
DEMO = ("04_reach", "05_growth", "06_orders", "08_customer_value", "09_playbook")  # as committed


@cache
def ran(section):
    """Findings of a notebook that is committed of a published case, run here for the simulated client: key -> role."""
    opened: list[workbook.Workbook] = []
    original = workbook.open_workbook

    def kept(*given, **more):
        opened.append(original(*given, **more))
        return opened[-1]

    space: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "open_workbook", kept)
        for cell in nbformat.read(notebooks_dir() / f"{section}.ipynb", as_version=4).cells:
            if cell.cell_type == "code":
                given = '\nsubject = "demo"' if "parameters" in cell.metadata.get("tags", []) else ""
                exec(compile(cell.source + given, section, "exec"), space)  # noqa: S102 - the project's own
    return {key: one.record.role for key, one in opened[-1].findings.items()}


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
    assert {row.section for row in ROWS} == {*DEMO, *CASE}
    for row in ROWS:
        found = findings(row.section) if row.section in DEMO else ran(row.section)
        assert set(row.files) <= held, row.system
        assert found[row.finding] not in ("absent", "empty"), row.system


def test_without_its_file_a_finding_names_what_some_request_opens():
    opened = {key for row in read_table(data_dir() / "playbook" / "requests.csv", RequestRow) for key in row.opens}
    for name, function in LEDGERS.items():
        figures, said = getattr(ledgers, function)(None)
        assert not figures
        assert {key for one in said.figures.values() for key in one.needs} & opened, name
