"""Forked kernels are as those that are started plainly, and no more is left of them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import threading

import psutil
import pytest

from siyu.errors import UsageError
from siyu.runs.make import execution, forking, kernel_server, pool, workers
from siyu.runs.make.fork_server import _MANY, ANSWER
from siyu.runs.make.forked import Forked
from siyu.runs.make.pool import Pool
from siyu.runs.make.workers import Task

# everything about a kernel that a cell could see and that is not chance
SEEN = """
import gc, os, resource, signal, sys, threading, psutil
me = psutil.Process()
print(gc.isenabled())
print({name: value for name, value in sorted(os.environ.items()) if name not in ("JPY_PARENT_PID", "SIYU_RUN")})
print(sys.argv[0], sys.argv[3:], sys.path, os.getcwd(), sys.flags, os.umask(0o22), resource.getrlimit(resource.RLIMIT_DATA))
print(sorted(thread.name.partition("-")[0] for thread in threading.enumerate()))
print(os.getsid(0) == os.getpgid(0) == os.getpid(), os.getppid() == int(os.environ["JPY_PARENT_PID"]), os.isatty(0))
print([signal.getsignal(number) for number in (signal.SIGCHLD, signal.SIGTERM)], sys.stdin.isatty())
print(me.environ()["SIYU_RUN"] == os.environ["SIYU_RUN"], len(me.children()), len(me.net_connections("tcp")))
print(sorted(name for name in sys.modules if name.startswith("siyu")))
"""
CHANCE = """
import random, sys, numpy, psutil
print(random.random(), numpy.random.random(), "siyu.runs.make.kernel_server" in psutil.Process().cmdline())
"""

# at the end the thread that was told of it still has something to say, and is slow
SLOW = """
import atexit, sys, threading, time
from pathlib import Path
def late(stream, flush=type(sys.stdout).flush, threading=threading, time=time):  # names are gone by then
    time.sleep(0.2 * (threading.current_thread().name == "Control"))
    flush(stream)
def closing(there=Path(PLACE), threading=threading):
    if "Control" in [thread.name for thread in threading.enumerate()]:
        there.touch()
type(sys.stdout).flush = late
atexit.register(closing)
"""


def printed(project, subject, section):
    notebook = json.loads((project.out / subject / "notebooks" / f"{section}.ipynb").read_text())
    return [output["text"] for cell in notebook["cells"] for output in cell.get("outputs", []) if "text" in output]


@pytest.fixture
def both(project, monkeypatch):
    """What the same cells print in a kernel of each kind."""
    project.notebook("01_evidence", SEEN, *project.tiny.FINDINGS)
    project.notebook("02_case_study", CHANCE, *project.tiny.FINDINGS)
    monkeypatch.setenv("BROKER_PASSWORD", "hunter2")
    found = {}
    for kind in ("fork", "plain"):
        monkeypatch.setenv(forking.SWITCH, kind)
        [outcome] = project.run("alpha", force=True, jobs=1).values()
        assert outcome.status == "published", outcome.reasons
        found[kind] = [printed(project, "alpha", section)[0] for section in ("01_evidence", "02_case_study")]
    return found


def test_a_cell_sees_the_same_in_a_kernel_of_each_kind(both):
    (forked, by_chance), (plain, other) = both["fork"], both["plain"]
    assert "hunter2" not in forked + plain  # what an operator's environment holds reaches no notebook
    assert re.sub("siyu-[0-9a-f]{16}", "siyu-run", forked.replace("'fork'", "'plain'")) == re.sub(
        "siyu-[0-9a-f]{16}", "siyu-run", plain
    )
    assert (by_chance.split()[2], other.split()[2]) == ("True", "False")
    assert {*by_chance.split()}.isdisjoint(other.split())


def test_a_server_that_has_died_is_replaced_and_its_kernels_end_with_it(project, monkeypatch):
    served = []
    start = forking.served
    monkeypatch.setattr(forking, "served", lambda *given: served.append(start(*given)) or served[-1])
    # a kernel goes on until the memory of the server that it has shared is given back
    kill = "if subject == 'alpha':\n    psutil.Process(os.getppid()).parent().kill()\n    time.sleep(60)"
    project.notebook("02_case_study", f"import os, psutil, time\n{kill}", *project.tiny.FINDINGS)
    found = project.run("alpha", "beta", jobs=1)
    assert (found["alpha"].status, found["beta"].status) == ("failed", "published")
    assert "the kernel died" in str(found["alpha"].reasons)
    assert len([one for one in served if forking.KERNELS[1] in one.args]) == 2
    assert all(one.poll() is not None for one in served)


def test_a_kernel_has_said_everything_before_it_closes_what_it_says_it_through(project, tmp_path):
    speaking = tmp_path / "speaking"
    project.notebook("02_case_study", SLOW.replace("PLACE", repr(str(speaking))), *project.tiny.FINDINGS)
    assert project.run("alpha")["alpha"].status == "published"
    assert not speaking.exists()  # else it may wait for itself until it is killed, seconds later


def test_nobody_waits_for_more_than_a_new_kernel_says(monkeypatch):
    waited = []

    class Channel:
        async def get_msg(self, timeout):
            waited.append(timeout)

    async def ready(line, timeout):
        await line.iopub_channel.get_msg(timeout=0.2)

    line, channel = execution._Line(), Channel()
    monkeypatch.setattr(execution._Line, "iopub_channel", channel)
    monkeypatch.setattr(execution.AsyncKernelClient, "wait_for_ready", ready)
    asyncio.run(line.wait_for_ready(600))
    asyncio.run(channel.get_msg(0.2))
    assert waited == [0.01, 0.2]


@pytest.mark.parametrize("kind", ["fork", "plain"])
def test_what_a_cell_leaves_running_without_a_mark_is_ended(project, monkeypatch, kind):
    monkeypatch.setenv(forking.SWITCH, kind)
    seconds = str(100_000 + secrets.randbelow(100_000))
    project.notebook(
        "02_case_study",
        f"import subprocess; subprocess.Popen(['env', '-i', 'setsid', 'sleep', '{seconds}'])",
        *project.tiny.FINDINGS,
    )
    assert project.run("alpha")["alpha"].status == "published"
    assert [one for one in psutil.process_iter(["cmdline"]) if seconds in (one.info["cmdline"] or ())] == []


def test_without_a_server_kernels_start_as_always(project, monkeypatch):
    def gone(*_):
        return subprocess.Popen(["true"])

    monkeypatch.setattr(forking, "served", gone)
    assert project.run("alpha")["alpha"].status == "published"


def test_a_signal_to_a_kernel_whose_end_is_not_told_yet_is_none(tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "forks"))
        server.listen()
        told = ANSWER.pack(os.getpid()) + ANSWER.pack(gone.pid)
        started = threading.Thread(target=lambda: lines.append(server.accept()[0]) or lines[0].sendall(told))
        lines: list[socket.socket] = []
        started.start()
        kernel = Forked(str(tmp_path / "forks"), [], {}, str(tmp_path), {})
        started.join()
        kernel.send_signal(signal.SIGTERM)
        assert kernel.poll() is None
        lines[0].sendall(ANSWER.pack(0))
        lines[0].close()
        assert kernel.wait() == 0


def test_only_two_kinds_of_kernels_are_known(monkeypatch):
    monkeypatch.setenv(forking.SWITCH, "spoon")
    with pytest.raises(UsageError, match="SIYU_KERNELS: found spoon"):
        forking.wanted()
    monkeypatch.setenv(forking.SWITCH, "plain")
    assert not forking.wanted()


def test_every_library_that_is_loaded_beforehand_is_there():
    loaded = (*forking.LIBRARIES, *kernel_server._LATE)
    assert [name for name in loaded if importlib.util.find_spec(name) is None] == []


def test_what_few_sections_need_is_loaded_once_many_kernels_were_asked_for(project):
    project.notebook("01_evidence", "import sys\nprint('SALib' in sys.modules)", *project.tiny.FINDINGS)
    names = [f"shop_{number}" for number in range(_MANY - 1)]  # two kernels each
    for name in names:
        project.tiny.write_subject(project.subjects, name)
    assert {one.status for one in project.run(*names).values()} == {"published"}
    found = [printed(project, name, "01_evidence")[0] for name in names]
    late = [said == "True\n" for said in found]
    assert late == sorted(late)
    assert 0 < sum(late) < len(late)


def test_workers_are_forked_from_one_that_has_loaded_what_they_do(project, monkeypatch):
    hired = []
    start = workers.hired
    monkeypatch.setattr(pool, "hired", lambda *given: hired.append(start(*given)) or hired[-1])
    assert {one.status for one in project.run("alpha", "beta", jobs=2).values()} == {"published"}
    assert len(hired) == 2
    assert all(isinstance(one, Forked) for one in hired)


def test_a_worker_whose_guardian_is_killed_ends_and_its_task_fails(project):
    task = {"kind": "index", "folder": str(project.out)}
    (project.out / ".siyu").mkdir(parents=True)
    with Pool(1) as made:
        made.start(Task("alpha", "index.html", task))
        while not (ended := list(made.finished(10))):
            pass
        worker = made.workers[0].process
        psutil.Process(worker.guardian).kill()
        psutil.wait_procs([psutil.Process(worker.pid)] if psutil.pid_exists(worker.pid) else [], timeout=100)
        made.start(Task("beta", "index.html", task))
        [(after, fault)] = made.finished(10)
    assert [one for _, one in ended] == [None]
    assert (after.owner, fault) == ("beta", "its worker was killed (SIGKILL)")
