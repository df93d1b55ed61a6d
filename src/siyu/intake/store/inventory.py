"""What lies in a folder of exports: every file and the digest of its bytes, read once while it stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from siyu.intake.reading.sources import junk, own_formats


def store_of(folder: Path) -> Path:
    """Where the store of a subject's folder lies: no run takes it for an input."""
    return folder.parent / ".store" / folder.name


def written(path: Path, text: str) -> None:
    """Write a file for its owner's eyes only, which others see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.touch(0o600)
    making.write_text(text, encoding="utf-8")
    making.replace(path)


@contextmanager
def private(store: Path) -> Iterator[None]:
    """What is written meanwhile is for its owner's eyes only, and so is what lies in the store already."""
    before = os.umask(0o077)
    try:
        if store.is_dir():
            for folder in (store.parent, store):
                folder.chmod(0o700)
        yield
    finally:
        os.umask(before)


@dataclass
class Export:
    """One file. name: below the folder. digest: sha256.

    own: folder of the client's formats. tables: how its tables are called after the file's own name, None as long as
    nobody has opened it."""

    path: Path
    name: str
    digest: str
    stamp: list[int] = field(default_factory=list)
    tables: list[str] | None = None
    own: Path | None = None


@dataclass
class Inventory:
    """The exports in name order, remembered in `note` from one run to the next."""

    exports: list[Export]
    note: Path

    @classmethod
    def taken(cls, folder: Path, note: Path) -> Inventory:
        """The inventory of a folder. A file whose size, times and place on disk are unchanged is not read."""
        known = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
        return cls([_export(path, path.relative_to(folder).as_posix(), known) for path in _files(folder)], note)

    def remember(self) -> None:
        """Write the inventory down."""
        entries = {
            one.name: {"stamp": one.stamp, "digest": one.digest, "tables": one.tables}
            for one in self.exports
            if one.tables is not None
        }
        if not entries and not self.note.exists():
            return
        written(self.note, json.dumps(entries))


def _files(folder: Path) -> Iterator[Path]:
    for child in sorted(folder.iterdir()) if folder.is_dir() else ():
        if child.is_dir() and not junk(child):
            yield from _files(child)
        elif not junk(child):
            yield child


def _export(path: Path, name: str, known: dict[str, dict[str, object]]) -> Export:
    stamp, entry, own = stamp_of(path), known.get(name, {}), own_formats(path)
    if entry.get("stamp") == stamp:
        return Export(path, name, str(entry["digest"]), stamp, list(entry["tables"]), own)  # type: ignore[call-overload]
    with path.open("rb") as file:
        return Export(path, name, hashlib.file_digest(file, "sha256").hexdigest(), stamp, own=own)


def stamp_of(path: Path) -> list[int]:
    """What changes when a file does: size, times, and where it lies on disk."""
    state = path.stat()
    # the time of the last change of the entry itself cannot be set back by a program that copies
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
