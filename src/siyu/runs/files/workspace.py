"""The folder reports are published to, and the hidden one in it (`.siyu`) that runs work in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from siyu.reads.digests import sha256_of
from siyu.runs.files import storage
from siyu.runs.files.locks import Lock
from siyu.runs.files.made import Made
from siyu.runs.files.processes import sweep
from siyu.runs.files.publication import Place
from siyu.runs.files.record import opened

_MOMENT = 0.02  # seconds


class Workspace:
    """Layout of `<out>`: one folder a subject, `index.html`, and `.siyu` on the same file system."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.hidden = out / ".siyu"
        self.index, self.stamp = out / "index.html", self.hidden / "index.sha256"

    def place(self, subject: str) -> Place:
        """Where a subject's report is published."""
        return Place(self.out / subject, self.hidden / "work" / subject, self.hidden / "kept" / subject)

    def failure_place(self, subject: str) -> Place:
        """Where the record of a failed run goes: not over a good report, else to the report's place."""
        good = opened(self.out / subject)
        place = self.place(subject)
        if not place.target.exists() or (good is not None and good["status"] == "failed"):
            return place
        return Place(self.failure(subject), place.work, place.kept)

    def failure(self, subject: str) -> Path:
        """The record of a failed run whose last good report stands."""
        return self.hidden / "failed" / subject

    def sections(self, subject: str) -> SectionStore:
        """Executed notebooks of a report that is not finished yet."""
        return SectionStore(self.hidden / "work" / subject / "sections")

    def shared(self, name: str) -> SectionStore:
        """A section that subjects share, executed in no one's name. name: see `SectionPlan.shared`."""
        return SectionStore(self.hidden / "shared" / name)

    def log(self, subject: str) -> Path:
        """What happened to a subject, run after run. Holds no personal data."""
        return self.hidden / "logs" / f"{subject}.log"

    def lock(self, name: str) -> Lock:
        """Held by the one process that works on a subject, or executes a section of `shared`."""
        return Lock(self.hidden / "locks" / name)

    def forget(self, subject: str) -> list[Path]:
        """Remove what runs have left of a subject beside its report: records of failures, unfinished work, files that
        were moved aside, the log. Returns what was there. For whoever holds its lock. Raises OSError."""
        place = self.place(subject)
        there = [path for path in (self.failure(subject), place.work, place.kept, self.log(subject)) if path.exists()]
        for path in there:
            storage.remove(path)
        return there

    def records(self) -> list[dict[str, Any]]:
        """Every run.json here, the failed ones with them, by subject."""
        paths = [*self.out.glob("[!.]*/run.json"), *self.hidden.glob("failed/*/run.json")]
        found = {path.parent: record for path in paths if (record := opened(path.parent)) is not None}
        named = [{**record, "folder": folder.relative_to(self.out).as_posix()} for folder, record in found.items()]
        return sorted(named, key=lambda record: (record["subject"], record["status"]))

    def register(self, run: str, sockets: Path) -> Lock:
        """Announce a run, so that whatever it leaves behind can be found once it is gone."""
        lock = Lock(self.hidden / "runs" / run)
        while not lock.acquire(json.dumps({"sockets": str(sockets)})):
            time.sleep(_MOMENT)  # until it is locked, another start can take the file for a leftover
        return lock

    def clear_leftovers(self) -> list[str]:
        """End the processes and remove the sockets of runs that are gone. Returns their ids."""
        cleared = []
        for path in sorted((self.hidden / "runs").glob("*")):
            lock = Lock(path)
            left = lock.holder()
            if not lock.acquire(left):
                continue
            sweep(path.name)
            if left:
                storage.remove(Path(json.loads(left)["sockets"]))
            lock.release(remove=True)
            cleared.append(path.name)
        return cleared


class SectionStore:
    """Executed notebooks that have passed the checks, each with what it was made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def notebook(self, name: str) -> Path:
        """Where the executed notebook of a section is kept."""
        return self.folder / f"{name}.ipynb"

    def trail(self, name: str) -> Path:
        """Where the kernel of a section leaves its trail."""
        return self.folder / f"{name}.trail"

    def begin(self, name: str) -> None:
        """Make room for a section that is to be executed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (self._record(name), self.notebook(name), self.trail(name)):
            path.unlink(missing_ok=True)

    def accept(self, name: str, made: Made, seconds: float) -> None:
        """Keep a section's notebook as good."""
        complete = {**made.as_json(), "seconds": seconds, "sha256": sha256_of(self.notebook(name))}
        storage.write(self._record(name), storage.pretty(complete))

    def accepted(self, name: str) -> Made | None:
        """What an accepted section was made from, if its notebook is still what was accepted."""
        try:
            record = storage.read_json(self._record(name))
            return Made.read(record) if (record["sha256"] == sha256_of(self.notebook(name))) else None
        except (OSError, ValueError, KeyError, TypeError):  # cut short while it was written: not accepted
            return None

    def take(self, name: str, made: Made, content: bytes) -> None:
        """Keep an executed notebook that comes from elsewhere and has been checked there."""
        self.begin(name)
        storage.write(self.notebook(name), content)
        self.accept(name, made, 0.0)

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.json"
