"""What a batch tells of each subject: to people, to a program that reads stdout, to a hook; and what is tried again."""

from __future__ import annotations

import json
import sys

import pytest

from siyu.commands import report
from siyu.commands.console import Console
from siyu.runs import batch
from siyu.runs.files.publication import Cleared
from siyu.runs.outcome import Outcome

WRITE = "import os, sys; open(sys.argv[1], 'a').write(f'{sys.argv[2:]} {sorted(os.environ)}\\n')"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "reports"


def failed(out, *reasons):
    return Outcome("acme", "failed", out / "acme", reasons=reasons)


def test_a_hook_gets_three_words_and_nothing_of_the_operators_secrets(out, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("BROKER_PASSWORD", "hunter2")
    console = Console(hook=(sys.executable, "-c", WRITE, str(tmp_path / "said")))
    console.ended(Outcome("acme", "published", out / "acme; rm -rf x"))
    said = (tmp_path / "said").read_text()
    assert said.startswith(str(["acme", "published", f"{out}/acme; rm -rf x"]))
    assert "BROKER_PASSWORD" not in said
    Console(hook=("no-such-program",)).ended(Outcome("acme", "published", out / "acme"))
    Console(hook=("false",)).ended(Outcome("acme", "published", out / "acme"))
    told = capfd.readouterr().err
    assert "the hook no-such-program ended with FileNotFoundError" in told
    assert "the hook false ended with 1" in told


@pytest.mark.parametrize(
    ("executed", "said"),
    [
        (None, "(4 s)"),
        ((), "(rendered anew, 4 s)"),
        (("01_evidence",), "(1 section run, 4 s)"),
        (("01_evidence", "04_reach"), "(2 sections run, 4 s)"),
    ],
)
def test_of_a_publication_only_what_is_known_is_said(out, capsys, executed, said):
    cleared = Cleared(("1a2b-1/notes.txt",), ("replaced-1: Permission denied",))
    Console().ended(Outcome("acme", "published", out / "acme", 4.0, executed, previous=True, cleared=cleared))
    told = capsys.readouterr().err
    assert f"{said}; no headline number moved" in told
    assert "moved to .siyu/kept/acme: 1a2b-1/notes.txt" in told
    assert "tries to remove: replaced-1: Permission denied" in told


def test_only_a_report_that_is_known_to_be_the_first_is_called_so(out, capsys):
    for executed, said in (
        ((), "first report"),
        (None, "nothing to compare with"),
    ):  # a cluster tells not what was there
        Console().ended(Outcome("acme", "published", out / "acme", 4.0, executed))
        assert capsys.readouterr().err.rstrip().endswith(said)


@pytest.mark.parametrize(
    ("reason", "transient"),
    [
        ("02_case_study: the kernel died", True), ("02_case_study: its worker was killed (SIGKILL)", True),
        ("system: the system: Resource temporarily unavailable", True), ("cluster: its worker was killed", True),
        ("worker: it was killed (SIGKILL)", True),
        ("02_case_study: cell 3: ValueError", False), ("limits: stopped after 4 s, its limit of time", False),
        ("disk: reports/acme: No space left on device; a report takes about 10 MB", False),
    ],
)  # fmt: skip
def test_only_want_of_the_machine_is_tried_again(out, reason, transient):
    assert failed(out, reason).transient is transient
    assert not failed(out, reason, "02_case_study: cell 3: ValueError").transient


def test_what_is_tried_again_is_told_once_and_later_each_time(out, monkeypatch, capsys):
    class Plan:
        request = type("R", (), {"subject": type("S", (), {"id": "acme"})})

    asked, pauses = [], []
    ends = [failed(out, "a: the kernel died"), failed(out, "a: the kernel died"), Outcome("acme", "published", out)]

    class Batch:
        def __init__(self, plans, _out, *, progress, **_):
            self.progress = progress
            asked.append(len(plans))

        def run(self):
            self.progress.ended(done := ends.pop(0))
            return [done]

    monkeypatch.setattr(batch, "Batch", Batch)
    monkeypatch.setattr(report.time, "sleep", pauses.append)
    report._publish([Plan], out, Console(as_json=True, retries=5), report._here(None), force=False)
    assert (asked, pauses) == ([1, 1, 1], [2.0, 4.0])
    assert [json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()] == ["published"]
    ends[:] = [failed(out, "a: the kernel died")] * 2
    with pytest.raises(SystemExit, match="1"):
        report._publish([Plan], out, Console(as_json=True, retries=1), report._here(None), force=False)
    assert json.loads(capsys.readouterr().out)["status"] == "failed"
