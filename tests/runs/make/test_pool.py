from __future__ import annotations

import errno
import time

import psutil
import pytest

from siyu.runs.make import pool
from siyu.runs.make import workers as made_workers
from siyu.runs.make.pool import Pool
from siyu.runs.make.workers import Task, short

# answers each task at once, twice over where it is told to
WORKER = """
import json, os, sys
for line in sys.stdin:
    task = json.loads(line)
    answers = [{"cells": 1, "output": 5}] * task["times"] + [{"done": task["number"], "fault": None}]
    os.write(int(sys.argv[1]), b"".join(json.dumps(one).encode() + b"\\n" for one in answers))
"""


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(made_workers, "WORKER", ("-c", WORKER))
    began = time.time()
    with Pool(2) as made:
        yield made
    assert [one for one in psutil.Process().children(recursive=True) if one.create_time() > began - 0.1] == []


def started(workers, *owners, times=0):
    for owner in owners:
        workers.start(Task(owner, "task", {"times": times}))
    time.sleep(1.0)  # so that all of them have answered


def test_tasks_end_with_what_their_worker_said(workers):
    started(workers, "alpha", "beta", times=2)
    ended = {task.owner: (task.cells, task.output, fault) for task, fault in workers.finished(5)}
    assert ended == {"alpha": (1, 5, None), "beta": (1, 5, None)}
    assert workers.free == 2


def test_a_worker_that_is_stopped_for_what_another_said_is_not_heard_any_more(workers):
    started(workers, "alpha", "alpha")
    ended = []
    for task, _ in workers.finished(5):
        ended.append(task)
        workers.stop("alpha")
    assert len(ended) == 1
    assert list(workers.finished(0)) == []


def test_a_watchdog_that_cannot_be_started_once_is_started_the_next_time(workers, monkeypatch):
    start, failures = pool.Pool._watch, [BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")]

    def watch(made):
        if failures:
            raise failures.pop()
        start(made)

    monkeypatch.setattr(pool.Pool, "_watch", watch)
    with pytest.raises(BlockingIOError):
        workers.start(Task("alpha", "task", {"times": 0}))
    started(workers, "alpha")
    assert [fault for _, fault in workers.finished(5)] == [None]


def test_a_worker_that_cannot_be_started_leaves_nothing_open(workers, monkeypatch):
    started(workers, "alpha")

    def refused(*_):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    before = psutil.Process().num_fds()
    monkeypatch.setattr(pool, "hired", refused)
    for _ in range(3):
        with pytest.raises(BlockingIOError):
            workers._hire(executes=True)
    assert psutil.Process().num_fds() == before


def test_a_worker_that_dies_ends_its_task(workers):
    started(workers, "alpha")
    [_] = workers.finished(5)
    workers.workers[0].process.kill()
    workers.workers[0].process.wait()
    workers.start(Task("alpha", "task", {"times": 0}))
    [(task, fault)] = workers.finished(5)
    assert (task.owner, fault) == ("alpha", "its worker was killed (SIGKILL)")


def test_kernels_and_hooks_get_what_they_need_and_no_secret():
    secret = (
        "JUPYTERHUB_API_TOKEN",
        "JUPYTER_TOKEN",
        "SPARKPOST_API_KEY",
        "PYTHONANYWHERE_API_TOKEN",
        "AWS_SECRET_KEY",
    )
    needed = ("PATH", "LC_ALL", "SIYU_KEY", "PYTHONPATH", "PYTHONHASHSEED", "MPLBACKEND", "IPYTHONDIR", "JUPYTER_PATH", "SPARK_CONF_DIR",
              "OMP_NUM_THREADS", "HADOOP_CONF_DIR")  # fmt: skip
    assert short(dict.fromkeys((*secret, *needed), "x")).keys() == {*needed}
