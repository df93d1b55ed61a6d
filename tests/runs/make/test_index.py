"""The index of reports where several drivers write it."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest

from siyu.runs.files import record, storage
from siyu.runs.files.workspace import Workspace
from siyu.runs.make import index


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(index.keys, "rendering_code", lambda: "code")
    monkeypatch.setattr(index, "_WAIT", 0.01)
    return Workspace(tmp_path)


def publish(workspace, subject):
    (workspace.out / subject).mkdir()
    record.sealed(workspace.out / subject, {"status": "published", "subject": subject})


def test_an_index_of_two_drivers_lacks_no_report(workspace, monkeypatch):
    others = []

    def render(records):
        if not others:  # while the first one renders, another has published and comes to write
            publish(workspace, "beta")
            others.append(threading.Thread(target=index.write_index, args=[workspace]))
            others[0].start()
            others[0].join(1)
        return " ".join(one["subject"] for one in records)

    monkeypatch.setitem(sys.modules, "siyu.render.index", SimpleNamespace(render_index=render))
    publish(workspace, "alpha")
    index.write_index(workspace)
    others[0].join()
    assert workspace.index.read_text() == "alpha beta"
    assert not index.stale(workspace)


def test_processes_of_one_number_on_two_hosts_share_no_file_in_the_making(tmp_path, monkeypatch):
    names = []
    replace = storage.Path.replace
    monkeypatch.setattr(storage.Path, "replace", lambda part, path: names.append(part.name) or replace(part, path))
    for _ in "ab":
        storage.write(tmp_path / "index.html", b"x")
    assert len(set(names)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
