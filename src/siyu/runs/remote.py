"""A batch on a Dask cluster over a shared folder: each subject is a `siyu report` of its own on some worker.

Only words travel: ids, paths, digests. What is published is what a run on one machine publishes, under the same locks.
A worker may be lost at any time: its report ends with it, and nothing half of it is seen.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from distributed import Client, Future
from distributed.scheduler import KilledWorker
from distributed.security import Security

from siyu.errors import Problem, UsageError
from siyu.intake.store.keyring import name_of
from siyu.paths import data_dir, key_path, project_root
from siyu.reads.digests import digest, sha256_of
from siyu.runs.ask import keys
from siyu.runs.ask.sections import notebooks
from siyu.runs.files.processes import die_with_parent
from siyu.runs.files.record import FAILED, whole
from siyu.runs.files.storage import files_below
from siyu.runs.files.workspace import Workspace
from siyu.runs.make.index import write_index
from siyu.runs.make.workers import short
from siyu.runs.outcome import Outcome, Progress

REPORT = ("-m", "siyu.runs.remote")
_PATIENCE = 30.0  # seconds until a scheduler answers, or a worker that agrees is there again
_TICK = 0.2
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FOLDERS = ("SIYU_HOME", "SIYU_DATA", "SIYU_STORE")


class SchedulerLostError(RuntimeError):
    """No scheduler, or none any more: reports that are under way are finished or not, the rest is left."""


def admitted(address: str, *, insecure: bool) -> None:
    """Raises UsageError for an address over which anybody may listen or give orders, unless that is wanted."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not port:
        raise _misused(address, "tcp://HOST:PORT or tls://HOST:PORT", "Correct it.")
    if parts.scheme == "tcp" and parts.hostname not in _LOOPBACK and not insecure:
        step = "Use tls:// (Dask's own settings name the certificates), or --insecure in a network of your own."
        raise _misused(address, "tls://, or an address of this machine", step)


def fingerprint() -> dict[str, str]:
    """What has to be alike wherever reports of a batch are made. Another key, or another store, which remembers them,
    would bring erased buyers back; other folders hold other clients and reports."""
    path, bundled = key_path(), {name: one.digest for name, one in notebooks().items()}
    data = {name: sha256_of(one) for name, one in files_below(data_dir()).items() if not name.startswith("subjects/")}
    found = {"code": digest(keys.package()), "lock": keys.lock(), "notebooks": digest(bundled), "data": digest(data)}
    found["folders"] = digest([os.environ.get(name, "") for name in _FOLDERS])
    return found | {"key": name_of(path.read_bytes()) if path.exists() else "none"}


def asked() -> dict[str, str]:
    """On a worker, which may have been there for weeks: its fingerprint as files are now, since each report is made by
    a process of its own."""
    for remembered in (keys.package, keys.lock, notebooks):
        remembered.cache_clear()
    return fingerprint()


def reported(words: Sequence[str], folder: str) -> dict[str, Any]:
    """On a worker: what `siyu report` with these words ends with, in the project at `folder`."""
    command = [sys.executable, *REPORT, str(os.getpid()), *words]
    done = subprocess.run(command, cwd=folder, env=short(os.environ), capture_output=True, text=True, check=False)
    if lines := done.stdout.splitlines():
        return dict(json.loads(lines[-1]))
    if done.returncode < 0:  # by the system, short of memory perhaps: the worker itself lives
        killed = f"worker: it was killed ({signal.Signals(-done.returncode).name})"
        return {"status": FAILED, "seconds": 0.0, "moved": [], "reasons": [killed]}
    said = (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]
    return {"status": FAILED, "seconds": 0.0, "moved": [], "reasons": [f"worker: {said[:300]}"]}


class Cluster:
    """Workers that agree with this machine, and what they are doing. Use it as a context manager."""

    def __init__(self, address: str, progress: Progress) -> None:
        """Raises SchedulerLostError when nobody answers, UsageError where Dask knows no certificates for tls://."""
        if address.startswith("tls://") and Security().get_connection_args("client")["ssl_context"] is None:
            step = "Name them in Dask's settings (distributed.comm.tls); docs/operator.md shows how."
            raise _misused(address, "certificates for tls://", step)
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told in one line
        self.progress, self.own = progress, fingerprint()
        self._known: dict[str, bool] = {}
        self._seen = time.monotonic()
        try:
            self.client = Client(address, timeout=_PATIENCE, set_as_default=False)
            # a report that was lost with its worker is nobody's to repeat but the operator's
            self.client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
        except (OSError, TimeoutError) as error:
            raise SchedulerLostError(f"{address}: {type(error).__name__}; is the scheduler running?") from error

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def run(self, commands: Mapping[str, Sequence[str]], out: Path) -> list[Outcome]:
        """Outcomes of all subjects in the order in which they ended. commands: subject -> words behind `siyu`.

        Raises SchedulerLostError, and OSError when the index cannot be written."""
        try:
            ended = self._run(dict(commands), out)
        except (OSError, CancelledError, TimeoutError) as error:
            raise SchedulerLostError(f"the cluster does not answer ({type(error).__name__})") from error
        write_index(Workspace(out))  # a report may have been lost between its publication and the index
        return ended

    def _run(self, waiting: dict[str, Sequence[str]], out: Path) -> list[Outcome]:
        running, ended = dict[str, Future](), list[Outcome]()
        while waiting or running:
            workers = self.workers()
            while waiting and len(running) < sum(workers.values()):
                subject = next(iter(waiting))
                work = reported, list(waiting.pop(subject)), str(project_root())
                running[subject] = self.client.submit(*work, pure=False, retries=0, workers=[*workers])
            for subject in [name for name, future in running.items() if future.done()]:
                ended.append(_outcome(subject, running.pop(subject), out))
                self.progress.ended(ended[-1])
                self.progress.step()
            self.progress.doing(f"{len(waiting) + len(running)} to go: {', '.join(running)}")
            if waiting and not running and time.monotonic() - self._seen > _PATIENCE:
                raise SchedulerLostError("no worker that agrees with this machine is left")
            time.sleep(_TICK)
        return ended

    def workers(self) -> dict[str, int]:
        """address -> threads of each worker that agrees; of the others, it is told once what differs."""
        if self.client.status != "running":
            raise SchedulerLostError("the scheduler has gone")
        there = self.client.scheduler_info(n_workers=-1)["workers"]
        found = {name: int(one["nthreads"]) for name, one in there.items()}
        if new := found.keys() - self._known.keys():
            for name, told in self.client.run(asked, workers=[*new], on_error="return").items():
                differ = _differences(self.own, told)
                self._known[name] = not differ
                if differ:
                    self.progress.note(f"{name}: refused, differs in {', '.join(differ)}")
        agreeing = {name: threads for name, threads in found.items() if self._known.get(name)}
        self._seen = time.monotonic() if agreeing else self._seen
        return agreeing


def _differences(own: Mapping[str, str], told: Any) -> list[str]:
    if not isinstance(told, Mapping):
        return [f"everything ({type(told).__name__}: is siyu installed there?)"]
    return [name for name, value in own.items() if told.get(name) != value]


def _outcome(subject: str, future: Future, out: Path) -> Outcome:
    if future.status == "finished":
        told = future.result()
    else:
        error = future.exception() if future.status == "error" else None
        why = type(error).__name__ if error else future.status
        lost = "its worker was killed" if isinstance(error, KilledWorker) else f"lost ({why})"
        told = {"status": FAILED, "seconds": 0.0, "moved": [], "reasons": [f"cluster: {lost}"]}
    about: dict[str, Any] = {name: tuple(told[name]) for name in ("reasons", "moved")}
    record, failure = whole(out / subject), Workspace(out).failure(subject)
    about |= {"executed": None, "stands": record is not None, "previous": bool(record and record.get("previous"))}
    beside = told["status"] == FAILED and failure.exists()
    return Outcome(subject, told["status"], failure if beside else out / subject, told["seconds"], **about)


def _misused(found: str, expected: str, step: str) -> UsageError:
    return UsageError([Problem("command line", 0, "--scheduler", found, expected, step)])


def main(arguments: Iterable[str]) -> None:
    """A report that ends with the worker that asked for it. Arguments: its pid, the words behind `siyu`."""
    parent, *words = arguments
    die_with_parent(int(parent))
    os.execv(sys.executable, [sys.executable, "-m", "siyu", *words])  # noqa: S606 - the signal stays set


if __name__ == "__main__":
    main(sys.argv[1:])
