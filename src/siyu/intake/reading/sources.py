"""Where tables come from: a CSV file, the sheets of a workbook, the members of a ZIP. Exact paths only."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from siyu.errors import shown_path
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.xlsx import sheet_tables

TEXT = (".csv", ".txt", ".tsv")
BOOK = (".xlsx",)
PACKED_LIMIT = 8 * 2**30  # bytes one archive may unpack to
RATIO_LIMIT = 100  # unpacked against packed, above RATIO_FROM; order exports pack 5 to 20 times
RATIO_FROM = 20 * 2**20
MEMBER_LIMIT = 500

Opener = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True)
class TableSource:
    """One table of bytes: the name shown to people, and how to open it.

    rows: for a sheet the row each line of the stream came from; None when lines are physical lines.
    size: bytes to read, for progress. refused: set when the table cannot be opened at all.
    """

    name: str
    open: Opener | None
    size: int = 0
    rows: tuple[int, ...] | None = None
    refused: RefusedError | None = None


def sources(path: Path) -> Iterator[TableSource]:
    """Every table of a path in name order; a folder is walked, hidden files and links are left out."""
    if path.is_dir() and not path.is_symlink():
        for child in sorted(path.iterdir()):
            if not child.name.startswith(".") and (child.is_dir() or child.is_file()):
                yield from sources(child)
        return
    name = shown_path(path) if not path.is_symlink() else path.as_posix()
    if path.is_symlink() or not path.is_file():
        yield TableSource(name, None, refused=RefusedError("not_a_file"))
        return
    yield from _tables(name, path.suffix.lower(), partial(_opened, path), path.stat().st_size)


def _tables(name: str, suffix: str, opener: Opener, size: int) -> Iterator[TableSource]:
    try:
        with opener() as file:
            start = file.read(8)
        if not start:
            yield TableSource(name, None, refused=RefusedError("empty"))
        elif start.startswith(b"PK\x03\x04") and suffix in BOOK:
            yield from _sheets(name, opener)
        elif start.startswith(b"PK") and suffix == ".zip":
            yield from _members(name, opener)
        elif suffix in TEXT and not start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            yield TableSource(name, opener, size)
        else:
            yield TableSource(name, None, refused=RefusedError("unknown_type"))
    except RefusedError as error:
        yield TableSource(name, None, refused=error)


def _sheets(name: str, opener: Opener) -> Iterator[TableSource]:
    with opener() as file, _archive(file) as archive:
        tables = sheet_tables(file, archive)
    for title, data, rows in tables:
        shown = name if len(tables) == 1 else f"{name}!{title}"
        yield TableSource(shown, partial(_reopened, data), len(data), rows)


def _members(name: str, opener: Opener) -> Iterator[TableSource]:
    with opener() as file, _archive(file) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
    wanted = [info for info in members if not _hidden(_member_name(info))]
    if not wanted:
        raise RefusedError("empty")
    for info in sorted(wanted, key=_member_name):
        inner = _member_name(info)
        suffix = PurePosixPath(inner).suffix.lower()
        shown = f"{name}!{inner}"
        if suffix == ".zip":
            yield TableSource(shown, None, refused=RefusedError("nested_archive"))
        else:
            yield from _tables(shown, suffix, partial(_member, opener, info), info.file_size)


@contextmanager
def _archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """An open archive whose directory is plausible: size, ratio, members, no password."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise RefusedError("bad_archive") from error
    with archive:
        entries = archive.infolist()
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise RefusedError("locked_archive")
        unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
        bomb = unpacked > RATIO_FROM and unpacked > RATIO_LIMIT * max(packed, 1)
        if bomb or unpacked > PACKED_LIMIT or len(entries) > MEMBER_LIMIT:
            raise RefusedError("too_large")
        yield archive


def _member_name(info: zipfile.ZipInfo) -> str:
    """The name as its author wrote it: Chinese programs store GBK bytes without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts if part != "..")


@contextmanager
def _member(opener: Opener, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """One member, read where it lies: nothing is unpacked to disk, so no name can lead outside."""
    try:
        with opener() as file, zipfile.ZipFile(file) as archive, archive.open(info) as member:
            yield member  # type: ignore[misc]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise RefusedError("bad_archive") from error


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _reopened(data: bytes) -> BinaryIO:
    return io.BytesIO(data)
