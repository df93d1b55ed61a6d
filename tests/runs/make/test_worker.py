from __future__ import annotations

import os
import sys
import threading
from types import SimpleNamespace

import pytest

from siyu.runs.make import worker

RENDERING = "siyu.runs.make.reporting"


@pytest.fixture
def served(monkeypatch):
    """Serves lines; returns what was answered and, for each line, whether rendering was loaded by then."""
    reading, writing = os.pipe()
    loaded, sent = [], []
    monkeypatch.delitem(sys.modules, RENDERING, raising=False)
    monkeypatch.setattr(worker, "_done", lambda task, _channel: loaded.append(RENDERING in sys.modules))

    def run(*lines, pause):
        def write():
            for line in lines:
                threading.Event().wait(pause)
                os.write(writing, line)
            os.close(writing)

        writer = threading.Thread(target=write)
        writer.start()
        with os.fdopen(reading, encoding="utf-8") as tasks:
            worker.serve(tasks, SimpleNamespace(send=sent.append))
        writer.join()
        return sent, loaded

    return run


def test_a_worker_with_tasks_at_hand_does_them(served):
    answers, loaded = served(b'{"number": 1}\n', pause=0)
    assert answers == [{"done": 1, "fault": None}]
    assert loaded == [False]


def test_a_worker_that_waits_gets_ready_to_render(served):
    assert served(b'{"number": 1}\n', pause=3 * worker._PAUSE)[1] == [True]
