"""Publishing: a finished folder takes the place of the old one in one step, or not at all."""

from pathlib import Path

from siyu.reads.digests import sha256_of
from siyu.runs.files import storage
from siyu.runs.files.made import paired
from siyu.runs.files.record import JOURNAL, RUN, mismatches, opened


class Place:
    """Where one report is published, and the folders beside it that this needs, all on one file system.

    building: being made.   ready: finished and sealed, or the report that it has just replaced.
    old: the replaced one, where folders cannot be exchanged.   kept: files of others that were found in it.
    journal: exists while a pair of renames is under way.
    """

    def __init__(self, target: Path, work: Path, kept: Path) -> None:
        self.target, self.work, self.kept = target, work, kept
        self.building, self.ready, self.old = work / "building", work / "ready", work / "old"
        self.journal = work / "exchange.json"

    def publish(self) -> list[str]:
        """Publish what is in `building`, which is sealed. Returns names of files moved to `kept`.

        Raises OSError, and leaves `target` as it was, when the system refuses.
        """
        if self.target.is_symlink():
            raise OSError(None, "is a link; reports are not published through links", str(self.target))
        storage.sync(self.building)
        self.building.rename(self.ready)
        if not self.target.exists():
            self.ready.rename(self.target)
        elif not storage.exchange(self.ready, self.target):
            self._exchange_in_two()
        storage.sync_names(self.target.parent)
        return self._discard(self.ready)

    def recover(self) -> None:
        """After a run that was cut short: complete its exchange if the new report is whole, else undo it."""
        if self.journal.exists():
            if not self.target.exists():
                whole = self.ready.exists() and not mismatches(self.ready)
                (self.ready if whole else self.old).rename(self.target)
            self.journal.unlink()
        self._discard(self.old)
        self._discard(self.ready)
        storage.remove(self.building)

    def _exchange_in_two(self) -> None:
        storage.write(self.journal, b"{}\n")
        storage.sync_names(self.work)
        self.target.rename(self.old)
        try:
            self.ready.rename(self.target)
        except OSError:
            self.old.rename(self.target)
            self.journal.unlink()
            raise
        storage.sync_names(self.target.parent)
        self.old.rename(self.ready)
        self.journal.unlink()

    def _discard(self, replaced: Path) -> list[str]:
        """Remove a replaced report, but never what somebody added to it or changed in it."""
        if not replaced.exists():
            return []
        record = opened(replaced)
        sealed = paired(record["files"]) if record else {}
        others = []
        for name, path in storage.files_below(replaced).items():
            if name in (RUN, JOURNAL) or (name in sealed and not path.is_symlink() and sha256_of(path) == sealed[name]):
                continue
            (self.kept / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(self.kept / name)
            others.append(name)
        storage.remove(replaced)
        return others
