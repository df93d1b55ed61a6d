"""One subject on its way: sections executed and checked, report rendered, sealed and published."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from siyu.runs.ask.plan import OK, Plan, SectionPlan, changed_inputs
from siyu.runs.ask.reuse import Decision, decided
from siyu.runs.ask.sections import notebooks, profiles
from siyu.runs.check import checks
from siyu.runs.check.rendered import rendering_faults
from siyu.runs.files import storage
from siyu.runs.files.executed import code_cells
from siyu.runs.files.publication import Place
from siyu.runs.files.record import mismatches, sealed
from siyu.runs.files.report_files import file_name, renderings
from siyu.runs.files.workspace import SectionStore, Workspace
from siyu.runs.journal import Journal
from siyu.runs.make.pool import Task
from siyu.runs.run_entry import account, reasons, section_state


class SubjectRun:
    """Knows what is left to do for one subject. Holds its lock from `begin` to `end`."""

    def __init__(self, plan: Plan, workspace: Workspace, journal: Journal, *, force: bool) -> None:
        self.plan = plan
        self.workspace = workspace
        self.journal = journal
        self.force = force
        self.subject = plan.request.subject.id
        self.place = workspace.place(self.subject)
        self.store = SectionStore(workspace.sections(self.subject))
        self.lock = workspace.lock(self.subject)
        self.decision = Decision(unchanged=False)
        self.faults: dict[str, list[str]] = {}
        self.started = time.monotonic()
        self._queue: list[Task] = []
        self._running = 0
        self._rendering = False

    def begin(self, holder: str) -> bool:
        """Take the lock and decide. False when another run has the subject. Raises OSError."""
        if not self.lock.acquire(holder):
            return False
        self.started = time.monotonic()
        self.place.recover()
        self.decision = decided(self.plan, self.workspace, force=self.force)
        if self.decision.unchanged:
            return True
        self.store.folder.mkdir(parents=True, exist_ok=True)
        for section in self.plan.runs:
            if section.given is not None:
                self.store.take(section.notebook, section.key, section.given)
            elif section.notebook in self.decision.adopt:
                published = self.place.target / "notebooks" / f"{section.notebook}.ipynb"
                self.store.take(section.notebook, section.key, published.read_bytes())
            elif section.notebook in self.decision.execute:
                self._queue.append(self._section_task(section))
        # Long ones first, or the last one runs alone while a core idles; cells tell before anything has run.
        self._queue.sort(key=lambda task: -len(code_cells(notebooks()[task.label].content)))
        return True

    def end(self) -> None:
        """Let others have the subject."""
        self.lock.release()

    def tasks(self) -> Iterator[Task]:
        """What can be started now: sections, then, once all are good, a page in each language."""
        if not (self._queue or self._running or self.faults or self._rendering or self.decision.unchanged):
            self._queue += self._rendering_tasks()
        while self._queue:
            self._running += 1
            yield self._queue.pop(0)

    def done(self, task: Task, fault: str | None) -> None:
        """Take the result of a task: check what it made, keep it or note why not."""
        self._running -= 1
        section = next((one for one in self.plan.runs if one.notebook == task.label), None)
        found = [fault] if fault else self._section_faults(section) if section else []
        self.journal.task(self.subject, task, found)
        if found:
            self.faults[task.label] = found
        elif section:
            self.store.accept(section.notebook, {"key": section.key, "seconds": round(task.seconds, 3)})

    def abandon(self, label: str, why: str) -> None:
        """Give up: its tasks have been stopped."""
        self._queue, self._running = [], 0
        self.faults[label] = [why]

    @property
    def steps(self) -> int:
        """Tasks of this subject in all."""
        return len(self.decision.execute) + len(renderings(self.plan.request.languages))

    @property
    def over(self) -> bool:
        """Whether nothing is left to run: unchanged, failed, or ready to publish."""
        idle = not self._queue and not self._running
        return self.decision.unchanged or (idle and (bool(self.faults) or self._rendering))

    def publish(self) -> list[str]:
        """Check, seal and publish. Returns names of files of others that were moved aside.

        What speaks against publishing goes to `faults`; nothing is published then. Raises OSError.
        """
        request = self.plan.request
        if changed := changed_inputs(self.plan):
            self.faults["inputs"] = [f"{', '.join(changed)} changed while the report was made; run it again"]
            return []
        if found := rendering_faults(self.place.building, request.languages, pdf=request.delivery.pdf):
            self.faults["report"] = found
            return []
        findings = storage.read_json(self.place.building / "findings.json")["findings"]
        self._seal(self.place, findings)
        if found := mismatches(self.place.building):
            self.faults["reading back"] = found
            return []
        aside = self.place.publish()
        storage.remove(self.store.folder)
        storage.remove(self.workspace.failure(self.subject))
        return aside

    def record_failure(self) -> Path:
        """Leave a sealed record of the failure with the notebooks that were good. Returns its folder."""
        place = self.workspace.failure_place(self.subject)
        storage.emptied(place.building)
        self._copy_notebooks([one.notebook for one in self.plan.runs if self.store.accepted(one.notebook, one.key)])
        place.target.parent.mkdir(parents=True, exist_ok=True)
        self._seal(place, [])
        place.publish()
        return place.target

    def size(self) -> int:
        """Bytes that the report takes: those of the published one, none where there is none yet."""
        return storage.size(self.place.target)

    def reasons(self) -> tuple[str, ...]:
        """Why the subject failed, one line a fault."""
        return tuple(reasons(self.faults))

    def _section_task(self, section: SectionPlan) -> Task:
        self.store.notebook(section.notebook).unlink(missing_ok=True)
        self.store.trail(section.notebook).unlink(missing_ok=True)
        payload = {
            "kind": "section",
            "notebook": str(notebooks()[section.notebook].path.resolve()),
            "output": str(self.store.notebook(section.notebook).resolve()),
            "trail": str(self.store.trail(section.notebook).resolve()),
            "parameters": dict(section.parameters),
            "memory": self.plan.request.limits.memory,
            "need": self.size(),
        }
        return Task(self.subject, section.notebook, payload)

    def _rendering_tasks(self) -> Iterator[Task]:
        self._rendering = True
        storage.emptied(self.place.building)
        self._copy_notebooks([section.notebook for section in self.plan.runs])
        request = self.plan.request
        payload = {
            "folder": str(self.place.building.resolve()),
            "need": self.size(),
            "subject": _about(request.subject),
            "case": _about(request.case),
            "as_of": request.as_of,
            "parameters": list(self.plan.parameters),
            "template": str(request.delivery.template.resolve()) if request.delivery.template else None,
            "pdf": request.delivery.pdf,
            "sections": [self._section_entry(section) for section in self.plan.sections],
        }
        for kind, code in renderings(request.languages):
            yield Task(self.subject, file_name(kind, code), {**payload, "kind": kind, "language": code})

    def _copy_notebooks(self, names: list[str]) -> None:
        folder = self.place.building / "notebooks"
        folder.mkdir(parents=True)
        for name in names:
            shutil.copyfile(self.store.notebook(name), folder / f"{name}.ipynb")

    def _section_entry(self, section: SectionPlan) -> dict[str, Any]:
        status, reason = section_state(section, self.store)
        path = str((self.place.building / "notebooks" / f"{section.notebook}.ipynb").resolve())
        ran = path if section.status == OK else None
        profile = profiles()[section.notebook]
        told = {
            "question": profile.question.model_dump(),
            "lead": profile.lead.finding if profile.lead else "",
            "rank": profile.rank(self.plan.request.subject.kind),
        }
        return {"notebook": section.notebook, "status": status, "reason": reason, "path": ran, **told}

    def _section_faults(self, section: SectionPlan) -> list[str]:
        try:
            notebook = storage.read_json(self.store.notebook(section.notebook))
            trail = storage.read_json_lines(self.store.trail(section.notebook))
        except (OSError, ValueError) as error:
            return [f"left no notebook that can be read ({type(error).__name__})"]
        found = checks.identity_faults(notebooks()[section.notebook], section.parameters, notebook)
        return found + checks.faults(notebook) + checks.trail_faults(notebook, trail)

    def _seal(self, place: Place, findings: list[dict[str, Any]]) -> None:
        self.journal.write(place.building, self.subject)
        sealed(place.building, account(self.plan, self.store, self.faults, findings))


def _about(subject: Any) -> dict[str, Any]:
    return {"id": subject.id, "name": subject.name.model_dump(), "kind": subject.kind}
