"""Publishing: a finished folder takes the place of the old one in one step, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from siyu.reads.digests import sha256_of
from siyu.runs.files import storage
from siyu.runs.files.faults import on_disk
from siyu.runs.files.made import paired
from siyu.runs.files.record import JOURNAL, RUN, mismatches, opened, seal_of

_REPLACED, _UNSEALED = "replaced", "unsealed"


@dataclass(frozen=True)
class Cleared:
    """What became of what was replaced. kept: files that no run wrote, as they are called below `kept` now. left: why
    something is there yet; it is tried again when the next run begins."""

    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __add__(self, more: Cleared) -> Cleared:
        return Cleared(self.kept + more.kept, self.left + more.left)


class Place:
    """Where one report is published, and the folders beside it that this needs, all on one file system.

    building: being made.   ready: finished and sealed, or the report that it has just replaced.
    old: the replaced one, where folders cannot be exchanged.   kept: files of others that were found in it, in a folder
    for each time.   journal: exists while a pair of renames is under way.
    """

    def __init__(self, target: Path, work: Path, kept: Path) -> None:
        self.target, self.work, self.kept = target, work, kept
        self.building, self.ready, self.old = work / "building", work / "ready", work / "old"
        self.journal = work / "exchange.json"

    def publish(self) -> Cleared:
        """Publish what is in `building`, which is sealed. Returns what became of what it replaced.

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
        return self._clear()

    def recover(self) -> Cleared:
        """After a run that was cut short: complete its exchange if the new report is whole, else undo it. Clear what is
        left of those before. Raises OSError when the system refuses the exchange."""
        if self.journal.exists():
            if not self.target.exists():
                whole = self.ready.exists() and not mismatches(self.ready)
                (self.ready if whole else self.old).rename(self.target)
            self.journal.unlink()
        cleared = self._clear()
        storage.remove(self.building)
        return cleared

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

    def _clear(self) -> Cleared:
        """Remove what was replaced, now and earlier. The new report is published by then, so what cannot be removed is
        out of its way and told, and no error."""
        done = Cleared()
        for folder in [self.old, self.ready, *sorted(self.work.glob(f"{_REPLACED}-*"))]:
            if folder.exists():
                done += self._discard(folder)
        return done

    def _discard(self, replaced: Path) -> Cleared:
        """Remove a replaced report, but never what somebody added to it or changed in it."""
        kept: list[str] = []
        try:
            if not replaced.name.startswith(_REPLACED):  # room for the next one, whatever comes of this
                replaced = replaced.rename(_free(self.work, _REPLACED))
            record = opened(replaced)
            sealed = paired(record["files"]) if record else {}
            shelf = None
            for name, path in storage.files_below(replaced).items():
                if name in (RUN, JOURNAL) or (
                    name in sealed and not path.is_symlink() and sha256_of(path) == sealed[name]
                ):
                    continue
                shelf = shelf or _free(self.kept, seal_of(record)[:8] if record else _UNSEALED)
                (shelf / name).parent.mkdir(parents=True, exist_ok=True)
                path.replace(shelf / name)
                kept.append((shelf / name).relative_to(self.kept).as_posix())
            for path in sorted(replaced.iterdir(), key=lambda one: one.name == RUN):
                storage.remove(path)  # the record last: without it nothing says what no run wrote
            storage.remove(replaced)
        except OSError as error:
            return Cleared(tuple(kept), (on_disk(error),))
        return Cleared(tuple(kept))


def removed(*folders: Path) -> Cleared:
    """Remove folders that a report which stands has no use for; what cannot be removed is told, and no error."""
    left = []
    for folder in folders:
        try:
            storage.remove(folder)
        except OSError as error:
            left.append(on_disk(error))
    return Cleared(left=tuple(left))


def _free(folder: Path, name: str) -> Path:
    """A path in a folder that nothing has as yet: `name-1`, `name-2`, …"""
    return next(path for number in count(1) if not (path := folder / f"{name}-{number}").exists())
