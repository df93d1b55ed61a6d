from __future__ import annotations

import threading

from siyu.runs.files.locks import Lock
from siyu.runs.files.workspace import Workspace


def test_a_run_registers_though_another_start_takes_its_file_for_a_leftover(tmp_path):
    workspace = Workspace(tmp_path)
    path = workspace.hidden / "runs" / "abc"
    sweeping = Lock(path)
    assert sweeping.acquire("")
    threading.Timer(0.2, sweeping.release, kwargs={"remove": True}).start()
    lock = workspace.register("abc", tmp_path / "sockets")
    assert lock.held
    assert path.exists()
    assert workspace.clear_leftovers() == []
    lock.release(remove=True)


def test_a_run_that_is_gone_is_cleared_with_its_sockets(tmp_path):
    workspace = Workspace(tmp_path)
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    workspace.register("abc", sockets).release()
    assert workspace.clear_leftovers() == ["abc"]
    assert not sockets.exists()
    assert workspace.clear_leftovers() == []
