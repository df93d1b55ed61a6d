"""What lies in a folder of exports: every file and the digest of its bytes, read once while it stays as it is."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from siyu.intake.reading.sources import is_link, junk, own_formats, stamp_of
from siyu.reads.digests import digest, sha256_of


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
    """One file. name: below the folder. digest: sha256; of a link, which nobody follows, that of its name.

    own: folder of the client's formats. tables: how its tables are called after the file's own name, None as long as
    nobody has opened it."""

    path: Path
    name: str
    digest: str
    stamp: list[int] = field(default_factory=list)
    tables: list[str] | None = None
    own: Path | None = None


def exports_in(folder: Path, note: Path) -> list[Export]:
    """The exports of a folder in name order. A file whose size, times and place on disk are as `note` has them is not
    read."""
    known = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    found = []
    for path in _files(folder):
        name, stamp = path.relative_to(folder).as_posix(), stamp_of(path)
        if is_link(path):
            found.append(Export(path, name, digest(name), stamp))
            continue
        entry = known.get(name, {})
        same = entry.get("stamp") == stamp
        content = entry["digest"] if same else sha256_of(path)
        found.append(Export(path, name, content, stamp, entry["tables"] if same else None, own_formats(path)))
    return found


def remember(note: Path, exports: Sequence[Export]) -> None:
    """Write down what `exports_in` need not read again."""
    opened = [one for one in exports if one.tables is not None]
    entries = {one.name: {"stamp": one.stamp, "digest": one.digest, "tables": one.tables} for one in opened}
    if entries or note.exists():
        written(note, json.dumps(entries))


def _files(folder: Path) -> Iterator[Path]:
    for child in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_link(child) and child.is_dir() and not junk(child):
            yield from _files(child)
        elif is_link(child) or not junk(child):
            yield child
