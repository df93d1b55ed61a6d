from __future__ import annotations

from pathlib import Path

from siyu.paths import project_root
from siyu.record import FINDING
from siyu.runs.files import executed


def test_findings_references_and_words_are_read_in_order(tiny):
    notebook = tiny.executed()
    notebook["cells"].append(tiny.markdown("## Limits"))
    assert [record.key for record in executed.findings(notebook)] == ["buyers"]
    assert executed.references(notebook) == {}
    assert executed.words(notebook) == [("# How many?", None), ("## Limits", "buyers")]


def test_a_finding_shown_twice_counts_as_last_shown(tiny):
    notebook = tiny.executed()
    again = {**tiny.record("buyers", 4, "02_case_study")}
    notebook["cells"][-2]["outputs"].append(tiny.shown({FINDING: again}))
    assert [record.values[0].value for record in executed.findings(notebook)] == [4]


def test_normalising_leaves_neither_times_nor_places(tiny):
    first, second = tiny.executed(buyers=5), tiny.executed(buyers=5)
    for notebook, mark in ((first, "1"), (second, "2")):
        notebook["metadata"]["papermill"] = {"start_time": mark, "input_path": f"/home/{mark}"}
        notebook["cells"][2]["id"] = f"random-{mark}"
        notebook["cells"][3]["metadata"] = {"papermill": {"duration": mark}, "execution": {"iopub": mark}}
        line = f"{project_root()}/src/siyu/x.py at 0x7f{mark}e /tmp/ipykernel_{mark}/{mark}.py"
        notebook["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [line]}]
    assert executed.normalised(first) == executed.normalised(second)
    assert executed.normalised(first)["cells"][3]["outputs"][0]["text"] == "src/siyu/x.py at 0x0 cell.py"


def test_a_place_is_not_looked_for_within_another(tiny, monkeypatch):
    monkeypatch.setattr(executed, "project_root", lambda: Path("/siyu"))
    monkeypatch.setattr(executed, "package_dir", lambda: Path("/siyu/src/siyu"))
    notebook = tiny.executed()
    said = 'File "/siyu/src/siyu/x.py", file:///siyu/data/a.csv, /home/siyu/reports, src/siyu/y.py'
    notebook["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [said]}]
    kept = executed.normalised(notebook)["cells"][3]["outputs"][0]["text"]
    assert kept == 'File "src/siyu/x.py", file://data/a.csv, /home/siyu/reports, src/siyu/y.py'


def test_nothing_that_runs_where_it_is_opened_is_published(tiny):
    notebook = tiny.executed()
    active = {
        "text/html": "<script>hit()</script>",
        "application/javascript": "hit()",
        "image/svg+xml": "<svg onload=hit()>",
    }
    notebook["cells"][3]["outputs"] = [tiny.shown({"text/plain": "shown", **active})]
    assert executed.normalised(notebook)["cells"][3]["outputs"][0]["data"] == {"text/plain": "shown"}


def test_normalising_twice_changes_nothing(tiny):
    once = executed.normalised(tiny.executed(buyers=5))
    assert executed.normalised(once) == once
