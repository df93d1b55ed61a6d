"""Notebooks that something else executed."""

import json

import pytest

from siyu.paths import project_root
from siyu.runs.ask.wishes import Delivery
from siyu.runs.external import NotebooksRefusedError, planned_from


def executed(folder, injected):
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
