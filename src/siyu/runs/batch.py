"""A batch: many subjects, unattended, each published whole or failed with a reason."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siyu.runs.faults import on_disk
from siyu.runs.index import stale
from siyu.runs.journal import Journal
from siyu.runs.plan import Plan
from siyu.runs.pool import Pool, Task
from siyu.runs.record import FAILED, PUBLISHED
from siyu.runs.subjectrun import SubjectRun
from siyu.runs.workspace import Workspace

UNCHANGED = "unchanged"
_WAIT = 0.2  # seconds between two tries for a subject that another run has


@dataclass(frozen=True)
class Outcome:
    """How a subject ended. folder: of the report, or of the record of the failure."""

    subject: str
    status: str
    folder: Path
    seconds: float = 0.0
    executed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


class IndexFailedError(RuntimeError):
    """The reports are published, the index over them could not be rebuilt."""


@dataclass
class Progress:
    """What a batch tells while it runs. All three may be left out."""

    total: Callable[[int], None] = field(default=lambda _steps: None)
    step: Callable[[], None] = field(default=lambda: None)
    doing: Callable[[str], None] = field(default=lambda _text: None)
    ended: Callable[[Outcome], None] = field(default=lambda _outcome: None)
    note: Callable[[str], None] = field(default=lambda _text: None)


class Batch:
    """Runs plans, `jobs` tasks at a time."""

    def __init__(
        self, plans: Sequence[Plan], out: Path, *, jobs: int, force: bool, progress: Progress
    ) -> None:
        self.plans = plans
        self.workspace = Workspace(out)
        self.jobs = jobs
        self.force = force
        self.progress = progress
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
        waiting = [SubjectRun(plan, self.workspace, journal, force=self.force) for plan in self.plans]
        active: list[SubjectRun] = []
        while waiting or active:
            self._start(pool, active)
            while pool.free and waiting and self._begin(waiting, active):
                self._start(pool, active)
            if pool.busy:
                for task, fault in pool.finished(_WAIT):
                    owner = next(run for run in active if run.subject == task.owner)
                    owner.done(task, fault)
                    self.progress.step()
                pool.look()
                self._enforce(pool, active)
            elif not active:
                self._wait_for_others(waiting)
            for run in [one for one in active if one.over]:
                active.remove(run)
                self._end(run)

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
        pool.start(
            Task("index", "index.html", {"kind": "index", "folder": str(self.workspace.out.resolve())})
        )
        while pool.busy:
            for _, fault in pool.finished(_WAIT):
                if fault:
                    raise IndexFailedError(f"{self.workspace.index}: {fault}")

    def _begin(self, waiting: list[SubjectRun], active: list[SubjectRun]) -> bool:
        """Begin the first subject that no other run has. False when there is none."""
        for run in waiting:
            try:
                if not run.begin(f"process {os.getpid()}"):
                    continue
            except OSError as error:
                run.faults["preparing"] = [on_disk(error)]
            waiting.remove(run)
            active.append(run)
            if run.over:
                active.remove(run)
                self._end(run)
            else:
                self.progress.total(run.steps)
            return True
        return False

    def _start(self, pool: Pool, active: Sequence[SubjectRun]) -> None:
        for run in active:
            tasks = run.tasks()
            while pool.free and (task := next(tasks, None)) is not None:
                pool.start(task)
        self.progress.doing(", ".join(_shown(task) for task in pool.busy))

    def _enforce(self, pool: Pool, active: Sequence[SubjectRun]) -> None:
        for run in active:
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
                run.abandon(f"{why}, in {', '.join(_shown(task) for task in tasks)}")

    def _end(self, run: SubjectRun) -> None:
        try:
            outcome = self._outcome(run)
        finally:
            run.end()
        self.outcomes.append(outcome)
        self.progress.ended(outcome)

    def _outcome(self, run: SubjectRun) -> Outcome:
        seconds = time.monotonic() - run.started
        if run.decision.unchanged:
            return Outcome(run.subject, UNCHANGED, run.place.target)
        aside: list[str] = []
        if not run.faults:
            try:
                aside = run.publish()
            except OSError as error:
                run.faults["publishing"] = [on_disk(error)]
        executed = run.decision.execute
        if not run.faults:
            return Outcome(run.subject, PUBLISHED, run.place.target, seconds, executed, (), tuple(aside))
        folder = run.place.target
        try:
            folder = run.record_failure()
        except OSError as error:
            run.faults["recording the failure"] = [on_disk(error)]
        return Outcome(run.subject, FAILED, folder, seconds, executed, run.reasons())


def _shown(task: Task) -> str:
    cell = f" cell {task.cells + 1}" if task.cells else ""
    return f"{task.owner} {task.label}{cell}"
