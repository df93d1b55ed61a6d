from __future__ import annotations

import copy

import pytest

from siyu import reads
from siyu.figure import Figure
from siyu.findings import make_finding
from siyu.language import Language
from siyu.record import FINDING, NO_INPUT
from siyu.runs.ask import sections
from siyu.runs.check import checks
from siyu.runs.files import executed

TRAIL = [{"cell": n, "ok": True} for n in range(1, 5)] + [{"finished": True}]


@pytest.fixture
def good(tiny):
    return tiny.executed()


def code(notebook, number):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][number]


def test_a_notebook_that_ran_to_its_end_has_no_fault(good):
    assert checks.faults(good) == []
    assert checks.trail_faults(good, TRAIL) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda n: code(n, 3).update(execution_count=None), "cell 5 has not run"),
        (lambda n: code(n, 2).update(execution_count=7), "cell 4 ran as number 7, not 3"),
        (
            lambda n: code(n, 0).update(execution_count=2) or code(n, 1).update(execution_count=1),
            "ran as number 2",
        ),
        (
            lambda n: code(n, 1)["outputs"].append({"output_type": "error", "ename": "KeyError"}),
            "cell 3: KeyError",
        ),
        (lambda n: code(n, 2)["outputs"].clear(), "finding buyers is missing"),
        (lambda n: code(n, 3)["outputs"].clear(), "the references are missing"),
        (lambda n: n["cells"].pop(), "the references are missing"),
        (lambda n: n["cells"].pop(-2) and code(n, 2).update(execution_count=3), "it shows no finding"),
        (
            lambda n: code(n, 2)["outputs"][0]["data"][FINDING].pop("values"),
            "values: Field required",
        ),
        (lambda n: code(n, 2)["outputs"][0]["data"][FINDING].update(sources=[]), "sources: "),
    ],
)
def test_what_speaks_against_a_notebook_is_said(good, damage, said):
    damage(good)
    assert said in "; ".join(checks.faults(good))


def test_what_a_cell_displays_does_not_waive_a_finding_that_the_code_makes(good):
    code(good, 2)["outputs"].clear()
    planted = {NO_INPUT: {"reason": "No exports yet"}, "text/plain": "No exports yet"}
    code(good, 1)["outputs"].append({"output_type": "display_data", "metadata": {}, "data": planted})
    assert executed.no_input(good) == "No exports yet"
    assert "finding buyers is missing" in checks.faults(good)


def test_a_finding_that_is_changed_after_it_was_made_is_not_its_workbooks(good):
    figure = Figure(3, 3, 3, "count", sources=("claim:S0-09",))
    made = make_finding("buyers", "02_case_study", "{n}", {"n": figure}, None, language=Language("en"))
    told = {"concluded": reads.concluded()}
    code(good, 2)["outputs"][0]["data"] = made._repr_mimebundle_()[0]
    assert checks.forged(good, told) == []
    object.__setattr__(made.record.values[0], "value", 83.0)
    code(good, 2)["outputs"][0]["data"] = made._repr_mimebundle_()[0]
    assert checks.forged(good, told) == ["finding buyers is not as its workbook made it"]


def test_a_traceback_that_was_printed_and_passed_over_is_a_fault(good):
    text = ["Traceback (most recent call last):\n", "ValueError\n"]
    code(good, 1)["outputs"].append({"output_type": "stream", "name": "stderr", "text": text})
    assert checks.faults(good) == ["cell 3: an exception was printed and passed over"]


def test_a_finding_that_is_made_on_a_condition_may_be_absent(good):
    code(good, 1)["source"] += "\nown = None\nwb.finding('own', own) if own else None\nif own: wb.finding('more', own)"
    assert checks.made_findings(good) == ["buyers"]
    assert checks.faults(good) == []
    code(good, 1)["source"] += "\nwb.finding('always', 1)"
    assert checks.faults(good) == ["finding always is missing"]


def test_cells_without_code_do_not_count(good, tiny):
    good["cells"].insert(3, tiny.code("  \n"))
    assert checks.faults(good) == []


@pytest.mark.parametrize(
    ("trail", "said"),
    [
        ([], "completed 0 of 4 cells"),
        (TRAIL[:3], "completed 3 of 4 cells"),
        (TRAIL[:4], "did not live to the end"),
        ([{"cell": 1, "ok": False}, *TRAIL[1:]], "completed 3 of 4 cells"),
        ([*TRAIL, {"failure": "thread", "type": "ValueError", "cell": 2}], "cell 2: ValueError in a thread"),
        ([*TRAIL, {"failure": "exit", "type": "failure", "cell": 3}], "cell 3: it asked the kernel to end"),
        ([*TRAIL, {"failure": "command", "type": "failure", "cell": 1}], "cell 1: a shell command failed"),
    ],
)
def test_the_trail_of_the_kernel_is_believed_before_the_notebook(good, trail, said):
    assert said in "; ".join(checks.trail_faults(good, trail))


def test_a_notebook_is_the_bundled_one_with_the_given_parameters(project, tiny):
    bundled = sections.notebooks()["02_case_study"]
    ran = tiny.executed(buyers=5, subject="alpha")
    assert checks.identity_faults(bundled, {"buyers": 5, "subject": "alpha"}, ran) == []
    assert checks.identity_faults(bundled, {"buyers": 6, "subject": "alpha"}, ran) == [
        "it did not run with the parameters it was given"
    ]
    edited = copy.deepcopy(ran)
    edited["cells"][-2]["source"] += " "
    assert checks.identity_faults(bundled, {"buyers": 5, "subject": "alpha"}, edited) == [
        "its cells are not those of the bundled notebook"
    ]
    assert checks.identity_faults(bundled, {}, tiny.executed("01_evidence")) != []


def test_findings_that_the_code_makes_are_found_without_running_it(tiny):
    cells = (
        "wb.finding('a', 1)",
        "x = wb.finding(\n    'b', 2,\n)",
        "wb.finding(key, 3)",
        "wb.finding('of clients', 4, kind='client')",
        "%matplotlib inline",
    )
    assert checks.made_findings(tiny.notebook("02_case_study", cells)) == ["a", "b"]
