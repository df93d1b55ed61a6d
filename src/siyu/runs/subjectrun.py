"""One subject on its way: sections executed and checked, report rendered, sealed and published."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from siyu.record import Findings
from siyu.runs.ask.plan import OK, Plan, SectionPlan, report_inputs
from siyu.runs.ask.present import Present
from siyu.runs.ask.reuse import Renewal, decided, given_made
from siyu.runs.ask.sections import notebooks, profiles
from siyu.runs.check.acceptance import judged
from siyu.runs.check.rendered import rendering_faults
from siyu.runs.files import storage
from siyu.runs.files.executed import code_cells
from siyu.runs.files.publication import Place
from siyu.runs.files.record import mismatches, sealed
from siyu.runs.files.report_files import file_name, findings_of, renderings
from siyu.runs.files.workspace import SectionStore
from siyu.runs.journal import Journal
from siyu.runs.make.moves import since
from siyu.runs.make.pool import Task
from siyu.runs.run_entry import account, reasons, section_state
from siyu.runs.shared import SharedSections


class SubjectRun:
    """Knows what is left to do for one subject. Holds its lock from `begin` to `end`.

    executed: sections that were run for it.   moved: see `siyu.record.Moved`; before: see `moves.since`.
    """

    def __init__(self, plan: Plan, shared: SharedSections, present: Present, journal: Journal, *, force: bool) -> None:
        self.plan = plan
        self.shared = shared
        self.workspace = shared.workspace
        self.present = present
        self.journal = journal
        self.force = force
        self.subject = plan.request.subject.id
        self.place = self.workspace.place(self.subject)
        self.store = SectionStore(self.workspace.sections(self.subject))
        self.lock = self.workspace.lock(self.subject)
        self.decision = Renewal(unchanged=False)
        self.faults: dict[str, list[str]] = {}
        self.started = time.monotonic()
        self.executed: list[str] = []
        self.moved: list[dict[str, Any]] = []
        self.before: dict[str, Any] = {"previous": None}
        self._due: list[SectionPlan] = []
        self._pages: list[Task] = []
        self._claimed: list[SectionPlan] = []
        self._running = 0
        self._rendering = False
        self._waiting_since: float | None = None
        self._holder = ""

    def begin(self, holder: str) -> bool:
        """Take the lock and decide. False when another run has the subject. Raises OSError."""
        if not self.lock.acquire(holder):
            return False
        self._holder = holder
        self.started = time.monotonic()
        self.place.recover()
        self.decision = decided(self.plan, self.workspace, self.present, force=self.force)
        if self.decision.unchanged:
            return True
        for section in self.plan.runs:
            if section.given is not None:
                self.store.take(section.notebook, given_made(self.plan, section.notebook), section.given)
            elif (made := self.decision.adopt.get(section.notebook)) is not None:
                published = self.place.target / "notebooks" / f"{section.notebook}.ipynb"
                self.store.take(section.notebook, made, published.read_bytes())
            elif section.notebook not in self.decision.kept:
                self.store.begin(section.notebook)
                self._due.append(section)
        # Long ones first, or the last one runs alone while a core idles; cells tell before anything has run.
        self._due.sort(key=lambda section: -len(code_cells(notebooks()[section.notebook].content)))
        return True

    def end(self) -> None:
        """Let others have the subject, and what it was to execute for others."""
        self._let_go()
        self.lock.release()

    def tasks(self) -> Iterator[Task]:
        """What can be started now: sections, then, once all are good, a page in each language.

        A shared section that somebody else executes is waited for."""
        for section in list(self._due):
            store = self._store(section)
            if store is not None:
                self._due.remove(section)
                self._running += 1
                yield self._section_task(section, store)
        if not (self._due or self._running or self.faults or self._rendering or self.decision.unchanged):
            self._pages += self._rendering_tasks()
        while self._pages:
            self._running += 1
            yield self._pages.pop(0)
        self._count_waiting()

    def done(self, task: Task, fault: str | None) -> None:
        """Take the result of a task: check what it made, keep it or note why not."""
        self._running -= 1
        section = next((one for one in self.plan.runs if one.notebook == task.label), None)
        if section is None:
            found = [fault] if fault else []
        else:
            self.executed.append(section.notebook)
            found = self._finish(section, task, fault)
        self.journal.task(self.subject, task, found)
        if found:
            self.faults[task.label] = found

    def abandon(self, label: str, why: str) -> None:
        """Give up: its tasks have been stopped."""
        self._due, self._pages, self._running = [], [], 0
        self._let_go()
        self.faults[label] = [why]

    @property
    def steps(self) -> int:
        """Tasks of this subject in all."""
        return len(self.decision.execute) + len(renderings(self.plan.request.languages))

    @property
    def waits(self) -> bool:
        """Whether all that is left to start is being made by somebody else."""
        return self._waiting_since is not None

    @property
    def over(self) -> bool:
        """Whether nothing is left to run: unchanged, failed, or ready to publish."""
        idle = not self._due and not self._pages and not self._running
        return self.decision.unchanged or (idle and (bool(self.faults) or self._rendering))

    def publish(self) -> list[str]:
        """Check, seal and publish. Returns names of files of others that were moved aside.

        What speaks against publishing goes to `faults`; nothing is published then. Raises OSError.
        """
        request = self.plan.request
        if changed := self._changed():
            self.faults["inputs"] = [f"{', '.join(changed)} changed while the report was made; run it again"]
            return []
        if found := rendering_faults(self.place.building, request.languages, pdf=request.delivery.pdf):
            self.faults["report"] = found
            return []
        findings = findings_of(self.place.building)
        self.moved = [one.as_json() for one in findings.moved]
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
        self._copy_notebooks([one.notebook for one in self.plan.runs if self.store.accepted(one.notebook)])
        place.target.parent.mkdir(parents=True, exist_ok=True)
        self._seal(place)
        place.publish()
        return place.target

    def size(self) -> int:
        """Bytes that the report takes: those of the published one, none where there is none yet."""
        return storage.size(self.place.target)

    def reasons(self) -> tuple[str, ...]:
        """Why the subject failed, one line a fault."""
        return tuple(reasons(self.faults))

    def _store(self, section: SectionPlan) -> SectionStore | None:
        """Where a section that is due is to be made; None when it was taken over, or another makes it now."""
        if not section.shared:
            return self.store
        if not self._taken(section) and self.shared.claim(section, self._holder):
            self._claimed.append(section)
            if not self._taken(section):  # else somebody has just made it
                self.shared.store(section).begin(section.notebook)
                return self.shared.store(section)
            self._let_go(section)
        return None

    def _taken(self, section: SectionPlan) -> bool:
        found = self.shared.found(section)
        if found is not None:
            self.store.take(section.notebook, *found)
            self._due.remove(section)
            self.journal.line(self.subject, f"{section.notebook}: taken over, made once for all who ask for it")
        return found is not None

    def _finish(self, section: SectionPlan, task: Task, fault: str | None) -> list[str]:
        """Check what a section has left, keep it, and let the others have it. Returns what speaks against it."""
        store = self.shared.store(section) if section.shared else self.store
        made, found = judged(section, store) if fault is None else (None, [fault])
        if made is not None:
            store.accept(section.notebook, made, round(task.seconds, 3))
            if section.shared:
                self.shared.made(section)
                self.store.take(section.notebook, made, store.notebook(section.notebook).read_bytes())
        self._let_go(section)
        return found

    def _let_go(self, *sections: SectionPlan) -> None:
        for section in sections or self._claimed:
            self.shared.release(section)
        self._claimed = [one for one in self._claimed if sections and one not in sections]

    def _count_waiting(self) -> None:
        """Time in which nothing of the subject runs, because another makes a section for it, is not its own."""
        waits, now = bool(self._due) and not self._running, time.monotonic()
        if self._waiting_since is not None:
            self.started += now - self._waiting_since
        self._waiting_since = now if waits else None

    def _section_task(self, section: SectionPlan, store: SectionStore) -> Task:
        payload = {
            "kind": "section",
            "notebook": str(notebooks()[section.notebook].path.resolve()),
            "output": str(store.notebook(section.notebook).resolve()),
            "trail": str(store.trail(section.notebook).resolve()),
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
        made = {one.notebook: self.store.accepted(one.notebook) for one in self.plan.runs}
        self.before = since(self.plan, {name: one for name, one in made.items() if one}, self.place.target.resolve())
        payload = {
            "before": self.before,
            "folder": str(self.place.building.resolve()),
            "need": self.size(),
            "subject": _about(request.subject),
            "case": _about(request.case),
            "as_of": request.as_of,
            "parameters": list(self.plan.parameters),
            "template": str(request.delivery.template.resolve()) if request.delivery.template else None,
            "pdf": request.delivery.pdf,
            "appendix": request.delivery.appendix,
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
            "aside": self.plan.request.subject.kind == "client" and "claims" in profile.needs,
        }
        return {"notebook": section.notebook, "status": status, "reason": reason, "path": ran, **told}

    def _changed(self) -> list[str]:
        """Inputs that are not any more what the report was made from."""
        if self.plan.runner != "siyu":
            return []
        now, found = Present(), set()
        for section in self.plan.runs:
            made = self.store.accepted(section.notebook)
            if made is not None:
                found |= set(now.changed(made, section.around)) - set(made.outside)
        read = report_inputs(self.plan.request)
        return sorted(found | {name for name, sha256 in self.plan.inputs.items() if read.get(name) != sha256})

    def _seal(self, place: Place, findings: Findings | None = None) -> None:
        self.journal.write(place.building, self.subject)
        sealed(place.building, account(self.plan, self.store, self.faults, self.before["previous"], findings))


def _about(subject: Any) -> dict[str, Any]:
    return {"id": subject.id, "name": subject.name.model_dump(), "kind": subject.kind}
