"""What this process has read: every reader says what it opened, looked for, listed, or took a row of.

The record is what a result was made from, as addresses and digests (see `siyu.reads.digests`).
"""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from siyu.paths import address
from siyu.reads.digests import ABSENT, DEFINITIONS, TABLES, Digests, digest

RowT = TypeVar("RowT")
ContentT = TypeVar("ContentT")
_digests = Digests()
_noted: dict[str, str] = {}
_apart: set[str] = set()
_concluded: set[str] = set()
_here = threading.local()  # a reader in one thread is none in another


def begin() -> None:
    """Forget what was noted; tables that are loaded stay so, and their rows are noted when they are handed out."""
    _noted.clear()


def noted() -> dict[str, str]:
    """address -> digest of everything that was read since `begin`, sorted.

    Which rows a whole table holds says what its groups hold, and which rows it does not hold."""
    whole = {name.removesuffix("#*") for name in _noted if name.endswith("#*")}
    return {name: found for name, found in sorted(_noted.items()) if name.endswith("#*")
            or name.partition("#")[0] not in whole or not (name.endswith(".*") or found == ABSENT)}  # fmt: skip


def apart() -> tuple[str, ...]:
    """Files and folders whose content is made of what is noted, or has no part in any result."""
    return tuple(_apart)


def note(what: str, found: str) -> None:
    """Note an address with the digest that its reader has seen; read twice, it counts as first seen."""
    _noted.setdefault(what, found)


def content(path: Path) -> bytes:
    """The bytes of a file, noted. Raises FileNotFoundError, which is noted too."""
    try:
        with reader():
            read = path.read_bytes()
    except FileNotFoundError:
        note(address(path), ABSENT)
        raise
    note(address(path), hashlib.sha256(read).hexdigest())
    return read


def table(path: Path) -> bytes:
    """The bytes of a table whose rows are noted one by one as a `Shelf` hands them out; of another one, as a file."""
    if path.name not in TABLES and path.name != DEFINITIONS:
        return content(path)
    with reader():
        read = path.read_bytes()
    _digests.keep(address(path), read)
    return read


def no_table(path: Path) -> None:
    """A table that is not there, and in which rows will be looked for."""
    _digests.keep(address(path), None)


def entry(path: Path, key: str) -> None:
    """Note a list in a JSON file as a set, wherever it is there or not."""
    with reader():
        _digests.keep(address(path), path.read_bytes() if path.is_file() else None)
    note(f"{address(path)}#{key}", _digests.of(f"{address(path)}#{key}"))


def listed(folder: Path) -> None:
    """Note the names of the files below a folder."""
    name = f"{address(folder)}/"
    note(name, _digests.of(name))


def conclude(content: ContentT) -> ContentT:
    """The content, which a workbook is about to show: nothing else that claims to come from it does."""
    _concluded.add(shown(content))
    return content


def shown(content: Any) -> str:
    """The digest of what a notebook shows, however its whole numbers are written: a browser saves 3.0 as 3."""
    return digest(json.loads(json.dumps(content), parse_int=float))


def concluded() -> list[str]:
    """Digests of all that workbooks of this process have concluded, sorted."""
    return sorted(_concluded)


def set_apart(path: Path) -> None:
    """What lies here, or below, is made of what is noted, or has no part in any result."""
    _apart.add(os.path.abspath(path))  # noqa: PTH100 - links are not followed


@contextmanager
def reader() -> Iterator[None]:
    """Around a reader's own opening of files that it notes, here or later: nobody opens them beside the readers."""
    before, _here.reading = in_reader(), True
    try:
        yield
    finally:
        _here.reading = before


def in_reader() -> bool:
    """Whether a reader is opening a file now, in this thread."""
    return getattr(_here, "reading", False)


def opens(path: Path) -> None:
    """A library opens this file itself, where no hook of Python sees it: say so in its place."""
    sys.audit("open", str(path), "r", 0)


@dataclass(frozen=True)
class Shelf(Mapping[str, RowT]):
    """Rows by id, in file order. Whoever takes one leaves a note; whoever only checks something looks at `rows`.

    files: addresses of the tables, those of a client behind the bundled ones, whether they are there or not.
    prefix: stands before each id in the notes.
    """

    rows: Mapping[str, RowT]
    files: tuple[str, ...] = ()
    prefix: str = ""

    def __getitem__(self, key: str) -> RowT:
        for file in reversed(self.files):
            name = f"{file}#{self.prefix}{key}"
            note(name, found := _digests.of(name))
            if found != ABSENT:  # the last table that holds the row counts
                break
        return self.rows[key]

    def __iter__(self) -> Iterator[str]:
        self.look("")
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def look(self, group: str) -> None:
        """Note which rows a group holds, or with "" which rows there are at all."""
        for file in self.files:
            name = f"{file}#{group}.*" if group else f"{file}#*"
            note(name, _digests.of(name))

    def fitting(self, fits: Callable[[RowT], bool], group: str = "") -> list[RowT]:
        """The rows that fit, in order, all of one group if it is named.

        `fits` looks only at what `digests.TABLES` says to decide: other rows may change without being asked again.
        """
        self.look(group)
        return [self[key] for key, row in self.rows.items() if fits(row)]
