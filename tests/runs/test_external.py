"""Notebooks that something else executed."""

import json

import pytest

from siyu import reads
from siyu.paths import project_root
from siyu.record import FINDING, NO_INPUT, SOURCES
from siyu.runs.ask.wishes import Delivery
from siyu.runs.external import NotebooksRefusedError, planned_from


def executed(folder, injected, edit=lambda notebook: None):
    """The case study as it is committed, as if executed anew with these parameters."""
    notebook = json.loads((project_root() / "notebooks" / "02_case_study.ipynb").read_text(encoding="utf-8"))
    place = next(at for at, cell in enumerate(notebook["cells"]) if "parameters" in cell["metadata"].get("tags", []))
    cell = {**notebook["cells"][place], "id": "injected", "source": injected}
    cell["metadata"] = {"tags": ["injected-parameters"]}
    notebook["cells"].insert(place + 1, cell)
    counts = iter(range(1, 100))
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["execution_count"] = next(counts)
    edit(notebook)
    path = folder / "02_case_study.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_a_parameter_that_no_section_declares_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(NotebooksRefusedError, match=r"the parameter subjct.*Did you mean subject\?"):
        planned_from([executed(tmp_path, 'subjct = "lijiaqi_group"')], ("en",), Delivery())


@pytest.mark.parametrize("text", ['subject = "luzhou_laojiao"\nmonths = 12', "draws = 16384  # of another section"])
def test_a_declared_parameter_is_taken(tmp_path, text):
    [plan] = planned_from([executed(tmp_path, text)], ("en",), Delivery())
    assert plan.request.subject.id == "luzhou_laojiao"


def displayed(notebook, kind):
    return [one for cell in notebook["cells"] for one in cell.get("outputs", []) if kind in one.get("data", {})]


SAID = "subject = 'luzhou_laojiao'"


def as_a_browser_saves(content):
    """Whole numbers without their point."""
    return json.loads(
        json.dumps(content), parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text)
    )


def with_all_told(notebook):
    """What references that a workbook shows say of its findings."""
    [last] = displayed(notebook, SOURCES)
    last["metadata"] = {
        SOURCES: {"concluded": [reads.shown(one["data"][FINDING]) for one in displayed(notebook, FINDING)]}
    }
    for one in displayed(notebook, FINDING):
        one["data"] = as_a_browser_saves(one["data"])


def with_another_number(notebook):
    with_all_told(notebook)
    displayed(notebook, FINDING)[0]["data"][FINDING]["values"][0]["value"] += 1


def with_a_want(notebook):
    with_all_told(notebook)
    displayed(notebook, FINDING)[0]["data"][NO_INPUT] = {"reason": "Nothing"}


def test_what_the_workbooks_of_the_notebook_did_not_make_is_refused(tmp_path):
    [plan] = planned_from([executed(tmp_path, SAID, with_all_told)], ("en",), Delivery())
    assert b"concluded" not in plan.runs[0].given
    for edit, said in ((with_another_number, "finding "), (with_a_want, "a want of input")):
        with pytest.raises(NotebooksRefusedError, match=f"{said}.* is not as its workbook made it"):
            planned_from([executed(tmp_path, SAID, edit)], ("en",), Delivery())
