"""Sections that subjects share: one run executes such a section, the others take over what it made."""

from siyu.runs.ask.plan import SectionPlan
from siyu.runs.ask.present import Present
from siyu.runs.files.locks import Lock
from siyu.runs.files.made import Made
from siyu.runs.files.workspace import SectionStore, Workspace


class SharedSections:
    """Those of a batch. Other batches over the same reports make and take them too."""

    def __init__(self, workspace: Workspace, present: Present, *, force: bool) -> None:
        self.workspace = workspace
        self._present = present
        self._force = force
        self._fresh: set[str] = set()
        self._locks: dict[str, Lock] = {}

    def store(self, section: SectionPlan) -> SectionStore:
        """Where the section is kept for all."""
        return self.workspace.shared(section.shared)

    def found(self, section: SectionPlan) -> tuple[Made, bytes] | None:
        """A result that can be taken over: what it was made from, and its notebook."""
        store = self.store(section)
        made = store.accepted(section.notebook)
        if made is None or (self._force and section.shared not in self._fresh):
            return None
        if self._present.changed(made, section.around):
            return None
        return made, store.notebook(section.notebook).read_bytes()

    def claim(self, section: SectionPlan, holder: str) -> bool:
        """Become the one who executes the section. False while somebody else does."""
        if section.shared in self._locks:
            return False
        lock = self.workspace.shared_lock(section.shared)
        if lock.acquire(holder):
            self._locks[section.shared] = lock
        return lock.held

    def made(self, section: SectionPlan) -> None:
        """The section has been executed and accepted here."""
        self._fresh.add(section.shared)

    def release(self, section: SectionPlan) -> None:
        """Let others have the section, made or not."""
        if lock := self._locks.pop(section.shared, None):
            lock.release()
