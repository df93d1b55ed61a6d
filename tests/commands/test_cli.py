from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from siyu.commands.console import Console
from siyu.commands.main import main
from siyu.commands.report import _newer, _publish
from siyu.paths import project_root
from siyu.runs.ask.wishes import Delivery
from siyu.runs.external import planned_from
from siyu.runs.files.executed import findings
from siyu.runs.files.record import sealed
from siyu.runs.make.pool import Pool


@pytest.fixture
def siyu(tmp_path, monkeypatch):
    """Run a command; no kernel may start, nor libraries load beforehand."""

    def refuse(*_args, **_more):
        raise AssertionError("something was started")

    monkeypatch.delenv("SIYU_HOME", raising=False)
    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(Pool, "warm", lambda _pool: None)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report"], "expected subjects, or --all, or --manifest FILE"),
        (["report", "luzhou_laojio"], "Did you mean luzhou_laojiao?"),
        (["report", "luzhou_laojiao", "--all"], "found more than one"),
        (["report", "luzhou_laojiao", "-p", "cse=x"], "Did you mean case?"),
        (["report", "luzhou_laojiao", "-p", "case"], "expected NAME=VALUE"),
        (["report", "luzhou_laojiao", "-p", "months=1", "-p", "months=2"], "months twice"),
        (["report", "luzhou_laojiao", "-p", "months=soon"], "expected a whole number"),
        (["report", "luzhou_laojiao", "-p", "case=luzhou"], "Did you mean luzhou_laojiao?"),
        (["report", "luzhou_laojiao", "--lang", "zh,fr"], "found fr"),
        (["report", "luzhou_laojiao", "--as-of", "2021-13-01"], "expected a date"),
        (["report", "luzhou_laojiao", "--template", "none.pptx"], "no readable presentation"),
        (["report", "--manifest", "none.yml", "--pdf"], "settings in two places"),
        (["report", "--manifest", "none.yml"], "found no file"),
        (["report", "--manifest", "none.yml", "--lang", "zh"], "settings in two places"),
        (["report", "luzhou_laojiao", "--jobs", "0"], "--jobs"),
        (["report", "luzhou_laojiao", "--hook", "notify 'x"], "expected a command"),
        (["report", "luzhou_laojiao", "--hook", "no-such-program --loud"], "found no-such-program"),
        (["reprot"], "report"),
        (["trace", "luzhou_laojiao", "fan_gmv", "--out", "nowhere"], "Run: siyu report luzhou_laojiao"),
        (["render", "--out", "x"], "EXECUTED"),
        (["render", "nope.ipynb", "--out", "x"], "nope.ipynb: found no file"),
        (["verify", "nowhere"], "expected the folder of a report"),
        (["init", "desk"], "is a project folder"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(siyu, words, said):
    result = siyu(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_findings_that_are_torn_are_said_to_be(siyu, tmp_path):
    folder = tmp_path / "luzhou_laojiao"
    folder.mkdir()
    for name in ("run.json", "findings.json"):
        shutil.copy(project_root() / "reports" / "luzhou_laojiao" / name, folder)
    (folder / "findings.json").write_bytes((folder / "findings.json").read_bytes()[:5_000])
    result = siyu("trace", "luzhou_laojiao", "case_answer", "--out", tmp_path)
    assert result.exit_code == 2
    assert "expected findings as they were sealed. Run: siyu verify" in result.stderr


def test_the_record_of_a_failed_run_is_no_report_whose_seal_holds(siyu, tmp_path):
    record = {"schema": 2, "subject": "acme", "status": "failed", "reasons": ["no room"], "files": []}
    (tmp_path / "run.json").write_text(json.dumps(sealed(tmp_path, record)), encoding="utf-8")
    result = siyu("verify", tmp_path)
    assert result.exit_code == 2
    assert "a published report. Its run failed" in result.stderr


def test_under_nohup_a_batch_goes_on_when_the_terminal_has_gone(tmp_path):
    asked = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        _publish([], tmp_path, Console(), lambda *_: [], force=False)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        for number, handler in asked.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("words", [["winback"], ["assign", "--share", "0.5", "--difference", "0.1"]])
def test_no_list_of_orders_is_written_into_a_report(siyu, tmp_path, words):
    (tmp_path / "acme" / "notebooks").mkdir(parents=True)
    (tmp_path / "acme" / "run.json").write_text("{}")
    result = siyu(*words, "luzhou_laojiao", "--out", tmp_path / "acme" / "notebooks" / "list.csv")
    assert result.exit_code == 2
    assert "expected a file outside of reports" in result.stderr
    assert list((tmp_path / "acme" / "notebooks").iterdir()) == []


def test_all_problems_are_said_at_once(siyu):
    result = siyu("report", "luzhou_laojio", "luzhou_laojiao", "--lang", "fr", "-p", "cse=1", "--as-of", "soon")
    assert result.exit_code == 2
    assert result.stderr.startswith("siyu: 4 problems\n")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(siyu, tmp_path):
    result = siyu("report", "luzhou_laojiao", "--dry-run", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.startswith("luzhou_laojiao: execute ")
    assert not (tmp_path / "out").exists()


def test_a_manifest_says_the_file_and_the_lines(siyu, tmp_path):
    path = tmp_path / "m.yml"
    path.write_text("subjects:\n  - luzhou_laojiao\nlang: [no]\nlang: [zh]\n")
    result = siyu("report", "--manifest", path)
    assert result.exit_code == 2
    assert f"{path} line 4, column lang: found lang twice" in result.stderr


def test_verify_names_what_is_missing(siyu, tmp_path):
    result = siyu("verify", tmp_path)
    assert result.exit_code == 1
    assert "run.json: missing" in result.stderr


def test_render_refuses_notebooks_that_did_not_run_to_their_end(siyu, tmp_path):
    bundled = Path("notebooks/02_case_study.ipynb")
    from siyu.paths import notebooks_dir

    content = json.loads((notebooks_dir() / bundled.name).read_text())
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    (tmp_path / bundled.name).write_text(json.dumps(content))
    (tmp_path / "torn.ipynb").write_text('{"cells": [')
    result = siyu("render", tmp_path / bundled.name, tmp_path / "torn.ipynb", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "has not run" in result.stderr
    assert "torn.ipynb: found JSONDecodeError while reading" in result.stderr
    assert not (tmp_path / "out").exists()


def test_windows_is_refused_in_one_line(siyu, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    result = siyu("report", "demo")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "use WSL 2" in result.stderr


def test_nothing_that_windows_lacks_is_imported_before_it_is_refused():
    lacking = "import sys; sys.modules |= dict.fromkeys(('fcntl', 'resource', 'pwd', 'grp', 'termios'))\n"
    command = [sys.executable, "-c", f"{lacking}import siyu.commands.main"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stderr == ""


def test_libraries_have_nothing_to_say_at_the_end_of_a_command(tmp_path):
    siyu, own = [Path(sys.executable).parent / "siyu", "check", "demo"], os.environ | {"SIYU_HOME": str(tmp_path)}
    told = subprocess.run(siyu, capture_output=True, text=True, check=False, env=own)
    assert "accepted" in told.stderr
    assert "nanobind" not in told.stderr  # as of extensions whose objects were left alone


def test_who_may_not_read_a_store_is_told_what_to_do(siyu, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied", "data/subjects/.store")

    monkeypatch.setattr("siyu.commands.options.known", refused)
    result = siyu("metrics", "cdnow")
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "data/subjects/.store: Permission denied. Give this user" in result.stderr


def test_shells_complete_subjects():
    words = {"COMP_WORDS": "siyu report luz", "COMP_CWORD": "2", "_SIYU_COMPLETE": "bash_complete"}
    result = CliRunner().invoke(main, env=words, prog_name="siyu")
    assert result.stdout.splitlines() == ["plain,luzhou_laojiao"]


def test_help_is_there_for_every_verb():
    for verb in main.commands:
        result = CliRunner().invoke(main, [verb, "--help"])
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()[2]) > 20


def opened(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def written(folder):
    """Every file of a report but the journal, which holds times."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and path.name != "journal.json"}  # fmt: skip


@pytest.mark.parametrize("anew", [False, pytest.param(True, marks=pytest.mark.whole)])
def test_the_case_from_notebook_to_report_and_back(tmp_path, anew):
    """The bundled case: report, verify, trace, and the same from notebooks that were executed before.

    anew: the second report is made from nothing, too; tiny ones are in `tests/runs/test_batch.py`."""

    def run(*words):
        command = [Path(sys.executable).parent / words[0], *words[1:]]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result

    def said(*words, status=0):
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == status, result.stderr
        return result

    out = tmp_path / "out"
    wished = ["report", "luzhou_laojiao", "--lang", "en", "--limits", "7200,4096,50"]  # on a busy machine, too
    run("siyu", *wished, "--out", out)
    folder = out / "luzhou_laojiao"
    record = json.loads((folder / "run.json").read_text())
    assert [one["outside"] for one in record["sections"] if "outside" in one] == []
    first = written(folder)
    assert {"run.json", "findings.json", "report.en.html", "deck.en.pptx", "tables.en.xlsx"} < {*first}
    assert run("siyu", "verify", folder).stderr.endswith("the seal holds\n")
    traced = said("trace", "luzhou_laojiao", "fan_gmv.fan_gmv", "--out", out).stdout
    assert "claim:S0-09" in traced
    assert "Did you mean fan_gmv?" in said("trace", "luzhou_laojiao", "fan_gm", "--out", out, status=2).stderr
    here = re.escape(str(Path(__file__).parents[2]).encode())
    assert not re.search(rb"(?<![\w.-])" + here + rb"(?!\w)", b"".join(first.values()))

    # once more and in a client's master: but for deck and record, equal in every byte; the record names the file
    shutil.copy(folder / "deck.en.pptx", client := tmp_path / "client.pptx")
    parts = {name: content.replace(b"Siyu", b"Laojiao") if name == "ppt/theme/theme1.xml" else content
             for name, content in opened(client).items()}  # fmt: skip
    with zipfile.ZipFile(client, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    asked = [*wished, "--template", client, "--out"]
    assert "render anew; take over 01_evidence" in said(*asked, out, "--dry-run").stdout
    if not anew:
        shutil.copytree(out, tmp_path / "again")
    run("siyu", *asked, tmp_path / "again")
    second = written(again := tmp_path / "again" / "luzhou_laojiao")
    others = {"deck.en.pptx", "run.json"} | (set() if anew else {"report.en.html"})  # which names the report before it
    assert {name for name in first | second if first.get(name) != second.get(name)} == others
    made = opened(again / "deck.en.pptx")
    assert made["ppt/theme/theme1.xml"] == parts["ppt/theme/theme1.xml"]
    inputs = json.loads((again / "run.json").read_text())["inputs"]
    assert {"path": "template/client.pptx", "sha256": hashlib.sha256(client.read_bytes()).hexdigest()} in inputs

    # the same notebooks, had something else executed them
    elsewhere = [Path(shutil.copy(path, tmp_path / path.name)) for path in sorted((folder / "notebooks").iterdir())]
    [plan] = planned_from(elsewhere, ("en",), Delivery())
    assert plan.runner == "external"
    assert [section.notebook for section in plan.runs] == [path.stem for path in elsewhere]
    again = [record for section in plan.runs for record in findings(json.loads(section.given or b""))]
    published = json.loads((folder / "findings.json").read_text())["findings"]
    assert [
        {**record.as_json(), "title": one["title"]} for record, one in zip(again, published, strict=True)
    ] == published


def test_libraries_load_beforehand_where_files_are_newer_than_the_report(tmp_path, monkeypatch):
    folder, record = tmp_path / "data" / "client", tmp_path / "reports" / "client" / "run.json"
    monkeypatch.setenv("SIYU_DATA", str(folder.parent))
    exports = folder / "exports"
    for second, path in enumerate((folder / "subject.yml", exports / "orders.csv", record, exports / "december.csv")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (second, second))  # two that are made at once may bear one time
        os.utime(path.parent, (second, second))
        assert _newer("client", tmp_path / "reports") is (path != record)


def test_a_file_that_goes_away_while_files_are_looked_at_is_something_to_do(tmp_path, monkeypatch):
    record = tmp_path / "reports" / "client" / "run.json"
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    for path in (tmp_path / "data" / "client" / "subject.yml", record):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert not _newer("client", tmp_path / "reports")
    monkeypatch.setattr(Path, "rglob", lambda folder, _: [folder / "gone.csv"])
    assert _newer("client", tmp_path / "reports")
