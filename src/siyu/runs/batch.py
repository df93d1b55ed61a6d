"""A batch: many subjects, unattended, each published whole or failed with a reason."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from siyu.runs.ask.plan import RunPlan
from siyu.runs.ask.present import Present
from siyu.runs.files.faults import on_disk
from siyu.runs.files.workspace import Workspace
from siyu.runs.journal import Journal
from siyu.runs.make.index import stale
from siyu.runs.make.pool import Pool
from siyu.runs.make.workers import Task
from siyu.runs.outcome import Outcome, Progress
from siyu.runs.subjectrun import SubjectRun

_WAIT = 0.2  # seconds between two tries for a subject that another run has


class IndexFailedError(RuntimeError):
    """The reports are published, the index over them could not be rebuilt."""


class Batch:
    """Runs plans with the workers of a pool, which it closes."""

    def __init__(
        self, plans: Sequence[RunPlan], out: Path, *, pool: Pool, force: bool, progress: Progress,
        present: Present | None = None,
    ) -> None:  # fmt: skip
        self.workspace, self.progress, self.pool = Workspace(out), progress, pool
        self.outcomes: list[Outcome] = []
        parts = self.workspace, present or Present(), Journal(self.workspace, self.pool.run), set[str]()
        self._waiting = [SubjectRun(plan, *parts, force=force) for plan in plans]
        self._active: list[SubjectRun] = []
        self._told: set[str] = set()

    def run(self) -> list[Outcome]:
        """Run everything that is not done yet; outcomes in the order in which subjects ended.

        Raises OSError when the output folder cannot be used at all.
        """
        self.workspace.hidden.mkdir(parents=True, exist_ok=True)
        self.workspace.clear_leftovers()
        announced = self.workspace.register(self.pool.run, self.pool.sockets)
        try:
            with self.pool:
                while self._waiting or self._active:
                    self._turn()
                self._rebuild_index()
        finally:
            announced.release(remove=True)
        return self.outcomes

    def _turn(self) -> None:
        """Start what can be started, take what has ended."""
        self._start()
        while self.pool.free and self._begin():
            self._start()
        for run in [one for one in self._active if one.over]:  # now that the workers have something to do
            self._active.remove(run)
            self._end(run)
        if self.pool.busy:
            for task, fault in self.pool.finished(_WAIT):
                owner = next(run for run in self._active if run.subject == task.owner)
                with self._surviving(owner):
                    owner.done(task, fault)
                self.progress.step()
            self.pool.look()
            self._enforce()
        elif not self._active:
            self._wait_for_others()
        elif all(run.waits for run in self._active):
            time.sleep(_WAIT)

    @contextlib.contextmanager
    def _surviving(self, run: SubjectRun) -> Iterator[None]:
        """A disk that fails one subject does not end the batch."""
        try:
            yield
        except OSError as error:
            self.pool.stop(run.subject)
            run.abandon("disk" if error.filename else "system", on_disk(error, run.size()))

    def _wait_for_others(self) -> None:
        """Every subject that is left is worked on by another run."""
        for run in self._waiting:
            if run.subject not in self._told:
                self._told.add(run.subject)
                self.progress.note(f"{run.subject}: waiting for {run.lock.holder()}, which works on it")
        if self._waiting:
            time.sleep(_WAIT)

    def _rebuild_index(self) -> None:
        if not stale(self.workspace):
            return
        self.pool.start(Task("index", "index.html", {"kind": "index", "folder": str(self.workspace.out.resolve())}))
        while self.pool.busy:
            for _, fault in self.pool.finished(_WAIT):
                if fault:
                    raise IndexFailedError(f"{self.workspace.index}: {fault}")

    def _begin(self) -> bool:
        """Begin the first subject that no other run has. False when there is none."""
        for run in self._waiting:
            begun = True  # one that cannot even begin has failed
            with self._surviving(run):
                begun = run.begin()
            if begun:
                self._waiting.remove(run)
                self._active.append(run)
                if not run.over:
                    self.progress.total(run.steps)
                return True
        return False

    def _start(self) -> None:
        for run in self._active:
            with self._surviving(run):
                tasks = run.tasks()
                while self.pool.free and (task := next(tasks, None)) is not None:
                    self.pool.start(task)
        left = len(self._waiting) + len(self._active)
        self.progress.doing(f"{left} to go: " + ", ".join(_shown(task) for task in self.pool.busy))

    def _enforce(self) -> None:
        for run in [one for one in self._active if not (one.over or one.waits)]:
            tasks = [task for task in self.pool.busy if task.owner == run.subject]
            limits, output = run.plan.request.limits, sum(task.output for task in tasks)
            if sum(task.memory for task in tasks) > limits.memory:  # pages that are shared count for each as yet
                self.pool.weigh(parts=True)
            memory = sum(task.memory for task in tasks)
            if why := limits.exceeded(time.monotonic() - run.started, memory, output):
                self.pool.stop(run.subject)
                run.abandon("limits", f"{why}, in {', '.join(_shown(task) for task in tasks)}")

    def _end(self, run: SubjectRun) -> None:
        try:
            outcome = run.concluded()
        finally:
            run.end()
        self.outcomes.append(outcome)
        self.progress.ended(outcome)


def _shown(task: Task) -> str:
    cell = f" cell {task.cells + 1}" if task.cells else ""
    return f"{task.owner} {task.label}{cell}"
