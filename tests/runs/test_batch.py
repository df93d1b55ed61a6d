"""Batches of tiny notebooks in real kernels."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psutil
from schemas import schema_faults

from siyu.runs.ask import reuse
from siyu.runs.ask.present import Present
from siyu.runs.ask.wishes import Limits
from siyu.runs.batch import Batch
from siyu.runs.files import storage
from siyu.runs.files.record import mismatches
from siyu.runs.files.workspace import Workspace
from siyu.runs.make.pool import Pool
from siyu.runs.outcome import Progress
from siyu.runs.subjectrun import SubjectRun


def contents(folder):
    """Every file but the journal, which holds times."""
    files = storage.files_below(folder)
    return {name: path.read_bytes() for name, path in files.items() if path.name != "journal.json"}


def executed(outcomes):
    return {name: outcome.executed for name, outcome in outcomes.items() if outcome.executed}


BOTH = ("01_evidence", "02_case_study")


def test_a_batch_is_published_whole_and_only_what_changed_is_run_again(project):
    first = project.run(jobs=2)
    assert {name: outcome.status for name, outcome in first.items()} == {
        "alpha": "published",
        "beta": "published",
    }
    assert executed(first) == {"alpha": BOTH, "beta": BOTH}
    alpha = project.out / "alpha"
    assert mismatches(alpha) == []
    assert schema_faults("run", json.loads((alpha / "run.json").read_text())) == []
    assert schema_faults("findings", json.loads((alpha / "findings.json").read_text())) == []
    assert {path.name for path in project.out.iterdir()} == {"alpha", "beta", "index.html", ".siyu"}
    before = contents(alpha)

    # nothing changed
    again = project.run()
    assert {outcome.status for outcome in again.values()} == {"unchanged"}

    # a parameter that one section declares
    project.notebook("01_evidence", parameters=project.tiny.PARAMETERS + "\nmonths: int = 12")
    assert executed(project.run("alpha", "beta")) == {"alpha": BOTH[:1], "beta": BOTH[:1]}
    assert executed(project.run("alpha", parameters={"months": "6"})) == {"alpha": BOTH[:1]}

    # a subject's own file
    project.tiny.write_subject(project.subjects, "beta", as_of="2021-09-30")
    assert executed(project.run()) == {"alpha": BOTH[:1], "beta": BOTH}

    # a language more renders, and runs nothing
    outcome = project.run("beta", languages=("zh", "en"))["beta"]
    assert (outcome.status, outcome.executed) == ("published", ())
    assert (project.out / "beta" / "report.zh.html").exists()

    # a damaged report is made again, from what is still good
    (project.out / "beta" / "findings.json").write_text("{}")
    assert executed(project.run("beta", languages=("zh", "en"))) == {"beta": BOTH}

    # the same again by force, byte by byte, but for the report that it takes the place of
    project.notebook("01_evidence")
    assert executed(project.run("alpha", force=True)) == {"alpha": BOTH}
    now = contents(alpha)
    then, record = (json.loads(files.pop("run.json")) for files in (before, now))
    assert now == before
    assert record | {"previous": None, "seal": ""} == then | {"previous": None, "seal": ""}


def test_two_reports_from_nothing_are_equal_in_every_byte_and_one_made_again_keeps_its_previous(project):
    project.run("alpha")
    first = contents(project.out / "alpha")
    project.out = project.root / "elsewhere"
    assert not project.run("alpha")["alpha"].previous
    assert contents(project.out / "alpha") == first
    assert json.loads(first["run.json"])["previous"] is None
    again = project.run("alpha", force=True)["alpha"]
    assert (again.status, again.moved, again.previous) == ("published", (), True)  # not a first report
    project.run("alpha", parameters={"buyers": "4"})
    moved = contents(project.out / "alpha")
    record = json.loads(moved["run.json"])
    assert record["previous"] == {name: json.loads(first["run.json"])[name] for name in ("seal", "as_of")}
    assert [one["because"] for one in record["moved"]] == [["parameter:buyers"]] * 2
    assert executed(project.run("alpha", parameters={"buyers": "4"}, force=True)) == {"alpha": BOTH}
    assert contents(project.out / "alpha") == moved


def test_a_failing_subject_leaves_the_last_good_report_and_the_others_alone(project):
    cells = ("assert case != 'beta', f'secret {138}00138000'", *project.tiny.FINDINGS)
    assert project.run("alpha")["alpha"].status == "published"
    good = contents(project.out / "alpha")
    project.notebook("02_case_study", *cells)
    for name in ("alpha", "beta"):
        project.tiny.write_subject(project.subjects, name, case="beta")
    project.tiny.write_subject(project.subjects, "gamma")
    outcomes = project.run("alpha", "beta", "gamma")
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "alpha": "failed",
        "beta": "failed",
        "gamma": "published",
    }
    assert outcomes["alpha"].reasons == ("02_case_study: cell 5: AssertionError",)
    assert contents(project.out / "alpha") == good

    # the record of the failure: beside the good report, or in its place where there is none
    for name in ("alpha", "beta"):
        folder = outcomes[name].folder
        record = json.loads((folder / "run.json").read_text())
        assert schema_faults("run", record) == []
        assert mismatches(folder) == []
        assert {one["notebook"]: one["status"] for one in record["sections"][:2]} == {
            "01_evidence": "ok",
            "02_case_study": "failed",
        }
        assert not list(folder.glob("report.*"))
    assert outcomes["beta"].folder == project.out / "beta"
    index = (project.out / "index.html").read_text()
    assert "AssertionError" in index

    # nothing a cell said, which may quote a buyer, is anywhere
    everything = b"".join(path.read_bytes() for path in project.out.rglob("*") if path.is_file())
    assert b"13800138000" not in everything

    # mended: only what is missing is run, and the failure is forgotten
    project.notebook("02_case_study")
    assert executed(project.run("alpha", "beta")) == {"alpha": BOTH[1:], "beta": BOTH[1:]}
    assert "AssertionError" not in (project.out / "index.html").read_text()


def test_a_failure_of_inputs_that_are_as_before_again_is_forgotten(project):
    project.run("alpha")
    project.notebook("02_case_study", "1 / 0", *project.tiny.FINDINGS)
    record = project.run("alpha")["alpha"].folder
    assert record == project.out / ".siyu" / "failed" / "alpha"
    project.notebook("02_case_study")
    assert project.run("alpha")["alpha"].status == "unchanged"
    assert not record.exists()
    assert "ZeroDivisionError" not in (project.out / "index.html").read_text()


def test_only_a_report_that_is_as_sealed_is_said_to_stand(project):
    project.run("alpha")
    project.notebook("02_case_study", "1 / 0", *project.tiny.FINDINGS)
    assert project.run("alpha")["alpha"].stands
    page = next((project.out / "alpha").glob("report.*"))
    project.notebook("02_case_study", f"open({str(page)!r}, 'w').close(); 1 / 0", *project.tiny.FINDINGS)
    assert not project.run("alpha")["alpha"].stands


def test_a_section_that_another_one_has_altered_is_named(project):
    altering = f"from pathlib import Path\nfor one in Path({str(project.out)!r}).rglob('02_case_study.ipynb'): one.write_text('x')"
    project.notebook("01_evidence", altering, "wb.finding('buyers', buyers)")
    project.notebook("02_case_study", *["0"] * 9, *project.tiny.FINDINGS)
    outcome = project.run("alpha")["alpha"]
    assert outcome.status == "failed"
    assert outcome.reasons == ("02_case_study: its notebook is not the one that was accepted",)


def test_a_report_is_sealed_while_it_is_looked_at_and_what_is_damaged_by_then_is_told(project, monkeypatch):
    look, seal, looked_at = SubjectRun._checking_tasks, SubjectRun._seal, []

    def sealed(run):
        looked_at.append(run._running)
        seal(run)

    monkeypatch.setattr(SubjectRun, "_seal", sealed)
    assert project.run("alpha", jobs=2)["alpha"].status == "published"
    assert looked_at == [1]

    def altered(run):
        seal(run)
        (run.place.building / "notebooks" / "02_case_study.ipynb").write_text("{}")

    monkeypatch.setattr(SubjectRun, "_seal", altered)
    found = project.run("alpha", jobs=2, force=True)["alpha"]
    assert found.reasons == ("reading back: notebooks/02_case_study.ipynb: changed since it was sealed",)

    def damaged(run):
        (run.place.building / "findings.json").write_text("{")
        return look(run)

    monkeypatch.setattr(SubjectRun, "_checking_tasks", damaged)
    found = project.run("alpha", jobs=2, force=True)["alpha"]
    assert found.reasons == ("report in en: findings.json cannot be read back (JSONDecodeError)",)
    assert found.stands


def test_a_change_of_inputs_while_the_report_is_made_fails_it(project):
    path = project.subjects / "alpha" / "subject.yml"
    project.notebook("02_case_study", f"open({str(path)!r}, 'a').write('# later\\n')", *project.tiny.FINDINGS)
    outcome = project.run("alpha")["alpha"]
    assert outcome.status == "failed"
    assert outcome.reasons == ("inputs: alpha/subject.yml changed while the report was made; run it again",)


# subject: (what its cell does, its limits, which of them it passes)
OVER = {
    "endless": ("while True: pass", Limits(seconds=4), "its limit of time"),
    "hoarder": (
        "hoard = []\nwhile True: hoard.append(bytearray(b'x') * (20 << 20))",
        Limits(memory=600 << 20),
        "of memory",
    ),
    "talker": ("while True: print('x' * 100_000)", Limits(output=5 << 20), "of output"),
}


def test_a_subject_over_its_limit_is_stopped_and_leaves_nothing_running(project):
    ways = {name: cell for name, (cell, _, _) in OVER.items()}
    project.notebook("02_case_study", f"ways = {ways!r}", "exec(ways[subject])")
    for name in OVER:
        project.tiny.write_subject(project.subjects, name)
    plans = project.plan(*OVER)
    for plan in plans:
        object.__setattr__(plan.request, "limits", OVER[plan.request.subject.id][1])
    began = time.time()
    batch = Batch(plans, project.out, pool=Pool(2), force=False, progress=Progress())
    outcomes = {outcome.subject: outcome for outcome in batch.run()}
    assert {outcome.status for outcome in outcomes.values()} == {"failed"}
    for name, (_, _, said) in OVER.items():
        assert said in outcomes[name].reasons[0]
        assert "02_case_study" in outcomes[name].reasons[0]
    assert [one for one in psutil.Process().children(recursive=True) if one.create_time() > began - 0.1] == []


def test_an_unfinished_run_is_resumed_with_what_it_has_done(project):
    project.notebook("02_case_study", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    assert project.run("alpha")["alpha"].reasons == ("02_case_study: the kernel died",)
    project.notebook("02_case_study")
    [plan] = project.plan("alpha")
    decided = reuse.decided(plan, Workspace(project.out), Present(), force=False)
    assert str(decided).startswith("execute 02_case_study; take over 01_evidence")
    assert executed(project.run("alpha")) == {"alpha": ("02_case_study",)}


def test_what_took_longest_last_time_begins_first(project):
    project.notebook("02_case_study", "longer = 1", "longer = 2", *project.tiny.FINDINGS)
    journal = project.out / "alpha" / "journal.json"

    def order():
        assert project.run("alpha", force=True)["alpha"].status == "published"
        return [entry["task"] for entry in json.loads(journal.read_text())["tasks"] if entry["task"] in BOTH]

    assert order() == ["02_case_study", "01_evidence"]  # by the number of cells
    told = json.loads(journal.read_text())
    for entry in told["tasks"]:
        entry["seconds"] = {"01_evidence": 9.0}.get(entry["task"], 1.0)
    journal.write_text(json.dumps(told))
    assert order() == ["01_evidence", "02_case_study"]
    for damaged in ("{", '{"tasks": 3}', '[{"task": "01_evidence"}]', '{"tasks": [{"task": "01_evidence"}]}'):
        journal.write_text(damaged)
        assert order() == ["02_case_study", "01_evidence"]


def test_a_kernel_is_private_and_nothing_outlives_it(project, monkeypatch, tmp_path):
    cells = (
        "import json, subprocess\nfrom ipykernel import get_connection_file\nfrom pathlib import Path",
        "path = Path(get_connection_file())",
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)",
        "print(json.loads(path.read_text())['transport'], oct(path.parent.stat().st_mode & 0o777))",
        "print(path.parent, get_ipython().history_manager.hist_file, child.pid)",
    )
    project.notebook("02_case_study", *cells, *project.tiny.FINDINGS)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert project.run("alpha")["alpha"].status == "published"
    notebook = json.loads((project.out / "alpha/notebooks/02_case_study.ipynb").read_text())
    first, second = (output["text"] for cell in notebook["cells"][7:9] for output in cell["outputs"])
    sockets, history, child = second.split()
    assert (first, history) == ("ipc 0o700\n", ":memory:")
    assert not psutil.pid_exists(int(child)) or psutil.Process(int(child)).status() == psutil.STATUS_ZOMBIE
    assert not Path(sockets).parent.exists()
    assert list(Path.cwd().iterdir()) == []
