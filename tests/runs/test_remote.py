"""Batches on a Dask cluster: whole or not at all, published once, by workers that agree with the driver only."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import dask
import psutil
import pytest
from distributed import LocalCluster
from distributed.security import Security

from siyu import paths
from siyu.errors import UsageError
from siyu.runs import remote
from siyu.runs.ask import sections
from siyu.runs.files import record
from siyu.runs.files.record import mismatches
from siyu.runs.files.workspace import Workspace
from siyu.runs.make import forking
from siyu.runs.outcome import Progress
from siyu.runs.remote import Cluster, SchedulerLostError, admitted

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own
CASE = "luzhou_laojiao"
CERTIFICATE = str(Path(__file__).with_name("tls.pem"))  # made for this test, of nobody


class Notes(Progress):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A project of one notebook and one subject."""
    root = tmp_path_factory.mktemp("desk")
    shutil.copytree(paths.data_dir(), root / "data", ignore=shutil.ignore_patterns("demo", "cdnow", ".store"))
    (root / "notebooks").mkdir()
    shutil.copy(paths.notebooks_dir() / "02_case_study.ipynb", root / "notebooks")
    (root / paths.MARKER).write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv(forking.SWITCH, "plain")  # one notebook imports less than a server loads
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "key"))
        sections.notebooks.cache_clear()
        yield root
    sections.notebooks.cache_clear()


@pytest.fixture(scope="module")
def address(desk):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


def words(subject, out):
    limits = "7200,4096,50"  # on a busy machine, too
    return ["report", subject, "--lang", "en", "--out", str(out), "--json", "--jobs", "1", "--limits", limits]


def driven(address, out):
    with Cluster(address, Notes()) as cluster:
        [outcome] = cluster.run({CASE: words(CASE, out)}, out)
    return outcome


def start(address, out, found):
    driver = threading.Thread(target=lambda: found.append(driven(address, out)))
    driver.start()
    return driver


def published(folder):
    assert mismatches(folder) == []
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if name != "journal.json"}


def test_drivers_publish_once_and_a_report_that_is_lost_with_its_worker_is_made_whole_by_the_next(
    desk, address, tmp_path
):
    found, lost = [], []
    for driver in [start(address, tmp_path / "out", found) for _ in "ab"]:
        driver.join()
    assert sorted(one.status for one in found) == ["published", "unchanged"], found

    again = tmp_path / "again"
    driver = start(address, again, lost)
    report = waited(
        lambda: [one for one in psutil.process_iter(["cmdline"]) if str(again) in (one.info["cmdline"] or ())]
    )
    waited(lambda: list(again.rglob("02_case_study.trail")))
    worker = report[0].parent()
    worker.kill()
    driver.join()
    assert lost[0].reasons == ("cluster: its worker was killed",)
    assert lost[0].transient
    gone = waited(lambda: [one for one in report if not one.is_running() or one.status() == psutil.STATUS_ZOMBIE])
    assert len(gone) == len(report)
    assert not (again / CASE).exists()
    assert driven(address, again).status == "published"
    assert published(again / CASE) == published(tmp_path / "out" / CASE)


def waited(look, seconds=1_500):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_worker_with_other_code_lock_or_key_is_refused_and_named(address, tmp_path, monkeypatch):
    with Cluster(address, notes := Notes()) as cluster:
        waited(lambda: len(cluster.client.scheduler_info(n_workers=-1)["workers"]) == 2)  # one may have been killed
        monkeypatch.setattr(remote, "_PATIENCE", 1.0)
        cluster.own |= dict.fromkeys(("code", "lock", "key"), "another")
        with pytest.raises(SchedulerLostError, match="no worker that agrees"):
            cluster.run({CASE: words(CASE, tmp_path)}, tmp_path)
    assert [note.partition(": ")[2] for note in notes.notes] == ["refused, differs in code, lock, key"] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_that_is_not_there_or_has_gone_is_said(desk, tmp_path, monkeypatch):
    with monkeypatch.context() as hasty:  # with nobody there only: a busy machine takes its time to answer
        hasty.setattr(remote, "_PATIENCE", 1.0)
        with pytest.raises(SchedulerLostError, match="is the scheduler running"):
            Cluster("tcp://127.0.0.1:1", Notes())
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as local,
        Cluster(local.scheduler_address, Notes()) as cluster,
    ):
        local.close()
        with pytest.raises(SchedulerLostError):
            cluster.run({CASE: words(CASE, tmp_path)}, tmp_path)


def test_a_scheduler_over_tls_takes_certificates_of_its_own_only(desk, monkeypatch):
    files = {
        f"tls_{role}_{part}": CERTIFICATE for role in ("client", "scheduler", "worker") for part in ("cert", "key")
    }
    secure = Security(tls_ca_file=CERTIFICATE, require_encryption=True, **files)
    with LocalCluster(n_workers=0, dashboard_address=":0", protocol="tls", security=secure) as local:
        settings = {f"distributed.comm.tls.{name}": CERTIFICATE for name in ("ca-file", "client.cert", "client.key")}
        with dask.config.set(settings), Cluster(local.scheduler_address, Notes()) as cluster:
            assert cluster.workers() == {}
        monkeypatch.setattr(remote, "_PATIENCE", 2.0)
        with pytest.raises(UsageError, match="certificates for tls://"):
            Cluster(local.scheduler_address, Notes())


@pytest.mark.parametrize(
    ("given", "insecure", "fine"),
    [
        ("tls://cluster.example:8786", False, True), ("tcp://127.0.0.1:8786", False, True),
        ("tcp://localhost:8786", False, True), ("tcp://cluster.example:8786", True, True),
        ("tcp://cluster.example:8786", False, False), ("tcp://127.0.0.1.example:1", False, False),
        ("ws://127.0.0.1:8786", True, False), ("cluster:8786", True, False), ("tcp://127.0.0.1", False, False),
        ("tcp://127.0.0.1:x", False, False),
    ],
)  # fmt: skip
def test_orders_are_taken_over_lines_of_our_own_only(given, insecure, fine):
    if fine:
        admitted(given, insecure=insecure)
    else:
        with pytest.raises(UsageError, match="--scheduler"):
            admitted(given, insecure=insecure)


def test_a_worker_tells_of_its_folders_and_of_files_as_they_are_now(desk, tmp_path, monkeypatch):
    before, path = remote.asked(), desk / "notebooks" / "02_case_study.ipynb"
    was = path.read_text(encoding="utf-8")
    content = json.loads(was)
    content["cells"][-1]["source"] = ["# edited\n", *content["cells"][-1]["source"]]
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        assert remote._differences(before, remote.asked()) == ["notebooks"]
    finally:
        path.write_text(was, encoding="utf-8")
    monkeypatch.setenv("SIYU_STORE", str(tmp_path))  # which remembers who was erased
    assert remote._differences(before, remote.asked()) == ["folders"]


def test_a_report_that_the_system_has_killed_may_be_tried_again(monkeypatch, tmp_path):
    monkeypatch.setattr(remote, "REPORT", ("-c", "import os; os.kill(os.getpid(), 9)"))
    assert remote.reported([], str(tmp_path))["reasons"] == ["worker: it was killed (SIGKILL)"]


def test_the_record_of_a_failure_and_the_report_that_stands_are_told_apart(tmp_path):
    def ended(status):
        told = {"status": status, "seconds": 1.0, "moved": [], "reasons": []}
        return remote._outcome("acme", SimpleNamespace(status="finished", result=lambda: told), tmp_path)

    (tmp_path / "acme").mkdir()
    record.sealed(tmp_path / "acme", {"schema": record.SCHEMA, "status": "published", "previous": None})
    lost = ended("failed")
    assert (lost.folder, lost.stands) == (tmp_path / "acme", True)  # it ended before anything was recorded
    record_of = Workspace(tmp_path).failure("acme")
    record_of.mkdir(parents=True)
    failed, done = ended("failed"), ended("published")
    assert (failed.folder, failed.stands) == (record_of, True)
    assert (done.folder, done.executed, done.previous) == (tmp_path / "acme", None, False)
    (tmp_path / "acme" / "run.json").unlink()
    assert not ended("failed").stands


def test_what_a_worker_says_last_is_the_reason(desk, tmp_path):
    [reason] = remote.reported(["report", "nobody", "--out", str(tmp_path)], str(desk))["reasons"]
    assert "nobody" in reason
    assert list(tmp_path.iterdir()) == []
