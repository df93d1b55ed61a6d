from __future__ import annotations

import json

import pytest

from siyu.runs.check.rendered import rendering_faults
from siyu.runs.files import report_files


@pytest.fixture
def folder(tmp_path, tiny, tiny_worker):
    """The files of a report, as the tiny worker makes them."""
    (tmp_path / "n.ipynb").write_text(json.dumps(tiny.executed()))
    sections = [{"path": str(tmp_path / "n.ipynb")}]
    for kind, code in report_files.renderings(("zh", "en")):
        tiny_worker.render({"kind": kind, "language": code, "folder": str(tmp_path), "sections": sections})
    return tmp_path


def test_files_that_agree_have_no_fault(folder):
    assert rendering_faults(folder, ("zh", "en")) == []


@pytest.mark.parametrize("name", ["report.zh.html", "deck.en.pptx", "tables.en.xlsx"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert rendering_faults(folder, ("zh", "en")) == [f"{name} is missing"]


@pytest.mark.parametrize("name", ["report.zh.html", "deck.en.pptx", "tables.en.xlsx", "findings.json"])
def test_a_torn_file_is_named(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    [fault] = rendering_faults(folder, ("zh", "en"))
    assert fault.startswith(name)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('value="3"', 'value="4"', "buyers.buyers=4"),
        ('value="3"', 'value="3 or so"', "buyers.buyers=3 or so"),
        (">3</data>", ">4</data>", "buyers.buyers as 4"),
        (">3</data>", ">3.1</data>", "buyers.buyers as 3.1"),
        (">3</data>", ">3–30</data>", "buyers.buyers as 30"),
        ('data-ref="buyers.buyers"', 'data-ref="buyers.buyers" data-high="5"', "buyers.buyers.high=5"),
        ("<data", '<table data-of="buyers"><data value="4" data-ref=".buyers">4</data><data', "buyers.buyers=4"),
    ],
)
def test_a_figure_that_differs_from_the_findings_is_named(folder, old, new, fault):
    page = folder / "report.zh.html"
    page.write_text(page.read_text().replace(old, new))
    assert rendering_faults(folder, ("zh", "en")) == [
        f"report.zh.html prints figures that findings.json does not hold: {fault}"
    ]


def test_a_value_that_the_tables_lack_is_named(folder):
    findings = json.loads((folder / "findings.json").read_text())
    findings["findings"][0]["values"][0]["low"] = 2
    (folder / "findings.json").write_text(json.dumps(findings))
    assert "tables.zh.xlsx lacks buyers.buyers.low" in rendering_faults(folder, ("zh",))
