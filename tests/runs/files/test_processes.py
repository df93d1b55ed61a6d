from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from siyu.runs.files.processes import MARK, memory, sweep


@pytest.fixture
def sleeper():
    started = []

    def start(mark):
        process = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=os.environ | {MARK: mark}
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.communicate()


def test_a_run_is_swept_with_all_its_workers_and_nothing_else(sleeper):
    run, other = secrets.token_hex(4), secrets.token_hex(4)
    ours = [sleeper(run), sleeper(f"{run}.1"), sleeper(f"{run}.12")]
    spared, stranger = sleeper(f"{run}.3"), sleeper(other)
    assert sweep(run, spare=[spared.pid]) == sorted(process.pid for process in ours)
    assert spared.poll() is None
    assert stranger.poll() is None


def test_a_worker_is_swept_without_those_whose_number_begins_like_its_own(sleeper):
    run = secrets.token_hex(4)
    first, twelfth = sleeper(f"{run}.1"), sleeper(f"{run}.12")
    assert sweep(f"{run}.1") == [first.pid]
    assert twelfth.poll() is None


def test_memory_is_counted_for_each_mark(sleeper):
    run = secrets.token_hex(4)
    sleeper(f"{run}.1"), sleeper(f"{run}.1"), sleeper(f"{run}.2")
    whole, parts = (memory(run, parts=counted) for counted in (False, True))
    assert whole.keys() == parts.keys() == {f"{run}.1", f"{run}.2"}
    assert min(parts.values()) > 0
    assert all(whole[mark] > parts[mark] for mark in whole)  # the interpreter is shared
