"""A batch: many subjects, unattended, each published whole or failed with a reason."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from siyu.runs.ask.plan import Plan
from siyu.runs.ask.present import Present
from siyu.runs.files.faults import on_disk
from siyu.runs.files.workspace import Workspace
from siyu.runs.journal import Journal
from siyu.runs.make.index import stale
from siyu.runs.make.pool import Pool, Task
from siyu.runs.outcome import Outcome, Progress
from siyu.runs.subjectrun import SubjectRun

_WAIT = 0.2  # seconds between two tries for a subject that another run has


class IndexFailedError(RuntimeError):
    """The reports are published, the index over them could not be rebuilt."""


class Batch:
    """Runs plans, `jobs` tasks at a time."""

    def __init__(
        self, plans: Sequence[Plan], out: Path, *, jobs: int, force: bool, progress: Progress,
        present: Present | None = None,
    ) -> None:  # fmt: skip
        self.plans = plans
        self.workspace = Workspace(out)
        self.jobs = jobs
        self.force = force
        self.progress = progress
        self.present = present or Present()
        self.outcomes: list[Outcome] = []
        self._told: set[str] = set()

    def run(self) -> list[Outcome]:
        """Run everything that is not done yet; outcomes in the order in which subjects ended.

        Raises OSError when the output folder cannot be used at all.
        """
        self.workspace.hidden.mkdir(parents=True, exist_ok=True)
        self.workspace.clear_leftovers()
        pool = Pool(self.jobs)
        announced = self.workspace.register(pool.run, pool.sockets)
        try:
            with pool:
                self._run(pool)
                self._rebuild_index(pool)
        finally:
            announced.release(remove=True)
        return self.outcomes

    def _run(self, pool: Pool) -> None:
        journal = Journal(self.workspace, pool.run)
        parts = self.workspace, self.present, journal, set[str]()
        waiting = [SubjectRun(plan, *parts, force=self.force) for plan in self.plans]
        active: list[SubjectRun] = []
        while waiting or active:
            self._start(pool, active)
            while pool.free and waiting and self._begin(pool, waiting, active):
                self._start(pool, active)
            for run in [one for one in active if one.over]:  # now that the workers have something to do
                active.remove(run)
                self._end(run)
            if pool.busy:
                for task, fault in pool.finished(_WAIT):
                    owner = next(run for run in active if run.subject == task.owner)
                    with self._surviving(pool, owner):
                        owner.done(task, fault)
                    self.progress.step()
                pool.look()
                self._enforce(pool, active)
            elif not active:
                self._wait_for_others(waiting)
            elif all(run.waits for run in active):
                time.sleep(_WAIT)

    @contextlib.contextmanager
    def _surviving(self, pool: Pool, run: SubjectRun) -> Iterator[None]:
        """A disk that fails one subject does not end the batch."""
        try:
            yield
        except OSError as error:
            pool.stop(run.subject)
            run.abandon("disk", on_disk(error, run.size()))

    def _wait_for_others(self, waiting: Sequence[SubjectRun]) -> None:
        """Every subject that is left is worked on by another run."""
        for run in waiting:
            if run.subject not in self._told:
                self._told.add(run.subject)
                self.progress.note(f"{run.subject}: waiting for {run.lock.holder()}, which works on it")
        if waiting:
            time.sleep(_WAIT)

    def _rebuild_index(self, pool: Pool) -> None:
        if not stale(self.workspace):
            return
        pool.start(Task("index", "index.html", {"kind": "index", "folder": str(self.workspace.out.resolve())}))
        while pool.busy:
            for _, fault in pool.finished(_WAIT):
                if fault:
                    raise IndexFailedError(f"{self.workspace.index}: {fault}")

    def _begin(self, pool: Pool, waiting: list[SubjectRun], active: list[SubjectRun]) -> bool:
        """Begin the first subject that no other run has. False when there is none."""
        for run in waiting:
            begun = True  # one that cannot even begin has failed
            with self._surviving(pool, run):
                begun = run.begin()
            if not begun:
                continue
            waiting.remove(run)
            active.append(run)
            if not run.over:
                self.progress.total(run.steps)
            return True
        return False

    def _start(self, pool: Pool, active: Sequence[SubjectRun]) -> None:
        for run in active:
            with self._surviving(pool, run):
                tasks = run.tasks()
                while pool.free and (task := next(tasks, None)) is not None:
                    pool.start(task)
        left = len(self.plans) - len(self.outcomes)
        self.progress.doing(f"{left} to go: " + ", ".join(_shown(task) for task in pool.busy))

    def _enforce(self, pool: Pool, active: Sequence[SubjectRun]) -> None:
        for run in [one for one in active if not (one.over or one.waits)]:
            limits = run.plan.request.limits
            tasks = [task for task in pool.busy if task.owner == run.subject]
            memory, output = sum(task.memory for task in tasks), sum(task.output for task in tasks)
            why = ""
            if time.monotonic() - run.started > limits.seconds:
                why = f"stopped after {limits.seconds:g} s, its limit of time"
            elif memory > limits.memory:
                why = f"stopped at {memory >> 20} MB of memory, its limit is {limits.memory >> 20} MB"
            elif output > limits.output:
                why = f"stopped at {output >> 20} MB of output, its limit is {limits.output >> 20} MB"
            if why:
                pool.stop(run.subject)
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
