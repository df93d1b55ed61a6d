"""One subject on its way: sections executed and checked, report rendered, sealed and published.

Subjects share sections: one run executes such a section, the others take over what it made.
"""

import contextlib
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from siyu.runs.ask.plan import RunPlan, SectionPlan, report_inputs
from siyu.runs.ask.present import Present
from siyu.runs.ask.requests import command
from siyu.runs.ask.reuse import Renewal, decided
from siyu.runs.ask.sections import notebooks
from siyu.runs.check.checks import judged
from siyu.runs.files import storage
from siyu.runs.files.faults import on_disk
from siyu.runs.files.locks import Lock
from siyu.runs.files.publication import Cleared, removed
from siyu.runs.files.record import FAILED, PUBLISHED, mismatches, sealed, whole
from siyu.runs.files.report_files import file_name, findings_of, renderings
from siyu.runs.files.workspace import SectionStore, Workspace
from siyu.runs.journal import Journal, guessed, took
from siyu.runs.make.moves import since
from siyu.runs.make.workers import Task
from siyu.runs.outcome import UNCHANGED, Outcome
from siyu.runs.run_entry import account, made_of, reasons, rendering

Made = TypeVar("Made")


class SubjectRun:
    """Knows what is left to do for one subject. Holds its lock from `begin` to `end`.

    fresh: shared sections that this batch has made; by force no others are taken over. before: see `moves.since`.
    """

    def __init__(
        self, plan: RunPlan, workspace: Workspace, present: Present, journal: Journal, fresh: set[str], *, force: bool
    ) -> None:
        self.plan, self.workspace, self.present, self.journal = plan, workspace, present, journal
        self.fresh, self.force = fresh, force
        self.subject = plan.request.subject.id
        self.place = self.workspace.place(self.subject)
        self.store = self.workspace.sections(self.subject)
        self.lock = self.workspace.lock(self.subject)
        self.decision = Renewal(unchanged=False)
        self.faults: dict[str, list[str]] = {}
        self.started = time.monotonic()
        self._executed: list[str] = []
        self._cleared = Cleared()
        self._moved: tuple[dict[str, Any], ...] = ()
        self._sealed = False
        self.before: dict[str, Any] = {"previous": None}
        self._due: list[SectionPlan] = []
        self._later = [self._rendering_tasks, self._checking_tasks]  # each once all before is good
        self._ready: list[Task] = []
        self._claims: dict[str, Lock] = {}
        self._running = 0
        self._waiting_since: float | None = None

    def begin(self) -> bool:
        """Take the lock and decide. False when another run has the subject. Raises OSError."""
        if not self.lock.acquire():
            return False
        self.started = time.monotonic()
        self._cleared = self.place.recover()
        self.decision = decided(self.plan, self.workspace, self.present, force=self.force)
        if self.decision.unchanged:
            return True
        for section in self.plan.runs:
            if (made := self.decision.standing.get(section.notebook)) is None:
                self.store.begin(section.notebook)
                self._due.append(section)
            elif made != self.store.accepted(section.notebook):
                before = self.place.target / "notebooks" / f"{section.notebook}.ipynb"
                self.store.take(section.notebook, made, section.given or before.read_bytes())
        seconds = took(self.place.target)  # Long ones first, or the last one runs alone while a core idles.
        self._due.sort(key=lambda section: -seconds.get(section.notebook, guessed(section.notebook)))
        return True

    def end(self) -> None:
        """Let others have the subject, and what it was to execute for others."""
        self._let_go()
        self.lock.release()

    def tasks(self) -> Iterator[Task]:
        """What can be started now: sections that nobody else makes, then files, then a look while it is sealed."""
        for section in list(self._due):
            if (store := self._store(section)) is not None:
                self._due.remove(section)
                self._running += 1
                yield self._section_task(section, store)
        if self._later and not (self._due or self._running or self._ready or self.faults or self.decision.unchanged):
            self._ready = self._later.pop(0)()
        while self._ready:
            self._running += 1
            yield self._ready.pop(0)
        if self._running and not (self._later or self._sealed or self.faults):
            with contextlib.suppress(ValueError):  # of findings that cannot be read, the look at them tells
                self._attempt("publishing", self._seal)
        self._count_waiting()

    def done(self, task: Task, fault: str | None) -> None:
        """Take the result of a task: check what it made, keep it or note why not."""
        self._running -= 1
        section = next((one for one in self.plan.runs if one.notebook == task.label), None)
        found = self._finish(section, task, fault) if section else [fault] if fault else []
        self.journal.task(self.subject, task, found)
        if found:
            self.faults[task.label] = found

    def abandon(self, label: str, why: str) -> None:
        """Give up: its tasks have been stopped."""
        self._due, self._ready, self._running = [], [], 0
        self._let_go()
        self.faults[label] = [why]

    @property
    def steps(self) -> int:
        """Tasks of this subject in all."""
        languages = self.plan.request.languages
        return len(self.decision.execute) + len(renderings(languages)) + len(languages)

    @property
    def waits(self) -> bool:
        """Whether all that is left to start is being made by somebody else."""
        return self._waiting_since is not None

    @property
    def over(self) -> bool:
        """Whether nothing is left to run: unchanged, failed, or ready to publish."""
        idle = not self._due and not self._ready and not self._running
        return self.decision.unchanged or (idle and (bool(self.faults) or not self._later))

    def concluded(self) -> Outcome:
        """Publish a subject whose tasks are over, or record its failure, and say how it ended."""
        if self.decision.unchanged:
            self._cleared += removed(self.workspace.failure(self.subject))  # its inputs are again as before it
            return Outcome(self.subject, UNCHANGED, self.place.target, cleared=self._cleared)
        if not self.faults:
            self._attempt("publishing", self._publish)
        seconds, executed = time.monotonic() - self.started, tuple(sorted(self._executed))
        if not self.faults:
            done = Outcome(self.subject, PUBLISHED, self.place.target, seconds, executed, cleared=self._cleared)
            return replace(done, moved=self._moved, previous=self.before != {"previous": None})
        folder = None
        if self.lock.held:  # not where the lock itself could not be written
            folder = self._attempt("recording the failure", self._record_failure)
        stands = whole(self.place.target) is not None
        repeat = shlex.join(command(self.plan.request, self.workspace.out)) if self.plan.runner == "siyu" else ""
        told = folder or self.place.target, seconds, executed, tuple(reasons(self.faults))
        return Outcome(self.subject, FAILED, *told, cleared=self._cleared, repeat=repeat, stands=stands)

    def size(self) -> int:
        """Bytes that the report takes: those of the published one, none where there is none yet."""
        return storage.size(self.place.target)

    def _attempt(self, label: str, step: Callable[[], Made]) -> Made | None:
        """What a step gives; None, and a fault, when the disk does not let it."""
        try:
            return step()
        except OSError as error:
            self.faults[label] = [on_disk(error, self.size())]
            return None

    def _publish(self) -> None:
        """Check, seal and publish. What speaks against that goes to `faults`, and nothing is published then.

        Raises OSError, but not once it is published.
        """
        if changed := self._changed():
            self.faults["inputs"] = [f"{', '.join(changed)} changed while the report was made; run it again"]
            return
        if not self._sealed:
            self._seal()
        self.journal.write(self.place.building, self.subject)
        if found := mismatches(self.place.building):
            self.faults["reading back"] = found
            return
        self._cleared += self.place.publish() + removed(self.store.folder, self.workspace.failure(self.subject))

    def _record_failure(self) -> Path:
        """Leave a sealed record of the failure with the notebooks that were good. Returns its folder."""
        place = self.workspace.failure_place(self.subject)
        storage.emptied(place.building)
        self._copy_notebooks([one.notebook for one in self.plan.runs if self.store.accepted(one.notebook)])
        place.target.parent.mkdir(parents=True, exist_ok=True)
        self.journal.write(place.building, self.subject)
        sealed(place.building, account(self.plan, self.store, self.faults, self.before["previous"]))
        self._cleared += place.publish()
        return place.target

    def _store(self, section: SectionPlan) -> SectionStore | None:
        """Where a section that is due is to be made; None when it was taken over, or another makes it now."""
        if not section.shared:
            return self.store
        store, claim = self.workspace.shared(section.shared), self.workspace.lock(f"shared-{section.shared}")
        if not self._taken(section, store) and claim.acquire():
            self._claims[section.notebook] = claim
            if not self._taken(section, store):  # else somebody has just made it
                store.begin(section.notebook)
                return store
            self._let_go(section.notebook)
        return None

    def _taken(self, section: SectionPlan, store: SectionStore) -> bool:
        """Whether the result that is kept for all was good, and has been taken over."""
        made = store.accepted(section.notebook)
        if made is None or (self.force and section.shared not in self.fresh):
            return False
        if self.present.changed(made, section.around):
            return False
        self.store.take(section.notebook, made, store.notebook(section.notebook).read_bytes())
        self._due.remove(section)
        self.journal.line(self.subject, f"{section.notebook}: taken over, made once for all who ask for it")
        return True

    def _finish(self, section: SectionPlan, task: Task, fault: str | None) -> list[str]:
        """Check what a section has left, keep it, and let the others have it. Returns what speaks against it."""
        self._executed.append(section.notebook)
        store = self.workspace.shared(section.shared) if section.shared else self.store
        made, found = judged(section, store) if fault is None else (None, [fault])
        if made is not None:
            store.accept(section.notebook, made, round(task.seconds, 3))
            if section.shared:
                self.fresh.add(section.shared)
                self.store.take(section.notebook, made, store.notebook(section.notebook).read_bytes())
        self._let_go(section.notebook)
        return found

    def _let_go(self, *names: str) -> None:
        """Let others have shared sections, made or not; all of them when none is named."""
        for name in names or tuple(self._claims):
            if claim := self._claims.pop(name, None):
                claim.release()

    def _count_waiting(self) -> None:
        """Time in which nothing of the subject runs, because another makes a section for it, is not its own."""
        waits, now = bool(self._due) and not self._running, time.monotonic()
        if self._waiting_since is not None:
            self.started += now - self._waiting_since
        self._waiting_since = now if waits else None

    def _section_task(self, section: SectionPlan, store: SectionStore) -> Task:
        name = section.notebook
        paths = {"notebook": notebooks()[name].path, "output": store.notebook(name), "trail": store.trail(name)}
        payload: dict[str, Any] = {"kind": "section", **{key: str(path.resolve()) for key, path in paths.items()}}
        payload |= {"parameters": dict(section.parameters), "memory": self.plan.request.limits.memory}
        return Task(self.subject, name, {**payload, "need": self.size()})

    def _rendering_tasks(self) -> list[Task]:
        for name in [one.notebook for one in self.plan.runs if self.store.accepted(one.notebook) is None]:
            self.faults[name] = ["its notebook is not the one that was accepted"]
        if self.faults:
            return []
        storage.emptied(self.place.building)
        self._copy_notebooks([section.notebook for section in self.plan.runs])
        self.before = since(self.plan, made_of(self.plan, self.store), self.place.target.resolve())
        payload = rendering(self.plan, self.store, self.place.building.resolve())
        payload |= {"before": self.before, "need": self.size()}
        return [
            Task(self.subject, file_name(kind, code), {**payload, "kind": kind, "language": code})
            for kind, code in renderings(self.plan.request.languages)
        ]

    def _checking_tasks(self) -> list[Task]:
        """What was rendered is read back by a worker: that loads what the supervisor can do without."""
        request, folder = self.plan.request, str(self.place.building.resolve())
        asked = {"kind": "check", "folder": folder, "pdf": request.delivery.pdf}
        return [Task(self.subject, f"report in {code}", {**asked, "language": code}) for code in request.languages]

    def _copy_notebooks(self, names: list[str]) -> None:
        folder = self.place.building / "notebooks"
        folder.mkdir(parents=True)
        for name in names:
            shutil.copyfile(self.store.notebook(name), folder / f"{name}.ipynb")

    def _changed(self) -> list[str]:
        """Inputs that are not any more what the report was made from."""
        if self.plan.runner != "siyu":
            return []
        now, found = Present(), set()
        for section in self.plan.runs:
            if (made := self.store.accepted(section.notebook)) is not None:
                found |= set(now.changed(made, section.around)) - set(made.outside)
        read = report_inputs(self.plan.request)
        return sorted(found | {name for name, sha256 in self.plan.inputs.items() if read.get(name) != sha256})

    def _seal(self) -> None:
        """Seal what was rendered, whether it may be published or not."""
        findings = findings_of(self.place.building)
        self._moved = tuple(one.as_json() for one in findings.moved)
        sealed(self.place.building, account(self.plan, self.store, {}, self.before["previous"], findings))
        self._sealed = True
