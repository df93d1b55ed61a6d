"""Where tables come from: text, workbooks, web pages, members of a ZIP. The content tells what a file is."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from siyu.errors import printable, shown_path
from siyu.intake.containers import documents, pages
from siyu.intake.containers.marks import Sheet, Stroke
from siyu.intake.containers.number_formats import Shown
from siyu.intake.containers.paging import ListPage
from siyu.intake.containers.workbooks import sheets
from siyu.intake.containers.xls import MAGIC
from siyu.intake.formats.catalogue import FormatError, catalogue
from siyu.intake.formats.format import normal
from siyu.intake.formats.identities import is_big5
from siyu.intake.reading.problems import BROKEN_ARCHIVE, RefusedError
from siyu.messages import tables

EXPORTS, FORMATS = "exports", "formats"  # of a subject's folder
PACKED_LIMIT = 8 * 2**30  # bytes one archive may unpack to
RATIO_LIMIT = 100  # unpacked against packed, above RATIO_FROM; order exports pack 5 to 20 times
RATIO_FROM = 20 * 2**20
MEMBER_LIMIT = 500
START = 4096
_POINT = re.compile(rb"^\s*\d{1,2}\s*(?:[.):]|\xe3\x80\x81)")  # of a list in a note
_FILES = tables(__file__, "files.yml")
DRESSES = {sign.encode("latin-1"): dress for sign, dress in _FILES["dresses"].items()}
JUNK_NAMES, JUNK_ENDINGS = tuple(_FILES["junk"]["names"]), tuple(_FILES["junk"]["endings"])
Opener = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True)
class TableSource:
    """One table of bytes: the name shown to people, and how to open it.

    rows: for a sheet the row each line of the stream came from; None when lines are physical lines. hidden: rows that
    the sheet does not show. shown: what its cells show beside their numbers. struck: those that are struck through.
    size: bytes to read, for progress. refused: set when the table cannot be opened at all. own: folder of the client's
    own formats. digest: sha256 of its bytes, where that is known. still: whether the file is as it was when it was
    found. sheets: every sheet of its workbook, as CSV. part, pages: the name and pages of a list of JSON."""

    name: str
    open: Opener | None
    size: int = 0
    rows: tuple[int, ...] | None = None
    hidden: tuple[int, ...] = ()
    shown: tuple[Shown, ...] = ()
    struck: tuple[Stroke, ...] = ()
    refused: RefusedError | None = None
    own: Path | None = None
    digest: str = ""
    still: Callable[[], bool] = lambda: True
    sheets: Mapping[str, bytes] = field(default_factory=dict)
    part: str = ""
    pages: tuple[ListPage, ...] = ()

    def beside(self, sheet: str, names: Sequence[str]) -> str:
        """What the first record of a sheet has in the column called so; "" without one."""
        rows = list(csv.reader(io.StringIO(self.sheets.get(sheet, b"").decode())))
        wanted = set(map(normal, names))
        cells = (cell for head, first in pairwise(rows) for name, cell in zip(head, first, strict=False)
                 if normal(name) in wanted)  # fmt: skip
        return next(cells, "")


def sources(path: Path, digest: str = "") -> Iterator[TableSource]:
    """Every table of a path in name order; a folder is walked, junk and hidden files are left out, links refused.

    digest: sha256 of the file, where it is known."""
    if path.is_dir() and not path.is_symlink():
        for child in sorted(path.iterdir()):
            if is_link(child) or not junk(child):
                yield from sources(child)
        return
    name = shown_path(path) if not path.is_symlink() else printable(path)
    if is_link(path):
        yield TableSource(name, None, refused=RefusedError("not_a_file"))
        return
    own, before = own_formats(path), stamp_of(path)
    for source in _tables(name, own, partial(_opened, path), path.stat().st_size):
        whole = source.name == name and not source.sheets
        yield replace(source, own=own, digest=digest if whole else "", still=lambda: stamp_of(path) == before)


def is_link(path: Path) -> bool:
    """Whether a path is neither a file nor a folder: a link, a pipe."""
    return path.is_symlink() or not (path.is_dir() or path.is_file())


def junk(path: Path) -> bool:
    """Whether what lies in a folder of exports is none, by its name, or a note without any table."""
    name = path.name.lower()
    if name.startswith(JUNK_NAMES) or is_link(path):
        return True
    return not path.is_dir() and (
        name.endswith(JUNK_ENDINGS) or (name.endswith(".txt") and _is_note(partial(_opened, path)))
    )


def _is_note(opener: Opener) -> bool:
    """Whether a text has near its top neither a line of two fields nor lines that are records without delimiters."""
    try:
        with opener() as file:
            start = file.read(START).replace(b"\0", b"")
    except RefusedError:  # said where it is read
        return False
    lines = [line for line in (_POINT.sub(b"", line).strip() for line in start.splitlines()[:20]) if line]
    if any(sign in line for line in lines for sign in (b",", b"\t", b";", b"|")):
        return False
    widths = Counter(len(line.split()) for line in lines if re.search(rb"\d", line))
    numbered = sum(re.search(rb"\d{4}", line) is not None for line in lines)
    return len(lines) < 2 or (2 * numbered <= len(lines) and all(n < 2 for width, n in widths.items() if width > 2))


def own_formats(path: Path) -> Path | None:
    """The folder of formats of the client whose exports the path is one of."""
    around = [path.absolute(), *path.absolute().parents]
    found = (parent.parent / FORMATS for parent in around if parent.name == EXPORTS)
    return next((folder for folder in found if folder.is_dir()), None)


def stamp_of(path: Path) -> list[int]:
    """What changes when a file does: size, times, and where it lies on disk; [] of none."""
    if not path.is_file():
        return []
    state = path.stat()
    # the time of the last change of the entry itself cannot be set back by a program that copies
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]


def _tables(name: str, own: Path | None, opener: Opener, size: int) -> Iterator[TableSource]:
    try:
        with opener() as file:
            start = file.read(START)
        if not start:
            raise RefusedError("empty")  # noqa: TRY301 - one place says what a refused table is
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from _archived(name, own, opener)
        elif start.startswith(MAGIC):
            with opener() as file:
                yield from _named(name, sheets(file, None))
        elif pages.is_page(start):
            yield from _named(name, pages.tables(_text(opener)))
        elif re.match(rb"(\[\s*)?\{\s*[\"}]", _narrow(start)) or documents.is_callback(start):
            with opener() as file:
                lists = documents.tables(file.read(documents.SIZE_LIMIT + 1))
            # beside a list that some format knows others may stand: settings, tags, details
            yield from _named(name, [one for one in lists if _is_known(one.text, own)] or lists)
        elif dress := next((dress for sign, dress in DRESSES.items() if _plain(start).startswith(sign)), ""):
            raise RefusedError("wrong_dress", found=dress)  # noqa: TRY301
        else:
            yield TableSource(name, opener, size)
    except RefusedError as error:
        yield TableSource(name, None, refused=error)


def _is_known(table: bytes, own: Path | None) -> bool:
    header = next(csv.reader(io.StringIO(table.decode())))
    try:
        return catalogue(own).identified(header) is not None
    except FormatError:  # said where it is read
        return True


def _narrow(start: bytes) -> bytes:
    """The top of a file in UTF-16 as that of one in UTF-8, as far as its signs are ASCII."""
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return start[2:].replace(b"\0", b"").lstrip() if wide else _plain(start)


def _plain(start: bytes) -> bytes:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip() if start[:1] not in (b"\xff", b"\x89", b"\x1f") else start


def _archived(name: str, own: Path | None, opener: Opener) -> Iterator[TableSource]:
    """The sheets of a workbook, or the members of a ZIP."""
    with opener() as file, _archive(file) as archive:
        names = set(archive.namelist())
        if any(one.endswith("xl/workbook.xml") for one in names):
            yield from _named(name, sheets(file, archive))
            return
        if "[Content_Types].xml" in names or "mimetype" in names:
            dress = "a workbook in binary form" if "xl/workbook.bin" in names else "an office document"
            raise RefusedError("wrong_dress", found=dress)
        members = [(_member_name(info), info) for info in archive.infolist() if not info.is_dir()]
    seen = (one for one in members if not _hidden(one[0]))
    notes = (
        one for one in seen if not (one[0].lower().endswith(".txt") and _is_note(partial(_member, opener, one[1])))
    )
    if not (wanted := sorted(notes, key=itemgetter(0))):
        raise RefusedError("empty")
    for inner, info in wanted:
        shown = f"{name}!{inner}"
        if PurePosixPath(inner).suffix.lower() == ".zip":
            yield TableSource(shown, None, refused=RefusedError("nested_archive"))
        else:
            yield from _tables(shown, own, partial(_member, opener, info), info.file_size)


def _named(name: str, found: Sequence[Sheet]) -> Iterator[TableSource]:
    beside = {one.title: one.text for one in found}
    for number, one in enumerate(found, 1):
        shown = name if len(found) == 1 else f"{name}!{one.title or number}"
        yield TableSource(
            shown,
            partial(io.BytesIO, one.text),
            len(one.text),
            one.rows,
            one.hidden,
            one.shown,
            one.struck,
            sheets=beside,
            part=one.title,
            pages=one.pages,
        )


@contextmanager
def _archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """An open archive whose directory is plausible: size, ratio, members, no password."""
    try:
        archive = zipfile.ZipFile(file)
    except (*BROKEN_ARCHIVE, ValueError, OSError) as error:
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
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode("gb18030")
    return info.filename


def _hidden(name: str) -> bool:
    parts = [part.lower() for part in PurePosixPath(name).parts if part not in ("..", "/")]
    return any(part.startswith(JUNK_NAMES) for part in parts) or (bool(parts) and parts[-1].endswith(JUNK_ENDINGS))


@contextmanager
def _member(opener: Opener, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """One member, read where it lies: nothing is unpacked to disk, so no name can lead outside."""
    try:
        with opener() as file, zipfile.ZipFile(file) as archive, archive.open(info) as member:
            yield member  # type: ignore[misc]
    except BROKEN_ARCHIVE as error:
        raise RefusedError("bad_archive") from error


def _text(opener: Opener) -> Iterator[str]:
    """A page piece by piece, in the encoding that its bytes fit."""
    with opener() as file:
        start = file.read(pages.PIECE)
    wide, big5 = start.startswith((b"\xff\xfe", b"\xfe\xff")), is_big5(start)
    for codec in ("utf-16",) if wide else ("utf-8-sig", *([big5] if big5 else []), "gb18030"):
        try:
            deque(_decoded(opener, codec), maxlen=0)
        except UnicodeDecodeError:
            continue
        yield from _decoded(opener, codec)
        return
    raise RefusedError("encoding")


def _decoded(opener: Opener, codec: str) -> Iterator[str]:
    with opener() as file:
        yield from codecs.iterdecode(iter(partial(file.read, pages.PIECE), b""), codec)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise RefusedError("unreadable", found=error.strerror or "") from None
